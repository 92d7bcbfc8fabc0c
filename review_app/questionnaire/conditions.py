"""Reading the conditions of a questionnaire (`when`, `required`), and refusing those that cannot be decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from review_app.questionnaire.language import Condition, Question
from review_app.questionnaire.source import Node, Source

_KEYS = ("question", "equals", "includes", "answered", "all_of", "any_of", "not")
_TESTS = ("equals", "includes", "answered")
_DEEPEST = 8


@dataclass(frozen=True)
class Pending:
    """A condition still to be read: whose it is, under which key, and what it may look at."""

    group: str | None
    question: str
    key: str
    node: Node


@dataclass
class Scopes:
    """What conditions may read: the report's plain questions, and inside a group its own questions too."""

    report: dict[str, Question] = field(default_factory=dict)
    groups: dict[str, dict[str, Question]] = field(default_factory=dict)

    def seen_from(self, group: str | None) -> Mapping[str, Question]:
        """Code -> question, the item first, then the report."""
        return {**self.report, **(self.groups.get(group, {}) if group else {})}


def read_condition(source: Source, pending: Pending, scopes: Scopes) -> Condition | None:
    """The condition of `pending`; None after a fault."""
    before = len(source.faults)
    condition = _read(source, pending.node, pending.question, scopes.seen_from(pending.group), 0)
    return condition if len(source.faults) == before else None


def _read(source: Source, node: Node, where: str, scope: Mapping[str, Question], depth: int) -> Condition:
    if depth > _DEEPEST:
        source.fault(node, where, f"conditions are nested more than {_DEEPEST} deep: write them flatter")
        return Condition()
    parts = source.mapping(node, where, known=_KEYS)
    if not parts:
        return Condition()
    if "question" in parts:
        return _leaf(source, node, where, parts, scope)
    if len(parts) != 1:
        source.fault(node, where, "a condition is one test: use `question` with a test, or one of all_of, any_of, not")
        return Condition()
    key, inner = next(iter(parts.items()))
    if key == "not":
        return Condition(negated=_read(source, inner, where, scope, depth + 1))
    if key in _TESTS:
        source.fault(node, where, f"`{key}` does not say of which question: add `question`")
        return Condition()
    branches = tuple(_read(source, one, where, scope, depth + 1) for one in source.sequence(inner, where))
    return Condition(all_of=branches) if key == "all_of" else Condition(any_of=branches)


def _leaf(
    source: Source, node: Node, where: str, parts: Mapping[str, Node], scope: Mapping[str, Question]
) -> Condition:
    code = source.text(parts["question"], where)
    tests = [key for key in parts if key != "question"]
    if len(tests) != 1 or tests[0] not in _TESTS:
        source.fault(node, where, "a condition on a question has one test: equals, includes or answered")
        return Condition()
    target = scope.get(code)
    if target is None:
        source.fault(
            parts["question"], where,
            f"the condition reads `{code}`, which is no question here: name a question of the report or of this group",
        )
        return Condition()
    test = parts[tests[0]]
    if tests[0] == "answered":
        return Condition(question=code, answered=source.truth(test, where))
    if tests[0] == "includes":
        return Condition(question=code, includes=_option(source, test, where, target, "choices"))
    return Condition(question=code, equals=_wanted(source, test, where, target))


def _wanted(source: Source, node: Node, where: str, target: Question) -> Any:
    if target.type == "yes_no":
        return source.truth(node, where)
    if target.type == "year":
        return source.count(node, where)
    if target.type == "country":
        return source.text(node, where)
    return _option(source, node, where, target, "choice")


def _option(source: Source, node: Node, where: str, target: Question, wanted_type: str) -> str:
    test = "includes" if wanted_type == "choices" else "equals"
    if target.type != wanted_type:
        source.fault(node, where, f"`{test}` cannot test `{target.code}`, which is a {target.type}: use another test")
        return ""
    word = source.text(node, where)
    if target.options and target.option(word) is None:
        source.fault(node, where, f"`{target.code}` has no option `{word}`: use one of its options")
    return word


def refuse_cycles(source: Source, conditions: Mapping[tuple[str | None, str], tuple[Condition, Node]]) -> None:
    """Fault every question whose visibility depends on itself. `conditions`: (group, code) -> its `when`."""
    for start, (_, node) in conditions.items():
        path = _way_back(start, conditions)
        if path:
            steps = " -> ".join(code for _, code in path)
            source.fault(node, start[1], f"its condition goes round in a circle ({steps}): remove one of these")


def _way_back(
    start: tuple[str | None, str], conditions: Mapping[tuple[str | None, str], tuple[Condition, Node]]
) -> list[tuple[str | None, str]]:
    waiting, seen = [[start]], set()
    while waiting:
        path = waiting.pop()
        group = path[-1][0]
        for code in conditions[path[-1]][0].questions() if path[-1] in conditions else ():
            place = (group, code) if (group, code) in conditions else (None, code)
            if place == start:
                return [*path, start]
            if place not in seen:
                seen.add(place)
                waiting.append([*path, place])
    return []


def is_truth(node: Node) -> bool:
    """Whether `required` is a plain true or false, not a condition."""
    return isinstance(node, yaml.nodes.ScalarNode)
