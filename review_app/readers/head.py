"""What stands above the form: title, agency, and the lines Where, When, Who; with labels or without."""

import re
from collections.abc import Sequence

from review_app.readers.countries import country
from review_app.readers.cutting import Cutter
from review_app.readers.furniture import is_society_note
from review_app.readers.labels import DOMAINS
from review_app.readers.letters import has_word, squeezed
from review_app.readers.lines import Line, Mark, Row
from review_app.readers.reading import Reading

_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_LONGEST_AGENCY = 600
_LONGEST_TITLE = 400
_BODY = re.compile(
    r"\b(?:minist[eè]?r\w*|department|d[ée]part[ae]m\w*|direct(?:orate|ion)|direcci[óo]n|council|conseil|consejo|agency|agence"
    r"|agencia|authority|autorit[ée]|autoridad|institut\w*|office|oficina|commission|comisi[óo]n|secr[ée]tar\w*|foundation"
    r"|fondation|fundaci[óo]n|association|asociaci[óo]n|government|gouvernement|gobierno|municipal\w*|mairie|board|bureau"
    r"|federation|f[ée]d[ée]ration|federaci[óo]n|universi\w*|academ\w*|acad[ée]mi\w*)\b",
    re.IGNORECASE,
)


def read_head(cutter: Cutter, row: Row, reading: Reading, *, form_at: int | None) -> None:
    """Take title, agency, country and year. `row`: what precedes the form; `form_at`: where that begins, if it does."""
    parts = [part for part in row if not _take_aside(cutter, part, reading)]
    first_label = next((place for place, part in enumerate(parts) if isinstance(part, Mark)), len(parts))
    above = [part for part in parts[:first_label] if isinstance(part, Line)]
    below = _labelled(cutter, parts[first_label:], reading)
    has_labels = first_label < len(parts)
    if not has_labels or not _is_country_alone(cutter, above, reading):
        above = _titled(cutter, above, reading, has_labels=has_labels, form_at=form_at)
    _read_agency(cutter, [*above, *below], reading, has_form=form_at is not None)


def _take_aside(cutter: Cutter, part: Line | Mark, reading: Reading) -> bool:
    """Whether a line is no name: furniture of the page, or the note that civil society reported."""
    if isinstance(part, Mark):
        return False
    if part.is_junk:
        cutter.take("junk", part.start, part.end)
    elif is_society_note(part.text):
        reading.is_by_civil_society = True
        cutter.take("raw", part.start, part.end)
    else:
        return False
    return True


def _labelled(cutter: Cutter, parts: Row, reading: Reading) -> list[Line]:
    """Read the values of Where and When; give back what may be the agency (Who's lines, or lines without a label)."""
    rest: list[Line] = []
    place = 0
    while place < len(parts):
        part = parts[place]
        place += 1
        if isinstance(part, Line):
            rest.append(part)
            continue
        cutter.take("captions", part.start, part.end)
        following = parts[place] if place < len(parts) else None
        if part.field == "who" and isinstance(following, Line) and not following.is_whole:
            rest.append(following._replace(is_whole=True))  # beside its label it is as good as under it
            place += 1
        if part.field == "who" or not isinstance(following, Line):
            continue
        if part.field == "when":
            reading.year = int(following.text) if _YEAR.fullmatch(following.text) else reading.year
        else:
            reading.country = country(following.text) or reading.country
        value = squeezed(following.text)
        while place < len(parts) and isinstance(again := parts[place], Line) and squeezed(again.text) == value:
            cutter.take("raw", again.start, again.end)
            place += 1
    return rest


def _is_country_alone(cutter: Cutter, above: Sequence[Line], reading: Reading) -> bool:
    """Whether nothing but a country stands above the labels (the title was lost)."""
    if len(above) != 1 or not (name := country(above[0].text)):
        return False
    reading.country = reading.country or name
    cutter.take("raw", above[0].start, above[0].end)
    return True


def _titled(
    cutter: Cutter, lines: Sequence[Line], reading: Reading, *, has_labels: bool, form_at: int | None
) -> list[Line]:
    """Take the title; give back the lines under it, without that of the country."""
    lines = list(lines)
    if _is_shelf(lines):
        cutter.take("raw", lines[0].start, lines.pop(0).end)
    if not lines or not lines[0].is_whole:
        return lines
    block = 1
    while block < len(lines) and not lines[block].is_after_blank:
        block += 1
    is_open = block == len(lines) and not has_labels
    if is_open and form_at is not None and _is_agency_only(cutter.text, lines, form_at):
        return lines
    if is_open or sum(len(line.text) for line in lines[:block]) > _LONGEST_TITLE or _has_country(lines[1:block]):
        block = 1
    if len(lines[0].text) <= _LONGEST_TITLE:
        reading.title = cutter.take("title", lines[0].start, lines[block - 1].end)
        lines = lines[block:]
    rest: list[Line] = []
    title = squeezed(reading.title or "")
    for line in lines:
        if len(line.text) <= _LONGEST_TITLE and squeezed(line.text) == title:
            cutter.take("raw", line.start, line.end)
        elif reading.country is None and not rest and (name := country(line.text)):
            reading.country = name
            cutter.take("raw", line.start, line.end)
        else:
            rest.append(line)
    return rest


def _is_shelf(lines: Sequence[Line]) -> bool:
    """Whether a domain heads a page of measures of that domain: the title comes next, and not a body, as under a title."""
    return len(lines) > 1 and squeezed(lines[0].text) in DOMAINS and lines[1].is_after_blank and not _BODY.search(lines[1].text)


def _has_country(lines: Sequence[Line]) -> bool:
    return any(country(line.text) for line in lines)


def _is_agency_only(text: str, lines: Sequence[Line], form_at: int) -> bool:
    """Whether an unbroken block right above the form is the agency: pages put an empty line under a title."""
    is_right_above = "\n" not in text[lines[-1].end:form_at].replace("\n", "", 1)
    if not is_right_above:
        return False
    if "\n\n" in text[form_at:].replace("\r", "") or len(lines) == 1:
        return "\n\n" in text.replace("\r", "") or bool(_BODY.search(lines[0].text))
    return all(_BODY.search(line.text) for line in lines)


def _read_agency(cutter: Cutter, lines: Sequence[Line], reading: Reading, *, has_form: bool) -> None:
    """Take the first block of lines that can be the agency; a second copy of it is redundant."""
    block: list[Line] = []
    for line in lines:
        is_apart = bool(block) and (line.is_after_blank or has_word(cutter.text[block[-1].end:line.start]))
        if is_apart or len(line.text) > _LONGEST_AGENCY or not line.is_whole:
            break
        block.append(line)
    if not block or (not has_form and not _may_be_agency(block)):
        return
    kept: list[Line] = []
    known: set[str] = set()
    for place, line in enumerate(block):
        is_copy = squeezed(line.text) in known
        known.add(squeezed(line.text))
        if is_copy:
            cutter.take("raw", line.start, line.end)
        elif len(kept) == place:  # behind a copy no line goes on from the ones before it
            kept.append(line)
    taken = [cutter.take("agency", line.start, line.end) for line in kept]
    reading.agency = "; ".join(filter(None, taken)) or None


def _may_be_agency(block: Sequence[Line]) -> bool:
    """Without a form below, a line is the agency's only when it names a body and is no sentence."""
    return all(len(line.text) <= 150 and _BODY.search(line.text) and not line.text.endswith((".", ":")) for line in block)
