"""What changed between two submissions: word by word, question by question. Pure comparison, no database."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal
from uuid import UUID

from babel import Locale

from review_app.questionnaire.language import Question
from review_app.questionnaire.paper import label_of, reason_words, words_of

Kind = Literal["same", "added", "removed"]
Place = tuple[UUID | None, str]

_WORD = re.compile(r"\S+\s*|\s+")
_LINE = re.compile(r"[^\n]*\n+|[^\n]+")
LONG = 2_000  # words in one changed passage above which common words stop being anchors, so that a page stays quick


@dataclass(frozen=True)
class Segment:
    """A stretch of text that stayed, came or went."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Change:
    """One answer beside the same answer of the submission before: both as words, and what differs."""

    before: str
    after: str
    segments: tuple[Segment, ...]


def differing(before: str, after: str) -> tuple[Segment, ...]:
    """The way from `before` to `after`: lines first, then the words of the lines that differ. Neighbours of a kind are joined."""
    pieces: list[Segment] = []
    old, new = _LINE.findall(before), _LINE.findall(after)
    for tag, start, end, other_start, other_end in _opcodes(old, new):
        gone, come = "".join(old[start:end]), "".join(new[other_start:other_end])
        if tag == "replace":
            pieces.extend(_words(gone, come))
        elif tag == "equal":
            pieces.append(Segment("same", come))
        else:
            pieces.append(Segment("removed", gone) if tag == "delete" else Segment("added", come))
    return _joined(pieces)


def _words(before: str, after: str) -> Iterator[Segment]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    for tag, start, end, other_start, other_end in _opcodes(old, new):
        if tag == "equal":
            yield Segment("same", "".join(new[other_start:other_end]))
            continue
        if end > start:
            yield Segment("removed", "".join(old[start:end]))
        if other_end > other_start:
            yield Segment("added", "".join(new[other_start:other_end]))


def _opcodes(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    """Compared without the white space at the end: a word moved to the end of a line is the same word."""
    left, right = [piece.strip() for piece in old], [piece.strip() for piece in new]
    return SequenceMatcher(None, left, right, autojunk=max(len(left), len(right)) > LONG).get_opcodes()


def _joined(pieces: Sequence[Segment]) -> tuple[Segment, ...]:
    joined: list[Segment] = []
    for piece in pieces:
        if joined and joined[-1].kind == piece.kind:
            joined[-1] = Segment(piece.kind, joined[-1].text + piece.text)
        elif piece.text:
            joined.append(piece)
    return tuple(joined)


def as_words(question: Question, value: Mapping[str, Any] | None, *, language: str) -> str:
    """One stored answer as plain text to compare: labels for choices, a line a row for tables, else what was typed.

    A reason for leaving it blank stands in brackets.
    """
    raw, reason = (value or {}).get("raw"), reason_words(value, language)
    if reason:
        return "\n".join(filter(None, (as_words(question, {"raw": raw}, language=language), f"({reason})")))
    if raw in (None, "", [], {}):
        return ""
    if question.type == "table" and isinstance(raw, list):
        return "\n".join(_row(question, row, language) for row in raw)
    if question.type == "file" and isinstance(raw, list):
        return "\n".join(map(str, words_of(question, raw, language)))
    if question.type == "choices" and isinstance(raw, list):
        return "\n".join(label_of(question, str(chosen), language) for chosen in raw)
    if isinstance(told := words_of(question, raw, language), dict):
        return "\n".join(told.values())
    if question.type in ("choice", "yes_no"):
        return label_of(question, str(raw), language)
    if question.type == "country":
        return str(Locale(language).territories.get(str(raw), raw))
    return str(raw)


def _row(question: Question, row: Mapping[str, Any], language: str) -> str:
    cells = []
    for column in question.columns:
        words = as_words(column, {"raw": row.get(column.code)}, language=language).replace("\n", ", ")
        if words:
            cells.append(f"{column.label.within(language)}: {words}")
    return " · ".join(cells)
