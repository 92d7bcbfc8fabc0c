"""One field class a kind of answer: how it is read from a form, shown again, and handed on as it was typed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms.fields.core import Field
from wtforms.utils import unset_value

from review_app.forms.fields import Choices
from review_app.forms.ids import whole_number
from review_app.forms.languages import CONTENT_LANGUAGES, YES_NO, direction
from review_app.questionnaire.language import Question, Text
from review_app.questionnaire.paper import REASONS
from review_app.readers.attachments import ENDINGS

CONTACT_PARTS = (
    ("name", _l("Name")), ("position", _l("Position")), ("organisation", _l("Organisation")),
    ("email", _l("E-mail")), ("phone", _l("Telephone")), ("address", _l("Address")),
)  # fmt: skip
DATE_PARTS = (("day", _l("Day")), ("month", _l("Month")), ("year", _l("Year")))
RADIOS_UP_TO = 8  # a longer list is quicker to use as a select
ROWS_AT_MOST = 200
WIDE_FROM = 5  # columns; from here on a row is a card on every screen


def _text(value: Any) -> str:
    """Typed words with one kind of line break, as browsers send two."""
    return "" if value is None else str(value).replace("\r\n", "\n").replace("\r", "\n")


@dataclass
class InputCell:
    """One input inside a composite field: a part of a date or contact, or a cell of a table."""

    id: str
    name: str
    label: Any
    kind: str
    data: Any = ""
    choices: Choices = ()
    hint: str = ""
    lang: str | None = None
    direction: str | None = None

    def iter_choices(self) -> Iterator[tuple[str, Any, bool, dict[str, Any]]]:
        """As WTForms' select fields: value, words, whether chosen, attributes."""
        return ((value, words, value == (self.data or ""), {}) for value, words in self.choices)


def choices_of(question: Question, language: str, countries: Choices) -> Choices:
    """What a question may be answered with, when that is a list."""
    if question.type == "yes_no":
        return YES_NO
    if question.type == "country":
        return countries
    return [(option.id, option.label.within(language)) for option in question.options]


class QuestionField(Field):
    """The answer to one question. `typed()` is what `questionnaire.values.read` takes."""

    kind = "text"

    def __init__(
        self, label: str = "", *, question: Question, language: str, countries: Choices, is_needed: bool, **kwargs: Any
    ) -> None:
        super().__init__(label, **kwargs)
        self.question = question
        self.language = language
        self.countries = countries
        self.is_needed = is_needed
        self.is_private = not question.public
        self.hint = self._words(question.hint)
        self.guidance = self._words(question.guidance)
        self.unit = self._words(question.unit) or ("%" if question.type == "percent" else "")
        self.limit = question.limit
        self.seen_version = 0
        self.was_sent = False
        self.is_unsaved = False  # shown again from a kept form, and another than what stands
        self.blank: tuple[str, str] | None = None
        self.own_language: str | None = None
        self.lang: str | None = None
        self.direction: str | None = None
        self.data: Any = ""

    def _words(self, text: Text | None) -> str:
        return text.within(self.language) if text else ""

    @property
    def target(self) -> str:
        """The id of the first control, where a link to this field leads."""
        return str(self.id)

    def speak(self, language: str) -> None:
        """The language the answer is written in. Only words have one."""
        if self.question.has_language:
            self.lang, self.direction = language, direction(language)

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Read what was posted; a missing part is a blank, never an error."""
        self.process_errors: list[str] = []
        self.show(None)
        if formdata is None:
            return
        sent = formdata.get(f"seen-{self.name}")
        self.was_sent = sent is not None
        self.seen_version = whole_number(sent) or 0
        if f"blank-{self.name}" in formdata:
            self.blank = (_text(formdata.get(f"blank-{self.name}")), _text(formdata.get(f"until-{self.name}")))
        if f"lang-{self.name}" in formdata:
            language = _text(formdata.get(f"lang-{self.name}"))
            self.own_language = language if language in dict(CONTENT_LANGUAGES) else ""
        self.receive(formdata)

    def receive(self, formdata: Any) -> None:
        """Take this field's part of the form."""
        self.data = _text(formdata.get(self.name))

    def show(self, raw: Any) -> None:
        """Show a stored raw answer, or nothing."""
        self.data = _text(raw) if not isinstance(raw, (dict, list)) else ""

    @property
    def languages(self) -> Choices:
        """What the answer may be written in, beside the language of the page; nothing for what is no words."""
        return (("", _l("That of the page")), *CONTENT_LANGUAGES) if self.question.has_language else ()

    @property
    def reasons(self) -> Choices:
        """Why the answer may be left blank; nothing where it may not."""
        if not self.question.may_be_blank:
            return ()
        return [("", _l("No reason")), *((one, words.within(self.language)) for one, words in REASONS.items())]

    def typed(self) -> Any:
        """The raw answer."""
        return self.data


