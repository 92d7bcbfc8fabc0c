"""Verbs about people: invite, join, reset, change, deactivate."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from review_app.extensions import db
from review_app.models import Entry, Membership, Person, ResetRequest, WebSession
from review_app.operations.locks import hold_accounts, hold_party
from review_app.operations.steps import release_all
from review_app.permissions import Actor, Denied, require
from review_app.queries.people import coordinators_but, person_by_email
from review_app.transaction import atomic, record, wake_sweeper
from workflows.messages import Message

PARTY_ROLES = ("contributor", "coordinator")
SEEN_FOR = timedelta(minutes=10)


def new_uniquifier() -> str:
    """64 random hex digits: changing a person's ends all their sessions and links."""
    return secrets.token_hex(32)


def _may_staff(actor: Actor, role: str, party_code: str | None) -> None:
    if isinstance(actor, Person) and not actor.is_administrator and party_code and role in PARTY_ROLES:
        if actor.active and actor.role_for(party_code) == "coordinator":
            return
        raise Denied(Message("Only a coordinator of this team, or an administrator, can say who belongs to it."))
    require(actor, "people.manage")


@atomic
def invite(
    actor: Actor,
    *,
    email: str,
    name: str,
    language: str,
    role: str,
    now: datetime,
    party_code: str | None = None,
    sections: Sequence[str] | None = None,
) -> Person:
    """Give a role to the person with this address, who is created when unknown, and tell them. Raises Denied.

    A reviewer who joins a party lets go of its reports.
    """
    _may_staff(actor, role, party_code)
    person = person_by_email(email) or _new_person(email, name.strip(), language, now)
    if not person.active:
        raise Denied(Message("This person was deactivated. Reactivate the account before inviting them again."))
    hold_accounts(person)
    existing = next((m for m in person.memberships if (m.party_code, m.role) == (party_code, role)), None)
    scope = sorted(set(sections)) if sections and role == "contributor" else None
    if existing:
        existing.sections = scope
    else:
        person.memberships.append(Membership(party_code=party_code, role=role, sections=scope))
    person.invited_at = person.invited_at or now
    db.session.flush()
    record(
        "person.invited",
        actor=actor,
        now=now,
        person=person,
        params={"role": role, "party": party_code, "sections": scope},
    )
    if party_code:
        release_all(person, now=now, party_code=party_code)
    return person


def _new_person(email: str, name: str, language: str, now: datetime) -> Person:
    """Somebody unknown. Of two who invite them at once the second waits for the first, and finds them there."""
    row = {
        "email": email.strip().lower(), "name": name, "language": language, "fs_uniquifier": new_uniquifier(), "invited_at": now,
    }  # fmt: skip
    db.session.execute(insert(Person).values(row).on_conflict_do_nothing(index_elements=["email"]))
    return db.session.scalars(select(Person).where(Person.email == row["email"])).one()


@atomic
def end_role(actor: Actor, membership: Membership, *, now: datetime) -> None:
    """Take one role from a person. What they wrote stays theirs. Raises Denied.

    A team keeps a coordinator, and nobody gives up the office of administrator alone. A reviewer lets go of what they hold.
    """
    person, role, party_code = membership.person, membership.role, membership.party_code
    hold_accounts(actor, person)
    if party_code:
        hold_party(party_code)
    _may_staff(actor, role, party_code)
    if role == "administrator" and person is actor:
        raise Denied(Message("You cannot take this role from yourself. Another administrator can."))
    if role == "coordinator" and party_code:
        _keep_a_coordinator(person, party_code)
    person.memberships.remove(membership)
    db.session.delete(membership)
    record("person.role_ended", actor=actor, now=now, person=person, params={"role": role, "party": party_code})
    if not person.is_reviewer:
        release_all(person, now=now)


def _keep_a_coordinator(person: Person, party_code: str) -> None:
    """The caller holds the party, so that of two who leave at once the second sees that the first has gone."""
    if not coordinators_but(person, party_code):
        raise Denied(Message("This is the team's only coordinator. Invite another one first."))


@atomic
def ask_again(person: Person, *, now: datetime) -> None:
    """Send a fresh invitation to somebody who has not joined yet; nothing happens for anybody else."""
    if person.active and not person.password:
        record("person.invited", actor=person, now=now, person=person, params={"again": True})


@atomic
def join(person: Person, *, name: str, password: str, language: str, now: datetime) -> None:
    """Accept an invitation. `password` is already hashed."""
    person.name, person.password, person.language = name.strip(), password, language
    person.joined_at = person.joined_at or now
    record("person.joined", actor=person, now=now, person=person)


@atomic
def request_reset(email: str, *, now: datetime) -> None:
    """Note that somebody asked for a new password. The same for every address: who is known is looked up by the sweeper."""
    row = insert(ResetRequest).values(email=email.strip().lower()[:254], created_at=now)
    db.session.execute(row.on_conflict_do_nothing())
    wake_sweeper()


@atomic
def answer_resets(now: datetime) -> None:
    """Have a reset link sent to each known, active person who asked, at most one a minute. Unknown addresses are forgotten."""
    asked = db.session.scalars(delete(ResetRequest).returning(ResetRequest.email)).all()
    for person in db.session.scalars(select(Person).where(Person.email.in_(asked), Person.active).order_by(Person.id)):
        of_them = Entry.fact == "person.reset_requested", Entry.person_id == person.id
        last = db.session.scalar(select(func.max(Entry.created_at)).where(*of_them))
        if last is None or now - last >= timedelta(minutes=1):
            record("person.reset_requested", actor=person, now=now, person=person)


@atomic
def set_password(person: Person, *, password: str, now: datetime) -> None:
    """Set a hashed password and end every session of the person."""
    person.password = password
    person.joined_at = person.joined_at or now
    _end_sessions(person, now=now)
    record("person.password_changed", actor=person, now=now, person=person)


@atomic
def change_account(person: Person, *, name: str, language: str, time_zone: str) -> None:
    """Change how the system addresses a person."""
    person.name, person.language, person.time_zone = name.strip(), language, time_zone


def seen(person: Person, *, now: datetime) -> None:
    """Note that the person was here, unless that was noted within `SEEN_FOR`."""
    if person.last_seen_at is None or now - person.last_seen_at > SEEN_FOR:
        _note_visit(person, now)


@atomic
def _note_visit(person: Person, now: datetime) -> None:
    person.last_seen_at = now


@atomic
def deactivate(actor: Actor, person: Person, *, now: datetime) -> None:
    """Close an account: sessions end, reports they had taken are released. What they wrote stays theirs."""
    hold_accounts(actor, person)
    require(actor, "people.manage")
    if person is actor:
        raise Denied(Message("You cannot deactivate your own account. Another administrator can."))
    for membership in person.memberships:
        if membership.role == "coordinator" and membership.party_code:
            hold_party(membership.party_code)
            _keep_a_coordinator(person, membership.party_code)
    person.active = False
    _end_sessions(person, now=now)
    record("person.deactivated", actor=actor, now=now, person=person)
    release_all(person, now=now)


@atomic
def reactivate(actor: Actor, person: Person, *, now: datetime) -> None:
    """Open a closed account again."""
    require(actor, "people.manage")
    person.active = True
    record("person.reactivated", actor=actor, now=now, person=person)


def _end_sessions(person: Person, *, now: datetime) -> None:
    person.fs_uniquifier = new_uniquifier()
    theirs = WebSession.person_id == person.id, WebSession.expires_at > now
    db.session.execute(update(WebSession).where(*theirs).values(content={}, expires_at=now))
