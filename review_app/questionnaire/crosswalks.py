"""What becomes of the answers of one edition in the next: the crosswalk, and what it carries over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from review_app.questionnaire import values
from review_app.questionnaire.language import Question, Questionnaire
from review_app.questionnaire.sheets import Cell, Sheet, SheetItem

Kind = Literal["same", "reworded", "split", "merged", "dropped", "new"]
Place = tuple[UUID | None, str]

_READ_AS_WORDS = frozenset({"text", "longtext", "number", "percent", "money", "year", "date", "url"})
MERGED = frozenset({"text", "longtext", "choices", "table"})


@dataclass(frozen=True)
class Passage:
    """One line: the questions of the older edition, those of the newer, and for groups the lines of what is inside."""

    kind: Kind
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    inner: tuple["Passage", ...] = ()


@dataclass(frozen=True)
class Crosswalk:
    """From one edition to the next. `unmapped`: codes, `group.code` inside a group, that no line speaks of."""

    older: Questionnaire
    newer: Questionnaire
    report: tuple[Passage, ...]
    unmapped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Left:
    """An answer (or with no question, an entry) that is not carried, and why.

    `dropped`: the newer edition has no place for it. `hidden`: it was not asked. `unfit`: the new question cannot hold
    it, or not all of it.
    """

    item_id: UUID | None
    question: str
    why: Literal["dropped", "hidden", "unfit"]


@dataclass(frozen=True)
class Carried:
    """What a new report starts with. Entries keep the ids they had; `sources`: which old questions each answer comes from."""

    items: tuple[SheetItem, ...]
    answers: Mapping[Place, Cell]
    sources: Mapping[Place, tuple[str, ...]]
    left: tuple[Left, ...]


def holds(new: Question, old: Question) -> bool:
    """Whether an answer to `old` can stand as one to `new`."""
    if new.type in ("choice", "choices") and {option.id for option in old.options} - {option.id for option in new.options}:
        return False
    if new.type == "table" and {(one.code, one.type) for one in old.columns} - {(one.code, one.type) for one in new.columns}:
        return False
    is_words = new.type in ("text", "longtext") and old.type in _READ_AS_WORDS
    return new.type == old.type or is_words or (old.type, new.type) == ("date", "year")


def carried(sheet: Sheet, crosswalk: Crosswalk) -> Carried:
    """The answers of the last report laid on the newer edition; each one that is not there stands in `left`."""
    older, newer = crosswalk.older.by_code, crosswalk.newer.by_code
    load = _Load(sheet)
    load.take(crosswalk.report, older, newer, None)
    for passage in crosswalk.report:
        entries = [item for code in passage.old if older[code].is_group for item in sheet.items_of(code)]
        for position, item in enumerate(entries, start=1):
            if passage.new:
                group = newer[passage.new[0]]
                load.items.append(SheetItem(item.id, group.code, position))
                load.take(passage.inner, sheet.group_of(item).by_code, group.by_code, item.id)
            else:
                load.left.append(Left(item.id, "", "dropped"))
    return Carried(tuple(load.items), load.answers, load.sources, tuple(dict.fromkeys(load.left)))


class _Load:
    """What is carried so far, and what is left behind."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.answers: dict[Place, Cell] = {}
        self.sources: dict[Place, tuple[str, ...]] = {}
        self.items: list[SheetItem] = []
        self.left: list[Left] = []

    def take(
        self, passages: Sequence[Passage], old: Mapping[str, Question], new: Mapping[str, Question], item_id: UUID | None
    ) -> None:
        """The plain answers of one place: the report, or one entry."""
        for passage in passages:
            told = _told(self.sheet, [old[code] for code in passage.old], item_id)
            seen = [question for question in told if _is_asked(self.sheet, question, item_id)]
            self._leave(item_id, [question for question in told if question not in seen], "hidden")
            if not passage.new:
                self._leave(item_id, seen, "dropped")
            for code in passage.new if seen else ():
                cell, unfit = _cell(new[code], [(question, self.sheet.answers[item_id, question.code]) for question in seen])
                self._leave(item_id, unfit, "unfit")
                if cell is not None:
                    self.answers[item_id, code] = cell
                    self.sources[item_id, code] = tuple(question.code for question in seen)

    def _leave(self, item_id: UUID | None, questions: Sequence[Question], why: Literal["dropped", "hidden", "unfit"]) -> None:
        self.left.extend(Left(item_id, question.code, why) for question in questions)


def _told(sheet: Sheet, questions: Sequence[Question], item_id: UUID | None) -> list[Question]:
    """Those that are answered; where none is, those that were left blank with a reason."""
    answered = [question for question in questions if _is_told(sheet, question, item_id)]
    return answered or [question for question in questions if sheet.is_explained(question, item_id)]


def _is_told(sheet: Sheet, question: Question, item_id: UUID | None) -> bool:
    cell = None if question.is_group else sheet.answers.get((item_id, question.code))
    return cell is not None and not values.is_blank(cell.value)


def _is_asked(sheet: Sheet, question: Question, item_id: UUID | None) -> bool:
    if item_id is not None:
        return question in sheet.asked_in(sheet.item(item_id))
    return question.is_asked(sheet.values())


def _cell(new: Question, told: Sequence[tuple[Question, Cell]]) -> tuple[Cell | None, tuple[Question, ...]]:
    """The answer to `new` made of old ones, and those of them that it does not hold, or not wholly."""
    if reasons := [cell for _, cell in told if values.is_explained(cell.value)]:
        left = reasons[0].value["blank"]
        value = values.with_reason(values.read(new, None), left["reason"], left["until"])
        return Cell(value) if new.may_be_blank else None, ()
    raws = [_raw(new, old, cell.value) for old, cell in told]
    lang = next((cell.lang for _, cell in told if cell.lang), None)
    value = values.read(new, _joined(new, raws), lang)
    was_readable = all(values.problem(old, cell.value) is None for old, cell in told)
    if values.problem(new, value) is None or not was_readable:
        return Cell(value, lang), ()
    unfit = tuple(old for old, _ in told)
    if new.type == "choices" and value["value"]:
        return Cell(values.read(new, value["value"], lang), lang), unfit
    return None, unfit


def _raw(new: Question, old: Question, value: Mapping[str, Any]) -> Any:
    """What was typed, or the year of a day."""
    is_year_of_day = (old.type, new.type) == ("date", "year") and value["value"]
    return value["value"][:4] if is_year_of_day else value["raw"]


def _joined(new: Question, raws: Sequence[Any]) -> Any:
    """Texts one under the other, lists one behind the other."""
    if len(raws) == 1:
        return raws[0]
    if new.type in ("choices", "table", "file"):
        return [one for raw in raws for one in raw]
    return ("\n\n" if new.type == "longtext" else "; ").join(str(raw).strip() for raw in raws)


def unchanged(questionnaire: Questionnaire) -> Crosswalk:
    """From an edition to itself."""
    passages = tuple(
        Passage("same", (code,), (code,), tuple(Passage("same", (one,), (one,)) for one in question.by_code))
        for code, question in questionnaire.by_code.items()
    )
    return Crosswalk(questionnaire, questionnaire, passages)
