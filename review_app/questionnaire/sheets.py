"""One report's answers laid on its questionnaire: what is asked now, what is answered, what an entry is called."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from review_app.questionnaire import values as shapes
from review_app.questionnaire.language import Question, Questionnaire

Told = TypeVar("Told")


@dataclass(frozen=True)
class Cell:
    """One stored answer. `row_version` 0 means that no row exists yet.

    `is_carried`: from the last report, and not confirmed. `is_imported`: as it was read out of an old text.
    """

    value: Mapping[str, Any]
    lang: str | None = None
    row_version: int = 0
    is_carried: bool = False
    is_imported: bool = False


@dataclass(frozen=True)
class SheetItem:
    """One entry of the repeated group `group`. `is_unsettled`: the last report had it, and nobody has said if it goes on."""

    id: UUID
    group: str
    position: int
    is_unsettled: bool = False


class Sheet:
    """The answers of one report. `known_words` are the party's names and code, so that checks know what belongs to it.

    A question that is not asked counts as blank for every condition, whatever was once answered.
    """

    def __init__(
        self, questionnaire: Questionnaire, answers: Mapping[tuple[UUID | None, str], Cell],
        items: Sequence[SheetItem] = (), *, known_words: Iterable[str] = (),
    ) -> None:
        self.questionnaire = questionnaire
        self.items = tuple(sorted(items, key=lambda item: (item.position, str(item.id))))
        self.known_words = tuple(known_words)
        self.answers = dict(answers)
        self._items = {item.id: item for item in self.items}
        self._values: dict[UUID | None, dict[str, Any]] = {}
        self._derived: dict[Callable[[Sheet], Any], Any] = {}

    def replaced(self, cells: Mapping[tuple[UUID | None, str], Cell]) -> "Sheet":
        """The same sheet with other answers at these places (item, question)."""
        return Sheet(self.questionnaire, {**self.answers, **cells}, self.items, known_words=self.known_words)

    def derived(self, tell: Callable[["Sheet"], Told]) -> Told:
        """`tell(self)`, told once: the answers of a sheet do not change."""
        if tell not in self._derived:
            self._derived[tell] = tell(self)
        told: Told = self._derived[tell]
        return told

    def item(self, item_id: UUID) -> SheetItem:
        """Raises KeyError for an item of another report."""
        return self._items[item_id]

    def group(self, item_id: UUID | None) -> str | None:
        """The code of the group an item belongs to; None for the report itself and an entry that is not in it now."""
        item = self._items.get(item_id) if item_id else None
        return item.group if item else None

    def group_of(self, item: SheetItem) -> Question:
        """The group an item belongs to."""
        return self.questionnaire.question(item.group)

    def items_of(self, group: str) -> tuple[SheetItem, ...]:
        """The entries of a group, in their order."""
        return tuple(item for item in self.items if item.group == group)

    def cell(self, question: str, item_id: UUID | None = None) -> Cell | None:
        """The stored answer; what the group has fixed when there is none; None when there is nothing."""
        stored = self.answers.get((item_id, question))
        if stored is not None or item_id is None or item_id not in self._items:
            return stored
        group = self.group_of(self._items[item_id])
        if not group.fixed or question not in group.fixed:
            return None
        return Cell(shapes.read(group.inner(question), group.fixed[question]))

    def value(self, question: str, item_id: UUID | None = None) -> Any:
        """The clean value, whether the question is asked or not; None when blank or unreadable."""
        cell = self.cell(question, item_id)
        return None if cell is None else cell.value.get("value")

    def is_explained(self, question: Question, item_id: UUID | None = None) -> bool:
        """Whether a reason stands in the place of the answer."""
        stored = self.answers.get((item_id, question.code))
        return stored is not None and "blank" in stored.value and question.may_be_blank and shapes.is_explained(stored.value)

    def values(self, item_id: UUID | None = None) -> Mapping[str, Any]:
        """Question -> clean value of all that is asked; with an item, its values over the report's."""
        if item_id not in self._values:
            outer = {} if item_id is None else self.values()
            self._values[item_id] = {**outer, **self._settle(self._questions(item_id), outer, item_id)}
        return self._values[item_id]

    def asked(self, section_code: str) -> tuple[Question, ...]:
        """The plain questions of a section that are asked now."""
        values = self.values()
        questions = self.questionnaire.section(section_code).plain_questions
        return tuple(question for question in questions if question.is_asked(values))

    def asked_groups(self, section_code: str) -> tuple[Question, ...]:
        """The repeated groups of a section that are asked now."""
        values = self.values()
        return tuple(group for group in self.questionnaire.section(section_code).groups if group.is_asked(values))

    def asked_in(self, item: SheetItem) -> tuple[Question, ...]:
        """The questions of one entry that are asked now; none when its group is not."""
        group = self.group_of(item)
        if not group.is_asked(self.values()):
            return ()
        values = self.values(item.id)
        return tuple(question for question in group.questions if question.is_asked(values))

    def asked_by_entry(self) -> Iterator[tuple[SheetItem | None, tuple[Question, ...]]]:
        """All that is asked now in the questionnaire's order, the report's own questions (no item) and those of each entry."""
        for section in self.questionnaire.sections:
            yield None, self.asked(section.code)
            for group in self.asked_groups(section.code):
                yield from ((item, self.asked_in(item)) for item in self.items_of(group.code))

    def title(self, item: SheetItem) -> str:
        """What the entry calls itself on one line; "" when it has no title yet."""
        return self._words(self.group_of(item).title_code, item.id)

    def title_lang(self, item: SheetItem) -> str | None:
        """The language its title is written in."""
        code = self.group_of(item).title_code
        cell = self.cell(code, item.id) if code else None
        return cell.lang if cell else None

    def report_title(self) -> str:
        """What the report calls itself on one line; "" when its questionnaire asks for no title, or it has none yet."""
        return self._words(self.questionnaire.title_code, None)

    def _words(self, code: str | None, item_id: UUID | None) -> str:
        words = self.value(code, item_id) if code else None
        return " ".join(words.split()) if isinstance(words, str) else ""

    def _questions(self, item_id: UUID | None) -> tuple[Question, ...]:
        if item_id is not None:
            return self.group_of(self._items[item_id]).questions
        return self.questionnaire.plain_questions

    def _settle(
        self, questions: Sequence[Question], outer: Mapping[str, Any], item_id: UUID | None
    ) -> dict[str, Any]:
        """Values in the order in which conditions need them (the loader refuses circles)."""
        if all(question.when is None for question in questions):
            return {question.code: self.value(question.code, item_id) for question in questions}
        by_code = {question.code: question for question in questions}
        settled: dict[str, Any] = {}

        def settle(code: str) -> None:
            if code in settled or code not in by_code:
                return
            question = by_code[code]
            for needed in question.when.questions() if question.when else ():
                settle(needed)
            is_asked = question.when is None or question.is_asked({**outer, **settled})
            settled[code] = self.value(code, item_id) if is_asked else None

        for code in by_code:
            settle(code)
        return settled
