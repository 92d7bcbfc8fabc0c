"""Contribution links over HTTP: asked without an account, written, sent, and decided on by the team."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, update

from config import Settings
from review_app import mailing
from review_app.extensions import db as database
from review_app.models import ContributionLink, Entry, Notice, Proposal, Save
from review_app.operations import contributions
from review_app.transaction import atomic
from tests import desks
from tests import steps_http as steps
from tests.browser import Browser, Page
from tests.desks import CARLA, open_report
from tests.libraries import survey
from tests.people import make_person, sign_in

__all__ = ["survey"]

SOON = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()


class Desk(desks.Desk):
    """Whoever holds a link has a browser of their own."""

    @cached_property
    def outside(self) -> Browser:
        return self.new_client()

    def ask(self, place: str = "facts", **more: Any) -> str:
        """Ask somebody by the form; the address of the link, as the coordinator copies it."""
        page = self.carla.get(f"{self.home}/contributions").fill({
            "place": place, "name": "Red de Bibliotecas", "email": "red@example.org", "language": "Español", "until": SOON, **more,
        }).press("Make the link")  # fmt: skip
        return urlsplit(str(page.select("input[readonly]")[0]["value"])).path

    def send(self, address: str, answers: dict[str, str]) -> Page:
        """Write, go on to sending, say who it is."""
        page = self.outside.get(address).fill(answers).press("Guardar y pasar al envío")
        return page.fill({"writer": "Lucía Pérez", "organisation": "Red de Bibliotecas"}).press("Enviar al equipo")

    def rows(self, query: Any) -> list[Any]:
        return self.look(lambda: list(database.session.execute(query)))

    def links(self) -> Page:
        return self.carla.get(f"{self.home}/contributions")

@pytest.fixture
def desk(survey: None, app: Flask, new_client: Callable[[], Browser]) -> Desk:
    return Desk(app, open_report(app, "survey", CARLA), new_client)


def history(desk: Desk, question: str) -> list[tuple[Any, ...]]:
    """(text, writer of the contribution it was made from) of everything saved for a question."""
    query = (
        select(Save.value["raw"].astext, ContributionLink.writer)
        .outerjoin(Proposal, Proposal.id == Save.proposal_id).outerjoin(ContributionLink, ContributionLink.id == Proposal.link_id)
        .where(Save.question == question).order_by(Save.id)
    )  # fmt: skip
    return [tuple(row) for row in desk.rows(query)]


def test_the_civil_society_form_is_a_link_to_its_section(desk: Desk) -> None:
    """From asking to the history: no account, the receiver's language, entries and plain answers."""
    with desk.app.app_context():
        desk.report_id = steps.open_cycle("qpr", "2019", ("CL", ""))[0]
    address = desk.ask("civil_society", message="Cuéntennos lo suyo.")
    page = desk.outside.get(address)
    assert page.h1 == "Medidas e iniciativas notificadas por las organizaciones de la sociedad civil"
    assert page.has("Para Red de Bibliotecas", "Carla", "Chile", "Cuéntennos lo suyo.") and not page.select("nav.nav")
    assert page.response.headers["Referrer-Policy"] == "no-referrer"
    assert page.response.headers["X-Robots-Tag"] == "noindex, nofollow"

    page.fill({"cso_priorities": "Más bibliotecas."}).press("Guardar")
    entry = desk.outside.get(address).follow("Agregar: Medida o iniciativa notificada por la sociedad civil")
    page = entry.fill({"name": "Biblioteca móvil", "features": "Un autobús."}).press("Guardar y volver")
    assert "Biblioteca móvil" in page.links
    assert desk.links().has("Opened")
    page = desk.send(address, {"cso_priorities": "Más bibliotecas."})
    assert page.h1 == "Su contribución se envió" and page.has("Lucía Pérez, Red de Bibliotecas", "Biblioteca móvil")

    section = desk.carla.get(f"{desk.home}/sections/civil_society")
    assert section.has("Contribution of Lucía Pérez, Red de Bibliotecas", "Más bibliotecas.", "Biblioteca móvil")
    page = section.follow("Take, merge or decline it")
    page.press("Take it as it is")
    assert history(desk, "cso_priorities") == [("Más bibliotecas.", "Lucía Pérez")]
    page = desk.carla.get(f"{desk.home}/history/cso_priorities")
    assert page.has("Carla, from the contribution of Lucía Pérez, Red de Bibliotecas")
    page = desk.carla.get(f"{desk.home}/sections/civil_society").follow("Biblioteca móvil").press("Add it to the report")
    assert "Biblioteca móvil" in page.links
    assert history(desk, "features") == [("Un autobús.", "Lucía Pérez")]
    assert not desk.links().has("To decide")
    assert desk.outside.get(address).has("Integrada en el informe")


