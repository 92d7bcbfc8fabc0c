"""Cutting a text into pieces, each with one place, so that nothing is lost and nothing is said twice."""

from bisect import bisect_left, insort
from dataclasses import dataclass

from review_app.readers.letters import has_word


@dataclass(frozen=True, order=True)
class Piece:
    """One stretch of the text, `text[start:end]`, and the place it belongs to."""

    start: int
    end: int
    place: str


class Cutter:
    """Takes stretches of one text; what nobody takes is unplaced."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._pieces: list[Piece] = []

    def take(self, place: str, start: int, end: int) -> str:
        """The stretch without the blanks around it, now belonging to `place`; "" when it has no word or is taken."""
        words = self.text[start:end]
        start += len(words) - len(words.lstrip())
        words = words.strip()
        if not has_word(words) or not self.is_free(start, start + len(words)):
            return ""
        insort(self._pieces, Piece(start, start + len(words), place))
        return words

    def is_free(self, start: int, end: int) -> bool:
        """Whether no part of the stretch is taken."""
        at = bisect_left(self._pieces, Piece(start, start, ""))
        before, after = self._pieces[at - 1:at], self._pieces[at:at + 1]
        return not (before and before[0].end > start) and not (after and after[0].start < end)

    def pieces(self) -> tuple[Piece, ...]:
        """Every piece in the order of the text, the unplaced ones among them."""
        found: list[Piece] = []
        at = 0
        for piece in [*self._pieces, Piece(len(self.text), len(self.text), "")]:
            words = self.text[at:piece.start]
            if has_word(words):
                start = at + len(words) - len(words.lstrip())
                found.append(Piece(start, start + len(words.strip()), "unplaced"))
            if piece.place:
                found.append(piece)
            at = piece.end
        return tuple(found)
