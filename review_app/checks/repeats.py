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
    if place.item is None:
        return
    earlier = _earlier(place.sheet, place.item.id)
    for question, words in place.prose if earlier else ():
        for paragraph, key in _paragraphs(words):
            if key in earlier:
                text = Message(
                    "This paragraph also stands in “%(title)s”: write what is particular to this entry, or reply why it stands twice.",
                    {"title": earlier[key]},
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


def _earlier(sheet: Sheet, item_id: UUID) -> Mapping[str, str]:
    """Every paragraph of the entries before this one, with the title of the first entry that has it."""
    found: dict[str, str] = {}
    for item in sheet.items:
        if item.id == item_id:
            break
        for question in sheet.asked_in(item):
            value: Any = sheet.value(question.code, item.id)
            if question.type == "longtext" and isinstance(value, str):
                for _, key in _paragraphs(value):
                    found.setdefault(key, sheet.title(item))
    return found


def _paragraphs(words: str) -> Iterator[tuple[str, str]]:
    """Paragraphs that are long enough, with the letters and digits by which they are compared."""
    for paragraph in re.split(r"\n+", words):
        if len(paragraph) >= _LEAST:
            yield paragraph.strip(), re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", paragraph).casefold())