def test_both_texts_become_one_and_another_is_declined_with_a_reason(desk: Desk) -> None:
    steps.write(desk.carla, f"{desk.home}/sections/facts", {"overview": "Ours."})
    address = desk.ask("facts/overview", language="English", shows_answers=True)
    page = desk.outside.get(address)
    assert page.has("What the team has so far", "Ours.")
    page = page.fill({"overview": "Theirs."}).press("Save and go on to sending")
    page.fill({"writer": "Lucía", "organisation": "Red"}).press("Send to the team")

    page = desk.carla.get(f"{desk.home}/sections/facts").follow("Take, merge or decline it")
    assert page.has("Ours.", "Theirs.") and page.value("overview") == "Ours.\n\nTheirs."
    page.fill({"overview": "Ours and theirs."}).press("Save this text")
    assert history(desk, "overview") == [("Ours.", None), ("Ours and theirs.", "Lucía")]

    desk.links().fill({"l1-until": SOON}).press("Open it again and send it")
    page = desk.outside.get(address).fill({"overview": "Only theirs."}).press("Save and go on to sending")
    page.press("Send to the team")
    page = desk.carla.get(f"{desk.home}/sections/facts").follow("Take, merge or decline it")
    page.fill({"reason": "It is said in section 3."}).press("Decline it")
    assert desk.outside.get(address).has("Only theirs.", "Not taken", "It is said in section 3.")
    assert history(desk, "overview")[-1] == ("Ours and theirs.", "Lucía")


def test_a_text_that_changed_meanwhile_is_not_replaced_unseen(desk: Desk) -> None:
    address = desk.ask("facts/overview")
    desk.send(address, {"overview": "Suyo."})
    page = desk.carla.get(f"{desk.home}/sections/facts").follow("Take, merge or decline it")
    steps.write(desk.carla, f"{desk.home}/sections/facts", {"overview": "Ours."})
    page = page.press("Take it as it is", status=409)
    assert page.has("The answer has changed since you opened this page", "Ours.", "Suyo.")
    assert history(desk, "overview") == [("Ours.", None)]


def test_a_link_shows_nothing_but_what_it_names(desk: Desk) -> None:
    steps.write(desk.carla, f"{desk.home}/sections/facts", {"overview": "Secret overview", "motto": "Secret motto"})
    hidden, shown = desk.ask("facts/overview"), desk.ask("facts/overview", shows_answers=True)
    page = desk.outside.get(hidden)
    assert "Secret" not in page.text
    page = desk.outside.get(shown)
    assert "Secret overview" in page.text and "motto" not in page.text
    # What the page does not ask is not taken either.
    forged = {"once": "x", "motto": "Forged", "seen-motto": "1", "overview": "Mine", "seen-overview": "0"}
    desk.outside.post(hidden, forged)
    assert [question for (question,) in desk.rows(select(Proposal.question))] == ["overview"]


def test_a_link_opens_no_other_section(desk: Desk) -> None:
    address = desk.ask("facts")
    desk.outside.get(f"{address}/entries/house/1", status=404)
    desk.outside.post(f"{address}/entries/house/1", {"house_name": "North", "seen-house_name": "0"}, status=404)
    assert not desk.rows(select(Proposal.id))


