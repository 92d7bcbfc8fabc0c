"""The ministry's desk over HTTP: saving, conflicts, other people's sections, the gate, withdrawing, being returned to."""

import hashlib
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from review_app.extensions import db as database
from review_app.models import Answer, Item, Point, Report, Save, Snapshot
from tests import desks
from tests import steps_http as steps
from tests.browser import Browser, Page
from tests.desks import CARLA, CASPAR, RITA, open_report
from tests.libraries import survey
from tests.people import PASSWORD, make_person, sign_in

__all__ = ["survey"]


class Desk(desks.Desk):
    def state(self) -> str:
        return self.look(lambda: steps.state_of(self.report_id))

    def raw(self, question: str) -> Any:
        """What is stored for a question, as typed; None when nothing is."""
        return next(iter(self.raws(question)), None)

    def history(self, question: str) -> list[tuple[str, str]]:
        """(text, outcome) of everything that was ever sent for a question."""
        rows = select(Save.value["raw"], Save.outcome).where(Save.question == question).order_by(Save.id)
        return self.look(lambda: [(raw, outcome) for raw, outcome in database.session.execute(rows)])

    def snapshots(self) -> list[Snapshot]:
        return self.look(lambda: list(database.session.scalars(select(Snapshot).order_by(Snapshot.number))))

    def submitted(self) -> Page:
        """Write what is needed and hand it over."""
        steps.write(self.carla, self.facts, {"overview": "Forty libraries."})
        return steps.submit(self.carla, self.report_id)

    def returned(self, text: str = "Since when?") -> None:
        self.submitted()
        steps.take(self.rita, self.report_id)
        steps.draft_point(self.rita, self.report_id, "facts", text, question="overview")
        steps.give_back(self.rita, self.report_id, letter="A good start.")


