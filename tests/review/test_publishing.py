"""What a reviewer sees before a publication, and what stands in its way."""

from flask import Flask

from review_app.questionnaire.library import library
from tests.browser import Browser
from tests.review.conftest import BY_HAND, submitted, with_a_point, write

pytestmark = BY_HAND


def test_the_preview_shows_the_public_the_withheld_and_what_is_left_out(rita: Browser, app: Flask) -> None:
    with app.app_context():
        report_id = submitted()
        write(report_id, "year_results", "Attendance doubled.\ncheap-pills.com")
    report = f"/en/review/reports/{report_id}"
    rita.get(report).press("Take this report")
    page = rita.get(f"{report}/publish")
    assert "cannot be published" not in page.text
    assert page.has("Anybody will read what stands below.", "Arts for All", "stays back", "Left out of the public pages")
    assert {tag.get_text().removeprefix("Left out: ") for tag in page.select("del")} == {"cheap-pills.com"}
    withheld = " ".join(tag.get_text(" ") for tag in page.select("details"))
    label = library.get("programme-monitoring", "2026").question("programme_contact").label["en"]
    assert label in withheld
    page = page.press("Publish the report of Chile")
    assert page.has("The report is published.", "Published")


def test_a_drafted_must_point_stops_the_publication(rita: Browser, app: Flask) -> None:
    report_id = with_a_point(rita, app)
    report = f"/en/review/reports/{report_id}"
    page = rita.get(f"{report}/publish")
    assert page.has("The report cannot be published yet", "or remove them before you publish.")
    page = page.press("Publish the report of Chile", status=422)
    assert page.has("The report cannot be published yet", "or remove them before you publish.")
