"""PDF files as blocks: lines joined to paragraphs again, tables with their cells, running heads and feet told apart."""

import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

import pdfplumber
from pdfminer.ascii85 import ascii85decode
from pdfminer.pdftypes import LITERALS_ASCII85_DECODE, LITERALS_FLATE_DECODE, resolve1

from review_app.readers.blocks import Block, table_blocks
from review_app.readers.captions import CAPTIONS
from review_app.readers.letters import has_word, squeezed

_NUMBER_ONLY = re.compile(r"(?:page|pág(?:ina)?\.?|p\.)?[\s–—-]*[0-9ivx]{1,5}(?:\s*(?:/|of|de|sur|von)\s*[0-9]{1,4})?[\s–—-]*", re.IGNORECASE)
_LIST = re.compile(r"\s*(?:[•·▪◦‣*–—-]|\(?(?:[0-9]{1,2}|[a-zA-Z]|[ivx]{1,4})[.)])\s")
_NO_SIGN = re.compile(r"\(cid:[0-9]+\)")
"""A sign whose letter the file does not tell, nearly always a bullet."""
_MARGIN = 0.09
"""Heads and feet stand in this part of a page's height."""


_MOST_DRAWN = 4 * 1024 * 1024
"""Bytes of drawing on one page; a page of a report has some thousands."""


class TooLong(Exception):
    """More pages than are read."""


class TooMuch(Exception):
    """A page that draws more than any page of a report."""


@dataclass(frozen=True)
class _Line:
    words: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    page: int
    page_height: float
    first: float = 0
    """How wide its first word is."""
    page_right: float = 0
    rows: Sequence[Sequence[str]] | None = None

    @property
    def height(self) -> float:
        return max(self.bottom - self.top, 1)

    @property
    def is_at_edge(self) -> bool:
        return self.bottom < self.page_height * _MARGIN or self.top > self.page_height * (1 - _MARGIN)


def blocks_of_pdf(content: bytes, *, most_pages: int) -> list[Block]:
    """The blocks of a PDF file; none when it holds pictures of pages only. Raises TooLong, TooMuch, and what the library raises."""
    with pdfplumber.open(io.BytesIO(content)) as document:
        if len(document.pages) > most_pages:
            raise TooLong
        lines: list[_Line] = []
        for number, page in enumerate(document.pages):
            if _drawn(page) > _MOST_DRAWN:
                raise TooMuch
            lines += _lines(page, number)
            page.close()
    around = _around(lines)
    sizes = Counter(round(line.size) for line in lines if not line.rows for _ in line.words)
    body = sizes.most_common(1)[0][0] if sizes else 0
    larger = sorted((size for size in sizes if size > body * 1.12), reverse=True)
    return [
        *_paragraphs([line for line in lines if id(line) not in around], {size: min(at, 6) for at, size in enumerate(larger, 1)}),
        *(Block(line.words, is_furniture=True) for line in lines if id(line) in around),
    ]


def _drawn(page: Any) -> int:
    """Bytes of a page's drawing, counted a little further than it may have: the library would unpack all of it."""
    drawn = 0
    for stream in map(resolve1, page.page_obj.contents):
        content = stream.get_rawdata() or b""
        with suppress(zlib.error):  # what is damaged is the library's to mend
            for name, _ in stream.get_filters():
                if name in LITERALS_ASCII85_DECODE:
                    content = ascii85decode(content)
                elif name in LITERALS_FLATE_DECODE:
                    content = zlib.decompressobj().decompress(content, _MOST_DRAWN + 1)
        drawn += len(content)
    return drawn


def _lines(page: Any, number: int) -> list[_Line]:
    """Lines and tables of a page from top to bottom."""
    tables = [table for table in page.find_tables() if _is_table(table)]
    words = [
        word for word in page.extract_words(extra_attrs=["size"], keep_blank_chars=False)
        if not any(_is_within(word, table.bbox) for table in tables)
    ]
    found = [_line(list(row), page, number) for row in _rows_of(words)]
    right = max((line.right for line in found), default=0)
    found = [_Line(**{**line.__dict__, "page_right": right}) for line in found]
    for table in tables:
        rows = [[_joined(cell or "") for cell in row] for row in table.extract()]
        left, top, end, bottom = table.bbox
        found.append(_Line("", left, end, top, bottom, 0, number, page.height, 0, end, rows))
    return sorted(found, key=lambda line: (line.top, line.left))