@pytest.fixture
def desk(survey: None, app: Flask, new_client: Callable[[], Browser], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An open cycle. Returns reach the country at once, unless a test says otherwise."""
    monkeypatch.setitem(app.config, "RECALL_SECONDS", 0)
    return Desk(app, open_report(app, "survey", CARLA, CASPAR, RITA), new_client)


# Two people, one page.


def test_two_texts_for_one_answer_are_both_kept_and_merged(desk: Desk) -> None:
    hers, his = desk.carla.get(desk.facts), desk.caspar.get(desk.facts)
    hers.fill({"overview": "Forty libraries in ten towns."}).press("Save and continue")
    page = his.fill({"overview": "Forty libraries in twelve towns.", "visitors": "1200"}).press("Save and continue")

    assert page.h1 == "Two versions of one answer", "the second text took the place of the first"
    assert page.has("Carla changed this answer", "Forty libraries in ten towns.", "Forty libraries in twelve towns.")
    assert page.has("Your other answers on the page are saved.")
    assert desk.raw("visitors") == "1200"
    assert desk.raw("overview") == "Forty libraries in ten towns."
    assert page.value("overview") == "Forty libraries in twelve towns."

    page.fill({"overview": "Forty libraries in ten or twelve towns."}).press("Save this text")
    assert desk.raw("overview") == "Forty libraries in ten or twelve towns."
    assert desk.history("overview") == [
        ("Forty libraries in ten towns.", "accepted"),
        ("Forty libraries in twelve towns.", "refused"),
        ("Forty libraries in ten or twelve towns.", "accepted"),
    ]


def test_what_stands_can_be_kept_and_two_conflicts_come_one_after_the_other(desk: Desk) -> None:
    hers, his = desk.carla.get(desk.facts), desk.caspar.get(desk.facts)
    hers.fill({"overview": "Hers", "motto": "Read"}).press("Save and continue")
    page = his.fill({"overview": "His", "motto": "Lend"}).press("Save and continue")
    page = page.press("Keep what stands now")
    assert page.h1 == "Two versions of one answer" and page.has("Read", "Lend")
    page.press("Save this text")
    assert (desk.raw("overview"), desk.raw("motto")) == ("Hers", "Lend")
    assert ("His", "refused") in desk.history("overview")


def test_a_third_text_that_comes_while_merging_is_a_conflict_again(desk: Desk) -> None:
    hers, his = desk.carla.get(desk.facts), desk.caspar.get(desk.facts)
    hers.fill({"overview": "One"}).press("Save and continue")
    conflict = his.fill({"overview": "Two"}).press("Save and continue")
    steps.write(desk.carla, desk.facts, {"overview": "Three"})
    page = conflict.fill({"overview": "Two and one"}).press("Save this text")
    assert page.h1 == "Two versions of one answer" and page.has("Three", "Two and one")
    assert desk.raw("overview") == "Three"


def test_different_questions_never_conflict(desk: Desk) -> None:
    """Though a page sends every answer it shows: what its reader left alone does not fight with a colleague's change."""
    steps.write(desk.carla, desk.facts, {"overview": "First", "motto": "Read"})
    hers, his = desk.carla.get(desk.facts), desk.caspar.get(desk.facts)
    hers.fill({"overview": "Second", "visitors": "7"}).press("Save and continue")
    page = his.fill({"motto": "Lend", "has_law": "no"}).press("Save and continue")
    assert page.h1 != "Two versions of one answer"
    assert [desk.raw(code) for code in ("overview", "visitors", "motto", "has_law")] == ["Second", "7", "Lend", "no"]
    assert not [outcome for code in ("overview", "visitors") for _, outcome in desk.history(code) if outcome == "refused"]


def test_the_same_text_twice_is_no_conflict(desk: Desk) -> None:
    """A form that is sent again, or two who agree."""
    hers, his = desk.carla.get(desk.facts), desk.caspar.get(desk.facts)
    hers.fill({"overview": "Same"}).press("Save and continue")
    assert his.fill({"overview": "Same"}).press("Save and continue").h1 == "Libraries"
    assert desk.history("overview") == [("Same", "accepted")]


def test_a_figure_keeps_its_reading_when_the_page_is_saved_in_another_language(desk: Desk) -> None:
    steps.write(desk.carla, desk.facts, {"content_lang": "es", "visitors": "1.200"})
    steps.write(desk.caspar, desk.facts, {"content_lang": "en", "overview": "Forty libraries."})
    stored = desk.look(lambda: database.session.scalars(select(Answer.value).where(Answer.question == "visitors")).one())
    assert stored == {"raw": "1.200", "value": "1200"}
    assert desk.history("visitors") == [("1.200", "accepted")]


# Sections.


def test_a_contributor_writes_the_own_section_and_reads_the_others(desk: Desk, new_client: Callable[[], Browser]) -> None:
    steps.write(desk.carla, desk.facts, {"overview": "Forty libraries."})
    with desk.app.app_context():
        make_person("celia", "contributor", "CL", sections=["closing"])
    celia = sign_in(new_client(), "celia")
    steps.write(celia, f"{desk.home}/sections/closing", {"wishes": "More books."})
    assert desk.raw("wishes") == "More books."

    page = celia.get(desk.facts)
    assert page.has("Forty libraries.", "This section was given to somebody else of your team.")
    assert not page.select("main textarea") and "Save and continue" not in page.buttons
    token = str(celia.get(f"{desk.home}/sections/closing").select("input[name=csrf_token]")[0]["value"])
    forged = {"csrf_token": token, "overview": "No libraries.", "seen-overview": "1"}
    page = celia.post(desk.facts, forged, status=403)
    assert page.has("This section was given to somebody else of your team.", "No libraries.")
    assert "Add: Library" not in celia.get(f"{desk.home}/sections/houses").buttons
    celia.post(f"{desk.home}/groups/house", {"csrf_token": token}, status=403)
    assert desk.raw("overview") == "Forty libraries."


def test_only_a_coordinator_submits(desk: Desk) -> None:
    steps.write(desk.caspar, desk.facts, {"overview": "Forty libraries."})
    page = desk.caspar.get(f"{desk.home}/submit")
    assert page.has("Only a coordinator of your team can submit.") and not page.select("main form")
    token = str(desk.caspar.get(desk.facts).select("input[name=csrf_token]")[0]["value"])
    sent = {"csrf_token": token, "seen": "1", "name": "C", "position": "C", "is_declared": "y"}
    desk.caspar.post(f"{desk.home}/submit", sent, status=403)
    assert desk.state() == "draft"


# What was typed stays.


def test_a_number_that_cannot_be_read_is_kept_and_said_and_holds_the_report_back(desk: Desk) -> None:
    page = steps.write(desk.carla, desk.facts, {"overview": "Forty libraries.", "visitors": "a great many"})
    assert page.has("Saved. 1 answer needs your attention.")
    assert len(page.errors) == 1 and page.value("visitors") == "a great many"
    assert page.select("#visitors-error") and desk.raw("visitors") == "a great many"
    page = steps.submit(desk.carla, desk.report_id, status=422)
    assert page.has("Errors that still stand: 1.") and desk.state() == "draft"
    assert desk.carla.get(f"{desk.home}/completeness").has("Facts: Visitors", "a great many")
    steps.write(desk.carla, desk.facts, {"visitors": "1,200"})
    assert steps.submit(desk.carla, desk.report_id).h1 == "Your report was received"


def test_a_text_over_its_limit_is_saved_whole(desk: Desk) -> None:
    motto = "Read more, lend more, and keep the doors open"
    page = steps.write(desk.carla, desk.facts, {"overview": "Forty libraries.", "motto": motto})
    assert desk.raw("motto") == motto
    page = desk.carla.get(desk.facts)
    assert page.value("motto") == motto and page.has(f"You have written {len(motto)} of 20 characters. It will have to be")
    assert steps.submit(desk.carla, desk.report_id, status=422).has("Errors that still stand: 1.")


def test_an_entry_is_taken_out_and_brought_back_with_its_answers(desk: Desk) -> None:
    steps.write(desk.carla, desk.facts, {"overview": "Forty libraries."})
    page = desk.carla.get(f"{desk.home}/sections/houses").press("Add: Library")
    entry = page.url
    page = page.fill({"house_name": "Santa Rosa", "books": "900"}).press("Save and continue")
    assert "Santa Rosa" in page.links
    page = page.follow("Santa Rosa").press("Take this entry out of the report")
    assert "Santa Rosa" not in page.links and page.has("Taken out (1)")
    desk.carla.get(entry, status=404)
    assert "Santa Rosa" not in desk.carla.get(f"{desk.home}/read").text
    page = page.press("Bring it back : Santa Rosa")
    assert page.follow("Santa Rosa").value("books") == "900"
    steps.submit(desk.carla, desk.report_id)
    assert len(json.loads(desk.snapshots()[0].content)["items"]) == 1


def test_two_entries_read_as_two(desk: Desk) -> None:
    """The whole report on one page: each answer has an address of its own."""
    for name in ("Santa Rosa", "San Pedro"):
        page = desk.carla.get(f"{desk.home}/sections/houses").press("Add: Library")
        page.fill({"house_name": name}).press("Save and continue")
    assert desk.carla.get(f"{desk.home}/read").has("Library: Santa Rosa", "Library: San Pedro")


# Handing over.


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
    old = desk.carla.get(f"{desk.home}/submit").fill({**steps.SIGNATORY, "position": "Director of libraries"})
    steps.submit(desk.carla, desk.report_id)
    desk.carla.get(desk.home).press("Withdraw the report")
    page = old.press("Submit the report of Chile", status=409)
    assert page.has("This has changed since you opened the page", "Ana Soto", "Director of libraries")
    assert desk.state() == "draft" and len(desk.snapshots()) == 1


def test_the_form_of_a_submission_that_is_blocked_is_folded_and_keeps_what_was_typed(desk: Desk) -> None:
    page = desk.carla.get(f"{desk.home}/submit")
    assert page.has("The report cannot be submitted yet", "See what is missing")
    assert page.select("details:not([open]) input[name=position]")
    page = page.fill({**steps.SIGNATORY, "position": "Director"}).press("Submit the report of Chile", status=422)
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
    assert desk.state() == "revision" and page.has("1 point to answer, 0 still open.")
    assert steps.submit(desk.carla, desk.report_id).h1 == "Your report was received"


# Being returned to.


def test_a_return_that_is_recalled_was_never_seen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(desk.app.config, "RECALL_SECONDS", 600)
    desk.returned("Since when?")
    page = desk.carla.get(desk.home)
    assert page.has("The reviewer can still recall it.") and "Since when?" not in page.text
    assert desk.carla.get(f"{desk.home}/points").has("There are no points.")
    assert "must be answered" not in desk.carla.get("/en/desk").text
    assert "returned" not in desk.carla.get("/en/notices").main.lower()
    page = desk.carla.get(desk.facts)
    assert page.has("The reviewer can still recall this return.") and not page.select("main textarea")
    token = str(page.select("input[name=csrf_token]")[0]["value"])
    sent = {"csrf_token": token, "overview": "Too early", "seen-overview": "1"}
    page = desk.carla.post(desk.facts, sent, status=403)
    assert page.has("The reviewer can still recall this return.", "Too early")
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
    assert page.has("A good start.", "Since when?", "Facts: Overview")
    note = desk.carla.get(desk.facts).select("#q-overview .note")
    assert len(note) == 1 and "Since when?" in note[0].get_text()
    assert steps.submit(desk.carla, desk.report_id, status=422).has("Points that must be answered and are not: 1.")
    steps.answer_point(desk.caspar, desk.report_id, "Since 2019.")
    assert desk.rita.get(f"/en/review/reports/{desk.report_id}").has("Since 2019.")
    steps.write(desk.caspar, desk.facts, {"overview": "Forty libraries since 2019."})
    assert steps.submit(desk.carla, desk.report_id).h1 == "Your report was received"


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


def test_a_closed_cycle_takes_no_first_submission(desk: Desk) -> None:
    steps.write(desk.carla, desk.facts, {"overview": "Forty libraries."})
    with desk.app.app_context():
        steps.close_cycle(desk.report_id)
    page = steps.submit(desk.carla, desk.report_id, status=422)
    assert page.has("The cycle is closed and takes no first submissions.") and desk.state() == "draft"


def test_a_closed_cycle_still_takes_what_was_returned(desk: Desk) -> None:
    desk.returned()
    with desk.app.app_context():
        steps.close_cycle(desk.report_id)
    steps.answer_point(desk.carla, desk.report_id, "Since 2019.")
    assert steps.submit(desk.carla, desk.report_id).h1 == "Your report was received"
    assert desk.state() == "review"


# Who is at the door.


def test_a_strangers_report_is_nowhere(desk: Desk, new_client: Callable[[], Browser]) -> None:
    """Every address of the desk and the review that names a report: for a coordinator of another country it does not exist."""
    desk.submitted()
    with desk.app.app_context():
        make_person("pia", "coordinator", "PE")
        item = str(uuid4())
    pia = sign_in(new_client(), "pia")
    token = str(pia.get("/en/notices").select("input[name=csrf_token]")[0]["value"])
    values = {
        "report_id": desk.report_id, "lang": "en", "code": "facts", "group": "house", "item_id": item, "number": 1,
        "point_id": 1, "membership_id": 1, "save_id": 1, "form_id": 1, "link_id": 1, "proposal_id": 1, "file_id": item,
        "question": "overview", "what": "draft", "kind": "docx",
        "fingerprint": "f" * 64, "verb": "end", "action": "take",
    }  # fmt: skip
    tried = 0
    adapter = desk.app.url_map.bind("localhost")
    for rule in desk.app.url_map.iter_rules():
        if "report_id" not in rule.arguments or rule.endpoint.split(".")[0] not in ("desk", "review"):
            continue
        verb = {"verb": "withdraw"} if rule.endpoint == "desk.steer_link" else {}
        address = adapter.build(rule.endpoint, {**{name: values[name] for name in rule.arguments}, **verb})
        if "GET" in (rule.methods or ()):
            pia.get(address, status=404)
        if "POST" in (rule.methods or ()):
            pia.post(address, {"csrf_token": token, "seen": "1"}, status=404)
        tried += 1
    assert tried > 20


@pytest.mark.parametrize(
    ("role", "address"), [("administrator", "/en/office"), ("reviewer", "/en/review"), ("coordinator", "/en/desk")]
)
def test_who_signs_in_from_a_public_page_arrives_where_they_work(
    desk: Desk, new_client: Callable[[], Browser], role: str, address: str
) -> None:
    with desk.app.app_context():
        make_person("nina", role, "PE" if role == "coordinator" else None)
    page = new_client().get("/en/").follow("Sign in")
    page = page.fill({"email": "nina@example.org", "password": PASSWORD}).press("Sign in")
    assert page.url == address


def test_who_was_given_parts_of_another_report_alone_has_nothing_here(desk: Desk) -> None:
    with desk.app.app_context():
        make_person("houda", "contributor", "CL", sections=["houses", "annexes"])
        make_person("elsa", "contributor", "CL", sections=["annexes"])
    rows = {row[0].split()[0]: row[2] for row in desk.carla.get(f"{desk.home}/team").rows()}
    assert (rows["Houda"], rows["Elsa"]) == ("Libraries", "Nothing in this report")


def test_whoever_is_taken_out_of_the_team_is_told_that_there_is_no_work(desk: Desk) -> None:
    desk.caspar.get("/en/desk")
    page = desk.carla.get(f"{desk.home}/team")
    assert page.press("Take away: Coordinator", status=403).errors == [
        "This is the team's only coordinator. Invite another one first."
    ]
    page = desk.carla.get(f"{desk.home}/team").press("Take away: Contributor")
    assert page.has("Caspar no longer has this role. Everything they wrote stays.")
    assert desk.caspar.get("/en/desk", status=403).has("You do not belong to a national team.")


def test_an_entry_of_another_report_is_not_found(desk: Desk) -> None:
    page = desk.carla.get(f"{desk.home}/sections/houses").press("Add: Library")
    item_id = desk.look(lambda: database.session.scalars(select(Item.id)).one())
    assert str(item_id) in page.url
    with desk.app.app_context():
        other = steps.open_cycle("case-study", "2020", ("CL", "Another"))[0]
    desk.carla.get(f"/en/desk/reports/{other}/items/{item_id}", status=404)


def test_saving_a_page_leaves_the_language_of_untouched_answers_alone(desk: Desk) -> None:
    """Until somebody chooses another language for the page: then it holds for all of its answers."""
    languages = select(Answer.question, Answer.lang).where(Answer.lang.is_not(None)).order_by(Answer.question)

    def spoken() -> dict[str, str | None]:
        return desk.look(lambda: dict(database.session.execute(languages).tuples().all()))

    steps.write(desk.carla, desk.facts, {"overview": "Quarante bibliothèques.", "content_lang": "fr"})
    desk.carla.get(desk.facts).fill({"motto": "Lire"}).press("Save and continue")
    page = desk.carla.get(desk.facts.replace("facts", "closing"))
    page.fill({"wishes": "More books.", "content_lang": "en"}).press("Save and continue")
    assert spoken() == {"overview": "fr", "motto": "fr", "wishes": "en"}
    desk.carla.get(desk.facts).fill({"content_lang": "es"}).press("Save and continue")
    assert spoken() == {"overview": "es", "motto": "es", "wishes": "en"}


# Every text that was ever sent.


def test_every_text_of_an_answer_is_listed_and_any_can_be_brought_back(desk: Desk) -> None:
    hers, his = desk.carla.get(desk.facts), desk.caspar.get(desk.facts)
    hers.fill({"overview": "First."}).press("Save and continue")
    his.fill({"overview": "His, refused."}).press("Save and continue")
    steps.write(desk.carla, desk.facts, {"overview": "Second."})

    page = desk.carla.get(desk.facts).follow("Earlier texts")
    assert page.h1 == "Overview"
    told = [" ".join(line.get_text(" ").split()) for line in page.select("ol.journal > li")]
    assert [next(text for text in ("First.", "His, refused.", "Second.") if text in line) for line in told] == [
        "Second.", "His, refused.", "First.",
    ]  # fmt: skip
    assert ["Stands now" in line for line in told] == [True, False, False]
    assert ["Caspar" in line and "Kept, not saved" in line for line in told] == [False, True, False]

    first = page.select("ol.journal > li a")[-1]["href"]
    page = desk.carla.get(str(first))
    assert page.has("The earlier text", "First.", "Second.") and page.value("overview") == "First."
    page.press("Save this text")
    assert desk.raw("overview") == "First."
    assert [text for text, outcome in desk.history("overview") if outcome == "accepted"] == ["First.", "Second.", "First."]


def test_the_history_of_an_entry_is_its_own(desk: Desk) -> None:
    page = desk.carla.get(f"{desk.home}/sections/houses").press("Add: Library")
    page.fill({"house_name": "North"}).press("Save and continue")
    page = desk.carla.get(f"{desk.home}/sections/houses").follow("North").follow("Earlier texts")
    assert [len(page.select("ol.journal > li")), "North" in page.main] == [1, True]
    desk.carla.get(f"{desk.home}/history/house_name", status=404)
    desk.carla.get(f"{desk.home}/history/house_name?item=nothing", status=404)


def test_a_long_history_is_shown_thirty_at_a_time(desk: Desk) -> None:
    for number in range(32):
        steps.write(desk.carla, desk.facts, {"motto": f"Motto {number}"})
    page = desk.carla.get(f"{desk.home}/history/motto")
    assert len(page.select("ol.journal > li")) == 30
    assert len(page.follow("Still earlier texts").select("ol.journal > li")) == 2


def test_a_single_question_can_be_given_to_a_contributor(desk: Desk, new_client: Callable[[], Browser]) -> None:
    page = desk.carla.get(f"{desk.home}/team")
    assert page.select('details.parts:not([open]) input[value="facts/motto"]') and not page.select('.parts input[value="facts"]')
    page = page.fill({"name": "Mario", "sections": ["facts/motto", "houses"]}).press("Send the invitation", status=422)
    assert [str(one["value"]) for one in page.select("details.parts[open] input[checked]")] == ["facts/motto"]
    page = page.fill({"email": "mario@example.org"}).press("Send the invitation")
    assert page.has("Facts › Motto")
    with desk.app.app_context():
        make_person("mario", "contributor", "CL", sections=["facts/motto", "houses/house"])
    mario = sign_in(new_client(), "mario")
    assert mario.get(desk.home).has("1 question is given to you")
    page = mario.get(desk.facts)
    assert page.has("Given to others of your team") and not page.select("[name=overview]")
    page.fill({"motto": "Read on"}).press("Save and come back later")
    assert desk.raw("motto") == "Read on"
    token = str(mario.get(desk.facts).select("input[name=csrf_token]")[0]["value"])
    mario.post(desk.facts, {"csrf_token": token, "overview": "Forged", "seen-overview": "0"}, status=403)
    assert desk.raw("overview") is None
    page = mario.get(f"{desk.home}/sections/houses").press("Add: Library")
    page.fill({"house_name": "North"}).press("Save and continue")
    assert not mario.get(f"{desk.home}/sections/closing").select("textarea")
