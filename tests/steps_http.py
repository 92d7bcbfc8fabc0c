"""Steps of a report's life taken through its pages, for tests that need a report somewhere along its way."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from review_app.extensions import db
from review_app.models import Report
from review_app.operations import cycles
from review_app.permissions import SYSTEM
from tests.browser import Browser, Page, Value
from tests.people import SIGNATORY

SIGNED: Mapping[str, Value] = {**SIGNATORY, "is_declared": True}


def ahead(days: int) -> date:
    """A day that is still to come."""
    return datetime.now(UTC).date() + timedelta(days=days)


def open_cycle(questionnaire: str, edition: str, *expected: tuple[str, str]) -> list[int]:
    """Open a cycle of this year that expects (party, subject) pairs; the ids of their reports in that order."""
    now = datetime.now(UTC)
    cycle = cycles.plan_cycle(
        SYSTEM,
        slug=f"{questionnaire}-cycle",
        titles={"en": "The reports of this year"},
        questionnaire=questionnaire,
        edition=edition,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        due_on=ahead(200),
        expected=expected,
        now=now,
    )
    cycles.move_cycle(SYSTEM, cycle.id, "open", seen=cycle.row_version, now=now)
    rows = db.session.execute(select(Report.party_code, Report.subject, Report.id))
    known = {(party_code, subject): report_id for party_code, subject, report_id in rows}
    return [known[place] for place in expected]


def close_cycle(report_id: int) -> None:
    """Close the cycle of a report."""
    cycle = db.session.get_one(Report, report_id).cycle
    cycles.move_cycle(SYSTEM, cycle.id, "close", seen=cycle.row_version, now=datetime.now(UTC))


def write(browser: Browser, address: str, answers: Mapping[str, Value], button: str = "Save and continue") -> Page:
    """Open a page of the form, type, and save."""
    return browser.get(address).fill(answers).press(button)


def submit(coordinator: Browser, report_id: int, *, status: int = 200) -> Page:
    """Sign the declaration and hand the report over; the receipt, or the page that says why not."""
    page = coordinator.get(f"/en/desk/reports/{report_id}/submit").fill(SIGNED)
    return page.press("Submit the report of", status=status)


def take(reviewer: Browser, report_id: int) -> Page:
    return reviewer.get(f"/en/review/reports/{report_id}").press("Take this report")


def draft_point(
    reviewer: Browser, report_id: int, section: str, text: str, *, question: str = "", item: str = "", weight: str = "must"
) -> Page:
    """Follow the link "Add a point" beside an answer (of an entry, or the section itself) and write one."""
    page = reviewer.get(f"/en/review/reports/{report_id}/sections/{section}")
    wanted = [
        str(link["href"])
        for link in page.select('a[href*="write=point"]')
        if f"question={question}#" in str(link["href"]) or not question
        if item in str(link["href"])
    ]
    assert wanted, f"{page.url} offers no point at {question or section}"
    return reviewer.get(wanted[0]).fill({"text": text, "weight": weight}).press("Add this point")


def give_back(reviewer: Browser, report_id: int, *, letter: str = "") -> Page:
    """Return the report with all drafted points."""
    page = reviewer.get(f"/en/review/reports/{report_id}/return")
    return page.fill({"letter": letter, "new_due_on": ahead(40).isoformat()}).press("Return with")


def answer_point(browser: Browser, report_id: int, reply: str) -> Page:
    """Answer the first point on the page that has no answer yet."""
    page = browser.get(f"/en/desk/reports/{report_id}/points")
    field = next(str(area["name"]) for area in page.select("textarea") if not area.get_text().strip())
    form = next(form for form in page.select("form") if form.select(f'textarea[name="{field}"]'))
    token = str(form.select('input[name="csrf_token"]')[0]["value"])
    return browser.post(str(form["action"]), {"csrf_token": token, field: reply})


def publish(reviewer: Browser, report_id: int) -> Page:
    return reviewer.get(f"/en/review/reports/{report_id}/publish").press("Publish the report of")


def state_of(report_id: int) -> str:
    """The state the database holds now."""
    return db.session.execute(select(Report.state).where(Report.id == report_id)).scalar_one()


def report_of(report_id: int) -> Report:
    return db.session.get_one(Report, report_id)