def _is_table(table: Any) -> bool:
    return len(table.rows) >= 1 and max((sum(cell is not None for cell in row.cells) for row in table.rows), default=0) >= 2


def _is_within(word: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    middle, height = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
    return box[0] <= middle <= box[2] and box[1] <= height <= box[3]


def _rows_of(words: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Words of one height, from left to right."""
    row: list[dict[str, Any]] = []
    for word in sorted(words, key=lambda one: (round((one["top"] + one["bottom"]) / 2), one["x0"])):
        middle = (word["top"] + word["bottom"]) / 2
        if row and not row[0]["top"] <= middle <= row[0]["bottom"]:
            yield sorted(row, key=lambda one: one["x0"])
            row = []
        row.append(word)
    if row:
        yield sorted(row, key=lambda one: one["x0"])


def _line(words: Sequence[dict[str, Any]], page: Any, number: int) -> _Line:
    """A line; a wide gap in it, as between columns, is kept as a tab."""
    text = _NO_SIGN.sub("•", words[0]["text"])
    for before, word in pairwise(words):
        text += ("\t" if word["x0"] - before["x1"] > 1.7 * word["size"] else " ") + _NO_SIGN.sub("\ufffd", word["text"])
    return _Line(
        text, words[0]["x0"], words[-1]["x1"], min(one["top"] for one in words), max(one["bottom"] for one in words),
        Counter(one["size"] for one in words).most_common(1)[0][0], number, page.height, words[0]["x1"] - words[0]["x0"],
    )  # fmt: skip


def _joined(cell: str) -> str:
    """A cell's lines as one, unless one of them is a caption."""
    lines = cell.splitlines()
    return cell if any(squeezed(line) in CAPTIONS for line in lines) else " ".join(lines)


def _around(lines: Sequence[_Line]) -> set[int]:
    """Page numbers, and what stands at the same place of most pages."""
    edge = [line for line in lines if line.is_at_edge and not line.rows]
    pages = len({line.page for line in lines})
    places = Counter((re.sub(r"[0-9]+", "#", line.words), round(line.top / 4)) for line in edge)
    repeated = {place for place, count in places.items() if count >= 2 and count * 2 >= pages}
    return {
        id(line) for line in edge
        if _NUMBER_ONLY.fullmatch(line.words) or (re.sub(r"[0-9]+", "#", line.words), round(line.top / 4)) in repeated
    }  # fmt: skip


def _paragraphs(lines: Sequence[_Line], levels: dict[int, int]) -> Iterator[Block]:
    """Lines joined where a paragraph was only broken to fit the page."""
    for is_table, group in groupby(lines, key=lambda line: line.rows is not None):
        if is_table:
            for line in group:
                yield from table_blocks(line.rows or ())
            continue
        words, last = "", None
        is_apart = True
        for line in group:
            if last is not None and _goes_on(last, line, words):
                words += line.words if words.endswith("-") and line.words[0].islower() else f" {line.words}"
            else:
                if last is not None and has_word(words):
                    yield Block(words, level=levels.get(round(last.size), 0), is_apart=is_apart)
                is_apart = last is None or _is_apart(last, line)
                words = line.words
            last = line
        if last is not None and has_word(words):
            yield Block(words, level=levels.get(round(last.size), 0), is_apart=is_apart)


def _is_apart(above: _Line, below: _Line) -> bool:
    """Whether more room is between two lines than lines of a paragraph have."""
    return below.page != above.page or below.top - above.bottom > 0.75 * above.height or abs(above.size - below.size) > 0.6


def _goes_on(above: _Line, below: _Line, words: str) -> bool:
    """Whether a line is the rest of the one above, which had no room for the next word."""
    if _LIST.match(below.words) or abs(above.size - below.size) > 0.6 or squeezed(words) in CAPTIONS:
        return False
    room = above.page_right - above.right
    is_full = room < below.first + 0.3 * below.size
    if below.page != above.page:
        return is_full and below.words[0].islower()
    return is_full and not _is_apart(above, below)
