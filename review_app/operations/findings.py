"""Verbs about findings: store what the checks say, answer one, remove a token."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from review_app.checks import spam
from review_app.checks.engine import Found, check
from review_app.extensions import db
from review_app.models import Finding, FindingReply, Person, Report
from review_app.operations.answers import Typed, refuse_while_recallable, save_answers
from review_app.operations.locks import held_report
from review_app.permissions import SYSTEM, Actor, NotFound, require
from review_app.queries.answers import sheet_for_review, sheet_of
from review_app.questionnaire.sheets import Sheet
from review_app.transaction import atomic, record
from workflows.engine import Blocked
from workflows.messages import Message


@atomic
def check_report(report_id: int, *, now: datetime) -> int:
    """Write the findings about the submitted answers of the present round; returns how many. Running it again changes nothing."""
    report = held_report(report_id)
    require(SYSTEM, "report.check", report)
    sheet = sheet_for_review(report)
    db.session.execute(delete(Finding).where(Finding.report_id == report.id, Finding.round == report.round))
    found = {one.fingerprint: one for one in check(sheet, now)}
    db.session.add_all(_row(report, sheet, one, now) for one in found.values())
    return len(found)


def _row(report: Report, sheet: Sheet, found: Found, now: datetime) -> Finding:
    cell = sheet.cell(found.question, found.item_id) if found.question else None
    return Finding(
        report_id=report.id,
        round=report.round,
        fingerprint=found.fingerprint,
        rule=found.rule,
        severity=found.severity,
        section=found.section,
        item_id=found.item_id,
        question=found.question,
        quote=found.quote,
        message=message_to_json(found.message),
        versions={found.question: cell.row_version} if found.question and cell else {},
        created_at=now,
    )


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
    """Say why a finding is right as it stands. Raises NotFound, Denied, Blocked (no reason)."""
    report = held_report(report_id, is_shared=True)
    require(actor, "report.answer_finding", report)
    refuse_while_recallable(report, now=now)
    require(actor, "report.answer_finding", report, section=_found(report, fingerprint, now).section)
    if not reason.strip():
        raise Blocked((Message("Write why this is right as it stands."),))
    row = {"reason": reason.strip(), "person_id": actor.id, "created_at": now}
    db.session.execute(
        insert(FindingReply)
        .values(report_id=report.id, fingerprint=fingerprint, **row)
        .on_conflict_do_update(index_elements=["report_id", "fingerprint"], set_=row)
    )
    record("finding.answered", actor=actor, now=now, report=report, params={"fingerprint": fingerprint})


@atomic
def remove_token(actor: Actor, report_id: int, fingerprint: str, *, now: datetime) -> None:
    """Cut the quoted words out of the answer, as an ordinary save. Raises NotFound, Denied, Blocked (changed meanwhile)."""
    report = db.session.get(Report, report_id)
    if report is None:
        raise NotFound
    found = _found(report, fingerprint, now)
    if found.offer != "remove" or found.question is None:
        raise NotFound
    sheet = sheet_of(report)
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


def _found(report: Report, fingerprint: str, now: datetime) -> Found:
    for one in check(sheet_of(report), now):
        if one.fingerprint == fingerprint:
            return one
    raise NotFound
