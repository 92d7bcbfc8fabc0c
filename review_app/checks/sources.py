"""Rules about an imported text as a page: captions without a value, furniture of the web, headers glued together."""

import re
from collections.abc import Iterator

from review_app.checks.found import Found, Place
from review_app.questionnaire import values as shapes
from review_app.questionnaire.language import Question, named
from workflows.messages import Message

_FURNITURE = re.compile(
    r"(?:(?:read|go to|see|download) (?:the )?full report|(?:lire|voir) le rapport complet|(?:leer|ver) el informe completo"
    r"|(?:share|print)(?: this page)?:?|skip to main content|back to top)", re.IGNORECASE,
)
_LONGEST_FURNITURE = 30


def captions_without_address(place: Place) -> Iterator[Found]:
    """REQ-02: the caption for the website stands there without an address."""
    question = place.with_role("website")
    if question and _is_announced_and_blank(place, question):
        text = Message("The text announces a website, and none follows: add the address.")
        yield place.found("REQ-02", "warning", question=question, message=text)


def priorities_without_value(place: Place) -> Iterator[Found]:
    """TAG-03: the heading of the transversal priorities stands there without a value."""
    question = place.with_role("priorities")
    if question and _is_announced_and_blank(place, question):
        text = Message("The heading of the transversal priorities has no value: choose one, or leave it so if there is none.")
        yield place.found("TAG-03", "warning", question=question, message=text)


def _is_announced_and_blank(place: Place, question: Question) -> bool:
    return place.source is not None and question.role in place.source.blank and shapes.is_blank(place.value(question))


def mixed_captions(place: Place) -> Iterator[Found]:
    """LANG-01: captions in more than one language, above the answers as they were read."""
    question = place.with_role("title") or next(iter(place.asked), None)
    source = place.source_behind(question) if question else None
    if question and source and len(source.languages) > 1:
        text = Message("The captions are in more than one language (%(languages)s).", {"languages": named(source.languages)})
        yield place.found("LANG-01", "note", question=question, message=text)


def furniture(place: Place) -> Iterator[Found]:
    """UI-01: words of a web page, around the imported text or as a line of an answer."""
    source = place.source
    for question, words in place.prose:
        lines = [line.strip() for line in words.split("\n") if _is_furniture(line.strip(" \t*•-"))]
        if lines:
            text = Message("“%(words)s” belongs to the web page, not to the report.", {"words": lines[0]})
            yield place.found("UI-01", "note", question=question, message=text, quote=lines[0])
            return
    for role, words in list(dict.fromkeys(source.furniture))[:3] if source else ():
        text = Message("“%(words)s” belongs to the web page, not to the report.", {"words": words[:80]})
        yield place.found("UI-01", "note", question=_at(place, role), message=text, quote=words[:200])


def _is_furniture(words: str) -> bool:
    return len(words) <= _LONGEST_FURNITURE and _FURNITURE.fullmatch(words) is not None


def glued_headers(place: Place) -> Iterator[Found]:
    """UI-02: the header of a table that lost its columns, above the partners as they were read."""
    question = place.with_role("partners")
    source = place.source_behind(question) if question else None
    words = next((words for role, words in source.glued if role == "partners"), None) if source else None
    if question and words:
        text = Message("“%(words)s” is the header of a table without its columns: look whether each name has its own type.", {"words": words})
        yield place.found("UI-02", "note", question=question, message=text, quote=words[:200])


def stray_addresses(place: Place) -> Iterator[Found]:
    """SPAM-01 in an imported text: addresses that the reader set aside."""
    source = place.source
    for role, words in dict.fromkeys(source.stray if source else ()):
        text = Message("“%(words)s” stands alone and has nothing to do with what is reported: it was left out.", {"words": words})
        yield place.found("SPAM-01", "error", question=_at(place, role), message=text, quote=words[:200])


def _at(place: Place, role: str) -> Question:
    """The question the words stand under; the first one when it is not asked."""
    return place.with_role(role) or place.asked[0]
