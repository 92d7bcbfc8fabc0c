"""Each answer is in a language of its own, on every page and in each language of the interface, and reading it changes nothing."""

from bs4 import Tag
from sqlalchemy import select

from review_app.extensions import db as database
from review_app.models import Answer
from tests import steps_http as steps
from tests.browser import Page
from tests.museums import LEFT, Desk, desk_of_museums, survey_of_museums

__all__ = ["desk_of_museums", "survey_of_museums"]  # fixtures

ARABIC = "أربعون متحفاً (1998)، في 12 مدينة."
ENGLISH = "A law of 2021."


def tongues(page: Page, words: str) -> set[tuple[str | None, str | None]]:
    """Language and direction of everything on the page that says exactly this."""
    said = page.soup.find_all(string=lambda text: text.strip() == words)
    found = (one.parent for one in said if one.find_parent("main"))
    return {(_near(one, "lang"), _near(one, "dir")) for one in found if one is not None}


def _near(tag: Tag, attribute: str) -> str | None:
    holder = tag if tag.has_attr(attribute) else tag.find_parent(attrs={attribute: True})
    return str(holder[attribute]) if holder else None


def kept(the: Desk) -> dict[str, tuple[str | None, int]]:
    """Question -> language and row version of what is stored."""
    with the.app.app_context():
        rows = database.session.execute(select(Answer.question, Answer.lang, Answer.row_version))
        return {question: (lang, version) for question, lang, version in rows}


def test_an_arabic_answer_on_an_english_page_reads_correctly_everywhere(desk: Desk) -> None:
    answers = {**LEFT, "overview": ARABIC, "lang-overview": "ar", "law": ENGLISH, "blank-law": ""}
    desk.carla.get(desk.facts).fill(answers).press("Save and come back later")
    desk.add_house("متحف الميناء", "no_data")
    house = desk.carla.get(f"{desk.home}/sections/houses").follow("متحف الميناء")
    house.fill({"lang-house_name": "ar"}).press("Save and continue")
    assert (kept(desk)["overview"], kept(desk)["law"], kept(desk)["house_name"]) == (("ar", 1), ("en", 1), ("ar", 2))

    steps.submit(desk.carla, desk.report_id)
    steps.take(desk.rita, desk.report_id)
    review = f"/en/review/reports/{desk.report_id}"
    pages = [desk.carla.get(address) for address in (desk.facts, f"{desk.home}/read", f"{desk.home}/history/overview")]
    pages += [desk.rita.get(f"{review}/sections/facts"), desk.rita.get(f"{review}/publish")]
    steps.publish(desk.rita, desk.report_id)
    everybody = desk.new_client()
    pages += [everybody.get(f"/{lang}/published/chile-museums-cycle") for lang in ("en", "fr", "es")]
    assert {page.url: tongues(page, ARABIC) for page in pages} == {page.url: {("ar", "rtl")} for page in pages}

    titled = [desk.carla.get(f"{desk.home}/sections/houses"), desk.rita.get(f"{review}/sections/houses"), pages[-1]]
    titled += [everybody.get("/en/entries"), pages[-1].follow("متحف الميناء")]
    assert {page.url: tongues(page, "متحف الميناء") for page in titled} == {page.url: {("ar", "rtl")} for page in titled}


def test_the_language_of_the_interface_never_touches_what_was_typed(desk: Desk) -> None:
    answers = {"overview": ARABIC, "lang-overview": "ar", "law": ENGLISH, "budget": "USD 1.200 (2021)"}
    desk.carla.get(desk.facts).fill(answers).press("Save and come back later")
    before = kept(desk)
    for lang, button in (("fr", "Enregistrer et revenir plus tard"), ("es", "Guardar y volver más tarde")):
        page = desk.carla.get(desk.facts.replace("/en/", f"/{lang}/"))
        assert (page.value("overview"), page.value("law")) == (ARABIC, ENGLISH)
        fields = [page.select(f"#{code}")[0] for code in ("overview", "law")]
        assert [(field["lang"], field["dir"]) for field in fields] == [("ar", "rtl"), ("en", "ltr")]
        page.press(button)
    assert kept(desk) == before

    # A word added to the Arabic answer leaves it Arabic; only who says so changes its language.
    desk.carla.get(desk.facts).fill({"overview": f"{ARABIC} 2027"}).press("Save and come back later")
    assert kept(desk)["overview"] == ("ar", 2) and kept(desk)["law"] == ("en", 1)
    desk.carla.get(desk.facts).fill({"lang-overview": "fr"}).press("Save and come back later")
    assert kept(desk)["overview"] == ("fr", 3) and kept(desk)["law"] == ("en", 1)
    # The language of the page holds for every answer that has none of its own.
    desk.carla.get(desk.facts).fill({"lang-overview": "", "content_lang": "es"}).press("Save and come back later")
    assert (kept(desk)["overview"], kept(desk)["law"]) == (("es", 4), ("es", 2))
