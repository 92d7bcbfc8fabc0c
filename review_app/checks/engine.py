"""The one engine for completeness: the progress bar, the list, the gate at submission and the reviewer's findings."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from review_app.checks.found import SEVERITIES, Context, Found, Place, Rule, places
from review_app.checks.registry import RULES
from review_app.questionnaire.language import Question
from review_app.questionnaire.sheets import Sheet
from review_app.questionnaire.values import is_blank

__all__ = ["RULES", "Context", "Found", "Progress", "Rule", "SectionProgress", "check", "explained", "progress"]

_GENERALS = {rule.id: rule.speaks_for for rule in RULES}

Status = Literal["not_started", "in_progress", "completed", "problem", "optional"]


@dataclass(frozen=True)
class SectionProgress:
    """How far a section is. `explained` answers are blank with a reason, and count as answered.

    The gate lets through what is `completed` (no open error) or `optional` (empty, and may be).
    """

    code: str
    answered: int
    required: int
    errors: int
    status: Status
    explained: int


@dataclass(frozen=True)
class Progress:
    """How far a report is. `completed` and `total` count sections; one that stays empty because it may is in neither."""

    sections: tuple[SectionProgress, ...]
    completed: int
    total: int

    def section(self, code: str) -> SectionProgress:
        """Raises KeyError."""
        for one in self.sections:
            if one.code == code:
                return one
        raise KeyError(code)


def check(
    sheet: Sheet, *, only: Collection[str] | None = None, off: Collection[str] = (),
    items: Collection[UUID | None] | None = None, context: Context = Context(),
) -> tuple[Found, ...]:
    """What there is to say about the answers, in the order of the questionnaire.

    `only`: ids of the rules that are asked; their findings are the same as in a full run. `off`: ids of rules that do not
    exist for this run. `items`: the entries to look at (None among them: the report's own answers).
    """
    asked = [rule for rule in RULES if rule.id not in off and (only is None or rule.id in with_silencers(only))]
    found = [one for place in places(sheet, context, items=items) for rule in asked for one in rule.find(place)]
    return in_order(sheet, (one for one in without_general(found) if only is None or one.rule in only))


def without_general(found: Collection[Found]) -> list[Found]:
    """What is left when a special rule has spoken for the general ones at the same place."""
    rules_at: dict[tuple[object, ...], set[str]] = {}
    for one in found:
        rules_at.setdefault(_spot(one), set()).add(one.rule)
    return [one for one in found if not any(one.rule in generals_of(rule) for rule in rules_at[_spot(one)])]


def generals_of(rule: str) -> frozenset[str]:
    """The general rules that are silent where `rule` speaks."""
    return _GENERALS.get(rule, frozenset())


def in_order(sheet: Sheet, found: Iterable[Found]) -> tuple[Found, ...]:
    """The findings as a reader of the form meets them."""
    return tuple(sorted(found, key=_order(sheet)))


def with_silencers(only: Iterable[str]) -> set[str]:
    """The rules with those that may speak for them."""
    wanted = set(only)
    while more := {rule for rule, generals in _GENERALS.items() if generals & wanted} - wanted:
        wanted |= more
    return wanted


def progress(sheet: Sheet, found: Collection[Found]) -> Progress:
    """The same findings as figures: those that were not answered with a reason."""
    counted = _counted(sheet)
    sections = []
    for section in sheet.questionnaire.sections:
        here = [one for one in found if one.section == section.code]
        errors = [one for one in here if one.severity == "error"]
        answered, required, is_touched, explained = counted[section.code]
        sections.append(SectionProgress(
            section.code, answered, required, len(errors),
            _status(errors, is_touched=is_touched, is_needed=required > 0), explained,
        ))
    statuses = [one.status for one in sections]
    return Progress(tuple(sections), statuses.count("completed"), len(statuses) - statuses.count("optional"))


def explained(sheet: Sheet) -> list[tuple[Place, Question]]:
    """Every answer that is left blank with a reason, in the order of the questionnaire."""
    return [(place, question) for place in places(sheet) for question in place.explained]


def _status(errors: Collection[Found], *, is_touched: bool, is_needed: bool) -> Status:
    if not errors:
        return "completed" if is_touched or is_needed else "optional"
    if not is_touched:
        return "not_started"
    return "in_progress" if all(not one.quote for one in errors) else "problem"


def _counted(sheet: Sheet) -> dict[str, tuple[int, int, bool, int]]:
    """Section -> (required answers given, required answers, whether anything is there, blanks with a reason)."""
    counts = {section.code: [0, 0, 0, 0] for section in sheet.questionnaire.sections}
    for place in places(sheet):
        for question in (*place.asked, *place.explained):
            top = place.item.group if place.item else question.code
            count = counts[sheet.questionnaire.section_of(top).code]
            is_explained = question in place.explained
            is_given, is_required = is_explained or not is_blank(place.value(question)), place.is_required(question)
            count[3] += is_explained
            count[0] += is_given and is_required
            count[1] += is_required
            count[2] |= is_given
    for section in sheet.questionnaire.sections:
        for group in sheet.asked_groups(section.code):
            has_items = bool(sheet.items_of(group.code))
            counts[section.code][0] += has_items and bool(group.required)
            counts[section.code][1] += bool(group.required)
            counts[section.code][2] |= has_items
    return {code: (given, needed, bool(touched), explained) for code, (given, needed, touched, explained) in counts.items()}


def _spot(one: Found) -> tuple[object, ...]:
    return (one.item_id, one.question, one.row, one.column)


def _order(sheet: Sheet) -> Callable[[Found], tuple[int, ...]]:
    items: dict[UUID | None, int] = {None: 0} | {item.id: place for place, item in enumerate(sheet.items, start=1)}
    places = sheet.questionnaire.places

    def key(one: Found) -> tuple[int, ...]:
        top, inner = places[one.group or one.question], places[f"{one.group}.{one.question}"] if one.group else 0
        return (top, items[one.item_id], inner, one.row or 0, SEVERITIES.index(one.severity))

    return key
