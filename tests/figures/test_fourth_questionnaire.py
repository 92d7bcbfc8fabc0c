"""A new report is a new file: a report that exists in this test only gets its forms, checks, review and public pages."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from config import Settings
from review_app.extensions import db
from review_app.questionnaire.library import library
from review_app.wiring import create_app
from tests import steps_http as steps
from tests.browser import Browser
from tests.people import add_parties, make_person, sign_in

FESTIVAL_YEAR = """
name: festival-year
edition: "2031"
title: {en: Festival year, fr: Année de festivals, es: Año de festivales}
summary: {en: What was done in a year., fr: Ce qui a été fait en un an., es: Lo que se hizo en un año.}
declaration: {en: I stand by it., fr: Je m’en porte garant., es: Respondo de ello.}
options:
  kind:
    - {id: festival, label: {en: Festival, fr: Festival, es: Festival}}
    - {id: course, label: {en: Course, fr: Cours, es: Curso}}
sections:
  - code: year
    title: {en: The year, fr: L’année, es: El año}
    questions:
      - code: told
        type: longtext
        label: {en: The year in short, fr: L’année en bref, es: El año en breve}
        required: true
        limit: 400
      - {code: spent, type: money, label: {en: Money spent, fr: Dépenses, es: Gastos}, required: true, checks: [MON-01]}
      - code: has_audit
        type: yes_no
        label: {en: "Was there an audit?", fr: "Y a-t-il eu un audit ?", es: "¿Hubo auditoría?"}
        required: true
      - code: audit_by
        type: text
        label: {en: Who made the audit, fr: Qui a fait l’audit, es: Quién hizo la auditoría}
        when: {question: has_audit, equals: true}
        required: true
      - code: donors
        type: table
        label: {en: Donors, fr: Donateurs, es: Donantes}
        columns:
          - {code: donor, type: text, label: {en: Donor, fr: Donateur, es: Donante}, required: true}
          - {code: gift, type: money, label: {en: Gift, fr: Don, es: Donativo}}
      - {code: clerk, type: text, public: false, label: {en: Who filled this in, fr: Qui a rempli ceci, es: Quién rellenó esto}}
  - code: activities
    title: {en: Activities, fr: Activités, es: Actividades}
    questions:
      - code: activity
        type: group
        label: {en: Activities, fr: Activités, es: Actividades}
        item_label: {en: Activity, fr: Activité, es: Actividad}
        title_question: activity_name
        required: true
        lasting: true
        page: true
        questions:
          - {code: activity_name, type: text, label: {en: Name, fr: Nom, es: Nombre}, required: true, role: title}
          - {code: activity_kind, type: choice, label: {en: Kind, fr: Genre, es: Tipo}, options: kind, required: true}
          - code: stages
            type: number
            label: {en: Number of stages, fr: Nombre de scènes, es: Número de escenarios}
            when: {question: activity_kind, equals: festival}
            required: true
