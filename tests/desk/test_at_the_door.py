"""Who is at the door of the desk: strangers, the team, and whoever was given a section or a single question of a report."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import select

from review_app.extensions import db as database
from review_app.models import Item
from tests import steps_http as steps
from tests.browser import Browser
from tests.desk.conftest import Desk
from tests.people import PASSWORD, make_person, sign_in


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


# Sections and single questions.


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


def test_a_single_question_can_be_given_to_a_contributor(desk: Desk, new_client: Callable[[], Browser]) -> None:
    page = desk.carla.get(f"{desk.home}/team")
    assert page.select('details.parts:not([open]) input[value="facts/motto"]') and not page.select('.parts input[value="facts"]')
    assert page.select('details:not([open]) details.parts')  # none of the boxes stands in the way of the whole report
    page = page.fill({"name": "Mario", "sections": ["facts/motto", "houses"]}).press("Send the invitation", status=422)
    assert [str(one["value"]) for one in page.select("details[open] details.parts[open] input[checked]")] == ["facts/motto"]
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


def test_my_reports_say_how_far_each_is_and_what_comes_next(desk: Desk) -> None:
    page = desk.carla.get("/en/desk")
    assert page.has("0 of 1 sections completed") and not page.has("must be answered")
    assert page.follow("Continue with “Facts”").h1 == "Facts"
    steps.write(desk.carla, desk.facts, {"overview": "Forty libraries."})
    assert desk.carla.get("/en/desk").has("1 of 1 sections completed")
    assert desk.carla.get("/en/desk").follow("Submit the report").url == f"{desk.home}/submit"
    desk.submitted()
    page = desk.carla.get("/en/desk")
    assert not page.has("sections completed") and "Submit the report" not in page.links


def test_who_has_one_section_is_led_to_no_other(desk: Desk, new_client: Callable[[], Browser]) -> None:
    with desk.app.app_context():
        make_person("celia", "contributor", "CL", sections=["closing"])
        make_person("fabio", "contributor", "CL", sections=["facts"])
    celia, fabio = sign_in(new_client(), "celia"), sign_in(new_client(), "fabio")
    for place in ("/en/desk", desk.home):
        assert fabio.get(place).follow("Continue with “Facts”").h1 == "Facts"
        assert celia.get(place).has("0 of 1 sections completed") and not celia.get(place).has("Continue with")
    steps.write(desk.carla, desk.facts, {"overview": "Forty libraries."})
    button = ".progress ~ p .govuk-button"
    assert "Submit the report" in desk.carla.get("/en/desk").links and desk.carla.get(desk.home).select(button)
    assert "Submit the report" not in fabio.get("/en/desk").links and not fabio.get(desk.home).select(button)


def test_my_reports_have_the_same_figures_as_each_report_in_as_many_queries_for_one_as_for_five(
    desk: Desk, cost: Callable[..., list[int]]
) -> None:
    steps.write(desk.carla, desk.facts, {"overview": "Forty libraries."})
    few = cost(desk.carla, "/en/desk")
    with desk.app.app_context():
        others = steps.open_cycle("programme-monitoring", "2026", *(("CL", f"Programme {number}") for number in range(5)))
    page = desk.carla.get("/en/desk")
    assert cost(desk.carla, "/en/desk") == few
    told = [line.get_text() for line in page.select(".card .progress")]
    homes = [desk.home, *(f"/en/desk/reports/{report_id}" for report_id in others)]
    assert sorted(told) == sorted(desk.carla.get(home).select(".progress")[0].get_text() for home in homes) and len(told) == 6
