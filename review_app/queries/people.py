"""Reads about people: who is who, and who belongs to an audience of `notices`."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from review_app.extensions import db
from review_app.models import Entry, Membership, Party, Person, Report


def person_by_email(email: str) -> Person | None:
    """The person with this address, whatever its case."""
    return db.session.scalar(select(Person).where(Person.email == email.strip().lower()))


def person_with_id(person_id: int) -> Person | None:
    """The person, if there is one."""
    return db.session.get(Person, person_id)


@dataclass(frozen=True)
class Credentials:
    """What signing in compares. `password` is hashed, or None before the invitation was accepted."""

    id: int
    password: str | None
    active: bool


def credentials_of(email: str) -> Credentials | None:
    """In one statement, whether the address is known or not."""
    query = select(Person.id, Person.password, Person.active).where(Person.email == email.strip().lower())
    row = db.session.execute(query).one_or_none()
    return Credentials(*row) if row else None


def parties() -> list[Party]:
    """Every active party by code."""
    return list(db.session.scalars(select(Party).where(Party.is_active).order_by(Party.code)))


def team_of(party_code: str) -> list[Person]:
    """The active people of a party, by name."""
    return list(
        db.session.scalars(
            select(Person)
            .join(Membership)
            .options(selectinload(Person.memberships).lazyload(Membership.party))
            .where(Membership.party_code == party_code, Person.active)
            .distinct()
            .order_by(Person.name)
        )
    )


def coordinators_but(person: Person, party_code: str) -> set[int]:
    """The ids of the party's other active coordinators."""
    return _members(("coordinator",), party_code) - {person.id}


def membership_with_id(membership_id: int, *, party_code: str | None = None) -> Membership | None:
    """One role of a person, if there is one; with a party only one of its team."""
    membership = db.session.get(Membership, membership_id)
    return membership if membership and party_code in (None, membership.party_code) else None


def _members(roles: Iterable[str], party_code: str | None) -> set[int]:
    query = select(Membership.person_id).join(Person).where(Membership.role.in_(list(roles)), Person.active)
    query = (
        query.where(Membership.party_code == party_code) if party_code else query.where(Membership.party_code.is_(None))
    )
    return set(db.session.scalars(query))


def audience(name: str, *, entry: Entry, report: Report | None) -> set[int]:
    """The ids of the active people an audience names. Raises KeyError for an unknown audience.

    Secretariat audiences leave out the actor and anybody of the report's own party.
    """
    party = report.party_code if report else None
    if name == "person":
        return {entry.person_id} if entry.person_id else set()
    if name == "team":
        return _members(("contributor", "coordinator"), party) if party else set()
    if name == "coordinators":
        return _members(("coordinator",), party) if party else set()
    found = {
        "reviewers": lambda: _members(("reviewer",), None),
        "administrators": lambda: _members(("administrator",), None),
        "reviewer": lambda: {report.reviewer_id} if report and report.reviewer_id else set(),
        "previous_reviewer": lambda: (
            {entry.params["previous_reviewer_id"]} if entry.params.get("previous_reviewer_id") else set()
        ),
    }[name]()
    own = _members(("contributor", "coordinator"), party) if party else set()
    return {person for person in found if person} - own - ({entry.actor_id} if entry.actor_id else set())
