"""What a publication will show and what it will keep back, before it is made."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from review_app.checks.engine import check
from review_app.queries.changes import Place
from review_app.queries.checking import SPAM, is_on
from review_app.queries.workspace import Workspace
from review_app.questionnaire.language import Question, Section
from review_app.questionnaire.sheets import Cell, Sheet
from review_app.questionnaire.values import reason_of


@dataclass(frozen=True)
class Line:
    """One asked question with its answer; `cuts` are the words that are left out of it."""

    item_title: str
    question: Question
    cell: Cell | None
    cuts: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A section, divided into what becomes public and what does not."""

    section: Section
    shown: tuple[Line, ...]
    withheld: tuple[Line, ...]


def preview(work: Workspace) -> list[Part]:
    """Every section with its public and its withheld answers."""
    cuts = _left_out(work)
    return [_part(work.sheet, section, cuts) for section in work.questionnaire.sections]


def _part(sheet: Sheet, section: Section, cuts: dict[Place, tuple[str, ...]]) -> Part:
    shown: list[Line] = []
    withheld: list[Line] = []
    for item_id, title, question, is_public in _asked(sheet, section):
        cell = sheet.cell(question.code, item_id)
        line = Line(title, question, cell, cuts.get((item_id, question.code), ()))
        is_shown = is_public and not (cell and reason_of(cell.value) == "confidential")
        (shown if is_shown else withheld).append(line)
    return Part(section, tuple(shown), tuple(withheld))


def _asked(sheet: Sheet, section: Section) -> Iterator[tuple[UUID | None, str, Question, bool]]:
    for question in sheet.asked(section.code):
        yield None, "", question, question.public
    for group in sheet.asked_groups(section.code):
        for item in sheet.items_of(group.code):
            for question in sheet.asked_in(item):
                yield item.id, sheet.title(item), question, group.public and question.public


def _left_out(work: Workspace) -> dict[Place, tuple[str, ...]]:
    """The quotes of SPAM-01 findings that nobody has answered, by place."""
    found: dict[Place, tuple[str, ...]] = {}
    for one in check(work.sheet, only=[SPAM]) if is_on(work.report, SPAM) else ():
        if one.fingerprint not in work.replies:
            place = (one.item_id, one.question)
            found[place] = (*found.get(place, ()), one.quote)
    return found


def cut(text: str, quotes: Sequence[str]) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether a publication leaves it out."""
    wanted = "|".join(re.escape(quote) for quote in sorted(quotes, key=len, reverse=True))
    pieces = re.split(rf"(?<!\w)({wanted})(?!\w)", text)
    return [(piece, index % 2 == 1) for index, piece in enumerate(pieces) if piece]
