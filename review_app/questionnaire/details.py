"""Reading the details of one question: its options, role, checks, fixed answers and title."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from review_app.questionnaire.language import LANGUAGES, Option, Question, Text
from review_app.questionnaire.roles import ASKED_CHECKS, COLUMN_ROLES, MEANINGS, ROLES
from review_app.questionnaire.source import Node, Source

_OPTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")


def read_languages(source: Source, node: Node) -> tuple[str, ...]:
    """Those that the official version may be in."""
    names = tuple(source.text(one, "") for one in source.sequence(node, ""))
    for name in names:
        if name and name not in LANGUAGES:
            source.fault(node, "", f"`{name}` is no language of the forms: use {', '.join(LANGUAGES)}")
    return names


def read_role(source: Source, node: Node, where: str, kind: str, *, is_column: bool) -> str | None:
    """The role of a question or column; a fault when it is unknown, misplaced or of another type."""
    role = source.text(node, where)
    if role not in ROLES:
        source.fault(node, where, f"`{role}` is no role: use one of {', '.join(sorted(ROLES))}")
    elif (role in COLUMN_ROLES) is not is_column:
        owner = "a column" if role in COLUMN_ROLES else "a question"
        source.fault(node, where, f"the role `{role}` belongs to {owner}: move it")
    elif kind not in ROLES[role]:
        types = " or ".join(ROLES[role])
        source.fault(node, where, f"the role `{role}` needs the type {types}: change the type or the role")
    return role


def read_checks(source: Source, node: Node, where: str, kind: str) -> tuple[str, ...]:
    """The rules a question asks for by name."""
    names = tuple(source.text(one, where) for one in source.sequence(node, where))
    for name in names:
        if name not in ASKED_CHECKS or kind != "money":
            source.fault(node, where, f"the check `{name}` cannot be asked for here: use MON-01, on the type money")
    return names


def read_options(
    source: Source, node: Node, where: str, shared: Mapping[str, tuple[Option, ...]]
) -> tuple[Option, ...]:
    """A list of options, or the name of a list shared at the top of the file."""
    if isinstance(node.value, str):
        if node.value not in shared:
            source.fault(node, where, f"there is no shared list `{node.value}`: add it under `options` at the top")
        return shared.get(node.value, ())
    options: list[Option] = []
    for one in source.sequence(node, where):
        parts = source.mapping(one, where, known=("id", "label", "means"), needed=("id", "label"))
        identifier = source.text(parts["id"], where) if "id" in parts else ""
        if identifier and not _OPTION.fullmatch(identifier):
            source.fault(one, where, f"`{identifier}` cannot be the id of an option: use letters, digits, _ and -")
        if any(option.id == identifier for option in options):
            source.fault(one, where, f"the option `{identifier}` stands twice: remove one of them")
        label = source.words(parts["label"], where) if "label" in parts else Text(en="")
        options.append(Option(identifier, label, _meaning(source, parts["means"], where, options) if "means" in parts else None))
    return tuple(options)


def _meaning(source: Source, node: Node, where: str, before: Collection[Option]) -> str:
    meaning = source.text(node, where)
    if meaning not in MEANINGS:
        source.fault(node, where, f"`{meaning}` is no meaning: use one of {', '.join(sorted(MEANINGS))}")
    elif any(option.means == meaning for option in before):
        source.fault(node, where, f"two options mean `{meaning}`: remove it from one of them")
    return meaning


def read_fixed(source: Source, node: Node, where: str, questions: Collection[Question]) -> dict[str, Any]:
    """Code -> the answer a group gives itself: an option id, or a list of them."""
    known = {question.code: question for question in questions if question.type in ("choice", "choices")}
    fixed: dict[str, Any] = {}
    for code, value in source.mapping(node, where, known=known).items():
        nodes = source.sequence(value, where) if known[code].type == "choices" else [value]
        words = [source.text(one, where) for one in nodes]
        for word in words:
            if word and known[code].option(word) is None:
                source.fault(value, where, f"`{code}` has no option `{word}`: use one of its options")
        fixed[code] = words if known[code].type == "choices" else "".join(words)
    return fixed


def check_title(source: Source, node: Node, where: str, questions: Collection[Question]) -> None:
    """A fault when the question named to give the title cannot."""
    if not any(question.code == node.value and question.type == "text" for question in questions):
        source.fault(node, where, f"`{node.value}` cannot give the title: name a question of type text from here")
