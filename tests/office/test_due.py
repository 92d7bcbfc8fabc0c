"""Who owes a report: the table of a cycle, the end of a day, later dates and reminders."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from review_app.extensions import db as database
from review_app.mailing import compose
from review_app.models import Entry, Notice, Report
from review_app.queries import office
from review_app.queries.reports import due_moment
from review_app.transaction import atomic
from tests.browser import Browser
from tests.office.conftest import DUE, NOW, opened
from tests.people import add_parties, make_person


@pytest.mark.by_hand("reports are put into each state", "accounts", "published", "reports", "reviews")
def test_the_table_counts_each_status_and_filters_by_it(ada: Browser, app: Flask) -> None:
    with app.app_context():
        cycle = opened(expected=(("CL", ""), ("PE", ""), ("KE", "")))
        _spread(cycle.id)
    page = ada.get("/en/office/cycles/qpr-2027")
    assert page.has("3 Expected", "1 In review", "1 Published")
    page = page.follow("In review")
    assert [row[0] for row in page.rows()] == ["Chile"]
    assert ada.get("/en/office/cycles/qpr-2027?status=overdue").has("No report is in this list")


@atomic
def _spread(cycle_id: int) -> None:
    """Chile in review, Peru published, Kenya untouched."""
    reports = {report.party_code: report for report in database.session.scalars(select(Report).where(Report.cycle_id == cycle_id))}
    for code, state in (("CL", "review"), ("PE", "published")):
        report = reports[code]
        report.round, report.first_submitted_at, report.submitted_at = 1, NOW, NOW
        report.published_at = NOW if state == "published" else None
        setattr(report, "state", state)  # noqa: B010 (a test may put a report where it needs it)


def test_overdue_counts_from_the_end_of_the_day_in_its_zone(db: object) -> None:
    add_parties()
    cycle = opened()
    assert due_moment(DUE, "America/Santiago") == datetime(2027, 7, 1, 4, tzinfo=UTC)
    before, after = datetime(2027, 6, 30, 23, 59, tzinfo=UTC), datetime(2027, 7, 1, tzinfo=UTC)
    assert office.cycle_table(cycle, now=before).counts["overdue"] == 0
    assert office.cycle_table(cycle, now=after).counts["overdue"] == 2


def test_a_report_gets_a_later_date_with_a_reason(ada: Browser, app: Flask) -> None:
    with app.app_context():
        opened()
    page = ada.get("/en/office/cycles/qpr-2027").follow("Chile").follow("Give a later date")
    page.fill({"new_due_on": "2027-06-01", "reason": "An earthquake"})
    page = page.press("Give the later date", status=422)
    assert page.has("must be later")
    assert page.value("reason") == "An earthquake"
    page = page.fill({"new_due_on": "2027-09-30"}).press("Give the later date")
    assert page.has("The report has a later date.", "30 September 2027", "An earthquake")
    assert ada.get("/en/office/cycles/qpr-2027").has("extended")


@pytest.mark.by_hand("reports are put into review", "reports", "reviews", "answers")
def test_teams_that_owe_a_report_are_reminded_with_the_offices_own_words(ada: Browser, app: Flask, settings: Settings) -> None:
    with app.app_context():
        opened(expected=(("CL", ""), ("PE", ""), ("KE", "")))
        make_person("petra", "coordinator", "PE")
        _hand_over("PE")
    page = ada.get("/en/office/cycles/qpr-2027")
    assert page.has("1 No coordinator") and [row[0] for row in page.follow("No coordinator").rows()] == ["Kenya"]

    # Peru has handed over, nobody of Kenya would read it.
    page = page.follow("Send a reminder")
    assert [label.get_text().split(" (")[0] for label in page.select(".govuk-checkboxes__label")] == ["Chile"]
    assert page.has("1 party has no coordinator, so nobody would read it")
    assert "Tick:" not in page.text  # there is one
    page = page.fill({"reports": []}).press("Send the reminder", status=422)
    assert page.has("Choose at least one.")
    chile = str(page.select("[name=reports]")[0]["value"])
    page = page.fill({"reports": [chile], "words": "The hall is booked."}).press("Send the reminder")
    assert page.has("1 reminder is on its way.")
    assert page.follow("Chile").has("Reminder by the secretariat : The hall is booked.")

    with app.app_context():
        [entry] = database.session.scalars(select(Entry).where(Entry.fact == "report.reminded"))
        sent = database.session.scalars(select(Notice).where(Notice.entry_id == entry.id, Notice.channel == "mail"))
        [mail] = [compose(notice.id, settings=settings) for notice in sent]
        assert mail is not None
        told = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "It is due on 30 June 2027" in told and "The hall is booked." in told

    # Whoever hands over while the page stands open is left alone.
    page = ada.get("/en/office/cycles/qpr-2027").follow("Not started").follow("Send a reminder")
    with app.app_context():
        _hand_over("CL")
    assert page.press("Send the reminder", status=422).has("There is nobody to remind")


@pytest.mark.by_hand("a report is begun", "reports")
def test_who_is_reminded_is_ticked_by_status(ada: Browser, app: Flask) -> None:
    with app.app_context():
        opened(expected=(("CL", ""), ("PE", "")))
        make_person("petra", "coordinator", "PE")
        peru = _begin("PE")
    page = ada.get("/en/office/cycles/qpr-2027").follow("Send a reminder")
    offered = [name for name in page.buttons if " (" in name]
    written = {name: page.fill({"words": "The hall is booked."}).press(name) for name in offered}
    ticked = {name: [box["value"] for box in answer.select("[name=reports][checked]")] for name, answer in written.items()}
    assert {answer.select("textarea")[0].text.strip() for answer in written.values()} == {"The hall is booked."}
    with app.app_context():
        assert not database.session.scalars(select(Entry).where(Entry.fact == "report.reminded")).all()
    everybody = [box["value"] for box in page.select("[name=reports]")]
    assert page.select("[name=reports][checked]") == []
    assert ticked == {
        "All (2)": everybody, "Not started (1)": [one for one in everybody if one != peru], "Started (1)": [peru],
    }  # fmt: skip


@atomic
def _begin(code: str) -> str:
    report = database.session.scalars(select(Report).where(Report.party_code == code)).one()
    report.started_at = NOW
    return str(report.id)


@atomic
def _hand_over(code: str) -> None:
    report = database.session.scalars(select(Report).where(Report.party_code == code)).one()
    report.round, report.first_submitted_at, report.submitted_at = 1, NOW, NOW
    setattr(report, "state", "review")  # noqa: B010 (a test may put a report where it needs it)
