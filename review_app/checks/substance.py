"""Rules about what a policy, measure or programme has to say of itself. They ask for roles, never for codes."""

from collections.abc import Iterator

from review_app.checks.found import Found, Place
from review_app.questionnaire import values as shapes
from workflows.messages import Message


def unanswered_evaluation(place: Place) -> Iterator[Found]:
    """EVAL-01: nobody said whether there was an evaluation. Blank is unknown, never no."""
    asked = place.with_role("evaluated")
    if asked is not None and shapes.is_blank(place.value(asked)):
        text = Message("“%(question)s” has no answer: choose yes or no. Blank is not no.", {"question": asked.label})
        yield place.found("EVAL-01", "error", question=asked, message=text)


def conclusions_without_evaluation(place: Place) -> Iterator[Found]:
    """EVAL-02: there are conclusions, but the answer is no or missing."""
    asked, conclusions = place.with_role("evaluated"), place.with_role("conclusions")
    words = place.clean(conclusions) if conclusions else None
    if asked and conclusions and words and place.clean(asked) is not True:
        text = Message(
            "There are conclusions of an evaluation, but the answer to “%(question)s” is not yes: "
            "answer yes, or say what the conclusions rest on.", {"question": asked.label},
        )
        yield place.found("EVAL-02", "warning", question=conclusions, message=text, quote=words[:200])


def evaluation_without_conclusions(place: Place) -> Iterator[Found]:
    """EVAL-03: the answer is yes, and nothing is concluded."""
    asked, conclusions = place.with_role("evaluated"), place.with_role("conclusions")
    if asked and conclusions and place.clean(asked) is True and not place.clean(conclusions):
        text = Message(
            "The answer to “%(question)s” is yes, but there are no conclusions: "
            "write the main ones, or say where they can be read.", {"question": asked.label},
        )
        yield place.found("EVAL-03", "warning", question=conclusions, message=text)


def nameless_partners(place: Place) -> Iterator[Found]:
    """PART-01: a row without a name."""
    text = Message("Row %(row)s of the partners has no name: write the name, or clear the row.")
    return _empty_cells(place, "PART-01", role="partner_name", text=text)


def typeless_partners(place: Place) -> Iterator[Found]:
    """PART-02: a row without a type."""
    text = Message("Row %(row)s of the partners has no type: choose one from the list.")
    return _empty_cells(place, "PART-02", role="partner_type", text=text)


def _empty_cells(place: Place, rule: str, *, role: str, text: Message) -> Iterator[Found]:
    table = place.with_role("partners")
    value = place.value(table) if table else None
    column = next((one for one in table.columns if one.role == role), None) if table else None
    if table is None or value is None or column is None:
        return
    for row, cells in enumerate(value.get("raw") or ()):
        if shapes.is_blank(shapes.cell_value(value, row, column)):
            yield place.found(
                rule, "error", question=table, message=Message(text.id, {"row": row + 1}), row=row + 1, column=column.code,
                quote=_other_cells(cells),
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


def _other_cells(row: dict[str, str]) -> str:
    return " · ".join(cell.strip() for cell in row.values() if cell.strip())[:200]
