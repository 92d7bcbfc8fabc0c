"""Verbs of writing: save answers by compare-and-swap, add and end items. What loses is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import Column, Executable, bindparam, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from review_app.extensions import db
from review_app.models import Answer, Item, Report, Save
from review_app.models.items import IS_OVER
from review_app.operations.locks import held_report
from review_app.permissions import Actor, Denied, NotFound, require
from review_app.queries.answers import sheet_of_page
from review_app.queries.attachments import standing
from review_app.queries.reports import questionnaire_of
from review_app.questionnaire import values
from review_app.questionnaire.language import Question, Questionnaire
from review_app.questionnaire.sheets import Cell, Sheet
from review_app.transaction import atomic, record
from workflows.messages import Message


@dataclass(frozen=True)
class Typed:
    """What somebody typed for one question: `raw` as `values.read` takes it, and the row version their page showed (0 = none).

    `is_relabelled`: they chose another language for the page, which then holds for the answers they left alone too.
    `is_confirmed`: an answer carried from the last report still holds. `blank`: why there is no answer (reason, and by
    which day it is planned), both "" for no reason; None = not asked, so that a reason stays until something is answered.
    `proposal_id`: the contribution the text is made from.
    """

    question: str
    raw: Any
    seen: int
    lang: str | None = None
    is_relabelled: bool = False
    is_confirmed: bool = False
    blank: tuple[str, str] | None = None
    proposal_id: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one typed answer. `cell` stands now; in a conflict the typed text is kept as `save_id`."""

    question: str
    result: Literal["saved", "unchanged", "conflict"]
    cell: Cell | None
    save_id: int | None = None


class Outcomes(list[Outcome]):
    """One a typed answer, in their order. `sheet`: as `sheet_of_page` reads it for this section or entry, as it stands now."""

    sheet: Sheet


@atomic
def save_answers(
    actor: Actor, report_id: int, typed: Sequence[Typed], *, section: str, now: datetime, item_id: UUID | None = None
) -> Outcomes:
    """Save each answer on its own: one that somebody else changed meanwhile is refused and kept, the others stand.

    Raises NotFound (report, item, question), Denied (not yours, locked).
    """
    report = held_report(report_id)
    group = _item_of(report, item_id).group if item_id else None
    _require_open(actor, report, section=section, questions=[group] if group else [line.question for line in typed], now=now)
    asked = _asked(questionnaire_of(report), typed, section=section, group=group)
    typed = [_with_files(report, line, asked[line.question]) for line in typed]
    sheet = sheet_of_page(report, section=section, item_id=item_id)
    writing = _Writing(actor, report, item_id, now)
    outcomes = Outcomes(writing.judge(asked[line.question], line, sheet.cell(line.question, item_id)) for line in typed)
    writing.write()
    saved = {(item_id, outcome.question): outcome.cell for outcome in outcomes if outcome.result == "saved" and outcome.cell}
    outcomes.sheet = sheet.replaced(saved)
    if report.started_at is None and saved:
        report.started_at = now
        record("report.started", actor=actor, now=now, report=report)
    return outcomes


def _asked(questionnaire: Questionnaire, typed: Sequence[Typed], *, section: str, group: str | None) -> dict[str, Question]:
    """The questions that were answered, by code. Raises NotFound for one of another section or of none."""
    try:
        asked = {line.question: questionnaire.find(line.question, group) for line in typed}
        homes = {questionnaire.section_of(code).code for code in ([group] if group else asked)}
    except KeyError:
        raise NotFound from None
    if homes - {section}:
        raise NotFound
    return asked


def _with_files(report: Report, line: Typed, question: Question) -> Typed:
    """A page sends the ids of files and what was written of each; what they are is known here."""
    return replace(line, raw=standing(report, line.raw)[:question.most or 1]) if question.type == "file" else line


