"""Links by which the signing official reads the whole report and declares it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.alter_column("contribution_link", "section", nullable=True)
    op.add_column("contribution_link", sa.Column("declared_sha256", sa.String(length=64), nullable=True))
    op.create_check_constraint(
        op.f("ck_contribution_link_declaration_is_whole"), "contribution_link",
        "section is not null or (question is null and item_id is null)",
    )  # fmt: skip
    op.create_check_constraint(
        op.f("ck_contribution_link_declaration_names_text"), "contribution_link",
        "(declared_sha256 is not null) = (section is null and answered_at is not null)",
    )  # fmt: skip


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE link_id IN (SELECT id FROM contribution_link WHERE section IS NULL)")
    op.execute("DELETE FROM contribution_link WHERE section IS NULL")
    op.drop_column("contribution_link", "declared_sha256")
    op.alter_column("contribution_link", "section", nullable=False)
