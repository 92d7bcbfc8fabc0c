"""What a document consists of, whatever its format: blocks of words in their order, and how they become a text for the reader."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from review_app.readers.captions import CAPTIONS
from review_app.readers.letters import has_word, squeezed


@dataclass(frozen=True)
class Block:
    """A paragraph, a heading or a row. `level`: 1 to 6 for a heading, else 0. `is_apart`: an empty line stands before it."""

    words: str
    level: int = 0
    is_apart: bool = True
    is_furniture: bool = False
    """Whether it belongs to the pages and not to the report: navigation, running heads, page numbers."""


@dataclass(frozen=True)
class Source:
    """A text for the reader, and the words around it that belong to no field."""

    text: str
    around: tuple[str, ...] = ()


def text_of(blocks: Iterable[Block]) -> str:
    """The words in their order; furniture is left out."""
    text = ""
    was_heading = False
    for block in blocks:
        if not block.is_furniture and has_word(block.words):
            is_apart = block.is_apart or block.level or was_heading
            text += ("\n\n" if is_apart else "\n") + block.words.strip() if text else block.words.strip()
            was_heading = bool(block.level)
    return text


def table_blocks(rows: Sequence[Sequence[str]]) -> list[Block]:
    """A table as rows between bars; one that only arranges a page, or captions beside answers, as its cells in their order."""
    rows = [row for row in rows if any(map(has_word, row))]
    if not rows:
        return []
    if all(sum(map(has_word, row)) == 1 for row in rows) or any(_has_caption(cell) for row in rows for cell in row):
        return [Block(cell) for row in rows for cell in row if has_word(cell)]
    if _names_types_first(rows[0]):
        rows = [[*row[1:], *row[:1]] for row in rows]
    return [Block("".join(f"{_on_one_line(cell)} | " for cell in row).strip(), is_apart=not at) for at, row in enumerate(rows)]


def _has_caption(cell: str) -> bool:
    """Whether a cell has a caption of the form on a line of its own, other than the heads of the partners' table."""
    found = (CAPTIONS.get(squeezed(line)) for line in cell.splitlines() if len(line) < 300)
    return any(caption and caption.strength == "long" and caption.field != "partner_header" for caption in found)


def _names_types_first(heads: Sequence[str]) -> bool:
    """Whether the partners' table has the kind before the name. The reader takes a name and then its kind."""
    known = [CAPTIONS.get(squeezed(cell)) for cell in heads if has_word(cell)]
    return len(known) == 2 and all(one and one.field == "partner_header" for one in known) and squeezed(heads[0]).startswith("t")


def _on_one_line(cell: str) -> str:
    return " ".join(cell.split())
