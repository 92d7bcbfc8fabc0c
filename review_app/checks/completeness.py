"""Rules about what is missing, cannot be read or is too long, whatever the question is about."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from review_app.checks.found import Found, Place
from review_app.questionnaire import values as shapes
from review_app.questionnaire.language import Question, Text
from workflows.messages import Message

NONE = "none"  # the id of the option that excludes all others
_NEEDED_OF_A_CONTACT = ("name", "email")
_CONTACT_WORDS = {
    "name": Text(en="name", fr="nom", es="nombre"),
    "email": Text(en="e-mail address", fr="adresse électronique", es="correo electrónico"),
}


def missing(place: Place) -> Iterator[Found]:
    """REQ-01: what is required is not there: an answer, a cell, a part of a contact, an entry of a group."""
    yield from _missing_answers(place)
    yield from _missing_entries(place)


def _missing_answers(place: Place) -> Iterator[Found]:
    """A required question, a required cell of a row, or the name or address of a required contact is blank."""
    for question in place.asked:
        value = place.value(question)
        if shapes.is_blank(value):
            if place.is_required(question):
                text = Message("“%(question)s” has no answer: answer it.", {"question": question.label})
                yield place.found("REQ-01", "error", question=question, message=text)
        elif question.type == "table" and value is not None:
            yield from _missing_cells(place, question, value)
        elif question.type == "contact" and place.is_required(question) and value is not None:
            for part in _NEEDED_OF_A_CONTACT:
                if not (value.get("value") or {}).get(part):
                    params = {"question": question.label, "part": _CONTACT_WORDS[part]}
                    text = Message("“%(question)s” lacks a part (%(part)s): add it.", params)
                    yield place.found("REQ-01", "error", question=question, message=text, column=part)


def _missing_cells(place: Place, question: Question, value: Mapping[str, Any]) -> Iterator[Found]:
    for row in range(len(value["raw"])):
        for column in question.columns:
            if column.required and shapes.is_blank(shapes.cell_value(value, row, column)):
                params = {"question": question.label, "row": row + 1, "column": column.label}
                text = Message("“%(question)s”, row %(row)s: “%(column)s” is empty: fill it or clear the row.", params)
                yield place.found("REQ-01", "error", question=question, message=text, row=row + 1, column=column.code)


def _missing_entries(place: Place) -> Iterator[Found]:
    """A required group without an entry. Looks at the report only."""
    if place.item is not None:
        return
    for section in place.sheet.questionnaire.sections:
        for group in place.sheet.asked_groups(section.code):
            if group.required and not place.sheet.items_of(group.code):
                text = Message("“%(question)s” has no entry: add at least one.", {"question": group.label})
                yield place.found("REQ-01", "error", question=group, message=text)


def contradictory_choices(place: Place) -> Iterator[Found]:
    """NONE-01: the option that says "none of these" is ticked, and others beside it."""
    for question in place.asked:
        ticked = place.clean(question) if question.type == "choices" else None
        none = question.option(NONE) if ticked and NONE in ticked and len(ticked) > 1 else None
        if none is not None:
            text = Message("“%(none)s” is ticked beside other options: untick it, or the others.", {"none": none.label})
            yield place.found("NONE-01", "warning", question=question, message=text, quote=", ".join(ticked or ()))


def unreadable_answers(place: Place) -> Iterator[Found]:
    """FORM-01: something was typed, and it cannot be read as what the question asks for."""
    for question in place.asked:
        value = place.value(question)
        if value is None or (question.type == "money" and "blank" not in value):  # sums have rules of their own
            continue
        if question.type == "table" and "blank" not in value:
            yield from _unreadable_cells(place, question, value)
        elif (why := shapes.problem(question, value)) is not None:
            params = {"question": question.label, "why": why}
            text = Message("“%(question)s”: %(why)s", params)
            yield place.found("FORM-01", "error", question=question, message=text, quote=_quote(value.get("raw")))


def _unreadable_cells(place: Place, question: Question, value: Mapping[str, Any]) -> Iterator[Found]:
    for row in range(len(value.get("raw") or ())):
        for column in question.columns:
            cell = shapes.cell_value(value, row, column)
            why = shapes.problem(column, cell)
            if why is not None:
                params = {"question": question.label, "row": row + 1, "column": column.label, "why": why}
                text = Message("“%(question)s”, row %(row)s, “%(column)s”: %(why)s", params)
                yield place.found(
                    "FORM-01", "error", question=question, message=text, row=row + 1, column=column.code,
                    quote=_quote(cell["raw"]),
                )


def too_long_answers(place: Place) -> Iterator[Found]:
    """LIMIT-01: a text has more characters than its question allows (a line end counts as one)."""
    for question in place.asked:
        words = place.clean(question)
        if question.limit and isinstance(words, str) and len(words) > question.limit:
            params = {"question": question.label, "limit": question.limit, "over": len(words) - question.limit}
            text = Message("“%(question)s” is %(over)s characters over its limit of %(limit)s: shorten it.", params)
            quote = words[question.limit:question.limit + 200]
            yield place.found("LIMIT-01", "error", question=question, message=text, quote=quote)


def too_little(place: Place) -> Iterator[Found]:
    """LEAST-01: a number is smaller, or a table has fewer rows, than its question asks for."""
    for question in place.asked:
        clean = place.clean(question)
        if question.least is None or clean is None:
            continue
        params = {"question": question.label, "least": question.least}
        if question.type == "table" and len(clean) < question.least:
            text = Message("“%(question)s” needs %(least)s rows or more: add what is missing.", params)
            yield place.found("LEAST-01", "error", question=question, message=text)
        elif question.type != "table" and Decimal(clean) < question.least:
            text = Message("“%(question)s” must be %(least)s or more: correct it, or reply why it is less.", params)
            yield place.found("LEAST-01", "error", question=question, message=text, quote=_quote(clean))


def unconfirmed(place: Place) -> Iterator[Found]:
    """CARRY-01: an answer of the last report, or a reason for none, that nobody has confirmed, changed or emptied."""
    for question in (*place.asked, *place.explained):
        cell = place.cell(question)
        if cell is not None and cell.is_carried and not shapes.is_untouched(cell.value):
            text = Message("“%(question)s” comes from the last report: confirm it, change it or empty it.", {"question": question.label})
            yield place.found("CARRY-01", "error", question=question, message=text)


def unsettled(place: Place) -> Iterator[Found]:
    """CARRY-02: an entry of the last report of which nobody has said whether it goes on."""
    if place.item is None or not place.item.is_unsettled:
        return
    group = place.sheet.group_of(place.item)
    titled = next((one for one in group.questions if one.code == group.title_code), group.questions[0])
    params = {"entry": place.sheet.title(place.item) or group.item_label or group.label}
    text = Message("“%(entry)s” stood in the last report: say whether it goes on.", params)
    yield place.found("CARRY-02", "error", question=titled, message=text)


def _quote(raw: Any) -> str:
    if isinstance(raw, Mapping):
        return str(raw.get("email", ""))[:200]
    return ", ".join(map(str, raw))[:200] if isinstance(raw, (list, tuple)) else str(raw or "").strip()[:200]
