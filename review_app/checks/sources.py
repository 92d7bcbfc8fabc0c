"""Rules about an imported text as a page: captions without a value, furniture of the web, headers glued together."""

import re
from collections.abc import Iterable, Iterator

from review_app.checks.found import Found, Place
from review_app.questionnaire.language import Question
from workflows.messages import Message

_FURNITURE = re.compile(
    r"^[ \t*•-]*(?:(?:read|go to|see|download) (?:the )?full report|(?:lire|voir) le rapport complet|(?:leer|ver) el informe completo"
    r"|(?:share|print)(?: this page)?:?|skip to main content|back to top)[ \t]*$", re.IGNORECASE | re.MULTILINE,
)


def captions_without_address(place: Place) -> Iterator[Found]:
    """REQ-02: the caption for the website stands there without an address."""
    source, question = place.context.source, place.with_role("website")
    if source and question and question.code in source.blank:
        text = Message("The text announces a website, and none follows: add the address.")
        yield place.found("REQ-02", "warning", question=question, message=text)


def priorities_without_value(place: Place) -> Iterator[Found]:
    """TAG-03: the heading of the transversal priorities stands there without a value."""
    source, question = place.context.source, place.with_role("priorities")
    if source and question and question.code in source.blank:
        text = Message("The heading of the transversal priorities has no value: choose one, or leave it so if there is none.")
        yield place.found("TAG-03", "warning", question=question, message=text)


def mixed_captions(place: Place) -> Iterator[Found]:
    """LANG-01: captions in more than one language."""
    source = place.context.source
    if source and len(source.languages) > 1 and place.asked:
        text = Message("The captions are in more than one language (%(languages)s).", {"languages": ", ".join(source.languages)})
        yield place.found("LANG-01", "note", question=place.asked[0], message=text)


def furniture(place: Place) -> Iterator[Found]:
    """UI-01: words of a web page, around the imported text or as a line of an answer."""
    source = place.context.source
    for question, words in place.prose:
        if hit := _FURNITURE.search(words):
            text = Message("“%(words)s” belongs to the web page, not to the report.", {"words": hit.group().strip()})
            yield place.found("UI-01", "note", question=question, message=text, quote=hit.group().strip())
            return
    for code, words in list(dict.fromkeys(source.furniture))[:3] if source else ():
        text = Message("“%(words)s” belongs to the web page, not to the report.", {"words": words[:80]})
        yield place.found("UI-01", "note", question=_at(place, code), message=text, quote=words[:200])


def glued_headers(place: Place) -> Iterator[Found]:
    """UI-02: the header of a table that lost its columns."""
    source = place.context.source
    if source and source.glued:
        code, words = source.glued[0]
        text = Message("“%(words)s” is the header of a table without its columns: look whether each name has its own type.", {"words": words})
        yield place.found("UI-02", "note", question=_at(place, code), message=text, quote=words[:200])


def stray_addresses(place: Place) -> Iterator[Found]:
    """SPAM-01 in an imported text: addresses that the reader set aside."""
    source = place.context.source
    for code, words in dict.fromkeys(source.stray if source else ()):
        text = Message("“%(words)s” stands alone and has nothing to do with what is reported: it was left out.", {"words": words})
        yield place.found("SPAM-01", "error", question=_at(place, code), message=text, quote=words[:200])


def _at(place: Place, code: str) -> Question:
    """The question the words stand under; the first one when it is not asked."""
    return next((question for question in place.asked if question.code == code), _first(place.asked))


def _first(questions: Iterable[Question]) -> Question:
    return next(iter(questions))
