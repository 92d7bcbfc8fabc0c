"""The life of findings: checked after a save and only where it was, counted, set for a cycle, checked again when a rule changes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select, update

from config import Settings
from review_app import tasks
from review_app.checks import freshness, registry
from review_app.checks.freshness import AS_WRITTEN
from review_app.extensions import db as database
from review_app.models import Answer, Entry, Finding, Person, Recheck, Report, ReportCheck
from review_app.operations import cycles, findings, reviews, rules
from review_app.operations.answers import Typed, add_item, end_item, save_answers
from review_app.operations.findings import Checked
from review_app.operations.steps import situation_of, take_step
from review_app.permissions import SYSTEM, Denied, NotFound
from review_app.queries import checking as reads
from review_app.queries import rules as queries
from review_app.queries.answers import sheet_for_review
from review_app.queries.invariants import broken
from review_app.queries.rules import Worth
from review_app.questionnaire.library import library
from review_app.transaction import atomic
from tests import steps_http as steps
from tests.browser import Browser, Page
from tests.people import add_parties, make_person, sign_in
from tests.waiting import wait_until
from workflows.engine import Blocked

NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
DUE = NOW.date() + timedelta(days=90)
SIGNATORY = {"name": "Ana Soto", "position": "Minister of Culture"}
DIARY = """
name: diary
edition: "1"
title: {en: Diary, fr: Journal, es: Diario}
summary: {en: A diary., fr: Un journal., es: Un diario.}
declaration: {en: I stand by it., fr: Je m’en porte garant., es: Respondo de ello.}
sections:
  - code: days
    title: {en: Days, fr: Jours, es: Días}
    questions:
      - {code: summary, type: longtext, label: {en: Summary, fr: Résumé, es: Resumen}}
      - code: day
        type: group
        label: {en: Days, fr: Jours, es: Días}
        item_label: {en: Day, fr: Jour, es: Día}
        title_question: name
        questions:
          - {code: name, type: text, role: title, required: true, label: {en: Name, fr: Nom, es: Nombre}}
          - {code: results, type: longtext, role: results, label: {en: Results, fr: Résultats, es: Resultados}}
          - {code: evaluated, type: yes_no, role: evaluated, label: {en: Evaluated, fr: Évalué, es: Evaluado}}
          - {code: conclusions, type: longtext, role: conclusions, label: {en: Conclusions, fr: Conclusions, es: Conclusiones}}
