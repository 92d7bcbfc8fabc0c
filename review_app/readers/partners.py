"""Rows of partners out of tables that lost their lines: read in order, never paired again, never guessed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from review_app.readers.cutting import Cutter
from review_app.readers.labels import BLANKS, PARTNER_TYPES, PRINTED_TYPES
from review_app.readers.letters import has_word, squeezed
from review_app.readers.lines import Line

_PRINTED = tuple(PRINTED_TYPES)
_LENGTHS = sorted({len(key) for key in PARTNER_TYPES if len(key) > 5}, reverse=True)
_CELL = re.compile(r"[^|]+")
_BULLET = re.compile(r"[\s•·▪◦‣*–—-]+(?=\S)")
_GLUED = re.compile(r"(?:[^\W\d_]|[)\]\d.])$|(?:\t|\s{2}|[:;–—-]\s?)$")


@dataclass(frozen=True)
class Partner:
    """A row of the table; what its row does not say is None."""

    name: str | None
    type: str | None


class _Cell(NamedTuple):
    start: int
    end: int
    text: str


def partners(cutter: Cutter, lines: Sequence[Line], *, is_end: bool) -> tuple[Partner, ...]:
    """The rows in these lines. `is_end`: the text ends with them, perhaps in the middle of a cell."""
    rows: list[Partner] = []
    pending: _Cell | None = None
    cells = list(_cells(cutter.text, lines))
    for number, cell in enumerate(cells):
        key = squeezed(cell.text)
        if key in BLANKS or _is_cut_type(key, 2 if pending else 4, is_last=is_end and number == len(cells) - 1):
            cutter.take("raw", cell.start, cell.end)
        elif (kind := _type(key)) is not None:
            cutter.take("raw", cell.start, cell.end)
            rows.append(Partner(_name(cutter, pending), kind or None))
            pending = None
        else:
            if pending:
                rows.append(Partner(_name(cutter, pending), None))
            pending = cell
    if pending:
        rows.append(Partner(_name(cutter, pending), None))
    return tuple(row for row in rows if row.name or row.type)


def _name(cutter: Cutter, cell: _Cell | None) -> str | None:
    return (cutter.take("partner", cell.start, cell.end) or None) if cell else None


@lru_cache(maxsize=64)  # a cell is asked for its kind several times
def _type(key: str) -> str | None:
    """The kind a cell says; "" when it says several; None when it says none."""
    if key in PARTNER_TYPES:
        return PARTNER_TYPES[key]
    kinds = 0
    while key:
        label = next((label for length in _LENGTHS if (label := key[:length]) in PARTNER_TYPES), None)
        if label is None:
            return None
        key, kinds = key[len(label):], kinds + 1
    return "" if kinds else None


def _is_cut_type(key: str, least: int, *, is_last: bool) -> bool:
    return is_last and len(key) >= least and key not in PARTNER_TYPES and any(label.startswith(key) for label in PARTNER_TYPES)


def _cells(text: str, lines: Sequence[Line]) -> Iterator[_Cell]:
    """Cells in their order. Between bars, a name may go over several lines."""
    is_piped = any("|" in line.text for line in lines)
    waiting: _Cell | None = None
    for cell in _plain_cells(lines):
        if waiting and is_piped and not _is_label(waiting) and not _is_label(cell) and "|" not in text[waiting.end:cell.start]:
            waiting = _Cell(waiting.start, cell.end, text[waiting.start:cell.end])
            continue
        if waiting:
            yield waiting
        waiting = cell
    if waiting:
        yield waiting


def _is_label(cell: _Cell) -> bool:
    return _type(squeezed(cell.text)) is not None


def _plain_cells(lines: Sequence[Line]) -> Iterator[_Cell]:
    for line in lines:
        for match in _CELL.finditer(line.text):
            if has_word(match.group()):
                yield from _split(line.start + match.start(), match.group())


def _split(start: int, words: str) -> Iterator[_Cell]:
    """A cell, or a name and the type that was glued to it."""
    start += len(words) - len(words.lstrip())
    words = words.strip()
    if bullet := _BULLET.match(words):
        start, words = start + bullet.end(), words[bullet.end():]
    for label in PRINTED_TYPES if words.endswith(_PRINTED) else ():
        name = words[:-len(label)]
        if words.endswith(label) and has_word(name) and _type(squeezed(words)) is None and _GLUED.search(name) and not name.endswith((" of ", " de ")):
            yield _Cell(start, start + len(name.rstrip()), name.rstrip())
            yield _Cell(start + len(name), start + len(words), label)
            return
    yield _Cell(start, start + len(words), words)
