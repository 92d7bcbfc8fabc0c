"""What was read out of one text: the values, and the pieces of the text they came from."""

from dataclasses import dataclass, field

from review_app.questionnaire.money import Amount
from review_app.readers.cutting import Piece
from review_app.readers.partners import Partner


@dataclass
class Reading:
    """One measure or case as its text tells it.

    None: the text lacks the field. "" or (): the caption is there without a usable value. `pieces` covers every letter
    and digit of `text`, each in one place.
    """

    text: str
    """The text in composed Unicode (NFC); places of pieces count in it."""
    form: str = "measure"
    """measure or case-study."""
    title: str | None = None
    country: str | None = None
    year: int | None = None
    agency: str | None = None
    website: str | None = None
    features: str | None = None
    results: str | None = None
    evaluation: str | None = None
    financial_resources_text: str | None = None
    money: tuple[Amount, ...] | None = None
    partners: tuple[Partner, ...] | None = None
    evaluated: bool | None = None
    goals: tuple[str, ...] | None = None
    domains: tuple[str, ...] | None = None
    priorities: tuple[str, ...] | None = None
    is_by_civil_society: bool = False
    is_cut_in_caption: bool = False
    heading_language: str | None = None
    narrative_language: str | None = None
    coded: list[tuple[str, str, str]] = field(default_factory=list)
    """(field, caption, words) of values that have no place of their own here: scope, areas, whether it is for young people ..."""
    pieces: tuple[Piece, ...] = ()
    other_prose: list[str] = field(default_factory=list)
    """Prose of fields that have no place of their own here (objectives, context), for telling its language."""

    def words(self, place: str) -> list[str]:
        """The stretches of the text at one place: title, features ..., partner, junk, captions, raw, unplaced."""
        return [self.text[piece.start:piece.end] for piece in self.pieces if piece.place == place]
