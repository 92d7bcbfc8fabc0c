"""Reading one text of a reported measure, in whichever form and language its page was."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from review_app.checks.spam import spans
from review_app.readers import languages
from review_app.readers.countries import named_in
from review_app.readers.cutting import Cutter
from review_app.readers.fields import Region, read_region
from review_app.readers.head import read_head
from review_app.readers.letters import has_word
from review_app.readers.lines import Line, Mark, Row, row_of
from review_app.readers.reading import Reading
from review_app.readers.sheet import is_sheet, read_sheet
from review_app.readers.sums import convention, sums

_ADDRESS_LIKE = re.compile(r"\.(?<=[^\W_]\.)[^\W\d_]{2,24}/?(?=[^\w.@/-]|[.\-](?:\s|$)|$)")
_HEAD_FIELDS = ("where", "when", "who")
_DOLLARS = ("usd", "dollar", "dolar", "dólar")


def read(text: str) -> Reading:
    """Everything a text says, each word in one place. Raises nothing, whatever the text."""
    text = unicodedata.normalize("NFC", text)
    reading, cutter = Reading(text), Cutter(text)
    if is_sheet(text):
        read_sheet(cutter, reading)
        reading.narrative_language = _narrative_language(cutter, reading)
    else:
        _read_measure(cutter, reading)
    reading.pieces = cutter.pieces()
    return reading


def _read_measure(cutter: Cutter, reading: Reading) -> None:
    text = cutter.text
    row = row_of(text)
    form = next((place for place, part in enumerate(row) if isinstance(part, Mark) and part.field not in _HEAD_FIELDS), None)
    row = _with_spam(text, row, len(row) if form is None else form)
    form = next((place for place, part in enumerate(row) if isinstance(part, Mark) and part.field not in _HEAD_FIELDS), None)
    head = row if form is None else row[:form]
    read_head(cutter, head, reading, form_at=None if form is None else row[form].start)
    regions = [] if form is None else _regions(row[form:])
    marks = [part for part in row if isinstance(part, Mark)]
    for region in regions:
        if region.marks[-1].is_cut:
            cutter.take("captions", region.marks[-1].start, region.marks[-1].end)
            reading.is_cut_in_caption = True
        else:
            read_region(cutter, region, reading)
    reading.heading_language = languages.of_captions(mark.caption.languages for mark in marks if not mark.is_cut)
    reading.country = reading.country or _country(reading)
    reading.narrative_language = _narrative_language(cutter, reading)
    _read_money(reading, [mark for mark in marks if mark.field == "finance"])


def _regions(row: Row) -> list[Region]:
    """The captions with the lines under each; the captions of the partners' table are one."""
    grouped: list[tuple[list[Mark], list[Line]]] = []
    for part in row:
        if isinstance(part, Line):
            grouped[-1][1].append(part)
        elif part.field == "partner_header" and grouped and grouped[-1][0][0].field in ("partners", "partner_header") and not part.is_cut:
            grouped[-1][0].append(part)
        else:
            grouped.append(([part], []))
    last = len(grouped) - 1
    return [Region(tuple(marks), tuple(lines), place == last) for place, (marks, lines) in enumerate(grouped)]


def _with_spam(text: str, row: Row, head_end: int) -> list[Line | Mark]:
    """The row with injected addresses as junk lines of their own. The address under a website's caption is an answer."""
    if not _ADDRESS_LIKE.search(text):
        return list(row)
    hidden = [(part.start, part.end) for part in row if isinstance(part, Mark)]
    for mark, line in pairwise(row):
        if isinstance(mark, Mark) and mark.field == "website" and isinstance(line, Line) and " " not in line.text:
            hidden.append((line.start, line.end))
    masked = text
    for start, end in sorted(hidden):
        masked = masked[:start] + " " * (end - start) + masked[end:]
    known = [part.text for part in row[:head_end] if isinstance(part, Line) and " " in part.text and len(part.text) <= 300]
    found = spans(masked, known)
    return [piece for part in row for piece in (_sliced(text, part, found) if isinstance(part, Line) else [part])] if found else list(row)


def _sliced(text: str, line: Line, found: Sequence[tuple[int, int]]) -> list[Line]:
    """A line, parted where the injected addresses begin and end."""
    pieces: list[Line] = []
    at = line.start
    for start, end in [*((start, end) for start, end in found if line.start <= start and end <= line.end), (line.end, line.end)]:
        for first, last, is_junk in ((at, start, False), (start, end, True)):
            words = text[first:last]
            if has_word(words):
                first += len(words) - len(words.lstrip())
                pieces.append(line._replace(
                    start=first, end=first + len(words.strip()), text=words.strip(), is_junk=is_junk or line.is_junk,
                    is_after_blank=line.is_after_blank and not pieces,
                ))
        at = end
    return pieces


def _read_money(reading: Reading, marks: Sequence[Mark]) -> None:
    words = reading.financial_resources_text
    if words is None:
        return
    captions = " ".join(reading.text[mark.start:mark.end] for mark in marks).casefold()
    reading.money = sums(
        words,
        asks_for_usd=any(word in captions for word in _DOLLARS),
        language=reading.narrative_language,
        decimals=convention(reading.text, reading.narrative_language),
        country=reading.country,
    )


def _country(reading: Reading) -> str | None:
    """Where nothing says Where: the State that title and agency name, else the only one of the prose."""
    names = [words for words in (reading.title, reading.agency) if words]
    prose = [reading.features, reading.results, reading.evaluation, reading.financial_resources_text, *reading.other_prose]
    return named_in(names, filter(None, prose))


def _narrative_language(cutter: Cutter, reading: Reading) -> str | None:
    prose = [words for words in (reading.features, reading.results, reading.evaluation, *reading.other_prose) if words]
    if not prose:
        prose = [cutter.text[piece.start:piece.end] for piece in cutter.pieces() if piece.place == "unplaced"]
    return languages.of_prose(prose or filter(None, [reading.financial_resources_text]))
