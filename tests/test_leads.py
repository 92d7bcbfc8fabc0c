"""Handing over the lead: a coordinator leaves, a successor knows where things stand, and no team is without a coordinator."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from config import Settings
from review_app import mailing
from review_app.extensions import db as database
from review_app.models import ContributionLink, Entry, Notice
from review_app.operations import accounts
from review_app.permissions import Denied
from review_app.queries.people import person_by_email
from tests import steps_http as steps
from tests.libraries import survey as survey
from tests.links import Desk
from tests.links import desk as desk
from tests.people import make_person, person_named, sign_in


def roles(desk: Desk, nick: str) -> list[str]:
    with desk.app.app_context():
        person = person_by_email(f"{nick}@example.org")
        return sorted(membership.role for membership in person.memberships) if person else []


def test_the_lead_moves_with_a_briefing_and_the_links(desk: Desk, settings: Settings) -> None:
    with desk.app.app_context():
        make_person("celia", "contributor", "CL")
    steps.write(desk.carla, f"{desk.home}/sections/facts", {"overview": "Forty libraries."})
    address = desk.ask("facts/overview")
    page = desk.carla.get(f"{desk.home}/team").follow("I am leaving: hand over the lead")
    note = str(page.value("note"))
    assert "of 1 sections completed" in note and "1 contribution still awaited" in note and "Carla (1)" in note
    page = page.fill({"successor": "Celia", "note": f"{note}\nAsk the statistics office."}).press("Hand over the lead")
    assert page.has("Celia coordinates the reports now.")
    assert (roles(desk, "carla"), roles(desk, "celia")) == ([], ["contributor", "coordinator"])
    desk.carla.get(desk.home, status=404)

    celia = sign_in(desk.new_client(), "celia")
    assert celia.get(desk.home).has("Lead handed over : Celia")
    assert celia.get("/en/notices").has("The lead of your country's reports was handed over")
    assert desk.outside.get(address).has("Celia")
    with desk.app.app_context():
        told = select(Notice).join(Entry).where(Entry.fact == "person.lead_handed_over", Notice.channel == "mail")
        mails = {n.reader.name: mailing.compose(n.id, settings=settings) for n in database.session.scalars(told).all()}
        assert set(mails) == {"Carla", "Celia"}
        for mail in mails.values():
            assert mail and "> Ask the statistics office." in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert database.session.scalars(select(ContributionLink.person_id)).all() == [person_named("celia").id]


def test_somebody_new_can_take_over_and_the_old_lead_stays_as_a_contributor(desk: Desk) -> None:
    page = desk.carla.get(f"{desk.home}/leave").fill({"successor": "Somebody new: invite them", "stays": True})
    page = page.press("Hand over the lead", status=422)
    assert page.errors == ["Enter the person's name", "Enter an e-mail address such as name@example.org"]
    page = page.fill({"name": "Nadia", "email": "carla@example.org"}).press("Hand over the lead", status=422)
    assert page.has("Choose somebody else: you are the one who leaves.")
    page.fill({"email": "nadia@example.org"}).press("Hand over the lead")
    assert (roles(desk, "carla"), roles(desk, "nadia")) == (["contributor"], ["coordinator"])
    desk.carla.get(f"{desk.home}/leave", status=403)


def test_the_only_coordinator_is_not_shut_out(desk: Desk) -> None:
    with desk.app.app_context():
        ada = make_person("ada", "administrator")
        with pytest.raises(Denied, match="only coordinator"):
            accounts.deactivate(ada, person_named("carla"), now=datetime.now(UTC))
        assert person_named("carla").active
