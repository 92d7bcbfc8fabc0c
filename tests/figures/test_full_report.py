"""A full report (67 answers, 27 measures of a dozen fields, 60 partners) costs no more queries than one with a single measure."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import func, select

from review_app.extensions import db
from review_app.models import Answer, Item
from review_app.operations.answers import lay_down
from review_app.queries.answers import sheet_of
from review_app.questionnaire import values
from review_app.questionnaire.language import Question
from review_app.questionnaire.library import library
from review_app.transaction import atomic, record
from tests import steps_http as steps
from tests.browser import Browser
from tests.figures.conftest import Figure
from tests.people import add_parties, make_person, person_named, sign_in

FULL = {"answers": 67, "measures": 27, "partners": 60}
MOST = 15
WORDS = {
    "yes_no": "yes", "number": "3", "percent": "3", "money": "USD 3,000 (2026)", "year": "2026", "date": "2026-06-30",
    "url": "example.org",
}  # fmt: skip


def raw_of(question: Question, number: int) -> Any:
    if question.options:
        return [question.options[0].id] if question.type == "choices" else question.options[0].id
    return WORDS.get(question.type, f"What is said, {number}.")


@atomic
def write(report_id: int, *, answers: int, measures: range, partners: int) -> None:
    """So many plain answers, the measures, and the partners shared out among those."""
    carla = person_named("carla")
    report, now, questionnaire = steps.report_of(report_id), datetime.now(UTC), library.get("qpr", "2019")
    if report.started_at is None:
        report.started_at = now
        record("report.started", actor=carla, now=now, report=report)
    plain = [q for s in questionnaire.sections for q in s.plain_questions if q.type not in ("table", "contact")]
    for number, question in enumerate(plain[:answers]):
        value = values.read(question, raw_of(question, number))
        lay_down(carla, report, None, question.code, value=value, lang="en", origin="typed", now=now)
    (group, *_) = [group for _, group in questionnaire.groups() if group.lasting]
    for number in measures:
        item = Item(id=uuid4(), report_id=report_id, group=group.code, position=number, created_at=now)
        db.session.add(item)
        db.session.flush()
        for question in [question for question in group.questions if question.type != "contact"][:12]:
            raw = raw_of(question, number)
            if question.type == "table":
                share = partners * (number + 1) // FULL["measures"] - partners * number // FULL["measures"]
                raw = [{column.code: raw_of(column, row) for column in question.columns} for row in range(share)]
            lay_down(carla, report, item.id, question.code, value=values.read(question, raw), lang="en", origin="typed", now=now)


def test_a_full_report_costs_no_more_than_a_small_one(
    app: Flask, new_client: Callable[[], Browser], cost: Callable[..., list[int]], figure: Figure
) -> None:
    with app.app_context():
        add_parties()
        make_person("carla", "coordinator", "CL")
        report_id = steps.open_cycle("qpr", "2019", ("CL", ""))[0]
        write(report_id, answers=FULL["answers"], measures=range(1), partners=FULL["partners"])
    carla = sign_in(new_client(), "carla")
    home = f"/en/desk/reports/{report_id}"
    few = cost(carla, home, f"{home}/completeness")
    with app.app_context():
        write(report_id, answers=0, measures=range(1, FULL["measures"]), partners=FULL["partners"])
        assert full(report_id) == FULL
    many = cost(carla, home, f"{home}/completeness")
    figure("queries of the task list, full report", many[0], at_most=MOST)
    figure("queries of completeness, full report", many[1], at_most=MOST)
    assert many == few, "more measures cost more queries"


def full(report_id: int) -> dict[str, int]:
    """What the report holds."""
    sheet = sheet_of(steps.report_of(report_id))
    partners = [q.code for _, group in sheet.questionnaire.groups() for q in group.questions if q.role == "partners"]
    tables = [cell.value["raw"] for (item_id, code), cell in sheet.answers.items() if item_id and code in partners]
    mine = select(func.count()).where(Answer.report_id == report_id, Answer.item_id.is_(None))
    return {"answers": db.session.scalar(mine) or 0, "measures": len(sheet.items), "partners": sum(map(len, tables))}
