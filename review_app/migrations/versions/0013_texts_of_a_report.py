"""The imported texts of a report are found by an index."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_index(op.f("ix_import_text_report_id"), "import_text", ["report_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_import_text_report_id"), "import_text")
