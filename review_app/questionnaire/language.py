"""The language questionnaires are written in: sections, questions, conditions. Pure data, read from YAML by `loading`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, Literal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

LANGUAGES = ("en", "fr", "es")

Type = Literal[
    "text", "longtext", "yes_no", "choice", "choices", "number", "percent", "money", "year", "date",
    "url", "country", "contact", "table", "file", "group",
]


@lru_cache(maxsize=4096)
def day_in_words(on: date, language: str) -> str:
    """A civil date written out: 1 June 2027, 1er juin 2027, 1 de junio de 2027."""
    pattern = "d 'de' MMMM 'de' y" if language == "es" else "d'er' MMMM y" if language == "fr" and on.day == 1 else "d MMMM y"
    return str(format_date(on, pattern, locale=language))


class Text(dict[str, str]):
    """Words in English, French and Spanish. English is always there."""

    def within(self, language: str) -> str:
        """The words in `language`, else in English."""
        return self.get(language) or self["en"]

    def __str__(self) -> str:
        return self["en"]


def named(languages: Iterable[str]) -> Text:
    """These languages by their names, in each of our languages."""
    codes = tuple(languages)
    return Text({ours: ", ".join(_language(code, ours) for code in codes) for ours in LANGUAGES})


def in_figures(number: Decimal | int, pattern: str = "#,##0.######") -> Text:
    """A number as each of our languages writes it: 242,840.5 · 242 840,5 · 242.840,5."""
    return Text({ours: format_decimal(number, pattern, locale=ours) for ours in LANGUAGES})


@lru_cache(maxsize=512)
def _language(code: str, ours: str) -> str:
    return str(Locale(ours).languages.get(code, code))


@dataclass(frozen=True)
class Option:
    """One choice of a list: a stable id and its official label. `means`: one of `roles.MEANINGS`."""

    id: str
    label: Text
    means: str | None = None


@dataclass(frozen=True)
class Condition:
    """A test on other answers of the same scope (the item first, then the report).

    Leaf: `question` with `equals` or `includes` or `answered`. Branch: `all_of`, `any_of`, or `negated`.
    """

    question: str | None = None
    equals: Any = None
    includes: str | None = None
    answered: bool | None = None
    all_of: tuple["Condition", ...] = ()
    any_of: tuple["Condition", ...] = ()
    negated: "Condition | None" = None

    def questions(self) -> Iterator[str]:
        """Codes of every question this condition reads."""
        if self.question:
            yield self.question
        for part in (*self.all_of, *self.any_of, *((self.negated,) if self.negated else ())):
            yield from part.questions()

    def holds(self, values: Mapping[str, Any]) -> bool:
        """`values`: question code -> clean value (None when blank or unreadable)."""
        if self.all_of:
            return all(part.holds(values) for part in self.all_of)
        if self.any_of:
            return any(part.holds(values) for part in self.any_of)
        if self.negated is not None:
            return not self.negated.holds(values)
        value = values.get(self.question or "")
        if self.answered is not None:
            return (value not in (None, "", [], {})) is self.answered
        if self.includes is not None:
            return isinstance(value, (list, tuple)) and self.includes in value
        return bool(value == self.equals)


@dataclass(frozen=True)
class Question:
    """One thing asked. A `table` has `columns` (questions of simple types); a `group` has `questions` and is repeated."""

    code: str
    type: Type
    label: Text
    heading: Text | None = None
    hint: Text | None = None
    guidance: Text | None = None
    required: bool | Condition = False
    when: Condition | None = None
    limit: int | None = None
    least: int | None = None
    most: int | None = None
    public: bool = True
    blank: bool = True
    official: bool = True
    role: str | None = None
    unit: Text | None = None
    options: tuple[Option, ...] = ()
    columns: tuple["Question", ...] = ()
    questions: tuple["Question", ...] = ()
    lasting: bool = False
    page: bool = False
    item_label: Text | None = None
    title_question: str | None = None
    fixed: Mapping[str, Any] | None = None
    checks: tuple[str, ...] = ()

    @property
    def has_language(self) -> bool:
        """Whether its answers are words of some language; codes and numbers are not."""
        return self.type in ("text", "longtext", "table", "file")

    @property
    def may_be_blank(self) -> bool:
        """Whether a reason may stand in the place of an answer. What a report or entry is called cannot be left out."""
        return self.blank and self.role != "title"

    @property
    def is_group(self) -> bool:
        return self.type == "group"

    def is_asked(self, values: Mapping[str, Any]) -> bool:
        """Whether the question is visible, given the clean values around it."""
        return self.when is None or self.when.holds(values)

    def is_required(self, values: Mapping[str, Any]) -> bool:
        """Whether an asked question must be answered."""
        return self.required.holds(values) if isinstance(self.required, Condition) else self.required

    @cached_property
    def _options(self) -> dict[str, Option]:
        return {option.id: option for option in self.options}

    def option(self, identifier: str) -> Option | None:
        return self._options.get(identifier)

    @cached_property
    def by_code(self) -> "Mapping[str, Question]":
        """The questions of this group by code, in order."""
        return {question.code: question for question in self.questions}

    def inner(self, code: str) -> "Question":
        """The question `code` of this group. Raises KeyError."""
        return self.by_code[code]

    @cached_property
    def title_code(self) -> str | None:
        """The code of the question whose words are the title of this group's entries."""
        return self.title_question or _titled(self.questions)


