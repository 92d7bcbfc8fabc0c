"""The walk of one report in a real browser, with JavaScript and without; every page fits 320 px, and axe finds nothing on it."""

import itertools
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium

from review_app.questionnaire.library import library
from tests import steps_http as steps
from tests.browser import Browser, Value
from tests.figures.conftest import Figure
from tests.figures.test_walk import GENERAL, LATER, MEASURE, SECTORS, SOON, SPAM, WRITTEN
from tests.journey import Record, Traveller
from tests.people import PASSWORD, add_parties, make_person, sign_in
from tests.servers import MailServer
from tests.whole_report import write_the_rest

TITLE = "Periodic reports 2027"
CARLA = "carla@example.org"
SIGNED: dict[str, Value] = {
    "signatory-name": "Ana Soto",
    "signatory-organisation": "Ministry",
    "signatory-email": "ana@example.org",
    "signed_on-day": "1",
    "signed_on-month": "6",
    "signed_on-year": "2026",
}
# Every kind of page the walk must have seen; `…` stands for a number, an id or a token.
PAGES = {
    "/en/", "/en/about", "/en/entries", "/en/nowhere 404", "/en/sign-in", "/en/sign-in 422", "/en/forgotten-password",
    "/en/reset/…", "/en/join/…", "/en/account", "/en/notices", "/en/desk", "/en/desk/reports/…", "/en/desk/reports/… 404",
    "/en/desk/reports/…/sections/general_information", "/en/desk/reports/…/sections/cultural_and_creative_sectors",
    "/en/desk/reports/…/items/…", "/en/desk/reports/…/completeness", "/en/desk/reports/…/submit", "/en/desk/reports/…/submit 422",
    "/en/desk/reports/…/kept/…", "/en/desk/reports/…/receipts/…", "/en/desk/reports/…/points", "/en/desk/reports/…/team",
    "/en/desk/reports/…/team 422", "/en/desk/reports/…/read", "/en/office", "/en/office 403", "/en/office/cycles/new",
    "/en/office/cycles/new 422", "/en/office/cycles/periodic-reports-2027", "/en/office/people", "/en/office/people/invite",
    "/en/office/reports/…", "/en/office/reports/…/extend", "/en/review", "/en/review/reports/…",
    "/en/review/reports/…/sections/cultural_and_creative_sectors", "/en/review/reports/…/return", "/en/review/reports/…/publish",
    "/en/published/chile-periodic-reports-2027", "/en/published/chile-periodic-reports-2027/entries/conecta-meeting",
}  # fmt: skip


@dataclass
class Walk:
    """The people of the walk, each at a browser of their own, and where the report stands."""

    ada: Traveller
    rita: Traveller
    carla: Traveller
    anybody: Traveller
    # Comes last: a browser may keep a public page for a minute, and this one has seen none before.
    reader: Traveller
    smtp: MailServer
    new_client: Callable[[], Browser]
    desk: str = ""
    review: str = ""

    def mailed_link(self, kind: str, *, to: str) -> str:
        """The link of this kind in the first mail to somebody that has one, once it has come."""
        for count in itertools.count(1):
            body = self.smtp.wait(count, to=to)[count - 1].get_body(("plain",))
            assert body is not None
            if link := re.search(rf"https?://\S+/{kind}/\S+", body.get_content()):
                return link.group()
        raise AssertionError


@pytest.mark.timeout(900)
@pytest.mark.parametrize("has_scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_report_goes_all_the_way_in_a_browser(
    app: Flask,
    live: str,
    chromium: Chromium,
    smtp: MailServer,
    worker: subprocess.Popen[bytes],
    clock: subprocess.Popen[bytes],
    new_client: Callable[[], Browser],
    has_scripts: bool,
    figure: Figure,
) -> None:
    with app.app_context():
        add_parties()
        make_person("ada", "administrator")
        make_person("rita", "reviewer")
    record = Record(has_scripts)
    contexts = [chromium.new_context(java_script_enabled=has_scripts) for _ in range(5)]
    try:
        ada, rita, carla, anybody, reader = (Traveller(context, live, record) for context in contexts)
        walk = Walk(ada, rita, carla, anybody, reader, smtp, new_client)
        look_around(walk)
        open_a_cycle(walk)
        join(walk)
        write(walk)
        submit(walk)
        return_it(walk)
        answer(walk)
        publish(walk)
        read(walk)
    finally:
        for context in contexts:
            context.close()
    print("\n".join(record.faults))  # noqa: T201
    scripts = "with" if has_scripts else "without"
    figure(f"faults on the pages of the browser walk {scripts} JavaScript", len(record.faults), exactly=0)
    assert not PAGES - record.kinds, "the walk has not seen these pages"


