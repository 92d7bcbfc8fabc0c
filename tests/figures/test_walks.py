"""Random walks of one report on the real database, step by step beside a plain model that knows what must happen.

The model asks the table of steps whether a step is legal and keeps its own books of everything else. What it expects to be
refused must be refused, and leave no trace; what it expects to be done must have exactly the expected consequences.
"""

import gc
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, event, text

from config import Settings
from review_app.models import Person
from review_app.notices import NOTICES
from review_app.operations import accounts, cycles, dispatching, findings, reminders, reviews
from review_app.operations.answers import Typed, save_answers
from review_app.operations.steps import take_step
from review_app.permissions import Denied, NotFound
from review_app.queries.dispatching import due_notices
from review_app.queries.invariants import broken
from review_app.tasks import REACTIONS
from review_app.transaction import Stale
from tests.conftest import Ground
from tests.figures.conftest import Figure
from tests.small_report import CAST, DUE, NOW, SECTION, SIGNATORY, TOLD, Small, small_world, undone
from workflows.blockers import Situation, is_taken
from workflows.cycle import CYCLE
from workflows.engine import Blocked, IllegalStep
from workflows.periodic_report import PERIODIC_REPORT
from workflows.states import State

# `WALKS=5000 make figures` for more of them; a hundred take 40 seconds.
WALKS, STEPS = int(os.environ.get("WALKS", "500")), 30
ACTIONS = tuple(dict.fromkeys(step.action for step in PERIODIC_REPORT.steps))
PAIRS = set(product(State, ACTIONS))
ROWS = {(step.source, step.action) for step in PERIODIC_REPORT.steps}
# Who does not hold a report has not the role of the reviewer who took it, so that one is refused before it must wait.
# The report of the walks asks for no file and its cycle carries nothing: test_scanner.py and test_fates.py meet these.
UNMET = {"fates_told", "has_no_refused_file", "files_are_scanned"}
BLOCKERS = {
    (step.action, blocker.__name__)
    for step in PERIODIC_REPORT.steps
    for blocker in step.blockers
    if blocker.__name__ not in UNMET and (blocker is not is_taken or step.roles != ("assigned_reviewer",))
}
# Some twice: nobody takes what they have, or releases what nobody has.
AT_THE_END = (
    "submit", "resubmit", "recall", "take", "take", "return", "withdraw", "withdraw_again", "publish", "release", "release",
)  # fmt: skip
# Any reviewer may ask to recall; that only the one who returned can is a blocker, with a sentence of its own.
ASKED_BY = {"recall": ("reviewer",)}
# How often a step is chosen among those that can be taken.
OFTEN = {"submit": 3, "take": 2, "return": 8, "recall": 4, "resubmit": 8, "withdraw_again": 3}
REFUSALS = (Stale, Denied, IllegalStep, Blocked, NotFound)
Refusal = type[Exception]
WITH_POINT = ("submit", "take", "point")
RETURNED = (*WITH_POINT, "return")
STARTS = (
    (), ("submit",), ("submit", "take"), WITH_POINT, RETURNED, (*RETURNED, "resubmit"), (*RETURNED, "resubmit", "withdraw_again"),
    ("submit", "take", "publish"),
)  # fmt: skip
QUESTIONS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")
WAITS = (timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1), timedelta(days=29), timedelta(days=70))
TEXTS = ("It is told.", "It is told again.", "", "It is told in the end.")

