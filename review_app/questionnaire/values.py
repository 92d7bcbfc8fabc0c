"""What an answer looks like when it is kept: one JSON shape a type, always with `raw` (as typed) and `value` (as read).

    text, longtext     raw str                     value str
    yes_no             raw "yes" | "no"            value bool
    choice             raw id                      value id
    choices            raw [id]                    value [id]
    number, percent    raw str                     value decimal str ("1234.5")
    money              raw str                     value [{amount: decimal str | None, currency: str | None, year: int
                                                   | None, years: [first, last] | None, approximate: bool, period:
                                                   "annual" | "total" | None, text: str, readings: [decimal str]}]
    year               raw str                     value int
    date               raw str                     value "YYYY-MM-DD"
    url                raw str                     value str with its scheme
    country            raw str                     value alpha-2 code
    contact            raw {field: str}            value {field: str}, see CONTACT_FIELDS
    table              raw [{column: str}]         value [{column: clean}], the same rows (empty rows go from both)
    file               raw [{id, name, kind, sha256, caption: str, size: int}], see FILE_FACTS; value the same

`value` is None when nothing is answered or what is answered cannot be read; `raw` is never lost.

Beside the two stands `blank` when somebody left the answer out with a reason: {reason: one of REASONS or "", until: str}.
`until` is the day by which it is planned, ISO when it can be read, else as it was typed.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from review_app.questionnaire.language import Question
from review_app.questionnaire.money import Amount, amounts, plain_number
from workflows.messages import Message

Value = dict[str, Any]

CONTACT_FIELDS = ("name", "organisation", "position", "email", "phone", "address")
FILE_FACTS = ("id", "name", "kind", "sha256", "size")  # of a file these never change; what people write is the `caption`
YEARS = range(1900, 2101)
REASONS = ("not_applicable", "no_data", "confidential", "planned")
NO_SIGNS = "\ufffe\uffff"  # not characters at all: no XML file can hold them

_HOST = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}(?::[0-9]{1,5})?", re.IGNORECASE)
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff" + re.escape("".join(NO_SIGNS)) + "]")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def read(question: Question, raw: Any, lang: str | None = "en") -> Value:
    """The value to keep for what was typed. `lang` is the language of the answer; it decides what a decimal mark is.

    Reading what was read changes nothing: `read(q, read(q, raw)["raw"]) == read(q, raw)`.
    """
    if question.type == "group":
        raise TypeError("a group has items, not an answer")
    if question.type == "choices":
        chosen = [_line(one) for one in raw] if isinstance(raw, (list, tuple)) else [_line(raw)] if raw else []
        kept = [one for one in dict.fromkeys(chosen) if one]
        return {"raw": kept, "value": [one for one in kept if question.option(one)] or None}
    if question.type == "contact":
        typed = {name: cleaned(raw.get(name)) if isinstance(raw, Mapping) else "" for name in CONTACT_FIELDS}
        clean = {name: words.strip() for name, words in typed.items()}
        return {"raw": typed, "value": clean if any(clean.values()) else None}
    if question.type == "table":
        return _rows(question, raw, lang or "en")
    if question.type == "file":
        files = _files(raw)
        return {"raw": files, "value": files or None}
    text = cleaned(raw)
    return {"raw": text, "value": _simple(question, text, lang or "en")}


def is_blank(value: Mapping[str, Any] | None) -> bool:
    """Whether nothing was answered. What was typed and cannot be read is not blank."""
    return value is None or (value.get("value") is None and is_empty(value.get("raw")))


def with_reason(value: Value, reason: str, until: str) -> Value:
    """The value with why it is left blank, and by which day it is planned, both as typed; without either, as it was."""
    known, day = reason if reason in REASONS else "", cleaned(until).strip()
    return {**value, "blank": {"reason": known, "until": _day(day) or day}} if known or day else value


def reason_of(value: Mapping[str, Any] | None) -> str:
    """Why it was left blank, "" without a reason."""
    return str(((value or {}).get("blank") or {}).get("reason") or "")


def is_explained(value: Mapping[str, Any] | None) -> bool:
    """Whether a reason stands in the place of an answer: one that is whole, and no answer beside it."""
    return bool(reason_of(value)) and is_blank(value) and _reason_problem(value or {}) is None


def is_untouched(value: Mapping[str, Any] | None) -> bool:
    """Whether nothing was typed at all, neither an answer nor a reason."""
    return is_blank(value) and not (value or {}).get("blank")


def is_typed_alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the same was typed, however it was read."""
    return one["raw"] == other["raw"] and one.get("blank") == other.get("blank")


def problem(question: Question, value: Mapping[str, Any] | None) -> Message | None:
    """Why the answer (or a part of a choice, or the reason for a blank) cannot be read, and what to write; else None.

    The cells of a table are asked one by one: `problem(column, cell_value(...))`.
    """
    if value is None:
        return None
    if (wrong := _reason_problem(value)) is not None or is_blank(value):
        return wrong
    raw, clean = value.get("raw"), value.get("value")
    if question.type == "choices":
        return _NOT_OFFERED if len(clean or ()) != len(raw or ()) else None
    if question.type == "contact":
        address = (clean or {}).get("email", "")
        return _NO_ADDRESS if address and not _ADDRESS.fullmatch(address) else None
    if question.type == "money":
        return None if clean else _NO_SUM
    return _PROBLEMS.get(question.type) if clean is None else None


def _reason_problem(value: Mapping[str, Any]) -> Message | None:
    left = value.get("blank")
    if not left:
        return None
    if not left["reason"]:
        return _DAY_ALONE
    if not is_blank(value):
        return _BOTH
    return _NO_DAY if left["reason"] == "planned" and _day(left["until"]) is None else None


