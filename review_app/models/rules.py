"""How the rules of the checks are set for each cycle, what each report was last checked with, and what is being rechecked."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from review_app.extensions import db
from review_app.models.accounts import MOMENT
from review_app.models.cycles import Cycle


class RuleSetting(db.Model):
    """How one cycle departs from a rule as it is written. `severity` None = the rule's own."""

    __tablename__ = "rule_setting"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(20), primary_key=True)
    is_on: Mapped[bool] = mapped_column(default=True)
    severity: Mapped[str | None] = mapped_column(String(10))

    __table_args__ = (CheckConstraint("severity in ('error', 'warning', 'note')", name="severity_known"),)


class RuleVersion(db.Model):
    """The version of a rule that this installation last ran with."""

    __tablename__ = "rule_version"

    rule: Mapped[str] = mapped_column(String(20), primary_key=True)
    version: Mapped[int]
    noted_at: Mapped[datetime] = mapped_column(MOMENT)


class ReportCheck(db.Model):
    """What a report was last checked with: rule -> its mark (`checks.freshness.mark`). No row: never checked."""

    __tablename__ = "report_check"

    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), primary_key=True)
    marks: Mapped[dict[str, str]] = mapped_column(JSONB)
    checked_at: Mapped[datetime] = mapped_column(MOMENT)


class Recheck(db.Model):
    """Checking reports again because rules changed: all of them, or those of one cycle, in the order of their ids.

    `last_report_id` is how far it came; `done` of `total` reports, `failed` of which could not be checked (`error`: the last).
    """

    __tablename__ = "recheck"

    id: Mapped[int] = mapped_column(primary_key=True)
    rules: Mapped[list[str]] = mapped_column(JSONB)
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id"), index=True)
    status: Mapped[str] = mapped_column(String(10), default="running", index=True)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    last_report_id: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(MOMENT)
    ended_at: Mapped[datetime | None] = mapped_column(MOMENT)

    cycle: Mapped[Cycle | None] = relationship(lazy="joined")

    __table_args__ = (
        CheckConstraint("status in ('running', 'stopped', 'done')", name="status_known"),
        CheckConstraint("(status = 'done') = (ended_at is not null)", name="done_has_date"),
        CheckConstraint("failed <= done", name="failed_are_done"),
        Index("uq_recheck_open", "cycle_id", unique=True, postgresql_where="status <> 'done'", postgresql_nulls_not_distinct=True),
    )
