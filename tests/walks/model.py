"""The report of a walk, its cycle and its people in plain words, and what the tables say must happen to them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from review_app.permissions import Denied
from review_app.transaction import Stale
from tests.small_report import CAST, DUE, NOW
from tests.walks.parts import Demand, File, Link, Texts, Thing
from workflows.blockers import Situation
from workflows.engine import Blocked, IllegalStep
from workflows.periodic_report import PERIODIC_REPORT
from workflows.states import State

Refusal = type[Exception]
# Any reviewer may ask to recall; that only the one who returned can is a blocker, with a sentence of its own.
ASKED_BY = {"recall": ("reviewer",)}


@dataclass(frozen=True)
class Given:
    """What comes with a step. `declared_by`: the link by which the official has declared, instead of a signature typed."""

    new_due: date | None = None
    is_signed: bool = False
    declared_by: int | None = None


@dataclass
class Model:
    """Ids stand only for what has no other name: entries, files, links, points."""

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
    is_started: bool = False
    told: Texts = field(default_factory=Texts)
    proof: Texts = field(default_factory=lambda: Texts(nothing=()))
    things: dict[UUID, Thing] = field(default_factory=dict)
    files: dict[UUID, File] = field(default_factory=dict)
    links: dict[int, Link] = field(default_factory=dict)
    has_reason: bool = False
    points: dict[int, Demand] = field(default_factory=dict)
    cycle_state: str = "open"
    cycle_version: int = 2
    roles: dict[str, set[tuple[str, str | None]]] = field(default_factory=lambda: {nick: {job} for nick, job in CAST.items()})
    active: set[str] = field(default_factory=lambda: set(CAST))
    reminded: set[tuple[str, date]] = field(default_factory=set)
    returns: list[datetime] = field(default_factory=list)

    # Who may

    def team(self, role: str = "") -> set[str]:
        """Who writes Chile's report, or has one role there."""
        return {nick for nick in self.active for one, party in self.roles[nick] if party == "CL" and role in ("", one)}

    def is_one_of(self, nick: str, roles: tuple[str, ...]) -> bool:
        """Whether somebody has one of the roles that the table of steps names. Who belongs to the party has no other here."""
        mine = {role for role, party in self.roles[nick] if party == "CL"}
        if not mine:
            mine = {role for role, party in self.roles[nick] if party is None}
            if "reviewer" in mine and self.is_taken and self.reviewer == nick:
                mine.add("assigned_reviewer")
        return nick in self.active and bool(mine & set(roles))

    def may_write(self, nick: str) -> bool:
        return self.is_one_of(nick, ("coordinator", "contributor")) and self.is_writable

    @property
    def is_writable(self) -> bool:
        return self.state in ("draft", "revision") and not self.is_held

    @property
    def is_held(self) -> bool:
        """Whether the return can still be recalled."""
        return self.leave_at is not None and self.now < self.leave_at

    def is_last_coordinator(self, nick: str) -> bool:
        """Of any party."""
        return any(
            not any(job in self.roles[other] for other in self.active - {nick})
            for job in self.roles[nick] if job[0] == "coordinator"
        )  # fmt: skip

    # What must be told before a step

    @property
    def is_told(self) -> bool:
        return any(self.told.standing)

    @property
    def open_errors(self) -> int:
        entries = [thing for thing in self.things.values() if not thing.is_ended]
        unconfirmed = sum(thing.name.is_carried for thing in entries)
        return int(not self.is_told and not self.has_reason) + unconfirmed + sum(thing.fate == "open" for thing in entries)

    def live(self, raw: list[dict[str, str]]) -> tuple[UUID, ...]:
        """What an answer may name of the files that somebody sent with it."""
        keys = [UUID(one["id"]) for one in raw]
        return tuple(key for key in keys if self.files[key].status in ("checking", "ready"))

    def named_files(self, status: str) -> int:
        return sum(self.files[key].status == status for key in self.proof.standing)

    @property
    def content(self) -> Any:
        """All that an official declares."""
        names = [(key, thing.name.standing) for key, thing in self.things.items() if not thing.is_ended]
        fates = [(key, thing.fate, thing.into) for key, thing in self.things.items() if thing.fate and thing.is_ended]
        return self.told.said[-1:], self.proof.said[-1:], names, fates

    def is_declared_by(self, key: int) -> bool:
        """Whether this is the last declaration, on these very answers."""
        made = [link for link in self.links.values() if link.declared_at and not link.is_withdrawn]
        last = max(made, key=lambda link: link.declared_at or NOW, default=None)
        return last is not None and last is self.links[key] and last.declared == self.content

    def situation(self, nick: str, given: Given) -> Situation:
        is_writing = self.state in ("draft", "revision")
        drafted = [point for point in self.points.values() if not point.is_returned]
        asked = [point for point in self.points.values() if point.is_returned] if is_writing else drafted
        is_declared = given.declared_by is not None and self.is_declared_by(given.declared_by)
        return Situation(
            round=self.round, was_returned=bool(self.returns), is_taken=self.is_taken,
            taken_by_actor=self.is_taken and self.reviewer == nick, is_same_reviewer=self.reviewer == nick,
            open_errors=self.open_errors if is_writing else 0,
            open_fates=sum(thing.fate == "open" for thing in self.things.values()),
            open_must_points=sum(point.weight == "must" and not point.has_reply for point in asked),
            refused_files=self.named_files("refused"), unscanned_files=self.named_files("checking"),
            points=len(drafted), has_declaration=is_declared if given.declared_by is not None else given.is_signed,
            is_declaration_stale=given.declared_by is not None and not is_declared,
            notices_left=not self.is_held, cycle_state=self.cycle_state, new_due_on=given.new_due, now=self.now,
        )  # fmt: skip

    def refusal(self, nick: str, action: str, *, seen: int, given: Given) -> Refusal | None:
        """Why a step must be refused; None when it must be taken."""
        if seen != self.version:
            return Stale
        try:
            step = PERIODIC_REPORT.step(self.state, action)
            if not self.is_one_of(nick, ASKED_BY.get(action, step.roles)):
                return Denied
            PERIODIC_REPORT.advance(self.state, action, self.situation(nick, given))
        except (IllegalStep, Blocked) as refusal:
            return type(refusal)
        return None

    # What changes

    def take(self, nick: str, action: str, given: Given) -> None:
        """What a step changes."""
        self.state = PERIODIC_REPORT.step(self.state, action).dest
        self.version += 1
        match action:
            case "submit" | "resubmit":
                self.round = 1 if action == "submit" else self.round + 1
                self.is_taken, self.leave_at = False, None
                self.snapshots += 1
                for key in self.proof.standing:
                    self.files[key].is_frozen = True
            case "withdraw" | "release":
                self.reviewer, self.is_taken = None, False
            case "withdraw_again":
                self.round, self.is_taken = self.round - 1, False
            case "take":
                self.reviewer, self.is_taken = nick, True
            case "return" if given.new_due:
                self.returns.append(self.now)
                self.leave_at = self.now + timedelta(seconds=self.recall_seconds)
                self.due_before, self.due, self.due_of_return = self.due, given.new_due, given.new_due
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

    def leave(self, nick: str) -> Iterator[tuple[str, None]]:
        """What becomes of the report when a reviewer who has it may not have it any more."""
        if self.state == "review" and self.is_taken and self.reviewer == nick:
            self.take(nick, "release", Given())
            yield "report.released", None

    def forget_unused(self) -> None:
        """Files that neither the answer nor a snapshot names are given up after 30 days."""
        for key, file in self.files.items():
            if file.status in ("checking", "ready"):
                is_used = key in self.proof.standing or file.is_frozen
                file.unused_since = None if is_used else file.unused_since or self.now
                if file.unused_since and file.unused_since <= self.now - timedelta(days=30):
                    file.status = "gone"

    def audience(self, name: str, *, actor: str | None, subject: str | None, before: str | None) -> set[str | None]:
        """Who belongs to an audience of the notices."""
        reviewers = {nick for nick in self.active if ("reviewer", None) in self.roles[nick]}
        found: dict[str, set[str | None]] = {
            "person": {subject}, "actor": {actor}, "receiver": {"link"},
            "team": {*self.team()}, "coordinators": {*self.team("coordinator")},
            "reviewers": {*(reviewers - self.team() - {actor})}, "previous_reviewer": {before} - {actor},
        }  # fmt: skip
        return found[name] - {None}

    def parts(self) -> dict[str, Any]:
        """The picture that walks.trace draws of the same in the database."""
        places = {"told": self.told, "proof": self.proof, **{str(key): thing.name for key, thing in self.things.items()}}
        return {
            "things": {
                str(key): [thing.fate, thing.is_ended, thing.version, thing.into and str(thing.into)]
                for key, thing in self.things.items()
            },
            "answers": {name: len(texts.said) for name, texts in places.items() if texts.said},
            "files": {str(key): [file.status, file.unused_since is not None] for key, file in self.files.items()},
            "links": {
                str(key): [link.by, link.is_answered, link.is_withdrawn, link.declared_at is not None]
                for key, link in self.links.items()
            },
            "proposals": {str(key): one.outcome for link in self.links.values() for key, one in link.texts.items()},
            "roles": sorted(f"{nick} {role} {party or '-'}" for nick, jobs in self.roles.items() for role, party in jobs),
        }  # fmt: skip
