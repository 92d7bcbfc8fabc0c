"""A crash at every commit boundary: the work is done or not done, nothing is told twice, and all of it moves on by itself.

Each case has a report of its own and a process that dies there, by sudden death or by an error. They died a day ago. Then one
worker and one clock start, and everything is looked at again when nothing is left to do.
"""

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import ColumnElement, func, select, update

from config import Settings
from review_app.extensions import db
from review_app.models import Dispatch, Entry, Finding, Notice, Report
from review_app.operations.dispatching import LEASE, SECONDS_TO_SEND
from review_app.queries.invariants import broken
from review_app.tasks import SCHEDULE, send_notice
from review_app.transaction import atomic
from tests.crashes import HANDLED, KILLED, RAISED, WORK, Nursery
from tests.figures.conftest import Figure
from tests.moves import Place, bring_to, outcome_of, picture
from tests.processes import running_worker
from tests.servers import ROOT, Ground, environment_of
from tests.small_report import Small, small_world
from tests.waiting import wait_until

SECONDS_TO_SETTLE = 300
BEFORE, AFTER, RUNG, TAKEN = "before the commit", "after the commit", "after the doorbell", "after the mail was taken"


@dataclass(frozen=True)
class Case:
    """`nth`: the point is passed several times. `is_done`: whether what was begun must be there after the crash."""

    work: str
    stage: str
    point: str
    nth: int
    is_done: bool
    is_hard: bool = True
    mails: int = 1  # how often the mail arrives that was being sent
    is_handled: bool = False  # whether an error is noted and tried again, instead of coming out

    @property
    def name(self) -> str:
        return f"{self.work}, {'killed' if self.is_hard else 'failed'} {self.point}{f' {self.nth}' if self.nth > 1 else ''}"

    @property
    def exit_code(self) -> int:
        return KILLED if self.is_hard else HANDLED if self.is_handled else RAISED


OPERATIONS = {
    "save": "untouched", "submit": "written", "return": "taken", "recall": "recallable", "resubmit": "returned", "publish": "taken",
}  # fmt: skip
WAYS = [
    *(
        Case(work, stage, point, 1, is_done, is_handled=point == RUNG)
        for work, stage in OPERATIONS.items()
        for point, is_done in ((BEFORE, False), (AFTER, True), (RUNG, True))
    ),
    # Lease, commit, send, commit.
    Case("send", "free", BEFORE, 1, False),
    Case("send", "free", AFTER, 1, False),
    Case("send", "free", TAKEN, 1, False, mails=2, is_handled=True),
    Case("send", "free", BEFORE, 2, False, mails=2),
    Case("send", "free", AFTER, 2, True),
    # The checks and the note that they ran, commit, a ring for each mail.
    Case("react", "doubtful", BEFORE, 1, False, is_handled=True),
    Case("react", "doubtful", AFTER, 1, True),
    Case("react", "doubtful", RUNG, 1, True),
    Case("sweep", "free", RUNG, 1, False),
    Case("remind", "written", BEFORE, 1, False),
    Case("remind", "written", AFTER, 1, True),
    Case("remind", "written", RUNG, 1, True, is_handled=True),
]
# Between a commit and the doorbell nothing can fail; there is only death.
CASES = [replace(way, is_hard=is_hard) for way in WAYS for is_hard in (True, False) if is_hard or way.point != AFTER]
BY_THE_WORKER = ("send", "react", "sweep")  # what a worker had not done yet
OF_PEOPLE = [case for case in CASES if case.work in OPERATIONS]
# Who finds the fact in the inbox, and what it is.
TEAM, ALL = ("carla", "caspar"), ("carla", "caspar", "rita", "rolf")
TOLD = {
    "submit": ("report.submitted", ALL), "return": ("report.returned", TEAM), "resubmit": ("report.resubmitted", ALL),
    "publish": ("report.published", TEAM), "send": ("report.submitted", ALL), "react": ("report.submitted", ALL),
    "sweep": ("report.submitted", ALL), "remind": ("report.overdue", TEAM),
}  # fmt: skip
# What the crash leaves: of a mail its status, of the checks a finding, of the clock a fact.
HELD = {(BEFORE, 1): "pending", (AFTER, 1): "sending", (TAKEN, 1): "sending", (BEFORE, 2): "sending", (AFTER, 2): "sent"}
TRACES = {"react": "finding", "remind": "fact report.overdue", "sweep": "nothing"}


@dataclass(frozen=True)
class Wreck:
    """What was found right after a crash, and when a person then tried again."""

    place: Place
    exit_code: int
    mail: int
    status: str | None
    before: tuple[str, ...]
    after: tuple[str, ...]
    again: str = ""
    at_last: tuple[str, ...] = ()


