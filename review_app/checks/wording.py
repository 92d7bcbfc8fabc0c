"""Rules about the words themselves: placeholders, and web addresses that nobody meant to write."""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from uuid import UUID

from review_app.checks import sources, spam
from review_app.checks.found import Found, Place, places
from review_app.checks.words import folded
from review_app.questionnaire.language import Question
from review_app.questionnaire.sheets import Cell, Sheet
from workflows.messages import Message

_TEXTS = ("text", "longtext")
_WORD = re.compile(r"[^\W_]")
_LONGEST_PLACEHOLDER = 60
_PLACEHOLDERS = frozenset({
    "n/a", "n.a", "na", "n/d", "nd", "s/d", "s/o", "x", "xx", "xxx", "tbd", "tbc", "nil", "none", "not applicable",
    "not available", "not defined", "undefined", "to be defined", "to be determined", "to be confirmed", "unknown",
    "sans objet", "non applicable", "non defini", "non definie", "non disponible", "neant", "aucun", "aucune", "rien",
    "a definir", "a determiner", "inconnu", "no aplica", "no aplicable", "no definido", "no definida", "no disponible",
    "ninguno", "ninguna", "nada", "por definir", "por determinar", "sin informacion", "sin datos", "desconocido",
})


def is_placeholder(words: str) -> bool:
    """Whether a text only fills the space: a lone sign, or a phrase for "nothing" in English, French or Spanish."""
    if len(words) > _LONGEST_PLACEHOLDER:
        return _WORD.search(words) is None and bool(words.strip())
    bare = " ".join(folded(words).split())
    if not any(c.isalnum() for c in bare):
        return bool(bare)
    return bare.strip(" .-–—()[]\"'“”«»*:;,!?/") in _PLACEHOLDERS


def placeholders(place: Place) -> Iterator[Found]:
    """TEXT-04: a text, a cell or a part of a contact that only fills the space."""
    for question, row, column, words in texts(place):
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
    suspected = [one for one in texts(place) if spam.spans(one[3])]  # whoever the text may be about
    known = spam.known_words(place.sheet, place.item.id if place.item else None) if suspected else ()
    for question, row, column, words in suspected:
        for quote in dict.fromkeys(words[start:end] for start, end in spam.spans(words, known)):
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


def texts(place: Place) -> Iterator[tuple[Question, int | None, str | None, str]]:
    """Every free text that is asked for: (question, row from 1, column or contact field, words)."""
    for question in place.asked:
        clean = place.clean(question)
        if question.type in _TEXTS and clean:
            yield question, None, None, clean
        elif question.type == "money" and (value := place.value(question)):
            yield question, None, None, str(value["raw"]).strip()
        elif question.type == "contact" and clean:
            for field, words in clean.items():
                if words:
                    yield question, None, field, words
        elif question.type == "table" and clean:
            for number, row in enumerate(clean, start=1):
                for column in question.columns:
                    if column.type in _TEXTS and row.get(column.code):
                        yield question, number, column.code, row[column.code]
