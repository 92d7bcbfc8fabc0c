"""Rules about paragraphs that stand elsewhere: in another entry of the report, or in the last report."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from review_app.checks.found import Found, Place
from review_app.questionnaire.sheets import Sheet
from workflows.messages import Message

_LEAST = 120
"""Characters of a paragraph that is worth comparing."""


def from_another_entry(place: Place) -> Iterator[Found]:
    """COPY-01: a paragraph that stands in an earlier entry of the same report, too."""
    if place.item is None or len(place.sheet.items) < 2:
        return
    first, number = place.sheet.derived(_first_with), place.sheet.derived(_numbers)
    for question, words in place.prose:
        for paragraph, key in _paragraphs(words):
            if key in first and number[first[key]] < number[place.item.id]:
                text = Message(
                    "This paragraph also stands in “%(title)s”: write what is particular to this entry, or reply why it stands twice.",
                    {"title": place.sheet.title(place.sheet.item(first[key]))},
                )
                yield place.found("COPY-01", "warning", question=question, message=text, quote=paragraph[:300])
                break


def from_the_last_report(place: Place) -> Iterator[Found]:
    """COPY-02: a paragraph of the last report, word for word."""
    before = place.context.previous.get(place.item.id if place.item else None, {})
    old = {key for words in before.values() if isinstance(words, str) for _, key in _paragraphs(words)}
    for question, words in place.prose if old else ():
        for paragraph, key in _paragraphs(words):
            if key in old:
                text = Message("This paragraph stood in the last report word for word: confirm that it is still so, or bring it up to date.")
                yield place.found("COPY-02", "note", question=question, message=text, quote=paragraph[:300])
                break


def _first_with(sheet: Sheet) -> Mapping[str, UUID]:
    """Every paragraph of the entries, with the first entry that has it."""
    found: dict[str, UUID] = {}
    for item in sheet.items:
        for question in sheet.asked_in(item):
            value: Any = sheet.value(question.code, item.id) if question.type == "longtext" else None
            for _, key in _paragraphs(value) if isinstance(value, str) else ():
                found.setdefault(key, item.id)
    return found


def _numbers(sheet: Sheet) -> Mapping[UUID, int]:
    return {item.id: number for number, item in enumerate(sheet.items)}


def _paragraphs(words: str) -> Iterator[tuple[str, str]]:
    """Paragraphs that are long enough, with the letters and digits by which they are compared."""
    for paragraph in re.split(r"\n+", words):
        if len(paragraph) >= _LEAST:
            yield paragraph.strip(), re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", paragraph).casefold())
