"""One report, all the way, over HTTP only: from the opened cycle to its public page, through a return and a second submission."""

import re
import subprocess
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from flask import Flask

from review_app.extensions import db
from review_app.models import Entry
from review_app.queries.invariants import broken
from review_app.questionnaire.library import library
from tests.browser import Browser, Page, Value
from tests.people import PASSWORD, add_parties, make_person, sign_in
from tests.servers import MailServer
from tests.whole_report import write_the_rest

SPAM = "bestbonus.biz eokul365.com"
LATER = datetime.now(UTC).date() + timedelta(days=200)
SOON = datetime.now(UTC).date() + timedelta(days=40)
GENERAL: dict[str, Value] = {
    "ratification_year": "2007",
    "point_of_contact-name": "Rosa Díaz",
    "point_of_contact-organisation": "Ministry of Cultures",
    "point_of_contact-email": "rosa@example.org",
    "stakeholders-0-stakeholder_type": "public",
    "stakeholders-0-stakeholder_organisation": "National Arts Council",
    "consultation_process": "Nine ministries met four times.",
}
SECTORS: dict[str, Value] = {
    "a11_ministry": "yes",
    "a11_decentralised": "yes",
    "a11_strategies": "no",
    "a11_training": ["none"],
    "a11_support": ["jobs"],
    "a11_statistics": ["none"],
    "a11_gdp_share": "2.2",
}
WRITTEN = ("general_information", "executive_summary", "cultural_and_creative_sectors", "submission")
MEASURE: dict[str, Value] = {
    "name": "‘CONECTA’ Meeting",
    "agency": "Ministry of Culture",
    "domains": ["cinema", "performing", "publishing", "visual"],
    "features": "Meetings where people who run cultural ventures learn from each other, free of charge, since 2014.",
    "results": "Twelve meetings so far. In 2018 more than 170 people from 15 regions took part.",
    "finance": "As of 2019, an approximate amount of USD 11,782.5 was allocated.",
    "partners-0-partner_name": "Decentralized Directorates of Culture",
    "partners-0-entity_type": "public",
    "evaluated": "yes",
    "conclusions": f"Meetings should bring all sectors together.\n{SPAM}",
}


def open_a_cycle(ada: Browser, questionnaire: str, title: str, **expected: Value) -> None:
    page = ada.get("/en/office/cycles/new")
    page = page.follow(questionnaire)
    page.fill(
        {
            "title_en": title,
            "starts_on": "2023-01-01",
            "ends_on": "2026-12-31",
            "due_on": LATER.isoformat(),
            "due_zone": "America/Santiago",
            **expected,
        }
    )
    page = page.press("Plan the cycle")
    assert ada.page is not None and title in ada.page.text
    page.press("Open")
    assert "Open" in ada.page.main


def join(smtp: MailServer, browser: Browser, address: str, name: str) -> None:
    """Accept the newest invitation through the link of its mail."""
    body = smtp.wait(to=address)[-1].get_body(("plain",))
    assert body is not None
    link = re.search(r"https?://\S+/join/\S+", body.get_content())
    assert link
    browser.get(link.group()).fill({"name": name, "password": PASSWORD}).press("Join")


def start(page: Page, section: str, answers: Mapping[str, Value]) -> Page:
    return page.follow(section).fill(answers).press("Save and continue")


