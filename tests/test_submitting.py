"""Handing over as its people do: the answers are checked, somebody signs, and what is received says when, by whom and how late."""

from datetime import UTC, datetime, timedelta

import time_machine
from pypdfium2 import PdfDocument
from sqlalchemy import select

from config import Settings
from review_app.extensions import db as database
from review_app.mailing import compose
from review_app.models import Entry, Notice, Person, Report, Snapshot
from review_app.transaction import atomic
from tests import steps_http as steps
from tests.museums import LEFT, Desk, desk_of_museums, survey_of_museums
from tests.people import sign_in

__all__ = ["desk_of_museums", "survey_of_museums"]  # fixtures


@atomic
def overdue(report_id: int) -> None:
    steps.report_of(report_id).due_on = steps.ahead(-3)


def test_the_answers_of_a_section_are_checked_on_one_page(desk: Desk) -> None:
    page = desk.carla.get(desk.facts).fill(LEFT).press("Save and come back later")
    page = desk.carla.get(desk.facts).follow("Check the answers of this section")
    assert page.h1 == "Check your answers" and page.has("Forty museums.", "Left blank: Planned by 30 June 2028")
    assert [link.get_text() for link in page.select(".change a")][:2] == ["Change: Overview", "Change: Staff"]
    assert page.follow("Change : Staff").h1 == "Facts"
    assert desk.carla.get(f"{desk.home}/sections/facts/check").follow("Next: Museums").h1 == "Museums"
    desk.carla.get(f"{desk.home}/sections/nowhere/check", status=404)

    # Who does not write the section reads it, and once it is handed over nobody changes it.
    steps.submit(desk.carla, desk.report_id)
    assert not desk.carla.get(f"{desk.home}/read").select(".change")


def test_a_late_report_is_taken_until_the_cycle_is_closed_and_its_receipt_says_so(desk: Desk, settings: Settings) -> None:
    desk.carla.get(desk.facts).fill(LEFT).press("Save and come back later")
    with desk.app.app_context():
        overdue(desk.report_id)
    page = desk.carla.get(f"{desk.home}/submit")
    assert page.has("The due date has passed", "You can still submit until the secretariat closes the cycle.")
    today = datetime.now(UTC).date()
    assert page.value("signed_on") == today.isoformat()
    signed = today - timedelta(days=1)
    page = page.fill({**steps.SIGNED, "position": "x" * 201}).press("Submit the report of", status=422)
    assert page.errors == ["Shorten the text to 200 characters."]
    receipt = page.fill({**steps.SIGNED, "signed_on": signed.isoformat()}).press("Submit the report of")
    assert receipt.h1 == "Your report was received" and receipt.has("(after the due date)", "Ana Soto , Minister of Culture")

    with desk.app.app_context():
        (snapshot,) = database.session.scalars(select(Snapshot))
        assert snapshot.signatory == {"name": "Ana Soto", "position": "Minister of Culture", "date": signed.isoformat()}
        submitted = select(Notice.id).join(Entry, Entry.id == Notice.entry_id).join(Person, Person.id == Notice.person_id)
        to_carla = Entry.fact == "report.submitted", Notice.channel == "mail", Person.email == "carla@example.org"
        mail = compose(database.session.scalars(submitted.where(*to_carla)).one(), settings=settings)
        sha256, reference = snapshot.sha256, f"CL-{desk.report_id}-1"
    assert mail is not None
    told = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert all(words in told for words in (sha256, reference, "Ana Soto, Minister of Culture", f"{desk.home}/receipts/1"))
    pdf = PdfDocument(receipt.follow("The report as submitted (PDF)").response.data)
    facts = " ".join(page.get_textpage().get_text_bounded() for page in pdf)
    assert sha256[:32] in facts.replace("\n", "") and "Signed by Ana Soto" in facts

    # A receipt stays; what it says of the way ahead is about the report as it stands.
    kept = f"{desk.home}/receipts/1"
    assert desk.carla.get(kept).has("What happens next", "you can withdraw it")
    desk.carla.get(desk.home).press("Withdraw the report")
    page = desk.carla.get(kept)
    assert page.has("How the report stands now", "Waiting for: Chile") and not page.has("What happens next")
    assert page.follow("Go to the report").has("Submit the report")


def test_the_day_of_the_signature_is_that_of_who_signs(desk: Desk) -> None:
    desk.carla.get(desk.facts).fill(LEFT).press("Save and come back later")
    desk.carla.get("/en/account").fill({"time_zone": "Pacific/Kiritimati"}).press("Save")
    noon = datetime.now(UTC).replace(hour=12, minute=0)
    tomorrow = (noon.date() + timedelta(days=1)).isoformat()
    with time_machine.travel(noon, tick=False):
        page = desk.carla.get(f"{desk.home}/submit")
        assert page.value("signed_on") == tomorrow
        page.fill({**steps.SIGNED, "signed_on": ""}).press("Submit the report of")
    with desk.app.app_context():
        (snapshot,) = database.session.scalars(select(Snapshot))
        assert snapshot.signatory and snapshot.signatory["date"] == tomorrow


def test_the_official_who_signs_need_not_be_who_hands_over(desk: Desk) -> None:
    desk.carla.get(desk.facts).fill(LEFT).press("Save and come back later")
    caspar = sign_in(desk.new_client(), "caspar")
    assert caspar.get(f"{desk.home}/submit").has("Only a coordinator of your team can submit.")
    steps.submit(desk.carla, desk.report_id)
    steps.take(desk.rita, desk.report_id)
    assert desk.rita.get(f"/en/review/reports/{desk.report_id}").has("Signed by", "Ana Soto , Minister of Culture")
    with desk.app.app_context():
        assert database.session.get_one(Report, desk.report_id).state == "review"
