"""Requests of which nothing stays: the application on one connection, whose transaction the test undoes."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import Connection, text
from werkzeug.test import TestResponse

from config import Settings
from review_app import sessions, transaction
from review_app.extensions import db, limiter
from review_app.operations import accounts
from review_app.queries.invariants import broken
from review_app.web import auth
from tests.browser import Browser
from tests.databases import empty
from tests.people import sign_in
from tests.servers import Ground
from tests.world import PEOPLE, World, make_world, seal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# gone's, so that nothing but the mark on the account keeps them out: see `seal`.
LIVES_ON = "a closed account has a session that still fits it"
EVERYBODY = ("nobody", *PEOPLE)


@dataclass
class Answer:
    """What came back, and whether the database was another one afterwards."""

    status: int
    place: str
    body: bytes
    has_changed: bool
    bare: tuple[str, ...]  # the headers it should have had


class Undone:
    """The application on one connection, whose transaction is undone after each request."""

    def __init__(self, app: Flask, world: World, connection: Connection, base_url: str) -> None:
        self.app, self.world, self.connection, self.base_url = app, world, connection, base_url
        self.cookies: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.asked: Counter[str] = Counter()
        self.under_way: list[str] = []  # paths of requests that came and are not answered
        self.turn = threading.RLock()  # requests and statements of any thread in turn, since all share the connection
        self.untouched = self.checksum()
        self.connection.rollback()

    def ask(
        self,
        nick: str,
        method: str,
        address: str,
        data: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        is_script: bool = False,
    ) -> Answer:
        """One request by a person, with the token of their session when it sends something; by a script as JSON pairs."""
        client = self.app.test_client(use_cookies=False)
        self.asked[nick] += 1
        keys = {"csrf_token": self.tokens[nick], "once": f"{self.asked.total()}.x"}
        sent = {**keys, **(data or {})} if method == "POST" else None
        content = {"json": [[name, str(text)] for name, text in (sent or {}).items()]} if is_script else {"data": sent}
        transaction = None if self.connection.in_transaction() else self.connection.begin()
        try:
            response = client.open(
                address, method=method, **content, base_url=self.base_url,
                headers={"Cookie": f"session={self.cookies[nick]}", **(headers or {})},
            )  # fmt: skip
            answer = Answer(
                response.status_code, response.headers.get("Location", ""), response.data, self._has_changed(),
                tuple(missing_headers(response)),
            )  # fmt: skip
            response.close()
            return answer
        finally:
            if transaction:
                transaction.rollback()

    def browser(self, nick: str) -> Browser:
        """The person at a browser, signed in; of what it sends nothing stays when it is used within `together`."""
        browser = Browser(self.app, self.base_url, is_hasty=True)
        host = urlsplit(self.base_url).hostname or "localhost"
        browser._client.set_cookie("session", self.cookies[nick], domain=host)
        return browser

    @contextmanager
    def together(self) -> Iterator[Connection]:
        """Several requests in one transaction: each finds what the ones before it did."""
        with self.turn:
            transaction = self.connection.begin()
        try:
            yield self.connection
        finally:
            with self.turn:
                transaction.rollback()

    def rows(self, tables: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """Table -> its rows, as they are within the transaction."""
        found = {}
        for name in tables:
            query = text(f"select to_jsonb(t) from {name} t order by to_jsonb(t)::text")
            found[name] = list(self.connection.scalars(query))
        return found

    def changed_tables(self) -> list[str]:
        """The tables that are not what they were at the beginning."""
        return [now[0] for now, before in zip(self.checksum(), self.untouched, strict=True) if now != before]

    def _has_changed(self) -> bool:
        # Without an id of its own a transaction has written nothing at all.
        if self.connection.scalar(text("select pg_current_xact_id_if_assigned()")) is None:
            return False
        return self.checksum() != self.untouched

    def checksum(self) -> Any:
        """One row for each table: how many rows, and a digest of all they hold."""
        digest = "select '{0}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) from {0} t"
        query = " union all ".join(digest.format(name) for name in self._tables())
        return [tuple(row) for row in self.connection.execute(text(query + " order by 1"))]

    def _tables(self) -> Sequence[str]:
        """All but the sessions, which may hold a message to the person, and what forms were answered."""
        return self.connection.scalars(text(
            "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('public', 'published') "
            "and tablename not in ('web_session', 'answered_form', 'alembic_version') order by 1"
        )).all()  # fmt: skip


def missing_headers(response: TestResponse) -> Iterator[str]:
    """Which of the headers are wrong that every answer has, whatever it is."""
    headers = response.headers
    policy = headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "'unsafe" in policy or "*" in policy:
        yield f"Content-Security-Policy: {policy}"
    told = "no-referrer" if "/contribute/" in response.request.path else "same-origin"
    for name, value in (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", told)):
        if headers.get(name) != value:
            yield name
    kept = headers.get("Cache-Control", "")
    if kept != "no-store" and "Set-Cookie" in headers:
        yield "Set-Cookie on a page that caches keep"
    if kept != "no-store" and not kept.startswith("public") and "/static/" not in response.request.path:
        yield f"Cache-Control: {kept}"


class _OneConnection:
    """In place of an engine: every connection is the one whose transaction will be undone."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        yield self._connection


