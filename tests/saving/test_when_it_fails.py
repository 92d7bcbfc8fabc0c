"""Answers are saved while they are typed; whatever fails, the text is on the page, in the history, or back after signing in."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Dialog, Locator, Page, Request, Route, expect
from sqlalchemy import func, make_url, select

from config import Settings
from review_app import tokens
from review_app.database import plain
from review_app.extensions import db
from review_app.forms.questions import FIELDS
from review_app.models import Answer, ContributionLink, Cycle, KeptForm, Person, Point, Proposal, Report, Save
from review_app.operations import contributions, cycles, reviews
from review_app.operations.answers import Typed, save_answers
from review_app.operations.steps import take_step
from review_app.permissions import SYSTEM
from review_app.queries.invariants import broken
from review_app.questionnaire.library import library
from tests.browser import Browser, accessibility_faults
from tests.conftest import Ground, _empty_queue, empty_tables, served
from tests.people import PASSWORD, add_parties, make_person, sign_in

Asked = Callable[..., Any]
Told = Callable[[str], None]
MORE = {
    "choice": ", options: shapes", "choices": ", options: shapes",
    "table": ", columns: [{code: what, type: text, label: {en: What, fr: Quoi, es: Qué}}]",
}  # fmt: skip
LABEL = "label: {{en: {0}, fr: {0}, es: {0}}}"
KINDS = """
name: kinds
edition: "1"
title: {en: Kinds, fr: Genres, es: Clases}
summary: {en: All kinds., fr: Tous., es: Todas.}
declaration: {en: I stand by it., fr: Je m’en porte garant., es: Respondo de ello.}
options:
  shapes: [{id: round, label: {en: Round, fr: Rond, es: Redondo}}, {id: square, label: {en: Square, fr: Carré, es: Cuadrado}}]
sections:
  - code: all
    title: {en: All kinds, fr: Tous, es: Todas}
    questions:
""" + "\n".join(f"      - {{code: a_{kind}, type: {kind}, {LABEL.format(f'A {kind}')}{MORE.get(kind, '')}}}" for kind in FIELDS)


@pytest.fixture(scope="module")
def address(
    shared_app: Flask, settings: Settings, ground: Ground, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Where it is served. No worker runs: nothing here needs one."""
    file = tmp_path_factory.mktemp("kinds") / "kinds.yaml"
    file.write_text(KINDS, encoding="utf-8")
    library.configure((file,))
    with shared_app.app_context():
        add_parties()
        make_person("carla", "coordinator", "CL")
        make_person("caspar", "contributor", "CL")
        cycle = cycles.plan_cycle(
            SYSTEM, slug="kinds", titles={"en": "Kinds"}, questionnaire="kinds", edition="1", expected=[("PE", "")],
            due_on=date(2099, 1, 1), starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), now=datetime.now(UTC),
        )  # fmt: skip
        cycles.move_cycle(SYSTEM, cycle.id, "open", seen=cycle.row_version, now=datetime.now(UTC))
        db.session.remove()
    with served(shared_app, ground) as base:
        yield base
    library.configure(settings.questionnaire_paths)
    empty_tables(settings)
    _empty_queue(ground)


@pytest.fixture
def report_id(shared_app: Flask, address: str, request: pytest.FixtureRequest) -> Iterator[int]:
    """A draft of Chile of this test's own."""
    with shared_app.app_context():
        subject = request.node.name
        cycle_id = db.session.scalars(select(Cycle.id)).one()
        cycles.expect(SYSTEM, cycle_id, party_code="CL", subject=subject, now=datetime.now(UTC))
        made = db.session.scalars(select(Report.id).where(Report.subject == subject)).one()
        db.session.remove()
    yield made
    with shared_app.app_context():
        assert broken() == {}
        db.session.remove()


@pytest.fixture
def run(settings: Settings) -> Told:
    """Runs one SQL statement as the owner of the tables."""

    def execute(statement: str) -> None:
        with psycopg.connect(plain(make_url(settings.database_owner_url))) as owner:
            owner.execute(statement)

    return execute


@pytest.fixture(scope="module")
def signed_in(chromium: Chromium, address: str) -> Any:
    """The cookies of carla's session, of which each test has a browser of its own."""
    context = chromium.new_context()
    sign_in_there(context.new_page(), address, "carla")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def page(chromium: Chromium, address: str, signed_in: Any, report_id: int, run: Told) -> Iterator[Page]:
    """carla at the page of all kinds."""
    context = chromium.new_context(storage_state=signed_in)
    context.set_default_timeout(15_000)
    found = context.new_page()
    found.goto(f"{address}/en/desk/reports/{report_id}/sections/all")
    yield found
    context.close()
    run("update web_session set expires_at = now() + interval '1 hour' where content <> '{}'")


