"""What people and workers do to the small report: the moves, the stages it comes to, and a picture of what became of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, select, text

from review_app.extensions import db
from review_app.models import Entry, Notice, Report
from review_app.operations import accounts, cycles, dispatching, findings, reminders, reviews
from review_app.operations.answers import Typed, save_answers
from review_app.operations.steps import take_step
from review_app.permissions import SYSTEM, Denied, NotFound
from review_app.tasks import REACTIONS
from review_app.transaction import Stale
from tests.people import SIGNATORY
from tests.small_report import DUE, NOW, SECTION, TOLD, Small
from workflows.engine import Blocked, IllegalStep
from workflows.periodic_report import PERIODIC_REPORT

REFUSALS = (Stale, Denied, IllegalStep, Blocked, NotFound)
A_DAY = timedelta(days=1)
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

    def step(self, nick: str, action: str) -> None:
        take_step(
            self.small.person(nick), self.report_id, action, seen=self.seen, now=self.now, signatory=SIGNATORY,
            new_due_on=(self.now + 30 * A_DAY).date(),
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
    "save what nobody believes": lambda p: p.save("carla", "n/a"),
    "give a reason": lambda p: findings.reply(
        p.small.person("carla"), p.report_id, p.small.gap, reason="It is meant.", now=p.now
    ),
    "draft a point": lambda p: reviews.add_point(
        p.small.person("rita"), p.report_id, section=SECTION, text="And why?", weight="should", now=p.now
    ),
    "drop the point": lambda p: reviews.drop_point(p.small.person("rita"), p.report_id, p.point_id),
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
    "claim a mail early": lambda p: dispatching.claim_notice(p.last_mail, now=p.now + A_DAY),
    "ada closes alba": lambda p: accounts.deactivate(p.small.person("ada"), p.small.person("alba"), now=p.now),
    "alba closes ada": lambda p: accounts.deactivate(p.small.person("alba"), p.small.person("ada"), now=p.now),
    "ada ends alba's role": lambda p: _end_role(p.small, "ada", "alba", now=p.now),
    "alba ends ada's role": lambda p: _end_role(p.small, "alba", "ada", now=p.now),
    "submit the other": lambda p: replace(p, report_id=p.other_id).step("carla", "submit"),
    "remind": lambda p: reminders.state_due_reminders(p.now + timedelta(days=300)),
}  # fmt: skip

def _end_role(small: Small, actor: str, nick: str, *, now: datetime) -> None:
    (membership,) = small.person(nick).memberships
    accounts.end_role(small.person(actor), membership, now=now)


# stage -> (what leads there, whether the return has been told, what is tried there at the same time)
SENT = ("save", "submit")
RETURNED = (*SENT, "take", "draft a point", "return")
STAGES: dict[str, tuple[tuple[str, ...], bool, tuple[str, ...]]] = {
    "untouched": ((), False, ("save", "save by another", "submit", "give a reason")),
    "written": (("save",), False, ("submit", "save", "extend", "remind")),
    "doubtful": (("save what nobody believes", "submit"), False, ()),
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


def bring_to(small: Small, stage: str, *, now: datetime = NOW, subject: str = "") -> Place:
    """A new report of Chile that has come as far as a stage; a return that was told was made a day before the stage begins."""
    way, is_told, _ = STAGES[stage]
    subject = subject or f"Report {time.monotonic_ns()}"
    cycles.expect(SYSTEM, small.cycle_id, party_code="CL", subject=subject, now=now)
    place = Place(small, db.session.scalars(select(Report.id).where(Report.subject == subject)).one(), now)
    for action in way:
        place = replace(place, now=now + A_DAY if action == "reply" else place.now)
        done = MOVES[action](place)
        seen = db.session.scalars(select(Report.row_version).where(Report.id == place.report_id)).one()
        place = replace(place, seen=seen, answer_seen=1, point_id=done.id if action == "draft a point" else place.point_id)
    db.session.remove()
    return replace(place, now=now + A_DAY if is_told else now)


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
