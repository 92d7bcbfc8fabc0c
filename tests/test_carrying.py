"""A cycle whose reports begin with the last ones: each answer is confirmed, changed or emptied, each entry kept or ended."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from review_app.extensions import db
from review_app.models import Answer, Cycle, Item, LastingItem, Report, Save
from review_app.operations import cycles
from review_app.operations.imports import OldItem, import_published
from review_app.permissions import SYSTEM
from review_app.queries.invariants import broken
from tests.browser import Browser, Page
from tests.people import add_parties, make_person, sign_in

NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
LAST = {
    "ratified_on": "2007-03-12", "executive_summary_text": "Quatre ans de travail.", "consultation_process": "Six ateliers.",
    "main_results": "Douze centres.", "context_overview": "Un plan de dix ans.",
}  # fmt: skip
MEASURES = [
    OldItem("policy_measures", {"name": "Bourses", "features": "Deux appels.", "finance": "USD 5,000 (2017)"}),
    OldItem("policy_measures", {"name": "Prix des libraires", "features": "Un prix."}),
]


def plan(slug: str, edition: str, *, carries: bool = False, year: int = 2026) -> Cycle:
    return cycles.plan_cycle(
        SYSTEM, slug=slug, titles={"en": slug}, questionnaire="qpr", edition=edition, now=NOW, due_on=date(year + 1, 6, 30),
        starts_on=date(year - 3, 1, 1), ends_on=date(year, 12, 31), expected=[("CL", ""), ("PE", "")], carries=carries,
    )  # fmt: skip


@pytest.fixture
def report_id(app: Flask) -> int:
    """Chile's report of 2027, which begins with that of 2017. Peru has none before."""
    with app.app_context():
        add_parties()
        make_person("ada", "administrator")
        make_person("carla", "coordinator", "CL")
        last = plan("last", "2015", year=2016)
        import_published(SYSTEM, cycle=last, party_code="CL", source="x", now=NOW, answers=LAST, items=MEASURES, lang="fr")
        cycle = plan("next", "2019", carries=True)
        cycles.move_cycle(SYSTEM, cycle.id, "open", seen=cycle.row_version, now=NOW)
        found: int = db.session.scalars(select(Report.id).where(Report.cycle_id == cycle.id, Report.party_code == "CL")).one()
        assert db.session.scalars(select(Answer).join(Report).where(Report.party_code == "PE")).all() == []
        db.session.remove()
    return found


def gaps(page: Page) -> list[str]:
    """Where CARRY-01 speaks."""
    found: list[str] = []
    for card in page.select(".finding--error"):
        head = " ".join(card.select(".finding__head")[0].get_text().split())
        if head.endswith(" CARRY-01"):
            entry = head.removesuffix(" CARRY-01").split(": ", 1)[1:]
            gathered = [link.get_text() for link in card.select(":scope > ul a")]
            found += [": ".join([*entry, question]) for question in gathered] or entry
    return found


