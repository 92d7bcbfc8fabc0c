"""Rules about what a policy, measure or programme has to say of itself. They ask for roles, never for codes."""

from collections.abc import Iterator

from review_app.checks.found import Found, Place
from review_app.questionnaire import values as shapes
from review_app.questionnaire.language import Question
from workflows.messages import Message


def evaluation(place: Place) -> Iterator[Found]:
    """EVAL-01: unanswered. EVAL-02: conclusions, but no or no answer. EVAL-03: evaluated, no conclusions."""
    asked, conclusions = place.with_role("evaluated"), place.with_role("conclusions")
    if asked is None:
        return
    answer = place.clean(asked)
    if shapes.is_blank(place.value(asked)):
        text = Message("“%(question)s” has no answer: choose yes or no. Blank is not no.", {"question": asked.label})
        yield place.found("EVAL-01", "error", question=asked, message=text)
    if conclusions is None:
        return
    words = place.clean(conclusions)
    if words and answer is not True:
        text = Message(
            "There are conclusions of an evaluation, but the answer to “%(question)s” is not yes: "
            "answer yes, or say what the conclusions rest on.", {"question": asked.label},
        )
        yield place.found("EVAL-02", "warning", question=conclusions, message=text, quote=words[:200])
    if not words and answer is True:
        text = Message(
            "The answer to “%(question)s” is yes, but there are no conclusions: "
            "write the main ones, or say where they can be read.", {"question": asked.label},
        )
        yield place.found("EVAL-03", "warning", question=conclusions, message=text)


def partners(place: Place) -> Iterator[Found]:
    """PART-01: a row without a name. PART-02: a row without a type."""
    table = place.with_role("partners")
    value = place.value(table) if table else None
    if table is None or value is None:
        return
    name, kind = _column(table, "partner_name"), _column(table, "partner_type")
    for row in range(len(value.get("raw") or ())):
        params = {"row": row + 1}
        if name and shapes.is_blank(shapes.cell_value(value, row, name)):
            text = Message("Row %(row)s of the partners has no name: write the name, or clear the row.", params)
            yield place.found(
                "PART-01", "error", question=table, message=text, row=row + 1, column=name.code,
                quote=_other_cells(value["raw"][row]),
            )
        if kind and shapes.is_blank(shapes.cell_value(value, row, kind)):
            text = Message("Row %(row)s of the partners has no type: choose one from the list.", params)
            yield place.found(
                "PART-02", "error", question=table, message=text, row=row + 1, column=kind.code,
                quote=_other_cells(value["raw"][row]),
            )


def tags(place: Place) -> Iterator[Found]:
    """TAG-01: no goal, or no domain."""
    goals, domains = place.with_role("goals"), place.with_role("domains")
    if goals and shapes.is_blank(place.value(goals)):
        text = Message("No goal is chosen: choose at least one, so that the entry can be found by its goal.")
        yield place.found("TAG-01", "error", question=goals, message=text)
    if domains and shapes.is_blank(place.value(domains)):
        text = Message("No domain is chosen: choose at least one, so that the entry can be found by its domain.")
        yield place.found("TAG-01", "error", question=domains, message=text)


def money(place: Place) -> Iterator[Found]:
    """MON-01: no sum can be read where one is demanded, by the role `money` or by the question's own `checks`."""
    for question in place.asked:
        if question.role != "money" and "MON-01" not in question.checks:
            continue
        value = place.value(question)
        params = {"question": question.label}
        if shapes.is_blank(value):
            if place.is_required(question):
                text = Message("“%(question)s” has no answer: write the sum with its currency and year.", params)
                yield place.found("MON-01", "error", question=question, message=text)
        elif not any(one["amount"] is not None for one in place.clean(question) or ()):
            text = Message(
                "No sum can be read for certain in “%(question)s”: "
                "write it with its currency, like USD 125,000.00, or reply why there is none.", params,
            )
            quote = str((value or {}).get("raw", "")).strip()[:200]
            yield place.found("MON-01", "error", question=question, message=text, quote=quote)


def _column(table: Question, role: str) -> Question | None:
    return next((column for column in table.columns if column.role == role), None)


def _other_cells(row: dict[str, str]) -> str:
    return " · ".join(cell.strip() for cell in row.values() if cell.strip())[:200]
