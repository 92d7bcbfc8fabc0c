"""Where the tests of saving while typing begin: a questionnaire of all kinds, a draft for each test, carla at its page."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import make_url, select

from config import Settings
from review_app.database import plain
from review_app.extensions import db
from review_app.forms.questions import FIELDS
from review_app.models import Answer, Cycle, Report, Save
from review_app.operations import cycles
from review_app.operations.answers import Typed, save_answers
from review_app.permissions import SYSTEM
from review_app.queries.invariants import broken
from review_app.questionnaire.library import library
from tests.databases import empty
from tests.people import PASSWORD, add_parties, make_person, person_named
from tests.processes import PATIENCE, served
from tests.servers import Ground

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


@pytest.fixture(scope="package")
def address(
    shared_app: Flask, settings: Settings, ground: Ground, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Where it is served, once for the folder. No worker runs: nothing here needs one."""
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
    empty(settings, ground)


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


@pytest.fixture(scope="package")
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
    context.set_default_timeout(PATIENCE)
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
            caspar = person_named("caspar")
            standing = select(Answer.row_version).where(Answer.report_id == report_id, Answer.question == "a_longtext")
            seen = db.session.scalar(standing)
            save_answers(caspar, report_id, [Typed("a_longtext", text, seen or 0, "en")], section="all", now=datetime.now(UTC))

    return write
