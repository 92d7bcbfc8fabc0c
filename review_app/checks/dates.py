"""Rules about time: words that mean nothing without a date, and years outside the period reported on."""

import re
from collections.abc import Iterator

from review_app.checks.found import Found, Place
from review_app.checks.sentences import bounds, sentence, small
from review_app.checks.words import has_figure
from review_app.questionnaire.money import YEAR
from workflows.messages import Message

_PHRASES = (
    "last year", "this year", "next year", "the past year", "currently", "at present", "at the moment", "nowadays", "by this time", "to date",
    "up to now", "until now", "so far", "as of today", "today", "recently", "in recent years", "l'année dernière", "l'an dernier",
    "cette année", "l'année prochaine", "actuellement", "à ce jour", "jusqu'à présent", "à l'heure actuelle", "aujourd'hui", "récemment",
    "ces dernières années", "el año pasado", "este año", "el próximo año", "actualmente", "a la fecha", "hasta la fecha", "hasta ahora",
    "hoy en día", "en la actualidad", "recientemente", "en los últimos años",
    *(f"{when} {many} years" for when in ("last", "past") for many in ("two", "three", "four", "five", "few")),
    *(f"les {many} dernières années" for many in ("deux", "trois", "quatre", "cinq")),
    *(f"últimos {many} años" for many in ("dos", "tres", "cuatro", "cinco")),
)
_WEAK = frozenset((
    "today", "to date", "so far", "until now", "up to now", "recently", "in recent years", "aujourd'hui", "récemment", "ces dernières années",
    "jusqu'à présent", "hasta ahora", "hoy en día", "recientemente", "en los últimos años", "nowadays",
))
"""These count only beside a figure."""
_SINCE = re.compile(r"\b(?:since|from|depuis|dès|desde|a partir de|law|loi|ley|act|decree|décret|decreto|no\.?|nº|n°|convention)\b[^.;]{0,25}$", re.IGNORECASE)


def relative_times(place: Place) -> Iterator[Found]:
    """TIME-01: "last year", "currently", "by this time" in a sentence without a year."""
    phrases = [phrase for phrase in _PHRASES if phrase in place.small]
    for question, words in place.prose if phrases else ():
        if question.role not in ("features", "results", "conclusions", "money", "summary") and question.type != "longtext":
            continue
        quoted: set[tuple[int, int]] = set()
        for start, phrase in _standing(words, phrases):
            end = start + len(phrase)
            first, last = bounds(words, start, end)
            around = words[max(words.rfind("\n", 0, first) + 1, first - 200) if "year" in phrase else first:last]
            if (first, last) in quoted or YEAR.search(around) or (phrase in _WEAK and not has_figure(around)):
                continue
            quoted.add((first, last))
            text = Message(
                "“%(words)s” will mean something else when this is read: write the year or the date.", {"words": words[start:end]}
            )
            yield place.found("TIME-01", "warning", question=question, message=text, quote=sentence(words, start, end))


def _standing(words: str, phrases: list[str]) -> list[tuple[int, str]]:
    """Where the phrases stand, in their order: (start, phrase)."""
    lowered, found = small(words), []
    for phrase in phrases:
        start = lowered.find(phrase)
        while start >= 0:
            end = start + len(phrase)
            is_word = not (start and lowered[start - 1].isalpha()) and not lowered[end:end + 1].isalpha()
            if is_word and not (phrase == "next year" and lowered.endswith("the ", 0, start)):
                found.append((start, phrase))
            start = lowered.find(phrase, end)
    return sorted(found)


def years_outside_the_period(place: Place) -> Iterator[Found]:
    """TIME-02: results, of which every year that is named lies before the period reported on."""
    question, period = place.with_role("results"), place.context.period
    words = place.clean(question) if question else None
    if question is None or period is None or not isinstance(words, str):
        return
    hits = list(YEAR.finditer(words))
    if not hits or any(int(match[0]) >= period[0] or _SINCE.search(words, max(0, match.start() - 60), match.start()) for match in hits):
        return
    text = Message(
        "The results name no year after %(year)s, and the report is about %(first)s to %(last)s: add what happened since.",
        {"year": max(match[0] for match in hits), "first": str(period[0]), "last": str(period[1])},
    )
    yield place.found("TIME-02", "warning", question=question, message=text, quote=sentence(words, *hits[-1].span()))
