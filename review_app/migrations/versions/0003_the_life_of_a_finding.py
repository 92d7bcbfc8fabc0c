"""The life of a finding, what was last checked with what, and the rules as each cycle sets them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0003"
down_revision = "0004"

APP = "relata_app"
MOMENT = pg.TIMESTAMP(timezone=True)
TABLES = ("rule_setting", "rule_version", "report_check", "recheck")
IS_SETTLED = "(settled_at is null) = (settled_round is null) and (settled_at is null) = (settled_how is null)"
SEVERITIES = "severity in ('error', 'warning', 'note')"


def upgrade() -> None:
    for table in ("answer", "item"):
        op.add_column(table, sa.Column("checked_version", sa.Integer(), server_default="0", nullable=False))
        unchecked = "checked_version < row_version"
        op.create_index(f"ix_{table}_unchecked", table, ["report_id"], postgresql_where=unchecked)
        op.create_check_constraint(op.f(f"ck_{table}_checked_was_written"), table, "checked_version <= row_version")
    _findings()
    op.create_table(
        "rule_setting",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=True),
        sa.CheckConstraint(SEVERITIES, name=op.f("ck_rule_setting_severity_known")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_rule_setting_cycle_id_cycle")),
        sa.PrimaryKeyConstraint("cycle_id", "rule", name=op.f("pk_rule_setting")),
    )
    op.create_table(
        "rule_version",
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("rule", name=op.f("pk_rule_version")),
    )
    op.create_table(
        "report_check",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("marks", pg.JSONB(), nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_check_report_id_report")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_report_check")),
    )
    _rechecks()
    for table in TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")
    op.execute(f"GRANT USAGE ON SEQUENCE recheck_id_seq TO {APP}")


def _findings() -> None:
    # Only those of the present round were ever shown. The worker writes the others anew, since every answer is unchecked now.
    op.execute("DELETE FROM finding USING report WHERE report.id = finding.report_id AND report.round <> finding.round")
    op.alter_column("finding", "created_at", new_column_name="fired_at")
    op.add_column("finding", sa.Column("rule_version", sa.Integer(), server_default="1", nullable=False))
    op.alter_column("finding", "rule_version", server_default=None)
    for column in (
        sa.Column("row", sa.Integer()), sa.Column("column", sa.String(length=80)), sa.Column("offer", sa.String(length=20)),
        sa.Column("settled_at", MOMENT), sa.Column("settled_round", sa.Integer()), sa.Column("settled_how", sa.String(length=10)),
    ):
        op.add_column("finding", column)
    op.create_check_constraint(op.f("ck_finding_settled_how_known"), "finding", "settled_how in ('changed', 'rule')")
    op.create_check_constraint(op.f("ck_finding_settled_whole"), "finding", IS_SETTLED)
    op.create_check_constraint(op.f("ck_finding_settled_later"), "finding", "settled_round >= round")
    op.create_index(op.f("ix_finding_rule"), "finding", ["rule"])
    is_open = "settled_at is null"
    op.create_index("uq_finding_open", "finding", ["report_id", "fingerprint"], unique=True, postgresql_where=is_open)


def _rechecks() -> None:
    op.create_table(
        "recheck",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rules", pg.JSONB(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("last_report_id", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("status in ('running', 'stopped', 'done')", name=op.f("ck_recheck_status_known")),
        sa.CheckConstraint("(status = 'done') = (ended_at is not null)", name=op.f("ck_recheck_done_has_date")),
        sa.CheckConstraint("failed <= done", name=op.f("ck_recheck_failed_are_done")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_recheck_cycle_id_cycle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recheck")),
    )
    op.create_index(op.f("ix_recheck_cycle_id"), "recheck", ["cycle_id"])
    op.create_index(op.f("ix_recheck_status"), "recheck", ["status"])
    op.create_index(
        "uq_recheck_open", "recheck", ["cycle_id"], unique=True, postgresql_where="status <> 'done'", postgresql_nulls_not_distinct=True
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.execute("DELETE FROM finding WHERE settled_at IS NOT NULL")
    op.execute("UPDATE finding SET round = report.round FROM report WHERE report.id = finding.report_id")
    op.drop_index("uq_finding_open", table_name="finding")
    op.drop_index(op.f("ix_finding_rule"), table_name="finding")
    for constraint in ("settled_how_known", "settled_whole", "settled_later"):
        op.drop_constraint(op.f(f"ck_finding_{constraint}"), "finding")
    for column in ("rule_version", "row", "column", "offer", "settled_at", "settled_round", "settled_how"):
        op.drop_column("finding", column)
    op.alter_column("finding", "fired_at", new_column_name="created_at")
    for table in ("answer", "item"):
        op.drop_constraint(op.f(f"ck_{table}_checked_was_written"), table)
        op.drop_index(f"ix_{table}_unchecked", table_name=table)
        op.drop_column(table, "checked_version")
