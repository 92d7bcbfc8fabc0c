"""Random walks of one report on the real database, step by step beside a plain model that knows what must happen.

The model asks the table of steps whether a step is legal and keeps its own books of everything else (tests/walks/). What it
expects to be refused must be refused, and leave no trace; what it expects to be done must have exactly the expected consequences.
"""

import gc
import os
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings, strategies
from hypothesis.stateful import initialize, run_state_machine_as_test

from config import Settings
from review_app.queries.invariants import broken
from tests.figures.conftest import Figure
from tests.servers import Ground
from tests.small_report import CAST, TOLD, Small
from tests.walks.asking import BOTH, WORDS, Asking
from tests.walks.office import WAITS, Office
from tests.walks.reviewing import Reviewing
from tests.walks.sending import Sending
from tests.walks.stepping import ACTIONS, Stepping
from tests.walks.walk import BLOCKERS, Books
from tests.walks.world import carried_things, walked_world
from workflows.periodic_report import PERIODIC_REPORT
from workflows.states import State

# `WALKS=5000 make figures` for more of them; a hundred take 45 seconds of one core.
WALKS, STEPS = int(os.environ.get("WALKS", "500")), 30
PAIRS = set(product(State, ACTIONS))
ROWS = {(step.source, step.action) for step in PERIODIC_REPORT.steps}
# Each operation was done, and refused in each of these ways; texts were saved in each of these.
REFUSED = {
    "take_step": "Stale Denied IllegalStep Blocked",
    "save_answers": "Denied saved unchanged conflict", "reply": "Denied NotFound",
    "add_item": "Denied", "end_item": "Denied", "settle_items": "Denied NotFound Stale Blocked",
    "take_in": "Denied", "keep": "", "claim": "", "hear": "", "forget_unused": "",
    "ask": "Denied NotFound Blocked", "send_again": "Denied Blocked", "withdraw": "Denied",
    "save_contribution": "LinkOver NotFound saved unchanged conflict", "send_contribution": "LinkOver NotFound Blocked",
    "declare": "LinkOver Denied Stale",
    "accept": "Denied NotFound Stale", "merge": "Denied NotFound saved unchanged conflict", "decline": "Denied NotFound",
    "add_point": "Denied", "drop_point": "Denied NotFound", "reply_to_point": "Denied NotFound",
    "extend_due": "Denied Blocked", "move_cycle": "Denied Stale IllegalStep", "state_due_reminders": "",
    "deactivate": "Denied", "reactivate": "Denied", "hand_over": "Denied",
}  # fmt: skip
MET = {(name, how) for name, ways in REFUSED.items() for how in ("done", *ways.split())} - {("take_in", "done")}
# Where a walk ends, as long as no walk has met all of an operation: the operation, what the report must have, a rule, what it is given.
AT_LAST: tuple[tuple[str, str, str, tuple[Any, ...]], ...] = (
    ("ask", "things", "ask", ("carla", None, 0, -1)), ("drop_point", "points", "drop_a_point", (None, 0)),
    ("reactivate", "things", "close_or_open_an_account", ("carla", "rita")),
    ("send_again", "links", "ask_again", ("carla", 0, -1)), ("send_again", "links", "ask_again", ("carla", 0, 60)),
    ("save_contribution", "links", "ask_again", ("carla", 0, 60)),
    ("save_contribution", "links", "write_by_link", (0, WORDS[0], 0)),
    ("save_contribution", "links", "write_by_link", (0, WORDS[1], 0)),
    ("save_contribution", "links", "write_by_link", (0, "", 1)), ("save_contribution", "links", "write_by_link", (0, "", 0)),
    ("declare", "links", "declare_by_link", (0, True)), ("declare", "links", "declare_by_link", (0, False)),
    ("send_contribution", "links", "send_by_link", (0,)),
    ("send_contribution", "links", "write_by_link", (0, WORDS[1], 0)),
    ("send_contribution", "links", "send_by_link", (0,)),
    ("decline", "links", "decline", ("pia", 0)), ("accept", "links", "accept", ("pia", 0, 1)),
    ("accept", "links", "accept", ("pia", 0, 0)), ("merge", "links", "merge", ("pia", 0, BOTH[0], 0)),
    ("merge", "links", "merge", ("caspar", 0, BOTH[0], 2)), ("merge", "links", "merge", ("caspar", 0, BOTH[0], 0)),
    ("accept", "links", "accept", ("caspar", 0, 0)), ("decline", "links", "decline", ("caspar", 0)),
)  # fmt: skip
SUBMITTED = ("told", "submit")
RETURNED = (*SUBMITTED, "take", "point", "return")
REVISED = (*RETURNED, "later")
RESUBMITTED = (*REVISED, "replied", "resubmit")
STARTS = (
    (), ("asked",), ("told", "declared"), ("file", "infected"), SUBMITTED, (*SUBMITTED, "take"), ("told", "file", "submit", "take"),
    (*SUBMITTED, "take", "point"), (*SUBMITTED, "take", "publish"), RETURNED, (*REVISED, "asked"), (*REVISED, "replied", "declared"),
    (*REVISED, "file", "infected"), (*REVISED, "reopened"), (*RESUBMITTED, "take"), (*RESUBMITTED, "withdraw_again"),
)  # fmt: skip