def test_the_title_of_an_entry_of_a_draft_reaches_nobody_outside_the_team(desk: Desk, settings: Settings) -> None:
    page = desk.carla.get(f"{desk.home}/sections/houses").press("Add: Library").fill({"house_name": "Casa Reservada"})
    page.press("Save and continue")
    item = desk.carla.get(f"{desk.home}/sections/houses").follow("Casa Reservada")
    assert "Casa Reservada" in item.select("title")[0].text
    to_write = desk.ask()
    with desk.app.app_context():
        for nick, role, party in (("pia", "coordinator", "PE"), ("ada", "administrator", None), ("rosa", "reviewer", None)):
            make_person(nick, role, party)
    pages = [desk.carla.get(desk.home + end) for end in ("", "/sections/houses", "/completeness", "/contributions")]
    links = {link for page in pages for link in page.links.values() if link.startswith("/en/")}
    report = f"/reports/{desk.report_id}"
    elsewhere = {item.url, to_write, f"{to_write}/send", "/en/", "/en/entries", f"/en/review{report}", f"/en/office{report}"}
    for reader in (desk.outside, *(sign_in(desk.new_client(), nick) for nick in ("pia", "ada", "rosa"))):
        for address in sorted(links | elsewhere):
            response = reader.get(address, status=None).response
            assert "Reservada" not in f"{response.headers}{response.get_data(as_text=True)}", address
    with desk.app.app_context():
        ids = database.session.scalars(select(Notice.id).where(Notice.channel == "mail")).all()
        mails = [mail for notice in ids if (mail := mailing.compose(notice, settings=settings))]
    said = {
        str(mail["To"]): " ".join([*mail.values(), *(str(part.get_payload(decode=True)) for part in mail.walk())])
        for mail in mails
    }
    assert "Red de Bibliotecas <red@example.org>" in said and not [to for to, words in said.items() if "Reservada" in words]


def test_an_entry_of_the_report_can_be_sent_out(desk: Desk) -> None:
    page = desk.carla.get(f"{desk.home}/sections/houses").press("Add: Library")
    page.fill({"house_name": "North"}).press("Save and continue")
    options = desk.links().select("#place option")
    address = desk.ask(next(str(option["value"]) for option in options if option.get_text() == "Entry: North"))
    assert desk.outside.get(address).h1 == "North"
    desk.send(address, {"books": "1.200"})
    page = desk.carla.get(f"{desk.home}/sections/houses").follow("North")
    page = page.follow("Take, merge or decline it").press("Take it as it is")
    assert page.value("books") == "1.200"


def test_two_people_with_one_link_lose_nothing(desk: Desk) -> None:
    address = desk.ask()
    first, second = desk.outside.get(address), desk.new_client().get(address)
    first.fill({"overview": "Una."}).press("Guardar")
    page = second.fill({"overview": "Otra."}).press("Guardar", status=409)
    assert page.value("overview") == "Otra." and page.has("Una.")
    page.fill({"overview": "Una y otra."}).press("Guardar")
    texts = select(Proposal.version, Proposal.value["raw"].astext).order_by(Proposal.version)
    assert [tuple(row) for row in desk.rows(texts)] == [(1, "Una."), (2, "Una y otra.")]


def test_a_form_sent_twice_has_one_effect(desk: Desk) -> None:
    address = desk.ask()
    desk.outside.get(address).fill({"overview": "Una."}).press("Guardar")
    page = desk.outside.get(f"{address}/send")
    sent = {"once": str(page.select("input[name=once]")[0]["value"]), "writer": "Lucía", "organisation": "Red"}
    for _ in range(2):
        page = desk.outside.post(f"{address}/send", sent)
        assert page.h1 == "Su contribución se envió"
    facts = select(Entry.id).where(Entry.fact == "contribution.received")
    assert len(desk.rows(facts)) == 1
    late = desk.outside.post(f"{address}/send", {**sent, "writer": "Alma"}, status=409)
    assert late.has("Alma", "Red"), "what somebody else wrote who was slower is not on their screen"


@atomic
def expire() -> None:
    database.session.execute(update(ContributionLink).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))


@pytest.mark.parametrize("end", ["expired", "withdrawn", "locked", "answered"])
def test_a_link_that_is_over_takes_nothing_and_gives_the_text_back(desk: Desk, end: str) -> None:
    address = desk.ask()
    page = desk.outside.get(address)
    if end == "expired":
        with desk.app.app_context():
            expire()
    elif end == "withdrawn":
        desk.links().press("Withdraw it for good")
    elif end == "answered":
        other = desk.new_client().get(address).fill({"overview": "Hecho."}).press("Guardar y pasar al envío")
        other.fill({"writer": "L", "organisation": "R"}).press("Enviar al equipo")
    else:
        steps.write(desk.carla, f"{desk.home}/sections/facts", {"overview": "Forty libraries."})
        steps.submit(desk.carla, desk.report_id)
    before = desk.rows(select(Proposal.id))
    page = page.fill({"overview": "Demasiado tarde."}).press("Guardar", status=410)
    assert page.has("Este enlace ya no sirve", "Demasiado tarde.", "Carla")
    assert desk.rows(select(Proposal.id)) == before
    if end != "answered":
        assert not desk.outside.get(address, status=410).select("form")
    told = {"expired": "Expired", "withdrawn": "Withdrawn", "answered": "Answer received", "locked": "Opened"}
    assert desk.links().has(told[end])


