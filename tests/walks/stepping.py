"""The steps of the table, tried by everybody in every state."""

from functools import partial

from hypothesis import strategies
from hypothesis.stateful import rule

from review_app.operations.steps import take_step
from tests.people import SIGNATORY
from tests.walks.model import ASKED_BY, Given
from tests.walks.walk import EVERYBODY, Fact, Walk
from workflows.engine import Blocked
from workflows.periodic_report import PERIODIC_REPORT

ACTIONS = tuple(dict.fromkeys(step.action for step in PERIODIC_REPORT.steps))
# Some twice: nobody takes what they have, or releases what nobody has.
AT_THE_END = (
    "submit", "resubmit", "recall", "take", "take", "return", "withdraw", "withdraw_again", "publish", "release", "release",
)  # fmt: skip
# How often a step is chosen among those that can be taken.
OFTEN = {"submit": 3, "take": 2, "return": 8, "recall": 4, "resubmit": 8, "withdraw_again": 3}


class Stepping(Walk):
    def step(self, nick: str, action: str, given: Given, *, off: int = 0) -> None:
        model = self.model
        source, before, was_taken, seen = model.state, model.reviewer, model.is_taken, model.version + off
        refusal = model.refusal(nick, action, seen=seen, given=given)
        self.books.tried[source, action] += 1
        facts: list[Fact] = []
        if refusal is Blocked:
            situation = model.situation(nick, given)
            step = PERIODIC_REPORT.step(source, action)
            self.books.blocked.update((action, blocker.__name__) for blocker in step.blockers if blocker(situation))
        if refusal is None:
            fact = PERIODIC_REPORT.step(source, action).fact
            facts = [("report.taken_over" if action == "take" and was_taken else fact, nick)]
            self.books.taken[source, action] += 1
            model.take(nick, action, given)
        call = partial(
            take_step, self.actors[nick], self.small.report_id, action, seen=seen, now=model.now, new_due_on=given.new_due,
            signatory=SIGNATORY if given.is_signed else None, declared_by=given.declared_by,
        )  # fmt: skip
        self.attempt(call, refusal, *facts, before=before)

    def ready(self, choice: int = 0) -> Given:
        """Whatever a step may ask for: a date, and the declaration, by a link when one was made."""
        made = [key for key, link in self.model.links.items() if self.model.is_declared_by(key)]
        by_link = made[-1] if made and choice % 2 else None
        return Given(self.day(14), is_signed=by_link is None, declared_by=by_link)

    @rule(
        nick=strategies.sampled_from(EVERYBODY), action=strategies.sampled_from(ACTIONS),
        off=strategies.sampled_from((0, 0, 0, 1, -1)), days=strategies.sampled_from((14, 0, None)),
        is_signed=strategies.booleans(), choice=strategies.integers(0, 9),
    )  # fmt: skip
    def try_any_step(self, nick: str, action: str, off: int, days: int | None, is_signed: bool, choice: int) -> None:
        asked = [key for key, link in self.model.links.items() if link.place is None]
        declared_by = asked[choice % len(asked)] if asked and not is_signed and choice < 6 else None
        self.step(self.known(nick), action, Given(self.day(days), is_signed, declared_by), off=off)

    def try_every_step(self) -> None:
        """Where a walk ends, whatever was never tried there, by whoever has its role, with nothing signed and no date."""
        for action in AT_THE_END:
            if self.books.know(self.model.state, action):
                continue
            roles = {role for step in PERIODIC_REPORT.steps if step.action == action for role in ASKED_BY.get(action, step.roles)}
            able = [nick for nick in reversed(self.actors) if self.model.is_one_of(nick, tuple(roles))] or ["carla"]
            for nick in able if action == "recall" else able[:1]:
                self.step(nick, action, Given())

    @rule(choice=strategies.integers(0, 999))
    def try_a_step_of_this_state(self, choice: int) -> None:
        """By somebody who has the role for it: refused only when it must wait."""
        steps = PERIODIC_REPORT.steps_from(self.model.state)
        able = [(nick, step.action) for step in steps for nick in self.actors if self.model.is_one_of(nick, step.roles)]
        if able:
            self.step(*able[choice % len(able)], self.ready(choice))

    @rule(choice=strategies.integers(0, 999))
    def go_on(self, choice: int) -> None:
        """A step that can be taken now: rather one that leads far than one that goes in a circle or ends the walk."""
        given, seen = self.ready(choice), self.model.version
        able = [
            (nick, step.action)
            for step in PERIODIC_REPORT.steps_from(self.model.state)
            for nick in self.actors
            for _ in range(OFTEN.get(step.action, 1))
            if self.model.refusal(nick, step.action, seen=seen, given=given) is None
        ]
        if able:
            self.step(*able[choice % len(able)], given)

    @rule(choice=strategies.integers(0, 999))
    def go_further(self, choice: int) -> None:
        """As `go_on`: a rule that is there twice is chosen twice as often."""
        self.go_on(choice)
