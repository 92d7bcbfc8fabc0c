"""A form as an Excel workbook: a sheet of answers, one a repeated group, one a table; a hidden one knows what was handed out."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
from flask_babel import gettext
from xlsxwriter.worksheet import Worksheet

from review_app.exports.outline import Cover, Entries, Entry, Line, Part, files_note, left_blank
from review_app.forms.questions import CONTACT_PARTS
from review_app.questionnaire.language import Question
from review_app.questionnaire.paper import Words, offered
from review_app.questionnaire.values import CONTACT_FIELDS
from review_app.readers.filled_workbook import HIDDEN, NOT_HERE

CELL_AT_MOST = 32_767  # signs; Excel's own limit
LIST_AT_MOST = 255  # signs in the list of a drop-down; Excel's own limit
SPARE_ROWS = 5


def write_xlsx(cover: Cover, parts: Sequence[Part]) -> bytes:
    """The whole form, in the language of the cover. An answer too long for a cell is left out and marked as such."""
    file = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"title": cover.title, "author": "Relata"})
    _Writer(book, cover).write(parts)
    book.close()
    return file.getvalue()


class _Writer:
    def __init__(self, book: xlsxwriter.Workbook, cover: Cover) -> None:
        self.book, self.cover, self.names = book, cover, {HIDDEN.casefold()}
        self.head = book.add_format({"bold": True, "bg_color": "#E6ECF1", "text_wrap": True, "valign": "top", "border": 1})
        self.fixed = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#4F5B66"})
        self.open = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@", "border": 1})
        self.strong = book.add_format({"bold": True, "font_size": 14})
        self.versions: list[tuple[str, str]] = []

    def write(self, parts: Sequence[Part]) -> None:
        answers = self._sheet(gettext("Answers"))
        tables: list[tuple[str, Question, list[tuple[str, str, Line]]]] = []
        row = self._front(answers)
        for part in parts:
            for block in part.blocks:
                if isinstance(block, Entries):
                    self._group(block, tables)
                elif block.question.type == "table":
                    tables.append((f"table:{block.question.code}", block.question, [("", "", block)]))
                else:
                    row = self._answer(answers, row, part.section.title.within(self.cover.language), block)
        for mark, question, lines in tables:
            self._table(mark, question, lines)
        self._hidden()

    def _front(self, sheet: Worksheet) -> int:
        sheet.set_column(0, 0, None, None, {"hidden": True})
        sheet.set_column(1, 1, 24)
        sheet.set_column(2, 2, 44)
        sheet.set_column(3, 3, 70)
        sheet.set_column(4, 4, 44)
        sheet.write_string(0, 1, self.cover.title, self.strong)
        sheet.write_string(1, 1, self.cover.subtitle)
        sheet.write_string(2, 1, self.cover.note)
        for column, words in enumerate((gettext("Section"), gettext("Question"), gettext("Answer"), gettext("Help")), start=1):
            sheet.write_string(4, column, words, self.head)
        sheet.freeze_panes(5, 0)
        return 5

    def _answer(self, sheet: Worksheet, row: int, section: str, line: Line) -> int:
        for field, label, words in _cells(line.question, line.words, self.cover.language):
            sheet.write_string(row, 0, _mark(line.question, f"{_place(line)}{field}"))
            sheet.write_string(row, 1, section, self.fixed)
            sheet.write_string(row, 2, label, self.fixed)
            self._words(sheet, row, 3, line.question, words, line)
            told = "\n".join(filter(None, (left_blank(line), _help(line.question, self.cover.language))))
            sheet.write_string(row, 4, told, self.fixed)
            row += 1
        return row

    def _group(self, block: Entries, tables: list[tuple[str, Question, list[tuple[str, str, Line]]]]) -> None:
        group, language = block.group, self.cover.language
        sheet = self._sheet(group.label.within(language))
        sheet.write_string(0, 0, f"group:{group.code}")
        sheet.write_string(1, 1, gettext("No."), self.head)
        plain = [question for question in group.questions if question.type != "table"]
        column = 2
        for question in plain:
            for field, label, _words in _cells(question, {} if question.type == "contact" else "", language):
                sheet.write_string(0, column, _mark(question, f"{question.code}{field}"))
                sheet.write_string(1, column, "\n".join(filter(None, (label, _help(question, language)))), self.head)
                column += 1
        _hide_marks(sheet, column)
        for number, entry in enumerate(block.entries):
            self._entry(sheet, number + 2, entry)
        for question in (question for question in group.questions if question.type == "table"):
            lines = [
                (str(entry.number), entry.title, line)
                for entry in block.entries for line in entry.lines if line.question is question
            ]  # fmt: skip
            tables.append((f"table:{group.code}/{question.code}", question, lines))

    def _entry(self, sheet: Worksheet, row: int, entry: Entry) -> None:
        sheet.write_string(row, 0, (entry.lines[0].key.item or "") if entry.lines else "")
        sheet.write_string(row, 1, str(entry.number), self.fixed)
        column = 2
        for line in entry.lines:
            if line.question.type != "table":
                for _field, _label, words in _cells(line.question, line.words, self.cover.language):
                    self._words(sheet, row, column, line.question, words, line)
                    column += 1

    def _table(self, mark: str, question: Question, lines: Sequence[tuple[str, str, Line]]) -> None:
        language, is_inner = self.cover.language, "/" in mark
        sheet = self._sheet(question.label.within(language))
        sheet.write_string(0, 0, mark)
        first = 3 if is_inner else 1
        if is_inner:
            sheet.write_string(1, 1, gettext("No. of the entry"), self.head)
            sheet.write_string(1, 2, gettext("Entry"), self.head)
        for column, inner in enumerate(question.columns, start=first):
            sheet.write_string(0, column, inner.code)
            sheet.write_string(1, column, inner.label.within(language), self.head)
        _hide_marks(sheet, first + len(question.columns))
        row = 2
        for number, title, line in lines:
            self._note(line, is_here=True)
            rows = line.words if isinstance(line.words, list) else []
            for told in (*rows, *([{}] if is_inner else [{}] * SPARE_ROWS)):
                if is_inner:
                    sheet.write_string(row, 1, number, self.fixed)
                    sheet.write_string(row, 2, title, self.fixed)
                for column, inner in enumerate(question.columns, start=first):
                    self._words(sheet, row, column, inner, told.get(inner.code, ""), line)
                row += 1

    def _words(self, sheet: Worksheet, row: int, column: int, question: Question, words: str, line: Line) -> None:
        """One answer cell, with a drop-down list where the answer is chosen."""
        if question.type == "file":
            sheet.write_string(row, column, words[:CELL_AT_MOST], self.fixed)
            return
        is_here = len(words) <= CELL_AT_MOST
        self._note(line, is_here=is_here)
        if not is_here:
            words = gettext("Too long for a cell: this answer stays as it is. Change it online or in the Word form.")
            sheet.write_string(row, column, words, self.fixed)
            return
        if words:
            sheet.write_string(row, column, words, self.open)
        else:
            sheet.write_blank(row, column, None, self.open)
        choices = offered(question, self.cover.language) if question.type != "choices" else []
        if choices and len(",".join(choices)) <= LIST_AT_MOST and not any("," in one for one in choices):
            sheet.data_validation(row, column, row, column, {"validate": "list", "source": choices, "error_type": "information"})

    def _note(self, line: Line, *, is_here: bool) -> None:
        if line.key.group is None:
            self.versions.append((_place(line), str(line.key.version) if is_here else NOT_HERE))

    def _hidden(self) -> None:
        sheet = self.book.add_worksheet(HIDDEN)
        sheet.very_hidden()
        sheet.write_string(0, 0, "report")
        sheet.write_string(0, 1, str(self.cover.report_id))
        sheet.write_string(1, 0, "language")
        sheet.write_string(1, 1, self.cover.language)
        for row, (place, version) in enumerate(dict(self.versions).items(), start=2):
            sheet.write_string(row, 0, place)
            sheet.write_string(row, 1, version)

    def _sheet(self, name: str) -> Worksheet:
        """A sheet under a name Excel takes: 31 signs, none of []:*?/\\, each name once."""
        clean = "".join(" " if sign in "[]:*?/\\" else sign for sign in name).strip(" '")[:28] or "-"
        unique, number = clean, 1
        while unique.casefold() in self.names:
            number += 1
            unique = f"{clean} {number}"
        self.names.add(unique.casefold())
        return self.book.add_worksheet(unique)


def _hide_marks(sheet: Worksheet, columns: int) -> None:
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.set_column(0, 0, None, None, {"hidden": True})
    sheet.set_column(1, max(columns - 1, 1), 32)
    sheet.freeze_panes(2, 2)


def _place(line: Line) -> str:
    return str(line.key).partition("@")[0]


def _mark(question: Question, mark: str) -> str:
    """Nothing for files: a form that comes back can neither bring one nor lose one."""
    return "" if question.type == "file" else mark


def _cells(question: Question, words: Words, language: str) -> Iterator[tuple[str, str, str]]:
    """(suffix of the mark, label, words) of each cell an answer takes: a contact takes one a part."""
    label = question.label.within(language)
    if question.type == "contact":
        names: dict[str, Any] = dict(CONTACT_PARTS)
        told = words if isinstance(words, dict) else {}
        for field in CONTACT_FIELDS:
            yield f".{field}", f"{label}: {names[field]}", told.get(field, "")
    else:
        yield "", label, "\n".join(words) if isinstance(words, tuple) else str(words)


def _help(question: Question, language: str) -> str:
    told = [text.within(language) for text in (question.hint, question.guidance) if text]
    if question.type == "file":
        told.append(files_note())
    if question.type == "choices":
        choices = "\n".join(f"- {label}" for label in offered(question, language))
        told.append(gettext("Write each that applies on a line of its own:") + "\n" + choices)
    return "\n".join(told)
