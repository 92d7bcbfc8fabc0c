"""Verbs of the lead: a coordinator who leaves hands it over, and nothing stands still."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from review_app.extensions import db
from review_app.models import ContributionLink, Membership, Person, Report
from review_app.operations.accounts import end_role, invite
from review_app.operations.locks import hold_accounts
from review_app.permissions import Denied
from review_app.transaction import atomic, record
from workflows.messages import Message


@dataclass(frozen=True)
class Successor:
    """Who takes over: somebody of the team by address, or somebody new who is invited."""

    email: str
    name: str
    language: str


@atomic
def hand_over(actor: Person, party_code: str, successor: Successor, *, note: str, stays: bool, now: datetime) -> Person:
    """Make the successor coordinator, take the role from the actor, and tell both with the note. Raises Denied.

    Links that ask for contributions go over too. The actor stays as a contributor, or leaves the team.
    """
    mine = [m for m in actor.memberships if m.party_code == party_code and m.role == "coordinator"]
    if not mine:
        raise Denied(Message("Only a coordinator of the national team may do that. Ask yours to do it."))
    if successor.email.strip().lower() == actor.email:
        raise Denied(Message("Choose somebody else: you are the one who leaves."))
    person = invite(
        actor, email=successor.email, name=successor.name, language=successor.language, role="coordinator", party_code=party_code,
        now=now,
    )  # fmt: skip
    hold_accounts(actor, person)
    theirs = select(Report.id).where(Report.party_code == party_code)
    of_actor = ContributionLink.person_id == actor.id, ContributionLink.report_id.in_(theirs)
    db.session.execute(update(ContributionLink).where(*of_actor).values(person_id=person.id))
    for report in db.session.scalars(select(Report).where(Report.party_code == party_code, Report.state != "published")):
        record("report.lead_changed", actor=actor, now=now, report=report, person=person)
    told = {"role": "coordinator", "party": party_code, "letter": note, "from": actor.name}
    record("person.lead_handed_over", actor=actor, now=now, person=person, params=told)
    others = [m for m in actor.memberships if m.party_code == party_code and m.role != "coordinator"]
    if stays and not others:
        invite(
            actor, email=actor.email, name=actor.name, language=actor.language, role="contributor", party_code=party_code, now=now
        )
    _leave(actor, [*mine, *([] if stays else others)], now=now)
    return person


def _leave(actor: Person, memberships: list[Membership], *, now: datetime) -> None:
    """Contributor first: who is no coordinator any more cannot say who belongs to the team."""
    for membership in sorted(memberships, key=lambda one: one.role == "coordinator"):
        end_role(actor, membership, now=now)
