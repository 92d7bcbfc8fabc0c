"""From a YAML file to a Questionnaire, or to the list of everything that is wrong with the file."""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from review_app.questionnaire import details
from review_app.questionnaire.conditions import Pending, Scopes, is_truth, read_condition, refuse_cycles
from review_app.questionnaire.language import Condition, Option, Question, Questionnaire, Section, Text, Type
from review_app.questionnaire.roles import RESERVED_CODES, SIMPLE_TYPES, TYPES
from review_app.questionnaire.source import Fault, Node, QuestionnaireError, Source

__all__ = ["Fault", "QuestionnaireError", "load"]

_CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,59}")
_EDITION = re.compile(r"[0-9a-z][0-9a-z.-]{0,19}")

_TOP = (
    "name", "edition", "title", "summary", "subject", "page", "rolling", "title_question", "declaration", "languages", "options",
    "questions", "parts", "sections",
)
_COMMON = (
    "code", "type", "label", "heading", "hint", "guidance", "required", "blank", "when", "public", "official", "role",
    "checks",
)
_EXTRA: dict[str, tuple[str, ...]] = {
    "text": ("limit",), "longtext": ("limit",), "number": ("unit", "least"), "percent": ("unit", "least"), "money": ("unit",),
    "choice": ("options",), "choices": ("options",), "table": ("columns", "least"), "file": ("most",),
    "group": ("questions", "lasting", "page", "item_label", "title_question", "fixed"),
}
_NEEDED = {"choice": ("options",), "choices": ("options",), "table": ("columns",), "group": ("questions",)}


@dataclass
class _Reading:
    """What is known so far while one file is read."""

    source: Source
    shared: dict[str, tuple[Option, ...]] = field(default_factory=dict)
    lists: dict[str, Node] = field(default_factory=dict)
    parts: dict[str, Text] = field(default_factory=dict)
    pending: list[Pending] = field(default_factory=list)
    places: dict[tuple[str | None, str], Node] = field(default_factory=dict)


def load(path: Path) -> Questionnaire:
    """The questionnaire in `path`. Raises QuestionnaireError with every fault found; OSError when there is no file."""
    source = Source(Path(path))
    root = source.root()
    if root is None:
        raise QuestionnaireError(source.faults)
    reading = _Reading(source)
    questionnaire = _questionnaire(reading, root)
    if source.faults:
        raise QuestionnaireError(source.faults)
    return questionnaire


def _questionnaire(reading: _Reading, root: Node) -> Questionnaire:
    source = reading.source
    parts = source.mapping(root, "", known=_TOP, needed=("name", "edition", "title", "sections"))
    _shared(reading, parts)
    nodes = source.sequence(parts["sections"], "") if "sections" in parts else []
    sections = [_section(reading, node) for node in nodes]
    _once(source, [(section.code, node) for section, node in zip(sections, nodes, strict=True)])
    _one_role_each(reading, [q for s in sections for q in s.questions], "")
    settled = _with_conditions(reading, sections)
    worded = ("title", "summary", "subject", "declaration")
    words = {key: source.words(parts[key], "") for key in worded if key in parts}
    questionnaire = Questionnaire(
        name=_matching(source, parts, "name", _NAME, "small letters, digits and -"),
        edition=_matching(source, parts, "edition", _EDITION, "digits, small letters, . and -"),
        title=words.get("title", Text(en="")), sections=settled, checksum=hashlib.sha256(source.content).hexdigest(),
        summary=words.get("summary"), subject=words.get("subject"), declaration=words.get("declaration"),
        page=source.truth(parts["page"], "") if "page" in parts else False,
        rolling=source.truth(parts["rolling"], "") if "rolling" in parts else False,
        title_question=source.text(parts["title_question"], "") if "title_question" in parts else None,
        languages=details.read_languages(source, parts["languages"]) if "languages" in parts else (),
    )
    if "title_question" in parts:
        details.check_title(source, parts["title_question"], "", [q for s in settled for q in s.plain_questions])
    return questionnaire


def _shared(reading: _Reading, parts: dict[str, Node]) -> None:
    """What stands once at the top and is named below: lists of options and of questions, and the parts of the report."""
    source = reading.source
    for kind in ("options", "questions", "parts"):
        for key, key_node, value in source.entries(parts[kind], "") if kind in parts else ():
            if not _CODE.fullmatch(key):
                source.fault(key_node, "", f"`{key}` cannot be named below: use small letters, digits and _")
            if kind == "options":
                reading.shared[key] = details.read_options(source, value, "", {})
            elif kind == "questions":
                reading.lists[key] = value
            else:
                reading.parts[key] = source.words(value, "")