class WholeWalk(Stepping, Sending, Asking, Reviewing, Office):
    """All that can happen to the report."""

    @initialize(way=strategies.sampled_from(STARTS))
    def start_somewhere(self, way: tuple[str, ...]) -> None:
        """Walks begin all along the way, so that they do not spend their steps on the first draft."""
        before: dict[str, Callable[[], None]] = {
            "told": lambda: self.tell_what_is_missing("caspar"),
            "point": lambda: self.draft_a_point("rita", "must"),
            "later": lambda: self.wait(WAITS[1]),
            "replied": lambda: self.reply_to_a_point("carla", 0),
            "reopened": lambda: self.end_an_entry_or_bring_it_back("carla", 0, False),
            "file": lambda: self.send_a_file("caspar"),
            "infected": lambda: self.scan(0, "a virus"),
            "asked": self.ask_and_answer,
            "declared": self.ask_and_declare,
        }
        for action in way:
            if action in before:
                before[action]()
            else:
                nick = "carla" if action in ("submit", "resubmit", "withdraw_again") else "rita"
                self.step(nick, action, self.ready())

    def ask_and_answer(self) -> None:
        self.ask("carla", TOLD, 0, 60)
        self.write_by_link(0, WORDS[0], 0)
        self.send_by_link(0)

    def ask_and_declare(self) -> None:
        self.ask("carla", None, 0, 60)
        self.declare_by_link(0, False)

    def teardown(self) -> None:
        try:
            self.try_every_step()
            assert broken() == {}
        finally:
            self.stack.close()

    def try_every_step(self) -> None:
        """With a text missing and the cycle closed, where that can be."""
        if self.model.state == "revision":
            self.write("carla", ("", ""), 0)
        if self.model.state == "draft" and self.model.cycle_state == "open":
            self.move_the_cycle("ada", "close", 0)
        super().try_every_step()
        for operation, needed, rule, given in AT_LAST:
            if getattr(self.model, needed) and any((operation, how) not in self.books.met for how in REFUSED[operation].split()):
                getattr(self, rule)(*given)


@pytest.fixture(scope="module")
def small(
    shared_app: Flask, settings: Settings, ground: Ground, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Small]:
    with walked_world(shared_app, settings, ground, tmp_path_factory.mktemp("note")) as made:
        yield made


@pytest.mark.timeout(1800)
def test_no_walk_ends_where_it_must_not(shared_app: Flask, small: Small, figure: Figure) -> None:
    books = Books(actors={nick: small.actor(nick) for nick in CAST})
    things: dict[UUID, str] = carried_things(small.report_id)
    gc.freeze()
    run_state_machine_as_test(
        lambda: WholeWalk(shared_app, small, things, books),  # type: ignore[arg-type]
        settings=settings(
            max_examples=WALKS, stateful_step_count=STEPS, deadline=None, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    gc.unfreeze()
    assert PAIRS - set(books.tried) == set(), "a step was never tried in a state"
    assert ROWS ^ set(books.taken) == set(), "a legal step was never taken, or one that is not legal was"
    assert BLOCKERS - set(books.blocked) == set(), "a blocker was never met"
    assert MET ^ set(books.met) == set(), "an operation was never done or never refused, or in a way that nobody expected"
    figure(f"walks of {STEPS} steps", books.walks, at_least=500)
    figure("pairs of a state and a step that were tried", len(books.tried), exactly=len(PAIRS))
    figure("legal steps that were taken", len(books.taken), exactly=len(ROWS))