def look_around(walk: Walk) -> None:
    """Before anything is published, and without an account."""
    anybody = walk.anybody
    assert anybody.open("/en/").has("Nothing is published yet.")
    anybody.open("/en/about")
    anybody.open("/en/nowhere", status=404)
    anybody.open("/en/office/people").has("Sign in to go on")
    anybody.fill({"email": "ada@example.org", "password": "a guess"}).press("Sign in", status=422)
    anybody.follow("I forgot my password").fill({"email": "rita@example.org"}).press("Send the link")
    anybody.open(walk.mailed_link("reset", to="rita@example.org"))
    anybody.fill({"password": f"{PASSWORD} two"}).press("Change the password")
    walk.rita.open("/en/review").fill({"email": "rita@example.org", "password": f"{PASSWORD} two"}).press("Sign in")
    assert walk.rita.has("Nothing waits for you")
    walk.smtp.messages.clear()


def open_a_cycle(walk: Walk) -> None:
    ada = walk.ada.sign_in("ada")
    ada.open("/en/office").follow("Plan the first cycle").follow("Quadrennial periodic report")
    ada.press("Plan the cycle", status=422)
    ada.fill({"title_en": TITLE, "starts_on": "2023-01-01", "ends_on": "2026-12-31", "due_on": LATER.isoformat()})
    ada.fill({"due_zone": "America/Santiago", "parties": ["CL", "PE"]}).press("Plan the cycle")
    ada.press("Open the cycle")
    ada.open("/en/office/people").follow("Invite somebody")
    ada.fill({"name": "Carla", "email": CARLA, "language": "en", "role": "coordinator", "party_code": "CL"})
    ada.press("Send the invitation")
    ada.open("/en/office").follow(TITLE).follow("Chile").follow("Give a later date")


def join(walk: Walk) -> None:
    carla = walk.carla.open(walk.mailed_link("join", to=CARLA))
    carla.fill({"name": "Carla Rojas", "password": PASSWORD}).press("Join")
    carla.open("/en/account")
    carla.open("/en/notices")
    carla.open("/en/office", status=403)
    carla.open("/en/desk").follow(TITLE)
    walk.desk = carla.path
    carla.open("/en/desk/reports/999", status=404)


def write(walk: Walk) -> None:
    """Section by section, one entry, and a text that two windows change at once."""
    carla = walk.carla
    carla.open(walk.desk).follow("Your team").press("Send the invitation", status=422)
    carla.open(walk.desk).follow("General information").fill(GENERAL).press("Save and continue")
    carla.open(walk.desk).follow("Executive summary")
    other = carla.another_window().open(walk.desk).follow("Executive summary")
    other.fill({"executive_summary_text": "Four years of work in brief."}).press("Save and come back later")
    carla.fill({"executive_summary_text": "Four years of work."})
    assert carla.press("Save and continue").has("Two versions of one answer", "in brief")
    carla.fill({"executive_summary_text": "Four years of work in a few words."}).press("Save this text")
    other.page.close()
    carla.open(walk.desk).follow("Cultural and creative sectors").fill(SECTORS).press("Save and continue")
    carla.fill({"a11_gdp_year": "2024"}).press("Save and continue")
    carla.press("Add:").fill(MEASURE).press("Save and add another row")
    carla.fill(
        {"partners-1-partner_name": "Antenor Orrego Private University (UPAO)", "partners-1-entity_type": "private"}
    )
    carla.press("Save and continue")
    # The other areas are looked at as one page of each kind is; their answers need no browser.
    write_the_rest(sign_in(walk.new_client(), "carla"), walk.desk, library.get("qpr", "2019"), but=WRITTEN)
    carla.open(walk.desk).follow("National sustainable development policies and plans")
    carla.open(walk.desk).follow("Submission").fill(SIGNED).press("Save and continue")
    assert carla.open(walk.desk).follow("Read the whole report").has("Twelve meetings so far", "in a few words")