def test_each_carried_answer_is_confirmed_changed_or_emptied(
    app: Flask, new_client: Callable[[], Browser], report_id: int
) -> None:
    carla = sign_in(new_client(), "carla")
    base = f"/en/desk/reports/{report_id}"
    assert carla.get(base).has("Not carried over, since there is no place for it: The aims and the state of cultural policy.")
    assert carla.get(base).has("1 of 1 needed answers · 1 to fix")  # all is answered, and something still stands in the way
    assert "Year of ratification" in gaps(carla.get(f"{base}/completeness"))

    # One is ticked, one is written anew; what was not touched still waits.
    page = carla.get(f"{base}/sections/general_information")
    assert (page.value("ratification_year"), page.value("consultation_process")) == ("2007", "Six ateliers.")
    page.fill({"holds": ["ratification_year"]}).press("Save and come back later")
    page = carla.get(f"{base}/sections/general_information")
    assert [box["value"] for box in page.select("[name=holds]")] == ["consultation_process"]
    page.fill({"consultation_process": "Seven workshops."}).press("Save and come back later")
    page = carla.get(f"{base}/sections/general_information")
    assert not page.select("[name=holds]")
    page.fill({"point_of_contact-name": "Ana", "point_of_contact-email": "ana@example.org"}).press("Save and come back later")
    # Nothing is left to write in the next section, only to confirm: the way leads to what is wrong, not to the form.
    assert carla.get(base).follow("See what is still to fix").h1 == "Completeness"

    # One is emptied, the rest of the page holds as it is.
    page = carla.get(f"{base}/sections/challenges_and_achievements")
    page.fill({"results_g4": ""}).press("Save: everything here still holds")
    assert gaps(carla.get(f"{base}/completeness")) == [
        "Executive summary", "Bourses: Name of the policy/measure",
        "Bourses: Describe the main features of the policy/measure",
        "Bourses: Financial resources allocated to the policy/measure in USD",
        "Prix des libraires: Name of the policy/measure", "Prix des libraires: Describe the main features of the policy/measure",
    ]  # fmt: skip
    # The answers of one measure stand together, with the way to confirm them all; the count is that of the answers.
    page = carla.get(f"{base}/completeness")
    assert page.has("3 answers come from the last report", "“Save: everything here still holds” at the foot of their page")
    errors = page.select("h2#error")[0].get_text()
    assert errors.endswith(f"({sum(len(card.select(':scope > ul a')) or 1 for card in page.select('.finding--error'))})")
    assert page.follow("Cultural and creative sectors: Bourses").has("Save: everything here still holds")
    with app.app_context():
        places = {answer.question: answer for answer in db.session.scalars(select(Answer).where(Answer.report_id == report_id))}
        confirmed = places["ratification_year"]
        assert (confirmed.origin, confirmed.row_version, confirmed.actor_kind) == ("typed", 2, "person")
        assert (places["results_g1"].lang, places["results_g1"].value["value"]) == ("fr", "Douze centres.")
        assert [save.row_version for save in saves("ratification_year", report_id)] == [1, 2]
        assert broken() == {}


def saves(question: str, report_id: int) -> list[Save]:
    return list(db.session.scalars(select(Save).where(Save.report_id == report_id, Save.question == question).order_by(Save.id)))


def test_a_measure_lives_on_or_is_taken_out(app: Flask, new_client: Callable[[], Browser], report_id: int) -> None:
    carla = sign_in(new_client(), "carla")
    section = f"/en/desk/reports/{report_id}/sections/cultural_and_creative_sectors"
    page = carla.get(section).follow("Bourses").fill({"name": "Bourses de voyage"})
    page.press("Save: everything here still holds")
    carla.get(section).follow("Prix des libraires").press("Take this entry out of the report")

    assert gaps(carla.get(f"/en/desk/reports/{report_id}/completeness"))[-1:] == ["Goal 4: main results"]
    with app.app_context():
        lasting = select(LastingItem.slug, Item.ended_at.is_(None)).join(Item, Item.lasting_item_id == LastingItem.id)
        rows = db.session.execute(lasting.where(Item.report_id == report_id).order_by(Item.position)).all()
        assert rows == [("bourses", True), ("prix-des-libraires", False)]


def test_the_office_decides_whether_a_cycle_carries(app: Flask, new_client: Callable[[], Browser], report_id: int) -> None:
    ada = sign_in(new_client(), "ada")
    for ticked in (True, False):
        page = ada.get("/en/office/cycles/new?questionnaire=qpr/2019")
        page.fill({"title_en": f"Carries {ticked}", "due_on": "2031-06-30", "parties": ["CL"], "carries": ticked})
        page.press("Plan the cycle").press("Open the cycle")
    with app.app_context():
        rows = db.session.execute(select(Cycle.slug, Answer.id).join(Report, Report.cycle_id == Cycle.id).join(Answer)).all()
    assert {slug for slug, _ in rows} == {"last", "next", "carries-true"}
