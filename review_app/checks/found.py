"""What a rule finds, and the place it looks at: a report, or one entry of it, with the questions asked there now."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from review_app.questionnaire.language import Question
from review_app.questionnaire.sheets import Cell, Sheet, SheetItem
from workflows.messages import Message

Severity = Literal["error", "warning", "note"]
Value = Mapping[str, Any]


@dataclass(frozen=True)
class Found:
    """One finding. `row` counts from 1; `column` is the column of a table or the field of a contact.

    `quote` holds the words it is about ("" when something is missing); `offer` names what one click can do about it.
    """

    rule: str
    severity: Severity
    section: str
    group: str | None
    item_id: UUID | None
    question: str
    row: int | None
    column: str | None
    quote: str
    message: Message
    offer: Literal["remove"] | None = None

    @property
    def fingerprint(self) -> str:
        """sha256 over rule, place and quote: it stays the same as long as the words do."""
        item = str(self.item_id) if self.item_id else None
        place = [self.rule, item, self.question, self.row, self.column, self.quote]
        return hashlib.sha256(json.dumps(place, ensure_ascii=True).encode()).hexdigest()


@dataclass(frozen=True)
class Place:
    """Where rules look: the whole report (`item` None) or one entry. `asked` holds no groups."""

    sheet: Sheet
    item: SheetItem | None
    asked: tuple[Question, ...]
    values: Mapping[str, Any]

    def with_role(self, role: str) -> Question | None:
        """The asked question that has `role`."""
        return next((question for question in self.asked if question.role == role), None)

    def cell(self, question: Question) -> Cell | None:
        """The stored answer, or what the group has fixed."""
        return self.sheet.cell(question.code, self.item.id if self.item else None)

    def value(self, question: Question) -> Value | None:
        """The stored value with `raw` and `value`; None when nothing is stored."""
        cell = self.cell(question)
        return None if cell is None else cell.value

    def clean(self, question: Question) -> Any:
        """The clean value; None when blank or unreadable."""
        return (self.value(question) or {}).get("value")

    def is_required(self, question: Question) -> bool:
        return question.is_required(self.values)

    def found(
        self, rule: str, severity: Severity, *, question: Question, message: Message, row: int | None = None,
        column: str | None = None, quote: str = "", offer: Literal["remove"] | None = None,
    ) -> Found:
        """A finding at this place."""
        top = self.item.group if self.item else question.code
        return Found(
            rule, severity, self.sheet.questionnaire.section_of(top).code, self.item.group if self.item else None,
            self.item.id if self.item else None, question.code, row, column, quote, message, offer,
        )


def places(sheet: Sheet) -> tuple[Place, ...]:
    """The report itself, then every entry of every group that is asked now."""
    sections = sheet.questionnaire.sections
    asked = tuple(question for section in sections for question in sheet.asked(section.code))
    found = [Place(sheet, None, asked, sheet.values())]
    for section in sections:
        for group in sheet.asked_groups(section.code):
            items = sheet.items_of(group.code)
            found += [Place(sheet, one, sheet.asked_in(one), sheet.values(one.id)) for one in items]
    return tuple(found)