def lay_down(
    actor: Actor, report: Report, item_id: UUID | None, question: str, *, value: values.Value, lang: str | None, origin: str,
    now: datetime,
) -> None:
    """Write an answer where there is none yet that nobody typed here, with its text in the history. Called inside an operation."""
    place: dict[str, Any] = {
        "report_id": report.id, "item_id": item_id, "question": question, "value": value, "lang": lang,
        "row_version": 1, "actor_kind": actor.kind, "actor_id": actor.id,
    }  # fmt: skip
    db.session.add(Answer(**place, origin=origin, updated_at=now))
    db.session.add(Save(**place, seen_version=0, outcome="accepted", created_at=now))


def _write() -> Executable:
    """Texts and answers of one save. What differs between them comes as one JSON list, so that this is put together once."""
    saves, answers = Save.__table__, Answer.__table__
    differing = ("question", "value", "lang", "row_version")
    names = (*differing, "seen_version", "proposal_id")
    typed = func.jsonb_to_recordset(bindparam("rows", type_=JSONB)).table_valued(*(Column(n, saves.c[n].type) for n in names))
    row = typed.render_derived(name="typed", with_types=True).c
    whose = {name: bindparam(name, type_=saves.c[name].type) for name in ("report_id", "item_id", "actor_kind", "actor_id")}
    now = bindparam("now", type_=saves.c.created_at.type)
    text = {**whose, **{name: row[name] for name in names}, "outcome": literal("accepted"), "created_at": now}
    answer = {
        **whose, **{name: row[name] for name in differing},
        "origin": literal("typed"), "checked_version": literal(0), "updated_at": now,
    }  # fmt: skip
    kept = insert(saves).from_select(list(text), select(*text.values())).cte("kept")
    write = insert(answers).from_select(list(answer), select(*answer.values())).add_cte(kept)
    # What the checks have seen stays: they look again because the version is another.
    place = ("report_id", "item_id", "question")
    changed = {name: write.excluded[name] for name in answer if name not in (*place, "checked_version")}
    return write.on_conflict_do_update(index_elements=place, set_=changed)


_WRITE = _write()


class _Writing:
    """The answers of one save: judged one by one, written together."""

    def __init__(self, actor: Actor, report: Report, item_id: UUID | None, now: datetime) -> None:
        self._actor, self._report, self._item_id, self._now = actor, report, item_id, now
        self._accepted: list[dict[str, Any]] = []

    def judge(self, question: Question, line: Typed, standing: Cell | None) -> Outcome:
        lang = line.lang if question.has_language else None
        value = values.read(question, line.raw, line.lang or "en")
        if standing is not None and not standing.row_version:  # what the group has fixed is no row
            standing = None
        value = _with_reason(question, value, line, standing)
        if standing is None and values.is_untouched(value):
            return Outcome(question.code, "unchanged", None)
        # By what was typed: "1.200" that was read in Spanish must not become 1.2 when a colleague saves the page in English.
        is_same = standing is not None and values.is_typed_alike(standing.value, value)
        is_left = not line.is_relabelled or values.is_blank(value)
        if is_same and standing is not None and standing.is_carried and line.is_confirmed:
            value, lang = dict(standing.value), standing.lang
        elif is_same and (is_left or (standing and (standing.lang, standing.value) == (lang, value))):
            return Outcome(question.code, "unchanged", standing)
        version = standing.row_version if standing else 0
        if version != line.seen:
            if _is_untouched(self._report, self._item_id, line, value):
                return Outcome(question.code, "unchanged", standing)
            return Outcome(question.code, "conflict", standing, self._refuse(line, value, lang))
        self._accepted.append({
            "question": question.code, "value": value, "lang": lang, "seen_version": version, "row_version": version + 1,
            "proposal_id": line.proposal_id,
        })  # fmt: skip
        return Outcome(question.code, "saved", Cell(value, lang, version + 1))

    def write(self) -> None:
        """Everything accepted as two rows each, in one statement. The report is held, so nobody is between it and `judge`."""
        if self._accepted:
            db.session.execute(_WRITE, {**self._row("now"), "rows": self._accepted})

    def _refuse(self, line: Typed, value: values.Value, lang: str | None) -> int:
        row = {**self._row("created_at"), "question": line.question, "value": value, "lang": lang, "seen_version": line.seen}
        kept = insert(Save).values(outcome="refused", row_version=None, **row).returning(Save.id)
        return int(db.session.scalar(kept) or 0)

    def _row(self, moment: str = "created_at") -> dict[str, Any]:
        """What every row of this save has in common."""
        return {
            "report_id": self._report.id, "item_id": self._item_id, "actor_kind": self._actor.kind, "actor_id": self._actor.id,
            moment: self._now,
        }


