"""Reading one YAML file node by node, so that every fault can name its line."""

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import yaml

from review_app.questionnaire.language import LANGUAGES, Text

Node = yaml.nodes.Node

# libyaml, where PyYAML comes with it: ten times faster, and every process reads every file.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TRUE = frozenset({"true", "yes"})
_FALSE = frozenset({"false", "no"})


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong with a questionnaire file: where, and what to do about it."""

    line: int
    what: str
    question: str = ""
    file: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: "
        return f"{place}question {self.question}: {self.what}" if self.question else f"{place}{self.what}"


class QuestionnaireError(Exception):
    """A questionnaire that cannot be used. `faults` holds everything found, in the order of the file."""

    def __init__(self, faults: Collection[Fault]) -> None:
        # What is wrong in a list that several groups share is told once.
        once = {(fault.file, fault.line, fault.what): fault for fault in sorted(faults, reverse=True)}
        self.faults = tuple(sorted(once.values()))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class Source:
    """One file, and the faults found in it so far. Readers return an empty value after a fault and go on."""

    def __init__(self, path: Path) -> None:
        self.file = str(path)
        self.content = path.read_bytes()
        self.faults: list[Fault] = []

    def root(self) -> Node | None:
        """The document's top node; None after a fault."""
        try:
            node = yaml.compose(self.content.decode("utf-8"), Loader=_LOADER)
        except UnicodeDecodeError:
            self.faults.append(Fault(1, "the file is not UTF-8: save it with that encoding", file=self.file))
            return None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            said = getattr(error, "problem", None) or "this is not YAML"
            line = mark.line + 1 if mark else 1
            self.faults.append(Fault(line, f"the YAML cannot be read ({said}): correct the line", file=self.file))
            return None
        if node is None:
            self.faults.append(Fault(1, "the file is empty: write a questionnaire into it", file=self.file))
        return node

    def fault(self, node: Node, where: str, what: str) -> None:
        """Note a fault at the line of `node`, in the question `where` ("" = none)."""
        self.faults.append(Fault(node.start_mark.line + 1, what, where, self.file))

    def mapping(
        self, node: Node, where: str, *, known: Collection[str], needed: Collection[str] = ()
    ) -> dict[str, Node]:
        """Key -> node of a map. Unknown, doubled and missing keys are faults."""
        if not isinstance(node, yaml.nodes.MappingNode):
            self.fault(node, where, "a map of keys and values is expected here: write `key: value` lines")
            return {}
        found: dict[str, Node] = {}
        for key_node, value in node.value:
            key = key_node.value if isinstance(key_node, yaml.nodes.ScalarNode) else ""
            if key in found:
                self.fault(key_node, where, f"the key `{key}` stands twice: remove one of them")
            elif key not in known:
                self.fault(key_node, where, f"unknown key `{key}`: {_advice(key, known)}")
            else:
                found[key] = value
        for key in needed:
            if key not in found:
                self.fault(node, where, f"the key `{key}` is missing: add it")
        return found

    def entries(self, node: Node, where: str) -> list[tuple[str, Node, Node]]:
        """(key, key node, value node) of a map whose keys are free. Doubled keys are faults."""
        if not isinstance(node, yaml.nodes.MappingNode):
            self.fault(node, where, "a map of keys and values is expected here: write `key: value` lines")
            return []
        found: dict[str, tuple[str, Node, Node]] = {}
        for key_node, value in node.value:
            key = key_node.value if isinstance(key_node, yaml.nodes.ScalarNode) else ""
            if key in found:
                self.fault(key_node, where, f"the key `{key}` stands twice: remove one of them")
            found[key] = (key, key_node, value)
        return list(found.values())

    def sequence(self, node: Node, where: str) -> list[Node]:
        """The nodes of a list that holds at least one thing."""
        if not isinstance(node, yaml.nodes.SequenceNode) or not node.value:
            self.fault(node, where, "a list with at least one entry is expected here: write `- entry` lines")
            return []
        return list(node.value)

    def text(self, node: Node, where: str) -> str:
        """The words of a scalar as they stand in the file (so `no` stays "no"). Blank is a fault."""
        if not isinstance(node, yaml.nodes.ScalarNode) or not str(node.value).strip():
            self.fault(node, where, "words are expected here: write them")
            return ""
        return str(node.value).strip()

    def truth(self, node: Node, where: str) -> bool:
        """True or false."""
        word = node.value.lower() if isinstance(node, yaml.nodes.ScalarNode) else ""
        if word not in _TRUE | _FALSE:
            self.fault(node, where, "true or false is expected here: write one of them")
        return word in _TRUE

    def count(self, node: Node, where: str) -> int | None:
        """A whole number above zero."""
        word = node.value if isinstance(node, yaml.nodes.ScalarNode) else ""
        if not (word.isascii() and word.isdigit() and int(word) > 0):
            self.fault(node, where, "a whole number above zero is expected here: write it in digits")
            return None
        return int(word)

    def words(self, node: Node, where: str) -> Text:
        """Words in every language of the house. A missing language is a fault."""
        if isinstance(node, yaml.nodes.ScalarNode):
            self.fault(node, where, "words are demanded in en, fr and es: write a map with the three languages")
            return Text(en=str(node.value))
        parts = self.mapping(node, where, known=LANGUAGES)
        for language in LANGUAGES:
            if parts and language not in parts:
                self.fault(node, where, f"the words in `{language}` are missing: add them")
        return Text({"en": "", **{language: self.text(part, where) for language, part in parts.items()}})


def _advice(key: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f"write `{near[0]}`" if near else f"remove it, or use one of {', '.join(sorted(known))}"
