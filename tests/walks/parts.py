"""What a report is made of, as the model of a walk knows it: texts, entries, files, links, points."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Words = tuple[str, str]
"""A text and the reason why there is none; one of the two at most."""


@dataclass
class Texts:
    """What stood at one place of the report, oldest first. `nothing` is what stands there before anybody has typed."""

    nothing: Any = ("", "")
    said: list[Any] = field(default_factory=list)
    is_carried: bool = False

    @property
    def standing(self) -> Any:
        return self.said[-1] if self.said else self.nothing

    def result(self, typed: Any, *, seen: int, is_confirmed: bool = False) -> Literal["saved", "unchanged", "conflict"]:
        """What must become of a text that was typed over the one numbered `seen`."""
        shown = self.said[seen - 1] if seen else self.nothing
        if typed == self.standing and not (is_confirmed and self.is_carried):
            return "unchanged"
        if seen == len(self.said):
            return "saved"
        return "unchanged" if typed == shown else "conflict"

    def save(self, typed: Any) -> None:
        self.said.append(typed)
        self.is_carried = False

    def read(self, words: str, reason: str | None) -> Words:
        """What is typed: without a word on the reason the one that stands is kept, for as long as there is no text."""
        if reason is None:
            reason = "" if words else self.standing[1]
        return words, reason


@dataclass
class Thing:
    """An entry. `fate`: None for one that the last report did not have."""

    name: Texts
    fate: str | None = None
    into: UUID | None = None
    is_ended: bool = False
    version: int = 1

    def settle(self, fate: str | None, into: UUID | None = None) -> None:
        self.fate, self.into, self.version = fate, into, self.version + 1
        self.is_ended = fate in ("merged", "ended", "not_followed_up")


@dataclass
class File:
    """A file that was sent. `is_frozen`: a snapshot names it."""

    sender: str
    try_at: datetime
    status: str = "checking"
    unused_since: datetime | None = None
    is_frozen: bool = False


@dataclass
class Proposal:
    """One text that came by a link."""

    words: str
    outcome: str | None = None


@dataclass
class Link:
    """Somebody without an account who was asked, for what: `place` is "told", an entry's id, or None for the declaration."""

    place: str | UUID | None
    by: str
    ends_at: datetime
    texts: dict[int, Proposal] = field(default_factory=dict)
    is_answered: bool = False
    is_withdrawn: bool = False
    declared: Any = None
    declared_at: datetime | None = None

    @property
    def offer(self) -> tuple[int, Proposal] | None:
        """The text that waits for a decision, with its id."""
        last = list(self.texts.items())[-1:]
        return last[0] if last and self.is_answered and last[0][1].words and not last[0][1].outcome else None


@dataclass
class Demand:
    """A point."""

    weight: str
    round: int
    is_returned: bool = False
    has_reply: bool = False
