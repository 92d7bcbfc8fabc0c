"""The queue, who may see and take what is in it, and pages that cost the same for one row and thirty."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import select

from review_app.extensions import db as database
from review_app.models import Comment, Party, Point, Report
from review_app.operations import accounts
from review_app.permissions import SYSTEM
from review_app.transaction import atomic
from tests import steps_http as steps
from tests.browser import Browser
from tests.people import make_person, person_named, sign_in
from tests.review.conftest import BY_HAND, indicator, submitted

pytestmark = BY_HAND


def test_the_queue_shows_what_waits_first_and_counts_the_rest(rita: Browser, app: Flask) -> None:
    with app.app_context():
        submitted("Arts for All", days=3)
        submitted("Creative Cities", days=9)
    page = rita.get("/en/review")
    assert [row[0] for row in page.rows()] == ["Chile Creative Cities", "Chile Arts for All"]
    assert [row[3] for row in page.rows()] == ["9", "3"]
    assert {row[2] for row in rita.get("/fr/review").rows()} == {"Le secrétariat"}
    page = page.follow("Chile Creative Cities").press("Take this report")
    assert page.has("The report is yours to review.", "Release")
    assert len(rita.get("/en/review?show=untaken").rows()) == 1
    assert len(rita.get("/en/review?show=mine").rows()) == 1
    assert rita.get("/en/review?show=countries").has("No report is here")


def test_an_empty_queue_says_what_will_come(rita: Browser) -> None:
    assert rita.get("/en/review").has("Nothing waits for you", "Reports appear here when a country submits them.")


def test_the_reviewer_of_a_party_never_sees_its_reports(rita: Browser, app: Flask) -> None:
    with app.app_context():
        report_id = submitted()
        make_person("rita", "contributor", "CL")
    queue = rita.get("/en/review?show=all")
    assert not queue.has("Arts for All"), "the queue finds a report of the reviewer's own country"
    assert queue.has("No report is here")
    rita.get(f"/en/review/reports/{report_id}", status=403)


def test_a_reviewer_who_joins_a_party_lets_go_of_its_reports(rita: Browser, app: Flask) -> None:
    with app.app_context():
        report_id = submitted("Arts for All")
        elsewhere = submitted("Arts for All", party="PE")
    for one in (report_id, elsewhere):
        steps.take(rita, one)
    with app.app_context():
        accounts.invite(
            SYSTEM, email="rita@example.org", name="Rita", language="en", role="contributor", party_code="CL", now=datetime.now(UTC)
        )
        database.session.expire_all()
        held = database.session.scalars(select(Report.id).where(Report.taken_at.is_not(None)))
        assert list(held) == [elsewhere]


def test_a_country_sees_no_page_of_the_review(rita: Browser, app: Flask, new_client: Callable[[], Browser]) -> None:
    with app.app_context():
        report_id = submitted()
        make_person("pia", "coordinator", "PE")
    for nick, status in (("carla", 403), ("pia", 404)):
        browser = sign_in(new_client(), nick)
        browser.get("/en/review", status=403)
        for path in ("", "/sections/identification", "/return", "/publish"):
            browser.get(f"/en/review/reports/{report_id}{path}", status=status)


def test_another_reviewer_reads_and_takes_over(rita: Browser, app: Flask, new_client: Callable[[], Browser]) -> None:
    with app.app_context():
        report_id = submitted()
    rita.get(f"/en/review/reports/{report_id}").press("Take this report")
    rolf = sign_in(new_client(), "rolf")
    page = rolf.get(f"/en/review/reports/{report_id}")
    assert page.has("Rita has taken this report")
    rolf.get(f"/en/review/reports/{report_id}/return", status=403)
    assert page.press("Take it over").has("The report is yours to review.")
    rita.get(f"/en/review/reports/{report_id}/publish", status=403)
    ada = sign_in(new_client(), "ada")
    assert ada.get(f"/en/review/reports/{report_id}").press("Release it").has("Nobody has taken this report")


def test_pages_speak_three_languages(rita: Browser, app: Flask) -> None:
    with app.app_context():
        report_id = submitted()
    rita.get(f"/en/review/reports/{report_id}").press("Take this report")
    for language in ("fr", "es"):
        for path in ("", f"/reports/{report_id}", f"/reports/{report_id}/sections/identification", f"/reports/{report_id}/return",
                     f"/reports/{report_id}/publish"):
            rita.get(f"/{language}/review{path}")


def test_pages_cost_the_same_for_one_row_and_thirty(rita: Browser, app: Flask, cost: Callable[..., list[int]]) -> None:
    with app.app_context():
        report_id = submitted()
    report = f"/en/review/reports/{report_id}"
    rita.get(report).press("Take this report")
    with app.app_context():
        _say(report_id)
    pages = ("/en/review?show=all", report, f"{report}/sections/indicators_section", f"{report}/return", f"{report}/publish")
    few = cost(rita, *pages)
    with app.app_context():
        _thirty(report_id)
    assert cost(rita, *pages) == few


@atomic
def _say(report_id: int) -> None:
    now = datetime.now(UTC)
    for kind in (Comment, Point):
        more = {"weight": "should"} if kind is Point else {}
        database.session.add(kind(
            report_id=report_id, round=1, section="indicators_section", text="Look here", person_id=person_named("rolf").id,
            created_at=now, **more,
        ))


@atomic
def _thirty(report_id: int) -> None:
    """Thirty more reports of thirty parties, each with a reviewer of its own; thirty more points, notes and entries."""
    report = database.session.get_one(Report, report_id)
    for number in range(30):
        code = f"{chr(65 + number % 26)}{number // 26}"
        database.session.add(Party(code=code, names={"en": f"Party {number}"}))
        database.session.flush()
        make_person(f"reviewer{number}", "reviewer")
        other = database.session.get_one(Report, submitted(f"Programme {number}", code, is_blank=True))
        other.reviewer_id, other.taken_at = person_named(f"reviewer{number}").id, datetime.now(UTC)
        indicator(report, f"Indicator {number}", position=number + 2)
        _say(report_id)
