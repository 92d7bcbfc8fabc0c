"""What happens around the report: time, the office, accounts, the lead, the clock and the worker."""

from datetime import timedelta
from functools import partial

from hypothesis import strategies
from hypothesis.stateful import precondition, rule

from review_app.extensions import db
from review_app.operations import accounts, cycles, dispatching, reminders
from review_app.operations.leads import Successor, hand_over
from review_app.permissions import Denied
from review_app.queries.dispatching import due_notices
from review_app.tasks import REACTIONS
from review_app.transaction import Stale
from tests.walks.walk import NEW, Fact, Walk
from workflows.cycle import CYCLE
from workflows.engine import Blocked, IllegalStep

WAITS = (timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1), timedelta(days=29), timedelta(days=70))
LEAD = ("coordinator", "CL")


class Office(Walk):
    @rule(wait=strategies.sampled_from(WAITS))
    def wait(self, wait: timedelta) -> None:
        self.model.now += wait

    @rule(nick=strategies.sampled_from(("ada", "ada", "rita", "carla")), days=strategies.sampled_from((200, 40, 0)))
    def extend(self, nick: str, days: int) -> None:
        model = self.model
        new_due = self.day(days)
        assert new_due
        call = partial(
            cycles.extend_due, self.actors[nick], self.small.report_id, new_due_on=new_due, reason="Elections.", now=model.now
        )
        if not model.is_one_of(nick, ("administrator",)) or model.state not in ("draft", "revision"):
            self.attempt(call, Denied)
        elif new_due <= max(model.now.date(), model.due):
            self.attempt(call, Blocked)
        else:
            model.due, model.told_at = new_due, model.now
            self.attempt(call, None, ("report.extended", nick))

    @rule(
        nick=strategies.sampled_from(("ada", "ada", "carla")),
        whom=strategies.sampled_from(("rita", "rolf", "rita", "rolf", "carla", "caspar", "pia")),
    )
    def close_or_open_an_account(self, nick: str, whom: str) -> None:
        model, is_open = self.model, whom in self.model.active
        verb = accounts.deactivate if is_open else accounts.reactivate
        db.session.expunge_all()
        call = partial(verb, self.actors[nick], self.small.person(whom), now=model.now)
        if nick != "ada" or (is_open and model.is_last_coordinator(whom)):
            self.attempt(call, Denied)
            return
        model.active ^= {whom}
        facts: list[Fact] = [("person.deactivated" if is_open else "person.reactivated", nick)]
        self.attempt(call, None, *facts, *(model.leave(whom) if is_open else ()))
        self.actors[whom] = self.small.actor(whom)

    @rule(
        nick=strategies.sampled_from(("carla", "carla", "caspar", "rita", "pia")),
        whom=strategies.sampled_from(("caspar", "carla", "rita", NEW)), stays=strategies.booleans(),
    )  # fmt: skip
    def hand_over_the_lead(self, nick: str, whom: str, stays: bool) -> None:
        model = self.model
        db.session.expunge_all()
        to = Successor(f"{whom}@example.org", whom.capitalize(), "en")
        call = partial(hand_over, self.small.person(nick), "CL", to, note="Thank you.", stays=stays, now=model.now)
        is_closed = whom in model.roles and whom not in model.active
        if nick not in model.team("coordinator") or whom == nick or is_closed:
            self.attempt(call, Denied)
            return
        person = self.attempt(call, None, *self._handed_over(nick, whom, stays=stays))
        self.small.people[whom] = person.id
        for one in (nick, whom):
            self.actors[one] = self.small.actor(one)

    def _handed_over(self, nick: str, whom: str, *, stays: bool) -> list[Fact]:
        """What it changes, and states."""
        model = self.model
        model.active.add(whom)
        model.roles.setdefault(whom, set()).add(LEAD)
        facts: list[Fact] = [("person.invited", nick), *model.leave(whom)]
        facts += [("report.lead_changed", nick)] if model.state != "published" else []
        facts += [("person.lead_handed_over", nick)]
        for link in model.links.values():
            link.by = whom if link.by == nick else link.by
        writes, mine = ("contributor", "CL"), model.roles[nick]
        if stays and writes not in mine:
            facts += [("person.invited", nick)]
        elif not stays and writes in mine:
            facts += [("person.role_ended", nick)]
        model.roles[nick] = mine - {LEAD, writes} | ({writes} if stays else set())
        return [*facts, ("person.role_ended", nick)]

    @rule(
        nick=strategies.sampled_from(("ada", "ada", "ada", "rita")), action=strategies.sampled_from(("close", "reopen", "open")),
        off=strategies.sampled_from((0, 0, 0, -1)),
    )  # fmt: skip
    def move_the_cycle(self, nick: str, action: str, off: int) -> None:
        model = self.model
        seen = model.cycle_version + off
        call = partial(cycles.move_cycle, self.actors[nick], self.small.cycle_id, action, seen=seen, now=model.now)
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
        facts: list[Fact] = []
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
        call = partial(reminders.state_due_reminders, model.now)
        self.attempt(call, None, *facts)
        self.attempt(call, None)

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
