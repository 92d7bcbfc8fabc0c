"""What stands under each caption of the form, read into the fields of a Reading."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from review_app.readers.countries import country
from review_app.readers.cutting import Cutter
from review_app.readers.labels import DOMAINS, YES_NO
from review_app.readers.letters import squeezed
from review_app.readers.lines import Line, Mark
from review_app.readers.partners import partners
from review_app.readers.reading import Reading

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\b(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE)
_OPENING = re.compile(r"(?i:yes|oui|sí|no|non)(?=\s*(?:[,.;:!–—-]|$))|(?:YES|OUI|SÍ|SI|NO|NON)\b")
_TICKED = re.compile(r"(?:[☒☑✓✔■●]|\[[xX]\]|\([xX]\))\s*([^\W\d_]{2,4})(?![^\W_])")
_OWN_CAPTION = re.compile(r"[^.:]{2,60}:")
_LONGEST_LABEL = 250


@dataclass(frozen=True)
class Region:
    """A caption (or several of one table) and the lines under it, up to the next one."""

    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]
    is_end: bool
    """Whether the text ends with it."""

    @property
    def field(self) -> str:
        return self.marks[0].field


def read_region(cutter: Cutter, region: Region, reading: Reading) -> None:
    """Take a region's captions, furniture and value."""
    for mark in region.marks:
        cutter.take("captions", mark.start, mark.end)
    lines = _without_edges(cutter, region.lines)
    _READERS[region.field](cutter, region, lines, reading)


def _without_edges(cutter: Cutter, lines: Sequence[Line]) -> list[Line]:
    """The lines between the furniture above and below them."""
    kept = list(lines)
    while kept and kept[0].is_junk:
        cutter.take("junk", kept[0].start, kept[0].end)
        kept.pop(0)
    while kept and kept[-1].is_junk:
        cutter.take("junk", kept[-1].start, kept[-1].end)
        kept.pop()
    return kept


def _without_own_captions(cutter: Cutter, region: Region, lines: list[Line]) -> list[Line]:
    """Without captions of the author's own at the end of an answer, under which nothing follows."""
    if region.is_end:
        return lines
    last = len(lines)
    while last > 1 and _OWN_CAPTION.fullmatch(lines[last - 1].text):
        last -= 1
    if len(lines) - last == 1 and len(lines[-1].text.rstrip(" :").split()) > 4:
        last += 1
    for line in lines[last:]:
        cutter.take("junk", line.start, line.end)
    return lines[:last]


def _whole(cutter: Cutter, place: str, lines: Sequence[Line]) -> str:
    return cutter.take(place, lines[0].start, lines[-1].end) if lines else ""


def _text(name: str) -> Callable[[Cutter, Region, list[Line], Reading], None]:
    """A reader of a long field: the whole stretch; of two captions with an answer the first counts."""

    def read(cutter: Cutter, region: Region, lines: list[Line], reading: Reading) -> None:
        known = getattr(reading, name)
        if known:
            _aside(cutter, region, lines, reading)
            return
        lines = _without_own_captions(cutter, region, lines)
        setattr(reading, name, _whole(cutter, name, lines))
        if name == "evaluation" and reading.evaluated is None and reading.evaluation:
            opening = _OPENING.match(reading.evaluation)
            reading.evaluated = YES_NO.get(squeezed(opening.group())) if opening else None

    return read


def _aside(cutter: Cutter, region: Region, lines: list[Line], reading: Reading) -> None:
    """Prose of a field that a reading has no place for."""
    if words := _whole(cutter, "unplaced", lines):
        reading.other_prose.append(words)


def _coded(cutter: Cutter, region: Region, lines: list[Line], reading: Reading) -> None:
    """Words of a coded value that a reading has no place for."""
    caption = cutter.text[region.marks[0].start:region.marks[0].end].strip(" :\t\n")
    for line in lines:
        place = "raw" if len(line.text) <= _LONGEST_LABEL else "unplaced"
        words = cutter.take(place, line.start, line.end)
        if words and place == "raw":
            reading.coded.append((region.field, caption, words))


def _website(cutter: Cutter, region: Region, lines: list[Line], reading: Reading) -> None:
    words = cutter.text[lines[0].start:lines[-1].end] if lines else ""
    if reading.website is None and len(words) <= 500 and _ADDRESS.search(words):
        reading.website = _whole(cutter, "website", lines) or None


