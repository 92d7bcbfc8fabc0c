"""What is typed behind a contribution link or in answer to a point is saved as answers are."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from sqlalchemy import select

from review_app import tokens
from review_app.extensions import db
from review_app.models import ContributionLink, Person, Point, Proposal
from review_app.operations import contributions, reviews
from review_app.operations.answers import Typed
from review_app.operations.steps import take_step
from tests.browser import accessibility_faults
from tests.people import PASSWORD, make_person, person_named
from tests.processes import PATIENCE
from tests.saving.conftest import Asked, Told, sign, write


@pytest.fixture
def link(shared_app: Flask, report_id: int) -> int:
    """Somebody outside is asked for all of it."""
    with shared_app.app_context():
        carla = person_named("carla")
        asked = contributions.Asked(("all", None, None), "Red", None, "en", "", date(2099, 1, 1))
        return contributions.ask(carla, report_id, asked, now=datetime.now(UTC)).id


@pytest.fixture
def outside(chromium: Chromium, shared_app: Flask, address: str, link: int) -> Iterator[Page]:
    """Somebody without an account at the page of their link."""
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE)
    found = context.new_page()
    with shared_app.app_context():
        token = tokens.contribution_token(db.session.get_one(ContributionLink, link))
    found.goto(f"{address}/en/contribute/{token}")
    yield found
    context.close()


@pytest.fixture
def proposed(shared_app: Flask, link: int) -> Asked:
    """Every text that was saved by the link for a question, oldest first."""

    def read(question: str = "a_longtext") -> list[Any]:
        with shared_app.app_context():
            texts = select(Proposal.value["raw"]).where(Proposal.link_id == link, Proposal.question == question)
            return list(db.session.scalars(texts.order_by(Proposal.version)))

    return read


def test_a_page_behind_a_link_saves_what_is_typed(outside: Page, proposed: Asked, run: Told, link: int) -> None:
    write(outside, "Forty libraries")
    assert re.fullmatch(r"All changes saved at \d\d:\d\d UTC", sign(outside, "saved").inner_text())
    write(outside, "Forty-one libraries")
    write(outside, "7", "a_number")
    expect(outside.locator("[data-sign][data-state=saved]")).to_be_visible()
    assert (proposed(), proposed("a_number")) == (["Forty libraries", "Forty-one libraries"], ["7"])
    assert accessibility_faults(outside) == []

    run(f"update contribution_link set withdrawn_at = now() where id = {link}")
    write(outside, "Too late")
    assert "This link is over" in sign(outside, "refused").inner_text()
    run(f"update contribution_link set withdrawn_at = null where id = {link}")
    expect(outside.locator("[name=a_longtext]")).to_have_value("Too late")


def test_two_with_one_link_do_not_overwrite_each_other_unseen(
    outside: Page, proposed: Asked, shared_app: Flask, link: int
) -> None:
    with shared_app.app_context():
        colleague = db.session.get_one(ContributionLink, link)
        contributions.save_contribution(colleague, [Typed("a_longtext", "A colleague's", 0, "en")], now=datetime.now(UTC))
    write(outside, "Mine")
    assert "Somebody was faster" in sign(outside, "refused").inner_text() and proposed() == ["A colleague's"]
    with outside.expect_navigation():
        outside.get_by_role("button", name="Save", exact=True).click()
    assert "A colleague's" in outside.locator("[data-answer=a_longtext]").inner_text()
    expect(outside.locator("[name=a_longtext]")).to_have_value("Mine")
    with outside.expect_navigation():
        outside.get_by_role("button", name="Save", exact=True).click()
    assert proposed() == ["A colleague's", "Mine"]


@pytest.fixture
def returned(shared_app: Flask, report_id: int) -> int:
    """The report came back with a point an hour ago; the point's id."""
    with shared_app.app_context():
        before = datetime.now(UTC) - timedelta(hours=1)
        rita = db.session.scalars(select(Person).where(Person.email == "rita@example.org")).one_or_none()
        rita = rita or make_person("rita", "reviewer", None)
        carla = person_named("carla")
        take_step(carla, report_id, "submit", seen=1, signatory={"name": "A", "position": "M"}, now=before)
        take_step(rita, report_id, "take", seen=2, now=before)
        point = reviews.add_point(
            rita, report_id, text="Say since when.", section="all", question=None, item_id=None, weight="must", now=before
        )
        take_step(rita, report_id, "return", seen=3, new_due_on=date(2099, 6, 1), now=before)
        return point.id


@pytest.fixture
def replied(shared_app: Flask, returned: int) -> Asked:
    def read() -> Any:
        with shared_app.app_context():
            return db.session.get_one(Point, returned).reply

    return read


def test_the_answer_to_a_point_is_saved_while_it_is_typed(
    page: Page, address: str, report_id: int, returned: int, replied: Asked, shared_app: Flask
) -> None:
    page.goto(f"{address}/en/desk/reports/{report_id}/points")
    name = f"p{returned}-reply"
    write(page, "Since 2019", name)
    sign(page, "saved")
    write(page, "Since May 2019", name)
    expect(page.locator("[data-sign][data-state=saved]")).to_be_visible()
    assert replied() == "Since May 2019" and accessibility_faults(page) == []

    with shared_app.app_context():
        caspar = person_named("caspar")
        seen = db.session.get_one(Point, returned).replied_at
        reviews.reply_to_point(caspar, report_id, returned, reply="Since 2020", seen=seen, now=datetime.now(UTC))
    write(page, "Since June 2019", name)
    assert "Somebody was faster" in sign(page, "refused").inner_text() and replied() == "Since 2020"
    with page.expect_navigation():
        page.get_by_role("button", name="Save the answer").click()
    assert "Somebody was faster" in page.locator("h1").inner_text() and "Since June 2019" in page.locator("main").inner_text()
    assert replied() == "Since 2020"


def test_a_reply_that_was_typed_too_late_is_back_after_signing_in_and_sent(
    page: Page, address: str, report_id: int, returned: int, replied: Asked, run: Told
) -> None:
    page.goto(f"{address}/en/desk/reports/{report_id}/points")
    run("update web_session set expires_at = now() - interval '1 minute'")
    write(page, "Since 2019", f"p{returned}-reply")
    with page.expect_navigation():
        sign(page, "signed-out").get_by_role("button", name="Sign in to send it").click()
    page.get_by_role("link", name="Sign in to get it back").click()
    page.get_by_label("E-mail").fill("carla@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    sign(page, "saved")
    assert replied() == "Since 2019"
