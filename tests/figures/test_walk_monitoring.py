"""The same way with another questionnaire: a yearly programme report with indicators, over HTTP, with worker, clock and mail."""

import subprocess
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from review_app.extensions import db
from review_app.models import Entry, Item, LastingItem, Report
from tests import steps_http as steps
from tests.browser import Browser, Page, Value
from tests.people import add_parties, make_person, sign_in
from tests.servers import MailServer

PROGRAMME: dict[str, Value] = {
    "programme_name": "Arts for All",
    "responsible_agency": "Ministry of Cultures, Arts and Heritage",
    "launched_in": "2015",
    "description": "Weekly workshops for children, free of charge.",
    "components-0-component_name": "Workshops",
    "components-0-component_provides": "Two hours a week.",
    "target_group": "Children and young people from 7 to 19",
    "programme_scale": "regional",
    "implementers-0-implementer_name": "Regional councils",
    "implementers-0-implementer_type": "public",
    "programme_contact-name": "Rosa Díaz",
    "programme_contact-email": "rosa@example.org",
}
REGIONS: dict[str, Value] = {"areas_reached": "15", "areas_named": "Arica to Magallanes."}
CENTRES: dict[str, Value] = {
    "indicator_name": "Cultural centres at work",
    "indicator_unit": "centres",
    "baseline": "11",
    "baseline_year": "2015",
    "target": "17",
    "achieved": "15",
    "target_reached": "no",
    "evidence": "Register of centres, December 2026.",
}
WHY: dict[str, Value] = {"deviation": "Two centres open next year: their buildings are late."}
CHILDREN: dict[str, Value] = {
    "indicator_name": "Children who took part",
    "indicator_unit": "children",
    "baseline": "1,200",
    "baseline_year": "2015",
    "target": "9,000",
    "achieved": "9,482",
    "target_reached": "yes",
    "evidence": "Attendance lists.",
}
BUDGET: dict[str, Value] = {
    "budget_allotted": "CLP 2,623,972,000 (2026)",
    "budget_executed": "CLP 2,540,100,000 (2026)",
    "tied_to_targets": "yes",
}
RELEASED: dict[str, Value] = {
    "budget_released": "CLP 200,000,000 (2026)",
    "transfers-0-transfer_recipient": "Region of Arica",
    "transfers-0-transfer_target": "Two workshops a week",
    "transfers-0-transfer_reached": "yes",
    "transfers-0-transfer_amount": "CLP 20,000,000",
    "transfers-0-transfer_date": "30/11/2026",
}
REACH: dict[str, Value] = {
    "reach-0-reach_group": "Girls",
    "reach-0-age_from": "7",
    "reach-0-age_to": "19",
    "reach-0-exactness": "about",
    "reach-0-people": "5,010",
    "reach-0-reach_year": "2026",
}
RESULTS: dict[str, Value] = {
    "year_results": "Attendance grew in every region.",
    "monitoring_system": "Each centre reports every month.",
    "evaluated": "no",
    "worked_well": "Teachers who live where they teach.",
    "to_improve": "Buildings.",
}


def write_the_report(carla: Browser, home: str) -> None:
    """Every needed answer, section by section, the questions that appear on the way included."""
    page = steps.write(carla, f"{home}/sections/identification", PROGRAMME)
    assert page.has("Your answers opened new questions")
    page.fill(REGIONS).press("Save and continue")
    for indicator, more in ((CENTRES, WHY), (CHILDREN, {})):
        page = carla.get(f"{home}/sections/indicators_section").press("Add: Indicator").fill(indicator)
        page = page.press("Save and continue")
        if more:
            page.fill(more).press("Save and continue")
    steps.write(carla, f"{home}/sections/budget", BUDGET).fill(RELEASED).press("Save and continue")
    page = steps.write(carla, f"{home}/sections/reach_section", REACH, "Save and add another row")
    assert page.select("#reach-more [name=reach-1-reach_group]")  # the address leads to the new row
    page.fill({"reach-1-reach_group": "Boys", "reach-1-people": "4,472"}).press("Save and continue")
    steps.write(carla, f"{home}/sections/results_and_lessons", RESULTS)


def open_programme_cycle(ada: Browser) -> None:
    page = ada.get("/en/office/cycles/new").follow("Programme monitoring report")
    page.fill({
        "title_en": "Programmes 2026", "starts_on": "2026-01-01", "ends_on": "2026-12-31",
        "due_on": steps.ahead(90).isoformat(), "due_zone": "America/Santiago",
        "rows-0-party": "CL", "rows-0-subject": "Arts for All",
    })  # fmt: skip
    page = page.press("Plan the cycle")
    assert page.has("Chile", "Arts for All")
    page.press("Open")


