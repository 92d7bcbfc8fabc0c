"""Rules about the words themselves: placeholders, and web addresses that nobody meant to write."""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from uuid import UUID

from review_app.checks import sources, spam
from review_app.checks.found import Found, Place, places
from review_app.checks.words import folded
from review_app.questionnaire.sheets import Cell, Sheet
from workflows.messages import Message

_WORD = re.compile(r"[^\W_]")
_LONGEST_PLACEHOLDER = 60  # with the signs and blanks around it
_PLACEHOLDERS = frozenset({
    "n/a", "n.a", "na", "n/d", "nd", "s/d", "s/o", "x", "xx", "xxx", "tbd", "tbc", "nil", "none", "not applicable",
    "not available", "not defined", "undefined", "to be defined", "to be determined", "to be confirmed", "unknown",
    "sans objet", "non applicable", "non defini", "non definie", "non disponible", "neant", "aucun", "aucune", "rien",
    "a definir", "a determiner", "inconnu", "no aplica", "no aplicable", "no definido", "no definida", "no disponible",
    "ninguno", "ninguna", "nada", "por definir", "por determinar", "sin informacion", "sin datos", "desconocido",
})
_MOST_LETTERS = max(map(len, _PLACEHOLDERS))
_AROUND = " .-–—()[]\"'“”«»*:;,!?/…"


def is_placeholder(words: str) -> bool:
    """Whether a text only fills the space: a lone sign, or a phrase for "nothing" in English, French or Spanish."""
    if _WORD.search(words) is None:
        return bool(words.strip())
    bare = " ".join(words.split()).strip(_AROUND) if len(words) <= _LONGEST_PLACEHOLDER else words
    return len(bare) <= _MOST_LETTERS and folded(bare).strip(_AROUND) in _PLACEHOLDERS


def placeholders(place: Place) -> Iterator[Found]:
    """TEXT-04: a text, a cell or a part of a contact that only fills the space."""
    for question, row, column, words in place.texts:
        if is_placeholder(words):
            text = Message(
                "“%(words)s” only fills the space: write an answer, or leave it blank if there is none.",
                {"words": words},
            )
            yield place.found(
                "TEXT-04", "warning", question=question, message=text, row=row, column=column, quote=words[:200]
            )


def stray_addresses(place: Place) -> Iterator[Found]:
    """SPAM-01: a web address that stands alone and has nothing to do with party, agency, partners or website."""
    yield from sources.stray_addresses(place)
    suspected = [(*one, runs) for one in place.texts if (runs := spam.standing_alone(one[3]))]
    known = spam.known_words(place.sheet, place.item.id if place.item else None) if suspected else ()
    for question, row, column, words, runs in suspected:
        for quote in dict.fromkeys(words[start:end] for start, end in spam.strays(runs, known)):
            text = Message(
                "“%(words)s” stands alone and has nothing to do with what is reported: "
                "remove it, or say why it belongs here.", {"words": quote},
            )
            yield place.found(
                "SPAM-01", "error", question=question, message=text, row=row, column=column, quote=quote, offer="remove"
            )


def without_strays(sheet: Sheet, answered: Collection[str]) -> Sheet:
    """The sheet without the words that SPAM-01 quotes; a finding whose fingerprint was `answered` keeps its words."""
    cells: dict[tuple[UUID | None, str], Cell] = {}
    for place in places(sheet):
        item_id = place.item.id if place.item else None
        quotes: dict[str, set[str]] = {}
        for found in stray_addresses(place):
            if found.fingerprint not in answered:
                quotes.setdefault(found.question, set()).add(found.quote)
        for question in place.asked:
            if question.code in quotes and (cell := place.cell(question)):
                known = spam.known_words(sheet, item_id)
                value = spam.without(question, cell.value, known, lang=cell.lang, only=quotes[question.code])
                cells[item_id, question.code] = replace(cell, value=value)
    return sheet.replaced(cells)