"""


@pytest.fixture
def shelf(shared_app: Flask, settings: Settings, tmp_path: Path) -> Iterator[tuple[Path, ...]]:
    """One more folder of questionnaires. It lies there until the invariants were looked at: it is asked for before `app`."""
    (tmp_path / "festival-year.yaml").write_text(FESTIVAL_YEAR, encoding="utf-8")
    yield (*settings.questionnaire_paths, tmp_path)
    # The shelf and the Celery app are the process's: the other tests have theirs back.
    library.configure(settings.questionnaire_paths)
    shared_app.extensions["celery"].set_current()


@pytest.fixture
def fourth(shelf: tuple[Path, ...], app: Flask, settings: Settings) -> Iterator[Flask]:
    """An installation of its own whose settings name that folder."""
    own = create_app(dataclasses.replace(settings, questionnaire_paths=shelf))
    own.config["RECALL_SECONDS"] = 0
    yield own
    with own.app_context():
        db.session.remove()
        for engine in [*db.engines.values(), *(one for one in own.extensions.values() if isinstance(one, Engine))]:
            engine.dispose()


@pytest.fixture
def browsers(fourth: Flask, settings: Settings) -> Callable[[], Browser]:
    return lambda: Browser(fourth, settings.public_base_url)


def test_a_file_is_all_a_new_report_needs(fourth: Flask, browsers: Callable[[], Browser]) -> None:
    with fourth.app_context():
        add_parties()
        make_person("ada", "administrator")
        make_person("rita", "reviewer")
        make_person("carla", "coordinator", "CL")
    ada, rita, carla = (sign_in(browsers(), nick) for nick in ("ada", "rita", "carla"))

    # The office offers it and opens a cycle with it.
    page = ada.get("/en/office/cycles/new").follow("Festival year")
    page.fill({"title_en": "Activities of 2031", "due_on": steps.ahead(60).isoformat(), "parties": ["CL"],
               "starts_on": "2031-01-01", "ends_on": "2031-12-31"})  # fmt: skip
    page.press("Plan the cycle").press("Open")

    # Forms: the fields of the file, in the reader's language, with what its conditions open.
    home = carla.get("/en/desk").follow("Activities of 2031").url
    report_id = int(home.rsplit("/", 1)[1])
    assert carla.get(home.replace("/en/", "/es/")).has("El año", "Actividades")
    page = carla.get(f"{home}/sections/year")
    assert not page.select("[name=audit_by]")
    page.fill({"told": "Two festivals and a course were held.", "spent": "quite a lot", "has_audit": "yes", "clerk": "Berta Ruiz",
               "donors-0-donor": "Harbour Bank", "donors-0-gift": "EUR 5,000"})  # fmt: skip
    page = page.press("Save and continue")
    assert page.select("[name=audit_by]") and page.value("donors-0-donor") == "Harbour Bank"

    # Completeness: every gap by the words of the file, and each with a link that leads to it.
    page = carla.get(f"{home}/completeness")
    assert page.has("0 of 2 sections completed", "“Who made the audit” has no answer", "“Activities” has no entry")
    steps.submit(carla, report_id, status=422)
    page = carla.get(f"{home}/completeness").follow("The year: Who made the audit")
    page.fill({"audit_by": "Court of Accounts", "spent": "EUR 125,000 in 2031"}).press("Save and continue")
    page = carla.get(f"{home}/sections/activities").press("Add: Activity")
    page = page.fill({"activity_name": "Harbour Lights", "activity_kind": "festival"}).press("Save and continue")
    page.fill({"stages": "4"}).press("Save and continue")
    assert carla.get(f"{home}/completeness").has("2 of 2 sections completed", "Nothing is missing.")
    steps.submit(carla, report_id)

    # Review: its questions can be spoken of, returned, and compared.
    steps.take(rita, report_id)
    steps.draft_point(rita, report_id, "year", "Which course?", question="told", weight="must")
    steps.give_back(rita, report_id)
    steps.answer_point(carla, report_id, "A course for ushers.")
    steps.write(carla, f"{home}/sections/year", {"told": "Two festivals and a course for ushers were held."})
    steps.submit(carla, report_id)
    page = rita.get(f"/en/review/reports/{report_id}/sections/year?only=changed")
    assert page.has("The year in short", "Which course?", "A course for ushers.", "Added: for ushers")
    steps.take(rita, report_id)
    assert rita.get(f"/en/review/reports/{report_id}/publish").has("Who filled this in", "stays back")
    steps.publish(rita, report_id)

    # The public: a page of the report, a page of the activity, in the words of the file.
    page = browsers().get("/en/").follow("Chile: Festival year")
    assert page.has("Two festivals and a course for ushers were held.", "EUR 125,000 in 2031")
    assert page.has("Court of Accounts", "Harbour Bank", "EUR 5,000")
    assert "Berta Ruiz" not in page.text and "Who filled this in" not in page.text
    item = page.follow("Harbour Lights")
    assert item.has("Harbour Lights", "Festival", "Number of stages", "4")
    assert browsers().get(item.url.replace("/en/", "/fr/")).has("Nombre de scènes")
