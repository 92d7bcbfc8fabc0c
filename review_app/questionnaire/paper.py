"""An answer as words on paper (a document, a spreadsheet) in somebody's language, and back to what the form would have sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from review_app.questionnaire.language import LANGUAGES, Question, Text, day_in_words
from review_app.questionnaire.values import CONTACT_FIELDS, cleaned, reason_of

Words = str | tuple[str, ...] | dict[str, str] | list[dict[str, str]]
"""text and the like: str · choices: labels · file: names and captions · contact: {field: str} · table: [{column: str}], rows
with something in them."""

_KEY = re.compile(
    r"(?:(?P<item>[0-9a-f]{12})/|\+(?P<group>[a-z][a-z0-9_]*)/)?(?P<question>[a-z][a-z0-9_]*)@(?P<version>[0-9]{1,9})"
)


@dataclass(frozen=True)
class Key:
    """The mark a field carries on paper: `code@7`, `8f0c12ab34cd/code@7` in an entry, `+measures/code@0` in a new one.

    `item` is the first twelve hex digits of the entry's id: Word cuts marks at 64 signs. `version` is the row version
    that was handed out, 0 when there was no answer.
    """

    question: str
    item: str | None = None
    group: str | None = None
    version: int = 0

    def __str__(self) -> str:
        place = f"{self.item}/" if self.item else f"+{self.group}/" if self.group else ""
        return f"{place}{self.question}@{self.version}"

    @classmethod
    def read(cls, mark: str) -> "Key | None":
        """None for a mark that is not ours."""
        hit = _KEY.fullmatch(mark)
        return cls(hit["question"], hit["item"], hit["group"], int(hit["version"])) if hit else None


def short(item_id: UUID) -> str:
    """An entry's id as a key names it."""
    return item_id.hex[:12]


YES_NO = {
    "yes": Text({"en": "Yes", "fr": "Oui", "es": "Sí"}),
    "no": Text({"en": "No", "fr": "Non", "es": "No"}),
}


REASONS = {
    "not_applicable": Text({"en": "Not applicable", "fr": "Sans objet", "es": "No procede"}),
    "no_data": Text({"en": "No data", "fr": "Pas de données", "es": "Sin datos"}),
    "confidential": Text({"en": "Confidential", "fr": "Confidentiel", "es": "Confidencial"}),
    "planned": Text({"en": "Planned", "fr": "Prévu", "es": "Previsto"}),
}
_BY = Text({"en": "Planned by {day}", "fr": "Prévu pour le {day}", "es": "Previsto para el {day}"})


def reason_words(value: Mapping[str, Any] | None, language: str) -> str:
    """Why an answer was left blank, in `language`; "" without a reason."""
    reason, until = reason_of(value), (value or {}).get("blank", {}).get("until", "")
    if reason != "planned" or not until:
        return REASONS[reason].within(language) if reason else ""
    try:
        day = date.fromisoformat(until)
    except ValueError:
        return _BY.within(language).format(day=until)
    return _BY.within(language).format(day=day_in_words(day, language))


def words_of(question: Question, raw: Any, language: str) -> Words:
    """The raw answer of a question as a person writes it in `language`. Blank gives "", (), {} or []."""
    if question.type == "choices":
        chosen = set(raw or ())
        return tuple(label_of(question, one, language) for one in labels(question) if one in chosen)
    if question.type == "file":
        return tuple(": ".join(filter(None, (one["name"], one["caption"]))) for one in raw or ())
    if question.type == "contact":
        typed = raw if isinstance(raw, Mapping) else {}
        return {field: words for field in CONTACT_FIELDS if (words := str(typed.get(field) or "")).strip()}
    if question.type == "table":
        rows = [_row(question, row, language) for row in raw or ()]
        return [row for row in rows if row]
    return label_of(question, str(raw or ""), language)


def raw_of(question: Question, words: Words, language: str) -> Any:
    """What the form would have sent for these words. A label of any language is understood; other words stay as they are."""
    if question.type == "choices":
        return [_identifier(question, one, language) for one in words if isinstance(one, str)]
    if isinstance(words, dict):
        return {field: words.get(field, "") for field in CONTACT_FIELDS}
    if question.type == "table":
        return [
            {column.code: _identifier(column, row.get(column.code, ""), language) for column in question.columns}
            for row in words if isinstance(row, dict)
        ]
    return _identifier(question, str(words), language)


def is_same(question: Question, one: Words, other: Words) -> bool:
    """Whether two writings say the same: space around an answer, and the order of choices, say nothing."""
    return bool(_bare(question, one) == _bare(question, other))


def _bare(question: Question, words: Words) -> Any:
    if isinstance(words, str):
        return cleaned(words).strip()
    if isinstance(words, dict):
        return {field: bare for field, text in words.items() if (bare := cleaned(text).strip())}
    if question.type == "choices":
        return frozenset(cleaned(one).strip() for one in words if isinstance(one, str))
    rows = [_bare(question, row) for row in words]
    return [row for row in rows if row]


def _row(question: Question, row: Mapping[str, Any], language: str) -> dict[str, str]:
    told = {column.code: label_of(column, str(row.get(column.code) or ""), language) for column in question.columns}
    return {code: words for code, words in told.items() if words.strip()}


def labels(question: Question) -> dict[str, Text]:
    """Identifier -> label of a question whose answer is chosen, else nothing."""
    if question.type == "yes_no":
        return YES_NO
    return {option.id: option.label for option in question.options}


def offered(question: Question, language: str) -> list[str]:
    """The words for each answer that can be chosen, in their order."""
    return [label_of(question, identifier, language) for identifier in labels(question)]


def label_of(question: Question, identifier: str, language: str) -> str:
    """The label, unless two options share it: then the identifier, which only one of them has."""
    known = labels(question)
    if identifier not in known:
        return identifier
    label = known[identifier].within(language)
    return identifier if sum(text.within(language) == label for text in known.values()) > 1 else label


def _identifier(question: Question, words: str, language: str) -> str:
    known, said = labels(question), words.strip().casefold()
    if not known or words in known:
        return words
    for tongue in (language, *LANGUAGES):
        meant = [one for one, label in known.items() if label.within(tongue).strip().casefold() == said]
        if len(meant) == 1:
            return meant[0]
    return words
