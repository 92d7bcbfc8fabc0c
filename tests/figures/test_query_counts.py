"""The pages a ministry reads cost the same for one row and for thirty. Office, review and public have this beside their tests."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from review_app.extensions import db as database
from review_app.models import Answer, Cycle, Item, Person, Point, Report
from review_app.questionnaire import values
from review_app.questionnaire.library import library
from review_app.transaction import atomic, record
from tests import steps_http as steps
from tests.browser import Browser
from tests.figures.conftest import Figure
from tests.people import add_parties, make_person, person_named, sign_in

NAME = ("programme-monitoring", "2026")


@atomic
def add_rows(report_id: int, numbers: range) -> None:
    """For each number: one more report of Chile, and in the first report one more entry, point, finding, member and fact."""
    carla = person_named("carla")
    rita = person_named("rita")
    cycle, now = database.session.scalars(select(Cycle)).one(), datetime.now(UTC)
    report = database.session.get_one(Report, report_id)
    for number in numbers:
        item = Item(id=uuid4(), report_id=report_id, group="indicators", position=number, created_at=now)
        ended = Item(
            id=uuid4(), report_id=report_id, group="indicators", position=100 + number, created_at=now, ended_at=now
        )
        other = Report(cycle_id=cycle.id, party_code="CL", subject=f"Programme {number}", state="draft")
        database.session.add_all([item, ended, other])
        database.session.flush()
        _answer(report_id, carla, "indicator_name", f"Indicator {number}", item)
        _answer(other.id, carla, "programme_name", f"Programme {number}")
        database.session.add(Point(
            report_id=report_id, round=1, section="indicators_section", item_id=item.id, question="achieved", text="How?",
            weight="must", person_id=rita.id, created_at=now, returned_at=now,
        ))  # fmt: skip
        make_person(f"member{number}", "contributor", "CL")
        record("report.returned", actor=rita, now=now, report=other, params={"letter": "Read on."})
        record("report.returned", actor=rita, now=now, report=report, params={"letter": "Read on."})


def _answer(report_id: int, person: Person, code: str, raw: str, item: Item | None = None) -> None:
    question = library.get(*NAME).find(code, item.group if item else None)
    database.session.add(Answer(
        report_id=report_id, item_id=item.id if item else None, question=code, value=values.read(question, raw), lang="en",
        actor_kind="person", actor_id=person.id, updated_at=datetime.now(UTC),
    ))  # fmt: skip


@pytest.mark.by_hand("thirty rows of each kind at once", "answers", "reports", "reviews")
def test_the_ministrys_pages_cost_the_same_for_one_row_and_thirty(
    app: Flask, new_client: Callable[[], Browser], count_queries: Callable[[], Any], monkeypatch: Any,
    figure: Figure,
) -> None:
    monkeypatch.setitem(app.config, "RECALL_SECONDS", 0)  # so that the inbox may tell of the returns
    with app.app_context():
        add_parties()
        make_person("carla", "coordinator", "CL")
        make_person("rita", "reviewer")
        report_id = steps.open_cycle(*NAME, ("CL", "Arts for All"))[0]
        add_rows(report_id, range(1, 2))
    carla = sign_in(new_client(), "carla")
    home = f"/en/desk/reports/{report_id}"
    # What each page shows of the thirty, so that an empty list cannot pass for a cheap one.
    pages = {
        "/en/desk": "Programme {}",
        home: "",
        f"{home}/sections/indicators_section": "Indicator {}",
        f"{home}/completeness": "Indicator {}",
        f"{home}/read": "Indicator {}",
        f"{home}/points": "",
        f"{home}/team": "Member{}",
        "/en/notices": "Programme {}",
    }
    few = {address: cost(carla, address, row.format(1), count_queries) for address, row in pages.items()}
    with app.app_context():
        add_rows(report_id, range(2, 31))
    many = {address: cost(carla, address, row.format(30), count_queries) for address, row in pages.items()}
    growing = [f"{few[address].count} queries for one row of {address}, then {many[address]}" for address in pages
               if many[address].count != few[address].count]  # fmt: skip
    print("\n".join(growing))  # noqa: T201
    figure(f"list pages of {len(pages)} whose queries grow from 1 to 30 rows", len(growing), exactly=0)


def cost(browser: Browser, address: str, row: str, count_queries: Callable[[], Any]) -> Any:
    """The queries of one page, which must show `row`. Asked twice: the first time may mark that somebody was here."""
    browser.get(address)
    with count_queries() as counted:
        page = browser.get(address)
    assert row in page.text, f"{address} does not show {row!r}"
    assert counted.count
    return counted
