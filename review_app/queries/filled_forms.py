"""Forms that came back: which wait for a decision, and what each would change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from review_app.extensions import db
from review_app.models import FilledForm, Item, Report, Save
from review_app.permissions import NotFound
from review_app.queries.answers import sheet_of
from review_app.queries.reports import questionnaire_of
from review_app.questionnaire.language import Question, Section
from review_app.questionnaire.merging import Kind, Reading, verdict
from review_app.questionnaire.paper import Key, Words, short, words_of
from review_app.questionnaire.sheets import Sheet, SheetItem
from review_app.readers.filled import Filled


@dataclass(frozen=True)
class Change:
    """One answer a file would change. `version` is the row version that stands now; `mark` names it on the page."""

    mark: str
    section: Section
    item: SheetItem | None
    title: str
    reading: Reading
    kind: Kind
    version: int


@dataclass(frozen=True)
class NewEntry:
    """An entry the file adds. `words`: in the order of the group's questions, only what was written."""

    number: int
    section: Section
    group: Question
    words: tuple[tuple[Question, Words], ...]


@dataclass(frozen=True)
class Comparison:
    """A file against the report as it stands."""

    language: str
    changes: tuple[Change, ...]
    entries: tuple[NewEntry, ...]
    unknown: tuple[str, ...]


def filled_form(report: Report, form_id: int) -> FilledForm:
    """A form that came back for this report. Raises NotFound."""
    found = db.session.scalar(select(FilledForm).where(FilledForm.id == form_id, FilledForm.report_id == report.id))
    if found is None:
        raise NotFound
    return found


def waiting_forms(report: Report) -> list[FilledForm]:
    """Those nobody has decided on yet, oldest first."""
    mine = select(FilledForm).where(FilledForm.report_id == report.id, FilledForm.closed_at.is_(None))
    return list(db.session.scalars(mine.order_by(FilledForm.id)))


def groups_of(report: Report) -> dict[str, str]:
    """Short id -> group of every entry that is in the report."""
    items = select(Item.id, Item.group).where(Item.report_id == report.id, Item.ended_at.is_(None))
    return {short(item_id): group for item_id, group in db.session.execute(items)}


def compare(report: Report, form: FilledForm) -> Comparison:
    """What the file says otherwise, by the answers as they stand now."""
    sheet, questionnaire = sheet_of(report), questionnaire_of(report)
    items = {short(item.id): item for item in sheet.items}
    groups = {name: item.group for name, item in items.items()}
    filled = Filled.from_json(form.content, questionnaire, groups)
    language = filled.language or "en"
    earlier = _handed_out(report, filled)
    changes = []
    for key, theirs in filled.answers.items():
        question = questionnaire.find(key.question, groups[key.item] if key.item else None)
        item = items[key.item] if key.item else None
        reading = _reading(sheet, question, item, earlier.get(key), theirs, language)
        if kind := verdict(reading):
            cell = sheet.cell(question.code, item.id if item else None)
            changes.append(Change(
                str(key), questionnaire.section_of(item.group if item else question.code), item,
                sheet.title(item) if item else "", reading, kind, cell.row_version if cell else 0,
            ))  # fmt: skip
    entries = tuple(
        NewEntry(number, questionnaire.section_of(code), group := questionnaire.question(code), tuple(
            (question, words[question.code]) for question in group.questions if words.get(question.code)
        ))
        for number, (code, words) in enumerate(filled.entries)
    )  # fmt: skip
    return Comparison(language, tuple(changes), entries, tuple(filled.unknown))


def _reading(
    sheet: Sheet, question: Question, item: SheetItem | None, base: Mapping[str, Any] | None, theirs: Words, language: str
) -> Reading:
    """`base`: the value that was handed out, None when there was no answer (then what the group has fixed, if anything)."""
    cell = sheet.cell(question.code, item.id if item else None)
    ours = words_of(question, cell.value.get("raw") if cell else None, language)
    if base is not None:
        return Reading(question, words_of(question, base.get("raw"), language), ours, theirs)
    is_fixed = cell is not None and cell.row_version == 0
    return Reading(question, ours if is_fixed else words_of(question, None, language), ours, theirs)


def _handed_out(report: Report, filled: Filled) -> dict[Key, dict[str, Any]]:
    """Key -> the value each answer had in the version the file was made from."""
    wanted = {(key.item, key.question, key.version): key for key in filled.answers if key.version}
    if not wanted:
        return {}
    rows = db.session.execute(
        select(Save.item_id, Save.question, Save.row_version, Save.value).where(
            Save.report_id == report.id, Save.outcome == "accepted",
            tuple_(Save.question, Save.row_version).in_({(question, version) for _, question, version in wanted}),
        )
    )
    found: dict[Key, dict[str, Any]] = {}
    for item_id, question, version, value in rows:
        key = wanted.get((_short(item_id), question, version))
        if key:
            found[key] = value
    return found


def _short(item_id: UUID | None) -> str | None:
    return short(item_id) if item_id else None
