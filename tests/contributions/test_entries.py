"""Links to one entry of a report: what they take, and what becomes of it when the entry is taken out."""

from collections.abc import Callable
from typing import Any

from tests.links import Desk


def library(desk: Desk, name: str) -> str:
    """Begin an entry; the place of it, as the form of asking has it."""
    page = desk.carla.get(f"{desk.home}/sections/houses").press("Add: Library")
    item_id = page.url.rpartition("/")[2]
    page.fill({"house_name": name}).press("Save and continue")
    return f"houses/@{item_id}"


def test_an_entry_of_the_report_can_be_sent_out(desk: Desk) -> None:
    page = desk.carla.get(f"{desk.home}/sections/houses").press("Add: Library")
    page.fill({"house_name": "North"}).press("Save and continue")
    options = desk.links().select("#place option")
    address = desk.ask(next(str(option["value"]) for option in options if option.get_text() == "Entry: North"))
    assert desk.outside.get(address).h1 == "North"
    desk.send(address, {"books": "1.200"})
    page = desk.carla.get(f"{desk.home}/sections/houses").follow("North")
    page = page.follow("Take, merge or decline it").press("Take it as it is")
    assert page.value("books") == "1.200"


def test_texts_for_entries_cost_the_same_for_one_and_many(desk: Desk, count_queries: Callable[[], Any]) -> None:
    def cost() -> int:
        with count_queries() as counted:
            assert desk.links().has("Books")
        return int(counted.count)

    desk.send(desk.ask(library(desk, "North")), {"books": "40000"})
    desk.links()
    few = cost()
    for name in ("East", "South"):
        desk.send(desk.ask(library(desk, name)), {"books": "50000"})
    assert cost() == few


def test_a_link_to_an_entry_that_was_taken_out_says_so(desk: Desk) -> None:
    place = library(desk, "North")
    address = desk.ask(place, language="English")
    page = desk.carla.get(f"{desk.home}/items/{place.partition('@')[2]}").press("Take this entry out of the report")
    over = desk.outside.get(address, status=410)
    assert over.has("This link is over", "The entry it asks about is not in the report any more.", "write to Carla")
    page.press("Bring it back : North")
    assert desk.outside.get(address).has("Books")


def test_a_text_for_an_entry_that_was_taken_out_waits_until_it_is_back(desk: Desk) -> None:
    place = library(desk, "North")
    desk.send(desk.ask(place), {"books": "40000"})
    assert desk.links().has("Libraries › North")
    page = desk.carla.get(f"{desk.home}/items/{place.partition('@')[2]}").press("Take this entry out of the report")
    assert not desk.links().has("To decide")
    assert not desk.carla.get(desk.home).has("1 to decide")
    desk.carla.get(f"{desk.home}/proposals/1", status=404)
    page.press("Bring it back : North")
    assert desk.links().has("To decide", "Books") and desk.carla.get(desk.home).has("1 to decide")