def _with_reason(question: Question, value: values.Value, line: Typed, standing: Cell | None) -> values.Value:
    """The value with the reason for leaving it blank: the one that came along, else the one that stands."""
    if not question.may_be_blank:
        return value
    if line.blank is not None:
        return values.with_reason(value, *line.blank)
    left = standing.value.get("blank") if standing else None
    return {**value, "blank": left} if left and values.is_blank(value) else value


def _is_untouched(report: Report, item_id: UUID | None, line: Typed, value: values.Value) -> bool:
    """Whether an answer came back just as the page had shown it.

    A page sends all its answers. One that its reader left alone must not fight with what somebody else wrote there.
    """
    if not line.seen:
        return values.is_untouched(value)
    shown = db.session.scalar(
        select(Save.value).where(
            Save.report_id == report.id,
            Save.item_id == item_id,
            Save.question == line.question,
            Save.row_version == line.seen,
        )
    )
    return shown is not None and values.is_typed_alike(shown, value)


@atomic
def add_item(actor: Actor, report_id: int, group: str, *, now: datetime) -> Item:
    """Start a new entry of a repeated group. Raises NotFound, Denied."""
    report = _report(actor, report_id)
    section = _section_of_group(report, group)
    report = _open_for_writing(actor, report_id, section=section, question=group, now=now)
    last = (
        db.session.scalar(select(func.max(Item.position)).where(Item.report_id == report.id, Item.group == group)) or 0
    )
    item = Item(id=uuid4(), report_id=report.id, group=group, position=last + 1, created_at=now)
    db.session.add(item)
    return item


@atomic
def end_item(actor: Actor, report_id: int, item_id: UUID, *, is_ended: bool, now: datetime) -> Item:
    """Take an entry out of the report, or bring it back; its answers are kept either way. Raises NotFound, Denied.

    One of the last report has ended then, or is to be settled anew; so is what was merged into one that is taken out.
    """
    report = _report(actor, report_id)
    item = _item_of(report, item_id)
    _open_for_writing(actor, report_id, section=_section_of_group(report, item.group), question=item.group, now=now)
    settle(item, ("ended" if is_ended else "open") if item.fate else None, now=now)
    item.ended_at = now if is_ended else None
    inside = select(Item).where(Item.report_id == report.id, Item.merged_into_id == item.id)
    for merged in db.session.scalars(inside) if is_ended else ():
        settle(merged, "open", now=now)
    return item


def settle(item: Item, fate: str | None, *, now: datetime, into: UUID | None = None) -> None:
    """Write what became of an entry of the last report; one that is over leaves the report. Called inside an operation."""
    item.fate, item.merged_into_id = fate, into if fate == "merged" else None
    item.ended_at = now if fate in IS_OVER else None
    item.row_version += 1


def _open_for_writing(actor: Actor, report_id: int, *, section: str, question: str, now: datetime) -> Report:
    """The report, held alone: no step and no other save can pass between this check and the save."""
    report = held_report(report_id)
    _require_open(actor, report, section=section, questions=[question], now=now)
    return report


def _require_open(actor: Actor, report: Report, *, section: str, questions: Sequence[str], now: datetime) -> None:
    """Whoever was given only some questions of a section writes those."""
    for question in dict.fromkeys(questions) or [None]:
        require(actor, "report.write", report, section=section, question=question)
    refuse_while_recallable(report, now=now)


def refuse_while_recallable(report: Report, *, now: datetime) -> None:
    """Answers stay locked until the return's notices have left. Raises Denied."""
    if report.is_recallable(now):
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