def _titled(questions: Iterable[Question]) -> str | None:
    return next((question.code for question in questions if question.role == "title"), None)


@dataclass(frozen=True)
class Section:
    """A page of the form: questions that belong together."""

    code: str
    title: Text
    questions: tuple[Question, ...]
    intro: Text | None = None
    part: Text | None = None

    @property
    def groups(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.is_group)

    @property
    def plain_questions(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if not question.is_group)


@dataclass(frozen=True)
class Questionnaire:
    """One edition of a report template. `checksum` is the sha256 of its file's bytes.

    `languages`: those its official version may be in; () = any.
    """

    name: str
    edition: str
    title: Text
    sections: tuple[Section, ...]
    checksum: str
    summary: Text | None = None
    subject: Text | None = None
    page: bool = False
    rolling: bool = False
    title_question: str | None = None
    declaration: Text | None = None
    languages: tuple[str, ...] = ()

    def section(self, code: str) -> Section:
        """Raises KeyError for an unknown code."""
        for section in self.sections:
            if section.code == code:
                return section
        raise KeyError(code)

    @cached_property
    def by_code(self) -> Mapping[str, Question]:
        """The top-level questions (groups count) by code, in order."""
        return {question.code: question for section in self.sections for question in section.questions}

    @cached_property
    def plain_questions(self) -> tuple[Question, ...]:
        """The report's own questions, without the groups."""
        return tuple(question for question in self.by_code.values() if not question.is_group)

    @cached_property
    def read_by_conditions(self) -> frozenset[str]:
        """Codes of all questions that some condition reads."""
        held = (one for question in self.every_question() for one in (question.when, question.required))
        return frozenset(code for condition in held if isinstance(condition, Condition) for code in condition.questions())

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Every code, `group.code` inside a group."""
        inner = ((code, *(f"{code}.{one}" for one in question.by_code)) for code, question in self.by_code.items())
        return tuple(code for codes in inner for code in codes)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Where each of `codes` stands."""
        return {code: place for place, code in enumerate(self.codes)}

    @cached_property
    def title_code(self) -> str | None:
        """The code of the question whose words are the title of the report."""
        return self.title_question or _titled(self.plain_questions)

    @cached_property
    def _homes(self) -> Mapping[str, Section]:
        return {question.code: section for section in self.sections for question in section.questions}

    def question(self, code: str) -> Question:
        """A top-level question. Raises KeyError."""
        return self.by_code[code]

    def with_role(self, role: str) -> Sequence["Question"]:
        """The questions that have a role, those inside groups too, in their order."""
        return self._by_role.get(role, ())

    @cached_property
    def _by_role(self) -> Mapping[str, Sequence["Question"]]:
        found: dict[str, list[Question]] = {}
        for question in (question for section in self.sections for question in section.questions):
            for one in question.questions if question.is_group else (question,):
                found.setdefault(one.role or "", []).append(one)
        return found

    def section_of(self, code: str) -> Section:
        """The section that holds the top-level question `code`. Raises KeyError."""
        return self._homes[code]

    def find(self, code: str, group: str | None = None) -> Question:
        """A question by code, inside `group` when given. Raises KeyError."""
        return self.question(group).inner(code) if group else self.question(code)

    def every_question(self) -> Iterator[Question]:
        """All questions in order, those of a group after it."""
        for question in self.by_code.values():
            yield from (question, *question.questions)

    def groups(self) -> Iterator[tuple[Section, Question]]:
        """Every repeated group with its section, in order."""
        for section in self.sections:
            for group in section.groups:
                yield section, group
