"""Being returned to: a return that is recalled, points and their answers, and answers that are open again."""

import pytest
from sqlalchemy import select

from review_app.extensions import db as database
from review_app.models import Point
from tests import steps_http as steps
from tests.desk.conftest import Desk


def test_a_return_that_is_recalled_was_never_seen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(desk.app.config, "RECALL_SECONDS", 600)
    desk.returned("Since when?")
    page = desk.carla.get(desk.home)
    assert page.has("The reviewer can still recall it.") and "Since when?" not in page.text
    page = desk.carla.get(f"{desk.home}/points")
    assert page.has("The reviewer can still recall it. You can write again from") and not page.has("There are no points.")
    assert "Since when?" not in page.text
    assert "must be answered" not in desk.carla.get("/en/desk").text
    assert "returned" not in desk.carla.get("/en/notices").main.lower()
    page = desk.carla.get(desk.facts)
    assert page.has("The reviewer can still recall this return.") and not page.select("main textarea")
    token = str(page.select("input[name=csrf_token]")[0]["value"])
    sent = {"csrf_token": token, "overview": "Too early", "seen-overview": "1"}
    page = desk.carla.post(desk.facts, sent, status=403)
    assert page.has("The reviewer can still recall this return.", "Too early")
    page = desk.carla.get(f"{desk.home}/paper")
    assert page.has("The reviewer can still recall this return.", "The answers so far") and not page.select("input[type=file]")
    point_id = desk.look(lambda: database.session.scalars(select(Point.id)).one())
    desk.carla.post(f"{desk.home}/points/{point_id}", {"csrf_token": token, f"p{point_id}-reply": "x"}, status=404)
    assert steps.submit(desk.carla, desk.report_id, status=422).has("The return can still be recalled")

    desk.rita.get(f"/en/review/reports/{desk.report_id}").press("Recall the return")
    page = desk.carla.get(desk.home)
    assert desk.state() == "review" and page.has("Your report is with the secretariat")
    for address in ("", "/points", "/sections/facts"):
        page = desk.carla.get(f"{desk.home}{address}")
        assert "Since when?" not in page.text and "A good start." not in page.text, address
    assert "return" not in desk.carla.get(desk.home).main.lower()


def test_points_stand_where_they_belong_and_answers_are_open_again(desk: Desk) -> None:
    desk.returned("Since when?")
    assert desk.carla.get("/en/desk").has("1 point must be answered")
    page = desk.carla.get(desk.home)
    assert page.has("1 point to answer, 1 still open.")
    page = page.follow("Read and answer the points")
    assert page.has("A good start.", "Since when?") and page.links["Facts: Overview"].endswith("/sections/facts#q-overview")
    note = desk.carla.get(desk.facts).select("#q-overview .note")
    assert len(note) == 1 and "Since when?" in note[0].get_text()
    assert steps.submit(desk.carla, desk.report_id, status=422).has("Points that must be answered and are not: 1.")
    steps.answer_point(desk.caspar, desk.report_id, "Since 2019.")
    assert desk.rita.get(f"/en/review/reports/{desk.report_id}").has("Since 2019.")
    steps.write(desk.caspar, desk.facts, {"overview": "Forty libraries since 2019."})
    assert steps.submit(desk.carla, desk.report_id).h1 == "Your report was received"


def test_a_second_return_asks_its_own_points_and_leaves_the_answers_of_the_first_alone(desk: Desk) -> None:
    desk.returned("Since when?")
    steps.answer_point(desk.carla, desk.report_id, "Since 2019.")
    first = desk.look(lambda: database.session.scalars(select(Point.id)).one())
    steps.submit(desk.carla, desk.report_id)
    steps.take(desk.rita, desk.report_id)
    steps.draft_point(desk.rita, desk.report_id, "facts", "Says who?", question="overview")
    steps.give_back(desk.rita, desk.report_id)
    assert desk.carla.get(desk.home).has("1 point to answer, 1 still open.")
    page = desk.carla.get(f"{desk.home}/points")
    assert page.has("0 of 1 answered", "Since 2019.") and "A good start." not in page.text
    assert page.text.index("Says who?") < page.text.index("Earlier rounds") < page.text.index("Since when?")
    assert len(page.select("textarea")) == 1
    token = str(page.select("input[name=csrf_token]")[0]["value"])
    sent = {"csrf_token": token, f"p{first}-reply": "Since 1919.", f"p{first}-seen": ""}
    desk.carla.post(f"{desk.home}/points/{first}", sent, status=404)
    assert desk.carla.get(f"{desk.home}/points").has("Since 2019.")


def test_a_point_that_should_only_be_considered_does_not_stand_before_submitting_again(desk: Desk) -> None:
    steps.write(desk.carla, desk.facts, {"overview": "Forty libraries."})
    desk.submitted()
    steps.take(desk.rita, desk.report_id)
    steps.draft_point(desk.rita, desk.report_id, "facts", "Why forty?", question="overview", weight="should")
    steps.give_back(desk.rita, desk.report_id)
    page = desk.carla.get(desk.home)
    assert page.has("1 point to answer, 1 still open.")
    assert page.follow("Points of the secretariat").has("Why forty?")
    assert page.follow("Submit the report again").select("form")


def test_a_point_of_several_lines_keeps_them(desk: Desk) -> None:
    desk.returned("Since when?\n- And where?")
    for page in (desk.carla.get(f"{desk.home}/points"), desk.carla.get(desk.facts)):
        said = [list(tag.stripped_strings) for tag in page.select(".note > p")]
        assert ["Since when?", "- And where?"] in said, page.url


def test_a_point_at_an_entry_that_was_taken_out_leads_to_its_section(desk: Desk) -> None:
    page = desk.carla.get(f"{desk.home}/sections/houses").press("Add: Library")
    page.fill({"house_name": "Santa Rosa"}).press("Save and continue")
    desk.submitted()
    steps.take(desk.rita, desk.report_id)
    steps.draft_point(desk.rita, desk.report_id, "houses", "How many books?", question="books")
    steps.give_back(desk.rita, desk.report_id)
    assert desk.carla.get(f"{desk.home}/points").follow("Santa Rosa").has("How many books?")
    desk.carla.get(f"{desk.home}/sections/houses").follow("Santa Rosa").press("Take this entry out of the report")
    assert desk.carla.get(f"{desk.home}/points").follow("Libraries: Books").h1 == "Libraries"


def test_two_answers_to_one_point_are_both_on_a_screen(desk: Desk) -> None:
    desk.returned("Since when?")
    first, second = (one.get(f"{desk.home}/points") for one in (desk.carla, desk.caspar))
    first.fill({"Your answer": "Since 2019."}).press("Save the answer")
    refused = second.fill({"Your answer": "Since 2020."}).press("Save the answer", status=409)
    assert refused.has("Somebody was faster", "Since 2020.")
    page = refused.follow("Open the page as it is now")
    assert page.value("Your answer") == "Since 2019."
    page = page.fill({"Your answer": "Since 2019, in full since 2020."}).press("Save the answer")
    assert page.has("Your answer is saved.") and page.value("Your answer") == "Since 2019, in full since 2020."


def test_a_closed_cycle_still_takes_what_was_returned(desk: Desk) -> None:
    desk.returned()
    with desk.app.app_context():
        steps.close_cycle(desk.report_id)
    steps.answer_point(desk.carla, desk.report_id, "Since 2019.")
    assert steps.submit(desk.carla, desk.report_id).h1 == "Your report was received"
    assert desk.state() == "review"
