"""What the rules of the checks are worth: how often each fired, was answered, was acted on; and what is being checked again."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_, func, select

from review_app.checks.found import Rule
from review_app.checks.freshness import AS_WRITTEN, Setting
from review_app.checks.registry import RULES
from review_app.extensions import db
from review_app.models import Cycle, Finding, FindingReply, Recheck, Report, RuleSetting
from review_app.queries.office import cycle_choices

RECHECKS_SHOWN = 5


@dataclass(frozen=True)
class Worth:
    """How often a rule found something, was answered with a reason, went away when the text changed; and what stands open."""

    fired: int = 0
    answered: int = 0
    acted_on: int = 0
    standing: int = 0

    def __add__(self, other: "Worth") -> "Worth":
        return Worth(
            self.fired + other.fired, self.answered + other.answered, self.acted_on + other.acted_on,
            self.standing + other.standing,
        )  # fmt: skip


@dataclass(frozen=True)
class RuleRow:
    """A rule, how the chosen cycle sets it, in how many cycles it is set otherwise, and its worth."""

    rule: Rule
    setting: Setting
    set_in: int
    worth: Worth


@dataclass(frozen=True)
class CycleRow:
    """A cycle, how it sets a rule, and what the rule was worth in it."""

    cycle: Cycle
    setting: Setting
    worth: Worth


def rules(cycle: Cycle | None = None) -> list[RuleRow]:
    """Every rule with its worth in one cycle, or in all."""
    worth: dict[str, Worth] = defaultdict(Worth)
    for (rule, cycle_id), figures in _worth().items():
        if cycle is None or cycle.id == cycle_id:
            worth[rule] += figures
    settings = _settings()
    return [
        RuleRow(
            rule, settings.get((rule.id, cycle.id), AS_WRITTEN) if cycle else AS_WRITTEN,
            sum(one == rule.id and setting != AS_WRITTEN for (one, _), setting in settings.items()), worth[rule.id],
        )
        for rule in RULES
    ]  # fmt: skip


def rule_with_id(rule_id: str) -> Rule | None:
    return next((rule for rule in RULES if rule.id == rule_id), None)


def cycles_of(rule: Rule) -> list[CycleRow]:
    """A rule in every cycle, the newest first."""
    worth, settings = _worth(rule), _settings()
    return [
        CycleRow(cycle, settings.get((rule.id, cycle.id), AS_WRITTEN), worth.get((rule.id, cycle.id), Worth()))
        for cycle in cycle_choices()
    ]


def _settings() -> Mapping[tuple[str, int], Setting]:
    rows = db.session.scalars(select(RuleSetting))
    return {(row.rule, row.cycle_id): Setting(row.is_on, row.severity) for row in rows}  # type: ignore[arg-type]


def _worth(rule: Rule | None = None) -> dict[tuple[str, int], Worth]:
    """(rule, cycle) -> its worth there. One query."""
    is_open = Finding.settled_at.is_(None)
    statement = (
        select(
            Finding.rule, Report.cycle_id, func.count(), func.count(FindingReply.id),
            func.count().filter(Finding.settled_how == "changed"), func.count().filter(is_open, FindingReply.id.is_(None)),
        )
        .join(Report, Report.id == Finding.report_id)
        .outerjoin(FindingReply, and_(
            FindingReply.report_id == Finding.report_id, FindingReply.fingerprint == Finding.fingerprint,
        ))
        .group_by(Finding.rule, Report.cycle_id)
    )  # fmt: skip
    if rule is not None:
        statement = statement.where(Finding.rule == rule.id)
    return {(name, cycle_id): Worth(*figures) for name, cycle_id, *figures in db.session.execute(statement)}


def rechecks() -> list[Recheck]:
    """What is being checked again, and the newest that came to their end."""
    statement = select(Recheck).order_by((Recheck.status == "done"), Recheck.created_at.desc()).limit(RECHECKS_SHOWN)
    return list(db.session.scalars(statement))