def _matching(source: Source, parts: dict[str, Node], key: str, pattern: re.Pattern[str], kind: str) -> str:
    if key not in parts:
        return ""
    word = source.text(parts[key], "")
    if word and not pattern.fullmatch(word):
        source.fault(parts[key], "", f"`{word}` cannot be the {key}: use {kind}")
    return word


def _section(reading: _Reading, node: Node) -> Section:
    source = reading.source
    known = ("code", "title", "intro", "part", "questions")
    parts = source.mapping(node, "", known=known, needed=("code", "title", "questions"))
    code = _code(source, parts, "")
    where = f"{code} (section)" if code else ""
    words = {key: source.words(parts[key], where) for key in ("title", "intro") if key in parts}
    part = _part(reading, parts["part"], where) if "part" in parts else None
    nodes = source.sequence(parts["questions"], where) if "questions" in parts else []
    questions = tuple(_question(reading, one, group=None) for one in nodes)
    return Section(code, words.get("title", Text(en="")), questions, intro=words.get("intro"), part=part)


def _part(reading: _Reading, node: Node, where: str) -> Text | None:
    if not isinstance(node.value, str):
        return reading.source.words(node, where)
    if node.value not in reading.parts:
        reading.source.fault(node, where, f"there is no part `{node.value}`: add it under `parts` at the top")
    return reading.parts.get(node.value)


def _code(source: Source, parts: dict[str, Node], where: str) -> str:
    if "code" not in parts:
        return ""
    code = source.text(parts["code"], where)
    if code and not _CODE.fullmatch(code):
        source.fault(parts["code"], code, "a code has small letters, digits and _ and starts with a letter: rename it")
    elif code in RESERVED_CODES:
        source.fault(parts["code"], code, "this code is taken by the forms: choose another")
    return code


def _question(reading: _Reading, node: Node, *, group: str | None, column_of: str | None = None) -> Question:
    """One question, without its conditions: those wait in `reading.pending` until every question is known."""
    source = reading.source
    probe = dict(_scalars(node))
    where, kind = ".".join(filter(None, (group, column_of, probe.get("code", "")))), probe.get("type", "")
    if kind not in TYPES and "type" in probe:
        source.fault(node, where, f"`{kind}` is no type of question: use one of {', '.join(TYPES)}")
    kind = kind if kind in TYPES else "text"
    known, needed = _keys(kind, is_column=column_of is not None), ("code", "type", "label", *_NEEDED.get(kind, ()))
    parts = source.mapping(node, where, known=known, needed=needed)
    code = _code(source, parts, where)
    if column_of is not None and kind not in SIMPLE_TYPES:
        source.fault(node, where, f"a column cannot be a {kind}: use one of {', '.join(SIMPLE_TYPES)}")
    if column_of is None:
        _place(reading, node, code, group)
    given = _plain(source, parts, where, kind)
    if "options" in parts:
        given["options"] = details.read_options(source, parts["options"], where, reading.shared)
    if "role" in parts:
        given["role"] = details.read_role(source, parts["role"], where, kind, is_column=column_of is not None)
    given |= _inside(reading, parts, where, code, group=group, kind=kind)
    is_simple = column_of is not None or kind == "group"
    given["required"] = _required(reading, parts, where, group, code, is_simple=is_simple)
    if "when" in parts:
        reading.pending.append(Pending(group, code, "when", parts["when"]))
    return Question(code=code, type=cast(Type, kind), **given)


def _plain(source: Source, parts: dict[str, Node], where: str, kind: str) -> dict[str, Any]:
    """What a question says about itself in words, marks and numbers."""
    given: dict[str, Any] = {"label": Text(en=""), "public": kind != "contact"}
    for key in ("label", "heading", "hint", "guidance", "unit", "item_label"):
        if key in parts:
            given[key] = source.words(parts[key], where)
    for key in ("blank", "public", "official", "lasting", "page"):
        if key in parts:
            given[key] = source.truth(parts[key], where)
    for key in ("limit", "least", "most"):
        if key in parts:
            given[key] = source.count(parts[key], where)
    if "checks" in parts:
        given["checks"] = details.read_checks(source, parts["checks"], where, kind)
    return given


def _scalars(node: Node) -> list[tuple[str, str]]:
    pairs = node.value if isinstance(node.value, list) else []
    return [(pair[0].value, pair[1].value) for pair in pairs
            if isinstance(pair, tuple) and isinstance(pair[0].value, str) and isinstance(pair[1].value, str)]


def _keys(kind: str, *, is_column: bool) -> tuple[str, ...]:
    common = [key for key in _COMMON if not (is_column and key in ("heading", "blank", "when", "public", "checks"))]
    if kind == "group":
        common = [key for key in common if key not in ("heading", "blank", "role", "checks")]
    return (*common, *(key for key in _EXTRA.get(kind, ()) if not (is_column and key == "least")))