def test_a_spoilt_link_is_nothing(desk: Desk) -> None:
    address = desk.ask()
    start, token = address.rsplit("/", 1)
    body, signature = token.split(".")
    for spoilt in ("x", "1", body, f"{body}.{signature[::-1]}", f"Mg.{signature}"):
        page = desk.outside.get(f"{start}/{spoilt}", status=404)
        assert "Red de Bibliotecas" not in page.text
        desk.outside.post(f"{start}/{spoilt}", {"overview": "x", "seen-overview": "0"}, status=404)
    assert desk.rows(select(Proposal.id)) == []


def test_only_a_coordinator_asks_and_only_who_writes_the_section_decides(desk: Desk) -> None:
    with desk.app.app_context():
        make_person("celia", "contributor", "CL", sections=["closing"])
    desk.send(desk.ask(), {"overview": "Más."})
    celia = sign_in(desk.new_client(), "celia")
    celia.get(f"{desk.home}/contributions", status=403)
    assert "Contributions from outside" not in celia.get(desk.home).links
    (proposal,) = desk.rows(select(Proposal.id))
    address = f"{desk.home}/proposals/{proposal[0]}"
    page = celia.get(address)
    assert page.buttons == ["Sign out"] and page.has("Más.")
    token = str(page.select("input[name=csrf_token]")[0]["value"])
    for deed in ("accept", "decline"):
        celia.post(address, {"csrf_token": token, "decide": deed, "seen": "0"}, status=403)
    assert desk.rows(select(Proposal.outcome)) == [(None,)]


def test_the_receiver_is_mailed_in_their_language_and_again_when_asked(desk: Desk, settings: Settings) -> None:
    address = desk.ask(message="Por favor,\nescriban.")
    page = desk.links().fill({"l1-until": "2047-03-17"}).press("Send it again")
    assert page.value("l1-until") == "2047-03-17", "the field offers another day than was chosen"
    with desk.app.app_context():
        ids = database.session.scalars(select(Notice.id).where(Notice.link_id.is_not(None)).order_by(Notice.id)).all()
        mails = [mailing.compose(notice, settings=settings) for notice in ids]
        assert len(mails) == 2
        for mail in mails:
            assert mail is not None and mail["To"] == "Red de Bibliotecas <red@example.org>"
            text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
            assert "> Por favor,\n> escriban." in text and address in text and "Carla" in text
    desk.links().press("Withdraw it for good")
    with desk.app.app_context():
        assert mailing.compose(ids[0], settings=settings) is None


def test_without_an_address_the_link_is_copied(desk: Desk) -> None:
    assert desk.ask(email="").startswith("/es/contribute/")
    assert desk.rows(select(Notice.id).where(Notice.link_id.is_not(None))) == []


def test_a_link_needs_a_day_to_come(desk: Desk) -> None:
    page = desk.links().fill({"name": "Red", "until": "2020-01-01"}).press("Make the link", status=422)
    assert page.errors == ["The last day of the link has passed. Choose a later one."]
    assert desk.rows(select(ContributionLink.id)) == []


def test_nothing_longer_than_a_report_needs_is_taken(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contributions, "LONGEST_ANSWER", 100)
    address = desk.ask()
    page = desk.outside.get(address).fill({"overview": "x" * 101}).press("Guardar", status=422)
    assert page.value("overview") == "x" * 101 and page.has("más de 100 caracteres")
    monkeypatch.setattr(contributions, "MOST_TEXTS", 1)
    desk.outside.get(address).fill({"overview": "a"}).press("Guardar")
    page = desk.outside.get(address).fill({"overview": "b"}).press("Guardar", status=422)
    assert page.value("overview") == "b"
    assert [raw for (raw,) in desk.rows(select(Proposal.value["raw"].astext))] == ["a"]


def test_nothing_written_is_not_sent(desk: Desk) -> None:
    page = desk.outside.get(desk.ask()).press("Guardar y pasar al envío")
    page = page.fill({"writer": "L", "organisation": "R"}).press("Enviar al equipo", status=422)
    assert page.has("Todavía no hay nada escrito.") and page.value("writer") == "L"
    page = page.fill({"writer": "", "organisation": ""}).press("Enviar al equipo", status=422)
    assert page.errors == ["Escriba su nombre", "Escriba el nombre de su organización"]


