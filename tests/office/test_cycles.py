"""Cycles: planned, opened, closed, opened again, and who is expected in them."""

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from review_app.extensions import db as database
from review_app.models import Report
from review_app.operations import cycles
from review_app.permissions import SYSTEM
from review_app.questionnaire.library import library
from tests.browser import Browser
from tests.office.conftest import DUE, NOW, planned
from workflows.engine import Blocked


def test_a_rolling_cycle_has_no_dates_and_may_begin_empty(ada: Browser, app: Flask) -> None:
    page = ada.get("/en/office/cycles/new").follow("Application for recognition")
    assert page.has("It is answered at any time") and not page.select("[name=due_on], [name=starts_on]")
    page = page.fill({"title_en": "Culture points"}).press("Plan the cycle").press("Open the cycle")
    page.fill({"party": "PE", "subject": "Quinta Vista"}).press("Add")
    with app.app_context():
        [report] = database.session.scalars(select(Report))
        assert (report.party_code, report.subject, report.due_on) == ("PE", "Quinta Vista", None)
        with pytest.raises(Blocked) as blocked:
            cycles.plan_cycle(
                SYSTEM, slug="dated", titles={"en": "Dated"}, questionnaire="recognition", edition="2026", now=NOW, due_on=DUE
            )
    assert [str(reason) for reason in blocked.value.reasons] == [
        "This questionnaire is answered at any time. Leave the period and the due date empty."
    ]


@pytest.mark.by_hand("cycle: its questionnaire is installed for this test only", "reports")
def test_an_edition_whose_crosswalk_leaves_out_questions_cannot_open(ada: Browser, settings: Settings, tmp_path: Path) -> None:
    question = "{code: %s, type: text, label: {en: A, fr: A, es: A}}"
    for edition, code in (("1", "old"), ("2", "fresh")):
        (tmp_path / f"{edition}.yaml").write_text(
            f'name: survey\nedition: "{edition}"\ntitle: {{en: Survey {edition}, fr: S, es: S}}\nsections:\n'
            f"  - {{code: only, title: {{en: O, fr: O, es: O}}, questions: [{question % code}]}}\n"
        )
    paths = [*settings.questionnaire_paths, tmp_path]
    try:
        library.configure(paths)
        page = ada.get("/en/office/cycles/new").follow("Survey 2")
        page = page.fill({"title_en": "Second", "due_on": "2027-06-30", "parties": ["CL"]}).press("Plan the cycle")
        page = page.press("Open the cycle", status=422)
        assert page.has("The crosswalk from the edition before leaves out questions: 2, among them “old”. Add a line for each")
        crosswalk = 'questionnaire: survey\nfrom: "1"\nto: "2"\nreport: [{reworded: old, to: fresh}]\n'
        (tmp_path / "1-to-2.yaml").write_text(crosswalk)
        library.configure(paths)
        assert ada.get("/en/office/cycles/second").press("Open the cycle").has("The cycle is open.")
    finally:
        library.configure(settings.questionnaire_paths)


@pytest.mark.parametrize(("language", "shown"), [("en", "1 June 2027"), ("fr", "1er juin 2027"), ("es", "1 de junio de 2027")])
def test_the_first_of_a_month(ada: Browser, app: Flask, language: str, shown: str) -> None:
    with app.app_context():
        cycles.plan_cycle(
            SYSTEM, slug="june", titles={"en": "June"}, questionnaire="qpr", edition="2019", now=NOW, due_on=date(2027, 6, 1)
        )
    assert ada.get(f"/{language}/office/cycles/june").has(shown)


