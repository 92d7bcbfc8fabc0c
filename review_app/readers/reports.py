"""A whole report in one document: where each of its measures begins and ends."""

from collections.abc import Iterator, Sequence

from review_app.readers.blocks import Block, Source, text_of
from review_app.readers.captions import CAPTIONS, Caption
from review_app.readers.letters import has_word, squeezed
from review_app.readers.wordings import ORDER

_OPENING = ("name", "agency", "website", "context", "objectives", "features")


def sources_of(blocks: Sequence[Block]) -> list[Source]:
    """A text for each measure, and one for what stands around them. One text when there is one measure or none."""
    around = tuple(block.words for block in blocks if block.is_furniture)
    blocks = [block for block in blocks if not block.is_furniture and has_word(block.words)]
    starts = _starts(blocks)
    if len(starts) < 2:
        return [Source(text_of(blocks), around)]
    level = max(blocks[start].level for start in starts)
    parts: list[list[Block]] = []
    rest = list(blocks[:starts[0]])
    for start, end in zip(starts, [*starts[1:], len(blocks)], strict=True):
        stop = next((at for at in range(start + 1, end) if level and 0 < blocks[at].level < level), end)
        parts.append(list(blocks[start:stop]))
        rest += blocks[stop:end]
    texts = [text_of(part) for part in parts]
    if rest:
        texts.append(text_of(rest))
    return [Source(text, around if not at else ()) for at, text in enumerate(texts)]


def _starts(blocks: Sequence[Block]) -> list[int]:
    """The block each measure begins with: its title, or the caption that asks for it."""
    openings: list[tuple[int, str, int]] = []
    seen: set[str] = set()
    last = last_at = -1
    for at, caption in _captions(blocks):
        order = ORDER.index(caption.field)
        if caption.field in _OPENING and (not openings or (order < last and caption.field in seen and len(seen) > 1)):
            openings.append((at, caption.field, last_at))
            seen = set()
        seen.add(caption.field)
        last, last_at = order, at
    level = _level(blocks, openings)
    return [_title(blocks, at, field, after=after, level=level) for at, field, after in openings]


def _level(blocks: Sequence[Block], openings: Sequence[tuple[int, str, int]]) -> int:
    """The level of heading that every measure has as its title: below the report's own where there is one. 0: none."""
    found = [{blocks[place].level for place in range(after + 1, at)} for at, _, after in openings]
    common = sorted(set.intersection(*found) - {0}) if found else []
    return next((level for level in common if level > 1), common[0] if common else 0)


def _captions(blocks: Sequence[Block]) -> Iterator[tuple[int, Caption]]:
    """The captions that head a block."""
    for at, block in enumerate(blocks):
        head = block.words.split("\n", 1)[0].split("|", 1)[0]
        for words in (head, head.rpartition(":")[0] and head.split(":", 1)[0], head.split("?", 1)[0] if "?" in head else ""):
            caption = CAPTIONS.get(squeezed(words)) if words and len(words) < 300 else None
            if caption and caption.strength == "long" and caption.field != "partner_header":
                yield at, caption
                break


def _title(blocks: Sequence[Block], at: int, field: str, *, after: int, level: int) -> int:
    """Where the measure begins whose first caption stands at `at`; nothing up to `after` is its own."""
    headings = [place for place in range(after + 1, at) if blocks[place].level == level]
    if level and headings:
        return headings[-1]
    if field == "name":
        return at
    if field == "agency":
        return max(at - 1, after + 1)
    # Title and agency stand above the form without captions.
    return max(at - 2, after + 1) if at - 2 > after and blocks[at - 2].is_apart else max(at - 1, after + 1)
