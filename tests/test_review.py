"""Reviewing over HTTP: the queue, a report beside what is said about it, return, recall, publication; and word-level changes."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from review_app.extensions import db as database
from review_app.models import Answer, Comment, Cycle, Finding, Item, Party, Person, Point, Report, Snapshot
from review_app.operations import accounts
from review_app.operations.snapshots import freeze
from review_app.permissions import SYSTEM
from review_app.queries.answers import sheet_of
from review_app.queries.changes import as_words, differing
from review_app.queries.preview import cut
from review_app.questionnaire import values
from review_app.questionnaire.language import Question, Text
from review_app.questionnaire.library import library
from review_app.transaction import atomic
from tests import steps_http as steps
from tests.browser import Browser
from tests.people import add_parties, make_person, sign_in
from tests.test_office import cost

pytestmark = pytest.mark.by_hand("reports are put into review without the country that wrote them", "reports", "answers")

PROSE = {
    "programme_name": "Arts for All", "description": "Weekly workshops in twelve towns.\nFree of charge.",
    "year_results": "Attendance doubled. cheap-pills.example", "programme_scale": "",
}


@pytest.fixture
def rita(app: Flask, new_client: Callable[[], Browser]) -> Browser:
    """A reviewer's browser."""
    with app.app_context():
        add_parties()
        make_person("ada", "administrator")
        make_person("rita", "reviewer")
        make_person("rolf", "reviewer")
        make_person("carla", "coordinator", "CL")
    return sign_in(new_client(), "rita")


def the_cycle() -> Cycle:
    known = database.session.scalar(select(Cycle))
    if known is None:
        now = datetime.now(UTC)
        edition = library.get("programme-monitoring", "2026")
        known = Cycle(
            slug="programmes-2026", titles={"en": "Programmes 2026"}, questionnaire="programme-monitoring", edition="2026",
            checksum=edition.checksum, state="open", opened_at=now,
        )
        database.session.add(known)
        database.session.flush()
    return known


@atomic
def submitted(subject: str = "Arts for All", party: str = "CL", *, days: int = 3, is_blank: bool = False) -> int:
    """A report of the first round that waits for a reviewer, as its tables would hold it."""
    now = datetime.now(UTC) - timedelta(days=days)
    report = Report(
        cycle_id=the_cycle().id, party_code=party, subject=subject, due_on=date(2027, 6, 30), state="review", round=1,
        started_at=now, first_submitted_at=now, submitted_at=now,
    )
    database.session.add(report)
    database.session.flush()
    if is_blank:
        return report.id
    for code, raw in PROSE.items():
        _answer(report, code, raw, None)
    _indicator(report, "Workshops held", position=1)
    freeze(report, sheet_of(report), actor=SYSTEM, now=now)
    return report.id


def _answer(report: Report, code: str, raw: str, item_id: UUID | None) -> None:
    question = library.get("programme-monitoring", "2026").find(code, "indicators" if item_id else None)
    database.session.add(Answer(
        report_id=report.id, item_id=item_id, question=code, value=values.read(question, raw), lang="en", actor_kind="system",
        updated_at=datetime.now(UTC),
    ))


def _indicator(report: Report, name: str, *, position: int) -> None:
    item = Item(id=uuid4(), report_id=report.id, group="indicators", position=position, created_at=datetime.now(UTC))
    database.session.add(item)
    database.session.flush()
    _answer(report, "indicator_name", name, item.id)


@atomic
def answered_and_resubmitted(report_id: int) -> None:
    """The country answers the points, rewrites its description and submits again; the same reviewer has it."""
    now = datetime.now(UTC)
    report = database.session.get_one(Report, report_id)
    for point in database.session.scalars(select(Point).where(Point.report_id == report_id)):
        point.reply, point.replied_at, point.replied_by_id = "We counted again.", now, _id_of("carla")
    answer = database.session.scalars(select(Answer).where(Answer.report_id == report_id, Answer.question == "description")).one()
    text = PROSE["description"].replace("twelve", "fourteen")
    answer.value, answer.row_version = {"raw": text, "value": text}, answer.row_version + 1
    setattr(report, "state", "review")  # noqa: B010 (a test may put a report where it needs it)
    report.round, report.taken_at, report.submitted_at, report.row_version = 2, now, now, report.row_version + 1
    database.session.flush()
    freeze(report, sheet_of(report), actor=SYSTEM, now=now)