def test_a_report_goes_all_the_way(
    app: Flask,
    new_client: Callable[[], Browser],
    smtp: MailServer,
    worker: subprocess.Popen[bytes],
    clock: subprocess.Popen[bytes],
) -> None:
    with app.app_context():
        add_parties()
        make_person("ada", "administrator")
        make_person("rita", "reviewer")
    ada, rita, carla, anybody = sign_in(new_client(), "ada"), sign_in(new_client(), "rita"), new_client(), new_client()

    # The administrator opens a cycle and invites the coordinator of Chile, who joins by the link of the mail.
    open_a_cycle(ada, "Quadrennial periodic report", "Periodic reports 2027", parties=["CL", "PE"])
    page = ada.get("/en/office/people").follow("Invite")
    page.fill(
        {"name": "Carla", "email": "carla@example.org", "language": "en", "role": "coordinator", "party_code": "CL"}
    ).press("Send the invitation")
    join(smtp, carla, "carla@example.org", "Carla Rojas")

    # The ministry writes.
    home = carla.get("/en/desk").follow("Periodic reports 2027")
    report_url = home.url
    start(home, "General information", GENERAL)
    start(carla.get(report_url), "Executive summary", {"executive_summary_text": "Four years of work in brief."})
    page = start(carla.get(report_url), "Cultural and creative sectors", SECTORS)
    assert "opened new questions" in page.text  # the year of a figure is asked once the figure is there
    page = page.fill({"a11_gdp_year": "2024"}).press("Save and continue")
    page = page.press("Add:").fill(MEASURE).press("Save and add another row")
    page.fill(
        {
            "partners-1-partner_name": "Antenor Orrego Private University (UPAO)",
            "partners-1-entity_type": "private",
        }
    ).press("Save and continue")
    write_the_rest(carla, report_url, library.get("qpr", "2019"), but=WRITTEN)
    start(
        carla.get(report_url),
        "Submission",
        {
            "signatory-name": "Ana Soto",
            "signatory-organisation": "Ministry",
            "signatory-email": "ana@example.org",
            "signed_on-day": "1",
            "signed_on-month": "6",
            "signed_on-year": "2026",
        },
    )

    # The spam line stands in the way; one click removes it.
    page = carla.get(f"{report_url}/completeness")
    assert SPAM.split()[0] in page.main
    submit = carla.get(f"{report_url}/submit").fill({"name": "Ana Soto", "position": "Minister", "is_declared": True})
    refused = submit.press("Submit the report of Chile", status=422)
    assert refused.errors
    page = carla.get(f"{report_url}/completeness")
    while any(button.startswith("Remove these words") for button in page.buttons):
        page = page.press("Remove these words")
    receipt = (
        carla.get(f"{report_url}/submit")
        .fill({"name": "Ana Soto", "position": "Minister", "is_declared": True})
        .press("Submit the report of Chile")
    )
    assert receipt.h1 == "Your report was received"
    sha = re.search(r"\b[0-9a-f]{64}\b", receipt.main)
    assert sha
    smtp.wait(to="carla@example.org", count=2)
    assert "submitted" in str(smtp.wait(to="rita@example.org")[-1]["Subject"]).lower()

    # The secretariat takes it and returns it with a point tied to the measure's results.
    queue = rita.get("/en/review")
    page = queue.follow("Periodic reports 2027")
    review_url = page.url
    page.press("Take")
    section = rita.get(f"{review_url}/sections/cultural_and_creative_sectors")
    link = next(href for text, href in section.links.items() if "Add a point" in text and "results" in text)
    rita.get(link).fill({"text": "Say how many of the 170 were women.", "weight": "must"}).press("Add this point")
    rita.get(section.url).follow("Add an internal note : Cultural and creative sectors").fill(
        {"text": "Ask Rolf about UPAO."}
    ).press("Keep this note")
    rita.get(f"{review_url}/return").fill({"new_due_on": SOON.isoformat(), "letter": "A clear report."}).press(
        "Return with 1 point"
    )

    # The country is told when the return can no longer be recalled; it answers the point, changes the text, submits again.
    returned = smtp.wait(to="carla@example.org", count=3)[-1]
    assert "returned" in str(returned["Subject"]).lower()
    page = carla.get(f"{report_url}/points")
    assert page.has("Say how many of the 170 were women.", "A clear report.")
    assert "Ask Rolf" not in page.text
    page.fill({str(page.select("textarea")[0]["name"]): "Ninety-one; the text now says so."}).press("Save the answer")
    measure = page.follow("‘CONECTA’ Meeting").fill({"results": f"{MEASURE['results']} Ninety-one were women."})
    measure.press("Save and continue")
    again = carla.get(f"{report_url}/submit").fill({"name": "Ana Soto", "position": "Minister", "is_declared": True})
    second = again.press("Submit the report of Chile")
    assert sha.group() not in second.main

    # The reviewer sees the answer beside the changed text, and publishes.
    page = rita.get("/en/review").follow("Periodic reports 2027").press("Take")
    page = rita.get(f"{review_url}/sections/cultural_and_creative_sectors?only=changed")
    assert page.has("Ninety-one; the text now says so.")
    assert [found.get_text(" ", strip=True) for found in page.select("ins")] == ["Added: Ninety-one were women."]
    rita.get(f"{review_url}/publish").press("Publish the report of Chile")
    assert "published" in str(smtp.wait(to="carla@example.org", count=5)[-1]["Subject"]).lower()

    # Anybody reads it; the words that were removed are on no page.
    page = anybody.get("/en/").follow("Chile: Quadrennial periodic report")
    item = page.follow("‘CONECTA’ Meeting")
    assert item.has("Ninety-one were women.", "USD 11,782.5", "Antenor Orrego Private University (UPAO)")
    for shown in (page, item):
        assert not any(token in shown.text for token in SPAM.split())
        assert "rosa@example.org" not in shown.text and "Ask Rolf" not in shown.text
    with app.app_context():
        facts = list(db.session.scalars(db.select(Entry.fact).where(Entry.report_id == 1).order_by(Entry.id)))
        assert broken() == {}
    assert facts == [
        "report.expected",
        "report.started",
        "answer.token_removed",
        "report.submitted",
        "report.taken",
        "report.returned",
        "report.resubmitted",
        "report.taken",
        "report.published",
    ]
