"""Verbs about findings: store what the checks say, answer one, remove a token."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from review_app.checks import spam
from review_app.checks.found import Found
from review_app.checks.freshness import Run, marks
from review_app.checks.registry import RULES
from review_app.extensions import db
from review_app.models import Answer, Cycle, Finding, FindingReply, Item, Person, Report, ReportCheck
from review_app.operations.answers import Typed, refuse_while_recallable, save_answers
from review_app.operations.locks import held_report
from review_app.permissions import SYSTEM, Actor, NotFound, require
from review_app.queries.checking import checking, text_round
from review_app.questionnaire.sheets import Sheet
from review_app.transaction import Stale, atomic, record
from workflows.engine import Blocked
from workflows.messages import Message

VERSIONS = {rule.id: rule.version for rule in RULES}


@dataclass(frozen=True)
class Checked:
    """What one check did: the rules it ran and where (None: the report's own answers), the new findings and those that ended."""

    ran: frozenset[Run]
    fired: int
    settled: int


@atomic
def check_report(report_id: int, *, now: datetime) -> Checked:
    """Run the rules that are due for a report, and write what they find. Running it again does nothing. Raises NotFound."""
    report = held_report(report_id)
    require(SYSTEM, "report.check", report)
    return _bring_up(report, now=now)


def _bring_up(report: Report, *, now: datetime) -> Checked:
    """The caller holds the report: no answer changes between reading it and marking it checked. Nor do the cycle's rules."""
    db.session.execute(select(Cycle.id).where(Cycle.id == report.cycle_id).with_for_update(read=True))
    state = checking(report)
    present = marks(state.settings)
    found = {one.fingerprint: one for one in state.found}
    ended = [row for fingerprint, row in state.rows.items() if fingerprint not in found]
    for row in ended:
        is_rule = state.known.marks.get(row.rule) != present.get(row.rule)
        row.settled_at, row.settled_round, row.settled_how = now, text_round(report), "rule" if is_rule else "changed"
    again = _settled_meanwhile(report, found.keys() - state.rows.keys())
    for fingerprint, one in found.items():
        _write(report, state.sheet, one, state.rows.get(fingerprint) or again.get(fingerprint), now)
    for table in (Answer, Item):
        unchecked = update(table).where(table.report_id == report.id, table.checked_version < table.row_version)
        db.session.execute(unchecked.values(checked_version=table.row_version))
    ran_with = {"marks": present, "checked_at": now}
    write = insert(ReportCheck).values(report_id=report.id, **ran_with)
    db.session.execute(write.on_conflict_do_update(index_elements=["report_id"], set_=ran_with))
    return Checked(state.standing.ran, len(found.keys() - state.rows.keys()), len(ended))


def _settled_meanwhile(report: Report, fingerprints: Collection[str]) -> dict[str, Finding]:
    """Findings that ended since the last submission, by fingerprint: when the words come back, so do they."""
    if not fingerprints:
        return {}
    ended = select(Finding).where(
        Finding.report_id == report.id, Finding.settled_round == text_round(report), Finding.fingerprint.in_(fingerprints)
    )
    return {row.fingerprint: row for row in db.session.scalars(ended)}


def _write(report: Report, sheet: Sheet, found: Found, row: Finding | None, now: datetime) -> None:
    """Write a finding, into the row that it had when there is one."""
    if row is None:
        row = Finding(report_id=report.id, round=text_round(report), fingerprint=found.fingerprint, fired_at=now)
        db.session.add(row)
    cell = sheet.cell(found.question, found.item_id)
    row.rule, row.rule_version, row.severity = found.rule, VERSIONS[found.rule], found.severity
    row.section, row.item_id, row.question, row.row, row.column = (
        found.section, found.item_id, found.question, found.row, found.column
    )
    row.quote, row.offer, row.message = found.quote, found.offer, message_to_json(found.message)
    row.versions = {found.question: cell.row_version} if cell else {}
    row.settled_at = row.settled_round = row.settled_how = None


def message_to_json(message: Message) -> dict[str, Any]:
    """A Message as JSON; Text params stay dicts of languages, nested Messages become {"id", "params"}."""
    params = {
        name: message_to_json(value)
        if isinstance(value, Message)
        else dict(value)
        if isinstance(value, dict)
        else value
        for name, value in message.params.items()
    }
    return {"id": message.id, "params": params}


@atomic
def reply(actor: Person, report_id: int, fingerprint: str, *, reason: str, now: datetime) -> None:
    """Say why a finding is right as it stands. Raises NotFound, Denied, Blocked (no reason), Stale (somebody said another)."""
    report = held_report(report_id)
    require(actor, "report.answer_finding", report)
    refuse_while_recallable(report, now=now)
    _bring_up(report, now=now)
    require(actor, "report.answer_finding", report, section=_open_finding(report, fingerprint).section)
    if not reason.strip():
        raise Blocked((Message("Write why this is right as it stands."),))
    given = select(FindingReply.reason).where(FindingReply.report_id == report.id, FindingReply.fingerprint == fingerprint)
    if db.session.scalar(given) not in (None, reason.strip()):
        raise Stale  # no page asks twice
    row = {"reason": reason.strip(), "person_id": actor.id, "created_at": now}
    db.session.execute(
        insert(FindingReply)
        .values(report_id=report.id, fingerprint=fingerprint, **row)
        .on_conflict_do_update(index_elements=["report_id", "fingerprint"], set_=row)
    )
    record("finding.answered", actor=actor, now=now, report=report, params={"fingerprint": fingerprint})


def _open_finding(report: Report, fingerprint: str) -> Finding:
    mine = Finding.report_id == report.id, Finding.fingerprint == fingerprint, Finding.settled_at.is_(None)
    row: Finding | None = db.session.scalar(select(Finding).where(*mine))
    if row is None:
        raise NotFound
    return row


@atomic
def remove_token(actor: Actor, report_id: int, fingerprint: str, *, now: datetime) -> None:
    """Cut the quoted words out of the answer, as an ordinary save. Raises NotFound, Denied, Blocked (changed meanwhile)."""
    report = db.session.get(Report, report_id)
    if report is None:
        raise NotFound
    state = checking(report)
    found, sheet = next((one for one in state.found if one.fingerprint == fingerprint), None), state.sheet
    if found is None or found.offer != "remove":
        raise NotFound
    cell = sheet.cell(found.question, found.item_id)
    if cell is None:
        raise NotFound
    question = sheet.questionnaire.find(found.question, found.group)
    known = spam.known_words(sheet, found.item_id)
    raw = spam.without(question, cell.value, known, lang=cell.lang, only=[found.quote])["raw"]
    line = Typed(found.question, raw, cell.row_version, cell.lang)
    outcome = save_answers(actor, report.id, [line], section=found.section, item_id=found.item_id, now=now)[0]
    if outcome.result == "conflict":
        raise Blocked((Message("Somebody changed this answer a moment ago. Look at it again."),))
    record(
        "answer.token_removed",
        actor=actor,
        now=now,
        report=report,
        params={
            "question": found.question,
            "item": str(found.item_id) if found.item_id else None,
            "quote": found.quote,
        },
    )