def _id_of(nick: str) -> int:
    return database.session.scalars(select(Person.id).where(Person.email == f"{nick}@example.org")).one()


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
    sign_in(rita, "rita")  # joining again ended her session
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
    page = page.fill({"new_due_on": _day(30)}).press("Return with 1 point")
    assert page.has("The report is returned.", "Returned, and not told yet")
    page = page.press("Recall the return")
    assert page.has("The return is recalled.", "In review")


def _day(ahead: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=ahead)).isoformat()


def test_a_return_from_an_old_page_keeps_the_letter(rita: Browser, app: Flask) -> None:
    with app.app_context():
        report_id = submitted()
    report = f"/en/review/reports/{report_id}"
    rita.get(report).press("Take this report")
    rita.get(f"{report}/sections/budget?write=point").fill({"text": "Add the budget"}).press("Add this point")
    page = rita.get(f"{report}/return")
    with app.app_context():
        _touch(report_id)
    page = page.fill({"letter": "Dear colleagues", "new_due_on": _day(30)}).press("Return with 1 point", status=409)
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
    rita.get(f"{report}/return").fill({"new_due_on": _day(30)}).press("Return")
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
    assert rita.get(f"{report}/sections/results_and_lessons?only=changed").has("Nothing changed in this section")

    with app.app_context():
        _taken_by_nobody(report_id)
    assert rita.get(report).has("nobody yet", "Nobody has taken this report", "Rita had it last.", "Take this report")


@atomic
def _taken_by_nobody(report_id: int) -> None:
    database.session.get_one(Report, report_id).taken_at = None


def test_while_a_country_revises_the_reviewer_reads_what_was_submitted(rita: Browser, app: Flask) -> None:
    with app.app_context():
        report_id = submitted()
    report = f"/en/review/reports/{report_id}"
    rita.get(report).press("Take this report")
    rita.get(f"{report}/sections/budget?write=point").fill({"text": "Add the budget"}).press("Add this point")
    rita.get(f"{report}/return").fill({"new_due_on": _day(30)}).press("Return")
    with app.app_context():
        _write(report_id, "description", "Half a sent")
    page = rita.get(f"{report}/sections/identification")
    assert page.has("Weekly workshops in twelve towns.", "You read what was submitted last.")
    assert not page.has("Half a sent")


@atomic
def _write(report_id: int, code: str, text: str) -> None:
    answer = database.session.scalars(select(Answer).where(Answer.report_id == report_id, Answer.question == code)).one()
    answer.value = {"raw": text, "value": text}


def test_the_preview_shows_the_public_the_withheld_and_what_is_left_out(rita: Browser, app: Flask) -> None:
    with app.app_context():
        report_id = submitted()
        _write(report_id, "year_results", "Attendance doubled.\ncheap-pills.com")
    report = f"/en/review/reports/{report_id}"
    rita.get(report).press("Take this report")
    page = rita.get(f"{report}/publish")
    assert page.has("Anybody will read what stands below.", "Arts for All", "stays back", "Left out of the public pages")
    assert {tag.get_text().removeprefix("Left out: ") for tag in page.select("del")} == {"cheap-pills.com"}
    withheld = " ".join(tag.get_text(" ") for tag in page.select("details"))
    label = library.get("programme-monitoring", "2026").question("programme_contact").label["en"]
    assert label in withheld
    page = page.press("Publish the report of Chile")
    assert page.has("The report is published.", "Published")


def test_a_drafted_must_point_stops_the_publication(rita: Browser, app: Flask) -> None:
    with app.app_context():
        report_id = submitted()
    report = f"/en/review/reports/{report_id}"
    rita.get(report).press("Take this report")
    rita.get(f"{report}/sections/budget?write=point").fill({"text": "Add the budget"}).press("Add this point")
    page = rita.get(f"{report}/publish").press("Publish the report of Chile", status=422)
    assert page.has("The report cannot be published yet", "or remove them before you publish.")


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


