"""The case-study sheet: a title, details as pairs of key and value, and chapters with sub-headings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from review_app.readers import languages
from review_app.readers.countries import country
from review_app.readers.cutting import Cutter
from review_app.readers.furniture import is_furniture
from review_app.readers.letters import squeezed
from review_app.readers.lines import Line, lines_of
from review_app.readers.reading import Reading
from review_app.readers.sums import convention, sums

_DETAILS = {
    "agencies_engaged": ["Government Agencies Engaged", "Organismes publics engagés", "Organismos públicos participantes"],
    "agency": ["Implementing Agency", "Organisme d'exécution", "Organismo ejecutor"],
    "funding": ["Funding Source", "Funding Sources", "Source de financement", "Fuente de financiación"],
    "scale": ["Scale", "Échelle", "Escala"],
    "area": ["Area", "Domaine", "Área"],
    "location": ["Location", "Lieu", "Lugar"],
    "reach": ["Reach", "Portée", "Alcance"],
    "share": ["Share", "Partager", "Compartir"],
    "print": ["Print", "Imprimer", "Imprimir"],
}
_CHAPTERS = {
    "summary": ["Summary of Intervention/Programme", "Summary of Intervention", "Summary of Programme", "Summary",
                "Résumé de l'intervention/du programme", "Resumen de la intervención/programa"],
    "worked_well": ["What worked well", "Ce qui a bien fonctionné", "Lo que funcionó bien"],
    "improve": ["What could be improved", "What did not work", "Lessons learned", "Challenges", "Ce qui pourrait être amélioré",
                "Lo que se puede mejorar"],
}
_DETAIL_KEYS = {squeezed(word): name for name, words in _DETAILS.items() for word in words}
_CHAPTER_KEYS = {squeezed(word): name for name, words in _CHAPTERS.items() for word in words}
_LANGUAGES: dict[str, frozenset[str]] = {}
for _words in (*_DETAILS.values(), *_CHAPTERS.values()):
    for _place, _word in enumerate(_words):
        _language = {1: "fr", 0: "es"}.get(len(_words) - 1 - _place, "en")
        _LANGUAGES[squeezed(_word)] = _LANGUAGES.get(squeezed(_word), frozenset()) | {_language}
_KEY = re.compile(r"(?:^|(?<=\s))(?:[-*•–][ \t]{0,4})?(?P<key>[^\W\d_][^:\n]{1,60}?)[ \t]{0,4}:")
_LINE_KEY = re.compile(r"[ \t]{0,8}(?:[-*•–][ \t]{0,4})?([^\W\d_][^:\n]{1,50}+):")
_BY = re.compile(
    r"\b(?:by|par|por)\s(?:the\s|le\s|la\s|l['’]|el\s)?(?P<body>[^\W\d_][^,.;()\n]{3,120}?)(?=\s*[,.;(\n]|\s(?:in|with|and\sby|avec|con)\s|$)"
)

_BULLETS = " \t\r\n\u00a0-*•–"


@dataclass(frozen=True)
class _Key:
    name: str
    start: int
    end: int


def is_sheet(text: str) -> bool:
    """Whether a text has at least three details, or two and a chapter, of a case-study sheet."""
    keys = (match[1] for line in text.split("\n") if ":" in line[:80] and (match := _LINE_KEY.match(line)))
    details = {name for key in keys if (name := _DETAIL_KEYS.get(squeezed(key))) and name not in ("share", "print")}
    if len(details) != 2:
        return len(details) > 2
    return any(len(line) < 80 and _CHAPTER_KEYS.get(squeezed(line)) == "summary" for line in text.splitlines())


def _is_line_head(text: str, match: re.Match[str]) -> bool:
    return not text[text.rfind("\n", 0, match.start("key")) + 1:match.start("key")].strip(" \t-*•–")


def read_sheet(cutter: Cutter, reading: Reading) -> None:
    """Take the fields a sheet has; the rest of its own fields stays unplaced for the questionnaire of sheets."""
    reading.form = "case-study"
    lines = lines_of(cutter.text)
    keys = [key for line in lines for key in _keys(cutter.text, line)]
    _read_top(cutter, lines, keys, reading)
    for number, key in enumerate(keys):
        cutter.take("junk" if key.name in ("share", "print") else "captions", key.start, key.end)
        end = keys[number + 1].start if number + 1 < len(keys) else len(cutter.text)
        _read_value(cutter, key, end, reading)
    reading.heading_language = languages.of_captions(
        _LANGUAGES[squeezed(cutter.text[key.start:key.end])] for key in keys if key.name not in ("share", "print")
    )
    if reading.financial_resources_text is not None:
        words = reading.financial_resources_text
        reading.money = sums(words, asks_for_usd=False, decimals=convention(cutter.text, "en"), country=reading.country)


def _keys(text: str, line: Line) -> list[_Key]:
    if name := _CHAPTER_KEYS.get(squeezed(line.text)) if len(line.text) < 80 else None:
        return [_Key(name, line.start, line.end)]
    found = []
    for match in _KEY.finditer(text, line.start, min(line.end, line.start + 400)):
        name = _DETAIL_KEYS.get(squeezed(match["key"].split("- ")[-1]))
        if name and (_is_line_head(text, match) or name in ("share", "print")):
            start = match.end("key") - len(match["key"].split("- ")[-1])
            found.append(_Key(name, start, match.end()))
    return found


def _read_top(cutter: Cutter, lines: Sequence[Line], keys: Sequence[_Key], reading: Reading) -> None:
    first = keys[0].start if keys else len(cutter.text)
    for line in lines:
        if line.start >= first:
            break
        if is_furniture(line.text):
            cutter.take("junk", line.start, line.end)
        elif reading.title is None and len(line.text) <= 300:
            reading.title = cutter.take("title", line.start, line.end)
        else:
            reading.other_prose.append(cutter.take("unplaced", line.start, line.end))


def _read_value(cutter: Cutter, key: _Key, end: int, reading: Reading) -> None:
    words = cutter.text[key.end:end]
    start = key.end + len(words) - len(words.lstrip(_BULLETS))
    value = words.strip(_BULLETS)
    end = start + len(value)
    if key.name == "location":
        reading.country = country(value)
        cutter.take("raw", start, end)
    elif key.name in ("area", "scale") and len(value) <= 60:
        cutter.take("raw", start, end)
    elif key.name == "funding" and reading.financial_resources_text is None:
        reading.financial_resources_text = cutter.take("financial_resources_text", start, end)
    elif key.name == "summary" and reading.features is None:
        reading.features = cutter.take("features", start, end)
    elif key.name == "agency" and reading.agency is None:
        _read_agency(cutter, value, start, reading)


def _read_agency(cutter: Cutter, value: str, start: int, reading: Reading) -> None:
    """The body itself: the whole value, or in a sentence the one by whom it is done."""
    if len(value) <= 120 and not value.endswith("."):
        reading.agency = cutter.take("agency", start, start + len(value)) or None
    elif named := _BY.search(value):
        reading.agency = cutter.take("agency", start + named.start("body"), start + named.end("body")) or None