@dataclass
class Sea:
    """All wrecks; what the same work comes to without a crash; and the mails that had arrived when nothing was left to do."""

    wrecks: dict[Case, Wreck] = field(default_factory=dict)
    undisturbed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    arrived: Counter[str] = field(default_factory=Counter)


@pytest.fixture(scope="module")
def own_settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return replace(settings, questionnaire_paths=(*settings.questionnaire_paths, tmp_path_factory.mktemp("note")))


@pytest.fixture(scope="module")
def small(shared_app: Flask, own_settings: Settings, settings: Settings, ground: Ground) -> Iterator[Small]:
    with small_world(shared_app, settings, ground, own_settings.questionnaire_paths[-1]) as made:
        yield made


@pytest.fixture(scope="module")
def sea(shared_app: Flask, own_settings: Settings, ground: Ground, small: Small) -> Iterator[Sea]:
    ground.mail.messages.clear()
    found, then = Sea(), datetime.now(UTC) - timedelta(hours=25)
    for work, stage in OPERATIONS.items():
        place = _place(small, work, stage, then)
        WORK[work](place)
        found.undisturbed[work] = _picture(place)
    with tempfile.TemporaryFile("w+") as log, Nursery(own_settings, log) as nursery:
        for case in CASES:
            found.wrecks[case] = _wreck(case, small, nursery, then)
    with running_worker(shared_app, own_settings), _clock(own_settings):
        wait_until(lambda: not _left(), "nothing is left to do", seconds=SECONDS_TO_SETTLE, left=_left)
    found.arrived.update(str(message["Message-ID"]) for message in ground.mail.messages)
    yield found
    ground.mail.messages.clear()


def _place(small: Small, work: str, stage: str, then: datetime) -> Place:
    place = bring_to(small, stage, now=then)
    # The clock speaks of one report only.
    _change(Report, Report.id == place.report_id, due_on=then.date() - timedelta(days=3) if work == "remind" else None)
    if work not in BY_THE_WORKER:
        entries = select(Entry.id).where(Entry.report_id == place.report_id)
        _change(Dispatch, Dispatch.entry_id.in_(entries), done_at=place.now)
        mails = Notice.entry_id.in_(entries), Notice.channel == "mail", Notice.not_before <= place.now
        _change(Notice, *mails, status="sent", sent_at=place.now)
    return place


@atomic
def _change(table: type[Any], *which: ColumnElement[bool], **values: Any) -> None:
    db.session.execute(update(table).where(*which).values(**values))


def _wreck(case: Case, small: Small, nursery: Nursery, then: datetime) -> Wreck:
    place = _place(small, case.work, case.stage, then)
    before, mail = _picture(place), place.last_mail
    db.session.remove()
    code = nursery.let_die(case.work, place, point=case.point, nth=case.nth, is_hard=case.is_hard)
    after = _picture(place)
    status = db.session.scalar(select(Notice.status).where(Notice.id == mail))
    wreck = Wreck(place, code, mail, status, before, after)
    if case not in OF_PEOPLE:
        return wreck
    return replace(wreck, again=outcome_of(WORK[case.work], place), at_last=_picture(place))


def _picture(place: Place) -> tuple[str, ...]:
    db.session.rollback()
    return picture(place)