def sign_in_there(page: Page, address: str, nick: str) -> None:
    page.goto(f"{address}/en/sign-in")
    page.get_by_label("E-mail").fill(f"{nick}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in").click()


def sign(page: Page, state: str) -> Locator:
    """The sign beside the form, once it says this."""
    found = page.locator(f"[data-sign][data-state={state}]")
    expect(found).to_be_visible()
    return found


def write(page: Page, text: str, code: str = "a_longtext") -> None:
    """Type into a field and leave it."""
    field = page.locator(f"[name={code}]")
    field.fill(text)
    field.blur()


@pytest.fixture
def stored(shared_app: Flask, report_id: int) -> Asked:
    """The answer that stands, as it was typed."""

    def read(code: str = "a_longtext") -> Any:
        with shared_app.app_context():
            query = select(Answer.value["raw"]).where(Answer.report_id == report_id, Answer.question == code)
            return db.session.scalar(query)

    return read


@pytest.fixture
def history(shared_app: Flask, report_id: int) -> Asked:
    """(outcome, text) of every text that was sent for the long text, oldest first."""

    def read() -> list[tuple[str, str]]:
        with shared_app.app_context():
            query = select(Save.outcome, Save.value["raw"].astext).where(Save.report_id == report_id, Save.question == "a_longtext")
            return [(outcome, text) for outcome, text in db.session.execute(query.order_by(Save.id))]

    return read


@pytest.fixture
def caspar_writes(shared_app: Flask, report_id: int) -> Told:
    """caspar saves the long text, on whatever version stands."""

    def write(text: str) -> None:
        with shared_app.app_context():
            caspar = db.session.scalars(select(Person).where(Person.email == "caspar@example.org")).one()
            standing = select(Answer.row_version).where(Answer.report_id == report_id, Answer.question == "a_longtext")
            seen = db.session.scalar(standing)
            save_answers(caspar, report_id, [Typed("a_longtext", text, seen or 0, "en")], section="all", now=datetime.now(UTC))

    return write


def test_an_answer_is_saved_two_seconds_after_the_last_key(page: Page, stored: Asked) -> None:
    page.clock.install()
    page.reload()
    assert "as you type" in sign(page, "idle").inner_text()
    page.locator("[name=a_longtext]").press_sequentially("Four")
    page.clock.run_for(1_900)
    page.locator("[name=a_longtext]").press_sequentially(" years")
    page.clock.run_for(1_900)
    assert sign(page, "saving").inner_text() == "Saving" and stored() is None
    page.clock.run_for(200)
    assert re.fullmatch(r"All changes saved at \d\d:\d\d", sign(page, "saved").inner_text())
    assert stored() == "Four years"


def test_every_kind_of_answer_is_saved_by_itself(page: Page, stored: Asked) -> None:
    typed: dict[str, Any] = {
        "text": "One line", "longtext": "Two\nlines", "number": "12", "percent": "7.5", "year": "2024", "url": "https://example.org/a",
        "money": "CLP 2,000 (2024)",
    }  # fmt: skip
    for kind, text in typed.items():
        write(page, text, f"a_{kind}")
    page.locator("[name=a_yes_no][value=yes]").check()
    page.locator("[name=a_choice][value=square]").check()
    for one in ("round", "square"):
        page.locator(f"[name=a_choices][value={one}]").check()
    page.locator("[name=a_country]").select_option("PE")
    for part, text in (("day", "1"), ("month", "6"), ("year", "2026")):
        page.locator(f"[name=a_date-{part}]").fill(text)
    page.locator("[name=a_contact-name]").fill("Rosa")
    page.locator("[name=a_table-0-what]").fill("A row")
    page.locator("[name=a_table-0-what]").blur()
    sign(page, "saved")
    contact = stored("a_contact")
    assert contact.pop("name") == "Rosa" and set(contact.values()) == {""}
    assert {kind: stored(f"a_{kind}") for kind in FIELDS if kind not in ("contact", "file")} == {
        **typed, "yes_no": "yes", "choice": "square", "choices": ["round", "square"], "country": "PE", "date": "2026-06-01",
        "table": [{"what": "A row"}],
    }  # fmt: skip
    page.locator("[name=a_choices][value=round]").uncheck()
    page.locator("[name=a_choices][value=square]").uncheck()
    page.locator("[name=a_choices]").first.blur()
    sign(page, "saved")
    assert stored("a_choices") == []


