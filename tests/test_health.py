"""Whether all is well: the invariants find what is broken, the clock looks every day, and the office sees it."""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from review_app import tasks
from review_app.extensions import db as database
from review_app.models import Notice, Person, Report, Snapshot
from review_app.queries.invariants import broken
from review_app.transaction import atomic
from tests.browser import Browser
from tests.delivery import NOW, change, mails, make_world, state
from tests.people import add_parties, make_person, sign_in

pytestmark = pytest.mark.by_hand("a report is put into review, and what is looked for is broken", "accounts", "notices", "reports")


@pytest.fixture
def ada(app: Flask, new_client: Callable[[], Browser]) -> Browser:
    """An administrator's browser."""
    with app.app_context():
        add_parties()
        make_person("ada", "administrator")
    return sign_in(new_client(), "ada")


@atomic
def _break_something() -> None:
    """Two snapshots, the first of which is missing: nobody can make this through an operation."""
    database.session.add(Snapshot(
        report_id=1, number=2, round=1, content="{}", sha256="44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        actor_kind="system", created_at=NOW,
    ))  # fmt: skip


def test_what_is_broken_is_found_by_a_sentence_and_ids(db: object) -> None:
    world = make_world()
    _break_something()
    assert broken()["the snapshots of a report are not numbered 1, 2, 3"] == [str(world.report)]
    entry = state("report.published", world)
    mail = mails(entry)[0].id
    change(Notice, mail, status="sent", sent_at=NOW - timedelta(days=1))
    assert broken()["a notice was sent or read before its time"] == [str(mail)]
    change(Report, world.report, taken_at=NOW)
    change(Person, world.reviewer, active=False)
    assert broken()["a reviewer whose account is closed holds a report"] == [str(world.report)]


def test_the_clock_looks_every_day_and_says_what_it_found(db: object, caplog: pytest.LogCaptureFixture) -> None:
    assert "review_app.tasks.look" in {line["task"] for line in tasks.SCHEDULE.values()}
    make_world()
    _break_something()
    with caplog.at_level(logging.ERROR):
        tasks.look()
    assert "the snapshots of a report are not numbered 1, 2, 3 (1)" in caplog.text


def test_the_office_sees_that_all_is_well(ada: Browser) -> None:
    page = ada.get("/en/office").follow("Look whether all is well")
    assert page.has("All is well", "wait for a worker", "could not be sent")
    for language in ("fr", "es"):
        assert ada.get(f"/{language}/office/health").status == 200


def test_the_office_sees_what_is_not_well(ada: Browser, app: Flask) -> None:
    from review_app.operations import dispatching

    with app.app_context():
        make_world_beside(app)
        dispatching.fail_dispatch(1, error="RuntimeError: no")
    page = ada.get("/en/office/health")
    assert page.has("The database contradicts itself", "not numbered 1, 2, 3: 1", "Its last run failed", "RuntimeError: no")


def make_world_beside(app: Flask) -> None:
    """One report with a snapshot that cannot be, in a world that has its parties already."""
    from tests import steps_http as steps

    steps.open_cycle("qpr", "2019", ("CL", ""))
    _break_something()


def test_only_an_administrator_looks(app: Flask, new_client: Callable[[], Browser]) -> None:
    with app.app_context():
        make_person("rita", "reviewer")
    sign_in(new_client(), "rita").get("/en/office/health", status=403)
