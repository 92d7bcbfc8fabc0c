"""From a crosswalk file (`2015-to-2019.yaml`) to a Crosswalk, or to the list of everything that is wrong with the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from review_app.questionnaire.crosswalks import MERGED, Crosswalk, Kind, Passage, holds
from review_app.questionnaire.language import Question, Questionnaire
from review_app.questionnaire.source import Node, QuestionnaireError, Source

Editions = Mapping[tuple[str, str], Questionnaire]

_KINDS = ("same", "reworded", "split", "merged", "dropped", "new")
_LISTED = ("same", "dropped", "new")
_TOP = ("questionnaire", "from", "to", "questions", "report")


@dataclass
class _Scope:
    """The questions on both sides of one place, and which of them a line has spoken of."""

    old: Mapping[str, Question]
    new: Mapping[str, Question]
    said_old: dict[str, Node] = field(default_factory=dict)
    said_new: dict[str, Node] = field(default_factory=dict)


@dataclass
class _Reading:
    source: Source
    lists: dict[str, Node] = field(default_factory=dict)
    unmapped: list[str] = field(default_factory=list)


def load_crosswalk(path: Path, editions: Editions) -> Crosswalk:
    """The crosswalk in `path`. Questions that no line speaks of are no fault here: they stand in `unmapped`.

    Raises QuestionnaireError with every fault found; OSError when there is no file.
    """
    source = Source(Path(path))
    root = source.root()
    parts = source.mapping(root, "", known=_TOP, needed=("questionnaire", "from", "to", "report")) if root else {}
    older, newer = (_edition(source, parts, side, editions) for side in ("from", "to"))
    if older is None or newer is None or "report" not in parts:
        raise QuestionnaireError(source.faults)
    reading = _Reading(source)
    for key, _, value in source.entries(parts["questions"], "") if "questions" in parts else ():
        reading.lists[key] = value
    scope = _Scope(older.by_code, newer.by_code)
    report = _lines(reading, parts["report"], scope, "")
    if source.faults:
        raise QuestionnaireError(source.faults)
    return Crosswalk(older, newer, report, tuple(dict.fromkeys(reading.unmapped)))


def _edition(source: Source, parts: Mapping[str, Node], side: str, editions: Editions) -> Questionnaire | None:
    if "questionnaire" not in parts or side not in parts:
        return None
    key = (source.text(parts["questionnaire"], ""), source.text(parts[side], ""))
    if key not in editions:
        source.fault(parts[side], "", f"there is no edition {key[1]} of {key[0]}: add its file, or correct the name")
    return editions.get(key)


def _lines(reading: _Reading, node: Node, scope: _Scope, where: str) -> tuple[Passage, ...]:
    """The lines of one place, and a note of every question there that none of them speaks of."""
    found = [one for line in reading.source.sequence(node, where) for one in _line(reading, line, scope, where)]
    prefix = f"{where}." if where else ""
    for known, said in ((scope.old, scope.said_old), (scope.new, scope.said_new)):
        reading.unmapped += [f"{prefix}{code}" for code in known if code not in said]
    return tuple(found)


def _line(reading: _Reading, node: Node, scope: _Scope, where: str) -> list[Passage]:
    """`same`, `dropped` and `new` may name several questions: each becomes a passage of its own."""
    source = reading.source
    parts = source.mapping(node, where, known=(*_KINDS, "to", "questions"))
    kinds = [key for key in parts if key in _KINDS]
    if len(kinds) != 1:
        source.fault(node, where, f"a line says one thing: write one of {', '.join(_KINDS)}")
        return []
    kind = kinds[0]
    if ("to" in parts) is (kind in _LISTED):
        source.fault(node, where, f"`{kind}` has no `to`: remove it" if "to" in parts else f"`{kind}` leads somewhere: add `to`")
        return []
    named = _words(source, parts[kind], where)
    pairs: list[tuple[tuple[str, ...], tuple[str, ...]]]
    if kind in _LISTED:
        pairs = [((), code) if kind == "new" else (code, ()) if kind == "dropped" else (code, code) for code in zip(named)]
    else:
        pairs = [(tuple(named), tuple(_words(source, parts["to"], where)))]
    found = [_passage(reading, node, kind, pair, scope, where, parts.get("questions")) for pair in pairs]
    return [one for one in found if one is not None]


def _words(source: Source, node: Node, where: str) -> list[str]:
    nodes = [node] if isinstance(node.value, str) else source.sequence(node, where)
    return [source.text(one, where) for one in nodes]


def _passage(
    reading: _Reading, node: Node, kind: str, pair: tuple[tuple[str, ...], tuple[str, ...]], scope: _Scope, where: str,
    listed: Node | None,
) -> Passage | None:
    source, before = reading.source, len(reading.source.faults)
    old, new = pair
    _say(source, node, where, old, scope.old, scope.said_old, "the older")
    _say(source, node, where, new, scope.new, scope.said_new, "the newer")
    are_one = (len(old) == 1, len(new) == 1)
    if kind in _COUNTS and are_one != _COUNTS[kind][0]:
        source.fault(node, where, _COUNTS[kind][1])
    if len(source.faults) > before:
        return None
    olds, news = [scope.old[code] for code in old], [scope.new[code] for code in new]
    if any(question.is_group for question in (*olds, *news)):
        inner = _group(reading, node, kind, olds, news, listed)
        return Passage(cast(Kind, kind), old, new, inner)
    if listed is not None:
        source.fault(node, where, "only a line about groups has `questions`: remove it")
    _fit(source, node, where, kind, olds, news)
    return Passage(cast(Kind, kind), old, new)


_COUNTS = {
    "reworded": ((True, True), "`reworded` is one question that becomes one: use split or merged for more"),
    "split": ((True, False), "`split` is one question that becomes several: name at least two under `to`"),
    "merged": ((False, True), "`merged` is several questions that become one: name at least two, and one under `to`"),
}


def _say(
    source: Source, node: Node, where: str, codes: Sequence[str], known: Mapping[str, Question], said: dict[str, Node], side: str
) -> None:
    for code in codes:
        if code not in known:
            source.fault(node, where, f"`{code}` is no question of {side} edition here: correct the code")
        elif code in said:
            first = said[code].start_mark.line + 1
            source.fault(node, where, f"`{code}` of {side} edition stands in line {first} already: keep one of them")
        said.setdefault(code, node)


def _fit(source: Source, node: Node, where: str, kind: str, olds: Sequence[Question], news: Sequence[Question]) -> None:
    for new in news:
        for old in olds:
            if not holds(new, old):
                told = f"`{new.code}` ({new.type}) cannot hold every answer to `{old.code}` ({old.type})"
                source.fault(node, where, f"{told}: say that the one is dropped and the other new")
        if kind == "merged" and new.type not in MERGED:
            source.fault(node, where, f"answers cannot be merged into a {new.type}: merge into {', '.join(sorted(MERGED))}")


def _group(
    reading: _Reading, node: Node, kind: str, olds: Sequence[Question], news: Sequence[Question], listed: Node | None
) -> tuple[Passage, ...]:
    """The lines about what is inside a group. Without any, the questions of both sides must be the same."""
    source = reading.source
    where = " and ".join(question.code for question in (*olds, *news))
    if not all(question.is_group for question in (*olds, *news)) or kind == "split":
        source.fault(node, where, "the entries of a group go to one group: use same, reworded, merged or dropped with groups only")
        return ()
    if not olds or not news:
        return ()
    node_of_lines = reading.lists.get(listed.value) if listed is not None and isinstance(listed.value, str) else listed
    if listed is not None and node_of_lines is None:
        source.fault(listed, where, f"there is no list `{listed.value}`: add it under `questions` at the top")
        return ()
    inner: tuple[Passage, ...] = ()
    for old in olds:
        scope = _Scope(old.by_code, news[0].by_code)
        if node_of_lines is not None:
            inner = _lines(reading, node_of_lines, scope, news[0].code)
        else:
            inner = _all_the_same(reading, node, scope, news[0].code)
    return inner


def _all_the_same(reading: _Reading, node: Node, scope: _Scope, where: str) -> tuple[Passage, ...]:
    shared = [code for code in scope.old if code in scope.new]
    reading.unmapped += [f"{where}.{code}" for code in (*scope.old, *scope.new) if code not in shared]
    for code in shared:
        _fit(reading.source, node, f"{where}.{code}", "same", [scope.old[code]], [scope.new[code]])
    return tuple(Passage("same", (code,), (code,)) for code in shared)


