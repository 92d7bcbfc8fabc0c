"""The signing official, who needs no account: asked by a link, reads the whole report, declares it; the coordinator submits."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import time_machine
from pypdfium2 import PdfDocument
from sqlalchemy import select

from config import Settings
from review_app.extensions import db as database
from review_app.mailing import compose
from review_app.models import Entry, Notice, Snapshot
from tests import steps_http as steps
from tests.browser import Browser, Page
from tests.museums import LEFT, Desk, desk_of_museums, survey_of_museums

__all__ = ["desk_of_museums", "survey_of_museums"]  # fixtures

SOON = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
MINISTER: dict[str, Any] = {"position": "Ministra de Cultura", "is_declared": True}


def asked(desk: Desk, **more: Any) -> str:
    """Ask from the page of submission; the address of the link, as the coordinator copies it."""
    page = desk.carla.get(f"{desk.home}/submit").follow("Ask for the declaration")
    assert page.value("place") == "*"
    page = page.fill({
        "name": "Ana Soto", "email": "ana@example.org", "language": "Español", "until": SOON, "message": "Lea, por favor.", **more,
    }).press("Make the link")  # fmt: skip
    return urlsplit(str(page.select("input[readonly]")[0]["value"])).path


def declare(official: Browser, address: str, **more: Any) -> Page:
    return official.get(address).fill({**MINISTER, **more}).press("Declarar el informe")


def mails(desk: Desk, fact: str, settings: Settings) -> list[str]:
    """The text of every mail about a fact, its receiver in the first line."""
    with desk.app.app_context():
        mine = select(Notice.id).join(Entry, Entry.id == Notice.entry_id).where(Entry.fact == fact, Notice.channel == "mail")
        found = [compose(notice_id, settings=settings) for notice_id in database.session.scalars(mine).all()]
    return [f"{mail['To']}\n{mail.get_body(('plain',)).get_content()}" for mail in found if mail]  # type: ignore[union-attr]


def test_an_official_without_an_account_reads_and_declares_and_the_coordinator_submits(desk: Desk, settings: Settings) -> None:
    desk.carla.get(desk.facts).fill(LEFT).press("Save and come back later")
    desk.add_house("Casa Azul", "no_data")
    address = asked(desk)
    (mail,) = mails(desk, "declaration.asked", settings)
    assert "ana@example.org" in mail and address.removeprefix("/es") in mail and "Lea, por favor." in mail

    official = desk.new_client()
    page = official.get(address)
    assert page.h1 == "Leer el informe y declararlo" and not page.select("nav.nav")
    assert page.has("Forty museums.", "Casa Azul", "Carla", "It is true. (es)") and page.value("name") == "Ana Soto"
    assert page.response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert page.press("Declarar el informe", status=422).has("Indique su cargo", "Marque la declaración")
    page = declare(official, address)
    assert page.h1 == "Usted ha declarado el informe" and "Forty museums." not in page.text

    (mail,) = mails(desk, "declaration.made", settings)
    assert "carla@example.org" in mail and f"{desk.home}/submit" in mail and "Ana Soto, Ministra de Cultura" in mail
    page = desk.carla.get(f"{desk.home}/submit")
    assert page.has("The official has declared the report", "Ana Soto", "No answer has changed since.")
    assert not page.select('input[name="position"]')
    receipt = page.press("Submit the report of")
    assert receipt.h1 == "Your report was received"
    assert receipt.has("Ana Soto , Ministra de Cultura (declared by a personal link on")
    with desk.app.app_context():
        (snapshot,) = database.session.scalars(select(Snapshot))
        made = database.session.scalars(select(Entry).where(Entry.fact == "declaration.made")).one()
        assert snapshot.signatory == {
            "name": "Ana Soto", "position": "Ministra de Cultura", "date": made.created_at.date().isoformat(),
            "declared_at": made.created_at.isoformat(), "link": str(made.actor_id), "text_sha256": made.params["sha256"],
        }  # fmt: skip
    pdf = PdfDocument(receipt.follow("The report as submitted (PDF)").response.data)
    assert "declared by a personal link" in " ".join(one.get_textpage().get_text_bounded() for one in pdf).replace("\r\n", " ")
    steps.take(desk.rita, desk.report_id)
    assert "declared by a personal link" in desk.rita.get(f"/en/review/reports/{desk.report_id}").text
    assert official.get(address, status=200).h1 == "Usted ha declarado el informe"


def test_a_change_after_the_declaration_makes_it_count_no_more(desk: Desk) -> None:
    desk.carla.get(desk.facts).fill(LEFT).press("Save and come back later")
    address, official = asked(desk), desk.new_client()
    declare(official, address)
    ready = desk.carla.get(f"{desk.home}/submit")
    steps.write(desk.caspar, desk.facts, {"overview": "Fifty museums."}, "Save and come back later")

    # The page of submission was open before the change.
    page = ready.press("Submit the report of", status=422)
    assert page.has("The answers have changed since the official declared.", "Answers have changed since the declaration")
    assert official.get(address).has("Su declaración ya no vale para ellas")
    assert desk.carla.get(f"{desk.home}/submit").select('input[name="position"]')  # another one may be named
    desk.carla.get(f"{desk.home}/contributions").fill({"l1-until": SOON}).press("Open it again and send it")
    page = declare(official, address)
    assert page.has("Carla presenta el informe con su declaración")
    desk.carla.get(f"{desk.home}/submit").press("Submit the report of")
    with desk.app.app_context():
        assert steps.state_of(desk.report_id) == "review"


def test_a_change_back_to_what_was_declared_makes_it_count_again_and_a_new_entry_not(desk: Desk) -> None:
    desk.carla.get(desk.facts).fill(LEFT).press("Save and come back later")
    declare(desk.new_client(), asked(desk))
    for words, is_fresh in (("Other.", False), ("Forty museums.", True)):
        steps.write(desk.carla, desk.facts, {"overview": words}, "Save and come back later")
        assert desk.carla.get(f"{desk.home}/submit").has("No answer has changed since.") is is_fresh
    desk.add_house("Casa Azul", "no_data")
    assert not desk.carla.get(f"{desk.home}/submit").has("No answer has changed since.")


def test_of_two_that_declared_in_one_moment_the_one_asked_last_counts(desk: Desk) -> None:
    desk.carla.get(desk.facts).fill(LEFT).press("Save and come back later")
    first, last = asked(desk), asked(desk)
    with time_machine.travel(datetime.now(UTC), tick=False):
        declare(desk.new_client(), first, name="Ana Soto")
        declare(desk.new_client(), last, name="Eva Ruiz")
    page = desk.carla.get(f"{desk.home}/submit")
    assert page.has("Eva Ruiz") and not page.has("Ana Soto")


def test_what_changes_while_the_official_reads_is_shown_before_it_is_declared(desk: Desk) -> None:
    desk.carla.get(desk.facts).fill(LEFT).press("Save and come back later")
    official = desk.new_client()
    page = official.get(asked(desk)).fill(MINISTER)
    steps.write(desk.carla, desk.facts, {"overview": "Fifty museums."}, "Save and come back later")
    page = page.press("Declarar el informe", status=409)
    assert page.has("El informe ha cambiado mientras leía", "Fifty museums.")
    assert page.value("position") == "Ministra de Cultura"
    assert page.press("Declarar el informe").h1 == "Usted ha declarado el informe"


def test_a_link_for_the_declaration_opens_nothing_else_and_no_other_opens_it(desk: Desk) -> None:
    address, official = asked(desk), desk.new_client()
    official.get(f"{address}/send", status=404)
    official.get(f"{address}/entries/house/1", status=404)
    official.post(f"{address}/send", {"writer": "x", "organisation": "y"}, status=404)
    page = desk.carla.get(f"{desk.home}/contributions").fill({"place": "facts", "name": "Red", "until": SOON})
    page = page.press("Make the link")
    to_write = urlsplit(str(page.select("input[readonly]")[0]["value"])).path
    official.get(f"{to_write}/declaration", status=404)
    official.post(f"{to_write}/declaration", {**MINISTER, "name": "x"}, status=404)

    links = desk.carla.get(f"{desk.home}/contributions")
    links.send(links.select('form[action*="/1/withdraw"] button')[0])
    page = official.get(f"{address}/declaration", status=410)
    assert page.h1 == "Este enlace ya no sirve"


def test_a_withdrawn_declaration_is_none_and_a_locked_report_is_not_declared(desk: Desk) -> None:
    desk.carla.get(desk.facts).fill(LEFT).press("Save and come back later")
    official, address = desk.new_client(), asked(desk)
    page = official.get(address)
    steps.submit(desk.carla, desk.report_id)
    page.fill(MINISTER).press("Declarar el informe", status=410)
    desk.carla.get(f"/en/desk/reports/{desk.report_id}").press("Withdraw")
    declare(official, address)
    ready = desk.carla.get(f"{desk.home}/submit")
    desk.carla.get(f"{desk.home}/contributions").press("Withdraw it for good")
    ready.press("Submit the report of", status=422)
    assert desk.carla.get(f"{desk.home}/submit").has("Ask for the declaration")
