"""Reports checked again when a rule has changed, one by one, to the end or until somebody stops it."""

from dataclasses import replace

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select, update

from review_app import tasks
from review_app.checks import freshness, registry
from review_app.models import Answer, Report, ReportCheck
from review_app.operations import findings, rules
from review_app.queries import checking as reads
from review_app.transaction import atomic
from tests.people import person_named
from tests.rules.conftest import NOW, Desk


def test_a_new_version_of_a_rule_is_run_over_everything_and_can_be_stopped(
    diary: None, db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk("PE", "KE")
    reports = [desk.report_id, *db.session.scalars(select(Report.id).where(Report.id != desk.report_id).order_by(Report.id))]
    for report_id in reports:
        findings.check_report(report_id, now=NOW)
    assert rules.notice_new_versions(now=NOW) is not None, "an installation that never noted a version checks once"
    _to_the_end(db)
    assert rules.notice_new_versions(now=NOW) is None

    _raise_version(monkeypatch, "TEXT-04")
    run = rules.notice_new_versions(now=NOW)
    assert run and (run.rules, run.total, rules.notice_new_versions(now=NOW)) == (["TEXT-04"], 3, None)
    assert rules.recheck_next(run.id, now=NOW)
    rules.steer(person_named("ada"), run.id, goes_on=False)
    assert not rules.recheck_next(run.id, now=NOW)
    assert (run.done, reads.open_rechecks()) == (1, [])

    rules.steer(person_named("ada"), run.id, goes_on=True)
    tasks.recheck(run.id)
    db.session.refresh(run)
    assert (run.status, run.done, run.failed) == ("done", 3, 0)
    marks = db.session.scalars(select(ReportCheck.marks)).all()
    assert [mark["TEXT-04"] for mark in marks] == [str(_version("TEXT-04") + 1)] * 3


@pytest.mark.by_hand("an answer that no operation writes, so that a rule fails on it", "answers")
def test_one_report_that_cannot_be_checked_does_not_keep_the_others(
    diary: None, db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk("PE")
    (other,) = db.session.scalars(select(Report.id).where(Report.id != desk.report_id))
    for report_id in (desk.report_id, other):
        findings.check_report(report_id, now=NOW)
    _break(db, min(desk.report_id, other))
    run = rules.set_rule(person_named("ada"), desk.cycle_id, "TEXT-04", setting="note", now=NOW)
    assert run
    tasks.recheck(run.id)
    db.session.refresh(run)
    assert (run.status, run.done, run.failed) == ("done", 2, 1)
    assert run.error and run.error.startswith(f"{min(desk.report_id, other)}: ")


def _raise_version(monkeypatch: pytest.MonkeyPatch, rule_id: str) -> None:
    """As if the code of a rule had been changed and its version with it."""
    raised = tuple(replace(one, version=one.version + 1) if one.id == rule_id else one for one in registry.RULES)
    for module in (freshness, rules, findings):
        monkeypatch.setattr(module, "RULES", raised)


def _version(rule_id: str) -> int:
    return next(one.version for one in registry.RULES if one.id == rule_id)


def _to_the_end(db: SQLAlchemy) -> None:
    for recheck_id in reads.open_rechecks():
        tasks.recheck(recheck_id)


@atomic
def _break(db: SQLAlchemy, report_id: int) -> None:
    """An answer that no rule can read: its value is no text."""
    db.session.execute(
        update(Answer).where(Answer.report_id == report_id, Answer.question == "results").values(
            value={"raw": "x", "value": 5}, row_version=Answer.row_version + 1,
        )
    )  # fmt: skip
