"""Who is at a report is seen by those who may read it, for some minutes, and by nobody while Redis is away."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bs4 import Tag
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from config import Settings
from review_app.local_services import free_port
from review_app.presence import KNOWN_FOR, Here, Presence
from tests.browser import Browser, Page, words
from tests.databases import empty_queue
from tests.desks import draft_of_arts_for_all
from tests.people import PASSWORD, sign_in
from tests.processes import served, stop_the_clock
from tests.servers import Ground

__all__ = ["draft_of_arts_for_all"]  # a fixture
NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
CARLA, CASPAR = Here(1, "Carla", "budget"), Here(2, "Caspar", "")
Site = dict[str, Browser]


@pytest.fixture(scope="module")
def site(shared_app: Flask, settings: Settings, report_id: int) -> Site:
    return {nick: sign_in(Browser(shared_app, settings.public_base_url), nick) for nick in ("carla", "caspar", "pia", "ada")}


@pytest.fixture(autouse=True)
def nobody_yet(ground: Ground) -> None:
    empty_queue(ground)


@pytest.fixture
def home(report_id: int) -> str:
    return f"/en/desk/reports/{report_id}"


def shown(page: Page) -> list[str]:
    place = page.soup.select_one("[data-presence]")
    assert isinstance(place, Tag)
    return [words(line) for line in place.select("li")]


def ask(browser: Browser, address: str) -> tuple[int, str]:
    """A part of a page, which `Browser.get` would not take for one."""
    answer = browser._client.get(address, base_url=browser.base_url)
    return answer.status_code, answer.get_data(as_text=True)


def test_a_page_says_who_else_is_where(site: Site, home: str) -> None:
    assert shown(site["carla"].get(f"{home}/sections/budget")) == []
    assert shown(site["caspar"].get(home)) == ["Carla is in “Budget”"]
    assert shown(site["carla"].get(f"{home}/sections/identification")) == ["Caspar is at the list of sections"]
    assert shown(site["caspar"].get(f"{home}/sections/budget")) == ["Carla is in “The programme”"]
    entry = site["carla"].get(f"{home}/sections/indicators_section").press("Add:")
    assert "/items/" in entry.url
    assert shown(site["caspar"].get(home)) == [f"Carla is in “{words(entry.select('.govuk-back-link')[0])}”"]


def test_nobody_else_sees_it(site: Site, home: str) -> None:
    site["carla"].get(f"{home}/sections/budget")
    status, part = ask(site["caspar"], f"{home}/here")
    assert status == 200 and "Carla is in" in part
    for nick, refused in (("pia", 404), ("ada", 403)):
        status, part = ask(site[nick], f"{home}/here?at=budget")
        assert status == refused and "Carla" not in part
    assert shown(site["carla"].get(home)) == ["Caspar is at the list of sections"]


def test_a_place_that_the_report_does_not_have_is_the_list(site: Site, home: str) -> None:
    ask(site["carla"], f"{home}/here?at=<b>nowhere")
    assert shown(site["caspar"].get(home)) == ["Carla is at the list of sections"]


def test_it_is_forgotten_after_some_minutes(ground: Ground) -> None:
    known = Presence(ground.valkey.url)
    known.note(7, CARLA, now=NOW)
    assert known.note(7, CASPAR, now=NOW + KNOWN_FOR - timedelta(seconds=1)) == [CARLA]
    assert known.note(7, CASPAR, now=NOW + KNOWN_FOR) == []
    assert known.note(8, CASPAR, now=NOW) == []
    assert known._redis.persist("presence:7"), "it would stay for ever"


def test_while_redis_is_away_nobody_is_seen_and_pages_answer(
    site: Site, home: str, shared_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(shared_app.extensions, "presence", Presence(f"redis://127.0.0.1:{free_port()}"))
    site["caspar"].get(home)
    assert shown(site["carla"].get(home)) == []


def test_who_could_not_be_asked_is_not_asked_for_each_page(ground: Ground) -> None:
    known, away = Presence(ground.valkey.url), Presence(f"redis://127.0.0.1:{free_port()}")
    known.note(7, CARLA, now=NOW)
    assert away.note(7, CASPAR, now=NOW) == []
    away._redis = known._redis  # it is back
    assert away.note(7, CASPAR, now=NOW) == [], "each page would wait for it"
    away._rests_until = 0.0
    assert away.note(7, CASPAR, now=NOW) == [CARLA]


def test_asking_costs_two_queries(site: Site, home: str, count_queries: Callable[[], Any]) -> None:
    """The session with its person, and the report with its cycle."""
    with count_queries() as counted:
        ask(site["carla"], f"{home}/here?at=budget")
    assert counted.count == 2, str(counted)


def test_an_open_page_asks_once_a_minute(chromium: Chromium, shared_app: Flask, ground: Ground, site: Site, home: str) -> None:
    with served(shared_app, ground) as address:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(f"{address}/en/sign-in")
        page.get_by_label("E-mail").fill("carla@example.org")
        page.get_by_label("Password").fill(PASSWORD)
        with page.expect_navigation():
            page.get_by_role("button", name="Sign in").click()
        page.goto(f"{address}{home}/sections/budget")
        stop_the_clock(page)
        site["caspar"].get(home)
        expect(page.locator(".here")).to_have_count(0)
        page.clock.run_for(60_000)
        expect(page.locator(".here")).to_have_text("Caspar is at the list of sections")
        context.close()
