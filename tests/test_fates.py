"""What the last report had, and what became of it: nothing is submitted before each is told, and each has a life of chapters."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from review_app.extensions import db as database
from review_app.models import Item
from review_app.queries.invariants import broken
from tests import steps_http as steps
from tests.browser import Browser, Page
from tests.museums import LEFT, Desk, desk_of_museums, missing, survey_of_museums
from tests.people import make_person, sign_in

__all__ = ["desk_of_museums", "survey_of_museums"]  # fixtures

HOUSES = ("City museum", "Harbour museum", "Mill", "Tower")
ANSWERS = {**LEFT, "blank-budget": "no_data", "blank-contact": "no_data", "law": "A law of 2019.", "blank-law": ""}


def following(the: Desk) -> Desk:
    """The last report is published with four museums, and the next one begins with it."""
    the.carla.get(the.facts).fill(ANSWERS).press("Save and come back later")
    for name in HOUSES:
        the.add_house(name, "no_data")
    the.publish()
    the.begin_next()
    the.carla.get(the.facts).press("Save: everything here still holds")
    return the


def hexes(the: Desk) -> list[str]:
    """The entries of the report as the names of their fields begin, in their order."""
    mine = select(Item.id).where(Item.report_id == the.report_id).order_by(Item.position)
    with the.app.app_context():
        return [one.hex for one in database.session.scalars(mine)]


def choose(the: Desk, *fates: str, into: str = "") -> Page:
    """Say what became of the entries, in their order; what is merged goes into the first."""
    page = the.carla.get(f"{the.home}/fates")
    for one, fate in zip(hexes(the), fates, strict=True):
        page.fill({f"{one}-fate": fate})
        if fate == "merged":
            page.fill({f"{one}-into": into})
    return page


def test_each_entry_needs_a_fate_and_has_a_life_of_chapters(desk: Desk) -> None:
    the = following(desk)
    for name in HOUSES:
        the.carla.get(f"{the.home}/sections/houses").follow(name).press("Save: everything here still holds")
    page = the.carla.get(f"{the.home}/completeness")
    assert missing(page) == [f"Museums: {name}: Name" for name in HOUSES]
    assert page.follow("Museums: Mill : Name").h1 == "What became of the last report’s entries"
    page = steps.submit(the.carla, the.report_id, status=422)
    assert page.errors[-1] == "Entries of the last report of which nobody has said whether they go on: 4. Say it for each one."

    # Merged needs an entry that stays; then each has its fate.
    refused = choose(the, "renamed", "merged", "ended", "not_followed_up").press("Save", status=422)
    assert refused.errors == ["What was merged needs the entry that it is part of now: choose one."]
    choose(the, "renamed", "merged", "ended", "not_followed_up", into="City museum").press("Save")
    house = the.carla.get(f"{the.home}/sections/houses").follow("City museum")
    house.fill({"house_name": "Museum of the city and the harbour"}).press("Save and continue")
    assert missing(the.carla.get(f"{the.home}/completeness")) == []
    told = ["Harbour museum Merged into another entry: Museum of the city and the harbour", "Mill Ended", "Tower Not followed up"]
    assert gone(the.carla.get(f"{the.home}/read")) == told
    steps.submit(the.carla, the.report_id)
    steps.take(the.rita, the.report_id)
    assert gone(the.rita.get(f"/en/review/reports/{the.report_id}")) == told
    steps.publish(the.rita, the.report_id)

    everybody = the.new_client()
    assert chapters(everybody, "chile-next", "city-museum") == [
        "The reports of this year: City museum", "The reports of this year: Harbour museum (later merged into it)",
        "The next: Museum of the city and the harbour",
    ]  # fmt: skip
    assert chapters(everybody, "chile-museums-cycle", "harbour-museum") == [
        "The reports of this year: Harbour museum", "The next: merged into Museum of the city and the harbour",
    ]  # fmt: skip
    assert chapters(everybody, "chile-museums-cycle", "mill") == ["The reports of this year: Mill", "The next: Ended"]
    assert chapters(everybody, "chile-museums-cycle", "tower")[1:] == ["The next: Not followed up"]
    assert over(everybody.get("/en/entries")) == {
        "City museum": None, "Harbour museum": "Merged into another entry", "Mill": "Ended", "Tower": "Not followed up",
        "Museum of the city and the harbour": None,
    }  # fmt: skip
    with the.app.app_context():
        assert broken() == {}


def gone(page: Page) -> list[str]:
    return [row.get_text(" ", strip=True).replace("entry :", "entry:") for row in page.select("#gone + dl > div")]


def over(page: Page) -> dict[str, str | None]:
    """Title of each entry in the list -> what it says became of it."""
    fates = "Merged into another entry", "Ended", "Not followed up"
    return {
        str(line.select("h3")[0].string): next((fate for fate in fates if fate in line.select(".byline")[0].text), None)
        for line in page.select(".listing li")
    }


def chapters(everybody: Browser, report: str, entry: str) -> list[str]:
    lines = everybody.get(f"/en/published/{report}/entries/{entry}").select(".chapters li")
    return [" ".join(line.get_text().split()) for line in lines]


def test_what_it_was_merged_into_stays_or_it_is_asked_again(desk: Desk) -> None:
    the = following(desk)
    choose(the, "continues", "merged", "continues", "continues", into="City museum").press("Save")
    refused = choose(the, "ended", "merged", "continues", "continues", into="City museum").press("Save", status=422)
    assert refused.errors == ["An entry was merged into one that is not in this report any more: choose another."]
    house = the.carla.get(f"{the.home}/sections/houses").follow("City museum")
    house.press("Take this entry out of the report")
    page = the.carla.get(f"{the.home}/fates")
    assert [page.value(f"{one}-fate") for one in hexes(the)] == ["ended", "open", "continues", "continues"]


def test_two_people_settle_the_same_entry(desk: Desk) -> None:
    the = following(desk)
    caspar = sign_in(the.new_client(), "caspar")
    his, first = caspar.get(f"{the.home}/fates"), hexes(the)[0]
    choose(the, "ended", "open", "open", "open").press("Save")
    his.fill({f"{first}-fate": "continues"}).press("Save", status=409)
    assert the.carla.get(f"{the.home}/fates").value(f"{first}-fate") == "ended"


def test_the_last_answer_stands_beside_the_field(desk: Desk, new_client: Callable[[], Browser], app: Flask) -> None:
    the = following(desk)
    assert "In the last report" not in the.carla.get(the.facts).main
    the.carla.get(the.facts).fill({"law": "A law of 2027."}).press("Save and come back later")
    page = the.carla.get(the.facts)
    (then,) = page.select("details:has(.answer--longtext)")
    assert then.get_text(" ", strip=True) == "In the last report : Law A law of 2019."
    assert then.select_one("[lang=en][dir=ltr]") is not None


@pytest.mark.parametrize("fate", ["merged", "nowhere"])
def test_a_forged_fate_reaches_nothing(desk: Desk, fate: str) -> None:
    the = following(desk)
    one, (elsewhere, *_) = hexes(the)[0], the.look(lambda: [item_id.hex for item_id in database.session.scalars(
        select(Item.id).where(Item.report_id != the.report_id)
    )])  # fmt: skip
    for into in (one, elsewhere):  # into itself, and into an entry of another report
        forged = {**hidden(the.carla, f"{the.home}/fates"), f"{one}-fate": fate, f"{one}-into": into}
        the.carla.post(f"{the.home}/fates", forged, status=422 if fate == "merged" else 404)
    assert the.carla.get(f"{the.home}/fates").value(f"{one}-fate") == "open"


def hidden(browser: Browser, address: str) -> dict[str, str]:
    """The hidden fields of the page's form."""
    return {str(box["name"]): str(box["value"]) for box in browser.get(address).select("main form input[type=hidden]")}


def test_who_writes_another_section_settles_nothing(desk: Desk) -> None:
    the = following(desk)
    with the.app.app_context():
        make_person("cosima", "contributor", "CL", sections=["facts"])
    cosima, one = sign_in(the.new_client(), "cosima"), hexes(the)[0]
    seen = {name: value for name, value in hidden(the.carla, f"{the.home}/fates").items() if name.startswith(one)}
    token = hidden(cosima, the.facts)["csrf_token"]
    cosima.post(f"{the.home}/fates", {**seen, "csrf_token": token, f"{one}-fate": "ended"}, status=403)
    assert the.carla.get(f"{the.home}/fates").value(f"{one}-fate") == "open"
