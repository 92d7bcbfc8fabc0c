"""The fields of a form in an Excel workbook: marks in a hidden row and column, what was handed out in a hidden sheet."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import islice
from typing import Any

from openpyxl import load_workbook

from review_app.questionnaire.language import Questionnaire
from review_app.questionnaire.money import COMMA_LANGUAGES
from review_app.questionnaire.paper import Key, Words
from review_app.readers.filled import Filled, is_empty, question_at

HIDDEN = "_relata"
NOT_HERE = "-"
MOST_SHEETS, MOST_ROWS, MOST_COLUMNS = 200, 10_000, 500
"""What is read; further out no form of ours has anything, and a single stray cell there would stand for millions of empty ones."""
_BULLET = re.compile(r"\s*[-•]\s+")
Row = list[str]


def sheets_of(data: bytes) -> dict[str, list[Row]]:
    """Name -> rows of words of each sheet, an empty row as an empty list. Raises what the library raises for a broken file."""
    book = load_workbook(BytesIO(data), read_only=True, data_only=True)
    found = {
        sheet.title: [
            list(row) if any(cell is not None for cell in row) else []
            for row in sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
        ]
        for sheet in islice(book.worksheets, MOST_SHEETS)
    }
    told = {row[0]: row[1] for row in found.get(HIDDEN, ()) if len(row) > 1}
    language = str(told.get("language") or "en")
    return {title: [[_text(cell, language) for cell in row] for row in rows] for title, rows in found.items()}


def read_sheets(sheets: Mapping[str, list[Row]], questionnaire: Questionnaire, groups: Mapping[str, str]) -> Filled:
    """What `sheets_of` found, as answers."""
    return _Reader(dict(sheets), questionnaire, groups).read()


class _Reader:
    def __init__(self, sheets: dict[str, list[Row]], questionnaire: Questionnaire, groups: Mapping[str, str]) -> None:
        self.sheets, self.questionnaire, self.groups, self.filled = sheets, questionnaire, groups, Filled()
        self.versions: dict[str, str] = {}
        self.new: dict[tuple[str, str], dict[str, Words]] = {}
        self.numbers: dict[tuple[str, str], str] = {}  # (group, number) -> short id of the entry

    def read(self) -> Filled:
        for row in self.sheets.pop(HIDDEN):
            if len(row) > 1:
                self.versions[row[0]] = row[1]
        report = self.versions.pop("report", "")
        self.filled.report_id = int(report) if report.isdecimal() and len(report) < 10 else None
        self.filled.language = self.versions.pop("language", None)
        kinds = [((rows[0][:1] or [""])[0].partition(":"), rows) for rows in self.sheets.values() if rows]
        for (kind, _, code), rows in kinds:
            if kind == "group":
                self._group(code, rows)
            elif kind != "table":
                self._answers(rows)
        for (kind, _, code), rows in kinds:
            if kind == "table":
                self._table(code, rows)
        self.filled.entries = [(group, told) for (group, _), told in self.new.items() if not all(map(is_empty, told.values()))]
        return self.filled

    def _answers(self, rows: list[Row]) -> None:
        for row in rows:
            if row and row[0]:
                self._put(None, None, row[0], row[3] if len(row) > 3 else "")

    def _group(self, group: str, rows: list[Row]) -> None:
        for row in rows[2:]:
            item, number = (*row, "", "")[:2]
            if item:
                self.numbers[group, number] = item
            for mark, said in list(zip(rows[0], row, strict=False))[2:]:
                if mark:
                    self._put(item or None, None if item else (group, number), mark, said)

    def _put(self, item: str | None, new: tuple[str, str] | None, mark: str, said: str) -> None:
        """One cell: a whole answer, or one part of a contact."""
        code, _, part = mark.partition(".")
        if "/" in code:
            item, _, code = code.partition("/")
        key = self._key(item, new, code)
        question = question_at(key, self.questionnaire, self.groups) if key else None
        if key is None or question is None:
            self.filled.unknown.append(mark)
        elif self.versions.get(_place(key)) != NOT_HERE:
            place = self._place(new)
            words: Words = said
            if question.type == "choices":
                words = tuple(filter(None, (_BULLET.sub("", line).strip() for line in said.split("\n"))))
            elif question.type == "contact":
                told = place.get(key if new is None else key.question, {})
                words = {**(told if isinstance(told, dict) else {}), **({part: said} if said.strip() else {})}
            place[key if new is None else key.question] = words

    def _place(self, new: tuple[str, str] | None) -> dict[Any, Words]:
        return self.filled.answers if new is None else self.new.setdefault(new, {})

    def _key(self, item: str | None, new: tuple[str, str] | None, code: str) -> Key | None:
        place = f"{item}/{code}" if item else f"+{new[0]}/{code}" if new else code
        version = self.versions.get(place, "0")
        return Key.read(f"{place}@{'0' if version == NOT_HERE else version}")

    def _table(self, code: str, rows: list[Row]) -> None:
        """Rows of a table belong to the report, or by their number to an entry of the group."""
        group, _, table = code.rpartition("/")
        told: dict[str, list[dict[str, str]]] = {}
        for row in rows[2:]:
            said = {mark: words for mark, words in zip(rows[0][1:], row[1:], strict=False) if mark and words.strip()}
            number = row[1] if group and len(row) > 1 else ""
            told.setdefault(number, []).extend([said] if said else [])
        for number, lines in told.items():
            item = self.numbers.get((group, number))
            is_new = bool(group) and item is None
            key = self._key(item, (group, number) if is_new else None, table)
            question = question_at(key, self.questionnaire, self.groups) if key else None
            if key is None or question is None or (is_new and (group, number) not in self.new):
                self.filled.unknown += [f"{code} {number}".strip()] if lines else []
            elif is_new:
                self.new[group, number][table] = lines
            elif self.versions.get(_place(key)) != NOT_HERE:
                self.filled.answers[key] = lines


def _place(key: Key) -> str:
    return str(key).partition("@")[0]


def _text(value: Any, language: str) -> str:
    """A cell as a person would have typed it: Excel turns what looks like a number or a day into one."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
        case date():
            return value.isoformat()
        case int() | float():
            words = format(Decimal(repr(value)), "f").removesuffix(".0")
            return words.replace(".", ",") if language in COMMA_LANGUAGES else words
        case _:
            return str(value).replace("\r\n", "\n").replace("_x000D_\n", "\n")