"""
STRAY = "Many came.\ncontractors.example.com"


class Desk:
    """Chile's diary with two days in it, both whole, and the people around it. What the office opens first is its cycle."""

    def __init__(self, *parties: str) -> None:
        add_parties()
        for nick, role, party in (("carla", "coordinator", "CL"), ("rita", "reviewer", None), ("ada", "administrator", None)):
            make_person(nick, role, party)
        self.cycle_id, reports = self.open_cycle("diary", ("CL", *parties))
        self.report_id = reports[0]
        self.days = [self.add_day(report_id, number) for report_id in reports for number in (1, 2)][:2]

    def open_cycle(self, slug: str, parties: Sequence[str], *, year: int = 2026) -> tuple[int, list[int]]:
        cycle = cycles.plan_cycle(
            SYSTEM, slug=slug, titles={"en": slug.title()}, questionnaire="diary", edition="1", due_on=DUE, now=NOW,
            starts_on=date(year, 1, 1), ends_on=date(year, 12, 31), expected=[(party, "") for party in parties],
        )  # fmt: skip
        cycles.move_cycle(SYSTEM, cycle.id, "open", seen=cycle.row_version, now=NOW)
        mine = select(Report.id).where(Report.cycle_id == cycle.id).order_by(Report.party_code)
        return cycle.id, list(database.session.scalars(mine))

    def add_day(self, report_id: int, number: int) -> UUID:
        day = add_item(SYSTEM, report_id, "day", now=NOW).id
        for code, raw in (("name", f"Day {number}"), ("results", f"{number + 1} people came."), ("evaluated", "no")):
            self.save(day, code, raw, report_id=report_id)
        return day

    @property
    def report(self) -> Report:
        return database.session.get_one(Report, self.report_id, populate_existing=True)

    def person(self, nick: str) -> Person:
        return database.session.scalars(select(Person).where(Person.email == f"{nick}@example.org")).one()

    def save(self, day: UUID | None, code: str, raw: str, *, report_id: int = 0, now: datetime = NOW) -> None:
        report_id = report_id or self.report_id
        place = Answer.item_id == day if day else Answer.item_id.is_(None)
        mine = select(Answer.row_version).where(Answer.report_id == report_id, place, Answer.question == code)
        line = Typed(code, raw, database.session.scalar(mine) or 0, "en")
        (outcome,) = save_answers(SYSTEM, report_id, [line], section="days", item_id=day, now=now)
        assert outcome.result == "saved"

    def check(self, *, after: int = 0) -> Checked:
        return findings.check_report(self.report_id, now=NOW + timedelta(hours=after))

    def step(self, nick: str, action: str, **extras: Any) -> None:
        take_step(self.person(nick), self.report_id, action, seen=self.report.row_version, now=NOW, **extras)

    def errors(self) -> int:
        """How many errors stand in the way of a submission."""
        return situation_of(self.person("carla"), self.report, now=NOW).open_errors

    def rows(self, rule: str) -> list[Finding]:
        mine = Finding.report_id == self.report_id, Finding.rule == rule
        return list(database.session.scalars(select(Finding).where(*mine).order_by(Finding.id)))

    def worth(self, rule: str) -> Worth:
        return next(row.worth for row in queries.rules() if row.rule.id == rule)


@pytest.fixture  # to be named before `app` and `db`: their last look at the database reads the questionnaire
def diary(shared_app: Flask, settings: Settings, tmp_path: Path) -> Iterator[None]:
    (tmp_path / "diary.yaml").write_text(DIARY, encoding="utf-8")
    library.configure((tmp_path / "diary.yaml",))
    yield
    library.configure(settings.questionnaire_paths)


@pytest.fixture
def desk(diary: None, db: SQLAlchemy) -> Desk:
    return Desk()


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
    findings.reply(desk.person("carla"), desk.report_id, fingerprint, reason="It has no result yet.", now=NOW)
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
    findings.reply(desk.person("carla"), desk.report_id, stray.fingerprint, reason="Our partner.", now=NOW)
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


def test_a_rule_switched_off_for_a_cycle_is_silent_there(desk: Desk) -> None:
    desk.save(desk.days[0], "results", "n/a")
    desk.check()
    run = rules.set_rule(desk.person("ada"), desk.cycle_id, "TEXT-04", setting="off", now=NOW)
    assert broken() == {}
    # At once for whoever looks; the rows follow, report by report.
    assert not [one for one in reads.checking(desk.report).found if one.rule == "TEXT-04"]
    assert run and rules.recheck_next(run.id, now=NOW)
    assert [row.settled_how for row in desk.rows("TEXT-04")] == ["rule"]
    assert desk.worth("TEXT-04").acted_on == 0
    assert not rules.recheck_next(run.id, now=NOW)
    assert database.session.get_one(Recheck, run.id).status == "done"
    assert broken() == {}

    desk.save(desk.days[1], "results", "n/a")
    assert "TEXT-04" not in {rule for rule, _ in desk.check().ran}
    (fact,) = database.session.scalars(select(Entry).where(Entry.fact == "rule.changed"))
    assert (fact.cycle_id, fact.params) == (desk.cycle_id, {"rule": "TEXT-04", "setting": "off", "was": "warning"})


