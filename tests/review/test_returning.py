"""Notes and points beside the answers, what a return tells the country, and its answers in the next round."""

from datetime import UTC, datetime
from uuid import uuid4

from flask import Flask
from sqlalchemy import select

from review_app.extensions import db as database
from review_app.models import Comment, Finding, Item, Report
from review_app.transaction import atomic
from tests import steps_http as steps
from tests.browser import Browser
from tests.review.conftest import BY_HAND, answered_and_resubmitted, submitted, with_a_point, write

pytestmark = BY_HAND


def test_notes_and_points_stand_beside_the_answer(rita: Browser, app: Flask) -> None:
    with app.app_context():
        report_id = submitted()
    rita.get(f"/en/review/reports/{report_id}").press("Take this report")
    page = rita.get(f"/en/review/reports/{report_id}/sections/identification?write=note&question=description")
    page = page.press("Keep this note", status=422)
    assert page.errors == ["Write something first."]
    page = page.fill({"text": "Compare with the year before"}).press("Keep this note")
    assert page.has("The note is kept.", "Compare with the year before")
    page = rita.get(f"/en/review/reports/{report_id}/sections/identification?write=point&question=description")
    page = page.fill({"text": "Which towns?", "weight": "should"}).press("Add this point")
    assert page.has("Which towns?", "Should be considered", "Draft, not sent yet")
    with app.app_context():
        assert database.session.scalars(select(Comment.question)).one() == "description"
    assert not page.press("Remove this draft").has("Which towns?")


def test_a_point_about_an_entry_and_about_a_whole_section(rita: Browser, app: Flask) -> None:
    with app.app_context():
        report_id = submitted()
        item_id = database.session.scalars(select(Item.id)).one()
    rita.get(f"/en/review/reports/{report_id}").press("Take this report")
    section = f"/en/review/reports/{report_id}/sections/indicators_section"
    rita.get(f"{section}?write=point&item={item_id}&question=baseline").fill({"text": "No baseline"}).press("Add this point")
    rita.get(f"{section}?write=point&item={item_id}").fill({"text": "Say who counts"}).press("Add this point")
    rita.get(f"{section}?write=point").fill({"text": "One more indicator"}).press("Add this point")
    page = rita.get(f"/en/review/reports/{report_id}/return")
    assert page.has("3 points", "Workshops held › Baseline", "Say who counts", "One more indicator")
    assert "Add this point" not in rita.get(f"{section}?write=point&item={uuid4()}").buttons
    token = page.select("input[name=csrf_token]")[0]["value"]
    rita.post(f"{section}/points", {"csrf_token": token, "item": "x", "text": "?", "weight": "must"}, status=404)
    rita.get(f"/en/review/reports/{report_id}/sections/nowhere", status=404)


def test_a_return_shows_what_leaves_and_what_stays_and_keeps_the_letter(rita: Browser, app: Flask) -> None:
    with app.app_context():
        report_id = submitted()
    report = f"/en/review/reports/{report_id}"
    rita.get(report).press("Take this report")
    assert rita.get(f"{report}/return").has("No point is drafted")
    rita.get(f"{report}/sections/identification?write=note").fill({"text": "Between us"}).press("Keep this note")
    rita.get(f"{report}/sections/budget?write=point").fill({"text": "Add the budget"}).press("Add this point")
    page = rita.get(f"{report}/return")
    assert page.has("What the country will read (1 point)", "Add the budget", "Stays internal (1)", "Between us")
    page = page.fill({"letter": "Thank you for the report."}).press("Return with 1 point", status=422)
    assert page.errors == ["The party needs a new due date. Choose one."]
    assert page.value("letter") == "Thank you for the report."
    page = page.fill({"new_due_on": steps.ahead(30).isoformat()}).press("Return with 1 point")
    assert page.has("The report is returned.", "Returned, and not told yet")
    page = page.press("Recall the return")
    assert page.has("The return is recalled.", "In review")


def test_a_return_from_an_old_page_keeps_the_letter(rita: Browser, app: Flask) -> None:
    report_id = with_a_point(rita, app)
    report = f"/en/review/reports/{report_id}"
    page = rita.get(f"{report}/return")
    with app.app_context():
        _touch(report_id)
    page = page.fill({"letter": "Dear colleagues", "new_due_on": steps.ahead(30).isoformat()})
    page = page.press("Return with 1 point", status=409)
    assert page.has("The report changed since you opened this page.")
    assert page.value("letter") == "Dear colleagues"
    page.press("Return with 1 point")


@atomic
def _touch(report_id: int) -> None:
    database.session.get_one(Report, report_id).row_version += 1


def test_the_answers_to_the_points_stand_beside_the_changed_text(rita: Browser, app: Flask) -> None:
    with app.app_context():
        report_id = submitted()
    report = f"/en/review/reports/{report_id}"
    rita.get(report).press("Take this report")
    page = rita.get(f"{report}/sections/identification?write=point&question=description")
    page.fill({"text": "How many towns?"}).press("Add this point")
    rita.get(f"{report}/return").fill({"new_due_on": steps.ahead(30).isoformat()}).press("Return")
    with app.app_context():
        answered_and_resubmitted(report_id)
    page = rita.get(report)
    assert page.has("1 of 1 answered", "We counted again.", "See the changed text")
    page = rita.get(f"{report}/sections/identification?only=changed")
    assert [tag.get_text() for tag in page.select("ins")] == ["Added: fourteen "]
    assert [tag.get_text() for tag in page.select("del")] == ["Removed: twelve "]
    assert page.has("How many towns?", "The country answered", "We counted again.")
    assert not page.has("Nothing changed in this section")
    assert not page.has("Body responsible")
    page = page.follow("Add an internal note").fill({"text": "Fourteen now."}).press("Keep this note")
    assert page.has("The note is kept.", "Fourteen now.") and not page.has("Body responsible")
    assert rita.get(f"{report}/sections/results_and_lessons?only=changed").has("Nothing changed in this section")

    with app.app_context():
        _taken_by_nobody(report_id)
    assert rita.get(report).has("nobody yet", "Nobody has taken this report", "Rita had it last.", "Take this report")


@atomic
def _taken_by_nobody(report_id: int) -> None:
    database.session.get_one(Report, report_id).taken_at = None


def test_while_a_country_revises_the_reviewer_reads_what_was_submitted(rita: Browser, app: Flask) -> None:
    report_id = with_a_point(rita, app)
    report = f"/en/review/reports/{report_id}"
    rita.get(f"{report}/return").fill({"new_due_on": steps.ahead(30).isoformat()}).press("Return")
    with app.app_context():
        write(report_id, "description", "Half a sent")
    page = rita.get(f"{report}/sections/identification")
    assert page.has("Weekly workshops in twelve towns.", "You read what was submitted last.")
    assert not page.has("Half a sent")


def test_findings_of_the_worker_and_the_countrys_reasons(rita: Browser, app: Flask) -> None:
    with app.app_context():
        report_id = submitted()
        _find(report_id)
    page = rita.get(f"/en/review/reports/{report_id}")
    assert page.has("Must be fixed", "Write a conclusion.")
    assert rita.get(f"/en/review/reports/{report_id}/sections/results_and_lessons").has("Write a conclusion.")


@atomic
def _find(report_id: int) -> None:
    database.session.add(Finding(
        report_id=report_id, round=1, fingerprint="f" * 64, rule="EVAL-01", severity="error", section="results_and_lessons",
        question="evaluation_conclusions", message={"id": "Write a conclusion.", "params": {}}, versions={},
        fired_at=datetime.now(UTC),
    ))
