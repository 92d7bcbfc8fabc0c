"""People: invited, found, their roles taken away and given again, their accounts closed."""

from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import select

from review_app.extensions import db as database
from review_app.models import Entry, Membership, Notice, Person
from review_app.operations import accounts
from review_app.permissions import SYSTEM
from tests.browser import Browser
from tests.office.conftest import opened
from tests.people import make_person, person_named


def test_somebody_is_invited_and_deactivated_and_comes_back(ada: Browser, app: Flask) -> None:
    page = ada.get("/en/office/people").follow("Invite somebody")
    page.fill({"name": "Nadia", "email": "Nadia@example.org", "language": "fr", "role": "contributor", "party_code": "PE"})
    page = page.press("Send the invitation")
    assert page.has("An invitation to Nadia is on its way.", "nadia@example.org", "Invited, not joined yet")
    page = page.press("Close the account of Nadia")
    assert page.has("The account of Nadia is closed.")
    assert page.press("Open the account again").has("The account of Nadia is open again.")


def test_an_invitation_for_some_sections(ada: Browser, app: Flask) -> None:
    with app.app_context():
        opened()
    page = ada.get("/en/office/people/invite")
    page.fill({"name": "Nadia", "email": "nadia@example.org", "role": "contributor", "party_code": "PE",
               "sections": ["executive_summary"]})
    assert page.press("Send the invitation").has("1 section")
    with app.app_context():
        scoped = database.session.scalar(select(Membership).where(Membership.party_code == "PE"))
        assert scoped is not None
        assert scoped.sections == ["executive_summary"]


def test_an_invitation_says_what_is_missing_and_keeps_the_rest(ada: Browser) -> None:
    page = ada.get("/en/office/people/invite").fill({"name": "Nadia", "email": "nadia", "role": "coordinator"})
    page = page.press("Send the invitation", status=422)
    assert page.errors == [
        "This is not an e-mail address. Write it as in name@example.org.", "Choose the party this person works for.",
    ]
    assert page.value("name") == "Nadia"


def test_people_are_found_by_the_very_words(ada: Browser, app: Flask) -> None:
    with app.app_context():
        for nick in ("ana_lopez", "ana-lopez"):
            make_person(nick, "contributor", "CL")
    page = ada.get("/en/office/people?words=ANA_L")
    assert page.has("ana_lopez@example.org") and not page.has("ana-lopez@example.org")


def test_many_people_stand_on_several_pages(ada: Browser, app: Flask) -> None:
    with app.app_context():
        for number in range(51):
            accounts.invite(
                SYSTEM, email=f"p{number:02}@example.org", name=f"Person {number:02}", language="en", role="reviewer",
                now=datetime.now(UTC),
            )  # fmt: skip
    page = ada.get("/en/office/people?words=person")
    assert page.has("51 people", "Person 00", "Person 49", "Page 1 of 2") and not page.has("Person 50")
    page = page.follow("Next page")
    assert page.has("51 people", "Person 50", "Page 2 of 2") and not page.has("Person 49")
    assert page.follow("Previous page").has("Person 00")
    ada.get("/en/office/people?words=person&page=3", status=404)


def test_nobody_closes_their_own_account(ada: Browser, app: Flask) -> None:
    with app.app_context():
        own = database.session.scalar(select(Person.id).where(Person.email == "ada@example.org"))
    page = ada.get("/en/office/people")
    token = page.select("input[name=csrf_token]")[0]["value"]
    page = ada.post(f"/en/office/people/{own}/deactivate", {"csrf_token": token}, status=403)
    assert page.errors == ["You cannot deactivate your own account. Another administrator can."]


def test_a_role_is_taken_away_and_given_again(ada: Browser, app: Flask) -> None:
    with app.app_context():
        make_person("rolf", "reviewer")
        make_person("pia", "coordinator", "PE")
    page = ada.get("/en/office/people")
    assert page.press("Take away: Coordinator, Peru", status=403).errors == [
        "This is the team's only coordinator. Invite another one first."
    ]
    page = ada.get("/en/office/people").press("Take away: Reviewer")
    assert page.has("Rolf no longer has this role. Everything they wrote stays.", "No role")
    with app.app_context():
        rolf = person_named("rolf")
        told = select(Entry.fact).join(Notice).where(Notice.person_id == rolf.id, Notice.channel == "inbox")
        assert list(database.session.scalars(told)) == ["person.role_ended"]
        accounts.invite(SYSTEM, email=rolf.email, name="Rolf", language="en", role="reviewer", now=datetime.now(UTC))
        assert rolf.is_reviewer


def test_nobody_gives_up_the_office_of_administrator_alone(ada: Browser, app: Flask) -> None:
    with app.app_context():
        own = database.session.scalars(select(Membership.id).join(Person).where(Person.email == "ada@example.org")).one()
    token = ada.get("/en/office/people").select("input[name=csrf_token]")[0]["value"]
    page = ada.post(f"/en/office/roles/{own}/end", {"csrf_token": token}, status=403)
    assert page.errors == ["You cannot take this role from yourself. Another administrator can."]
