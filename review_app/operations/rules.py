"""Verbs about rules: set one for a cycle, notice those that changed, and check reports again, one at a time."""

import logging
from collections.abc import Collection
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

from review_app.checks.found import SEVERITIES, Rule, Severity
from review_app.checks.freshness import AS_WRITTEN, OFF, Setting
from review_app.checks.registry import RULES
from review_app.extensions import db
from review_app.models import Cycle, Recheck, Report, ReportCheck, RuleSetting, RuleVersion
from review_app.operations.findings import check_report
from review_app.permissions import Actor, NotFound, require
from review_app.queries.checking import settings_of
from review_app.queries.rules import rule_with_id
from review_app.transaction import atomic, record
from workflows.engine import Blocked
from workflows.messages import Message

log = logging.getLogger(__name__)


def severities_of(rule: Rule) -> tuple[Severity, ...]:
    """What a cycle may make of a rule: an error only of one that is certain, and so an error as it is written."""
    return SEVERITIES if rule.severity == "error" else SEVERITIES[1:]


@atomic
def set_rule(
    actor: Actor, cycle_id: int, rule_id: str, *, setting: Severity | Literal["off"], now: datetime
) -> Recheck | None:
    """Switch a rule off for a cycle, or on with a severity; its reports are checked again, also those that are published.

    Raises NotFound, Denied, Blocked (a rule that is not certain as an error).
    """
    require(actor, "rules.manage")
    rule = rule_with_id(rule_id)
    # Rechecks before cycles, as whoever checks a report for one holds them.
    db.session.execute(select(Recheck.id).where(Recheck.status != "done").with_for_update())
    cycle = db.session.get(Cycle, cycle_id, with_for_update={"of": Cycle}, populate_existing=True)
    if rule is None or cycle is None:
        raise NotFound
    if setting != OFF and setting not in severities_of(rule):
        raise Blocked((Message("Only a rule that is certain can be an error. Choose another severity."),))
    before = settings_of(cycle.id).get(rule.id, AS_WRITTEN)
    after = Setting(is_on=False) if setting == OFF else Setting(severity=None if setting == rule.severity else setting)
    if after == before:
        return None
    row = {"is_on": after.is_on, "severity": after.severity}
    write = insert(RuleSetting).values(cycle_id=cycle.id, rule=rule.id, **row)
    db.session.execute(write.on_conflict_do_update(index_elements=["cycle_id", "rule"], set_=row))
    record(
        "rule.changed", actor=actor, now=now, cycle=cycle,
        params={"rule": rule.id, "setting": setting, "was": (before.severity or rule.severity) if before.is_on else OFF},
    )
    return _recheck([rule.id], cycle=cycle, now=now)


@atomic
def notice_new_versions(*, now: datetime) -> Recheck | None:
    """Note the version of every rule; when one was raised, every report is checked again."""
    known = {row.rule: row.version for row in db.session.scalars(select(RuleVersion))}
    # An older worker may still run beside a newer one, so a version never goes back.
    raised = [rule for rule in RULES if known.get(rule.id, 0) < rule.version]
    if not raised:
        return None
    write = insert(RuleVersion).values([{"rule": rule.id, "version": rule.version, "noted_at": now} for rule in raised])
    is_news = RuleVersion.version < write.excluded.version  # for the second of two sweepers it is none
    row = {"version": write.excluded.version, "noted_at": write.excluded.noted_at}
    news = db.session.scalars(
        write.on_conflict_do_update(index_elements=["rule"], set_=row, where=is_news).returning(RuleVersion.rule)
    ).all()
    return _recheck(news, cycle=None, now=now) if news else None


def _recheck(rules: Collection[str], *, cycle: Cycle | None, now: datetime) -> Recheck | None:
    """Begin to check reports again. One that has not come to its end takes the rules over, and begins anew."""
    total = db.session.scalar(select(func.count()).select_from(ReportCheck).join(Report).where(_concerned(cycle))) or 0
    is_same = Recheck.cycle_id == cycle.id if cycle else Recheck.cycle_id.is_(None)
    run = db.session.scalar(select(Recheck).where(is_same, Recheck.status != "done").with_for_update(of=Recheck))
    if run is None and not total:
        return None
    if run is None:
        run = Recheck(cycle_id=cycle.id if cycle else None, rules=[])
        db.session.add(run)
    run.rules = sorted({*run.rules, *rules})
    run.status, run.total, run.done, run.failed, run.last_report_id = "running", total, 0, 0, 0
    run.error, run.created_at = None, now
    return run


def _concerned(cycle: Cycle | None) -> ColumnElement[bool]:
    return Report.cycle_id == cycle.id if cycle else true()


@atomic
def steer(actor: Actor, recheck_id: int, *, goes_on: bool) -> None:
    """Stop checking reports again, or go on where it stopped. Raises NotFound, Denied."""
    require(actor, "rules.manage")
    run = db.session.get(Recheck, recheck_id, with_for_update={"of": Recheck}, populate_existing=True)
    if run is None:
        raise NotFound
    if run.status != "done":
        run.status = "running" if goes_on else "stopped"


@atomic
def recheck_next(recheck_id: int, *, now: datetime) -> bool:
    """Check the next report of a recheck, and note how far it came, in one transaction.

    False: stopped, at its end, or held elsewhere. A report that cannot be checked is counted and passed over.
    """
    run = db.session.get(Recheck, recheck_id, with_for_update={"of": Recheck, "skip_locked": True}, populate_existing=True)
    if run is None or run.status != "running":
        return False
    report_id = db.session.scalar(
        select(func.min(Report.id))
        .join(ReportCheck, ReportCheck.report_id == Report.id)
        .where(Report.id > run.last_report_id, _concerned(run.cycle))
    )
    if report_id is None:
        run.status, run.ended_at = "done", now
        return False
    try:
        with db.session.begin_nested():
            check_report(report_id, now=now)
    except OperationalError:  # held too long by somebody, or the database is away: the sweeper rings again
        raise
    except Exception as error:  # whatever is wrong with one report, the others are still to be checked
        log.exception("Report %s cannot be checked again.", report_id)
        run.failed, run.error = run.failed + 1, f"{report_id}: {type(error).__name__}: {error}"[:1000]
    run.last_report_id, run.done = report_id, run.done + 1
    return True
