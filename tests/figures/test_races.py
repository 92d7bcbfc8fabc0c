"""Two people at the same report at the same moment, in two real transactions.

The first is stopped right before its commit, the second started meanwhile: it either waits for the first, or goes on
without knowing of it. What comes of both must be what one of the two orders, one after the other, makes of the same report.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text, update
from sqlalchemy.orm import Session

from config import Settings
from review_app.extensions import db
from review_app.models import Answer, Entry, Item, LastingItem, Notice, Report, Save, Snapshot
from review_app.operations import accounts, cycles, dispatching, findings, reminders, reviews
from review_app.operations.answers import Typed, add_item, save_answers
from review_app.operations.steps import take_step
from review_app.permissions import SYSTEM, Denied, NotFound
from review_app.queries.invariants import broken
from review_app.tasks import REACTIONS
from review_app.transaction import Stale, atomic
from tests.conftest import Ground
from tests.small_report import DUE, NOW, SECTION, SIGNATORY, TOLD, Small, small_world, undone
from workflows.engine import Blocked, IllegalStep
from workflows.periodic_report import PERIODIC_REPORT

REFUSALS = (Stale, Denied, IllegalStep, Blocked, NotFound)
SOON = NOW + timedelta(days=1)
LATER = (NOW + timedelta(days=30)).date()
STEPS = {step.action for step in PERIODIC_REPORT.steps}


@dataclass(frozen=True)
class Place:
    """One report, and what the page of everybody showed before they began."""

    small: Small
    report_id: int
    now: datetime
    seen: int = 1
    answer_seen: int = 0
    point_id: int = 0
    other_id: int = 0

    @property
    def last_entry(self) -> int:
        return db.session.scalars(select(func.max(Entry.id)).where(Entry.report_id == self.report_id)).one() or 0

    @property
    def last_mail(self) -> int:
        mails = select(func.max(Notice.id)).where(Notice.entry_id == self.last_entry, Notice.channel == "mail")
        return db.session.scalars(mails).one() or 0

    def step(self, nick: str, action: str) -> Any:
        return take_step(
            self.small.person(nick), self.report_id, action, seen=self.seen, now=self.now, new_due_on=LATER,
            signatory=SIGNATORY,
        )  # fmt: skip

    def save(self, nick: str, words: str) -> str:
        line = Typed(TOLD, words, self.answer_seen, "en")
        (outcome,) = save_answers(self.small.person(nick), self.report_id, [line], section=SECTION, now=self.now)
        return outcome.result


# name -> what somebody does
MOVES: dict[str, Callable[[Place], Any]] = {
    **{action: partial(Place.step, nick="carla", action=action) for action in ("submit", "resubmit", "withdraw", "withdraw_again")},
    **{action: partial(Place.step, nick="rita", action=action) for action in ("take", "release", "return", "recall", "publish")},
    "take by another": partial(Place.step, nick="rolf", action="take"),
    "save": lambda p: p.save("carla", f"Carla tells it, {p.answer_seen}."),
    "save by another": lambda p: p.save("caspar", f"Caspar tells it, {p.answer_seen}."),
    "give a reason": lambda p: findings.reply(
        p.small.person("carla"), p.report_id, p.small.gap, reason="It is meant.", now=p.now
    ),
    "draft a point": lambda p: reviews.add_point(
        p.small.person("rita"), p.report_id, section=SECTION, text="And why?", weight="should", now=p.now
    ),
    "drop the point": lambda p: reviews.drop_point(p.small.person("rita"), p.report_id, p.point_id, now=p.now),
    "reply": lambda p: reviews.reply_to_point(
        p.small.person("carla"), p.report_id, p.point_id, reply="Because.", now=p.now
    ),
    "extend": lambda p: cycles.extend_due(
        p.small.person("ada"), p.report_id, new_due_on=DUE.replace(month=12), reason="Elections.", now=p.now
    ),
    "close the account": lambda p: accounts.deactivate(p.small.person("ada"), p.small.person("rita"), now=p.now),
    "check": lambda p: findings.check_report(p.report_id, now=p.now),
    "react": lambda p: dispatching.run_dispatch(p.last_entry, REACTIONS, now=p.now),
    "claim a mail": lambda p: dispatching.claim_notice(p.last_mail, now=p.now),
    "claim a mail early": lambda p: dispatching.claim_notice(p.last_mail, now=SOON),
    "ada closes alba": lambda p: accounts.deactivate(p.small.person("ada"), p.small.person("alba"), now=p.now),
    "alba closes ada": lambda p: accounts.deactivate(p.small.person("alba"), p.small.person("ada"), now=p.now),
    "submit the other": lambda p: replace(p, report_id=p.other_id).step("carla", "submit"),
    "remind": lambda p: reminders.state_due_reminders(p.now + timedelta(days=300)),
}  # fmt: skip

# stage -> (what leads there, whether the return has been told, what is tried there at the same time)
SENT = ("save", "submit")
RETURNED = (*SENT, "take", "draft a point", "return")
STAGES: dict[str, tuple[tuple[str, ...], bool, tuple[str, ...]]] = {
    "untouched": ((), False, ("save", "save by another", "submit", "give a reason")),
    "written": (("save",), False, ("submit", "save", "extend", "remind")),
    "free": (SENT, False, ("take", "take by another", "withdraw", "close the account", "check")),
    "taken": (
        (*SENT, "take", "draft a point"), False,
        ("return", "publish", "release", "take by another", "withdraw", "drop the point", "close the account"),
    ),
    "recallable": (RETURNED, False, ("recall", "resubmit", "save", "extend", "close the account")),
    "returned": (RETURNED, True, ("recall", "resubmit", "save", "save by another", "reply", "extend", "remind")),
    "back again": (
        (*RETURNED, "reply", "resubmit"), True, ("take", "take by another", "withdraw_again", "close the account"),
    ),
}  # fmt: skip
RACES = [(stage, first, second) for stage, (_, _, moves) in STAGES.items() for first, second in product(moves, moves)]


@pytest.fixture(scope="module")
def small(shared_app: Flask, settings: Settings, ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    with small_world(shared_app, settings, ground, tmp_path_factory.mktemp("note")) as made:
        _let_be([made.report_id])
        yield made
        db.session.remove()
        assert broken() == {}


@pytest.fixture
def starter(small: Small) -> Iterator[Callable[[str], Place]]:
    """Makes a report that has come as far as a stage. Afterwards nobody waits for it, and closed accounts are open again."""
    made: list[int] = []

    def start(stage: str) -> Place:
        place = _start(small, stage)
        made.append(place.report_id)
        return place

    yield start
    db.session.remove()
    _let_be(made)
    if not small.person("rita").active:
        accounts.reactivate(SYSTEM, small.person("rita"), now=NOW)
    db.session.remove()


@atomic
def _let_be(report_ids: list[int]) -> None:
    """The clock of the next race looks at its own report only, and who leaves then has nothing but that one to release."""
    db.session.execute(update(Report).where(Report.id.in_(report_ids)).values(due_on=None, taken_at=None))


def _start(small: Small, stage: str) -> Place:
    way, is_told, _ = STAGES[stage]
    subject = f"Report {time.monotonic_ns()}"
    cycles.expect(SYSTEM, small.cycle_id, party_code="CL", subject=subject, now=NOW)
    place = Place(small, db.session.scalars(select(Report.id).where(Report.subject == subject)).one(), NOW)
    for action in way:
        place = replace(place, now=SOON if action == "reply" else place.now)
        done = MOVES[action](place)
        seen = db.session.scalars(select(Report.row_version).where(Report.id == place.report_id)).one()
        place = replace(place, seen=seen, answer_seen=1, point_id=done.id if action == "draft a point" else place.point_id)
    db.session.remove()
    return replace(place, now=SOON if is_told else NOW)


def outcome_of(move: Callable[[Place], Any], place: Place) -> str:
    """What became of it: done, what it answered, or the name of the refusal."""
    try:
        result = move(place)
    except REFUSALS as refusal:
        return type(refusal).__name__
    return str(result) if isinstance(result, str | bool | int) else "done"


PICTURE = """
    select concat_ws(' ', 'report', state, row_version, round, reviewer_id, taken_at is not null, returned_at is not null,
      notices_leave_at is not null, due_on, published_at is not null, started_at is not null) from report where id = :id
    union all select concat_ws(' ', 'fact', fact, source_state, dest_state, row_version, actor_kind, actor_id,
      (select string_agg(concat_ws(' ', person_id, channel, status), ', ' order by person_id, channel) from notice
       where entry_id = e.id)) from entry e where report_id = :id
    union all select concat_ws(' ', 'point', text, round, returned_at is not null, reply) from point where report_id = :id
    union all select concat_ws(' ', 'answer', question, value, row_version, actor_id) from answer where report_id = :id
    union all select concat_ws(' ', 'save', question, value, row_version, outcome, actor_id) from save where report_id = :id
    union all select concat_ws(' ', 'reason', reason) from finding_reply where report_id = :id
    union all select concat_ws(' ', 'finding', rule, round) from finding where report_id = :id
    union all select concat_ws(' ', 'snapshot', number, round, content::jsonb -> 'answers') from snapshot where report_id = :id
    union all select concat_ws(' ', 'extension', new_due_on) from extension where report_id = :id
    union all select concat_ws(' ', 'public', number, is_current) from published.publication where report_id = :id
    union all select concat_ws(' ', 'person', id, active) from person
    order by 1"""


def picture(place: Place) -> tuple[str, ...]:
    """The report and all that hangs on it, without ids and moments."""
    return tuple(db.session.scalars(text(PICTURE), {"id": place.report_id}))


class Race:
    """Runs two moves in two threads. The first stops before its commit until the second waits for it, or is through."""

    def __init__(self, app: Flask, place: Place, first: str, second: str) -> None:
        self.app, self.place, self.moves, self.outcomes = app, place, (MOVES[first], MOVES[second]), ["", ""]
        self.is_ready, self.may_commit = threading.Event(), threading.Event()
        self.first_thread: int | None = None
        self.error: BaseException | None = None

    def run(self) -> tuple[str, str]:
        event.listen(Session, "before_commit", self._stop)
        try:
            one = self._start(0)
            assert self.is_ready.wait(10) or not one.is_alive()
            two = self._start(1)
            end = time.monotonic() + 10
            while two.is_alive() and not self._is_waiting() and time.monotonic() < end:
                time.sleep(0.002)
            self.may_commit.set()
            one.join(20)
            two.join(20)
        finally:
            self.may_commit.set()
            event.remove(Session, "before_commit", self._stop)
        if self.error:
            raise self.error
        return self.outcomes[0], self.outcomes[1]

    def _start(self, number: int) -> threading.Thread:
        def run() -> None:
            if number == 0:
                self.first_thread = threading.get_ident()
            try:
                with self.app.app_context():
                    self.outcomes[number] = outcome_of(self.moves[number], self.place)
            except BaseException as error:
                self.error = error
            finally:
                if number == 0:
                    self.is_ready.set()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def _stop(self, session: Session) -> None:
        if threading.get_ident() == self.first_thread and not self.is_ready.is_set():
            self.is_ready.set()
            self.may_commit.wait(10)

    def _is_waiting(self) -> bool:
        waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        with db.engine.connect() as connection:
            return bool(connection.scalar(text(waiting)))


IN_ORDER: dict[tuple[str, str, str], tuple[Any, ...]] = {}


def one_after_the_other(app: Flask, place: Place, stage: str, first: str, second: str) -> tuple[Any, ...]:
    """What becomes of a report of this stage when the second waits until the first is done. Nothing of it stays."""
    key = (stage, first, second)
    if key not in IN_ORDER:
        with undone(app):
            IN_ORDER[key] = (*(outcome_of(MOVES[move], place) for move in (first, second)), picture(place))
    return IN_ORDER[key]


@pytest.mark.parametrize(("stage", "first", "second"), RACES)
def test_two_at_once_come_out_as_one_after_the_other(
    shared_app: Flask, starter: Callable[[str], Place], stage: str, first: str, second: str
) -> None:
    place = starter(stage)
    here = one_after_the_other(shared_app, place, stage, first, second)
    last, before, there = one_after_the_other(shared_app, place, stage, second, first)
    came = (*Race(shared_app, place, first, second).run(), picture(place))
    assert came in (here, (before, last, there))
    outcomes = [outcome for move, outcome in zip((first, second), came, strict=False) if move.split(" by ")[0] in STEPS]
    assert outcomes.count("done") <= 1, "two steps were taken from the same page"


def test_every_step_of_the_table_is_raced() -> None:
    raced = {move.split(" by ")[0] for _, _, moves in STAGES.values() for move in moves}
    assert STEPS - raced == set()


@pytest.mark.parametrize(("first", "second"), [("save", "submit"), ("submit", "save")])
def test_what_was_acknowledged_is_in_the_snapshot_and_what_was_not_is_not(
    shared_app: Flask, starter: Callable[[str], Place], first: str, second: str
) -> None:
    place = starter("written")
    outcomes = dict(zip((first, second), Race(shared_app, place, first, second).run(), strict=True))
    content = db.session.scalars(select(Snapshot.content).where(Snapshot.report_id == place.report_id)).one()
    assert outcomes == {"submit": "done", "save": "saved" if first == "save" else "Denied"}
    assert ("Carla tells it, 1." in content) == (first == "save")


@pytest.mark.parametrize("stage", ["untouched", "written", "returned"])
def test_of_two_saves_one_wins_and_the_other_text_is_kept(
    shared_app: Flask, starter: Callable[[str], Place], stage: str
) -> None:
    place = starter(stage)
    assert Race(shared_app, place, "save", "save by another").run() == ("saved", "conflict")
    answer = db.session.scalars(select(Answer).where(Answer.report_id == place.report_id)).one()
    lost = db.session.scalars(select(Save).where(Save.report_id == place.report_id, Save.outcome == "refused")).one()
    seen = place.answer_seen
    assert (answer.value["raw"], lost.value["raw"]) == (f"Carla tells it, {seen}.", f"Caspar tells it, {seen}.")


def add_thing(place: Place, title: str) -> UUID:
    item_id = add_item(SYSTEM, place.report_id, "things", now=place.now).id
    save_answers(SYSTEM, place.report_id, [Typed("thing", title, 0, "en")], section=SECTION, item_id=item_id, now=place.now)
    return item_id


def test_two_reports_of_a_party_submitted_at_once_share_the_thing_of_one_title(
    shared_app: Flask, starter: Callable[[str], Place]
) -> None:
    """Two titles, in either order: neither waits for the other for ever."""
    place, other = starter("written"), starter("written")
    titles = [f"Library {place.report_id}", f"Theatre {place.report_id}"]
    ours, theirs = [add_thing(place, title) for title in titles], [add_thing(other, title) for title in reversed(titles)]
    race = Race(shared_app, replace(place, other_id=other.report_id), "submit", "submit the other")
    assert race.run() == ("done", "done")
    lasting = dict(db.session.execute(select(Item.id, Item.lasting_item_id)).all())
    assert [lasting[item] for item in ours] == [lasting[item] for item in reversed(theirs)]
    slugs = select(LastingItem.slug).where(LastingItem.title.in_(titles)).order_by(LastingItem.slug)
    assert list(db.session.scalars(slugs)) == [title.lower().replace(" ", "-") for title in titles]


def test_two_clocks_remind_once(shared_app: Flask, starter: Callable[[str], Place]) -> None:
    place = starter("written")
    assert Race(shared_app, place, "remind", "remind").run() == ("1", "0")


def test_two_workers_react_once(shared_app: Flask, starter: Callable[[str], Place]) -> None:
    place = starter("free")
    assert Race(shared_app, place, "react", "react").run() == ("True", "False")


def test_two_senders_send_once(shared_app: Flask, starter: Callable[[str], Place]) -> None:
    place = starter("free")
    assert Race(shared_app, place, "claim a mail", "claim a mail").run() == ("True", "False")


@pytest.mark.parametrize(("first", "second", "outcomes"), [
    ("claim a mail early", "recall", ("True", "Blocked")),
    ("recall", "claim a mail early", ("done", "False")),
])  # fmt: skip
def test_a_return_is_recalled_or_told_whatever_the_clocks_say(
    shared_app: Flask, starter: Callable[[str], Place], first: str, second: str, outcomes: tuple[str, str]
) -> None:
    """The sender's clock is ahead of the reviewer's."""
    assert Race(shared_app, starter("recallable"), first, second).run() == outcomes


def test_two_administrators_cannot_close_each_others_accounts(
    shared_app: Flask, small: Small, starter: Callable[[str], Place]
) -> None:
    place = starter("untouched")
    try:
        assert Race(shared_app, place, "ada closes alba", "alba closes ada").run() == ("done", "Denied")
    finally:
        for nick in ("ada", "alba"):
            accounts.reactivate(SYSTEM, small.person(nick), now=NOW)
        db.session.remove()
