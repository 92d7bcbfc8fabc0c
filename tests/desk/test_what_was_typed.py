"""What was typed stays, as it was typed, and so does every text that was ever sent."""

import json

from sqlalchemy import select

from review_app.extensions import db as database
from review_app.models import Answer
from tests import steps_http as steps
from tests.desk.conftest import Desk


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


def test_saving_a_page_leaves_the_language_of_untouched_answers_alone(desk: Desk) -> None:
    """Until somebody chooses another language for the page: then it holds for all of its answers."""
    languages = select(Answer.question, Answer.lang).where(Answer.lang.is_not(None)).order_by(Answer.question)

    def spoken() -> dict[str, str | None]:
        return desk.look(lambda: dict(database.session.execute(languages).all()))

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
