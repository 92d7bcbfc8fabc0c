"""The pages of the office: who enters, in which languages and order, and what they cost."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from review_app.extensions import db as database
from review_app.models import Cycle, CycleParty, Notice, Party, Report
from review_app.operations import accounts, contributions, dispatching
from review_app.permissions import SYSTEM
from review_app.transaction import atomic
from tests.browser import Browser
from tests.office.conftest import DUE, NOW, opened, planned
from tests.people import make_person, person_named, sign_in


def test_parties_stand_in_the_order_of_their_names(ada: Browser, app: Flask) -> None:
    with app.app_context():
        add_two_parties()
        planned(expected=tuple((code, "") for code in ("CH", "CL", "ET", "KE", "PE")))
    order = ["Chili", "Éthiopie", "Kenya", "Pérou", "Suisse"]
    for page in ("people/invite", "cycles/new?questionnaire=qpr/2019", "people"):
        shown = [tag.get_text(strip=True) for tag in ada.get(f"/fr/office/{page}").soup.select("option, label")]
        assert [name for name in shown if name in order] == order
    assert [row[0] for row in ada.get("/fr/office/cycles/qpr-2027").rows()] == order


@atomic
def add_two_parties() -> None:
    names = {"CH": ("Switzerland", "Suisse", "Suiza"), "ET": ("Ethiopia", "Éthiopie", "Etiopía")}
    for code, (en, fr, es) in names.items():
        database.session.add(Party(code=code, names={"en": en, "fr": fr, "es": es}, region="A region"))


def test_a_mail_to_somebody_who_was_asked_by_a_link_names_them(ada: Browser, app: Flask) -> None:
    with app.app_context():
        opened()
        carla = person_named("carla")
        report = database.session.scalars(select(Report).where(Report.party_code == "CL")).one()
        place = ("general_information", None, None)
        asked = contributions.Asked(place, "Museum Service", "museums@example.org", "en", "", DUE)
        contributions.ask(carla, report.id, asked, now=NOW)
        mail = database.session.scalars(select(Notice.id).where(Notice.link_id.is_not(None))).one()
        dispatching.claim_notice(mail, now=NOW)
        dispatching.notice_failed(mail, error="No such mailbox", permanent=True, now=NOW)
        report_id = report.id
    assert ada.get("/en/office").has("Museum Service (museums@example.org)", "No such mailbox")
    assert ada.get(f"/en/office/reports/{report_id}").has("Museum Service", "No such mailbox")


def test_only_an_administrator_enters(ada: Browser, app: Flask, new_client: Callable[[], Browser]) -> None:
    with app.app_context():
        report_id = opened().expected[0].id
        make_person("rita", "reviewer")
    for nick in ("rita", "carla"):
        browser = sign_in(new_client(), nick)
        for path in ("", "/cycles/new", "/cycles/qpr-2027", "/people", "/people/invite"):
            browser.get(f"/en/office{path}", status=403)
        assert browser.get(f"/en/office/reports/{report_id}", status=403 if nick == "carla" else 404)


@pytest.mark.parametrize("path", ["", "/cycles/qpr-2027", "/people"])
def test_pages_speak_three_languages(ada: Browser, app: Flask, path: str) -> None:
    with app.app_context():
        opened()
    for language in ("en", "fr", "es"):
        assert ada.get(f"/{language}/office{path}").status == 200


def test_empty_pages_offer_the_first_step(ada: Browser) -> None:
    assert "Plan the first cycle" in ada.get("/en/office").links
    assert ada.get("/en/office/people?words=nobody").has("Nobody fits these filters")


@pytest.mark.by_hand("reports are put into each state", "accounts", "published", "reports", "reviews")
def test_lists_cost_the_same_for_one_row_and_thirty(ada: Browser, app: Flask, cost: Callable[..., list[int]]) -> None:
    pages = ("/en/office", "/en/office/cycles/qpr-2027", "/en/office/cycles/qpr-2027/remind", "/en/office/people")
    with app.app_context():
        opened(expected=(("CL", ""),))
    few = cost(ada, *pages)
    with app.app_context():
        _thirty()
    assert cost(ada, *pages) == few


@atomic
def _thirty() -> None:
    """Thirty more parties that are expected, each with a coordinator and a report under way; and thirty more cycles."""
    cycle = database.session.scalars(select(Cycle)).one()
    for number in range(30):
        code = f"{chr(65 + number % 26)}{number // 26}"
        database.session.add(Party(code=code, names={"en": f"Party {number}"}))
        database.session.flush()
        person = accounts.invite(
            SYSTEM, email=f"c{number}@example.org", name=f"Coordinator {number}", language="en", role="coordinator",
            party_code=code, now=NOW,
        )
        database.session.add(CycleParty(cycle_id=cycle.id, party_code=code))
        database.session.add(Report(
            cycle_id=cycle.id, party_code=code, due_on=DUE, state="review", round=1, started_at=NOW, first_submitted_at=NOW,
            submitted_at=NOW, reviewer_id=person.id, taken_at=NOW,
        ))
        database.session.add(Cycle(slug=f"more-{number}", titles={"en": f"More {number}"}, questionnaire="qpr", edition="2019"))
