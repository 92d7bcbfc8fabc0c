"""At the desk: contributions are taken, merged or declined, and those who wrote them are named."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from config import Settings
from review_app import mailing
from review_app.extensions import db as database
from review_app.models import Notice, Proposal
from tests import steps_http as steps
from tests.links import SOON, Desk, history
from tests.people import make_person, sign_in


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


def test_rows_of_both_tables_stand_together_and_files_are_asked_for_elsewhere(desk: Desk) -> None:
    with desk.app.app_context():
        desk.report_id = steps.open_cycle("activity-report", "2026", ("CL", "Opening night"))[0]
    outcome = f"{desk.home}/sections/outcome"
    steps.write(desk.carla, outcome, {"agreements-0-agreement": "Ours"})
    address = desk.ask("outcome", language="English")
    assert desk.outside.get(address).has("Files cannot be sent by a link: send them to Carla, who adds them.")
    assert "Files cannot" not in desk.outside.get(desk.ask("activity", language="English")).text
    page = desk.outside.get(address).fill({"agreements-0-agreement": "Theirs"}).press("Save and go on to sending")
    page.fill({"writer": "Lucía", "organisation": "Red"}).press("Send to the team")

    page = desk.carla.get(outcome).follow("Take, merge or decline it")
    assert [page.value(f"agreements-{row}-agreement") for row in (0, 1)] == ["Ours", "Theirs"]
    page = page.press("Save and add another row")
    assert page.has("Saved. The history says whose contribution is in it.")
    assert [page.value(f"agreements-{row}-agreement") for row in (0, 1, 2)] == ["Ours", "Theirs", ""]
    assert page.select("#agreements-more [name=agreements-2-agreement]")


def test_a_text_that_changed_meanwhile_is_not_replaced_unseen(desk: Desk) -> None:
    address = desk.ask("facts/overview")
    desk.send(address, {"overview": "Suyo."})
    page = desk.carla.get(f"{desk.home}/sections/facts").follow("Take, merge or decline it")
    steps.write(desk.carla, f"{desk.home}/sections/facts", {"overview": "Ours."})
    page = page.press("Take it as it is", status=409)
    assert page.has("The answer has changed since you opened this page", "Ours.", "Suyo.")
    assert history(desk, "overview") == [("Ours.", None)]


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
