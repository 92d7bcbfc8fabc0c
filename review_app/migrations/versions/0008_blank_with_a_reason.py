"""An answer may be left blank with a reason, which stands beside it; what is confidential never reaches the public."""

from alembic import op

revision = "0008"
down_revision = "0003"

BLANK_HAS_REASON = """not value ? 'blank' or coalesce(
    value -> 'blank' ->> 'reason' in ('not_applicable', 'no_data', 'confidential', 'planned')
    or (value -> 'blank' ->> 'reason' = '' and value -> 'blank' ->> 'until' <> ''), false)"""
NOT_CONFIDENTIAL = "value -> 'blank' ->> 'reason' is distinct from 'confidential'"


def upgrade() -> None:
    for table in ("answer", "save"):
        op.create_check_constraint(op.f(f"ck_{table}_blank_has_reason"), table, BLANK_HAS_REASON)
    op.create_check_constraint(op.f("ck_answer_not_confidential"), "answer", NOT_CONFIDENTIAL, schema="published")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_answer_not_confidential"), "answer", schema="published")
    for table in ("answer", "save"):
        op.drop_constraint(op.f(f"ck_{table}_blank_has_reason"), table)