@contextmanager
def _clock(settings: Settings) -> Iterator[None]:
    argv = [sys.executable, "-m", "review_app.cli", "clock", "--log-level", "ERROR"]
    process = subprocess.Popen(argv, env=environment_of(settings), cwd=ROOT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def _left() -> dict[str, int]:
    now = datetime.now(UTC)
    entries = select(func.count()).where(Dispatch.entry_id == Entry.id, Dispatch.done_at.is_(None), Entry.created_at <= now)
    mails = select(func.count()).where(*_due_mail(now), Notice.status.in_(("pending", "sending")))
    found = {"entries": db.session.scalar(entries) or 0, "mails": db.session.scalar(mails) or 0}
    return {name: count for name, count in found.items() if count}


def _due_mail(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Notice.channel == "mail", Notice.not_before <= now


def _lines(picture: tuple[str, ...], start: str) -> list[str]:
    return [line for line in picture if line.startswith(start)]


pytestmark = pytest.mark.timeout(900)  # for the sea, which is made once
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@each_case
def test_it_died_where_it_was_meant_to(sea: Sea, case: Case) -> None:
    assert sea.wrecks[case].exit_code == case.exit_code


@pytest.mark.parametrize("case", OF_PEOPLE, ids=lambda case: case.name)
def test_what_people_do_is_done_whole_or_not_at_all(sea: Sea, case: Case) -> None:
    wreck = sea.wrecks[case]
    assert wreck.before != sea.undisturbed[case.work]
    assert wreck.after == (sea.undisturbed[case.work] if case.is_done else wreck.before)


@pytest.mark.parametrize("case", OF_PEOPLE, ids=lambda case: case.name)
def test_who_tries_again_finds_it_done_or_does_it_and_nothing_is_done_twice(sea: Sea, case: Case) -> None:
    wreck = sea.wrecks[case]
    done, found_done = ("saved", "unchanged") if case.work == "save" else ("done", "Stale")
    assert wreck.again == (found_done if case.is_done else done)
    assert wreck.at_last == sea.undisturbed[case.work]


@pytest.mark.parametrize("case", [case for case in CASES if case.work == "send"], ids=lambda case: case.name)
def test_a_mail_is_its_senders_from_the_lease_to_the_note_that_it_was_sent(sea: Sea, case: Case) -> None:
    was_noted = case.is_handled and not case.is_hard
    assert sea.wrecks[case].status == ("pending" if was_noted else HELD[case.point, case.nth])


@pytest.mark.parametrize("case", [case for case in CASES if case.work in TRACES], ids=lambda case: case.name)
def test_what_the_worker_and_the_clock_do_is_done_whole_or_not_at_all(sea: Sea, case: Case) -> None:
    wreck = sea.wrecks[case]
    new = [line for line in wreck.after if line not in wreck.before]
    assert [line.startswith(TRACES[case.work]) for line in new] == [True] * case.is_done


def test_nothing_contradicts_itself(sea: Sea, figure: Figure) -> None:
    died = sum(wreck.exit_code == case.exit_code for case, wreck in sea.wrecks.items())
    figure("processes that died or failed at a commit boundary", died, exactly=len(CASES))
    figure("contradictions in the database that they left", sum(map(len, broken().values())), exactly=0)


def test_every_mail_arrives_and_twice_only_if_its_sender_died_after_handing_it_over(
    sea: Sea, settings: Settings, figure: Figure
) -> None:
    host = urlsplit(settings.public_base_url).hostname
    was_left = Notice.attempts > 0
    due = db.session.execute(select(Notice.id, Notice.status).where(*_due_mail(datetime.now(UTC)), was_left)).all()
    assert {status for _, status in due} == {"sent"}
    expected = Counter(f"<notice-{notice_id}@{host}>" for notice_id, _ in due)
    again = Counter(f"<notice-{wreck.mail}@{host}>" for case, wreck in sea.wrecks.items() if case.mails == 2)
    assert len(again) == 4
    figure("mails that they lost", (expected - sea.arrived).total(), exactly=0)
    assert sea.arrived == expected + again


@each_case
def test_it_stands_in_every_inbox_once(sea: Sea, small: Small, case: Case) -> None:
    fact, names = TOLD.get(case.work, ("", ()))
    notices = select(Notice.person_id).join(Entry, Entry.id == Notice.entry_id).where(
        Entry.report_id == sea.wrecks[case].place.report_id, Entry.fact == fact, Notice.channel == "inbox"
    )  # fmt: skip
    assert sorted(told for told in db.session.scalars(notices) if told) == sorted(small.people[name] for name in names)


@pytest.mark.parametrize("case", [case for case in CASES if case.work == "react"], ids=lambda case: case.name)
def test_the_checks_have_said_each_finding_once(sea: Sea, case: Case) -> None:
    found = select(Finding.rule).where(Finding.report_id == sea.wrecks[case].place.report_id)
    assert len(db.session.scalars(found).all()) == 1


@pytest.mark.parametrize("case", [case for case in CASES if case.work == "recall"], ids=lambda case: case.name)
def test_of_a_return_that_was_recalled_nobody_ever_hears(sea: Sea, case: Case) -> None:
    notices = select(Notice.status).join(Entry, Entry.id == Notice.entry_id).where(
        Entry.report_id == sea.wrecks[case].place.report_id, Entry.fact == "report.returned"
    )  # fmt: skip
    assert db.session.scalars(notices).all() == ["recalled"] * 2 * len(TEAM)


def test_what_a_dead_process_held_is_free_again_in_time() -> None:
    """By the settings; test_kills.py measures it."""
    assert LEASE.total_seconds() > SECONDS_TO_SEND == send_notice.soft_time_limit
    assert LEASE.total_seconds() + SCHEDULE["sweep"]["schedule"] < 120
    assert SCHEDULE["remind"]["schedule"] < 120
