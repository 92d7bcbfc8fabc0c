"""The smallest report there can be, and its people: for tests that take thousands of steps, or two at the same time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from psycopg.pq import ExecStatus
from sqlalchemy import Connection, select

from config import Settings
from review_app import transaction
from review_app.checks.engine import check
from review_app.extensions import db
from review_app.models import Person, Report
from review_app.operations import cycles
from review_app.permissions import SYSTEM
from review_app.queries.answers import sheet_of
from review_app.questionnaire.library import library
from tests.databases import empty
from tests.people import add_parties, make_person
from tests.servers import Ground

NOTE = """
name: note
edition: "1"
title: {en: Note, fr: Note, es: Nota}
summary: {en: A note., fr: Une note., es: Una nota.}
declaration: {en: I stand by it., fr: Je m’en porte garant., es: Respondo de ello.}
sections:
  - code: all
    title: {en: The note, fr: La note, es: La nota}
    questions:
      - {code: told, type: text, label: {en: What is told, fr: Ce qui est dit, es: Lo que se dice}, required: true}
      - {code: aside, type: text, label: {en: Aside, fr: En passant, es: De paso}}
      - code: things
        type: group
        lasting: true
        title_question: thing
        label: {en: Things, fr: Choses, es: Cosas}
        item_label: {en: Thing, fr: Chose, es: Cosa}
        questions:
          - {code: thing, type: text, label: {en: Name, fr: Nom, es: Nombre}}
"""
SECTION, TOLD = "all", "told"
NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
DUE = date(2027, 6, 30)
# nick -> (role, party). The report is Chile's.
CAST: dict[str, tuple[str, str | None]] = {
    "carla": ("coordinator", "CL"), "caspar": ("contributor", "CL"), "rita": ("reviewer", None), "rolf": ("reviewer", None),
    "ada": ("administrator", None), "alba": ("administrator", None), "pia": ("coordinator", "PE"),
}  # fmt: skip


@dataclass(frozen=True)
class Small:
    """Ids: objects would be tied to one session. `gap`: the fingerprint of the finding that nothing is told yet."""

    people: dict[str, int]
    cycle_id: int
    report_id: int
    gap: str

    def person(self, nick: str) -> Person:
        return db.session.get_one(Person, self.people[nick])

    def actor(self, nick: str) -> Person:
        """As a request has its person: read once, and nobody else's from then on."""
        person = self.person(nick)
        db.session.refresh(person)
        for one in (*person.memberships, person):  # read now, there is no session later
            db.session.expunge(one)
        return person


@contextmanager
def small_world(app: Flask, settings: Settings, ground: Ground, folder: Path, *, note: str = NOTE) -> Iterator[Small]:
    """One open cycle with one draft of Chile, and its people. No doorbell is rung: nobody works here."""
    (folder / "note.yaml").write_text(note, encoding="utf-8")
    library.configure((folder / "note.yaml",))
    try:
        with pytest.MonkeyPatch.context() as patch, app.app_context():
            patch.setattr(transaction, "_send", lambda task, *args: True)
            yield _made()
            db.session.remove()
    finally:
        library.configure(settings.questionnaire_paths)
        empty(settings, ground)


def _made() -> Small:
    add_parties()
    people = {nick: make_person(nick, role, party).id for nick, (role, party) in CAST.items()}
    cycle = cycles.plan_cycle(
        SYSTEM, slug="notes", titles={"en": "Notes"}, questionnaire="note", edition="1", due_on=DUE, expected=[("CL", "")],
        starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), now=NOW,
    )  # fmt: skip
    cycle = cycles.move_cycle(SYSTEM, cycle.id, "open", seen=cycle.row_version, now=NOW)
    report = db.session.scalars(select(Report)).one()
    (gap,) = check(sheet_of(report))
    assert gap.severity == "error"
    return Small(people, cycle.id, report.id, gap.fingerprint)


SAVEPOINTS = {
    "do_savepoint": "savepoint", "do_rollback_to_savepoint": "rollback to savepoint", "do_release_savepoint": "release savepoint",
}  # fmt: skip


def _at_once(command: str, connection: Connection, name: str) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    result = driver.pgconn.exec_(f"{command} {name}".encode())
    assert result.status == ExecStatus.COMMAND_OK, result.error_message


@contextmanager
def undone(app: Flask) -> Iterator[Connection]:
    """Whatever operations commit meanwhile lies inside one transaction, which is taken back at the end.

    What was read before stays in the session: operations must look again at whatever others may have changed.
    Savepoints stand for commits. They go straight to the server: psycopg would forget its prepared statements at each
    rollback, and thousands of steps would have all their queries planned again.
    """
    db.session.remove()
    with db.engine.connect() as connection, pytest.MonkeyPatch.context() as patch:
        patch.setitem(db._app_engines[app], None, connection)
        patch.setitem(db.session.session_factory.kw, "join_transaction_mode", "create_savepoint")
        patch.setitem(db.session.session_factory.kw, "expire_on_commit", False)
        for method, command in SAVEPOINTS.items():
            patch.setattr(db.engine.dialect, method, partial(_at_once, command))
        whole = connection.begin()
        connection.exec_driver_sql("select 1")  # psycopg begins with the first statement that it sees
        try:
            yield connection
        finally:
            db.session.remove()
            whole.rollback()