def test_whom_the_team_credits_is_named_in_public(desk: Desk) -> None:
    """Only those whose text was taken, and as the snapshot has it."""
    with desk.app.app_context():
        make_person("rita", "reviewer")
    for code, writer in (("overview", "Lucía Pérez"), ("motto", "Ana Ruiz")):
        page = desk.outside.get(desk.ask(f"facts/{code}")).fill({code: "Cuarenta."}).press("Guardar y pasar al envío")
        page.fill({"writer": writer, "organisation": "Red"}).press("Enviar al equipo")
        desk.links().press(f"Name them in the published report : {writer}, Red")
    desk.links().follow("Overview").press("Take it as it is")
    steps.submit(desk.carla, desk.report_id)
    rita = sign_in(desk.new_client(), "rita")
    steps.take(rita, desk.report_id)
    steps.publish(rita, desk.report_id)
    page = desk.outside.get("/en").follow("Survey of libraries")
    assert page.has("With contributions of Red (Lucía Pérez)") and "Ana Ruiz" not in page.text


def test_the_pages_cost_the_same_for_one_contribution_and_many(desk: Desk, count_queries: Callable[[], Any]) -> None:
    def cost() -> list[int]:
        found = []
        for address in (desk.home, f"{desk.home}/contributions", f"{desk.home}/sections/facts"):
            with count_queries() as counted:
                assert desk.carla.get(address).has("Contribution")
            found.append(counted.count)
        return found

    desk.send(desk.ask(), {"overview": "Una."})
    desk.carla.get(desk.home)
    few = cost()
    for number in range(3):
        desk.send(desk.ask(), {"overview": f"Otra {number}."})
    assert cost() == few


def library(desk: Desk, name: str) -> str:
    """Begin an entry; the place of it, as the form of asking has it."""
    page = desk.carla.get(f"{desk.home}/sections/houses").press("Add: Library")
    item_id = page.url.rpartition("/")[2]
    page.fill({"house_name": name}).press("Save and continue")
    return f"houses/@{item_id}"


def test_texts_for_entries_cost_the_same_for_one_and_many(desk: Desk, count_queries: Callable[[], Any]) -> None:
    def cost() -> int:
        with count_queries() as counted:
            assert desk.links().has("Books")
        return int(counted.count)

    desk.send(desk.ask(library(desk, "North")), {"books": "40000"})
    desk.links()
    few = cost()
    for name in ("East", "South"):
        desk.send(desk.ask(library(desk, name)), {"books": "50000"})
    assert cost() == few


def test_a_link_to_an_entry_that_was_taken_out_says_so(desk: Desk) -> None:
    place = library(desk, "North")
    address = desk.ask(place, language="English")
    page = desk.carla.get(f"{desk.home}/items/{place.partition('@')[2]}").press("Take this entry out of the report")
    over = desk.outside.get(address, status=410)
    assert over.has("This link is over", "The entry it asks about is not in the report any more.", "write to Carla")
    page.press("Bring it back : North")
    assert desk.outside.get(address).has("Books")


def test_a_text_for_an_entry_that_was_taken_out_waits_until_it_is_back(desk: Desk) -> None:
    place = library(desk, "North")
    desk.send(desk.ask(place), {"books": "40000"})
    assert desk.links().has("Libraries › North")
    page = desk.carla.get(f"{desk.home}/items/{place.partition('@')[2]}").press("Take this entry out of the report")
    assert not desk.links().has("To decide")
    assert not desk.carla.get(desk.home).has("1 to decide")
    desk.carla.get(f"{desk.home}/proposals/1", status=404)
    page.press("Bring it back : North")
    assert desk.links().has("To decide", "Books") and desk.carla.get(desk.home).has("1 to decide")


def test_a_script_that_sends_too_much_by_a_link_is_told_so(desk: Desk) -> None:
    address = desk.ask("facts/overview")
    pairs = [["once", "x.y"], ["seen-overview", "0"], ["overview", "w" * 3_000_000]]
    answer = desk.outside._client.post(address, json=pairs, base_url=desk.outside.base_url)
    assert answer.status_code == 413 and (answer.json or {})["title"]
