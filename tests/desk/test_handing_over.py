"""Handing a report over: the gate, the declaration, the receipt and the frozen copy, and withdrawing it again."""

import hashlib
import json

from review_app.extensions import db as database
from review_app.models import Report
from tests import steps_http as steps
from tests.desk.conftest import Desk


def test_a_finding_answered_with_a_reason_opens_the_gate(desk: Desk) -> None:
    assert steps.submit(desk.carla, desk.report_id, status=422).has("Errors that still stand: 1.")
    page = desk.carla.get(f"{desk.home}/completeness")
    assert page.has("“Overview” has no answer")
    page = page.press("Save the reason", status=422)
    assert page.has("Write why this is right as it stands.")
    field = str(page.select("main textarea")[0]["name"])
    slower = desk.caspar.get(f"{desk.home}/completeness").fill({field: "They are archives."})
    page = page.fill({field: "We have no libraries."}).press("Save the reason")
    assert page.has("Nothing is missing.", "Answered (1)", "We have no libraries.")
    assert slower.press("Save the reason", status=409).has("They are archives.")
    steps.submit(desk.carla, desk.report_id)
    steps.take(desk.rita, desk.report_id)
    assert len(json.loads(desk.snapshots()[0].content)["replied_findings"]) == 1


def test_a_report_that_changed_meanwhile_is_not_submitted_and_the_typed_text_stays(desk: Desk) -> None:
    steps.write(desk.carla, desk.facts, {"overview": "Forty libraries."})
    old = desk.carla.get(f"{desk.home}/submit").fill({**steps.SIGNED, "position": "Director of libraries"})
    steps.submit(desk.carla, desk.report_id)
    desk.carla.get(desk.home).press("Withdraw the report")
    page = old.press("Submit the report of Chile", status=409)
    assert page.has("This has changed since you opened the page", "Ana Soto", "Director of libraries")
    assert desk.state() == "draft" and len(desk.snapshots()) == 1


def test_the_form_of_a_submission_that_is_blocked_is_folded_and_keeps_what_was_typed(desk: Desk) -> None:
    page = desk.carla.get(f"{desk.home}/submit")
    assert page.has("The report cannot be submitted yet", "See what is missing")
    assert page.select("details:not([open]) input[name=position]")
    page = page.fill({**steps.SIGNED, "position": "Director"}).press("Submit the report of Chile", status=422)
    assert page.value("position") == "Director" and not page.select("details input[name=position]")
    steps.write(desk.carla, desk.facts, {"overview": "Forty libraries."})
    assert not desk.carla.get(f"{desk.home}/submit").select("main details")


def test_the_declaration_has_to_be_given(desk: Desk) -> None:
    steps.write(desk.carla, desk.facts, {"overview": "Forty libraries."})
    page = desk.carla.get(f"{desk.home}/submit").fill({"name": "Ana Soto"}).press("Submit the report of Chile", status=422)
    assert page.errors == ["Enter the official's position", "Tick the declaration before you submit"]
    assert page.value("name") == "Ana Soto"


def test_the_receipt_carries_the_fingerprint_of_the_frozen_copy(desk: Desk) -> None:
    page = desk.submitted()
    snapshot = desk.snapshots()[0]
    assert snapshot.sha256 == hashlib.sha256(snapshot.content.encode("utf-8")).hexdigest()
    assert page.has(snapshot.sha256, "Ana Soto", "Minister of Culture")
    assert page.url == f"{desk.home}/receipts/1"
    desk.carla.get(f"{desk.home}/receipts/2", status=404)


def test_an_answer_that_is_no_longer_asked_is_parked_and_not_submitted(desk: Desk) -> None:
    page = steps.write(desk.carla, desk.facts, {"overview": "Forty libraries.", "has_law": "yes"})
    page.fill({"law": "Law 20.045"}).press("Save and continue")
    page = steps.write(desk.carla, desk.facts, {"has_law": "no"})
    steps.submit(desk.carla, desk.report_id)
    answers = {answer["question"] for answer in json.loads(desk.snapshots()[0].content)["answers"]}
    assert answers == {"overview", "has_law"} and "20.045" not in desk.snapshots()[0].content
    assert desk.raw("law") == "Law 20.045"
    assert "20.045" not in desk.carla.get(f"{desk.home}/read").text


def test_a_report_is_withdrawn_until_a_reviewer_has_it(desk: Desk) -> None:
    desk.submitted()
    assert "Save and continue" not in desk.carla.get(desk.facts).buttons
    page = desk.carla.get(desk.home).press("Withdraw the report")
    assert page.has("The report is with your team again.") and desk.state() == "draft"
    steps.write(desk.carla, desk.facts, {"motto": "Read"})
    steps.submit(desk.carla, desk.report_id)
    old = desk.carla.get(desk.home)
    steps.take(desk.rita, desk.report_id)
    page = desk.carla.get(desk.home)
    assert page.has("Rita is reviewing it.") and "Withdraw the report" not in page.buttons
    old.press("Withdraw the report", status=409)
    form = old.select('form[action$="/withdraw"]')[0]
    token = str(form.select("input[name=csrf_token]")[0]["value"])
    seen = desk.look(lambda: database.session.get_one(Report, desk.report_id).row_version)
    page = desk.carla.post(str(form["action"]), {"csrf_token": token, "seen": str(seen)}, status=422)
    assert page.has("A reviewer has taken the report, so you can no longer withdraw it.") and desk.state() == "review"
    assert [snapshot.number for snapshot in desk.snapshots()] == [1, 2]


def test_a_notice_leads_where_its_reader_may_go_and_else_nowhere(desk: Desk) -> None:
    desk.submitted()
    told = "Chile, The reports of this year: the report was submitted"
    assert desk.rita.get("/en/notices").follow(told).h1 == "Chile"
    desk.carla.get(desk.home).press("Withdraw the report")
    page = desk.rita.get("/en/notices")
    assert page.has(told) and told not in page.links


def test_a_resubmission_is_withdrawn_to_where_it_came_from(desk: Desk) -> None:
    desk.returned()
    steps.answer_point(desk.carla, desk.report_id, "Since 2019.")
    steps.submit(desk.carla, desk.report_id)
    page = desk.carla.get(desk.home).press("Withdraw the report")
    assert desk.state() == "revision" and page.has("All points are answered.")
    assert steps.submit(desk.carla, desk.report_id).h1 == "Your report was received"


def test_a_closed_cycle_takes_no_first_submission(desk: Desk) -> None:
    steps.write(desk.carla, desk.facts, {"overview": "Forty libraries."})
    with desk.app.app_context():
        steps.close_cycle(desk.report_id)
    page = steps.submit(desk.carla, desk.report_id, status=422)
    assert page.has("The cycle is closed and takes no first submissions.") and desk.state() == "draft"
