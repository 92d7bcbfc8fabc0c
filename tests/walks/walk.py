"""A walk: one report on the real database beside the model, and what every attempt must leave behind."""

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from flask import Flask
from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import Connection, event

from review_app.models import Person
from review_app.notices import NOTICES
from review_app.operations.contributions import LinkOver
from review_app.permissions import Denied, NotFound
from review_app.transaction import Stale
from tests.small_report import CAST, Small, undone
from tests.walks.model import Model, Refusal
from tests.walks.parts import Texts, Thing
from tests.walks.trace import LAST_ENTRY, TRACE
from workflows.blockers import is_taken
from workflows.engine import Blocked, IllegalStep
from workflows.periodic_report import PERIODIC_REPORT

REFUSALS = (Stale, Denied, IllegalStep, Blocked, NotFound, LinkOver)
QUESTIONS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")
NEW = "nora"  # has no account until the lead is handed to her
EVERYBODY = (*CAST, NEW)
# Who does not hold a report has not the role of the reviewer who took it, so that one is refused before it must wait.
BLOCKERS = {
    (step.action, blocker.__name__)
    for step in PERIODIC_REPORT.steps
    for blocker in step.blockers
    if blocker is not is_taken or step.roles != ("assigned_reviewer",)
}
Fact = tuple[str, str | None]
"""What the journal says, and who did it: a nick, "link", or None for the system."""


@dataclass
class Books:
    """What all walks together have seen. `met`: (operation, how it was refused or "done") -> how often."""

    walks: int = 0
    tried: Counter[tuple[str, str]] = field(default_factory=Counter)
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    blocked: Counter[tuple[str, str]] = field(default_factory=Counter)
    met: Counter[tuple[str, str]] = field(default_factory=Counter)
    actors: dict[str, Person] = field(default_factory=dict)

    def know(self, state: str, action: str) -> bool:
        """Whether this was tried, and has met every blocker it can meet."""
        return (state, action) in self.tried and {one for one in BLOCKERS if one[0] == action} <= set(self.blocked)


class Walk(RuleBasedStateMachine):
    """One walk. Everything it commits is taken back when it ends."""

    def __init__(self, app: Flask, small: Small, things: dict[UUID, str], books: Books) -> None:
        super().__init__()
        self.small, self.books = replace(small, people=dict(small.people)), books
        self.model = Model(recall_seconds=app.config["RECALL_SECONDS"])
        for key, name in things.items():
            self.model.things[key] = Thing(Texts(said=[(name, "")], is_carried=True), fate="open")
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
        return self.connection.execute(TRACE, {"last": self.last_entry, "report": self.small.report_id}).one()

    def attempt(
        self, call: "partial[Any]", refusal: Refusal | None, *facts: Fact, before: str | None = None
    ) -> Any:
        """Call an operation. Refused, it must leave no trace; done, it must state exactly `facts`."""
        result, got = None, None
        try:
            result = call()
        except REFUSALS as error:
            got = type(error)
        name = call.func.__name__
        assert got is refusal, f"{name}: {got} where {refusal} was expected; {self.model}"
        self.books.met[name, refusal.__name__ if refusal else "done"] += 1
        has_written, self.has_written = self.has_written, False
        if refusal:
            # Whoever sent nothing but questions to the database has left no trace there.
            trace = self._trace() if has_written else self.trace
            assert trace.digest == self.trace.digest, f"a refused attempt changed something: {self.trace} -> {trace}"
            return result
        self._compare(before, facts)
        return result

    def _compare(self, before: str | None, facts: tuple[Fact, ...]) -> None:
        model, trace = self.model, self._trace()
        self.trace = trace
        assert tuple(trace[3:]) == (
            model.state, model.version, model.round, model.reviewer, model.is_taken, bool(model.returns), model.leave_at,
            model.due, model.snapshots, model.cycle_state, model.cycle_version,
        ), model  # fmt: skip
        news = trace.news or []
        assert [(entry["fact"], entry["actor"]) for entry in news] == list(facts)
        for entry in news:
            self._compare_notices(entry, before)
            self.last_entry = entry["id"]
            self.undelivered.append(entry["id"])

    @invariant()
    def the_report_is_made_of_what_the_model_knows(self) -> None:
        assert self.trace.parts == self.model.parts()

    def _compare_notices(self, entry: Any, before: str | None) -> None:
        told, whom = NOTICES[entry["fact"]], {"actor": entry["actor"], "subject": entry["subject"], "before": before}
        people = set().union(*(self.model.audience(name, **whom) for name in told.audience))
        wanted = [f"{nick} {channel}" for nick in people for channel in told.channels]
        assert sorted(entry["told"]) == sorted(wanted), f"{entry} where {wanted} was expected"
        if entry["version"] is not None:
            assert (entry["dest"], entry["version"]) == (self.model.state, self.model.version)

    def day(self, days: int | None) -> date | None:
        return None if days is None else (self.model.now + timedelta(days=days)).date()

    def known(self, nick: str) -> str:
        """Somebody who has an account."""
        return nick if nick in self.actors else "carla"

    def started(self, nick: str) -> list[Fact]:
        """What the journal says besides when a text is saved: that of the first one."""
        facts: list[Fact] = [] if self.model.is_started else [("report.started", nick)]
        self.model.is_started = True
        return facts
