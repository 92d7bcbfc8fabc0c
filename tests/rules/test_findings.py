"""The life of findings: checked after a save and only where it was, counted, and what the gate makes of them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from review_app import tasks
from review_app.checks import registry
from review_app.extensions import db as database
from review_app.models import Finding
from review_app.operations import findings, reviews
from review_app.operations.answers import end_item
from review_app.operations.findings import Checked
from review_app.permissions import SYSTEM
from review_app.queries import checking as reads
from review_app.queries.answers import sheet_for_review
from review_app.queries.invariants import broken
from review_app.queries.rules import Worth
from review_app.questionnaire.library import library
from tests import steps_http as steps
from tests.browser import Browser
from tests.people import SIGNATORY, add_parties, make_person, person_named, sign_in
from tests.rules.conftest import DUE, NOW, STRAY, Desk
from tests.waiting import wait_until
from workflows.engine import Blocked


def test_after_one_save_only_the_rules_that_read_it_run_on_its_entry(desk: Desk) -> None:
    first = desk.check()
    assert {place for _, place in first.ran} == {None, *desk.days}
    assert desk.check() == Checked(frozenset(), 0, 0)

    desk.save(desk.days[1], "evaluated", "")
    done = desk.check()

    comparing = {rule.id for rule in registry.RULES if rule.compares}
    assert {place for rule, place in done.ran if rule not in comparing} == {desk.days[1]}
    question = library.get("diary", "1").find("evaluated", "day")
    assert {rule for rule, _ in done.ran} == {rule.id for rule in registry.RULES if rule.reads(question)}
    assert "EVAL-01" in {rule for rule, _ in done.ran} and "TEXT-04" not in {rule for rule, _ in done.ran}
    assert (done.fired, [row.item_id for row in desk.rows("EVAL-01")]) == (1, [desk.days[1]])
    assert broken() == {}


def test_the_life_of_a_finding_is_counted(desk: Desk) -> None:
    desk.check()
    before = desk.worth("TEXT-04")
    for words, fired, acted_on, standing in (("n/a", 1, 0, 1), ("tbd", 2, 1, 1), ("Thirty people came.", 2, 2, 0)):
        desk.save(desk.days[0], "results", words)
        desk.check(after=1)
        now = desk.worth("TEXT-04")
        assert (now.fired - before.fired, now.acted_on, now.standing) == (fired, acted_on, standing)
    # The words come back before anybody submitted: the same finding, not a new one.
    desk.save(desk.days[0], "results", "n/a")
    desk.check(after=2)
    assert (desk.worth("TEXT-04").fired, desk.worth("TEXT-04").acted_on) == (2, 1)

    fingerprint = desk.rows("TEXT-04")[0].fingerprint
    findings.reply(person_named("carla"), desk.report_id, fingerprint, reason="It has no result yet.", now=NOW)
    assert desk.worth("TEXT-04") == Worth(fired=2, answered=1, acted_on=1, standing=0)


def test_an_entry_that_is_taken_out_takes_its_findings_along(desk: Desk) -> None:
    desk.save(desk.days[0], "results", "n/a")
    desk.check()
    end_item(SYSTEM, desk.report_id, desk.days[0], is_ended=True, now=NOW)
    done = desk.check(after=1)
    (row,) = desk.rows("TEXT-04")
    assert (row.settled_how, row.settled_at) == ("changed", NOW + timedelta(hours=1))
    assert desk.days[0] not in {place for _, place in done.ran}

    end_item(SYSTEM, desk.report_id, desk.days[0], is_ended=False, now=NOW)
    desk.check(after=2)
    assert [row.settled_at for row in desk.rows("TEXT-04")] == [None]


def test_the_gate_checks_what_the_worker_has_not(desk: Desk) -> None:
    """The worker is away: the gate blocks all the same."""
    desk.save(desk.days[0], "results", STRAY)
    (stray,) = [one for one in reads.checking(desk.report).found if one.severity == "error"]
    assert (stray.rule, desk.errors(), desk.rows("SPAM-01")) == ("SPAM-01", 1, [])
    with pytest.raises(Blocked):
        desk.step("carla", "submit", signatory=SIGNATORY)
    desk.check()
    assert desk.errors() == 1
    findings.reply(person_named("carla"), desk.report_id, stray.fingerprint, reason="Our partner.", now=NOW)
    assert desk.errors() == 0
    desk.save(desk.days[1], "results", STRAY)
    assert desk.errors() == 1, "what was answered for one day does not stand for another"


def test_the_gate_runs_no_rule_when_the_worker_has_seen_everything(desk: Desk) -> None:
    desk.save(desk.days[0], "results", STRAY)
    assert reads.gate(desk.report).sheet is not None
    desk.check()
    assert reads.gate(desk.report) == reads.Gate(1, None)
    end_item(SYSTEM, desk.report_id, desk.days[0], is_ended=True, now=NOW)
    behind = reads.gate(desk.report)
    assert (behind.open_errors, behind.sheet is None) == (0, False)
    desk.check()
    assert reads.gate(desk.report) == reads.Gate(0, None)


def test_the_secretariat_sees_what_was_found_in_the_submission_while_it_is_revised(desk: Desk) -> None:
    desk.save(desk.days[0], "results", "n/a")
    desk.step("carla", "submit", signatory=SIGNATORY)
    desk.check()
    desk.step("rita", "take")
    reviews.add_point(person_named("rita"), desk.report_id, section="days", text="Who?", weight="should", now=NOW)
    desk.step("rita", "return", new_due_on=DUE)
    told = NOW + timedelta(hours=1)
    desk.save(desk.days[0], "results", "tbd", now=told)
    findings.check_report(desk.report_id, now=told)

    submitted, written = reads.findings_of(desk.report, sheet_for_review(desk.report)), reads.checking(desk.report).found
    assert [[one.quote for one in found if one.rule == "TEXT-04"] for found in (submitted, written)] == [["n/a"], ["tbd"]]
    assert [(row.quote, row.round, row.settled_round) for row in desk.rows("TEXT-04")] == [("n/a", 1, 2), ("tbd", 2, None)]
    assert broken() == {}


def test_a_new_report_is_read_beside_the_last_one(desk: Desk) -> None:
    """Entries are the same by their title: the draft of a new cycle is tied to nothing yet."""
    words = "Thirty people from four provinces came to the meeting, and they wrote down together "
    words += "what they expect of the law, and who is to see to it."
    desk.save(desk.days[0], "results", words)
    desk.step("carla", "submit", signatory=SIGNATORY)
    _, (desk.report_id,) = desk.open_cycle("next", ("CL",), year=2027)
    day = desk.add_day(desk.report_id, 1)
    desk.save(day, "results", words)
    desk.check()
    assert [row.item_id for row in desk.rows("COPY-02")] == [day]
    desk.save(day, "results", words.replace("Thirty", "Forty").replace("expect of", "owe to").replace("meeting", "hall"))
    desk.check()
    assert [row.settled_how for row in desk.rows("COPY-02")] == ["changed"]


def test_the_worker_checks_what_was_saved_and_the_writer_sees_it(
    app: Flask, settings: Settings, worker: object, new_client: Callable[[], Browser]
) -> None:
    with app.app_context():
        add_parties()
        make_person("carla", "coordinator", "CL")
        (report_id,) = steps.open_cycle("programme-monitoring", "2026", ("CL", "Arts for All"))
    carla = sign_in(new_client(), "carla")
    home = f"/en/desk/reports/{report_id}"
    assert not carla.get(home).has("Still being checked")
    carla.get(f"{home}/sections/results_and_lessons").fill({"worked_well": STRAY}).press("Save and continue")
    assert carla.get(home).has("Still being checked. More may be found in a moment.", "Being checked")

    with app.app_context():
        tasks.sweep()
        wait_until(lambda: not reads.unchecked_reports(), "all is checked", left=reads.unchecked_reports)
        assert list(database.session.scalars(select(Finding.quote).where(Finding.rule == "SPAM-01"))) == ["contractors.example.com"]
    assert not carla.get(home).has("being checked")