def submit(walk: Walk) -> None:
    """The stray words refuse the report; a click each removes them."""
    carla = walk.carla
    carla.open(walk.desk).follow("Submit the report").fill(steps.SIGNED)
    carla.press("Submit the report of Chile", status=422)
    carla.follow("See what is missing")
    for _ in SPAM.split():
        if carla.page.get_by_role("button", name="Remove these words").count():
            carla.press("Remove these words")
    assert not carla.has(SPAM.split()[0])
    carla.open(walk.desk).follow("Submit the report").fill(steps.SIGNED).press("Submit the report of Chile")
    assert carla.has("Your report was received", "sha256")
    carla.open(walk.desk)
    walk.smtp.wait(to="rita@example.org")
    walk.smtp.wait(2, to=CARLA)


def return_it(walk: Walk) -> None:
    rita = walk.rita
    rita.open("/en/notices")
    rita.open("/en/review").follow(TITLE).press("Take")
    walk.review = rita.path
    rita.follow("Cultural and creative sectors").follow(re.compile("^Add a point.*results"))
    rita.fill({"text": "Say how many of the 170 were women.", "weight": "must"}).press("Add this point")
    rita.open(f"{walk.review}/sections/cultural_and_creative_sectors")
    rita.follow(re.compile("^Add an internal note ?: Cultural and creative sectors"))
    rita.fill({"text": "Ask Rolf about UPAO."}).press("Keep this note")
    rita.open(walk.review).follow("Return with 1 point")
    rita.fill({"new_due_on": SOON.isoformat(), "letter": "A clear report."}).press("Return with 1 point")


def answer(walk: Walk) -> None:
    """The country is told; it answers the point, changes the text and submits again."""
    carla = walk.carla
    walk.smtp.wait(3, to=CARLA)
    carla.open("/en/desk").follow("1 point must be answered")
    assert carla.has("Say how many of the 170 were women.", "A clear report.") and not carla.has("Ask Rolf")
    reply = carla.page.locator("textarea").first.get_attribute("name")
    carla.fill({str(reply): "Ninety-one; the text now says so."}).press("Save the answer")
    carla.follow("‘CONECTA’ Meeting").fill({"results": f"{MEASURE['results']} Ninety-one were women."})
    carla.press("Save and continue")
    carla.open(f"{walk.desk}/submit").fill(steps.SIGNED).press("Submit the report of Chile")


def publish(walk: Walk) -> None:
    rita = walk.rita
    rita.open("/en/review").follow(TITLE).press("Take")
    rita.open(f"{walk.review}/sections/cultural_and_creative_sectors?only=changed")
    assert rita.has("Ninety-one; the text now says so.")
    assert "Ninety-one were women." in rita.page.locator("ins").first.inner_text()
    rita.open(walk.review).follow("Publish").press("Publish the report of Chile")
    walk.smtp.wait(5, to=CARLA)
    walk.carla.open(walk.desk)
    walk.ada.open("/en/office").follow(TITLE).follow("Chile")


def read(walk: Walk) -> None:
    """Anybody reads it; what was removed or is internal stands nowhere."""
    reader = walk.reader
    reader.open("/en/entries")
    reader.open("/en/").follow("Chile: Quadrennial periodic report")
    assert not reader.has("rosa@example.org")
    reader.follow("‘CONECTA’ Meeting")
    assert reader.has("Ninety-one were women.", "USD 11,782.5", "Antenor Orrego Private University (UPAO)")
    assert not any(reader.has(hidden) for hidden in (*SPAM.split(), "Ask Rolf"))
