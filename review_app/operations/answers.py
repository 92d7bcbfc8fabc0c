"""Verbs of writing: save answers by compare-and-swap, add and end items. What loses is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from review_app.extensions import db
from review_app.models import Answer, Item, Report, Save
from review_app.operations.locks import held_report
from review_app.permissions import Actor, Denied, NotFound, require
from review_app.queries.reports import questionnaire_of
from review_app.questionnaire import values
from review_app.questionnaire.language import Question
from review_app.transaction import atomic, record
from workflows.messages import Message


@dataclass(frozen=True)
class Typed:
    """What somebody typed for one question: `raw` as `values.read` takes it, and the row version their page showed (0 = none).

    `is_relabelled`: they chose another language for the page, which then holds for the answers they left alone too.
    `is_confirmed`: an answer carried from the last report still holds.
    """

    question: str
    raw: Any
    seen: int
    lang: str | None = None
    is_relabelled: bool = False
    is_confirmed: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one typed answer. In a conflict `answer` is what stands and `save_id` where the typed text is kept."""

    question: str
    result: Literal["saved", "unchanged", "conflict"]
    answer: Answer | None
    save_id: int | None = None


@atomic
def save_answers(
    actor: Actor, report_id: int, typed: Sequence[Typed], *, section: str, now: datetime, item_id: UUID | None = None
) -> list[Outcome]:
    """Save each answer on its own: one that somebody else changed meanwhile is refused and kept, the others stand.

    Raises NotFound (report, item, question), Denied (not yours, locked).
    """
    report = _open_for_writing(actor, report_id, section=section, now=now)
    group = _item_of(report, item_id).group if item_id else None
    questionnaire = questionnaire_of(report)
    try:
        asked = {line.question: questionnaire.find(line.question, group) for line in typed}
        home = questionnaire.section_of(group) if group else None
        if (home and home.code != section) or any(
            not group and questionnaire.section_of(code).code != section for code in asked
        ):
            raise NotFound
    except KeyError:
        raise NotFound from None
    standing = {
        answer.question: answer
        for answer in db.session.scalars(
            select(Answer)
            .where(
                Answer.report_id == report.id,
                Answer.item_id.is_(None) if item_id is None else Answer.item_id == item_id,
                Answer.question.in_(list(asked)),
            )
            .execution_options(populate_existing=True)
        )
    }
    outcomes = [
        _save_one(actor, report, item_id, asked[line.question], line, standing.get(line.question), now)
        for line in typed
    ]
    if report.started_at is None and any(outcome.result == "saved" for outcome in outcomes):
        start = (
            update(Report)
            .where(Report.id == report.id, Report.started_at.is_(None))
            .values(started_at=now)
            .returning(Report.id)
        )
        if db.session.scalar(start) is not None:
            record("report.started", actor=actor, now=now, report=report)
    return outcomes


def _save_one(
    actor: Actor,
    report: Report,
    item_id: UUID | None,
    question: Question,
    line: Typed,
    standing: Answer | None,
    now: datetime,
) -> Outcome:
    lang = line.lang if question.type in ("text", "longtext", "table") else None
    value = values.read(question, line.raw, line.lang or "en")
    version = standing.row_version if standing else 0
    if standing is None and values.is_blank(value):
        return Outcome(question.code, "unchanged", None)
    # By what was typed: "1.200" that was read in Spanish must not become 1.2 when a colleague saves the page in English.
    is_same = standing is not None and standing.value["raw"] == value["raw"]
    is_kept = not line.is_relabelled or values.is_blank(value) or (standing and (standing.lang, standing.value) == (lang, value))
    is_confirmed = standing is not None and standing.origin == "carried" and line.is_confirmed
    if is_same and standing is not None and is_confirmed:
        value, lang = standing.value, standing.lang
    elif is_same and is_kept:
        return Outcome(question.code, "unchanged", standing)
    if version != line.seen and _is_untouched(report, item_id, line, value):
        return Outcome(question.code, "unchanged", standing)
    save = Save(
        report_id=report.id,
        item_id=item_id,
        question=question.code,
        value=value,
        lang=lang,
        seen_version=line.seen,
        actor_kind=actor.kind,
        actor_id=actor.id,
        created_at=now,
        outcome="refused",
        row_version=None,
    )
    db.session.add(save)
    if version != line.seen:
        db.session.flush()
        return Outcome(question.code, "conflict", standing, save.id)
    save.outcome, save.row_version = "accepted", version + 1
    if standing is None:
        standing = Answer(report_id=report.id, item_id=item_id, question=question.code, row_version=0)
        db.session.add(standing)
    standing.value, standing.lang, standing.origin, standing.row_version = value, lang, "typed", version + 1
    standing.actor_kind, standing.actor_id, standing.updated_at = actor.kind, actor.id, now
    return Outcome(question.code, "saved", standing)


def _is_untouched(report: Report, item_id: UUID | None, line: Typed, value: values.Value) -> bool:
    """Whether an answer came back just as the page had shown it.

    A page sends all its answers. One that its reader left alone must not fight with what somebody else wrote there.
    """
    if not line.seen:
        return values.is_blank(value)
    shown = db.session.scalar(
        select(Save.value).where(
            Save.report_id == report.id,
            Save.item_id.is_(None) if item_id is None else Save.item_id == item_id,
            Save.question == line.question,
            Save.row_version == line.seen,
        )
    )
    return shown is not None and shown["raw"] == value["raw"]


@atomic
def add_item(actor: Actor, report_id: int, group: str, *, now: datetime) -> Item:
    """Start a new entry of a repeated group. Raises NotFound, Denied."""
    report = _report(actor, report_id)
    section = _section_of_group(report, group)
    report = _open_for_writing(actor, report_id, section=section, now=now)
    last = (
        db.session.scalar(select(func.max(Item.position)).where(Item.report_id == report.id, Item.group == group)) or 0
    )
    item = Item(id=uuid4(), report_id=report.id, group=group, position=last + 1, created_at=now)
    db.session.add(item)
    return item


@atomic
def end_item(actor: Actor, report_id: int, item_id: UUID, *, is_ended: bool, now: datetime) -> Item:
    """Take an entry out of the report, or bring it back; its answers are kept either way. Raises NotFound, Denied."""
    report = _report(actor, report_id)
    item = _item_of(report, item_id)
    _open_for_writing(actor, report_id, section=_section_of_group(report, item.group), now=now)
    item.ended_at = now if is_ended else None
    item.row_version += 1
    return item


def _open_for_writing(actor: Actor, report_id: int, *, section: str, now: datetime) -> Report:
    """The report, held alone: no step and no other save can pass between this check and the save."""
    report = held_report(report_id)
    require(actor, "report.write", report, section=section)
    refuse_while_recallable(report, now=now)
    return report


def refuse_while_recallable(report: Report, *, now: datetime) -> None:
    """Answers stay locked until the return's notices have left. Raises Denied."""
    if report.notices_leave_at and now < report.notices_leave_at:
        raise Denied(Message("The reviewer can still recall this return. The answers open when that time is over."))


def _report(actor: Actor, report_id: int) -> Report:
    report = db.session.get(Report, report_id)
    if report is None:
        raise NotFound
    require(actor, "report.write", report)
    return report


def _item_of(report: Report, item_id: UUID) -> Item:
    item = db.session.get(Item, item_id)
    if item is None or item.report_id != report.id:
        raise NotFound
    return item


def _section_of_group(report: Report, group: str) -> str:
    questionnaire = questionnaire_of(report)
    try:
        if questionnaire.question(group).is_group:
            return questionnaire.section_of(group).code
    except KeyError:
        pass
    raise NotFound