def cell_value(value: Mapping[str, Any], row: int, column: Question) -> Value:
    """One cell of a table as a value of its own. `row` counts from 0."""
    return {"raw": value["raw"][row].get(column.code, ""), "value": value["value"][row].get(column.code)}


def cleaned(raw: Any) -> str:
    """Text as it is kept: lines end in a line feed, and what no person types (control characters) is gone."""
    text = "" if raw is None else str(raw)
    if text.replace("\n", "").replace("\u00a0", "").isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _CONTROL.sub("", text)


def _line(raw: Any) -> str:
    return cleaned(raw).strip()


def is_empty(raw: Any) -> bool:
    """Whether nothing but blanks was typed, in any part of it."""
    if isinstance(raw, Mapping):
        return all(is_empty(one) for one in raw.values())
    if isinstance(raw, (list, tuple)):
        return all(is_empty(one) for one in raw)
    return raw is None or not str(raw).strip()


def _rows(question: Question, raw: Any, lang: str) -> Value:
    rows = [row for row in raw if isinstance(row, Mapping)] if isinstance(raw, (list, tuple)) else []
    typed = [{column.code: cleaned(row.get(column.code)) for column in question.columns} for row in rows]
    typed = [row for row in typed if not is_empty(row)]
    clean = [{column.code: _simple(column, row[column.code], lang) for column in question.columns} for row in typed]
    return {"raw": typed, "value": clean or None}


def _files(raw: Any) -> list[dict[str, Any]]:
    """Each file once, with its facts as they were given and what somebody wrote of it."""
    given = {one["id"]: one for one in raw if isinstance(one, Mapping) and one.get("id")} if isinstance(raw, (list, tuple)) else {}
    return [
        {**{fact: one[fact] for fact in FILE_FACTS if fact in one}, "caption": _line(one.get("caption"))} for one in given.values()
    ]


def _simple(question: Question, text: str, lang: str) -> Any:
    words = text.strip()
    if not words:
        return None
    match question.type:
        case "text" | "longtext":
            return words
        case "yes_no":
            return {"yes": True, "no": False}.get(words.lower())
        case "choice":
            return words if question.option(words) else None
        case "number" | "percent":
            number = plain_number(words, lang)
            return None if number is None else _decimal(number)
        case "money":
            return _sums(question, words, lang)
        case "year":
            return int(words) if re.fullmatch("[0-9]{4}", words) and int(words) in YEARS else None
        case "date":
            return _day(words)
        case "url":
            return _address(words)
        case _:
            return words.upper() if re.fullmatch("[A-Za-z]{2}", words) else None


def _sums(question: Question, words: str, lang: str) -> list[dict[str, Any]] | None:
    unit = question.unit["en"] if question.unit and re.fullmatch("[A-Z]{3}", question.unit["en"]) else None
    return [plain_sum(one) for one in amounts(words, lang, currency=unit)] or None


def plain_sum(one: Amount) -> dict[str, Any]:
    """A sum as it is kept."""
    return {
        "amount": None if one.amount is None else _decimal(one.amount, places=2), "currency": one.currency,
        "approximate": one.is_approximate, "period": one.period, "year": one.year,
        "years": list(one.years) if one.years else None, "text": one.text,
        "readings": [_decimal(reading, places=2) for reading in one.readings],
    }


def _decimal(number: Decimal, places: int = 0) -> str:
    """Digits without exponent, with at least `places` decimals and no needless zeros after those."""
    whole, _, decimals = f"{number:f}".partition(".")
    decimals = decimals.rstrip("0").ljust(places, "0")
    return f"{whole}.{decimals}" if decimals else whole


def _day(words: str) -> str | None:
    """ISO, of a day in one of YEARS."""
    if hit := _YEAR_FIRST.fullmatch(words):
        year, month, day = hit.groups()
    elif hit := _DAY_FIRST.fullmatch(words):
        day, month, year = hit.groups()
    else:
        return None
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found.isoformat() if found.year in YEARS else None


def _address(words: str) -> str | None:
    """A web address with http or https; one without a scheme gets https."""
    full = words if re.match(r"https?://", words, re.IGNORECASE) else f"https://{words}"
    try:
        parts = urlsplit(full)
    except ValueError:
        return None
    if re.search(r"\s", words) or not _HOST.fullmatch(parts.netloc):
        return None
    return full


_NOT_OFFERED = Message("An answer is not one of those offered: choose from the list.")
_NO_ADDRESS = Message("The e-mail address cannot be used: write it like name@example.org.")
_NO_SUM = Message("No amount can be read for certain: write it with its currency, like USD 125,000.00.")
_BOTH = Message("There is an answer, and a reason to leave it blank: take one of them away.")
_DAY_ALONE = Message("There is a day by which it is planned, but no reason: choose “planned”, or empty the day.")
_NO_DAY = Message("What is planned needs the day, up to 2100, by which it will be there: write it like 2027-06-30 or 30/6/2027.")
_NO_NUMBER = Message("This is not a number that can be read: write digits only, like 1234.5.")

_PROBLEMS = {
    "yes_no": Message("This answer can be yes or no: choose one of them."),
    "choice": _NOT_OFFERED,
    "number": _NO_NUMBER,
    "percent": _NO_NUMBER,
    "year": Message("This is not a year between 1900 and 2100: write four digits, like 2026."),
    "date": Message("This is not a day between 1900 and 2100: write it like 2027-06-30 or 30/6/2027."),
    "url": Message("This is not a web address: write it like https://www.example.org."),
    "country": Message("This is not a country of the list: choose one."),
}
