"""Forms that come back filled in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "filled_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("actor_kind", sa.String(length=10), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_filled_form_report_id_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filled_form")),
    )
    op.create_index(op.f("ix_filled_form_report_id"), "filled_form", ["report_id"])
    op.execute("GRANT SELECT, INSERT, UPDATE ON filled_form TO relata_app")
    op.execute("GRANT USAGE ON SEQUENCE filled_form_id_seq TO relata_app")


def downgrade() -> None:
    op.drop_table("filled_form")