def test_pages_speak_three_languages(rita: Browser, app: Flask) -> None:
    with app.app_context():
        report_id = submitted()
    rita.get(f"/en/review/reports/{report_id}").press("Take this report")
    for language in ("fr", "es"):
        for path in ("", f"/reports/{report_id}", f"/reports/{report_id}/sections/identification", f"/reports/{report_id}/return",
                     f"/reports/{report_id}/publish"):
            rita.get(f"/{language}/review{path}")


def test_pages_cost_the_same_for_one_row_and_thirty(rita: Browser, app: Flask, count_queries: Callable[[], Any]) -> None:
    with app.app_context():
        report_id = submitted()
    report = f"/en/review/reports/{report_id}"
    rita.get(report).press("Take this report")
    with app.app_context():
        _say(report_id)
    pages = ("/en/review?show=all", report, f"{report}/sections/indicators_section", f"{report}/return", f"{report}/publish")
    few = cost(rita, pages, count_queries)
    with app.app_context():
        _thirty(report_id)
    assert cost(rita, pages, count_queries) == few


@atomic
def _say(report_id: int) -> None:
    now = datetime.now(UTC)
    for kind in (Comment, Point):
        more = {"weight": "should"} if kind is Point else {}
        database.session.add(kind(
            report_id=report_id, round=1, section="indicators_section", text="Look here", person_id=_id_of("rolf"),
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
        other.reviewer_id, other.taken_at = _id_of(f"reviewer{number}"), datetime.now(UTC)
        _indicator(report, f"Indicator {number}", position=number + 2)
        _say(report_id)


def test_the_snapshot_that_is_compared_is_the_one_of_the_round_before(rita: Browser, app: Flask) -> None:
    with app.app_context():
        report_id = submitted()
        content = json.loads(database.session.scalars(select(Snapshot.content).where(Snapshot.report_id == report_id)).one())
    assert {entry["question"] for entry in content["answers"]} >= {"description", "indicator_name"}


@pytest.mark.parametrize(("before", "after", "expected"), [
    ("", "", []),
    ("a b c", "a b c", [("same", "a b c")]),
    ("a b c", "a x c", [("same", "a "), ("removed", "b "), ("added", "x "), ("same", "c")]),
    ("", "new", [("added", "new")]),
    ("gone", "", [("removed", "gone")]),
    ("one two", "one two three", [("same", "one two "), ("added", "three")]),
    ("first\nsecond\nthird", "first\nthird", [("same", "first\n"), ("removed", "second\n"), ("same", "third")]),
    ("end of line", "end of\nline", [("same", "end of\nline")]),
])
def test_what_differs_word_by_word(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    assert [(piece.kind, piece.text) for piece in differing(before, after)] == expected


def test_a_contact_differs_by_its_words_and_not_by_the_order_it_is_stored_in() -> None:
    person = {"name": "Rosa", "organisation": "Ministry", "position": "Adviser", "email": "", "phone": "", "address": ""}
    question = Question("who", "contact", Text(en="Who"))
    assert [as_words(question, {"raw": dict(sorted(person.items(), reverse=way))}, language="fr") for way in (False, True)] == [
        "Rosa\nMinistry\nAdviser"
    ] * 2


def test_a_long_text_is_compared_word_by_word() -> None:
    before = " ".join(f"word{number % 700} the of and" for number in range(5_000))
    pieces = differing(before, before.replace("word3 ", "other "))
    assert [(piece.kind, piece.text) for piece in pieces if piece.kind != "same"] == [
        ("removed", "word3 "), ("added", "other ")
    ] * 8


def test_words_that_a_publication_leaves_out() -> None:
    assert cut("Good. spam.com ends", ["spam.com"]) == [("Good. ", False), ("spam.com", True), (" ends", False)]
    assert cut("notspam.com", ["spam.com"]) == [("notspam.com", False)]