def test_a_cycle_is_planned_opened_closed_and_reopened(ada: Browser, app: Flask) -> None:
    page = ada.get("/en/office/cycles/new").follow("Quadrennial periodic report")
    page.fill({
        "title_en": "Reports of 2027", "starts_on": "2023-01-01", "ends_on": "2026-12-31", "due_on": "2027-06-30",
        "due_zone": "America/Santiago", "parties": ["CL", "PE"],
    })
    page = page.press("Plan the cycle")
    assert page.h1 == "Reports of 2027"
    assert page.has("Planned", "Chile", "Peru", "Not started")
    page = page.press("Open the cycle")
    assert page.has("The cycle is open.")
    with app.app_context():
        assert database.session.query(Report).count() == 2
        assert {report.due_zone for report in database.session.query(Report)} == {"America/Santiago"}
    page = page.press("Close the cycle").press("Open it again")
    assert page.has("The cycle is open again.")

    # The next one of this questionnaire begins with the same parties.
    page = ada.get("/en/office/cycles/new").follow("Quadrennial periodic report")
    assert page.has("Ticked are those of the last cycle of this questionnaire.")
    assert [box["value"] for box in page.select("[name=parties][checked]")] == ["CL", "PE"]


def test_a_cycle_with_subjects_asks_for_a_party_and_a_subject_a_line(ada: Browser) -> None:
    page = ada.get("/en/office/cycles/new?questionnaire=programme-monitoring/2026")
    page.fill({"title_en": "Programmes 2026", "rows-0-party": "CL", "rows-0-subject": "Arts for All", "rows-1-party": "CL",
               "rows-1-subject": "Creative Cities"})
    page = page.press("Plan the cycle")
    assert page.has("Arts for All", "Creative Cities")
    page.fill({"party": "PE", "subject": "Living Culture"})
    assert page.press("Add").has("One more report is expected.", "Living Culture")


def test_a_report_without_its_party_is_asked_for_and_what_was_typed_stays(ada: Browser) -> None:
    page = ada.get("/en/office/cycles/new?questionnaire=programme-monitoring/2026")
    typed = {"title_en": "Programmes 2027", "due_on": DUE.isoformat(), "rows-1-subject": "Living Culture"}
    page = page.fill(typed).press("Plan the cycle", status=422)
    assert page.errors == ["Choose a party"] and page.value("rows-1-subject") == "Living Culture"
    cycle = page.fill({"rows-1-party": "CL"}).press("Plan the cycle")
    refused = cycle.fill({"subject": "Music for All"}).press("Add", status=422)
    assert refused.errors == ["Choose a party"] and refused.value("subject") == "Music for All"
    late = ada.get(cycle.url).press("Open the cycle").fill({"party": "PE", "subject": "Music for All"})
    ada.get(cycle.url).press("Close the cycle")
    late = late.press("Add", status=422)
    assert late.has("This cycle is closed. Reopen it before adding reports.", "What you wrote", "Music for All")


def test_what_was_typed_stays_when_a_cycle_cannot_be_planned(ada: Browser) -> None:
    page = ada.get("/en/office/cycles/new?questionnaire=qpr/2019")
    page.fill({"title_fr": "Rapports", "starts_on": "2026-01-01", "ends_on": "2025-01-01", "due_on": "soon", "parties": ["PE"]})
    page = page.press("Plan the cycle", status=422)
    assert page.errors == [
        "Give the cycle a title.", "The period ends before it starts.",
        "This is not a day between 1900 and 2100. Write it as in 2027-06-30.",
    ]
    assert page.value("title_fr") == "Rapports"
    assert page.value("due_on") == "soon"
    assert page.value("parties") == ["PE"]
    page = page.fill({"due_on": "2101-01-01"}).press("Plan the cycle", status=422)
    assert "This is not a day between 1900 and 2100. Write it as in 2027-06-30." in page.errors
    assert page.value("due_on") == "2101-01-01"


def test_a_cycle_that_expects_nobody_stays_planned_and_says_why(ada: Browser, app: Flask) -> None:
    with app.app_context():
        planned(expected=())
    page = ada.get("/en/office/cycles/qpr-2027").press("Open the cycle", status=422)
    assert page.errors == ["No party is expected. Choose at least one."]


def test_an_old_page_cannot_move_a_cycle(ada: Browser, app: Flask) -> None:
    with app.app_context():
        planned()
    page, old = (ada.get("/en/office/cycles/qpr-2027") for _ in range(2))
    page.press("Open the cycle")
    old.press("Open the cycle", status=409)
