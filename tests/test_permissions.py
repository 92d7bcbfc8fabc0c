"""Who may what: every kind of person against every state of a report, and the same answer from the table and from SQL."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from review_app.extensions import db as database
from review_app.models import ContributionLink, Cycle, Membership, Party, Person, Report
from review_app.permissions import ACTIONS, SYSTEM, Actor, Denied, can, relations, require, visible_to
from review_app.transaction import atomic
from workflows.states import State

pytestmark = pytest.mark.by_hand("a report is put into each state", "reports", "reviews", "published")

NOW = datetime(2026, 6, 1, tzinfo=UTC)
EVERY = frozenset(State)
WRITING, SUBMITTED = {State.DRAFT, State.REVISION}, {State.REVIEW, State.REVISION, State.PUBLISHED}

# nick -> (role, party) of each membership. rolf holds every report that is in review.
PEOPLE: dict[str, tuple[tuple[str, str | None], ...]] = {
    "ada": (("administrator", None),),
    "rita": (("reviewer", None),),
    "rolf": (("reviewer", None),),
    "carla": (("coordinator", "CL"),),
    "caspar": (("contributor", "CL"),),
    "pia": (("coordinator", "PE"),),
    "nora": (),
    "gone": (("coordinator", "CL"),),
    "rafa": (("reviewer", None), ("contributor", "CL")),
    "alba": (("administrator", None), ("coordinator", "PE")),
}

# What each may do with Chile's report, and in which states. Whoever is not named may do nothing.
ALLOWED: dict[str, dict[str, set[State] | frozenset[State]]] = {
    "report.read": {
        "ada": EVERY, "alba": EVERY, "carla": EVERY, "caspar": EVERY, "rafa": EVERY, "system": EVERY,
        "rita": SUBMITTED, "rolf": SUBMITTED,
    },
    "report.read_answers": {"carla": EVERY, "caspar": EVERY, "rafa": EVERY, "system": EVERY},
    "report.review": {"ada": SUBMITTED, "alba": SUBMITTED, "rita": SUBMITTED, "rolf": SUBMITTED},
    "report.write": {"carla": WRITING, "caspar": WRITING, "rafa": WRITING, "system": WRITING},
    "report.submit": {"carla": {State.DRAFT}},
    "report.resubmit": {"carla": {State.REVISION}},
    "report.withdraw": {"carla": {State.REVIEW}},
    "report.take": {"rita": {State.REVIEW}, "rolf": {State.REVIEW}},
    "report.release": {"rolf": {State.REVIEW}, "ada": {State.REVIEW}, "alba": {State.REVIEW}, "system": {State.REVIEW}},
    "report.return": {"rolf": {State.REVIEW}},
    "report.recall": {"rita": {State.REVISION}, "rolf": {State.REVISION}},
    "report.publish": {"rolf": {State.REVIEW}},
    "report.comment": {"rita": SUBMITTED, "rolf": SUBMITTED},
    "report.draft_points": {"rolf": {State.REVIEW}},
    "report.answer_points": {"carla": {State.REVISION}, "caspar": {State.REVISION}, "rafa": {State.REVISION}},
    "report.answer_finding": {"carla": WRITING, "caspar": WRITING, "rafa": WRITING},
    "report.invite": {"carla": EVERY},
    "report.extend": {"ada": WRITING, "alba": WRITING},
    "report.oversee": {"ada": EVERY, "alba": EVERY},
    "report.import": {"ada": EVERY, "alba": EVERY, "system": EVERY},
    "report.check": {"system": EVERY},
    "report.ask": {"carla": EVERY},
    "contribution.write": {},  # by a link only, see below
    "declaration.make": {},  # by a link only, see below
}  # fmt: skip
WITHOUT_SUBJECT = {
    "desk.see": {"carla", "caspar", "pia", "rafa", "alba"},
    "review.see": {"ada", "rita", "rolf", "rafa", "alba"},
    "office.see": {"ada", "alba"},
    "cycle.manage": {"ada", "alba", "system"},
    "people.manage": {"ada", "alba", "system"},
    "import.manage": {"ada", "alba", "system"},
    "rules.manage": {"ada", "alba"},
}


@pytest.fixture
def world(db: Any) -> dict[str, Actor | None]:
    """Everybody of PEOPLE, the system and nobody at all; Chile and Peru with a report in each state."""
    _make()
    return {
        **{person.email.split("@")[0]: person for person in database.session.scalars(select(Person))},
        "system": SYSTEM,
        "nobody": None,
    }


@atomic
def _make() -> None:
    for code in ("CL", "PE"):
        database.session.add(Party(code=code, names={"en": code}))
    cycle = Cycle(
        slug="c", titles={"en": "C"}, questionnaire="programme-monitoring", edition="2026", state="open", opened_at=NOW,
        checksum="0" * 64,
    )  # fmt: skip
    database.session.add(cycle)
    database.session.flush()
    for nick, memberships in PEOPLE.items():
        person = Person(email=f"{nick}@example.org", name=nick, fs_uniquifier=nick * 8, active=nick != "gone")
        person.memberships.extend(Membership(role=role, party_code=party) for role, party in memberships)
        database.session.add(person)
    database.session.flush()
    rolf = database.session.scalars(select(Person.id).where(Person.email == "rolf@example.org")).one()
    for code in ("CL", "PE"):
        for state in State:
            database.session.add(_report(cycle.id, code, state, rolf))


def _report(cycle_id: int, party: str, state: State, holder: int) -> Report:
    was_sent = None if state == State.DRAFT else NOW
    is_held = state != State.DRAFT
    return Report(
        cycle_id=cycle_id, party_code=party, subject=state.value, state=state.value, round=1 if is_held else 0,
        first_submitted_at=was_sent, submitted_at=was_sent, reviewer_id=holder if is_held else None,
        taken_at=NOW if is_held else None, returned_at=NOW if state == State.REVISION else None,
        published_at=NOW if state == State.PUBLISHED else None,
    )  # fmt: skip


def _reports(party: str) -> dict[State, Report]:
    found = database.session.scalars(select(Report).where(Report.party_code == party))
    return {State(report.state): report for report in found}


def test_the_table_says_what_it_is_meant_to_say(world: dict[str, Actor | None]) -> None:
    reports = _reports("CL")
    for action, allowed in ALLOWED.items():
        for nick, actor in world.items():
            states = {state for state, report in reports.items() if can(actor, action, report)}
            assert states == set(allowed.get(nick, set())), f"{nick} and {action}"


def test_what_needs_no_report_goes_by_role(world: dict[str, Actor | None]) -> None:
    for action, allowed in WITHOUT_SUBJECT.items():
        assert {nick for nick, actor in world.items() if can(actor, action)} == allowed, action


def test_every_action_is_in_one_of_the_tables_of_this_file() -> None:
    assert set(ACTIONS) == {*ALLOWED, *WITHOUT_SUBJECT}


@pytest.mark.parametrize("nick", [*PEOPLE, "system", "nobody"])
def test_sql_and_table_agree_on_what_may_be_seen(world: dict[str, Actor | None], nick: str) -> None:
    actor = world[nick]
    reports = [*_reports("CL").values(), *_reports("PE").values()]
    by_table = {(report.party_code, report.state) for report in reports if can(actor, "report.read", report)}
    by_sql = set(database.session.execute(select(Report.party_code, Report.state).where(visible_to(actor))).all())
    assert {tuple(row) for row in by_sql} == by_table


def test_every_refusal_has_its_reason(world: dict[str, Actor | None]) -> None:
    subjects = [None, *_reports("CL").values(), *_reports("PE").values()]
    for action in ACTIONS:
        refused = 0
        for actor in world.values():
            for subject in subjects:
                verdict = can(actor, action, subject)
                if verdict:
                    assert verdict.refusal is None
                    continue
                refused += 1
                assert verdict.refusal is not None and verdict.refusal.id.endswith("."), action
                with pytest.raises(Denied) as denied:
                    require(actor, action, subject)
                assert denied.value.refusal == verdict.refusal
        assert refused, f"nobody is ever refused {action}"


def test_a_reviewer_of_the_same_party_is_no_reviewer_of_its_report(world: dict[str, Actor | None]) -> None:
    """Not even of one that is already in their name."""
    rafa = world["rafa"]
    assert isinstance(rafa, Person)
    for report in _reports("CL").values():
        with database.session.no_autoflush:
            report.reviewer_id, report.taken_at = rafa.id, NOW
            assert relations(rafa, report) == {"contributor"}
            for action in ("review", "take", "release", "return", "recall", "publish", "comment", "draft_points"):
                assert not can(rafa, f"report.{action}", report), action
    database.session.rollback()
    assert can(rafa, "report.take", _reports("PE")[State.REVIEW])


def test_an_administrator_of_the_same_party_runs_no_office_for_it(world: dict[str, Actor | None]) -> None:
    alba = world["alba"]
    for report in _reports("PE").values():
        for action in ("review", "release", "extend", "oversee", "import"):
            assert not can(alba, f"report.{action}", report), action


def test_a_contributor_of_some_sections_writes_no_other(world: dict[str, Actor | None]) -> None:
    caspar, draft = world["caspar"], _reports("CL")[State.DRAFT]
    assert isinstance(caspar, Person)
    with database.session.no_autoflush:
        caspar.memberships[0].sections = ["budget", "reach_section/reach"]
        assert can(caspar, "report.write", draft, section="reach_section", question="reach")
        assert not can(caspar, "report.write", draft, section="reach_section", question="areas_named")
        assert not can(caspar, "report.write", draft, section="reach_section")
        assert can(caspar, "report.write", draft, section="budget")
        verdict = can(caspar, "report.write", draft, section="indicators_section")
        assert not verdict and "given to somebody else" in str(verdict.refusal)
    database.session.rollback()


def test_a_link_writes_to_its_own_report_and_sees_none(world: dict[str, Actor | None]) -> None:
    reports = _reports("CL")
    for state, report in reports.items():
        for section, action in (("budget", "contribution.write"), (None, "declaration.make")):
            link = ContributionLink(report_id=report.id, section=section)
            assert {one for one in ACTIONS if can(link, one, report)} == ({action} if state in WRITING else set())
            assert not any(can(link, action, other) for other in reports.values() if other is not report)
            link.withdrawn_at = NOW
            assert not can(link, action, report)
            assert database.session.scalars(select(Report).where(visible_to(link))).all() == []


def test_an_unknown_action_is_a_mistake_of_ours(world: dict[str, Actor | None]) -> None:
    with pytest.raises(KeyError):
        can(world["ada"], "report.explode")
