"""Who may: one table of actions, each with the relations and states that allow it and the words of its refusal."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, false, or_, true

from review_app.models import ContributionLink, Person, Report
from workflows.messages import Message


@dataclass(frozen=True)
class System:
    """An actor that is no person: the clock, a worker, an import on the command line."""

    name: str = "system"
    kind: Literal["system"] = "system"
    id: None = None


SYSTEM = System()
Actor = Person | System | ContributionLink


class Denied(Exception):
    """The actor may not do this. `refusal` says why."""

    def __init__(self, refusal: Message) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class NotFound(Exception):
    """There is no such thing among what the actor may see."""


@dataclass(frozen=True)
class Verdict:
    """The answer to `can`: truthy when allowed, else with a reason."""

    allowed: bool
    refusal: Message | None = None

    def __bool__(self) -> bool:
        return self.allowed


@dataclass(frozen=True)
class Rule:
    """One row: `relations` (any of them), `states` of the report (None = every), and what a refused person is told."""

    action: str
    relations: frozenset[str]
    states: frozenset[str] | None
    refusal: Message
    wrong_state: Message


WRITING = ("draft", "revision")
SUBMITTED = ("review", "revision", "published")
LOCKED = Message("The answers are locked: the report is with the secretariat or has been published.")
NOT_NOW = Message("That cannot be done at this stage of the report.")


def _rule(
    action: str, relations: str, states: tuple[str, ...] | None, refusal: Message, wrong_state: Message = NOT_NOW
) -> Rule:
    return Rule(action, frozenset(relations.split()), frozenset(states) if states else None, refusal, wrong_state)


_TEAM_ONLY = Message("Only the national team of this report may do that.")
_COORDINATOR_ONLY = Message("Only a coordinator of the national team may do that. Ask yours to do it.")
_REVIEWER_ONLY = Message("Only a reviewer of the secretariat may do that.")
_HOLDER_ONLY = Message("Only the reviewer who has taken this report may do that. Take it first.")
_BY_LINK_ONLY = Message("This is for the receiver of the link only.")
_OFFICE_ONLY = Message("Only an administrator may do that.")

RULES: tuple[Rule, ...] = (
    _rule("report.read", "contributor coordinator administrator system", None, _TEAM_ONLY),
    _rule("report.read", "reviewer", SUBMITTED, _REVIEWER_ONLY),
    _rule("report.read_answers", "contributor coordinator system", None, _TEAM_ONLY),
    _rule("report.review", "reviewer administrator", SUBMITTED, _REVIEWER_ONLY),
    _rule("report.write", "contributor coordinator system", WRITING, _TEAM_ONLY, LOCKED),
    _rule("report.submit", "coordinator", ("draft",), _COORDINATOR_ONLY),
    _rule("report.resubmit", "coordinator", ("revision",), _COORDINATOR_ONLY),
    _rule("report.withdraw", "coordinator", ("review",), _COORDINATOR_ONLY),
    _rule("report.take", "reviewer", ("review",), _REVIEWER_ONLY),
    _rule("report.release", "holder administrator system", ("review",), _HOLDER_ONLY),
    _rule("report.return", "holder", ("review",), _HOLDER_ONLY),
    _rule("report.recall", "reviewer", ("revision",), _REVIEWER_ONLY),
    _rule("report.publish", "holder", ("review",), _HOLDER_ONLY),
    _rule("report.comment", "reviewer", SUBMITTED, _REVIEWER_ONLY),
    _rule("report.draft_points", "holder", ("review",), _HOLDER_ONLY),
    _rule("report.answer_points", "contributor coordinator", ("revision",), _TEAM_ONLY, LOCKED),
    _rule("report.answer_finding", "contributor coordinator", WRITING, _TEAM_ONLY, LOCKED),
    _rule("report.invite", "coordinator", None, _COORDINATOR_ONLY),
    _rule("report.ask", "coordinator", None, _COORDINATOR_ONLY),
    _rule("contribution.write", "receiver", WRITING, _BY_LINK_ONLY, LOCKED),
    _rule("declaration.make", "signatory", WRITING, _BY_LINK_ONLY, LOCKED),
    _rule("report.extend", "administrator", WRITING, _OFFICE_ONLY),
    _rule("report.oversee", "administrator", None, _OFFICE_ONLY),
    _rule("report.import", "administrator system", None, _OFFICE_ONLY),
    _rule("import.manage", "administrator system", None, _OFFICE_ONLY),
    _rule("report.check", "system", None, _OFFICE_ONLY),
    _rule("desk.see", "member", None, Message("You do not belong to a national team.")),
    _rule("review.see", "reviewer administrator", None, _REVIEWER_ONLY),
    _rule("office.see", "administrator", None, _OFFICE_ONLY),
    _rule("cycle.manage", "administrator system", None, _OFFICE_ONLY),
    _rule("rules.manage", "administrator", None, _OFFICE_ONLY),
    _rule("people.manage", "administrator system", None, _OFFICE_ONLY),
)

ACTIONS: dict[str, tuple[Rule, ...]] = {
    action: tuple(rule for rule in RULES if rule.action == action)
    for action in dict.fromkeys(rule.action for rule in RULES)
}


def relations(actor: Actor | None, subject: Any = None) -> frozenset[str]:
    """What the actor is to the subject. A person of a party is never a reviewer or administrator of its reports."""
    if actor is None:
        return frozenset()
    if isinstance(actor, System):
        return frozenset({"system"})
    if isinstance(actor, ContributionLink):
        is_theirs = isinstance(subject, Report) and subject.id == actor.report_id and actor.active
        return frozenset({"signatory" if actor.is_declaration else "receiver"}) if is_theirs else frozenset()
    if not actor.active:
        return frozenset()
    found: set[str] = set()
    if isinstance(subject, Report):
        role = actor.role_for(subject.party_code)
        if role:
            return frozenset({role})
    elif actor.party_codes:
        found.add("member")
    if actor.is_administrator:
        found.add("administrator")
    if actor.is_reviewer:
        found.add("reviewer")
        if isinstance(subject, Report) and subject.taken_at is not None and subject.reviewer_id == actor.id:
            found.add("holder")
    return frozenset(found)


def can(
    actor: Actor | None, action: str, subject: Any = None, *, section: str | None = None, question: str | None = None
) -> Verdict:
    """Whether the actor may do `action` to `subject` (a report, a person, or nothing). Raises KeyError for an unknown action.

    `question`: of that section, or its group; without it the whole section is meant.
    """
    rules, mine = ACTIONS[action], relations(actor, subject)
    fitting = [rule for rule in rules if rule.relations & mine]
    if not fitting:
        return Verdict(False, rules[0].refusal)
    state = subject.state if isinstance(subject, Report) else None
    if state is not None and not any(rule.states is None or state in rule.states for rule in fitting):
        return Verdict(False, fitting[0].wrong_state)
    if section is not None and isinstance(actor, Person) and isinstance(subject, Report):
        scope = actor.scope_for(subject.party_code)
        if scope is not None and section not in scope and f"{section}/{question}" not in scope:
            return Verdict(
                False,
                Message("This section was given to somebody else of your team. Your coordinator can change that."),
            )
    return Verdict(True)


def require(
    actor: Actor | None, action: str, subject: Any = None, *, section: str | None = None, question: str | None = None
) -> None:
    """Raises Denied with the reason when `can` says no."""
    verdict = can(actor, action, subject, section=section, question=question)
    if verdict.refusal is not None:
        raise Denied(verdict.refusal)


def visible_to(actor: Actor | None) -> ColumnElement[bool]:
    """The reports an actor may know of, as an SQL condition on Report: where `report.read` or `report.review` is allowed."""
    if actor is None or isinstance(actor, ContributionLink) or (isinstance(actor, Person) and not actor.active):
        return false()
    if isinstance(actor, System):
        return true()
    if actor.is_administrator:
        return true()
    return _visible(tuple(sorted(actor.party_codes)), reviews=actor.is_reviewer)


@lru_cache(maxsize=512)
def _visible(parties: tuple[str, ...], *, reviews: bool) -> ColumnElement[bool]:
    mine = Report.party_code.in_(parties)
    return or_(mine, Report.state.in_(SUBMITTED)) if reviews else mine


__all__ = [
    "ACTIONS",
    "RULES",
    "SYSTEM",
    "Actor",
    "Denied",
    "NotFound",
    "System",
    "Verdict",
    "can",
    "require",
    "visible_to",
]