def test_without_a_line_answers_wait_in_memory_and_are_sent_when_it_is_back(
    page: Page, stored: Asked, history: Asked
) -> None:
    page.context.set_offline(True)
    write(page, "Typed on a train")
    assert "One answer waits" in sign(page, "offline").inner_text() and page.title().startswith("Not saved: ")
    write(page, "Another", "a_text")
    assert "2 answers wait" in sign(page, "offline").inner_text()
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.get_by_role("button", name="Save and continue").click()  # leads nowhere without a line
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.close(run_before_unload=True)
    expect(page.locator("[name=a_longtext]")).to_have_value("Typed on a train")
    assert asked == ["beforeunload"]
    page.context.set_offline(False)
    sign(page, "saved")
    assert (stored(), stored("a_text"), page.title().startswith("Not saved")) == ("Typed on a train", "Another", False)
    assert history() == [("accepted", "Typed on a train")]


def test_a_save_whose_answer_was_lost_is_sent_again_as_it_was(page: Page, history: Asked) -> None:
    """The server has it, and the page does not know: what is typed meanwhile must not fight with it."""
    lost: list[Request] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            route.fetch()
            lost.append(route.request)
            route.abort()
        else:
            route.continue_()

    page.route("**/sections/all", lose)
    write(page, "First")
    sign(page, "offline")
    write(page, "First and second")
    sign(page, "saved")
    assert history() == [("accepted", "First"), ("accepted", "First and second")]


def test_when_somebody_else_changed_the_answer_both_texts_are_shown(
    page: Page, caspar_writes: Told, history: Asked, stored: Asked
) -> None:
    caspar_writes("<b>Caspar's</b> text")
    write(page, "Carla's text")
    write(page, "Another answer", "a_text")
    assert "Somebody else changed" in sign(page, "conflict").inner_text()
    note = page.locator("[data-answer=a_longtext] [data-conflict-of]")
    assert "Caspar changed this answer" in note.inner_text() and "<b>Caspar's</b> text" in note.inner_text()
    expect(page.locator("[name=a_longtext]")).to_have_value("Carla's text")
    write(page, "Carla's better text")
    expect(note).to_have_count(1)
    assert accessibility_faults(page) == []
    with page.expect_navigation():
        note.get_by_role("link", name="Compare both texts and choose").click()
    page.locator("[name=a_longtext]").fill("A text of both")
    with page.expect_navigation():
        page.get_by_role("button", name="Save this text").click()
    assert (stored(), stored("a_text")) == ("A text of both", "Another answer")
    assert [outcome for outcome, _ in history()] == ["accepted", "refused", "refused", "accepted"]


def test_two_people_in_one_section_do_not_disturb_each_other(
    page: Page, caspar_writes: Told, stored: Asked
) -> None:
    caspar_writes("Caspar's text")
    write(page, "Carla's line", "a_text")
    sign(page, "saved")
    assert (stored(), stored("a_text")) == ("Caspar's text", "Carla's line")


def test_after_the_session_ended_signing_in_brings_the_text_back_and_sends_it(
    page: Page, run: Told, stored: Asked, shared_app: Flask
) -> None:
    run("update web_session set expires_at = now() - interval '1 minute'")
    write(page, "Typed too late")
    write(page, "Late as well", "a_text")
    assert "signed out" in sign(page, "signed-out").inner_text() and stored() is None
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in to send it").click()
    page.get_by_role("link", name="Sign in to get it back").click()
    page.get_by_label("E-mail").fill("carla@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("What you wrote is back")).to_be_visible()
    sign(page, "saved")
    assert (stored(), stored("a_text")) == ("Typed too late", "Late as well")
    with shared_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(KeptForm)) == 0


def test_who_signed_in_again_in_another_tab_goes_on_typing(
    page: Page, address: str, run: Told, stored: Asked
) -> None:
    run("update web_session set expires_at = now() - interval '1 minute'")
    write(page, "Typed too late")
    sign(page, "signed-out")
    sign_in_there(page.context.new_page(), address, "carla")
    write(page, "Typed too late, and then")
    sign(page, "saved")
    assert stored() == "Typed too late, and then"


def test_nothing_is_sent_in_the_name_of_somebody_else(page: Page, address: str, run: Told, history: Asked) -> None:
    other = page.context.new_page()
    run("update web_session set expires_at = now() - interval '1 minute'")
    sign_in_there(other, address, "caspar")
    write(page, "Carla's own words")
    assert "Somebody else has signed in" in sign(page, "refused").inner_text()
    expect(page.locator("[name=a_longtext]")).to_have_value("Carla's own words")
    assert history() == []