def test_a_programme_report_goes_all_the_way(
    app: Flask,
    new_client: Callable[[], Browser],
    smtp: MailServer,
    worker: subprocess.Popen[bytes],
    clock: subprocess.Popen[bytes],
) -> None:
    with app.app_context():
        add_parties()
        for nick, role, party in (("ada", "administrator", None), ("rita", "reviewer", None), ("carla", "coordinator", "CL")):
            make_person(nick, role, party)
    smtp.wait(3)  # the invitations
    smtp.messages.clear()
    ada, rita, carla = (sign_in(new_client(), nick) for nick in ("ada", "rita", "carla"))

    # The administrator expects one programme of Chile; its coordinator finds it by its name and writes it.
    open_programme_cycle(ada)
    home = carla.get("/en/desk").follow("Arts for All").url
    report_id = int(home.rsplit("/", 1)[1])
    write_the_report(carla, home)
    assert carla.get(f"{home}/completeness").has("5 of 5 sections completed", "Nothing is missing.")
    first = steps.submit(carla, report_id)
    assert first.h1 == "Your report was received"
    assert "submitted" in str(smtp.wait(to="rita@example.org")[0]["Subject"]).lower()

    # The reviewer asks about one figure of one indicator; the point reaches the country at that figure.
    steps.take(rita, report_id)
    with app.app_context():
        items = titles_of(report_id)
    page = steps.draft_point(
        rita, report_id, "indicators_section", "Does 15 count the centre of Aysén?",
        question="achieved", item=items["Cultural centres at work"],
    )  # fmt: skip
    assert page.has("Draft, not sent yet", "Does 15 count the centre of Aysén?")
    steps.give_back(rita, report_id)
    returned = smtp.wait(to="carla@example.org", count=2)[1]
    assert "returned" in str(returned["Subject"]).lower()

    # The country reads it beside the figure, is held back until it answers, corrects the figure and submits again.
    indicator = f"{home}/items/{items['Cultural centres at work']}"
    assert point_stands_at(carla.get(indicator), "achieved", "Does 15 count the centre of Aysén?")
    refused = steps.submit(carla, report_id, status=422)
    assert refused.has("Points that must be answered and are not: 1.")
    steps.answer_point(carla, report_id, "It did. It opens in 2027, so the figure is 14.")
    steps.write(carla, indicator, {"achieved": "14"})
    steps.submit(carla, report_id)

    # The reviewer reads old and new figure beside the answer, and publishes.
    smtp.wait(to="rita@example.org", count=2)
    steps.take(rita, report_id)
    page = rita.get(f"/en/review/reports/{report_id}/sections/indicators_section?only=changed")
    assert page.has("It did. It opens in 2027, so the figure is 14.", "Removed: 15", "Added: 14")
    assert not page.has("Attendance lists.")
    steps.publish(rita, report_id)
    assert "published" in str(smtp.wait(to="carla@example.org", count=4)[3]["Subject"]).lower()

    # Anybody reads the indicators with their values; whom to ask stays inside.
    page = new_client().get("/en/").follow("Arts for All")
    assert page.h1 == "Arts for All"
    assert page.has("Cultural centres at work", "Baseline 11", "Target for this year 17", "Achieved 14", "Achieved 9,482")
    assert page.has("Two centres open next year", "Girls", "5,010", "4,472", "CLP 2,623,972,000 (2026)")
    assert page.has("Period 2026")
    assert "rosa@example.org" not in page.text and "Aysén" not in page.text
    with app.app_context():
        assert facts_of(report_id) == [
            "report.expected", "report.started", "report.submitted", "report.taken", "report.returned", "report.resubmitted",
            "report.taken", "report.published",
        ]  # fmt: skip
        assert set(db.session.scalars(select(LastingItem.title))) == set(items)


def titles_of(report_id: int) -> dict[str, str]:
    """Title of each entry that lives on over the cycles -> its id."""
    rows = db.session.execute(
        select(LastingItem.title, Item.id).join(Item, Item.lasting_item_id == LastingItem.id).where(Item.report_id == report_id)
    )
    return {title: str(item_id) for title, item_id in rows}


def facts_of(report_id: int) -> list[str]:
    report = db.session.get_one(Report, report_id)
    return list(db.session.scalars(select(Entry.fact).where(Entry.report_id == report.id).order_by(Entry.id)))


def point_stands_at(page: Page, question: str, text: str) -> bool:
    """Whether the point is shown within the block of its question, and nowhere else."""
    shown = [block for block in page.select("[id^=q-]") if text in block.get_text(" ")]
    return [str(block["id"]) for block in shown] == [f"q-{question}"]
