"""Verbs about cycles: plan, expect, open, close, archive, extend."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from review_app.extensions import db
from review_app.models import Cycle, CycleParty, Extension, Report
from review_app.operations.carrying import carry_over
from review_app.operations.locks import held_report
from review_app.permissions import Actor, NotFound, require
from review_app.questionnaire.library import library
from review_app.transaction import Stale, atomic, record
from workflows.blockers import CycleSituation
from workflows.cycle import CYCLE
from workflows.engine import Blocked
from workflows.messages import Message
from workflows.states import TAKES_MORE, CycleState

SLUG_TAKEN = Message("A cycle with this short name exists already. Choose another.")


@atomic
def plan_cycle(
    actor: Actor,
    *,
    slug: str,
    titles: dict[str, str],
    questionnaire: str,
    edition: str,
    now: datetime,
    starts_on: date | None = None,
    ends_on: date | None = None,
    due_on: date | None = None,
    due_zone: str = "UTC",
    expected: Sequence[tuple[str, str]] = (),
    carries: bool = False,
) -> Cycle:
    """Plan a cycle for an edition; `expected` = (party code, subject) pairs. Raises Denied, Blocked (slug taken, no edition)."""
    require(actor, "cycle.manage")
    reasons = []
    if db.session.scalar(select(Cycle.id).where(Cycle.slug == slug)):
        reasons.append(SLUG_TAKEN)
    known = {(one.name, one.edition): one for one in library.editions()}
    if (questionnaire, edition) not in known:
        reasons.append(Message("There is no such edition of the questionnaire."))
    elif known[questionnaire, edition].rolling and (starts_on or ends_on or due_on):
        reasons.append(Message("This questionnaire is answered at any time. Leave the period and the due date empty."))
    if reasons:
        raise Blocked(tuple(reasons))
    cycle = Cycle(
        slug=slug,
        titles=titles,
        questionnaire=questionnaire,
        edition=edition,
        starts_on=starts_on,
        ends_on=ends_on,
        due_on=due_on,
        due_zone=due_zone,
        carries=carries,
    )
    db.session.add(cycle)
    try:
        db.session.flush()
    except IntegrityError:  # planned by somebody else at this moment
        raise Blocked((SLUG_TAKEN,)) from None
    for party_code, subject in dict.fromkeys(expected):
        cycle.expected.append(CycleParty(party_code=party_code, subject=subject))
    record("cycle.planned", actor=actor, now=now, cycle=cycle)
    return cycle


@atomic
def expect(actor: Actor, cycle_id: int, *, party_code: str, subject: str, now: datetime) -> None:
    """Add an expected report to a planned or open cycle; in an open one it appears at once."""
    require(actor, "cycle.manage")
    cycle = _locked(cycle_id)
    if cycle.state not in TAKES_MORE:
        raise Blocked((Message("This cycle is closed. Reopen it before adding reports."),))
    if any((line.party_code, line.subject) == (party_code, subject) for line in cycle.expected):
        raise Blocked((Message("This report is expected already."),))
    line = CycleParty(party_code=party_code, subject=subject)
    cycle.expected.append(line)
    db.session.flush()
    if cycle.state == CycleState.OPEN:
        _create_report(actor, cycle, line, now)


@atomic
def move_cycle(actor: Actor, cycle_id: int, action: str, *, seen: int, now: datetime) -> Cycle:
    """Take a step of the cycle's table; opening creates every expected report. Raises Denied, Stale, IllegalStep, Blocked."""
    require(actor, "cycle.manage")
    cycle = _locked(cycle_id)
    if cycle.row_version != seen:
        raise Stale
    known = {(q.name, q.edition): q for q in library.editions()}
    edition = known.get((cycle.questionnaire, cycle.edition))
    situation = CycleSituation(
        expected=len(cycle.expected),
        has_due_date=cycle.due_on is not None,
        is_rolling=cycle.starts_on is None and cycle.due_on is None,
        has_edition=edition is not None,
        unmapped=library.unmapped(edition) if edition is not None else (),
    )
    source = cycle.state
    step = CYCLE.advance(source, action, situation)
    values: dict[str, object] = {"state": step.dest, "row_version": seen + 1}
    if step.action == "open" and edition is not None:
        values.update(opened_at=now, checksum=edition.checksum)
    values["closed_at"] = (
        now if step.dest == CycleState.CLOSED else None if step.dest == CycleState.OPEN else cycle.closed_at
    )
    swap = update(Cycle).where(Cycle.id == cycle.id, Cycle.row_version == seen).values(**values).returning(Cycle.id)
    if db.session.scalar(swap) is None:
        raise Stale
    db.session.refresh(cycle)
    record(step.fact, actor=actor, now=now, cycle=cycle, params={"source": source, "dest": str(step.dest)})
    if step.action == "open":
        # What was published elsewhere may have been imported while the cycle was planned.
        rows = db.session.execute(select(Report.party_code, Report.subject).where(Report.cycle_id == cycle.id))
        there = {(party_code, subject) for party_code, subject in rows}
        for line in cycle.expected:
            if (line.party_code, line.subject) not in there:
                _create_report(actor, cycle, line, now)
    return cycle


@atomic
def extend_due(actor: Actor, report_id: int, *, new_due_on: date, reason: str, now: datetime) -> Report:
    """Give one report a later date. Raises Denied, Blocked (not later, no reason), NotFound."""
    report = held_report(report_id)
    require(actor, "report.extend", report)
    reasons = []
    today = now.astimezone(ZoneInfo(report.due_zone)).date()
    if new_due_on <= today or (report.due_on and new_due_on <= report.due_on):
        reasons.append(Message("The new date must be later than the present one and than today."))
    if not reason.strip():
        reasons.append(Message("Give a reason: the country will read it."))
    if reasons:
        raise Blocked(tuple(reasons))
    db.session.add(
        Extension(
            report_id=report.id,
            old_due_on=report.due_on,
            new_due_on=new_due_on,
            reason=reason.strip(),
            person_id=actor.id,
            created_at=now,
        )
    )
    old, report.due_on = report.due_on, new_due_on
    record(
        "report.extended",
        actor=actor,
        now=now,
        report=report,
        params={"old": old.isoformat() if old else None, "new": new_due_on.isoformat(), "reason": reason.strip()},
    )
    return report


def _create_report(actor: Actor, cycle: Cycle, line: CycleParty, now: datetime) -> None:
    report = Report(
        cycle_id=cycle.id,
        party_code=line.party_code,
        subject=line.subject,
        due_on=cycle.due_on,
        due_zone=cycle.due_zone,
    )
    db.session.add(report)
    db.session.flush()
    record("report.expected", actor=actor, now=now, report=report, cycle=cycle, step=("", "draft", report.row_version))
    if cycle.carries:
        carry_over(actor, report, now=now)


def _locked(cycle_id: int) -> Cycle:
    cycle = db.session.get(Cycle, cycle_id, with_for_update=True, populate_existing=True)
    if cycle is None:
        raise NotFound
    return cycle
