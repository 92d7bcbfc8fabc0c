"""Guards that no page leads to: an operation that is called with what a page of yesterday, or a forged form, would send."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from review_app.extensions import db
from review_app.models import Attachment, ContributionLink, Dispatch, Entry, Notice, Person, Point, Report
from review_app.operations import attachments, contributions, cycles, dispatching, leads, reviews
from review_app.operations.answers import Typed
from review_app.permissions import SYSTEM, NotFound, can
from review_app.queries import attachments as rooms
from review_app.queries.contributions import offers
from review_app.queries.invariants import broken
from review_app.readers.attachments import looked_into
from review_app.readers.files import FileProblem
from tests.hostile_files import pdf
from tests.moves import A_DAY, MOVES, Place, bring_to
from tests.people import make_person, person_named
from tests.servers import Ground
from tests.small_report import DUE, NOTE, NOW, SECTION, TOLD, Small, small_world
from workflows.engine import Blocked


@pytest.fixture(scope="module")
def small(shared_app: Flask, settings: Settings, ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    note = NOTE.replace("code: thing,", "code: thing, role: title,")
    folder: Path = tmp_path_factory.mktemp("note")
    with small_world(shared_app, settings, ground, folder, note=note) as made:
        yield made
        db.session.remove()
        assert broken() == {}


def report_at(place: Place) -> Report:
    return db.session.get_one(Report, place.report_id, populate_existing=True)


def going_on(place: Place, *moves: str, now: datetime | None = None) -> Place:
    """The same report after more moves."""
    for name in moves:
        place = replace(place, now=now or place.now, seen=report_at(place).row_version)
        MOVES[name](place)
    return replace(place, seen=report_at(place).row_version)


# Steps.


def test_who_had_a_report_has_it_no_more_when_it_comes_back(small: Small) -> None:
    place = bring_to(small, "back again")
    report, rita = report_at(place), small.person("rita")
    assert report.reviewer_id == rita.id
    assert not any(can(rita, f"report.{action}", report) for action in ("publish", "return", "release", "draft_points"))
    going_on(place, "take")
    assert can(rita, "report.publish", report_at(place))


def test_the_first_submission_stays_the_first(small: Small) -> None:
    place = going_on(bring_to(small, "free"), "withdraw", "submit", now=NOW + A_DAY)
    report = report_at(place)
    assert (report.first_submitted_at, report.submitted_at, report.round) == (NOW, NOW + A_DAY, 1)


def test_of_two_returns_the_last_one_is_recalled(small: Small) -> None:
    place = going_on(bring_to(small, "recallable"), "recall", "return", "recall")
    of_returns = Entry.report_id == place.report_id, Entry.fact == "report.returned"
    told = db.session.execute(select(Entry.id, Notice.status).join(Notice, Notice.entry_id == Entry.id).where(*of_returns)).all()
    assert len({entry for entry, _ in told}) == 2 and {status for _, status in told} == {"recalled"}


def test_a_recall_takes_back_no_return_before_it(small: Small) -> None:
    place = going_on(bring_to(small, "back again"), "take", "draft a point", "return", now=NOW + 2 * A_DAY)
    of_rounds = select(Point.round, Point.returned_at).where(Point.report_id == place.report_id).order_by(Point.round)
    assert db.session.execute(of_rounds).all() == [(1, NOW), (2, NOW + 2 * A_DAY)]
    report = report_at(going_on(place, "recall", now=NOW + 2 * A_DAY))
    assert (report.returned_at, report.round, report.is_taken) == (NOW, 2, True)
    assert db.session.execute(of_rounds).all() == [(1, NOW), (2, None)]


def test_a_later_date_that_was_told_outlives_the_recall_of_the_return(small: Small) -> None:
    place = going_on(bring_to(small, "recallable"), "extend")
    later = DUE.replace(month=12)
    assert report_at(place).due_on == later
    assert report_at(going_on(place, "recall")).due_on == later
    place = going_on(bring_to(small, "recallable"), "recall")
    assert report_at(place).due_on == DUE


def test_a_point_that_was_returned_is_dropped_by_nobody(small: Small) -> None:
    place = going_on(bring_to(small, "back again"), "take")
    with pytest.raises(NotFound):
        reviews.drop_point(small.person("rita"), place.report_id, place.point_id)


def test_what_was_done_has_not_failed_since(small: Small) -> None:
    place = bring_to(small, "free")
    entry = place.last_entry
    assert dispatching.run_dispatch(entry, {}, now=NOW)
    dispatching.fail_dispatch(entry, error="A second worker stumbled.")
    done = db.session.get_one(Dispatch, entry, populate_existing=True)
    assert (done.attempts, done.error, done.done_at) == (0, None, NOW)


# Contributions.


def link_of(coordinator: Person, report_id: int) -> ContributionLink:
    asked = contributions.Asked((SECTION, None, None), "Red", None, "en", "", (NOW + 10 * A_DAY).date())
    return contributions.ask(coordinator, report_id, asked, now=NOW)


def test_a_link_that_was_withdrawn_opens_for_nobody_again(small: Small) -> None:
    place = bring_to(small, "written")
    link = link_of(small.person("carla"), place.report_id)
    contributions.withdraw(small.person("carla"), place.report_id, link.id, now=NOW)
    with pytest.raises(Blocked, match="withdrawn for good"):
        contributions.send_again(small.person("carla"), place.report_id, link.id, until=(NOW + 20 * A_DAY).date(), now=NOW)


def test_what_is_not_sent_yet_is_seen_by_nobody_of_the_team(small: Small) -> None:
    place = bring_to(small, "untouched")
    link = link_of(small.person("carla"), place.report_id)
    contributions.save_contribution(link, [Typed(TOLD, "Not yet.", 0, "en")], now=NOW)
    assert offers(report_at(place)) == []
    contributions.send_contribution(link, writer="L", organisation="R", now=NOW)
    (offer,) = offers(report_at(place))
    assert offer.texts[0].value["raw"] == "Not yet."


def test_a_merge_that_somebody_overtook_leaves_the_contribution_waiting(small: Small) -> None:
    place = bring_to(small, "untouched")
    link = link_of(small.person("carla"), place.report_id)
    contributions.save_contribution(link, [Typed(TOLD, "Theirs.", 0, "en")], now=NOW)
    contributions.send_contribution(link, writer="L", organisation="R", now=NOW)
    (offer,) = offers(report_at(place))
    MOVES["save"](place)
    line = Typed(TOLD, "Both.", 0, "en", True, proposal_id=offer.id)
    (outcome,) = contributions.merge(small.person("carla"), place.report_id, offer.id, line, now=NOW)
    assert outcome.result == "conflict" and [one.id for one in offers(report_at(place))] == [offer.id]


def test_a_link_begins_no_more_entries_than_it_may(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contributions, "MOST_ENTRIES", 1)
    place = bring_to(small, "untouched")
    link = link_of(small.person("carla"), place.report_id)
    write = partial(contributions.save_contribution, link, now=NOW, group="things")
    write([Typed("thing", "One", 0, "en")], entry=1)
    for number in (2, 3, 0, -1):
        with pytest.raises(NotFound):
            write([Typed("thing", "Another", 0, "en")], entry=number)


def test_a_link_takes_nothing_while_a_return_can_be_recalled(small: Small) -> None:
    place = bring_to(small, "written")
    link = link_of(small.person("carla"), place.report_id)
    place = going_on(place, "submit", "take", "draft a point", "return")
    assert report_at(place).state == "revision"
    with pytest.raises(contributions.LinkOver):
        contributions.save_contribution(link, [Typed(TOLD, "Too early.", 0, "en")], now=NOW)
    later = report_at(place).notices_leave_at
    assert later
    contributions.save_contribution(link, [Typed(TOLD, "In time.", 0, "en")], now=later)


# People.


def test_who_hands_over_one_country_keeps_what_they_asked_for_another(small: Small) -> None:
    make_person("celia", "coordinator", "CL")
    make_person("celia", "coordinator", "PE")
    cycles.expect(SYSTEM, small.cycle_id, party_code="PE", subject="Music", now=NOW)
    place, peru = bring_to(small, "untouched"), db.session.scalars(select(Report).where(Report.party_code == "PE")).one()
    celia = person_named("celia")
    here, there = (link_of(celia, report_id).id for report_id in (place.report_id, peru.id))
    leads.hand_over(celia, "CL", leads.Successor("carla@example.org", "Carla", "en"), note="", stays=False, now=NOW)
    whose = {link: person for link, person in db.session.execute(select(ContributionLink.id, ContributionLink.person_id))}  # noqa: C416
    assert (whose[here], whose[there]) == (small.people["carla"], celia.id)


# Files.


def kept(place: Place) -> Attachment:
    return attachments.keep(SYSTEM, report_at(place), looked_into("law.pdf", pdf("A law")), now=NOW)


def test_a_file_is_scanned_by_one_and_stays_gone_when_it_was_given_up(
    small: Small, shared_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(shared_app.config, "CLAMD_URL", "tcp://127.0.0.1:1")
    file_id = kept(bring_to(small, "untouched")).id
    lease = attachments.SCAN_LEASE
    tries = [attachments.claim(file_id, now=NOW + wait) for wait in (timedelta(), lease / 2, lease, lease)]
    assert tries == [True, False, True, False]
    for days in (0, 31):
        attachments.forget_unused(NOW + days * A_DAY)
    attachments.hear(file_id, None, now=NOW)
    assert db.session.get_one(Attachment, file_id, populate_existing=True).status == "gone"


def test_a_report_has_room_for_so_much(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    place = bring_to(small, "untouched")
    monkeypatch.setattr(rooms, "ROOM", kept(place).size * 2)
    kept(place)
    with pytest.raises(FileProblem) as problem:
        kept(place)
    assert problem.value.key == "full"