def test_a_cycle_changes_a_severity_but_makes_no_doubtful_rule_an_error(desk: Desk) -> None:
    desk.save(desk.days[0], "evaluated", "")
    desk.check()
    assert desk.errors() == 1
    rules.set_rule(desk.person("ada"), desk.cycle_id, "EVAL-01", setting="warning", now=NOW)
    assert desk.errors() == 0
    desk.check()
    assert [row.severity for row in desk.rows("EVAL-01")] == ["warning"]
    # Set as it is written again, it is no setting at all.
    rules.set_rule(desk.person("ada"), desk.cycle_id, "EVAL-01", setting="error", now=NOW)
    assert (desk.errors(), reads.settings_of(desk.cycle_id)["EVAL-01"]) == (1, AS_WRITTEN)

    with pytest.raises(Blocked, match="certain"):
        rules.set_rule(desk.person("ada"), desk.cycle_id, "TEXT-04", setting="error", now=NOW)
    with pytest.raises(Denied):
        rules.set_rule(desk.person("rita"), desk.cycle_id, "TEXT-04", setting="note", now=NOW)
    with pytest.raises(NotFound):
        rules.set_rule(desk.person("ada"), desk.cycle_id, "NONE-00", setting="note", now=NOW)


def test_the_secretariat_sees_what_was_found_in_the_submission_while_it_is_revised(desk: Desk) -> None:
    desk.save(desk.days[0], "results", "n/a")
    desk.step("carla", "submit", signatory=SIGNATORY)
    desk.check()
    desk.step("rita", "take")
    reviews.add_point(desk.person("rita"), desk.report_id, section="days", text="Who?", weight="should", now=NOW)
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
    rules.steer(desk.person("ada"), run.id, goes_on=False)
    assert not rules.recheck_next(run.id, now=NOW)
    assert (run.done, reads.open_rechecks()) == (1, [])

    rules.steer(desk.person("ada"), run.id, goes_on=True)
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
    run = rules.set_rule(desk.person("ada"), desk.cycle_id, "TEXT-04", setting="note", now=NOW)
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


# The pages, and the worker.


def test_the_office_reads_what_rules_are_worth_and_sets_one(
    diary: None, app: Flask, new_client: Callable[[], Browser]
) -> None:
    with app.app_context():
        desk = Desk()
        desk.save(desk.days[0], "results", "n/a")
        desk.check()
        desk.save(desk.days[0], "results", "Forty people came.")
        desk.save(desk.days[1], "results", "tbd")
        desk.check(after=1)
        desk.open_cycle("next", ("CL",))
    ada = sign_in(new_client(), "ada")

    page = ada.get("/en/office").follow("Checks")
    assert _figures(page, "TEXT-04") == ["Check this", "2", "0", "1", "1"]
    assert _figures(ada.get("/en/office/rules?cycle=next"), "TEXT-04") == ["Check this", "0", "0", "0", "0"]

    page = ada.get("/en/office/rules/TEXT-04")
    assert page.has("Words that only fill the space", "What it finds is not certain, so it cannot be made an error.")
    page = _choose(ada, page, "diary", "off")
    assert page.has("Saved. The reports of the cycle are being checked again.")
    assert _figures(ada.get("/en/office/rules?cycle=diary"), "TEXT-04")[0] == "Off"
    assert _figures(ada.get("/en/office/rules"), "TEXT-04")[0] == "Check this otherwise in 1 cycle"
    page = ada.get("/en/office/rules")
    assert page.has("Under way", "0 of 1 reports checked")
    assert page.press("Stop").has("Stopped")
    assert ada.get("/en/office/rules").press("Go on").has("Under way")
    assert ada.get("/en/office/cycles/diary").has("Rule of the checks changed", "TEXT-04, switched off")
    _choose(ada, ada.get("/en/office/rules/TEXT-04"), "diary", "error", status=422)


def _figures(page: Page, rule: str) -> list[str]:
    (row,) = [row for row in page.select("tbody tr") if rule in row.get_text()]
    return [" ".join(cell.get_text(" ", strip=True).split()) for cell in row.select("td")]


def _choose(browser: Browser, page: Page, cycle: str, setting: str, *, status: int = 200) -> Page:
    token = str(page.select("input[name=csrf_token]")[0]["value"])
    rule = page.url.rpartition("/")[2]
    return browser.post(f"/en/office/rules/{rule}/{cycle}", {"csrf_token": token, "setting": setting}, status=status)


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
