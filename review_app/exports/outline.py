"""A sheet in the order in which it is written on paper: sections, answers, entries. Every format walks along this."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from review_app.questionnaire.language import Question, Section
from review_app.questionnaire.paper import Key, Words, reason_words, short, words_of
from review_app.questionnaire.sheets import Sheet, SheetItem


@dataclass(frozen=True)
class Cover:
    """What stands on top. `note` says what the reader does with it; `report_id` is 0 for what does not come back."""

    title: str
    subtitle: str
    note: str
    language: str
    report_id: int = 0
    at: datetime | None = None


@dataclass(frozen=True)
class Line:
    """One answer on paper. `reason`: why it was left blank, in words."""

    key: Key
    question: Question
    words: Words
    lang: str | None
    reason: str = ""


@dataclass(frozen=True)
class Entry:
    """One entry of a repeated group; `number` counts from 1 within the group, `item` is None for one still to be written."""

    number: int
    title: str
    lang: str | None
    item: SheetItem | None
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Entries:
    """A repeated group with its entries."""

    group: Question
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Part:
    """One section with what stands in it, in the questionnaire's order."""

    section: Section
    blocks: tuple[Line | Entries, ...]


def left_blank(line: Line) -> str:
    """Why an answer is left blank, as a sentence; "" when it is not."""
    return gettext("Left blank: %(reason)s", reason=line.reason) if line.reason else ""


def files_note() -> str:
    """What a form on paper says where files are asked for."""
    return gettext("Files are sent on the page of the section. Those named here stay as they are.")


def form_outline(sheet: Sheet, language: str, *, blanks: int) -> list[Part]:
    """Everything that can be asked, with what is answered so far, and `blanks` empty entries a group: a form to fill in."""
    return [
        Part(section, tuple(
            _entries(sheet, question, language, question.questions, blanks) if question.is_group
            else _line(sheet, question, language)
            for question in section.questions
        ))
        for section in sheet.questionnaire.sections
    ]  # fmt: skip


def reading_outline(sheet: Sheet, language: str) -> list[Part]:
    """What is asked, with its answers: a report to read."""
    return [Part(section, tuple(_read(sheet, section, language))) for section in sheet.questionnaire.sections]


def _read(sheet: Sheet, section: Section, language: str) -> Iterator[Line | Entries]:
    asked = {question.code for question in (*sheet.asked(section.code), *sheet.asked_groups(section.code))}
    for question in section.questions:
        if question.code in asked and question.is_group:
            yield Entries(question, tuple(
                Entry(number, sheet.title(item), sheet.title_lang(item), item, _lines(sheet, sheet.asked_in(item), language, item))
                for number, item in enumerate(sheet.items_of(question.code), start=1)
            ))  # fmt: skip
        elif question.code in asked:
            yield _line(sheet, question, language)


def _entries(sheet: Sheet, group: Question, language: str, questions: Sequence[Question], blanks: int) -> Entries:
    items = sheet.items_of(group.code)
    written = [
        Entry(n, sheet.title(item), sheet.title_lang(item), item, _lines(sheet, questions, language, item))
        for n, item in enumerate(items, start=1)
    ]
    empty = tuple(Line(Key(q.code, group=group.code), q, words_of(q, None, language), None) for q in questions)
    return Entries(group, (*written, *(Entry(len(items) + 1 + n, "", None, None, empty) for n in range(blanks))))


def _lines(sheet: Sheet, questions: Sequence[Question], language: str, item: SheetItem) -> tuple[Line, ...]:
    return tuple(_line(sheet, question, language, item) for question in questions)


def _line(sheet: Sheet, question: Question, language: str, item: SheetItem | None = None) -> Line:
    cell = sheet.cell(question.code, item.id if item else None)
    key = Key(question.code, short(item.id) if item else None, None, cell.row_version if cell else 0)
    value = cell.value if cell else None
    words = words_of(question, value["raw"] if value else None, language)
    return Line(key, question, words, cell.lang if cell else None, reason_words(value, language))
