"""What comes back in a form that was filled in away from the web: fields with their words, and new entries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from review_app.questionnaire.language import Question, Questionnaire
from review_app.questionnaire.paper import Key, Words
from workflows.messages import Message


class Unreadable(Exception):
    """A file that is no form of ours. `reason` says what to do."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass
class Filled:
    """A whole file. `entries`: the new ones, as (group, words by question). `unknown`: marks and numbers that fit nothing here."""

    report_id: int | None = None
    language: str | None = None
    answers: dict[Key, Words] = field(default_factory=dict)
    entries: list[tuple[str, dict[str, Words]]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """JSON types only; `from_json` reads it."""
        return {
            "language": self.language, "unknown": self.unknown, "entries": self.entries,
            "answers": [[str(key), words] for key, words in self.answers.items()],
        }  # fmt: skip

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], questionnaire: Questionnaire, groups: Mapping[str, str]) -> "Filled":
        """What was stored, less what fits the report no more (an entry that was taken out meanwhile)."""
        filled = cls(language=stored["language"], unknown=list(stored["unknown"]))
        for mark, words in stored["answers"]:
            key = Key.read(mark)
            question = question_at(key, questionnaire, groups) if key else None
            if key and question:
                filled.answers[key] = _thawed(question, words)
        for group, told in stored["entries"]:
            questions = {question.code: question for question in questionnaire.question(group).questions}
            filled.entries.append((group, {code: _thawed(questions[code], words) for code, words in told.items()}))
        return filled


def _thawed(question: Question, words: Any) -> Words:
    return tuple(words) if question.type == "choices" else words


def question_at(key: Key, questionnaire: Questionnaire, groups: Mapping[str, str]) -> Question | None:
    """The question a key stands for; None when the form has no such question or the report no such entry. Files come by the page only."""
    group = groups.get(key.item) if key.item else key.group
    if key.item and group is None:
        return None
    try:
        question = questionnaire.find(key.question, group)
    except KeyError:
        return None
    return None if question.is_group or question.type == "file" else question


def is_empty(words: Words) -> bool:
    """Whether nothing was written."""
    return not words.strip() if isinstance(words, str) else not words