def _place(reading: _Reading, node: Node, code: str, group: str | None) -> None:
    """Note where a code stands; a code may not repeat one that conditions could confuse it with."""
    if code and ((group, code) in reading.places or (None, code) in reading.places):
        where = f"{group}.{code}" if group else code
        reading.source.fault(node, where, f"the code `{code}` is used twice: give one of them another code")
    elif code and group is None and any(inner == code for _, inner in reading.places):
        reading.source.fault(node, code, f"the code `{code}` is used inside a group too: give one of them another code")
    reading.places[(group, code)] = node


def _required(
    reading: _Reading, parts: dict[str, Node], where: str, group: str | None, code: str, *, is_simple: bool
) -> bool:
    if "required" not in parts:
        return False
    if is_simple or is_truth(parts["required"]):
        return reading.source.truth(parts["required"], where)
    reading.pending.append(Pending(group, code, "required", parts["required"]))
    return False


def _inside(
    reading: _Reading, parts: dict[str, Node], where: str, code: str, *, group: str | None, kind: str
) -> dict[str, Any]:
    """Columns of a table; questions, title and fixed answers of a group."""
    source = reading.source
    if "columns" in parts:
        nodes = source.sequence(parts["columns"], where)
        columns = tuple(_question(reading, one, group=group, column_of=code) for one in nodes)
        _once(source, [(column.code, node) for column, node in zip(columns, nodes, strict=True)], where)
        _one_role_each(reading, columns, where)
        return {"columns": columns}
    if kind != "group":
        return {}
    if group is not None:
        source.fault(parts.get("questions", parts["code"]), where, "a group cannot stand inside a group: use a table")
        return {}
    listed = _listed(reading, parts["questions"], where) if "questions" in parts else None
    nodes = source.sequence(listed, where) if listed else []
    given: dict[str, Any] = {"questions": tuple(_question(reading, one, group=code) for one in nodes)}
    _one_role_each(reading, given["questions"], code)
    if "title_question" in parts:
        given["title_question"] = source.text(parts["title_question"], where)
        details.check_title(source, parts["title_question"], where, given["questions"])
    if "fixed" in parts:
        given["fixed"] = details.read_fixed(source, parts["fixed"], where, given["questions"])
    return given


def _listed(reading: _Reading, node: Node, where: str) -> Node | None:
    """The questions of a group: its own list, or the one it names; None when there is no such list."""
    if not isinstance(node.value, str):
        return node
    if node.value not in reading.lists:
        reading.source.fault(node, where, f"there is no list `{node.value}`: add it under `questions` at the top")
    return reading.lists.get(node.value)


def _once(source: Source, codes: list[tuple[str, Node]], where: str = "") -> None:
    seen: set[str] = set()
    for code, node in codes:
        if code in seen:
            source.fault(node, where or code, f"the code `{code}` is used twice: give one of them another code")
        seen.add(code)


def _one_role_each(reading: _Reading, questions: Collection[Question], group: str) -> None:
    """A rule must find one question for a role, so a role stands once among the questions of a scope."""
    seen: dict[str, str] = {}
    for question in questions:
        if question.role and question.role in seen:
            place, table = (group or None, question.code), (None, group.split(".")[-1])
            node = reading.places.get(place) or reading.places.get(table)
            reading.source.faults.append(Fault(
                node.start_mark.line + 1 if node else 1,
                f"the role `{question.role}` is already that of `{seen[question.role]}`: remove one of them",
                question.code, reading.source.file,
            ))
        seen.setdefault(question.role or "", question.code)


def _with_conditions(reading: _Reading, sections: list[Section]) -> tuple[Section, ...]:
    """The sections with every condition read, now that all questions are known."""
    groups = {q.code: {inner.code: inner for inner in q.questions} for s in sections for q in s.groups}
    scopes = Scopes({q.code: q for s in sections for q in s.plain_questions}, groups)
    read: dict[tuple[str | None, str], dict[str, Condition]] = {}
    visible: dict[tuple[str | None, str], tuple[Condition, Node]] = {}
    for pending in reading.pending:
        condition = read_condition(reading.source, pending, scopes)
        if condition is not None:
            read.setdefault((pending.group, pending.question), {})[pending.key] = condition
            if pending.key == "when":
                visible[(pending.group, pending.question)] = (condition, pending.node)
    refuse_cycles(reading.source, visible)

    def settle(question: Question, group: str | None) -> Question:
        inner = tuple(settle(one, question.code) for one in question.questions)
        return replace(question, questions=inner, **cast(Any, read.get((group, question.code), {})))

    return tuple(replace(s, questions=tuple(settle(q, None) for q in s.questions)) for s in sections)
