"""What two people, or two tabs of one, do at the same moment beside the steps: one order or the other, never a fault."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from review_app.extensions import db
from review_app.models import ContributionLink, Cycle, ImportText, Membership, Person, Proposal, Report
from review_app.models import published as tables
from review_app.operations import accounts, contributions, cycles, importing, leads, settling
from review_app.operations.answers import Typed
from review_app.permissions import SYSTEM
from review_app.queries.imports import unplaced
from review_app.queries.invariants import broken
from tests.moves import A_DAY, MOVES, REFUSALS, bring_to
from tests.people import make_person
from tests.racing import Race
from tests.servers import Ground
from tests.small_report import DUE, NOTE, NOW, SECTION, TOLD, Small, small_world

Raced = Callable[..., tuple[str, str]]


@pytest.fixture
def small(shared_app: Flask, settings: Settings, ground: Ground, tmp_path: Any) -> Iterator[Small]:
    note = NOTE.replace("code: thing,", "code: thing, role: title,")  # which an import asks for
    with small_world(shared_app, settings, ground, tmp_path, note=note) as made:
        yield made
        db.session.remove()
        assert broken() == {}


@pytest.fixture
def race(shared_app: Flask) -> Raced:
    """Runs two moves at once, or one of them twice; what became of each: what it answered, or the name of the refusal."""

    def outcome(move: Callable[[], Any]) -> str:
        try:
            result = move()
        except (*REFUSALS, contributions.LinkOver) as refusal:
            return type(refusal).__name__
        return str(result) if isinstance(result, str | bool | int) else "done"

    def run(first: Callable[[], Any], second: Callable[[], Any] | None = None) -> tuple[str, str]:
        db.session.remove()
        return Race(shared_app, partial(outcome, first), partial(outcome, second or first)).run()

    return run


def told(subject: str) -> list[str]:
    table = tables.publication.c
    return list(db.session.scalars(select(table.slug).where(table.subject.ilike(subject)).order_by(table.slug)))


def test_two_reports_of_one_address_published_at_once(small: Small, race: Raced) -> None:
    """Their subjects differ in what an address cannot show."""
    places = [bring_to(small, "taken", subject=subject) for subject in ("Arts for all", "ARTS for all")]
    first, second = (partial(MOVES["publish"], place) for place in places)
    assert race(first, second) == ("done", "done")
    plain, other = told("arts for all")
    assert (plain, other.rpartition("-")[0]) == ("chile-notes-arts-for-all", "chile-notes-arts-for-all")


@pytest.mark.parametrize("is_known", [False, True])
def test_one_address_invited_by_two_at_once(small: Small, race: Raced, is_known: bool) -> None:
    if is_known:
        make_person("nora", "reviewer")

    def by(nick: str) -> None:
        accounts.invite(
            small.person(nick), email="nora@example.org", name="Nora", language="en", role="administrator", now=NOW
        )

    assert race(partial(by, "ada"), partial(by, "alba")) == ("done", "done")
    nora = db.session.scalars(select(Person).where(Person.email == "nora@example.org")).one()
    assert sorted(one.role for one in nora.memberships) == ["administrator", *(["reviewer"] if is_known else [])]


def test_one_short_name_for_two_cycles(small: Small, race: Raced) -> None:
    def plan() -> None:
        cycles.plan_cycle(
            small.person("ada"), slug="twice", titles={"en": "Twice"}, questionnaire="note", edition="1", due_on=DUE, now=NOW
        )

    assert race(plan) == ("done", "Blocked")
    assert len(db.session.scalars(select(Cycle.id).where(Cycle.slug == "twice")).all()) == 1


def test_a_cycle_is_moved_once_and_a_report_expected_once(small: Small, race: Raced) -> None:
    def expect() -> None:
        cycles.expect(small.person("ada"), small.cycle_id, party_code="PE", subject="Music", now=NOW)

    def close() -> None:
        cycles.move_cycle(small.person("ada"), small.cycle_id, "close", seen=2, now=NOW)

    assert race(expect) == ("done", "Blocked")
    assert db.session.get_one(Cycle, small.cycle_id).row_version == 2
    assert race(close) == ("done", "Stale")
    assert race(close, expect) == ("Stale", "Blocked")


def test_a_later_date_is_given_once(small: Small, race: Raced) -> None:
    place = bring_to(small, "written")
    assert race(partial(MOVES["extend"], place)) == ("done", "Blocked")


@pytest.fixture
def cora(small: Small) -> int:
    """The second coordinator of Chile."""
    return make_person("cora", "coordinator", "CL").id


def coordinators() -> list[str]:
    mine = select(Person.name).join(Membership).where(Membership.party_code == "CL", Membership.role == "coordinator")
    return list(db.session.scalars(mine.order_by(Person.name)))


def ends_role(small: Small, nick: str, of: int) -> None:
    membership = db.session.scalars(select(Membership).where(Membership.person_id == of, Membership.role == "coordinator")).one()
    accounts.end_role(db.session.get_one(Person, small.people[nick]), membership, now=NOW)


def test_a_team_keeps_a_coordinator_when_both_leave_at_once(small: Small, cora: int, race: Raced) -> None:
    carla = small.people["carla"]
    assert race(partial(ends_role, small, "ada", carla), partial(ends_role, small, "alba", cora)) == ("done", "Denied")
    assert coordinators() == ["Cora"]


def test_a_team_keeps_a_coordinator_when_both_accounts_are_closed_at_once(small: Small, cora: int, race: Raced) -> None:
    def close(nick: str, person_id: int) -> None:
        accounts.deactivate(small.person(nick), db.session.get_one(Person, person_id), now=NOW)

    first, second = partial(close, "ada", small.people["carla"]), partial(close, "alba", cora)
    assert race(first, second) == ("done", "Denied")


def test_the_lead_is_handed_over_once(small: Small, race: Raced) -> None:
    """From two tabs, to two people."""

    def to(nick: str) -> None:
        successor = leads.Successor(f"{nick}@example.org", nick.capitalize(), "en")
        leads.hand_over(small.person("carla"), "CL", successor, note="", stays=False, now=NOW)

    assert race(partial(to, "caspar"), partial(to, "nora")) == ("done", "Denied")
    assert coordinators() == ["Caspar"]


@pytest.fixture
def link(small: Small) -> int:
    """A link to the report's section, open for ten days."""
    asked = contributions.Asked((SECTION, None, None), "Red", None, "en", "", (NOW + 10 * A_DAY).date())
    made: int = contributions.ask(small.person("carla"), small.report_id, asked, now=NOW).id
    return made