def _one_at_a_time(app: "WSGIApplication", undone: Undone) -> "WSGIApplication":
    def answer(environ: Any, start: Any) -> Any:
        undone.under_way.append(environ["PATH_INFO"])
        try:
            with undone.turn:
                # A script may send what nobody waits for any more, after all was undone.
                late = None if undone.connection.in_transaction() else undone.connection.begin()
                try:
                    return app(environ, start)
                finally:
                    if late:
                        late.rollback()
        finally:
            undone.under_way.remove(environ["PATH_INFO"])

    return answer


@contextmanager
def undone_world(app: Flask, settings: Settings, ground: Ground) -> Iterator[Undone]:
    """The world of tests/world.py, built once, with everybody signed in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limiter, "enabled", False)
        patch.setitem(app.config, "PUBLIC_READS_PER_MINUTE", 0)
        patch.setattr(auth, "FORGOT_TAKES", 0)
        patch.setattr(accounts, "SEEN_FOR", timedelta.max)  # however long the tests take, nobody's page notes a visit
        world, browsers = _built(app, settings)
        with app.app_context():
            engine = db.engine
        with engine.connect() as connection:
            patch.setitem(db._app_engines[app], None, connection)
            patch.setattr(app.session_interface, "_engine", _OneConnection(connection))
            patch.setitem(db.session.session_factory.kw, "join_transaction_mode", "create_savepoint")
            for module in (sessions, transaction):  # one transaction holds all here, so no page reads without one
                patch.setattr(module, "start_reading", lambda: None)
            asked = Undone(app, world, connection, settings.public_base_url)
            patch.setattr(app, "wsgi_app", _one_at_a_time(app.wsgi_app, asked))
            for nick, browser in browsers.items():
                asked.cookies[nick] = browser.cookie("session") or ""
                asked.tokens[nick] = _token(browser)
            yield asked
    with app.app_context():
        found = set(broken())
        db.session.remove()
    empty(settings, ground)
    assert found == {LIVES_ON}, "what was undone left something, or the world was not whole"


def _built(app: Flask, settings: Settings) -> tuple[World, dict[str, Browser]]:
    browsers = {nick: Browser(app, settings.public_base_url) for nick in EVERYBODY}
    with app.app_context():
        world = make_world()
    for nick, browser in browsers.items():
        browser.get("/en/sign-in") if nick == "nobody" else sign_in(browser, nick)
    with app.app_context():
        seal(world)
    return world, browsers


def _token(browser: Browser) -> str:
    assert browser.page
    return str(browser.page.select("input[name=csrf_token]")[0]["value"])