def test_a_changed_key_is_not_noticed(
    page: Page, shared_app: Flask, monkeypatch: pytest.MonkeyPatch, stored: Asked
) -> None:
    monkeypatch.setitem(shared_app.config, "SECRET_KEY", "another key, as long as it has to be, for all forms")
    write(page, "Typed with an old key")
    sign(page, "saved")
    assert stored() == "Typed with an old key"


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("delete from membership where party_code = 'CL' and role = 'coordinator'", "There is no such page"),
        ("update membership set sections = '[\"b\"]', role = 'contributor' where role = 'coordinator'", "given to somebody else"),
    ],
    ids=["the role", "the section"],
)
def test_who_may_no_longer_write_keeps_the_text_on_the_page(
    page: Page, run: Told, history: Asked, statement: str, why: str
) -> None:
    run("create table was as select * from membership")
    try:
        run(statement)
        write(page, "Still mine to read")
        assert why in sign(page, "refused").inner_text()
        expect(page.locator("[name=a_longtext]")).to_have_value("Still mine to read")
        assert history() == [] and page.title().startswith("Not saved: ")
    finally:
        run("delete from membership")
        run("insert into membership select * from was")
        run("drop table was")


def test_a_report_handed_over_meanwhile_says_so(page: Page, report_id: int, run: Told, history: Asked) -> None:
    place = f"where id = {report_id}"
    run(f"update report set state = 'review', round = 1, submitted_at = now(), first_submitted_at = now() {place}")
    write(page, "One word more")
    assert "The answers are locked" in sign(page, "refused").inner_text() and history() == []
    run(f"update report set state = 'draft', round = 0, submitted_at = null, first_submitted_at = null {place}")
    write(page, "One word more!")
    sign(page, "saved")

    run(f"update report set state = 'review', round = 1, submitted_at = now(), first_submitted_at = now() {place}")
    write(page, "Too late")
    sign(page, "refused")
    with page.expect_navigation():  # at the first press
        page.get_by_role("button", name="Save and come back later").click()
    assert "Too late" in page.locator("main").inner_text()
    run(f"update report set state = 'draft', round = 0, submitted_at = null, first_submitted_at = null {place}")


def test_a_closed_cycle_still_takes_what_is_written(page: Page, run: Told, stored: Asked) -> None:
    run("update cycle set state = 'closed'")
    try:
        write(page, "After the end")
        sign(page, "saved")
    finally:
        run("update cycle set state = 'open'")
    assert stored() == "After the end"


def test_what_is_too_long_to_send_stays_on_the_page_and_the_rest_is_saved(
    page: Page, shared_app: Flask, monkeypatch: pytest.MonkeyPatch, stored: Asked
) -> None:
    monkeypatch.setitem(shared_app.config, "MAX_FORM_MEMORY_SIZE", 10_000)
    write(page, "w" * 11_000)
    write(page, "Short", "a_text")
    assert "too much at once" in sign(page, "refused").inner_text()
    write(page, "w" * 9_000)
    sign(page, "saved")
    assert (stored(), stored("a_text")) == ("w" * 9_000, "Short")


def test_our_own_fault_is_tried_again(page: Page, run: Told, stored: Asked) -> None:
    run("revoke insert on save from relata_app")
    try:
        write(page, "Through a fault")
        assert "something broke at our end" in sign(page, "broken").inner_text()
    finally:
        run("grant insert on save to relata_app")
    sign(page, "saved")
    assert stored() == "Through a fault"


def test_buttons_and_links_wait_for_what_is_on_its_way(page: Page, report_id: int, stored: Asked, history: Asked) -> None:
    page.locator("[name=a_longtext]").fill("And off")
    with page.expect_navigation():
        page.get_by_role("link", name="My reports").first.click()
    assert stored() == "And off"
    page.goto(page.url.replace("/desk", f"/desk/reports/{report_id}/sections/all"))
    page.locator("[name=a_longtext]").fill("And off again")
    with page.expect_navigation():
        page.get_by_role("button", name="Save and come back later").click()
    assert history() == [("accepted", "And off"), ("accepted", "And off again")]


def test_a_screen_reader_hears_at_most_one_sentence_a_minute(page: Page, stored: Asked) -> None:
    page.clock.install()
    page.reload()
    page.evaluate("""() => {
      window.heard = [];
      const note = () => window.heard.push(document.querySelector('[role=status]:last-child').textContent);
      new MutationObserver(note).observe(document.querySelector('body > [role=status]'), { childList: true });
    }""")
    field = page.locator("[name=a_longtext]")
    for minute in range(5):
        for word in ("some", "more", "words"):
            field.press_sequentially(f"{word} ")
            page.clock.run_for(2_000)
            sign(page, "saved")
            page.clock.run_for(18_000)
        assert len(page.evaluate("window.heard")) <= minute + 1
    heard = page.evaluate("window.heard")
    assert heard and all(words.startswith("All changes saved at") for words in heard)


