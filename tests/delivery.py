"""Makers for the tests of delivery: one open cycle with one report, its team and the secretariat."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from review_app import tasks
from review_app.extensions import db
from review_app.models import ContributionLink, Cycle, Dispatch, Entry, Membership, Notice, Party, Person, Report
from review_app.transaction import atomic, record

NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)


@dataclass(frozen=True)
class World:
    """Ids: objects would be tied to one session."""

    report: int
    coordinator: int
    reviewer: int
    newcomer: int


@atomic
def make_world(*, state: str = "review", due_on: date | None = date(2027, 6, 30)) -> World:
    db.session.add(Party(code="CL", names={"en": "Chile", "fr": "Chili", "es": "Chile"}))
    db.session.flush()
    people = [
        _person("rosa", "Rosa Díaz", "coordinator", "CL"),
        _person("ines", "Inès Martin", "reviewer", None),
        _person("new", "Nuria <b>Soto</b>", "contributor", "CL", password=None),
    ]
    cycle = Cycle(
        slug="qpr-2027", titles={"en": "Periodic reports 2027", "fr": "Rapports périodiques 2027"}, questionnaire="qpr",
        edition="2019", state="open", opened_at=NOW, checksum="0" * 64, due_on=due_on,
        due_zone="America/Santiago",
    )  # fmt: skip
    db.session.add(cycle)
    db.session.flush()
    is_draft, is_back = state == "draft", state == "revision"
    report = Report(
        cycle_id=cycle.id, party_code="CL", state=state, due_on=due_on, due_zone=cycle.due_zone, round=0 if is_draft else 1,
        first_submitted_at=None if is_draft else NOW, reviewer_id=None if is_draft else people[1].id,
        returned_at=NOW if is_back else None,
    )  # fmt: skip
    db.session.add(report)
    db.session.flush()
    return World(report.id, *(person.id for person in people))


def _person(nick: str, name: str, role: str, party: str | None, password: str | None = "x") -> Person:
    person = Person(email=f"{nick}@example.org", name=name, fs_uniquifier=nick * 8, password=password)
    person.memberships.append(Membership(role=role, party_code=party))
    db.session.add(person)
    db.session.flush()
    return person


@atomic
def state(fact: str, world: World, *, actor: int | None = None, now: datetime = NOW, **params: Any) -> int:
    """State a fact about the report (or, for person facts, the newcomer); returns the entry's id."""
    who = db.session.get_one(Person, actor or world.coordinator)
    if fact.startswith("person."):
        person = db.session.get_one(Person, world.newcomer)
        return record(fact, actor=who, now=now, person=person, params=params)
    is_by_link = fact.startswith(("contribution.", "declaration."))
    link = _link(who, world.report, message=params.get("letter", "")) if is_by_link else None
    report = db.session.get_one(Report, world.report)
    about = db.session.get_one(Person, world.newcomer) if fact == "file.refused" else None
    return record(fact, actor=who, now=now, report=report, person=about, link=link, params=params)


def _link(who: Person, report_id: int, *, message: str) -> ContributionLink:
    """To somebody outside, in the language of who asks."""
    link = ContributionLink(
        report_id=report_id, section="civil_society", name="Red", email="red@example.org", language=who.language, message=message,
        shows_answers=False, expires_at=NOW + timedelta(days=9), person_id=who.id, created_at=NOW, writer="", organisation="",
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    return link


@atomic
def change(kind: type[Any], key: int, **values: Any) -> None:
    """Change one row as an operation would."""
    for name, value in values.items():
        setattr(db.session.get_one(kind, key), name, value)


def mails(entry_id: int) -> list[Notice]:
    """The mail notices of an entry as the database has them now."""
    db.session.rollback()
    query = db.select(Notice).where(Notice.entry_id == entry_id, Notice.channel == "mail").order_by(Notice.person_id)
    return list(db.session.scalars(query))


def dispatch(entry_id: int) -> Dispatch:
    db.session.rollback()
    return db.session.get_one(Dispatch, entry_id)


__all__ = ["NOW", "Entry", "World", "change", "dispatch", "mails", "make_world", "state"]


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What would have been queued, instead of a queue."""
    found: list[tuple[str, Any]] = []
    monkeypatch.setattr(tasks, "_ring", lambda task, *args: found.append((task.name.rpartition(".")[2], *args)))
    return found