class LineField(QuestionField):
    """text, number, percent, year, url: one line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = self.question.type

    def _value(self) -> str:
        return str(self.data)


class AreaField(QuestionField):
    """longtext, and money as it is written in laws and budgets."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = self.question.type
        self.lines = 2 if self.kind == "money" else 4 if (self.limit or 9_999) <= 600 else 8


class OneField(QuestionField):
    """yes_no, choice, country: one of a list."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices_of(self.question, self.language, self.countries)
        self.kind = "select" if len(self.choices) > RADIOS_UP_TO else "radios"

    def iter_choices(self) -> Iterator[tuple[str, Any, bool, dict[str, Any]]]:
        if self.kind == "select":
            yield "", _l("Choose"), not self.data, {}
        for value, words in self.choices:
            yield value, words, value == self.data, {}


class SeveralField(QuestionField):
    """choices: any of a list."""

    kind = "checkboxes"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices_of(self.question, self.language, self.countries)

    def receive(self, formdata: Any) -> None:
        self.data = formdata.getlist(self.name)

    def show(self, raw: Any) -> None:
        self.data = [str(one) for one in raw] if isinstance(raw, list) else []

    def iter_choices(self) -> Iterator[tuple[str, Any, bool, dict[str, Any]]]:
        return ((value, words, value in self.data, {}) for value, words in self.choices)


class PartsField(QuestionField):
    """An answer of several inputs; `data` is a dict of them."""

    parts: Choices = ()

    @property
    def target(self) -> str:
        return f"{self.id}-{self.parts[0][0]}"

    @property
    def cells(self) -> list[InputCell]:
        """The inputs, in order."""
        return [
            InputCell(f"{self.id}-{part}", f"{self.name}-{part}", label, self._kind_of(part), self.data.get(part, ""))
            for part, label in self.parts
        ]

    def _kind_of(self, part: str) -> str:
        return {"email": "email", "phone": "phone", "address": "longtext"}.get(part, "text")

    def receive(self, formdata: Any) -> None:
        self.data = {part: _text(formdata.get(f"{self.name}-{part}")).strip() for part, _ in self.parts}


class DayField(PartsField):
    """date: day, month and year, each typed."""

    kind = "date"
    parts = DATE_PARTS

    def show(self, raw: Any) -> None:
        text = _text(raw).strip() if isinstance(raw, str) else ""
        if match := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text):
            year, month, day = match.groups()
            self.data = {"day": day.lstrip("0"), "month": month.lstrip("0"), "year": year}
            return
        pieces = text.split("/") if text.count("/") == 2 else [text, "", ""]
        self.data = dict(zip(("day", "month", "year"), pieces, strict=True))

    def typed(self) -> str:
        """ISO when it is a day of the calendar, else what was typed, as d/m/y; "" when all is blank."""
        day, month, year = (self.data.get(part, "") for part, _ in DATE_PARTS)
        if all(piece.isascii() and piece.isdigit() and len(piece) <= 4 for piece in (day, month, year)) and len(year) == 4:
            try:
                return date(int(year), int(month), int(day)).isoformat()
            except ValueError:
                pass
        return f"{day}/{month}/{year}" if day or month or year else ""


class ContactField(PartsField):
    """contact: who can be asked, and how."""

    kind = "contact"
    parts = CONTACT_PARTS

    def show(self, raw: Any) -> None:
        known = raw if isinstance(raw, Mapping) else {}
        self.data = {part: _text(known.get(part)) for part, _ in self.parts}

    def typed(self) -> dict[str, str]:
        return dict(self.data)


class TableField(QuestionField):
    """table: rows of simple questions. `data` is a list of {column code: raw}."""

    kind = "table"

    @property
    def target(self) -> str:
        return f"{self.id}-0-{self.question.columns[0].code}"

    @property
    def is_wide(self) -> bool:
        return len(self.question.columns) >= WIDE_FROM

    @property
    def rows(self) -> list[list[InputCell]]:
        """The inputs of each row; there is always one row."""
        columns = self.question.columns
        return [[self._cell(number, column, row) for column in columns] for number, row in enumerate(self.data or [{}])]

    def _cell(self, number: int, column: Question, row: Mapping[str, Any]) -> InputCell:
        place = f"{number}-{column.code}"
        choices = choices_of(column, self.language, self.countries)
        if choices:
            choices = [("", _l("Choose")), *choices]
        hint = self._words(column.hint) or (str(_l("Day/month/year")) if column.type == "date" else "")
        cell = InputCell(
            f"{self.id}-{place}", f"{self.name}-{place}", self._words(column.label), column.type,
            data=row.get(column.code, ""), choices=choices, hint=hint,
        )  # fmt: skip
        if column.type in ("text", "longtext"):
            cell.lang, cell.direction = self.lang, self.direction
        return cell

    def receive(self, formdata: Any) -> None:
        pattern = re.compile(re.escape(self.name) + r"-(\d{1,4})-")
        numbers = sorted({int(match[1]) for key in formdata if (match := pattern.match(key))})[:ROWS_AT_MOST]
        self.data = [self._row(formdata, number) for number in numbers]

    def _row(self, formdata: Any, number: int) -> dict[str, str]:
        codes = [column.code for column in self.question.columns]
        return {code: _text(formdata.get(f"{self.name}-{number}-{code}")).strip() for code in codes}

    def show(self, raw: Any) -> None:
        self.data = [dict(row) for row in raw if isinstance(row, Mapping)] if isinstance(raw, list) else []

    def lengthen(self) -> None:
        """One more empty row at the end."""
        self.data = [*self.data, {}]

    def typed(self) -> list[dict[str, str]]:
        """The rows in which something stands."""
        return [row for row in self.data if any(row.values())]


class FilesField(QuestionField):
    """file: those that are there, each with its caption, and room for more. `data` is a list of {id, caption, ...}."""

    kind = "file"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = self.question.most or 1
        self.accept = ",".join(f".{ending}" for ending in ENDINGS)
        self.uploads: list[FileStorage] = []
        self.removed: set[str] = set()

    def receive(self, formdata: Any) -> None:
        pattern = re.compile(re.escape(self.name) + "-caption-([0-9a-f-]{36})")
        # By `items`, which keeps the order of the form: its keys alone come in any.
        found = {match[1]: text for key, text in formdata.items() if (match := pattern.fullmatch(key))}
        self.data = [{"id": file_id, "caption": _text(text)} for file_id, text in found.items()]
        self.removed = {file_id for file_id in found if formdata.get(f"{self.name}-remove-{file_id}")}
        self.uploads = [one for one in formdata.getlist(self.name) if isinstance(one, FileStorage) and one.filename]

    def show(self, raw: Any) -> None:
        self.data = [dict(one) for one in raw if isinstance(one, Mapping)] if isinstance(raw, list) else []

    def recall(self, raw: Any) -> None:
        """What a form that was kept for somebody knew only by their ids."""
        known = {one["id"]: one for one in raw or () if isinstance(one, Mapping)}
        self.data = [{**known[row["id"]], **row} for row in self.data if row["id"] in known]

    @property
    def left(self) -> int:
        """How many files may still come."""
        return max(0, self.most - len(self.data))

    def typed(self) -> list[dict[str, str]]:
        """The files that stay, by their ids."""
        return [row for row in self.data if row["id"] not in self.removed]


FIELDS: dict[str, type[QuestionField]] = {
    "text": LineField, "number": LineField, "percent": LineField, "year": LineField, "url": LineField,
    "longtext": AreaField, "money": AreaField, "yes_no": OneField, "choice": OneField, "country": OneField,
    "choices": SeveralField, "date": DayField, "contact": ContactField, "table": TableField, "file": FilesField,
}  # fmt: skip
