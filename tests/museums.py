"""A survey of museums, with needed answers of several types and lasting entries, and a desk that writes it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from review_app.extensions import db
from review_app.models import Answer
from tests import desks
from tests.browser import Browser, Page
from tests.desks import CARLA, CASPAR, RITA, on_shelf, open_report, w

ASKED = [("staff", "number"), ("budget", "money"), ("was_evaluated", "yes_no"), ("law", "longtext"), ("contact", "contact")]
SURVEY = {
    "name": "museums", "edition": "1", "title": w("Survey of museums"), "declaration": w("It is true."),
    "sections": [
        {"code": "facts", "title": w("Facts"), "questions": [
            {"code": "overview", "type": "longtext", "label": w("Overview"), "required": True, "blank": False},
            *({"code": code, "type": kind, "label": w(code.capitalize()), "required": True} for code, kind in ASKED)]},
        {"code": "houses", "title": w("Museums"), "questions": [
            {"code": "house", "type": "group", "label": w("Museums"), "item_label": w("Museum"), "page": True, "lasting": True,
             "questions": [
                 {"code": "house_name", "type": "text", "label": w("Name"), "role": "title"},
                 {"code": "features", "type": "longtext", "label": w("What it shows"), "role": "features", "required": True}]}]},
    ],
}  # fmt: skip
LEFT = {
    "overview": "Forty museums.", "blank-staff": "no_data", "blank-budget": "confidential", "blank-was_evaluated": "planned",
    "until-was_evaluated": "30/6/2028", "blank-law": "not_applicable", "blank-contact": "confidential",
}  # fmt: skip


class Desk(desks.Desk):
    def blank(self, question: str) -> Any:
        """What is kept beside an answer: the reason, and by which day; None without a reason."""
        mine = Answer.report_id == self.report_id, Answer.question == question
        return self.look(lambda: db.session.scalar(select(Answer.value["blank"]).where(*mine)))

    def add_house(self, name: str, reason: str) -> Page:
        page = self.carla.get(f"{self.home}/sections/houses").press("Add: Museum")
        return page.fill({"house_name": name, "blank-features": reason}).press("Save and continue")


@pytest.fixture(scope="module", name="museums")
def survey_of_museums(shared_app: Flask, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with on_shelf(settings, tmp_path_factory.mktemp("questionnaires"), SURVEY):
        yield


@pytest.fixture(name="desk")
def desk_of_museums(museums: None, app: Flask, new_client: Callable[[], Browser]) -> Desk:
    """An open cycle."""
    return Desk(app, open_report(app, "museums", CARLA, CASPAR, RITA), new_client)


def missing(page: Page) -> list[str]:
    """Where something must be done before submission."""
    found: list[str] = []
    for card in page.select(".finding--error"):
        where = " ".join(card.select(".finding__head a")[0].get_text().split())
        found += [f"{where}: {link.get_text()}" for link in card.select(":scope > ul a")] or [where]
    return found
