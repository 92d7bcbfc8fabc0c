"""Two people at one page: of one answer both their texts are kept and shown, and with different ones neither disturbs the other."""

from sqlalchemy import select

from review_app.extensions import db as database
from review_app.models import Answer
from tests import steps_http as steps
from tests.desk.conftest import Desk


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
