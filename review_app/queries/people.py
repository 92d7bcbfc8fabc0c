"""Reads about people: who is who, and who belongs to an audience of `notices`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from review_app.extensions import db
from review_app.models import Membership, Party, Person, Report


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
    return {one for one, role, of_party in _members(party_code) if of_party and role == "coordinator"} - {person.id}


def membership_with_id(membership_id: int, *, party_code: str | None = None) -> Membership | None:
    """One role of a person, if there is one; with a party only one of its team."""
    membership = db.session.get(Membership, membership_id)
    return membership if membership and party_code in (None, membership.party_code) else None


def audience(names: Iterable[str], *, fact: Mapping[str, Any], report: Report | None) -> set[int]:
    """The ids of the active people whom audiences name together; `fact`: the columns of its entry. One query at most.

    Raises KeyError for an unknown audience. Secretariat audiences leave out the actor and anybody of the report's own party.
    """
    asked, party = set(names), report.party_code if report else None
    members = _members(party) if asked - {"person", "actor", "receiver"} else set()
    team: set[int | None] = {person_id for person_id, _, of_party in members if of_party}
    found: dict[str, set[int | None]] = {
        "person": {fact["person_id"]},
        "actor": {fact["actor_id"] if fact["actor_kind"] == "person" else None},
        "receiver": set(),  # of a link, who is no person of ours
        "team": team,
        "coordinators": {person_id for person_id, role, of_party in members if of_party and role == "coordinator"},
        "reviewers": {person_id for person_id, role, of_party in members if not of_party and role == "reviewer"},
        "administrators": {person_id for person_id, role, of_party in members if not of_party and role == "administrator"},
        "reviewer": {report.reviewer_id if report else None},
        "previous_reviewer": {fact["params"].get("previous_reviewer_id")},
    }
    told: set[int | None] = set()
    for name in asked:
        told |= found[name] if name in _AMONG_THEMSELVES else found[name] - team - found["actor"]
    return {person_id for person_id in told if person_id}


_AMONG_THEMSELVES = ("person", "actor", "team", "coordinators")


def _members(party_code: str | None) -> set[tuple[int, str, bool]]:
    """Who is active in the party and in the secretariat: the person, the role, and whether it is one of the party."""
    of_party = Membership.party_code.is_not(None)
    here = or_(Membership.party_code.is_(None), Membership.party_code == party_code)
    query = select(Membership.person_id, Membership.role, of_party).join(Person).where(Person.active, here)
    return {(person_id, role, is_of_party) for person_id, role, is_of_party in db.session.execute(query)}
