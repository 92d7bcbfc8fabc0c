"""What somebody sends when their session is over is back in the form once they have signed in again, for them and nobody else."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from bs4 import Tag
from flask import Flask
from sqlalchemy import func, make_url, select

from config import Settings
from review_app.database import plain
from review_app.extensions import db
from review_app.models import KeptForm, Person
from review_app.operations import accounts, sent
from review_app.queries.invariants import broken
from review_app.questionnaire.roles import RESERVED_CODES
from review_app.web import keeping
from tests import steps_http as steps
from tests.browser import Browser, Page
from tests.desks import draft_of_arts_for_all
from tests.people import PASSWORD, person_named, sign_in

__all__ = ["draft_of_arts_for_all"]  # a fixture


@pytest.fixture
def run(shared_app: Flask, settings: Settings, report_id: int) -> Iterator[Callable[[str], None]]:
    """Runs one SQL statement as the owner of the tables. Nothing is kept when a test begins."""

    def execute(statement: str) -> None:
        with psycopg.connect(plain(make_url(settings.database_owner_url))) as owner:
            owner.execute(statement)

    execute("delete from kept_form")
    yield execute
    with shared_app.app_context():
        assert broken() == {}


@pytest.fixture
def written(request: pytest.FixtureRequest) -> str:
    """What carla typed: words that stand nowhere else."""
    return f"Three years of work, = with \"signs\" & ünïcode: {request.node.name}."


@pytest.fixture
def kept(shared_app: Flask) -> Callable[[], list[str]]:
    """The addresses of those for whom something is kept, as often as it is."""

    def read() -> list[str]:
        with shared_app.app_context():
            query = select(Person.email).join(KeptForm, KeptForm.person_id == Person.id).order_by(KeptForm.id)
            return [email.partition("@")[0] for email in db.session.scalars(query)]

    return read


@pytest.fixture
def carla(shared_app: Flask, settings: Settings, report_id: int, run: Callable[[str], None]) -> Browser:
    return sign_in(Browser(shared_app, settings.public_base_url), "carla")


@pytest.fixture
def budget(report_id: int) -> str:
    return f"/en/desk/reports/{report_id}/sections/budget"


EXPIRE = "update web_session set expires_at = now() - interval '1 minute'"


def other_window(browser: Browser) -> Browser:
    """A second window of the same browser: it shares the cookies."""
    other = Browser(browser._client.application, browser.base_url)
    other._client = browser._client
    return other


def value(page: Page, name: str) -> str:
    field = page.soup.find(["input", "textarea"], attrs={"name": name})
    assert isinstance(field, Tag), f"{page.url} has no field {name}"
    return field.get_text().removeprefix("\n") if field.name == "textarea" else str(field["value"])


def back(page: Page, nick: str) -> Page:
    """By the button of the page that refused the form, through signing in."""
    return page.follow("Sign in to get it back").fill({"email": f"{nick}@example.org", "password": PASSWORD}).press("Sign in")


def test_after_the_session_ran_out_the_text_is_back_in_the_form(
    carla: Browser, budget: str, run: Callable[[str], None], kept: Callable[[], list[str]], written: str
) -> None:
    page = carla.get(budget).fill({"funding_sources": written})
    run(EXPIRE)
    refused = page.press("Save and continue", status=400)
    assert refused.has("This page was open too long", "kept for 24 hours") and kept() == ["carla"]
    form = back(refused, "carla")
    assert form.has("What you wrote is back") and value(form, "funding_sources") == written
    assert value(form, "seen-funding_sources") == "0" and "Saved." not in form.text
    assert form.press("Save and continue").has("Saved.") and kept() == []
    again = carla.get(budget)
    assert value(again, "funding_sources") == written and "What you wrote is back" not in again.text


def test_what_somebody_else_saved_meanwhile_is_safe(
    carla: Browser, report_id: int, run: Callable[[str], None], shared_app: Flask, written: str
) -> None:
    to = f"/en/desk/reports/{report_id}/sections/identification"
    page = carla.get(to).fill({"responsible_agency": written})
    run(EXPIRE)
    refused = page.press("Save and continue", status=400)
    steps.write(sign_in(Browser(shared_app, carla.base_url), "caspar"), to, {"responsible_agency": "Caspar's agency"})
    both = back(refused, "carla").press("Save and continue")
    assert "/kept/" in both.url and both.has("Caspar's agency") and value(both, "responsible_agency") == written
    assert value(carla.get(to), "responsible_agency") == "Caspar's agency"


def test_whoever_else_signs_in_at_that_browser_sees_nothing_of_it(
    carla: Browser, budget: str, run: Callable[[str], None], kept: Callable[[], list[str]], written: str
) -> None:
    page = carla.get(budget).fill({"funding_sources": written})
    run(EXPIRE)
    refused = page.press("Save and continue", status=400)
    mine = parse_qs(urlsplit(refused.links["Sign in to get it back"]).query)["next"][0]
    for nick, status in (("caspar", 200), ("pia", 404), ("ada", 403)):
        # A colleague may open the page, strangers may not; nobody finds the text there, or anywhere they are led to.
        door = carla.get(refused.links["Sign in to get it back"])
        landed = door.fill({"email": f"{nick}@example.org", "password": PASSWORD}).press("Sign in", status=status)
        assert written not in landed.text and "What you wrote is back" not in landed.text
        assert landed.url == mine
        carla.get("/en/account").press("Sign out")
    form = sign_in(carla, "carla").page
    assert form is not None and form.url == mine and value(form, "funding_sources") == written
    assert kept() == ["carla"]


def test_a_page_of_somebody_else_is_kept_for_nobody(
    carla: Browser, budget: str, kept: Callable[[], list[str]], written: str
) -> None:
    """carla's page is still open in a window of the browser at which caspar has signed in meanwhile."""
    page = carla.get(budget).fill({"funding_sources": written})
    other = other_window(carla)
    other.get("/en/account").press("Sign out")
    sign_in(other, "caspar")
    refused = page.press("Save and continue", status=400)
    assert refused.has("copy it", written) and kept() == []


