"""Cutting a text into pieces, each with one place, so that nothing is lost and nothing is said twice."""

from bisect import bisect_right
from typing import NamedTuple

from review_app.readers.letters import has_word


class Piece(NamedTuple):
    """One stretch of the text, `text[start:end]`, and the place it belongs to."""

    start: int
    end: int
    place: str


class Cutter:
    """Takes stretches of one text; what nobody takes is unplaced."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: list[int] = []
        self._taken: list[Piece] = []
        """In the order of the text, as their starts are."""

    def take(self, place: str, start: int, end: int) -> str:
        """The stretch without the blanks around it, now belonging to `place`; "" when it has no word or is taken."""
        words = self.text[start:end].strip()
        if not has_word(words):
            return ""
        start = self.text.index(words, start)
        end = start + len(words)
        at = bisect_right(self._starts, start)
        if (at and self._taken[at - 1].end > start) or (at < len(self._starts) and self._starts[at] < end):
            return ""
        self._starts.insert(at, start)
        self._taken.insert(at, Piece(start, end, place))
        return words

    def pieces(self) -> tuple[Piece, ...]:
        """Every piece in the order of the text, the unplaced ones among them."""
        found: list[Piece] = []
        at = 0
        for piece in self._taken:
            found += self._unplaced(at, piece.start)
            found.append(piece)
            at = piece.end
        return (*found, *self._unplaced(at, len(self.text)))

    def _unplaced(self, start: int, end: int) -> list[Piece]:
        """The stretch from its first to its last sign, when there is a word in it."""
        words = self.text[start:end].strip()
        if not words or not has_word(words):
            return []
        start = self.text.index(words, start)
        return [Piece(start, start + len(words), "unplaced")]
