"""What a rule is and finds, and the place it looks at: a report, or one entry of it, with the questions asked there now."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, get_args
from uuid import UUID

from review_app.checks.sentences import small
from review_app.questionnaire.language import Question
from review_app.questionnaire.sheets import Cell, Sheet, SheetItem
from review_app.questionnaire.values import cleaned
from workflows.messages import Message

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Gravest first."""
Value = Mapping[str, Any]
Sum = Mapping[str, Any]
_TEXTS = ("text", "longtext")
_MOST_KEPT = 20
_MOST_SUMS = 40
"""Sums of one answer that are compared."""


@dataclass(frozen=True)
class Found:
    """One finding. `row` counts from 1; `column` is the column of a table or the field of a contact.

    `quote` holds the words it is about ("" when something is missing); `offer` names what one click can do about it.
    """

    rule: str
    severity: Severity
    section: str
    group: str | None
    item_id: UUID | None
    question: str
    row: int | None
    column: str | None
    quote: str
    message: Message
    offer: Literal["remove"] | None = None

    @property
    def fingerprint(self) -> str:
        """sha256 over rule, place and quote: it stays the same as long as the words do."""
        item = str(self.item_id) if self.item_id else None
        place = [self.rule, item, self.question, self.row, self.column, self.quote]
        return hashlib.sha256(json.dumps(place, ensure_ascii=True).encode()).hexdigest()


@dataclass(frozen=True)
class Source:
    """What an imported text shows around its answers, by role; pairs are (role, the words there).

    `captions`: what its captions ask for. `blank`: those without a value. `cut`: the answer in whose middle the text ends. `is_older`: a form from before 2019,
    which asks for expected results. `languages`: those of the captions when no one language has them all.
    `furniture`, `stray`: words of the web page and strange addresses that are in no answer.
    """

    captions: frozenset[str] = frozenset()
    blank: frozenset[str] = frozenset()
    cut: str | None = None
    is_older: bool = False
    languages: tuple[str, ...] = ()
    furniture: tuple[tuple[str, str], ...] = ()
    glued: tuple[tuple[str, str], ...] = ()
    stray: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What stays true of the answers that were brought in: what is in none of them was left behind."""
        return {
            "blank": sorted(self.blank), "cut": self.cut, "is_older": self.is_older, "languages": self.languages,
            "glued": self.glued[:_MOST_KEPT],
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Source":
        """What `to_json` gave."""
        glued = tuple((role, words) for role, words in kept["glued"])
        return cls(
            blank=frozenset(kept["blank"]), cut=kept["cut"], is_older=kept["is_older"], languages=tuple(kept["languages"]), glued=glued,
        )


@dataclass(frozen=True)
class Context:
    """What a rule may know besides the answers. A part that is not given leaves its rules silent.

    `period`: first and last year reported on. `previous`: what stood in the last report, by entry of this one (None: the
    report itself) and question, as clean values. `sources`: the imported texts, by entry.
    """

    period: tuple[int, int] | None = None
    previous: Mapping[UUID | None, Mapping[str, Any]] = field(default_factory=dict)
    sources: Mapping[UUID | None, Source] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where rules look: the whole report (`item` None) or one entry. `asked` holds no groups.

    What was left blank with a reason is `explained` and not among the `asked`: no rule has anything to ask there.
    """

    sheet: Sheet
    item: SheetItem | None
    asked: tuple[Question, ...]
    values: Mapping[str, Any]
    context: Context
    explained: tuple[Question, ...] = ()

    @cached_property
    def _cells(self) -> dict[str, Cell | None]:
        item_id = self.item.id if self.item else None
        return {question.code: self.sheet.cell(question.code, item_id) for question in (*self.asked, *self.explained)}

    @cached_property
    def _roles(self) -> dict[str, Question]:
        return {question.role: question for question in reversed(self.asked) if question.role}

    def with_role(self, role: str) -> Question | None:
        """The asked question that has `role`."""
        return self._roles.get(role)

    def cell(self, question: Question) -> Cell | None:
        """The stored answer, or what the group has fixed."""
        return self._cells[question.code]

    def value(self, question: Question) -> Value | None:
        """The stored value with `raw` and `value`; None when nothing is stored."""
        cell = self._cells[question.code]
        return cell.value if cell else None

    def clean(self, question: Question) -> Any:
        """The clean value; None when blank or unreadable."""
        cell = self._cells[question.code]
        return cell.value.get("value") if cell else None

    def is_required(self, question: Question) -> bool:
        return question.is_required(self.values)

    @cached_property
    def source(self) -> Source | None:
        """The text that the answers here were read out of."""
        return self.context.sources.get(self.item.id if self.item else None)

    def source_behind(self, question: Question) -> Source | None:
        """That text, while the answer is what was read out of it."""
        cell = self.cell(question)
        return self.source if cell is not None and cell.is_imported else None

    def is_cut(self, question: Question) -> bool:
        """Whether an imported text breaks off in this answer."""
        source = self.source_behind(question)
        return source is not None and source.cut == (question.role or question.code)

    @cached_property
    def money(self) -> tuple[tuple[Question, str, list[Sum]], ...]:
        """Every question about money: what was typed, and the first sums in it. One that breaks off with a text is left out."""
        typed = ((question, self.value(question) or {}) for question in self.asked if question.type == "money")
        told = [(question, cleaned(value.get("raw")).strip(), list(value.get("value") or ())[:_MOST_SUMS]) for question, value in typed]
        return tuple(one for one in told if one[2] or not self.is_cut(one[0]))

    @cached_property
    def small(self) -> str:
        """All of `prose` in small letters with straight apostrophes: for a first look whether a word is there at all."""
        return "\n".join(small(words) for _, words in self.prose)

    @cached_property
    def prose(self) -> tuple[tuple[Question, str], ...]:
        """Every answered text that is asked for, money as it was typed among them."""
        raw = ((one, (self.value(one) or {}).get("raw")) for one in self.asked if one.type in ("text", "longtext", "money"))
        return tuple((question, words) for question, typed in raw if typed and (words := str(typed).strip()))

    @cached_property
    def texts(self) -> tuple[tuple[Question, int | None, str | None, str], ...]:
        """Every free text that is asked for: (question, row from 1, column or contact field, words)."""
        return tuple(self._texts())

    def _texts(self) -> Iterator[tuple[Question, int | None, str | None, str]]:
        for question in self.asked:
            clean = self.clean(question)
            if question.type in _TEXTS and clean:
                yield question, None, None, clean
            elif question.type == "money" and (value := self.value(question)):
                yield question, None, None, str(value["raw"]).strip()
            elif question.type == "contact" and clean:
                yield from ((question, None, field, words) for field, words in clean.items() if words)
            elif question.type == "table" and clean:
                columns = [column.code for column in question.columns if column.type in _TEXTS]
                yield from (
                    (question, number, code, words) for number, row in enumerate(clean, start=1) for code in columns if (words := row.get(code))
                )

    def found(
        self, rule: str, severity: Severity, *, question: Question, message: Message, row: int | None = None,
        column: str | None = None, quote: str = "", offer: Literal["remove"] | None = None,
    ) -> Found:
        """A finding at this place."""
        top = self.item.group if self.item else question.code
        return Found(
            rule, severity, self.sheet.questionnaire.section_of(top).code, self.item.group if self.item else None,
            self.item.id if self.item else None, question.code, row, column, quote, message, offer,
        )


