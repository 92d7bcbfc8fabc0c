"""Behind a link: what it shows and takes, how it comes to the receiver, and when it is over."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from config import Settings
from review_app import mailing
from review_app.extensions import db as database
from review_app.models import ContributionLink, Entry, Notice, Proposal
from review_app.operations import contributions
from review_app.transaction import atomic
from tests import steps_http as steps
from tests.links import Desk


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


def test_a_script_that_sends_too_much_by_a_link_is_told_so(desk: Desk) -> None:
    address = desk.ask("facts/overview")
    pairs = [["once", "x.y"], ["seen-overview", "0"], ["overview", "w" * 3_000_000]]
    answer = desk.outside._client.post(address, json=pairs, base_url=desk.outside.base_url)
    assert answer.status_code == 413 and (answer.json or {})["title"]
