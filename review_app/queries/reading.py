"""A publication in reading order: its rows put together with its questionnaire, and nothing asked anew."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from review_app.questionnaire.language import Question, Questionnaire, Section, Text
from review_app.questionnaire.values import is_blank

Row = Mapping[str, Any] | RowMapping

LONG = ("longtext", "table", "file")


@dataclass(frozen=True)
class ReadAnswer:
    """One published answer: its question, the stored value, and the language it is written in."""

    question: Question
    value: dict[str, Any]
    lang: str | None

    @property
    def is_blank(self) -> bool:
        """Nothing stands there; words that could not be read as a value are not nothing."""
        return is_blank(self.value)

    @property
    def labels(self) -> tuple[Text, ...]:
        """The official labels of what was chosen, for a choice or choices."""
        chosen = self.value.get("value") or []
        options = (self.question.option(one) for one in (chosen if isinstance(chosen, list) else [chosen]))
        return tuple(option.label for option in options if option)


class Said(tuple[ReadAnswer, ...]):
    """Answers in order, to be asked by role."""

    def role(self, *roles: str) -> ReadAnswer | None:
        """The first answer with one of these roles."""
        return next((answer for answer in self if answer.question.role in roles), None)

    def all_of(self, *roles: str) -> "Said":
        """The answers with these roles."""
        return Said(answer for answer in self if answer.question.role in roles)

    def without(self, *roles: str) -> "Said":
        """The answers with none of these roles."""
        return Said(answer for answer in self if answer.question.role not in roles)

    @property
    def runs(self) -> list[tuple[bool, "Said"]]:
        """The answers cut where long ones (texts, tables) and short ones meet: (is long, answers)."""
        return [(is_long, Said(run)) for is_long, run in groupby(self, lambda answer: answer.question.type in LONG)]


@dataclass(frozen=True)
class ReadItem:
    """One published entry of a repeated group."""

    id: UUID
    slug: str | None
    title: str
    group: Question
    said: Said

    @property
    def title_question(self) -> str | None:
        """The code of the question whose words are the title."""
        role = self.said.role("title")
        return self.group.title_question or (role.question.code if role else None)

    @property
    def title_lang(self) -> str | None:
        """The language the title is written in."""
        return next((answer.lang for answer in self.said if answer.question.code == self.title_question), None)

    @property
    def body(self) -> Said:
        """The answers but the title."""
        return Said(answer for answer in self.said if answer.question.code != self.title_question)


@dataclass(frozen=True)
class Block:
    """A run of plain answers, or a group with its entries."""

    said: Said = field(default_factory=Said)
    group: Question | None = None
    items: tuple[ReadItem, ...] = ()


@dataclass(frozen=True)
class ReadSection:
    """A section that holds something, with its blocks in the questionnaire's order."""

    section: Section
    blocks: tuple[Block, ...]

    @property
    def said(self) -> Said:
        """The plain answers of the section."""
        return Said(answer for block in self.blocks for answer in block.said)


@dataclass(frozen=True)
class Reading:
    """A whole publication."""

    questionnaire: Questionnaire
    sections: tuple[ReadSection, ...]

    @property
    def said(self) -> Said:
        """The plain answers of every section."""
        return Said(answer for section in self.sections for answer in section.said)

    @property
    def title_question(self) -> str | None:
        """The code of the question whose words are the report's title."""
        role = self.said.role("title")
        return self.questionnaire.title_question or (role.question.code if role else None)

    @property
    def title_lang(self) -> str | None:
        """The language the report's title is written in."""
        return next((answer.lang for answer in self.said if answer.question.code == self.title_question), None)

    def body(self, *roles: str) -> tuple[ReadSection, ...]:
        """The sections without the title and without plain answers of these roles; a section left empty is left out."""
        sections = []
        for section in self.sections:
            kept = (Block(self._rest(block.said, roles), block.group, block.items) for block in section.blocks)
            blocks = tuple(block for block in kept if block.said or block.group)
            sections += [ReadSection(section.section, blocks)] if blocks else []
        return tuple(sections)

    def _rest(self, said: Said, roles: tuple[str, ...]) -> Said:
        return Said(answer for answer in said.without(*roles) if answer.question.code != self.title_question)


def read_report(questionnaire: Questionnaire, items: Sequence[RowMapping], answers: Iterable[RowMapping]) -> Reading:
    """All sections of a publication that hold an answer or an entry."""
    told: dict[UUID | None, dict[str, RowMapping]] = defaultdict(dict)
    for row in answers:
        told[row["item_id"]][row["question"]] = row
    sections = []
    for section in questionnaire.sections:
        blocks: list[Block] = []
        for question in section.questions:
            if question.is_group:
                rows = [row for row in items if row["group"] == question.code]
                found = tuple(_item(question, row, told[row["id"]]) for row in rows)
                blocks += [Block(group=question, items=found)] if found else []
            elif question.code in told[None]:
                answer = _answer(question, told[None][question.code])
                if blocks and blocks[-1].group is None:
                    blocks[-1] = Block(said=Said((*blocks[-1].said, answer)))
                else:
                    blocks.append(Block(said=Said((answer,))))
        if blocks:
            sections.append(ReadSection(section, tuple(blocks)))
    return Reading(questionnaire, tuple(sections))


def read_item(questionnaire: Questionnaire, item: Row, answers: Iterable[Row]) -> ReadItem:
    """One entry. Raises KeyError when the questionnaire has no such group."""
    return _item(questionnaire.question(item["group"]), item, {row["question"]: row for row in answers})


def _item(group: Question, row: Row, told: Mapping[str, Row]) -> ReadItem:
    said = Said(_answer(question, told[question.code]) for question in group.questions if question.code in told)
    return ReadItem(row["id"], row["slug"], row["title"], group, said)


def _answer(question: Question, row: Row) -> ReadAnswer:
    return ReadAnswer(question, row["value"], row["lang"])