def by_link(link: int, words: str) -> str:
    mine = db.session.get_one(ContributionLink, link)
    (outcome,) = contributions.save_contribution(mine, [Typed(TOLD, words, 0, "en")], now=NOW)
    return outcome.result


def send(link: int) -> None:
    contributions.send_contribution(db.session.get_one(ContributionLink, link), writer="L", organisation="R", now=NOW)


def test_two_with_one_link_write_at_once(link: int, race: Raced) -> None:
    assert race(partial(by_link, link, "One."), partial(by_link, link, "Another.")) == ("saved", "conflict")


def test_a_link_that_is_withdrawn_or_sent_meanwhile_takes_nothing_more(small: Small, link: int, race: Raced) -> None:
    by_link(link, "One.")

    def withdraw() -> None:
        contributions.withdraw(small.person("carla"), small.report_id, link, now=NOW)

    assert race(partial(send, link)) == ("done", "LinkOver")
    assert race(partial(send, link), partial(by_link, link, "Later.")) == ("LinkOver", "LinkOver")
    assert race(withdraw, partial(by_link, link, "Later.")) == ("done", "LinkOver")


def test_a_contribution_is_decided_on_once(small: Small, cora: int, link: int, race: Raced) -> None:
    by_link(link, "One.")
    send(link)
    proposal = db.session.scalars(select(Proposal.id)).one()

    def accept() -> None:
        contributions.accept(small.person("carla"), small.report_id, proposal, seen=0, now=NOW)

    def decline() -> None:
        contributions.decline(db.session.get_one(Person, cora), small.report_id, proposal, reason="No.", now=NOW)

    assert race(accept, decline) == ("done", "NotFound")
    assert db.session.scalars(select(Proposal.outcome)).all() == ["accepted"]


def batch(small: Small, *names: str) -> int:
    given = [(f"{name}.txt", f"Title of the measure: {name}\n\nA law about {name}.".encode()) for name in names]
    made: int = importing.begin_with_files(
        small.person("ada"), given, cycle_id=small.cycle_id, group="things", party_code="PE", source="old", now=NOW
    ).id
    return made


def settled(batch_id: int) -> int:
    """Its text is read, and accepted."""
    importing.work_on(batch_id, now=NOW)
    text = db.session.scalars(select(ImportText).where(ImportText.batch_id == batch_id)).one()
    said = settling.Correction({"thing": text.name}, dict.fromkeys(unplaced(text), "out"), "PE", "things", "en", "Kept.")
    settling.settle_text(SYSTEM, text.id, said, seen=text.row_version, is_accepted=True, now=NOW)
    return batch_id


def test_two_workers_do_not_work_on_one_import(small: Small, race: Raced) -> None:
    one = batch(small, "Books", "Music")
    assert race(partial(importing.work_on, one, now=NOW)) == ("2", "0")
    assert race(partial(importing.tell_when_done, one, now=NOW)) == ("True", "False")


def test_two_imports_bring_texts_of_one_party_into_one_report(small: Small, race: Raced) -> None:
    one, two = settled(batch(small, "Books")), settled(batch(small, "Music"))
    assert race(partial(importing.work_on, one, now=NOW), partial(importing.work_on, two, now=NOW)) == ("1", "1")
    assert len(db.session.scalars(select(Report.id).where(Report.party_code == "PE")).all()) == 1