def test_after_signing_out_in_another_window(carla: Browser, budget: str, kept: Callable[[], list[str]], written: str) -> None:
    page = carla.get(budget).fill({"funding_sources": written})
    other_window(carla).get("/en/account").press("Sign out")
    refused = page.press("Save and continue", status=400)
    assert kept() == ["carla"] and value(back(refused, "carla"), "funding_sources") == written


def test_after_a_new_password_elsewhere(
    carla: Browser, budget: str, shared_app: Flask, kept: Callable[[], list[str]], written: str
) -> None:
    page = carla.get(budget).fill({"funding_sources": written})
    with shared_app.app_context():
        person = person_named("carla")
        accounts.set_password(person, password=person.password or "", now=datetime.now(UTC))
    refused = page.press("Save and continue", status=400)
    assert kept() == ["carla"] and value(back(refused, "carla"), "funding_sources") == written


def test_after_the_key_was_changed_no_signing_in_is_needed(
    carla: Browser, budget: str, shared_app: Flask, kept: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    page = carla.get(budget).fill({"funding_sources": written})
    monkeypatch.setitem(shared_app.config, "SECRET_KEY", "another key, as long as it has to be, for all forms")
    refused = page.press("Save and continue", status=400)
    form = refused.follow("Open the form with your text")
    assert value(form, "funding_sources") == written
    form.press("Save and continue")
    assert kept() == [] and value(carla.get(budget), "funding_sources") == written


def test_after_a_day_it_is_gone(
    carla: Browser, budget: str, run: Callable[[str], None], shared_app: Flask, kept: Callable[[], list[str]], written: str
) -> None:
    page = carla.get(budget).fill({"funding_sources": written})
    run(EXPIRE)
    refused = page.press("Save and continue", status=400)
    with shared_app.app_context():
        sent.forget_old(datetime.now(UTC) + timedelta(hours=23, minutes=59))
    assert kept() == ["carla"]
    run("update kept_form set created_at = created_at - interval '24 hours'")
    form = back(refused, "carla")  # the clock has not come by yet
    assert "What you wrote is back" not in form.text and value(form, "funding_sources") != written
    with shared_app.app_context():
        sent.forget_old(datetime.now(UTC))
    assert kept() == []


def test_its_person_can_have_it_deleted_and_nobody_else(
    carla: Browser, budget: str, run: Callable[[str], None], shared_app: Flask, kept: Callable[[], list[str]], written: str
) -> None:
    page = carla.get(budget).fill({"funding_sources": written})
    run(EXPIRE)
    form = back(page.press("Save and continue", status=400), "carla")
    address = next(str(f["action"]) for f in form.soup.select("form[action*='/kept/']"))
    pia = sign_in(Browser(shared_app, carla.base_url), "pia")
    token = value(pia.get("/en/account"), "csrf_token")
    pia.post(address, {"csrf_token": token})
    assert kept() == ["carla"]
    assert form.press("Delete it now").has("deleted") and kept() == []


def test_a_reader_who_may_no_longer_write_still_finds_the_words(
    carla: Browser, budget: str, report_id: int, run: Callable[[str], None], written: str
) -> None:
    page = carla.get(budget).fill({"funding_sources": written})
    run(EXPIRE)
    refused = page.press("Save and continue", status=400)
    run(f"update cycle set state = 'archived' where id = (select cycle_id from report where id = {report_id})")
    try:
        form = back(refused, "carla")
        assert form.has("What you wrote is back", written)
    finally:
        run(f"update cycle set state = 'open' where id = (select cycle_id from report where id = {report_id})")


def test_ten_forms_are_kept_for_one_person_and_none_that_is_too_long(
    carla: Browser, budget: str, run: Callable[[str], None], kept: Callable[[], list[str]], shared_app: Flask, written: str
) -> None:
    for number in range(12):
        carla.get(budget).fill({"funding_sources": f"{written} {number}"})
        run(EXPIRE)
        assert carla.page is not None
        carla.page.press("Save and continue", status=400)
        run("update web_session set expires_at = now() + interval '1 hour' where person_id is not null and content <> '{}'")
    assert kept() == ["carla"] * 10
    page = carla.get(budget).fill({"funding_sources": "w" * (sent.LONGEST_KEPT + 1)})
    run(EXPIRE)
    assert page.press("Save and continue", status=400).has("copy it")
    with shared_app.app_context():
        longest = db.session.scalar(select(func.max(func.length(func.cast(KeptForm.fields, db.Text)))))
    assert kept() == ["carla"] * 10 and (longest or 0) < 5_000


def test_what_one_person_leaves_makes_no_room_among_the_forms_of_others(
    carla: Browser, shared_app: Flask, kept: Callable[[], list[str]]
) -> None:
    page, left = "/en/desk", ["pia", *["carla"] * (sent.KEPT_AT_MOST + 1), "pia"]
    with shared_app.app_context():
        for nick in left:
            sent.keep_form(person_named(nick).id, [("text", "Heron")], page=page, target=page, now=datetime.now(UTC))
    assert kept() == ["pia", *["carla"] * sent.KEPT_AT_MOST, "pia"]


def test_for_an_account_that_was_closed_nothing_is_kept(
    carla: Browser, budget: str, run: Callable[[str], None], kept: Callable[[], list[str]], written: str
) -> None:
    page = carla.get(budget).fill({"funding_sources": written})
    run(EXPIRE)
    run("update person set active = false where email = 'carla@example.org'")
    try:
        assert page.press("Save and continue", status=400).has(written) and kept() == []
    finally:
        run("update person set active = true where email = 'carla@example.org'")


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Origin": "null"}])
def test_what_another_site_sends_is_not_kept(
    carla: Browser, budget: str, headers: dict[str, str], kept: Callable[[], list[str]], written: str
) -> None:
    form = {"funding_sources": written, "seen-funding_sources": "0", "once": value(carla.get(budget), "once")}
    answer = carla._client.post(budget, data=form, base_url=carla.base_url, headers=headers)
    assert answer.status_code == 400 and kept() == []


def test_passwords_and_forms_of_nobody_are_not_kept(
    carla: Browser, budget: str, shared_app: Flask, run: Callable[[str], None], kept: Callable[[], list[str]], written: str
) -> None:
    page = carla.get("/en/account").fill({"current": "a secret of mine", "password": "another secret"})
    run(EXPIRE)
    refused = page.press("Change the password", status=400)
    assert "secret" not in refused.text
    stranger = Browser(shared_app, carla.base_url)
    stranger.post(budget, {"funding_sources": written, "once": "x.y"}, status=400)
    assert kept() == []


def test_the_invariants_see_what_is_kept_too_long_and_what_should_never_be(
    carla: Browser, run: Callable[[str], None], shared_app: Flask
) -> None:
    columns = "id, person_id, page, target, fields, created_at"
    made = f"insert into kept_form ({columns}) select {{}}, min(id), '/en', '/', '{{}}', {{}} from person"
    run(made.format(901, "[]", "now() - interval '27 hours'"))
    run(made.format(902, '[["password", "x"]]', "now()"))
    with shared_app.app_context():
        found = broken()
    run("delete from kept_form")
    assert found == {"what somebody sent too late is kept for longer than a day": ["901"], "a secret is kept with a form": ["902"]}


def test_no_question_may_have_the_name_of_a_field_that_is_not_kept_or_not_shown() -> None:
    assert keeping.SECRETS | keeping.MACHINERY <= RESERVED_CODES
