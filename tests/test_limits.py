"""How often one may try, and that trying tells nothing: the same answer and the same work for known and unknown addresses."""

import socket
from collections.abc import Callable
from dataclasses import replace
from select import select as select_sockets
from typing import Any

import pytest
import redis
from flask import Flask
from sqlalchemy import select

from config import Settings
from review_app import tasks
from review_app.extensions import db
from review_app.models import Entry, Person
from review_app.operations import accounts
from review_app.web import auth, reads
from review_app.wiring import create_app
from tests.browser import Browser, form_of, send
from tests.people import PASSWORD, add_parties, make_person

EVERYBODY = ("carla@example.org", "CARLA@example.org ", "closed@example.org", "invited@example.org", "nobody@example.org")


@pytest.fixture
def people(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """carla can sign in; closed cannot any more, invited not yet."""
    monkeypatch.setattr(auth, "FORGOT_TAKES", 0)  # work is counted here, not time
    with app.app_context():
        add_parties()
        now = make_person("carla", "coordinator", "CL").joined_at
        ada, closed = make_person("ada", "administrator"), make_person("closed", "coordinator", "CL")
        assert now
        accounts.invite(ada, email="invited@example.org", name="I", language="en", role="coordinator", party_code="CL", now=now)
        accounts.deactivate(ada, closed, now=now)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How long each password was that was compared with a hash; the comparison itself is the real one."""
    compared: list[int] = []
    real = auth.verify_password

    def counting(password: str, stored: str) -> bool:
        compared.append(len(password))
        return bool(real(password, stored))

    monkeypatch.setattr(auth, "verify_password", counting)
    return compared


def queued(settings: Settings) -> int:
    with redis.Redis.from_url(settings.redis_url) as queue:
        return int(queue.llen("celery"))


def test_a_wrong_password_costs_the_same_for_every_address(
    people: None, app: Flask, client: Browser, settings: Settings, hashed: list[int], count_queries: Callable[[], Any]
) -> None:
    work = set()
    with app.app_context():
        auth._nobodys_password()  # made once a process
    # The first of all tries also finds out what its connections can do.
    client.get("/en/sign-in").fill({"email": "first@example.org", "password": "x"}).press("Sign in", status=422)
    for email in EVERYBODY:
        page = client.get("/en/sign-in").fill({"email": email, "password": "not the password"})
        hashed.clear()
        before = queued(settings)
        with count_queries() as counted:
            answer = page.press("Sign in", status=422)
        shapes = tuple(statement.split("WHERE")[0] for statement in counted.statements)
        work.add((shapes, tuple(hashed), queued(settings) - before, tuple(answer.errors)))
    assert len(work) == 1, work
    (_, compared, mails, _), *_ = work
    assert compared == (len("not the password"),) and mails == 0


def test_forgetting_costs_the_same_for_every_address(
    people: None, app: Flask, client: Browser, settings: Settings, count_queries: Callable[[], Any]
) -> None:
    work = set()
    for email in EVERYBODY:
        page = client.get("/en/forgotten-password").fill({"email": email})
        before = queued(settings)
        with count_queries() as counted:
            answer = page.press("Send the link")
        work.add((tuple(counted.statements), queued(settings) - before, answer.main.replace(email.strip(), "")))
    assert len(work) == 1
    with app.app_context():
        tasks.sweep()
        told = db.session.scalars(select(Person.email).join(Entry, Entry.person_id == Person.id).where(
            Entry.fact == "person.reset_requested"
        )).all()  # fmt: skip
    assert sorted(told) == ["carla@example.org", "invited@example.org"]


def test_a_link_is_sent_at_most_once_a_minute(people: None, app: Flask, client: Browser) -> None:
    facts = []
    for _ in range(3):
        client.get("/en/forgotten-password").fill({"email": "carla@example.org"}).press("Send the link")
        with app.app_context():
            tasks.sweep()
            facts.append(db.session.scalars(select(Entry.id).where(Entry.fact == "person.reset_requested")).all())
    assert len(facts[0]) == 1 and facts == [facts[0]] * 3


@pytest.mark.parametrize(("address", "button", "status", "times"), [
    ("/en/sign-in", "Sign in", 422, 10), ("/en/forgotten-password", "Send the link", 200, 10),
])  # fmt: skip
def test_trying_has_an_end(
    people: None, client: Browser, address: str, button: str, status: int, times: int
) -> None:
    typed = {"email": "carla@example.org", **({"password": "guess"} if "sign-in" in address else {})}
    for _ in range(times):
        client.get(address).fill(typed).press(button, status=status)
    refused = client.get(address).fill(typed).press(button, status=429)
    assert refused.has("Too many tries", "Wait a few minutes") and "Traceback" not in refused.text
    client.get(address)  # reading the page is free


def test_guesses_at_one_address_do_not_shut_out_another(people: None, client: Browser, new_client: Callable[[], Browser]) -> None:
    for _ in range(10):
        client.get("/en/sign-in").fill({"email": "nobody@example.org", "password": "guess"}).press("Sign in", status=422)
    page = new_client().get("/en/sign-in").fill({"email": "carla@example.org", "password": PASSWORD}).press("Sign in")
    assert page.url == "/en/desk"


def test_guesses_from_elsewhere_shut_nobody_out_until_they_come_from_everywhere(
    people: None, client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "FROM_EVERYWHERE", "12 per hour")
    form = form_of(client.get("/en/sign-in"), "/en/sign-in", email="carla@example.org", password="guess")

    def guess(place: str, **typed: str) -> int:
        client._client.environ_base["REMOTE_ADDR"] = place
        return send(client, "/en/sign-in", {**form, **typed})[0]

    assert [guess("192.0.2.1") for _ in range(11)] == [422] * 10 + [429]
    assert [guess(f"192.0.2.{place}") for place in (2, 3)] == [422] * 2
    assert guess("192.0.2.4", password=PASSWORD) == 429


def test_public_pages_have_a_limit_that_can_be_set(app: Flask, client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "PUBLIC_READS_PER_MINUTE", 3)
    monkeypatch.setitem(app.extensions, "reads", reads.Reads())
    ask = app.test_client().get
    answers = [ask(address) for address in ("/en/", "/fr/", "/es/about") * 3]  # a new minute can begin once among them
    refused = [answer for answer in answers if answer.status_code != 200]
    assert [answer.status_code for answer in answers[:3]] == [200] * 3 and len(refused) >= 3
    assert {answer.status_code for answer in refused} == {429}
    assert {answer.headers["Cache-Control"] for answer in refused} == {"no-store"}
    assert ask("/en/", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 200
    monkeypatch.setitem(app.config, "PUBLIC_READS_PER_MINUTE", 0)
    client.get("/en/")


def test_each_minute_counts_anew(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "PUBLIC_READS_PER_MINUTE", 1)
    monkeypatch.setattr(reads, "MINUTE", 1e-9)  # of seconds: over before the next page
    assert [app.test_client().get("/en/about").status_code for _ in range(3)] == [200] * 3


def test_public_pages_ask_nothing_of_redis(app: Flask, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        away = create_app(replace(settings, redis_url=f"redis://127.0.0.1:{silent.getsockname()[1]}/0"))
        assert [away.test_client().get(address).status_code for address in ("/en/", "/fr/entries", "/es/about")] == [200] * 3
        assert select_sockets([silent], [], [], 0)[0] == []
