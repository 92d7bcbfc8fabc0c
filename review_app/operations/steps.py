"""The steps of a report: the one place where its state is written."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, select, true, update
from sqlalchemy.orm.attributes import set_committed_value

from review_app.extensions import db
from review_app.models import Entry, Item, Notice, Person, Point, Report
from review_app.operations.locks import held_report, hold_actor
from review_app.operations.publications import write_publication
from review_app.operations.snapshots import freeze
from review_app.permissions import SYSTEM, Actor, NotFound, require
from review_app.queries import checking
from review_app.queries.answers import sheet_of
from review_app.queries.attachments import named_in_state
from review_app.queries.declarations import signatory_of
from review_app.queries.reports import latest_snapshot
from review_app.questionnaire.sheets import Sheet
from review_app.transaction import Stale, atomic, record
from workflows.blockers import Situation, notices_wait
from workflows.engine import Blocked, Step
from workflows.periodic_report import PERIODIC_REPORT, fact_of

# The permission each row of the table asks for; two rows stand behind the button "withdraw".
PERMISSION = {"withdraw_again": "report.withdraw"}


@dataclass(frozen=True)
class Extras:
    """What a step may carry besides its name."""

    new_due_on: date | None = None
    letter: str = ""
    signatory: dict[str, str] | None = None
    is_declaration_stale: bool = False


@dataclass
class _Taking:
    """One step being taken."""

    actor: Actor
    report: Report
    step: Step[Situation]
    extras: Extras
    now: datetime
    values: dict[str, Any] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    fact: str = ""
    sheet: Sheet | None = None


@atomic
def take_step(
    actor: Actor,
    report_id: int,
    action: str,
    *,
    seen: int,
    now: datetime,
    new_due_on: date | None = None,
    letter: str = "",
    signatory: dict[str, str] | None = None,
    declared_by: int | None = None,
) -> int | None:
    """Take one step of the report's life, with everything that follows from it, or none of it. The number of the copy it froze.

    `seen`: the row version the actor's page showed. `declared_by`: the link by which the official has declared, instead of
    `signatory`. Raises NotFound, Stale (409), Denied (403), IllegalStep (409), Blocked (422).
    """
    hold_actor(actor)
    report = held_report(report_id)
    if report.row_version != seen:
        raise Stale
    step = PERIODIC_REPORT.step(report.state, action)
    require(actor, PERMISSION.get(action, f"report.{action}"), report)
    gate = _gate(report)
    extras = Extras(new_due_on, letter.strip(), signatory)
    if declared_by is not None:
        declared = signatory_of(report, declared_by, gate.sheet or sheet_of(report))
        extras = replace(extras, signatory=declared, is_declaration_stale=declared is None)
    situation = situation_of(actor, report, extras=extras, gate=gate, now=now)
    PERIODIC_REPORT.advance(report.state, action, situation)
    return _carry_out(_Taking(actor, report, step, extras, now, fact=fact_of(step, situation), sheet=gate.sheet))


def _gate(report: Report) -> checking.Gate:
    return checking.gate(report) if report.state in ("draft", "revision") else checking.Gate(0, None)


def _situation(is_due: ColumnElement[bool]) -> Select[int, int, int, int]:
    """Points to be answered before the next step and drafted ones, files that were refused and that are being checked."""
    report_id = bindparam("report_id", type_=Integer)
    return select(
        func.count().filter(Point.weight == "must", Point.reply.is_(None), is_due),
        func.count().filter(Point.returned_at.is_(None)),
        named_in_state(report_id, "refused"), named_in_state(report_id, "checking"),
    ).where(Point.report_id == report_id)  # fmt: skip


_OF_MINISTRY, _OF_OFFICE = _situation(Point.returned_at.is_not(None)), _situation(Point.returned_at.is_(None))


def situation_of(
    actor: Actor, report: Report, *, now: datetime, extras: Extras | None = None, gate: checking.Gate | None = None
) -> Situation:
    """What the blockers of the table read."""
    extras = extras or Extras()
    asked = _OF_MINISTRY if report.state in ("draft", "revision") else _OF_OFFICE
    must, drafted, refused, unscanned = db.session.execute(asked, {"report_id": report.id}).one()
    return Situation(
        round=report.round,
        was_returned=report.returned_at is not None,
        is_taken=report.is_taken,
        taken_by_actor=report.is_taken and report.reviewer_id == actor.id,
        is_same_reviewer=report.reviewer_id is not None and report.reviewer_id == actor.id,
        open_errors=(gate or _gate(report)).open_errors,
        open_fates=_open_fates(report),
        open_must_points=must,
        refused_files=refused,
        unscanned_files=unscanned,
        points=drafted,
        has_declaration=extras.signatory is not None,
        is_declaration_stale=extras.is_declaration_stale,
        notices_left=not report.is_recallable(now),
        cycle_state=report.cycle.state,
        new_due_on=extras.new_due_on,
        due_zone=report.due_zone,
        now=now,
    )


def _open_fates(report: Report) -> int:
    is_open = Item.report_id == report.id, Item.fate == "open"
    return (db.session.scalar(select(func.count()).where(*is_open)) or 0) if report.cycle.carries else 0


def _carry_out(taking: _Taking) -> int | None:
    report, step, seen = taking.report, taking.step, taking.report.row_version
    source = report.state
    if effect := EFFECTS.get(step.action):
        effect(taking)
    values = {"state": step.dest, "row_version": seen + 1, **taking.values}
    swap = update(Report).where(Report.id == report.id, Report.row_version == seen).values(**values).returning(Report.id)
    if db.session.scalar(swap, execution_options={"synchronize_session": False}) is None:
        raise Stale
    for name, value in values.items():
        set_committed_value(report, name, value)
    if "reviewer_id" in values:
        db.session.expire(report, ["reviewer"])
    if after := AFTER.get(step.action):
        after(taking)
    record(
        taking.fact,
        actor=taking.actor,
        now=taking.now,
        report=report,
        step=(source, report.state, report.row_version),
        params={"round": report.round, **taking.params},
    )
    return taking.params.get("snapshot")


def _submit(taking: _Taking) -> None:
    report, now = taking.report, taking.now
    taking.values.update(
        submitted_at=now,
        first_submitted_at=report.first_submitted_at or now,
        taken_at=None,
        notices_leave_at=None,
        round=1 if report.state == "draft" else report.round + 1,
    )


def _freeze(taking: _Taking) -> None:
    sheet = taking.sheet or sheet_of(taking.report)
    frozen = freeze(taking.report, sheet, actor=taking.actor, now=taking.now, signatory=taking.extras.signatory)
    taking.params.update(snapshot=frozen.number, sha256=frozen.sha256, signatory=taking.extras.signatory)


def _withdraw_again(taking: _Taking) -> None:
    taking.values.update(round=taking.report.round - 1)


def _take(taking: _Taking) -> None:
    report = taking.report
    if report.is_taken:
        taking.params["previous_reviewer_id"] = report.reviewer_id
    taking.values.update(reviewer_id=taking.actor.id, taken_at=taking.now)


def _release(taking: _Taking) -> None:
    taking.values.update(reviewer_id=None, taken_at=None)


def _return(taking: _Taking) -> None:
    wait = timedelta(seconds=current_app.config["RECALL_SECONDS"])
    taking.values.update(returned_at=taking.now, notices_leave_at=taking.now + wait, due_on=taking.extras.new_due_on)
    old = taking.report.due_on
    db.session.execute(
        update(Point)
        .where(Point.report_id == taking.report.id, Point.returned_at.is_(None))
        .values(returned_at=taking.now)
    )
    points = db.session.scalar(
        select(func.count()).where(Point.report_id == taking.report.id, Point.round == taking.report.round)
    )
    taking.params.update(
        points=points,
        letter=taking.extras.letter,
        old_due=old.isoformat() if old else None,
        due=taking.extras.new_due_on.isoformat() if taking.extras.new_due_on else None,
    )


def _recall(taking: _Taking) -> None:
    """The return's notices never leave, its points are drafts again, and the old due date stands."""
    report = taking.report
    entry = db.session.scalar(
        select(Entry)
        .where(Entry.report_id == report.id, Entry.fact == "report.returned")
        .order_by(Entry.id.desc())
        .limit(1)
    )
    if entry is None:
        raise NotFound
    db.session.execute(
        update(Notice).where(Notice.entry_id == entry.id, Notice.status == "pending").values(status="recalled")
    )
    # A sender with another clock than ours may have been faster. Whoever has the mail knows of the return.
    has_left = Notice.entry_id == entry.id, Notice.status != "recalled"
    if reason := notices_wait(Situation(notices_left=db.session.scalar(select(Notice.id).where(*has_left).limit(1)) is not None)):
        raise Blocked((reason,))
    db.session.execute(
        update(Point)
        .where(Point.report_id == report.id, Point.round == report.round)
        .values(returned_at=None)
    )
    earlier = db.session.scalar(
        select(func.max(Point.returned_at)).where(Point.report_id == report.id, Point.round < report.round)
    )
    old, given = entry.params.get("old_due"), entry.params.get("due")
    # A later date that the office gave since then has been told, so it stands.
    is_as_returned = (report.due_on.isoformat() if report.due_on else None) == given
    taking.values.update(
        notices_leave_at=None,
        returned_at=earlier,
        due_on=report.due_on if not is_as_returned else date.fromisoformat(old) if old else None,
    )