def _evaluated(cutter: Cutter, region: Region, lines: list[Line], reading: Reading) -> None:
    """A printed yes or no; what else stands here can only be about the evaluation."""
    if lines and (answer := yes_or_no(lines[0].text)) is not None:
        reading.evaluated = answer
        cutter.take("raw", lines[0].start, lines[0].end)
        lines = lines[1:]
    if lines and not reading.evaluation:
        _text("evaluation")(cutter, region, lines, reading)


def yes_or_no(words: str) -> bool | None:
    """What a line that says yes or no says; of several with boxes, the only one that is ticked."""
    ticked = _TICKED.findall(words)
    if len(ticked) == 1 and all(squeezed(word) in YES_NO for word in re.findall(r"[^\W\d_]{2,}", words)):
        return YES_NO[squeezed(ticked[0])]
    return YES_NO.get(squeezed(words))


def _partners(cutter: Cutter, region: Region, lines: list[Line], reading: Reading) -> None:
    for line in lines:
        if line.is_junk:
            cutter.take("junk", line.start, line.end)
    rows = partners(cutter, [line for line in lines if not line.is_junk], is_end=region.is_end)
    reading.partners = (reading.partners or ()) + rows


def _domains(cutter: Cutter, region: Region, lines: list[Line], reading: Reading) -> None:
    found = list(reading.domains or ())
    for line in lines:
        parts = [line]
        if squeezed(line.text) not in DOMAINS:
            parts = [
                Line(line.start + match.start(), line.start + match.end(), match.group())
                for match in re.finditer(r"[^,;|•·]+", line.text)
            ]
        for part in parts:
            domain = DOMAINS.get(squeezed(part.text))
            place = "junk" if line.is_junk else "raw" if domain else "unplaced"
            if cutter.take(place, part.start, part.end) and domain and domain not in found:
                found.append(domain)
    reading.domains = tuple(found)


def _labels(name: str) -> Callable[[Cutter, Region, list[Line], Reading], None]:
    """A reader of a field with one label a line."""

    def read(cutter: Cutter, region: Region, lines: list[Line], reading: Reading) -> None:
        shown = []
        for line in lines:
            place = "junk" if line.is_junk else name if len(line.text) <= _LONGEST_LABEL else "unplaced"
            words = cutter.take(place, line.start, line.end)
            if words and place == name:
                shown.append(words)
        setattr(reading, name, (getattr(reading, name) or ()) + tuple(shown))

    return read


def _name(cutter: Cutter, region: Region, lines: list[Line], reading: Reading) -> None:
    reading.title = reading.title or _whole(cutter, "title", lines[:1]) or None


def _agency(cutter: Cutter, region: Region, lines: list[Line], reading: Reading) -> None:
    if reading.agency is None:
        reading.agency = _whole(cutter, "agency", lines) or None


def _when(cutter: Cutter, region: Region, lines: list[Line], reading: Reading) -> None:
    if lines and reading.year is None and lines[0].text.isdecimal() and len(lines[0].text) == 4:
        reading.year = int(lines[0].text)
    _head(cutter, lines)


def _where(cutter: Cutter, region: Region, lines: list[Line], reading: Reading) -> None:
    reading.country = reading.country or (country(lines[0].text) if lines else None)
    _head(cutter, lines)


def _head(cutter: Cutter, lines: list[Line]) -> None:
    for line in lines[:1]:
        cutter.take("raw" if len(line.text) <= _LONGEST_LABEL else "unplaced", line.start, line.end)


_READERS: dict[str, Callable[[Cutter, Region, list[Line], Reading], None]] = {
    "name": _name, "agency": _agency, "who": _agency, "where": _where, "when": _when, "website": _website,
    "features": _text("features"), "results": _text("results"), "conclusions": _text("evaluation"),
    "finance": _text("financial_resources_text"), "partners": _partners, "partner_header": _partners,
    "evaluated": _evaluated, "domains": _domains, "goals": _labels("goals"), "priorities": _labels("priorities"),
    "scope": _coded, "nature": _coded, "areas": _coded, "sdgs": _coded, "youth": _coded, "ifcd": _coded,
    "context": _aside, "objectives": _aside, "targets": _aside, "challenges": _aside,
}
