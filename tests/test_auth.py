"""Getting in: signing in, invitations, new passwords, and what the doors never tell."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from review_app import tokens
from review_app.extensions import db as database
from review_app.forms.passwords import weakness
from review_app.models import Entry, Person
from review_app.operations import accounts
from review_app.permissions import SYSTEM
from review_app.queries.people import person_by_email
from tests.browser import Browser
from tests.people import PASSWORD, add_parties, make_person, sign_in
from tests.servers import ROOT, environment_of

NEW = "seven otters under a bridge"


@pytest.fixture
def people(app: Flask) -> None:
    """ada (administrator), carla (coordinator of Chile, reads Spanish), and closed, whose account is."""
    with app.app_context():
        add_parties()
        ada = make_person("ada", "administrator")
        make_person("carla", "coordinator", "CL", language="es")
        accounts.deactivate(ada, make_person("closed", "reviewer"), now=later())


def later(**more: float) -> datetime:
    return datetime.now(UTC) + timedelta(**more)


def named(nick: str) -> Person:
    person = person_by_email(f"{nick}@example.org")
    assert person
    return person


def invitation(app: Flask) -> str:
    """The token sent to nadia@example.org, who is new."""
    with app.app_context():
        nadia = accounts.invite(
            SYSTEM, email="nadia@example.org", name="Nadia", language="fr", role="contributor", party_code="CL", now=later()
        )
        return tokens.invitation_token(nadia)


def facts(app: Flask) -> list[str]:
    with app.app_context():
        return [entry.fact for entry in database.session.query(Entry).order_by(Entry.id)]


def test_one_refusal_for_every_reason(people: None, client: Browser) -> None:
    said = set()
    for email, password in (
        ("carla@example.org", "wrong"), ("nobody@example.org", PASSWORD), ("closed@example.org", PASSWORD),
    ):  # fmt: skip
        page = client.get("/en/sign-in").fill({"email": email, "password": password}).press("Sign in", status=422)
        said.add((page.text, *page.errors))
    assert len(said) == 1


def test_signing_in_makes_a_new_session_and_leads_back(people: None, client: Browser, app: Flask) -> None:
    client.get("/en/account")
    cookie = app.config["SESSION_COOKIE_NAME"]
    before = client.cookie(cookie)
    assert client.page
    client.page.fill({"email": "carla@example.org", "password": PASSWORD}).press("Sign in")
    assert before and client.cookie(cookie) not in (None, before)
    assert client.page.url == "/en/account"


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/en/\nx", ""]
)
def test_next_leads_nowhere_else(people: None, client: Browser, target: str) -> None:
    page = client.get(f"/en/sign-in?next={quote(target)}")
    page = page.fill({"email": "carla@example.org", "password": PASSWORD}).press("Sign in")
    assert page.url == "/es/desk"


def test_signing_out_ends_the_session(people: None, client: Browser) -> None:
    sign_in(client, "carla").get("/en/account").press("Sign out")
    assert client.get("/en/account").url.startswith("/en/sign-in")


def test_an_invitation_is_taken_once(people: None, client: Browser, app: Flask) -> None:
    token = invitation(app)
    client.get(f"/en/join/{token}").fill({"name": "Nadia B.", "password": NEW, "language": "Français"}).press("Join")
    with app.app_context():
        nadia = named("nadia")
        assert (nadia.name, nadia.language, bool(nadia.password), bool(nadia.joined_at)) == ("Nadia B.", "fr", True, True)
    assert facts(app)[-1] == "person.joined"
    assert client.page and client.page.url.startswith("/fr/desk")
    client.forget()
    client.get(f"/en/join/{token}", status=410)


def test_the_first_administrator_is_invited_from_the_command_line(app: Flask, client: Browser, settings: Settings) -> None:
    def invite(status: int) -> str:
        verb = [sys.executable, "-m", "review_app.cli", "administrator", "Ada@example.org", "--name", "Ada", "--language", "fr"]
        run = subprocess.run(verb, check=False, env=environment_of(settings), cwd=ROOT, capture_output=True, text=True)
        assert run.returncode == status, run.stderr
        return run.stdout or run.stderr

    page = client.get(invite(0).splitlines()[-1]).fill({"password": NEW, "language": "Français"}).press("Créer mon compte")
    assert page.url == "/fr/office"
    with app.app_context():
        rita = make_person("rita", "administrator")
        accounts.deactivate(rita, named("ada"), now=later())
    assert "This person was deactivated." in invite(1)


def test_a_weak_password_is_refused_with_its_reason(people: None, client: Browser, app: Flask) -> None:
    page = client.get(f"/en/join/{invitation(app)}").fill({"password": "password1234"}).press("Join", status=422)
    assert page.errors == ["Many people use this password, so it is tried first. Choose another."]


def test_an_old_invitation_offers_a_new_one(people: None, client: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    token = invitation(app)
    monkeypatch.setattr(tokens, "INVITATION_LASTS", timedelta(seconds=-1))
    before = facts(app).count("person.invited")
    client.get(f"/en/join/{token}", status=410).press("Ask for a new invitation")
    assert facts(app).count("person.invited") == before + 1


def test_a_reset_link_works_once_within_an_hour(people: None, client: Browser, app: Flask) -> None:
    with app.app_context():
        token = tokens.reset_token(named("carla"))
        assert tokens.person_of_reset(token, now=later(minutes=59)) == named("carla")
        assert tokens.person_of_reset(token, now=later(minutes=61)) is None
        assert tokens.person_of_reset(token + "x", now=later()) is None
        assert tokens.person_of_invitation(token, now=later()) is None
    client.get(f"/en/reset/{token}").fill({"password": NEW}).press("Change the password")
    client.get(f"/en/reset/{token}", status=410)
    page = client.get("/en/sign-in").fill({"email": "carla@example.org", "password": NEW}).press("Sign in")
    assert page.url == "/es/desk"


def test_forgetting_says_the_same_about_everybody(people: None, client: Browser, app: Flask) -> None:
    said = {
        client.get("/en/forgotten-password").fill({"email": email}).press("Send the link").text.replace(email, "")
        for email in ("carla@example.org", "nobody@example.org", "closed@example.org")
    }
    assert len(said) == 1
    with app.app_context():
        accounts.answer_resets(later())
    assert facts(app).count("person.reset_requested") == 1


def test_a_new_password_ends_the_other_sessions(people: None, new_client: Callable[[], Browser]) -> None:
    here, there = sign_in(new_client(), "carla"), sign_in(new_client(), "carla")
    here.get("/en/account").fill({"current": PASSWORD, "password": NEW}).press("Change the password")
    assert here.get("/en/account").url == "/en/account"
    assert there.get("/en/account").url.startswith("/en/sign-in")


def test_the_account_keeps_its_password_from_who_does_not_know_it(people: None, client: Browser) -> None:
    page = sign_in(client, "carla").get("/en/account")
    page = page.fill({"current": "not this one at all", "password": NEW}).press("Change the password", status=422)
    assert page.errors == ["This is not your current password."]


def test_a_visit_is_noted_every_ten_minutes(people: None, client: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def last_seen() -> datetime | None:
        with app.app_context():
            return named("carla").last_seen_at

    sign_in(client, "carla")
    noted = last_seen()
    assert noted
    moments = [noted + timedelta(minutes=minutes) for minutes in (9, 11, 20, 22)]
    found = []
    for moment in moments:
        monkeypatch.setattr("review_app.web.access.now", lambda moment=moment: moment)
        client.get("/es/account")
        found.append(last_seen())
    assert found == [noted, moments[1], moments[1], moments[3]]


def test_name_language_and_zone_are_ones_own(people: None, client: Browser) -> None:
    page = sign_in(client, "carla").get("/en/account")
    page = page.fill({"name": "Carla S.", "language": "English", "time_zone": "America/Santiago"}).press("Save")
    assert page.value("time_zone") == "America/Santiago" and "Carla S." in page.text


def test_fields_that_a_form_does_not_show_change_nothing(people: None, client: Browser, app: Flask) -> None:
    page = sign_in(client, "carla").get("/en/account")
    shown = {name: str(page.value(name)) for name in ("csrf_token", "name", "language", "time_zone")}
    hidden = {"email": "other@example.org", "password": "x", "active": "", "fs_uniquifier": "x", "id": "1", "joined_at": ""}
    own = select(Person.id, Person.email, Person.password, Person.active, Person.fs_uniquifier, Person.joined_at)
    with app.app_context():
        before = database.session.execute(own.order_by(Person.id)).all()
    client.post("/en/account", {**shown, **hidden})
    with app.app_context():
        after = database.session.execute(own.order_by(Person.id)).all()
    assert after == before, "a field that the form does not show was changed"


def test_an_expired_form_gives_the_text_back_and_no_password(people: None, client: Browser) -> None:
    page = client.post("/en/account", {"name": "A <b>long</b> text", "current": "secret words", "password": NEW}, status=400)
    assert "A <b>long</b> text" in page.text
    assert "secret words" not in page.text and NEW not in page.text


def test_more_than_can_be_read_is_refused_politely(people: None, client: Browser, app: Flask) -> None:
    page = client.post("/en/sign-in", {"email": "x" * app.config["MAX_CONTENT_LENGTH"]}, status=413)
    assert "This is too much at once" in page.h1


def test_unread_notices_come_first_and_can_be_read(people: None, client: Browser, app: Flask) -> None:
    with app.app_context():
        accounts.set_password(named("ada"), password=named("ada").password or "", now=later())
    page = sign_in(client, "ada").get("/en/notices")
    assert "Your password was changed" in page.main and "Unread" in page.main
    page = page.press("Mark all as read")
    assert "Unread" not in page.main and "Your password was changed" in page.main


@pytest.mark.parametrize(
    "password", ["short", "aaaaaaaaaaaaaaa", "abcdefghijklmnop", "Password2026!", "carla.soto.cl1", "MotDePasse1234", "x" * 201]
)
def test_weak_passwords(password: str) -> None:
    assert weakness(password, ("carla.soto@example.org", "Carla Soto"))


@pytest.mark.parametrize("password", [NEW, PASSWORD, "Zx9#kkf!02mQ", "carla keeps seven otters"])
def test_good_passwords(password: str) -> None:
    assert weakness(password, ("carla@example.org", "Carla")) is None
