"""Cutting a text into pieces, each with one place, so that nothing is lost and nothing is said twice."""

from bisect import bisect_right, insort
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
        self._pieces: dict[int, Piece] = {}

    def take(self, place: str, start: int, end: int) -> str:
        """The stretch without the blanks around it, now belonging to `place`; "" when it has no word or is taken."""
        piece = self._trimmed(place, start, end)
        if piece is None or not self.is_free(piece.start, piece.end):
            return ""
        insort(self._starts, piece.start)
        self._pieces[piece.start] = piece
        return self.text[piece.start:piece.end]

    def is_free(self, start: int, end: int) -> bool:
        """Whether no part of the stretch is taken."""
        at = bisect_right(self._starts, start)
        if at and self._pieces[self._starts[at - 1]].end > start:
            return False
        return at == len(self._starts) or self._starts[at] >= end

    def pieces(self) -> tuple[Piece, ...]:
        """Every piece in the order of the text, the unplaced ones among them."""
        found: list[Piece] = []
        at = 0
        for start in [*self._starts, len(self.text)]:
            if at < start and (gap := self._trimmed("unplaced", at, start)):
                found.append(gap)
            if piece := self._pieces.get(start):
                found.append(piece)
                at = piece.end
        return tuple(found)

    def _trimmed(self, place: str, start: int, end: int) -> Piece | None:
        """The stretch from its first to its last sign; None when there is no word in it."""
        words = self.text[start:end]
        if not has_word(words):
            return None
        end = start + len(words.rstrip())
        return Piece(start + len(words) - len(words.lstrip()), end, place)
