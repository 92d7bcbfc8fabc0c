"""Where the tests of the review begin: reports that wait for a reviewer, as their tables would hold them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from review_app.extensions import db as database
from review_app.models import Answer, Cycle, Item, Point, Report
from review_app.operations.snapshots import freeze
from review_app.permissions import SYSTEM
from review_app.queries.answers import sheet_of
from review_app.questionnaire import values
from review_app.questionnaire.library import library
from review_app.transaction import atomic
from tests.browser import Browser
from tests.people import add_parties, make_person, person_named, sign_in

BY_HAND = pytest.mark.by_hand("reports are put into review without the country that wrote them", "reports", "answers")

PROSE = {
    "programme_name": "Arts for All", "description": "Weekly workshops in twelve towns.\nFree of charge.",
    "year_results": "Attendance doubled. cheap-pills.example", "programme_scale": "",
}


@pytest.fixture
def rita(app: Flask, new_client: Callable[[], Browser]) -> Browser:
    """A reviewer's browser."""
    with app.app_context():
        add_parties()
        make_person("ada", "administrator")
        make_person("rita", "reviewer")
        make_person("rolf", "reviewer")
        make_person("carla", "coordinator", "CL")
    return sign_in(new_client(), "rita")


def the_cycle() -> Cycle:
    known = database.session.scalar(select(Cycle))
    if known is None:
        now = datetime.now(UTC)
        edition = library.get("programme-monitoring", "2026")
        known = Cycle(
            slug="programmes-2026", titles={"en": "Programmes 2026"}, questionnaire="programme-monitoring", edition="2026",
            checksum=edition.checksum, state="open", opened_at=now,
        )
        database.session.add(known)
        database.session.flush()
    return known


@atomic
def submitted(subject: str = "Arts for All", party: str = "CL", *, days: int = 3, is_blank: bool = False) -> int:
    """A report of the first round that waits for a reviewer, as its tables would hold it."""
    now = datetime.now(UTC) - timedelta(days=days)
    report = Report(
        cycle_id=the_cycle().id, party_code=party, subject=subject, due_on=date(2027, 6, 30), state="review", round=1,
        started_at=now, first_submitted_at=now, submitted_at=now,
    )
    database.session.add(report)
    database.session.flush()
    if is_blank:
        return report.id
    for code, raw in PROSE.items():
        _answer(report, code, raw, None)
    indicator(report, "Workshops held", position=1)
    freeze(report, sheet_of(report), actor=SYSTEM, now=now)
    return report.id


def _answer(report: Report, code: str, raw: str, item_id: UUID | None) -> None:
    question = library.get("programme-monitoring", "2026").find(code, "indicators" if item_id else None)
    database.session.add(Answer(
        report_id=report.id, item_id=item_id, question=code, value=values.read(question, raw), lang="en", actor_kind="system",
        updated_at=datetime.now(UTC),
    ))


def indicator(report: Report, name: str, *, position: int) -> None:
    item = Item(id=uuid4(), report_id=report.id, group="indicators", position=position, created_at=datetime.now(UTC))
    database.session.add(item)
    database.session.flush()
    _answer(report, "indicator_name", name, item.id)


@atomic
def answered_and_resubmitted(report_id: int) -> None:
    """The country answers the points, rewrites its description and submits again; the same reviewer has it."""
    now = datetime.now(UTC)
    report = database.session.get_one(Report, report_id)
    for point in database.session.scalars(select(Point).where(Point.report_id == report_id)):
        point.reply, point.replied_at, point.replied_by_id = "We counted again.", now, person_named("carla").id
    answer = database.session.scalars(select(Answer).where(Answer.report_id == report_id, Answer.question == "description")).one()
    text = PROSE["description"].replace("twelve", "fourteen")
    answer.value, answer.row_version = {"raw": text, "value": text}, answer.row_version + 1
    setattr(report, "state", "review")  # noqa: B010 (a test may put a report where it needs it)
    report.round, report.taken_at, report.submitted_at, report.row_version = 2, now, now, report.row_version + 1
    database.session.flush()
    freeze(report, sheet_of(report), actor=SYSTEM, now=now)


@atomic
def write(report_id: int, code: str, text: str) -> None:
    answer = database.session.scalars(select(Answer).where(Answer.report_id == report_id, Answer.question == code)).one()
    answer.value = {"raw": text, "value": text}


def with_a_point(rita: Browser, app: Flask) -> int:
    """A submitted report that Rita took, with one point drafted, which must be answered."""
    with app.app_context():
        report_id = submitted()
    report = f"/en/review/reports/{report_id}"
    rita.get(report).press("Take this report")
    rita.get(f"{report}/sections/budget?write=point").fill({"text": "Add the budget"}).press("Add this point")
    return report_id