def _publish(taking: _Taking) -> None:
    taking.values.update(published_at=taking.now)


def _write_publication(taking: _Taking) -> None:
    snapshot = latest_snapshot(taking.report)
    if snapshot is None:
        raise NotFound
    number = write_publication(taking.report, json.loads(snapshot.content), sha256=snapshot.sha256, now=taking.now)
    taking.params.update(publication=number, sha256=snapshot.sha256)


EFFECTS: dict[str, Callable[[_Taking], None]] = {
    "submit": _submit,
    "resubmit": _submit,
    "withdraw_again": _withdraw_again,
    "take": _take,
    "release": _release,
    "return": _return,
    "recall": _recall,
    "publish": _publish,
}
AFTER: dict[str, Callable[[_Taking], None]] = {"submit": _freeze, "resubmit": _freeze, "publish": _write_publication}


@atomic
def release_all(reviewer: Person, *, now: datetime, party_code: str | None = None) -> None:
    """Release every report a leaving reviewer holds; with a party only its reports.

    By the system: the reviewer leaves whoever closed the account, even somebody who may not touch these reports.
    """
    held = db.session.execute(
        select(Report.id, Report.row_version).where(
            Report.reviewer_id == reviewer.id, Report.taken_at.is_not(None), Report.state == "review",
            true() if party_code is None else Report.party_code == party_code,
        )
    ).all()
    for report_id, seen in held:
        take_step(SYSTEM, report_id, "release", seen=seen, now=now)
