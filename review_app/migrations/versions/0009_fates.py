"""What became of each entry of the last report."""

import sqlalchemy as sa
from alembic import op

APP, PUBLIC = "relata_app", "relata_public"
revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("item", sa.Column("fate", sa.String(20)))
    op.add_column("item", sa.Column("merged_into_id", sa.Uuid()))
    op.create_foreign_key(op.f("fk_item_merged_into_id_item"), "item", "item", ["merged_into_id"], ["id"])
    for name, condition in {
        "fate_known": "fate in ('open', 'continues', 'renamed', 'merged', 'ended', 'not_followed_up')",
        "fate_is_told": "(fate in ('merged', 'ended', 'not_followed_up')) = (ended_at is not null)",
        "merged_into_something": "coalesce(fate = 'merged', false) = (merged_into_id is not null)",
        "not_merged_into_itself": "merged_into_id <> id",
    }.items():
        op.create_check_constraint(op.f(f"ck_item_{name}"), "item", condition)
    op.create_table(
        "fate",
        sa.Column("publication_id", sa.Integer(), sa.ForeignKey("published.publication.id"), nullable=False),
        sa.Column("lasting_item_id", sa.Uuid(), nullable=False),
        sa.Column("fate", sa.String(20), nullable=False),
        sa.Column("into_lasting_item_id", sa.Uuid()),
        sa.CheckConstraint("(fate = 'merged') = (into_lasting_item_id is not null)", name="ck_fate_merged_into_something"),
        sa.PrimaryKeyConstraint("publication_id", "lasting_item_id"),
        schema="published",
    )
    op.create_index("ix_published_fate_lasting_item_id", "fate", ["lasting_item_id"], schema="published")
    op.create_index("ix_published_fate_into", "fate", ["into_lasting_item_id"], schema="published")
    op.execute(f"GRANT SELECT, INSERT ON published.fate TO {APP}")
    op.execute(f"GRANT SELECT ON published.fate TO {PUBLIC}")


def downgrade() -> None:
    op.drop_table("fate", schema="published")
    for name in ("fate_known", "fate_is_told", "merged_into_something", "not_merged_into_itself"):
        op.drop_constraint(op.f(f"ck_item_{name}"), "item")
    op.drop_column("item", "merged_into_id")
    op.drop_column("item", "fate")
