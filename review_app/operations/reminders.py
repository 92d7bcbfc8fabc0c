"""Reminders: by the clock, once for each due date, that a report is due soon or late; by hand, to whom the office chooses."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select

from review_app.extensions import db
from review_app.models import Claim, Cycle, Extension, Report
from review_app.operations.dispatching import claim_once
from review_app.permissions import Actor, System, require
from review_app.transaction import atomic, record
from workflows.engine import Blocked
from workflows.messages import Message
from workflows.states import WAITS_FOR, CycleState, State

CLOCK = System("clock")
AHEAD = timedelta(days=30)
WITH_THE_PARTY = [state.value for state in State if WAITS_FOR[state] == "ministry"]


@atomic
def state_due_reminders(now: datetime) -> int:
    """State report.due_in_30_days and report.overdue for what the parties of open cycles still owe; returns how many.

    A due date passes at midnight in its own zone. Each fact is stated once a report and due date, whatever clocks do.
    """
    last_extended = select(func.max(Extension.created_at)).where(Extension.report_id == Report.id).scalar_subquery()
    rows = db.session.execute(
        select(Report, last_extended)
        .join(Cycle, Report.cycle_id == Cycle.id)
        .where(
            Cycle.state == CycleState.OPEN,
            Report.state.in_(WITH_THE_PARTY),
            # A day more than asked for, because the zone of the due date may be ahead of UTC.
            Report.due_on <= now.date() + AHEAD + timedelta(days=1),
        )
        .order_by(Report.id)
    ).all()
    said: dict[str, tuple[str, Report, str]] = {}
    for report, extended_at in rows:
        day, told_at = report.due_on, _latest(report.returned_at, extended_at)
        if day and (fact := fact_due(day, report.due_zone, told_at=told_at, now=now)):
            said[f"{fact}:{report.id}:{day}"] = fact, report, day.isoformat()
    # The clock asks every minute, and nearly all of them were stated long ago.
    stated = set(db.session.scalars(select(Claim.key).where(Claim.key.in_(said))))
    new = [what for key, what in said.items() if key not in stated and claim_once(key, now=now)]
    for fact, report, due in new:
        record(fact, actor=CLOCK, now=now, report=report, params={"due": due})
    return len(new)


@atomic
def remind(actor: Actor, cycle_id: int, *, report_ids: Sequence[int], words: str, now: datetime) -> int:
    """State report.reminded, with the office's own words, for those of these reports of an open cycle that are still owed.

    Returns how many. A return that can be recalled is left out: its party has not heard of it. Raises Denied, Blocked (none).
    """
    require(actor, "cycle.manage")
    owed = select(Report).join(Cycle, Cycle.id == Report.cycle_id).where(
        Report.cycle_id == cycle_id,
        Cycle.state == CycleState.OPEN,
        Report.id.in_(report_ids),
        Report.state.in_(WITH_THE_PARTY),
        or_(Report.state == State.DRAFT, Report.notices_leave_at.is_(None), Report.notices_leave_at <= now),
    )
    reports = list(db.session.scalars(owed.order_by(Report.id).with_for_update(of=Report)))
    if not reports:
        raise Blocked((Message("None of the reports chosen is still waited for. Choose among those that are."),))
    for report in reports:
        record("report.reminded", actor=actor, now=now, report=report, params={"reason": words.strip()})
    return len(reports)


def fact_due(due_on: date, zone: str, *, told_at: datetime | None, now: datetime) -> str | None:
    """What there is to say about a due date now, or None. `told_at`: when a return or an extension set it."""
    if due_on < _day(now, zone):
        return "report.overdue"
    if due_on - _day(now, zone) > AHEAD:
        return None
    # Whoever was given the date within the 30 days has just read it.
    if told_at is not None and due_on - _day(told_at, zone) <= AHEAD:
        return None
    return "report.due_in_30_days"


def _day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def _latest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