@dataclass(frozen=True)
class Rule:
    """One rule. `severity` is the gravest it gives; `looks_for` says in words what it finds.

    What it reads: answers to questions with one of `roles` (of the type of one of `types`), and the parts of the Context
    named in `context`. No role and no type: every answer. From within an entry it may read the report's own answers with a
    role of `around`; one that `compares` reads the other entries too.

    `is_quick`: what is required, and on which condition; it runs with every page, the others in the worker after a save.
    `speaks_for`: the general rules that are silent where this one speaks.

    Raise `version` whenever it may find something else than before: the worker then runs it over every report.
    """

    id: str
    severity: Severity
    looks_for: Message
    find: Callable[[Place], Iterator[Found]]
    roles: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    context: frozenset[str] = frozenset()
    around: frozenset[str] = frozenset()
    compares: bool = False
    is_quick: bool = False
    speaks_for: frozenset[str] = frozenset()
    version: int = 1

    def reads(self, question: Question) -> bool:
        """Whether a change of the answer to `question` can change what the rule finds."""
        return not (self.roles or self.types) or question.role in self.roles or question.type in self.types


def places(
    sheet: Sheet, context: Context = Context(), *, items: Collection[UUID | None] | None = None
) -> tuple[Place, ...]:
    """The report itself, then every entry of every group that is asked now. `items`: only these (None: the report)."""
    sections = sheet.questionnaire.sections
    found = []
    if items is None or None in items:
        asked = tuple(question for section in sections for question in sheet.asked(section.code))
        found.append(_place(sheet, None, asked, context))
    for section in sections:
        for group in sheet.asked_groups(section.code):
            found += [
                _place(sheet, one, sheet.asked_in(one), context)
                for one in sheet.items_of(group.code) if items is None or one.id in items
            ]
    return tuple(found)


def _place(sheet: Sheet, item: SheetItem | None, questions: tuple[Question, ...], context: Context) -> Place:
    item_id = item.id if item else None
    explained = tuple(one for one in questions if sheet.is_explained(one, item_id))
    asked = tuple(one for one in questions if one not in explained) if explained else questions
    return Place(sheet, item, asked, sheet.values(item_id), context, explained)
