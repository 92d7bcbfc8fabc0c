"""Rules set for a cycle: off, weighed otherwise, and what the office reads they are worth."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from review_app.checks.freshness import AS_WRITTEN
from review_app.extensions import db as database
from review_app.models import Entry, Recheck
from review_app.operations import rules
from review_app.permissions import Denied, NotFound
from review_app.queries import checking as reads
from review_app.queries.invariants import broken
from tests.browser import Browser, Page
from tests.people import person_named, sign_in
from tests.rules.conftest import NOW, Desk
from workflows.engine import Blocked


def test_a_rule_switched_off_for_a_cycle_is_silent_there(desk: Desk) -> None:
    desk.save(desk.days[0], "results", "n/a")
    desk.check()
    run = rules.set_rule(person_named("ada"), desk.cycle_id, "TEXT-04", setting="off", now=NOW)
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
    rules.set_rule(person_named("ada"), desk.cycle_id, "EVAL-01", setting="warning", now=NOW)
    assert desk.errors() == 0
    desk.check()
    assert [row.severity for row in desk.rows("EVAL-01")] == ["warning"]
    # Set as it is written again, it is no setting at all.
    rules.set_rule(person_named("ada"), desk.cycle_id, "EVAL-01", setting="error", now=NOW)
    assert (desk.errors(), reads.settings_of(desk.cycle_id)["EVAL-01"]) == (1, AS_WRITTEN)

    with pytest.raises(Blocked, match="certain"):
        rules.set_rule(person_named("ada"), desk.cycle_id, "TEXT-04", setting="error", now=NOW)
    with pytest.raises(Denied):
        rules.set_rule(person_named("rita"), desk.cycle_id, "TEXT-04", setting="note", now=NOW)
    with pytest.raises(NotFound):
        rules.set_rule(person_named("ada"), desk.cycle_id, "NONE-00", setting="note", now=NOW)


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
