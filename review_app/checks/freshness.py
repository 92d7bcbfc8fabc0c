"""Checking again what a change concerns, and only that: the rules that read what changed, at the places where it changed."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import UUID

from review_app.checks.engine import generals_of, in_order, with_silencers, without_general
from review_app.checks.found import Context, Found, Rule, Severity, places
from review_app.checks.registry import RULES
from review_app.questionnaire.language import Condition, Question
from review_app.questionnaire.sheets import Sheet

Spot = tuple[UUID | None, str]
"""An entry (None: the report itself) and the code of a question or group there."""
Run = tuple[str, UUID | None]
"""A rule and the place it looks at."""

OFF: Literal["off"] = "off"


@dataclass(frozen=True)
class Setting:
    """How a cycle sets a rule. `severity` None = as the rule is written."""

    is_on: bool = True
    severity: Severity | None = None


Settings = Mapping[str, Setting]
AS_WRITTEN = Setting()


@dataclass(frozen=True)
class Known:
    """What was found before: the open findings, rule -> the mark it ran with (empty: never checked), and what changed since."""

    found: tuple[Found, ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    changed: frozenset[Spot] = frozenset()


@dataclass(frozen=True)
class Standing:
    """What stands now, what was run to know it, and what is still to be run."""

    found: tuple[Found, ...]
    ran: frozenset[Run]
    waiting: frozenset[Run]

    def is_waiting(self, one: Found) -> bool:
        """Whether the words of a finding changed since its rule looked at them."""
        return (one.rule, one.item_id) in self.waiting


def marks(settings: Settings) -> dict[str, str]:
    """Rule -> what it runs with: its version and the severity that the cycle gives it; `off` when it does not run."""
    return {rule.id: _mark(rule, settings.get(rule.id, AS_WRITTEN)) for rule in RULES}


def _mark(rule: Rule, setting: Setting) -> str:
    return f"{rule.version} {setting.severity or ''}".strip() if setting.is_on else OFF


def bring_up(
    sheet: Sheet, known: Known, *, settings: Settings, context: Callable[[frozenset[str]], Context] = lambda parts: Context(),
    only: Collection[str] | None = None,
) -> Standing:
    """The findings as they stand now: those that are known, and those of the rules that are due.

    `only`: ids of rules to run; the others are left waiting. `context` gives the parts of a Context that the rules to be run know.
    """
    present, here = marks(settings), _places(sheet)
    due = _due(sheet, known, present, here)
    runs = due if only is None else {run for run in due if run[0] in only}
    kept = [
        one for one in known.found
        if (one.rule, one.item_id) not in runs and one.item_id in here and present.get(one.rule, OFF) != OFF
    ]
    fresh = _run(sheet, runs, context)
    again = {run for run in _unsilenced(known.found, [*kept, *fresh], here) - runs if present[run[0]] != OFF}
    kept = [one for one in kept if (one.rule, one.item_id) not in again]
    found = without_general([*kept, *fresh, *_run(sheet, again, context)])
    set_so = [as_set(one, settings) for one in found]
    return Standing(in_order(sheet, set_so), frozenset(runs | again), frozenset(due - runs - again))


def may_stop(settings: Settings) -> frozenset[str]:
    """The rules that may find errors as a cycle sets them, with those that may speak for them."""
    graves = {rule.id: settings.get(rule.id, AS_WRITTEN).severity or rule.severity for rule in RULES}
    return frozenset(with_silencers(rule_id for rule_id, severity in graves.items() if severity == "error"))


def as_set(one: Found, settings: Settings) -> Found:
    """The finding with the severity that its cycle gives the rule."""
    severity = settings.get(one.rule, AS_WRITTEN).severity
    return replace(one, severity=severity) if severity else one


def _places(sheet: Sheet) -> set[UUID | None]:
    """The report and every entry of a group that is asked."""
    groups = [group for section in sheet.questionnaire.sections for group in sheet.asked_groups(section.code)]
    return {None, *(item.id for group in groups for item in sheet.items_of(group.code))}


def _run(sheet: Sheet, runs: Collection[Run], context: Callable[[frozenset[str]], Context]) -> list[Found]:
    if not runs:
        return []
    rules = [rule for rule in RULES if any(run[0] == rule.id for run in runs)]
    given = context(frozenset().union(*(rule.context for rule in rules)))
    return [
        one
        for place in places(sheet, given, items={item_id for _, item_id in runs})
        for rule in rules
        if (rule.id, place.item.id if place.item else None) in runs
        for one in rule.find(place)
    ]


def _due(sheet: Sheet, known: Known, present: Mapping[str, str], here: Collection[UUID | None]) -> set[Run]:
    touched = list(_touched(sheet, known.changed))
    is_entry_gone_or_new = any(question.is_group for _, question in touched)
    roles_of_report = {question.role for item_id, question in touched if item_id is None and question.role}
    due: set[Run] = set()
    for rule in RULES:
        if present[rule.id] == OFF:
            continue
        at = {item_id for item_id, question in touched if rule.reads(question)}
        is_everywhere = (
            known.marks.get(rule.id) != present[rule.id]
            or rule.around & roles_of_report
            or (rule.compares and (at or is_entry_gone_or_new))
        )
        due |= {(rule.id, item_id) for item_id in here if is_everywhere or item_id in at}
    return due


def _touched(sheet: Sheet, changed: Iterable[Spot]) -> Iterator[tuple[UUID | None, Question]]:
    """What changed, and every question whose condition hangs on it."""
    codes: dict[UUID | None, set[str]] = {}
    for item_id, code in changed:
        codes.setdefault(item_id, set()).add(code)
    top = sheet.questionnaire.by_code.values()
    of_report = _hanging_on(codes.get(None, set()), top)
    yield from ((None, question) for question in top if question.code in of_report)
    for group in (question for question in top if question.is_group):
        is_hidden_otherwise = group.when is not None and _reads(group.when, of_report)
        for item in sheet.items_of(group.code):
            of_item = _hanging_on(codes.get(item.id, set()), group.questions, around=of_report)
            yield from ((item.id, inner) for inner in group.questions if is_hidden_otherwise or inner.code in of_item)


def _hanging_on(codes: Collection[str], questions: Collection[Question], *, around: Collection[str] = ()) -> set[str]:
    """`codes`, and of `questions` those whose conditions read one of them, one of `around`, or one that does."""
    found = set(codes)
    while more := {
        one.code for one in questions
        if one.code not in found and any(_reads(condition, found.union(around)) for condition in _conditions(one))
    }:
        found |= more
    return found


def _conditions(question: Question) -> list[Condition]:
    return [one for one in (question.when, question.required) if isinstance(one, Condition)]


def _reads(condition: Condition, codes: Collection[str]) -> bool:
    return any(code in codes for code in condition.questions())


def _unsilenced(before: Iterable[Found], after: Iterable[Found], here: Collection[UUID | None]) -> set[Run]:
    """The general rules that were silent where a special one spoke, and speaks no more."""
    speaks = {(one.rule, one.item_id, one.question) for one in after}
    gone = {(one.rule, one.item_id) for one in before if (one.rule, one.item_id, one.question) not in speaks}
    return {(rule, item_id) for special, item_id in gone if item_id in here for rule in generals_of(special)}