# Other pages that somebody writes on for long.


@pytest.fixture
def link(shared_app: Flask, report_id: int) -> int:
    """Somebody outside is asked for all of it."""
    with shared_app.app_context():
        carla = db.session.scalars(select(Person).where(Person.email == "carla@example.org")).one()
        asked = contributions.Asked(("all", None, None), "Red", None, "en", "", date(2099, 1, 1))
        return contributions.ask(carla, report_id, asked, now=datetime.now(UTC)).id


@pytest.fixture
def outside(chromium: Chromium, shared_app: Flask, address: str, link: int) -> Iterator[Page]:
    """Somebody without an account at the page of their link."""
    context = chromium.new_context()
    context.set_default_timeout(15_000)
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
        carla = db.session.scalars(select(Person).where(Person.email == "carla@example.org")).one()
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
        caspar = db.session.scalars(select(Person).where(Person.email == "caspar@example.org")).one()
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


# What is on the line, without a browser.


@pytest.fixture(scope="module")
def carla(shared_app: Flask, settings: Settings, address: str) -> Browser:
    return sign_in(Browser(shared_app, settings.public_base_url), "carla")


def hidden_fields(browser: Browser, place: str) -> dict[str, str]:
    page = browser.get(place)
    form = page.soup.select_one("form[data-autosave]")
    assert form is not None
    return {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}


@pytest.fixture
def place(report_id: int) -> str:
    return f"/en/desk/reports/{report_id}/sections/all"


def test_the_same_save_twice_is_one(carla: Browser, place: str, history: Asked, caspar_writes: Told) -> None:
    hidden = hidden_fields(carla, place)
    body = [[name, hidden[name]] for name in ("csrf_token", "once")] + [["seen-a_longtext", "0"], ["a_longtext", "Once"]]
    answers = [carla._client.post(place, json=body, base_url=carla.base_url) for _ in range(2)]
    first = answers[0].json or {}
    assert [answer.json for answer in answers] == [first] * 2 and first["seen"] == {"a_longtext": 1}
    assert history() == [("accepted", "Once")]
    caspar_writes("Caspar's")
    body[-2:] = [["seen-a_longtext", "1"], ["a_longtext", "Too late"]]
    answers = [carla._client.post(place, json=body, base_url=carla.base_url) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [409, 409] and answers[0].json == answers[1].json
    assert history()[2:] == [("refused", "Too late")]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"{}", 400), (b"[1]", 400), (b'[["a"]]', 400), (b'[["a", 1]]', 400), (b"\xff", 400), (b"[" * 100_000, 400),
        (json.dumps([["a", ""]] * 5_000).encode(), 413),
    ],
    ids=range(8),
)  # fmt: skip
def test_what_is_no_list_of_pairs_is_refused(carla: Browser, place: str, body: bytes, status: int) -> None:
    answer = carla._client.post(place, data=body, base_url=carla.base_url, headers={"Content-Type": "application/json"})
    assert answer.status_code == status and answer.is_json


def test_a_token_is_renewed_for_whose_page_it_is(carla: Browser, place: str, history: Asked) -> None:
    hidden = hidden_fields(carla, place)
    text = [["csrf_token", "of another session"], ["seen-a_longtext", "0"], ["a_longtext", "Again"]]
    renewed = carla._client.post(place, json=[*text, ["once", hidden["once"]]], base_url=carla.base_url)
    assert renewed.status_code == 400 and set(renewed.json or {}) == {"csrf_token"}
    other = carla._client.post(place, json=[*text, ["once", "page.of-somebody-else"]], base_url=carla.base_url)
    assert other.status_code == 403 and set(other.json or {}) == {"title"}
    assert history() == []
    text[0][1] = (renewed.json or {})["csrf_token"]
    carla._client.post(place, json=[*text, ["once", hidden["once"]]], base_url=carla.base_url)
    assert history() == [("accepted", "Again")]


def test_half_a_sign_is_replaced(carla: Browser, place: str, stored: Asked) -> None:
    hidden = hidden_fields(carla, place)
    body = [["csrf_token", hidden["csrf_token"]], ["seen-a_longtext", "0"], ["a_longtext", "half \ud83d sign \U0001f600\0"]]
    assert carla._client.post(place, json=body, base_url=carla.base_url).status_code == 200
    assert stored() == "half � sign \U0001f600"
