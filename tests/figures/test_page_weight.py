"""What a page of twelve questions weighs on the line, and what a save does: bytes, requests and queries."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask, Response, request, request_finished
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, expect

from config import Settings
from review_app.extensions import db
from review_app.models import Person, Report
from review_app.operations.answers import Typed, save_answers
from review_app.questionnaire.library import library
from tests import steps_http as steps
from tests.databases import empty
from tests.figures.conftest import Figure
from tests.people import PASSWORD, add_parties, make_person
from tests.processes import served
from tests.servers import Ground
from tests.waiting import wait_until

SECTION = "identification"
KIB = 1024
# Two hundred words of a report each: words of their own, since a text that repeats itself would be packed too well.
PLACES = (
    "Arica", "Iquique", "Antofagasta", "Copiapo", "Serena", "Valparaiso", "Santiago", "Rancagua", "Talca", "Concepcion", "Temuco",
    "Valdivia", "Coyhaique",
)  # fmt: skip
WORKS = (
    "workshops", "concerts", "grants", "archives", "festivals", "libraries", "radio", "theatre", "cinema", "crafts", "dance",
    "museums", "translation",
)  # fmt: skip


def prose(number: int) -> str:
    """Eight sentences that no other answer has."""
    return " ".join(
        f"In {2015 + (number + at) % 9} {WORKS[(number * at + 3) % 13]} began in {PLACES[(number + 5 * at) % 13]} "
        f"for {number * 37 + at * 113} people, whom {WORKS[(at + number) % 13]} had not reached before; "
        f"{PLACES[(at * 3 + number) % 13]} followed with {at * 7 + number}."
        for at in range(8)
    )


@pytest.fixture(scope="module")
def address(shared_app: Flask, settings: Settings, ground: Ground) -> Iterator[str]:
    """Where a section of twelve answered questions is served; the address of its page."""
    with shared_app.app_context():
        add_parties()
        carla = make_person("carla", "coordinator", "CL")
        report_id = steps.open_cycle("programme-monitoring", "2026", ("CL", "Arts for All"))[0]
        _write(carla, report_id)
        db.session.remove()
    with served(shared_app, ground) as base:
        yield f"{base}/en/desk/reports/{report_id}/sections/{SECTION}"
    empty(settings, ground)


def _write(carla: Person, report_id: int) -> None:
    cycle = db.session.get_one(Report, report_id).cycle
    questions = library.get(cycle.questionnaire, cycle.edition).section(SECTION).questions
    assert len(questions) == 12
    raw: dict[str, Any] = {
        "table": lambda q, n: [{column.code: f"Entry {n} {row}" for column in q.columns} for row in range(3)],
        "contact": lambda q, n: {"name": "Rosa Soto", "email": "rosa@example.org", "organisation": "Ministry of Cultures"},
        "longtext": lambda q, n: prose(n), "choice": lambda q, n: q.options[0].id, "year": lambda q, n: "2015",
        "number": lambda q, n: "1,204", "url": lambda q, n: "https://example.org/arts", "text": lambda q, n: f"Line {n}",
    }  # fmt: skip
    lines = [Typed(q.code, raw[q.type](q, number), 0, "en") for number, q in enumerate(questions)]
    save_answers(carla, report_id, lines, section=SECTION, now=datetime.now(UTC))


@pytest.fixture
def context(chromium: Chromium, address: str) -> Iterator[BrowserContext]:
    """A browser whose session began on another machine's: it has seen no page yet."""
    first = chromium.new_context()
    page = first.new_page()
    page.goto("/".join([*address.split("/")[:3], "en", "sign-in"]))
    page.get_by_label("E-mail").fill("carla@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in").click()
    found = chromium.new_context(storage_state=first.storage_state())
    first.close()
    yield found
    found.close()


@contextmanager
def line(app: Flask) -> Iterator[list[tuple[str, int]]]:
    """(path, bytes of the packed body) of everything the server sends meanwhile, also what a browser asks for by itself."""
    sent: list[tuple[str, int]] = []

    def note(_app: Flask, response: Response, **_: Any) -> None:
        response.direct_passthrough = False
        sent.append((request.path, len(gzip.compress(response.get_data(), 6))))

    with request_finished.connected_to(note, app):
        yield sent


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-sign]")).to_be_visible()


def test_a_section_of_twelve_questions(shared_app: Flask, context: BrowserContext, address: str, figure: Figure) -> None:
    page = context.new_page()
    with line(shared_app) as first:
        open_page(page, address)
        wait_until(lambda: "/static/icon.svg" in dict(first), "the icon was asked for, which a browser does when it has the time")
    with line(shared_app) as again:
        open_page(page, address)
    figure("requests for a section of 12 questions, first visit", len(first), at_most=4)
    figure("requests for a section of 12 questions, from then on", len(again), at_most=1)
    figure("KiB gzip of a section of 12 questions, first visit", round(sum(n for _, n in first) / KIB, 1), at_most=40)
    figure("KiB gzip of a section of 12 questions, from then on", round(sum(n for _, n in again) / KIB, 1), at_most=14)


def test_a_save(
    shared_app: Flask, context: BrowserContext, address: str, count_queries: Callable[[], Any], figure: Figure
) -> None:
    """Of a text in Arabic, which a form's own encoding would make three times as long."""
    text = "ورشة عمل في كل إقليم، كل أسبوع. " * 60
    page = context.new_page()
    open_page(page, address)
    field = page.locator("[name=description]")
    field.fill("The first save of a day notes more.")
    with page.expect_response(lambda response: response.request.method == "POST"):
        field.blur()
    field.fill(text)
    with count_queries() as counted, page.expect_response(lambda response: response.request.method == "POST") as told:
        field.blur()
    expect(page.locator("[data-sign][data-state=saved]")).to_be_visible()
    body = told.value.request.post_data_buffer or b""
    figure("bytes of a save beyond the text, sent", len(body) - len(text.encode()), at_most=KIB)
    figure("bytes of a save, answered", len(told.value.body()), at_most=KIB)
    figure("queries of a save", counted.count, at_most=6)