TRACE = text("""
    select md5(concat_ws('|', r::text, c::text,
      (select count(*) from entry), (select count(*) from dispatch), (select count(*) from snapshot),
      (select count(*) from claim), (select count(*) from extension), (select count(*) from finding),
      (select count(*) from finding_reply), (select count(*) from published.publication),
      (select string_agg(concat(n.id, n.status, n.attempts), ',' order by n.id) from notice n),
      (select string_agg(p::text, ',' order by p.id) from point p),
      (select string_agg(a::text, ',' order by a.id) from answer a), (select count(*) from save),
      (select string_agg(concat(w.id, w.active, w.fs_uniquifier), ',' order by w.id) from person w))),
      (select jsonb_agg(jsonb_build_object(
          'id', e.id, 'fact', e.fact, 'actor', e.actor_id, 'dest', e.dest_state, 'version', e.row_version,
          'told', array(select concat(n.person_id, ' ', n.channel) from notice n where n.entry_id = e.id)) order by e.id)
        from entry e where e.id > :last) as news,
      r.state, r.row_version, r.round, r.reviewer_id, r.taken_at is not null, r.returned_at is not null, r.notices_leave_at,
      r.due_on, (select count(*) from snapshot where report_id = r.id), c.state, c.row_version
    from report r join cycle c on c.id = r.cycle_id""")
LAST_ENTRY = text("select max(id) from entry")


@dataclass
class Demand:
    """A point as the model knows it."""

    weight: str
    round: int
    is_returned: bool = False
    has_reply: bool = False


