"""Files that are sent with a report."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0011"
down_revision = "0010"

MOMENT = pg.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("try_at", MOMENT, nullable=True),
        sa.Column("unused_since", MOMENT, nullable=True),
        sa.Column("actor_kind", sa.String(length=10), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("status in ('checking', 'ready', 'refused', 'gone')", name=op.f("ck_attachment_status_known")),
        sa.CheckConstraint("(status = 'checking') = (try_at is not null)", name=op.f("ck_attachment_checking_is_tried")),
        sa.CheckConstraint("(status = 'refused') = (verdict is not null)", name=op.f("ck_attachment_refused_has_verdict")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_attachment_sha256_whole")),
        sa.CheckConstraint("size > 0", name=op.f("ck_attachment_size_positive")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_attachment_report_id_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index("ix_attachment_report_id", "attachment", ["report_id"])
    op.create_index("ix_attachment_checking", "attachment", ["try_at"], postgresql_where="status = 'checking'")
    op.execute("GRANT SELECT, INSERT, UPDATE ON attachment TO relata_app")


def downgrade() -> None:
    op.drop_table("attachment")