@dataclass
class Books:
    """What all walks together have seen."""

    walks: int = 0
    steps: int = 0
    tried: Counter[tuple[str, str]] = field(default_factory=Counter)
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    blocked: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    actors: dict[str, Person] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether every step was tried in every state, taken where it is legal, and met every blocker it has."""
        return set(self.tried) == PAIRS and set(self.taken) == ROWS and set(self.blocked) >= BLOCKERS


@dataclass
class Model:
    """The report, its cycle and its people in plain words."""

    recall_seconds: int
    now: datetime = NOW
    state: str = State.DRAFT
    version: int = 1
    round: int = 0
    reviewer: str | None = None
    is_taken: bool = False
    leave_at: datetime | None = None
    due: date = DUE
    due_before: date = DUE
    due_of_return: date | None = None
    told_at: datetime | None = None
    snapshots: int = 0
    texts: list[str] = field(default_factory=list)
    is_started: bool = False
    has_reason: bool = False
    points: dict[int, Demand] = field(default_factory=dict)
    cycle_state: str = "open"
    cycle_version: int = 2
    active: set[str] = field(default_factory=lambda: set(CAST))
    reminded: set[tuple[str, date]] = field(default_factory=set)
    returns: list[datetime] = field(default_factory=list)

    def is_one_of(self, nick: str, roles: tuple[str, ...]) -> bool:
        """Whether somebody has one of the roles that the table of steps names."""
        role, party = CAST[nick]
        mine = {role} if party in (None, "CL") else set()
        if role == "reviewer" and self.is_taken and self.reviewer == nick:
            mine.add("assigned_reviewer")
        return nick in self.active and bool(mine & set(roles))

    def may_write(self, nick: str) -> bool:
        return (
            self.is_one_of(nick, ("coordinator", "contributor"))
            and self.state in ("draft", "revision")
            and not self.is_held
        )

    @property
    def is_held(self) -> bool:
        """Whether the return can still be recalled."""
        return self.leave_at is not None and self.now < self.leave_at

    @property
    def is_told(self) -> bool:
        return bool(self.texts and self.texts[-1])

    def situation(self, nick: str, *, new_due: date | None, is_signed: bool) -> Situation:
        is_writing = self.state in ("draft", "revision")
        drafted = [point for point in self.points.values() if not point.is_returned]
        asked = [point for point in self.points.values() if point.is_returned] if is_writing else drafted
        return Situation(
            round=self.round, was_returned=bool(self.returns), is_taken=self.is_taken,
            taken_by_actor=self.is_taken and self.reviewer == nick, is_same_reviewer=self.reviewer == nick,
            open_errors=int(is_writing and not self.is_told and not self.has_reason),
            open_must_points=sum(point.weight == "must" and not point.has_reply for point in asked),
            points=len(drafted), has_declaration=is_signed, notices_left=not self.is_held, cycle_state=self.cycle_state,
            new_due_on=new_due, now=self.now,
        )  # fmt: skip

    def refusal(self, nick: str, action: str, *, seen: int, new_due: date | None, is_signed: bool) -> Refusal | None:
        """Why a step must be refused; None when it must be taken."""
        if seen != self.version:
            return Stale
        try:
            step = PERIODIC_REPORT.step(self.state, action)
            if not self.is_one_of(nick, ASKED_BY.get(action, step.roles)):
                return Denied
            PERIODIC_REPORT.advance(self.state, action, self.situation(nick, new_due=new_due, is_signed=is_signed))
        except (IllegalStep, Blocked) as refusal:
            return type(refusal)
        return None

    def take(self, nick: str, action: str, *, new_due: date | None) -> None:
        """What a step changes."""
        self.state = PERIODIC_REPORT.step(self.state, action).dest
        self.version += 1
        match action:
            case "submit" | "resubmit":
                self.round = 1 if action == "submit" else self.round + 1
                self.is_taken, self.leave_at = False, None
                self.snapshots += 1
            case "withdraw" | "release":
                self.reviewer, self.is_taken = None, False
            case "withdraw_again":
                self.round, self.is_taken = self.round - 1, False
            case "take":
                self.reviewer, self.is_taken = nick, True
            case "return" if new_due:
                self.returns.append(self.now)
                self.leave_at = self.now + timedelta(seconds=self.recall_seconds)
                self.due_before, self.due, self.due_of_return = self.due, new_due, new_due
                self._mark(is_returned=True)
            case "recall":
                self.returns.pop()
                self.leave_at = None
                # A later date that the office gave meanwhile was told, so it stands.
                self.due = self.due_before if self.due == self.due_of_return else self.due
                self._mark(is_returned=False)

    def _mark(self, *, is_returned: bool) -> None:
        for point in self.points.values():
            if point.round == self.round:
                point.is_returned = is_returned

    def audience(self, name: str, *, actor: str | None, before: str | None) -> set[str]:
        """Who belongs to an audience of the notices."""
        team = {nick for nick in self.active if CAST[nick][1] == "CL"}
        reviewers = {nick for nick in self.active if CAST[nick][0] == "reviewer"} - {actor}
        return {
            "team": team, "coordinators": team & {"carla"}, "reviewers": {nick for nick in reviewers if nick},
            "previous_reviewer": {before} if before and before != actor else set(),
        }[name]  # fmt: skip


class Walk(RuleBasedStateMachine):
    """One walk. Everything it commits is taken back when it ends."""

    def __init__(self, app: Flask, small: Small, books: Books) -> None:
        super().__init__()
        self.small, self.books = small, books
        self.model = Model(recall_seconds=app.config["RECALL_SECONDS"])
        self.nick_of = {person_id: nick for nick, person_id in small.people.items()}
        self.stack = ExitStack()
        self.connection: Connection = self.stack.enter_context(undone(app))
        self.has_written = False
        event.listen(self.connection, "before_cursor_execute", self._notice_writing)
        self.actors = dict(books.actors)
        self.undelivered: list[int] = []
        self.last_entry = self.connection.execute(LAST_ENTRY).scalar_one()
        self.trace = self._trace()
        books.walks += 1

    def _notice_writing(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        self.has_written |= not statement.lstrip().upper().startswith(QUESTIONS)

    def _trace(self) -> Any:
        return self.connection.execute(TRACE, {"last": self.last_entry}).one()

    def teardown(self) -> None:
        try:
            if not self.books.is_complete:
                self.try_every_step()
            assert broken() == {}
        finally:
            self.stack.close()

    def attempt(
        self,
        call: Callable[[], Any],
        refusal: Refusal | None,
        *facts: tuple[str, str | None],
        before: str | None = None,
    ) -> Any:
        """Try something. Refused, it must leave no trace; done, it must state exactly `facts` (fact, who did it)."""
        self.books.steps += 1
        result, got = None, None
        try:
            result = call()
        except REFUSALS as error:
            got = type(error)
        assert got is refusal, f"{got} where {refusal} was expected; {self.model}"
        has_written, self.has_written = self.has_written, False
        if refusal:
            self.books.refused[refusal.__name__] += 1
            # Whoever sent nothing but questions to the database has left no trace there.
            trace = self._trace() if has_written else self.trace
            assert trace[0] == self.trace[0], f"a refused attempt changed something: {self.trace} -> {trace}"
            return result
        trace = self.trace = self._trace()
        self._compare(trace)
        news = trace.news or []
        assert [(entry["fact"], self.nick_of.get(entry["actor"])) for entry in news] == list(facts)
        for entry in news:
            self._compare_notices(entry, before)
            self.last_entry = entry["id"]
            self.undelivered.append(entry["id"])
        return result

    def _compare(self, trace: Any) -> None:
        model = self.model
        assert tuple(trace[2:]) == (
            model.state, model.version, model.round, self.small.people[model.reviewer] if model.reviewer else None,
            model.is_taken, bool(model.returns), model.leave_at, model.due, model.snapshots, model.cycle_state,
            model.cycle_version,
        ), model  # fmt: skip

    def _compare_notices(self, entry: Any, before: str | None) -> None:
        told = NOTICES[entry["fact"]]
        if not entry["fact"].startswith("report."):
            assert not told.audience
        actor = self.nick_of.get(entry["actor"])
        people = set().union(*(self.model.audience(name, actor=actor, before=before) for name in told.audience))
        wanted = {f"{self.small.people[nick]} {channel}" for nick in people for channel in told.channels}
        assert sorted(entry["told"]) == sorted(wanted), f"{entry} where {wanted} was expected"
        if entry["version"] is not None:
            assert (entry["dest"], entry["version"]) == (self.model.state, self.model.version)

    # The steps of the table

    def step(self, nick: str, action: str, *, seen: int, new_due: date | None, is_signed: bool) -> None:
        model = self.model
        source, before, was_taken = model.state, model.reviewer, model.is_taken
        refusal = model.refusal(nick, action, seen=seen, new_due=new_due, is_signed=is_signed)
        self.books.tried[source, action] += 1
        facts: list[tuple[str, str | None]] = []
        if refusal is Blocked:
            situation = model.situation(nick, new_due=new_due, is_signed=is_signed)
            step = PERIODIC_REPORT.step(source, action)
            self.books.blocked.update((action, blocker.__name__) for blocker in step.blockers if blocker(situation))
        if refusal is None:
            fact = PERIODIC_REPORT.step(source, action).fact
            facts = [("report.taken_over" if action == "take" and was_taken else fact, nick)]
            self.books.taken[source, action] += 1
            model.take(nick, action, new_due=new_due)
        call = lambda: take_step(  # noqa: E731
            self.actors[nick], self.small.report_id, action, seen=seen, now=model.now, new_due_on=new_due,
            signatory=SIGNATORY if is_signed else None,
        )  # fmt: skip
        self.attempt(call, refusal, *facts, before=before)

    @rule(
        nick=strategies.sampled_from(list(CAST)), action=strategies.sampled_from(ACTIONS), off=strategies.sampled_from((0, 0, 0, 1, -1)),
        days=strategies.sampled_from((14, 0, None)), is_signed=strategies.booleans(),
    )  # fmt: skip
    def try_any_step(self, nick: str, action: str, off: int, days: int | None, is_signed: bool) -> None:
        self.step(nick, action, seen=self.model.version + off, new_due=self.day(days), is_signed=is_signed)

    def try_every_step(self) -> None:
        """Where a walk ends, each step is tried by whoever has its role, with nothing signed and no date."""
        if self.model.state == "revision":
            self.write("carla", "", 0)
        if self.model.state == "draft" and self.model.cycle_state == "open":
            self.move_the_cycle("ada", "close", 0)
        for action in AT_THE_END:
            roles = {role for step in PERIODIC_REPORT.steps if step.action == action for role in ASKED_BY.get(action, step.roles)}
            able = [nick for nick in reversed(CAST) if self.model.is_one_of(nick, tuple(roles))] or ["carla"]
            for nick in able if action == "recall" else able[:1]:
                self.step(nick, action, seen=self.model.version, new_due=None, is_signed=False)

    @rule(choice=strategies.integers(0, 999))
    def try_a_step_of_this_state(self, choice: int) -> None:
        """By somebody who has the role for it: refused only when it must wait."""
        steps = PERIODIC_REPORT.steps_from(self.model.state)
        able = [(nick, step.action) for step in steps for nick in CAST if self.model.is_one_of(nick, step.roles)]
        if able:
            nick, action = able[choice % len(able)]
            self.step(nick, action, seen=self.model.version, new_due=self.day(14), is_signed=True)

    @rule(choice=strategies.integers(0, 999))
    def go_on(self, choice: int) -> None:
        """A step that can be taken now: rather one that leads far than one that goes in a circle or ends the walk."""
        steps = PERIODIC_REPORT.steps_from(self.model.state)
        given: dict[str, Any] = {"seen": self.model.version, "new_due": self.day(14), "is_signed": True}
        able = [
            (nick, step.action)
            for step in steps
            for nick in CAST
            for _ in range(OFTEN.get(step.action, 1))
            if self.model.refusal(nick, step.action, **given) is None
        ]
        if able:
            nick, action = able[choice % len(able)]
            self.step(nick, action, **given)

    @initialize(way=strategies.sampled_from(STARTS))
    def start_somewhere(self, way: tuple[str, ...]) -> None:
        """Walks begin all along the way, so that they do not spend their steps on the first draft."""
        for action in way:
            if action == "submit":
                self.write("caspar", TEXTS[0], 0)
            if action == "point":
                self.draft_a_point("rita", "must")
                continue
            if action == "resubmit":
                self.wait(WAITS[1])
                self.reply_to_a_point("carla", 0)
            nick = "carla" if action in ("submit", "resubmit", "withdraw_again") else "rita"
            self.step(nick, action, seen=self.model.version, new_due=self.day(14), is_signed=True)

    @rule(choice=strategies.integers(0, 999))
    def go_further(self, choice: int) -> None:
        """As `go_on`: a rule that is there twice is chosen twice as often."""
        self.go_on(choice)

    def day(self, days: int | None) -> date | None:
        return None if days is None else (self.model.now + timedelta(days=days)).date()

    # What happens between steps

    @rule(
        nick=strategies.sampled_from(list(CAST)),
        words=strategies.sampled_from(TEXTS),
        back=strategies.sampled_from((0, 0, 0, 1, 2)),
    )
    def write(self, nick: str, words: str, back: int) -> None:
        model, texts = self.model, self.model.texts
        seen = max(0, len(texts) - back)
        typed = [Typed(TOLD, words, seen, "en")]
        call = lambda: save_answers(  # noqa: E731
            self.actors[nick], self.small.report_id, typed, section=SECTION, now=model.now
        )
        if not model.may_write(nick):
            self.attempt(call, Denied)
            return
        shown, standing = (texts[seen - 1] if seen else ""), (texts[-1] if texts else "")
        result = (
            "unchanged" if words == standing or (seen != len(texts) and words == shown)
            else "saved" if seen == len(texts) else "conflict"
        )  # fmt: skip
        facts = []
        if result == "saved":
            texts.append(words)
            facts = [] if model.is_started else [("report.started", nick)]
            model.is_started = True
        (outcome,) = self.attempt(call, None, *facts)
        assert outcome.result == result

    @rule(nick=strategies.sampled_from(list(CAST)))
    def give_a_reason(self, nick: str) -> None:
        """Answer the finding that nothing is told."""
        model = self.model
        call = lambda: findings.reply(  # noqa: E731
            self.actors[nick], self.small.report_id, self.small.gap, reason="It is meant.", now=model.now
        )
        if not model.may_write(nick):
            self.attempt(call, Denied)
        elif model.is_told:
            self.attempt(call, NotFound)
        else:
            model.has_reason = True
            self.attempt(call, None, ("finding.answered", nick))

    @precondition(lambda self: self.model.state in ("review", "published") and len(self.model.points) < 6)
    @rule(
        nick=strategies.sampled_from((None, None, "rita", "rolf", "carla")),
        weight=strategies.sampled_from(reviews.WEIGHTS),
    )
    def draft_a_point(self, nick: str | None, weight: str) -> None:
        model = self.model
        nick = nick or model.reviewer or "ada"
        call = lambda: reviews.add_point(  # noqa: E731
            self.actors[nick],
            self.small.report_id,
            section=SECTION,
            question=TOLD,
            text="Why?",
            weight=weight,
            now=model.now,
        )
        if self.model.state == "review" and model.is_one_of(nick, ("assigned_reviewer",)):
            point = self.attempt(call, None)
            model.points[point.id] = Demand(weight, model.round)
        else:
            self.attempt(call, Denied)

    @precondition(lambda self: self.model.points)
    @rule(nick=strategies.sampled_from(("rita", "rolf", "carla")), choice=strategies.integers(0, 9))
    def drop_a_point(self, nick: str, choice: int) -> None:
        model = self.model
        point_id = list(model.points)[choice % len(model.points)]
        call = lambda: reviews.drop_point(self.actors[nick], self.small.report_id, point_id)  # noqa: E731
        if model.state != "review" or not model.is_one_of(nick, ("assigned_reviewer",)):
            self.attempt(call, Denied)
        elif model.points[point_id].is_returned:
            self.attempt(call, NotFound)
        else:
            del model.points[point_id]
            self.attempt(call, None)

    @precondition(lambda self: self.model.points)
    @rule(nick=strategies.sampled_from(("carla", "caspar", "carla", "pia", "rita")), choice=strategies.integers(0, 9))
    def reply_to_a_point(self, nick: str, choice: int) -> None:
        model = self.model
        point_id = list(model.points)[choice % len(model.points)]
        point = model.points[point_id]
        call = lambda: reviews.reply_to_point(  # noqa: E731
            self.actors[nick], self.small.report_id, point_id, reply="Because.", now=model.now
        )
        if model.state != "revision" or not model.is_one_of(nick, ("coordinator", "contributor")):
            self.attempt(call, Denied)
        elif not point.is_returned or model.is_held:
            self.attempt(call, NotFound)
        else:
            point.has_reply = True
            self.attempt(call, None)

    @rule(wait=strategies.sampled_from(WAITS))
    def wait(self, wait: timedelta) -> None:
        self.model.now += wait

    @rule(nick=strategies.sampled_from(("ada", "ada", "rita", "carla")), days=strategies.sampled_from((200, 40, 0)))
    def extend(self, nick: str, days: int) -> None:
        model = self.model
        new_due = self.day(days)
        assert new_due
        call = lambda: cycles.extend_due(  # noqa: E731
            self.actors[nick], self.small.report_id, new_due_on=new_due, reason="Elections.", now=model.now
        )
        if not model.is_one_of(nick, ("administrator",)) or model.state not in ("draft", "revision"):
            self.attempt(call, Denied)
        elif new_due <= max(model.now.date(), model.due):
            self.attempt(call, Blocked)
        else:
            model.due, model.told_at = new_due, model.now
            self.attempt(call, None, ("report.extended", nick))

    @rule(nick=strategies.sampled_from(("ada", "ada", "carla")), whom=strategies.sampled_from(("rita", "rolf")))
    def close_or_open_an_account(self, nick: str, whom: str) -> None:
        model, is_open = self.model, whom in self.model.active
        verb = accounts.deactivate if is_open else accounts.reactivate
        call = lambda: verb(self.actors[nick], self.small.person(whom), now=model.now)  # noqa: E731
        if nick != "ada":
            self.attempt(call, Denied)
            return
        model.active ^= {whom}
        facts: list[tuple[str, str | None]] = [("person.deactivated" if is_open else "person.reactivated", nick)]
        if is_open and model.state == "review" and model.is_taken and model.reviewer == whom:
            model.take("ada", "release", new_due=None)
            facts.append(("report.released", None))
        self.attempt(call, None, *facts)
        self.actors[whom] = self.small.actor(whom)

    @rule(
        nick=strategies.sampled_from(("ada", "ada", "ada", "rita")), action=strategies.sampled_from(("close", "reopen", "open")),
        off=strategies.sampled_from((0, 0, 0, -1)),
    )  # fmt: skip
    def move_the_cycle(self, nick: str, action: str, off: int) -> None:
        model = self.model
        seen = model.cycle_version + off
        call = lambda: cycles.move_cycle(  # noqa: E731
            self.actors[nick], self.small.cycle_id, action, seen=seen, now=model.now
        )
        legal = [step for step in CYCLE.steps if (step.source, step.action) == (model.cycle_state, action)]
        if nick != "ada":
            self.attempt(call, Denied)
        elif off:
            self.attempt(call, Stale)
        elif not legal:
            self.attempt(call, IllegalStep)
        else:
            model.cycle_state, model.cycle_version = legal[0].dest, seen + 1
            self.attempt(call, None, (legal[0].fact, nick))

    @rule()
    def ring_the_clock(self) -> None:
        """Twice: what was stated is not stated again."""
        model, today = self.model, self.model.now.date()
        facts: list[tuple[str, str | None]] = []
        told = max([moment for moment in (model.told_at, *model.returns[-1:]) if moment], default=None)
        is_fresh = told is not None and model.due - told.date() <= timedelta(days=30)
        fact = (
            "report.overdue" if model.due < today
            else "report.due_in_30_days" if model.due - today <= timedelta(days=30) and not is_fresh else None
        )  # fmt: skip
        is_owed = model.state in ("draft", "revision") and model.cycle_state == "open"
        if fact and is_owed and (fact, model.due) not in model.reminded:
            model.reminded.add((fact, model.due))
            facts.append((fact, None))
        self.attempt(lambda: reminders.state_due_reminders(model.now), None, *facts)
        self.attempt(lambda: reminders.state_due_reminders(model.now), None)

    @precondition(lambda self: self.undelivered)
    @rule()
    def work(self) -> None:
        """A worker reacts to the oldest facts, and sends one mail."""
        for entry_id in self.undelivered[:3]:
            assert dispatching.run_dispatch(entry_id, REACTIONS, now=self.model.now)
            assert not dispatching.run_dispatch(entry_id, REACTIONS, now=self.model.now)
        del self.undelivered[:3]
        for notice_id in due_notices(self.model.now, limit=1):
            assert dispatching.claim_notice(notice_id, now=self.model.now)
            dispatching.notice_sent(notice_id, now=self.model.now)
        self.trace = self._trace()


@pytest.fixture(scope="module")
def small(
    shared_app: Flask, settings: Settings, ground: Ground, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Small]:
    with small_world(shared_app, settings, ground, tmp_path_factory.mktemp("note")) as made:
        yield made


@pytest.mark.timeout(1800)
def test_no_walk_ends_where_it_must_not(shared_app: Flask, small: Small, figure: Figure) -> None:
    books = Books(actors={nick: small.actor(nick) for nick in CAST})
    gc.freeze()
    run_state_machine_as_test(
        lambda: Walk(shared_app, small, books),  # type: ignore[arg-type]
        settings=settings(
            max_examples=WALKS, stateful_step_count=STEPS, deadline=None, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    gc.unfreeze()
    assert PAIRS - set(books.tried) == set(), "a step was never tried in a state"
    assert ROWS ^ set(books.taken) == set(), "a legal step was never taken, or one that is not legal was"
    assert BLOCKERS - set(books.blocked) == set(), "a blocker was never met"
    assert {refusal.__name__ for refusal in REFUSALS} == set(books.refused), "a kind of refusal never came"
    figure(f"walks of {STEPS} steps", books.walks, at_least=500)
    figure("pairs of a state and a step that were tried", len(books.tried), exactly=len(PAIRS))
    figure("legal steps that were taken", len(books.taken), exactly=len(ROWS))
