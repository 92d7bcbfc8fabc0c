"""Files sent with a report, over HTTP: added, described, taken out, handed to whom they are for, kept while they are named."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from flask import Flask
from PIL import Image
from sqlalchemy import select

from config import Settings
from review_app.extensions import db as database
from review_app.models import Attachment, Save, Snapshot
from review_app.operations import attachments
from review_app.readers.attachments import MOST_BYTES
from review_app.storage import storage, storage_of
from review_app.tasks import SCHEDULE, tidy
from tests import desks
from tests import steps_http as steps
from tests.browser import Browser, Page
from tests.desks import CARLA, RITA, on_shelf, open_report
from tests.hostile_files import office, pdf, picture
from tests.people import sign_in

SURVEY = """
name: proof-survey
edition: "1"
title: {en: Survey with proof, fr: Enquête, es: Encuesta}
declaration: {en: It is true., fr: C’est vrai., es: Es verdad.}
sections:
  - code: facts
    title: {en: Facts, fr: Faits, es: Hechos}
    questions:
      - {code: overview, type: longtext, label: {en: Overview, fr: Aperçu, es: Panorama}, required: true}
      - {code: proof, type: file, most: 2, label: {en: Proof, fr: Preuve, es: Prueba}, required: true}
      - {code: leaflets, type: file, most: 30, label: {en: Leaflets, fr: Dépliants, es: Folletos}}
      - {code: secret, type: file, public: false, label: {en: For you only, fr: Pour vous, es: Para ustedes}}
  - code: houses
    title: {en: Libraries, fr: Bibliothèques, es: Bibliotecas}
    questions:
      - code: house
        type: group
        label: {en: Libraries, fr: Bibliothèques, es: Bibliotecas}
        title_question: house_name
        questions:
          - {code: house_name, type: text, label: {en: Name, fr: Nom, es: Nombre}}
          - {code: plan, type: file, label: {en: Plan, fr: Plan, es: Plano}}
"""
NOW = datetime.now(UTC) + timedelta(minutes=5)
LAW = ("law.pdf", pdf("A law"))


class Desk(desks.Desk):
    def add(self, *files: tuple[str, bytes], to: str = "proof", more: dict[str, str] | None = None) -> Page:
        """Choose files on the page of the section, and press the button beside them."""
        page = self.carla.get(self.facts).fill(more or {}).attach(to, *files)
        return page.press(next(words for words in page.buttons if words.startswith("Save and add")))

    def files(self) -> list[Attachment]:
        mine = select(Attachment).where(Attachment.report_id == self.report_id)
        return self.look(lambda: list(database.session.scalars(mine.order_by(Attachment.created_at))))

    def texts(self, question: str) -> list[Any]:
        """What every accepted text of an answer held, oldest first."""
        mine = select(Save.value["raw"]).where(Save.report_id == self.report_id, Save.question == question)
        return self.look(lambda: list(database.session.scalars(mine.where(Save.outcome == "accepted").order_by(Save.id))))

    def address(self, number: int = 0, *, room: str = "desk") -> str:
        return f"/en/{room}/reports/{self.report_id}/files/{self.files()[number].id}"

    def tidy(self, days: int) -> None:
        """What a worker does every night, so many days from now."""
        with self.app.app_context():
            attachments.forget_unused(NOW + timedelta(days=days))
            attachments.empty_storage(NOW + timedelta(days=days))

    def public(self) -> str:
        """The address of what was published."""
        return f"/en/published/{re.findall('/published/([a-z0-9-]+)', str(self.rita.get('/en/').soup))[0]}"


@pytest.fixture(scope="module")
def survey(shared_app: Flask, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with on_shelf(settings, tmp_path_factory.mktemp("questionnaires"), SURVEY):
        yield


@pytest.fixture
def desk(survey: None, app: Flask, new_client: Callable[[], Browser]) -> Desk:
    return Desk(app, open_report(app, "proof-survey", CARLA, ("pia", "coordinator", "PE"), RITA), new_client)


def test_a_file_is_added_described_taken_out_and_brought_back(desk: Desk) -> None:
    page = desk.add(LAW, more={"overview": "Forty libraries."})
    assert page.has("law.pdf", "PDF, 1 kB", "1 more file can be added.") and page.value("overview") == "Forty libraries."
    (file,) = desk.files()
    page.fill({f"proof-caption-{file.id}": "The law of 2024"}).press("Save and come back later")
    desk.carla.get(desk.facts).fill({f"proof-remove-{file.id}": True}).press("Save and come back later")
    assert not desk.carla.get(desk.facts).has("law.pdf")

    fact = {"id": str(file.id), "name": "law.pdf", "kind": "pdf", "sha256": hashlib.sha256(LAW[1]).hexdigest(), "size": len(LAW[1])}
    assert desk.texts("proof") == [[{**fact, "caption": ""}], [{**fact, "caption": "The law of 2024"}], []]

    history = desk.carla.get(f"{desk.home}/history/proof")
    assert history.text.count("law.pdf") == 2 and history.has("The law of 2024")
    history.follow("Compare and bring back").press("Save this text")
    assert desk.texts("proof")[-1] == [{**fact, "caption": "The law of 2024"}]


def test_the_bytes_lie_outside_the_pages_under_a_random_name(desk: Desk, settings: Settings) -> None:
    desk.add(LAW)
    (stored,) = [path for path in settings.files_folder.rglob("*") if path.is_file() and path.read_bytes() == LAW[1]]
    assert stored.name == desk.files()[0].id.hex and stored.stat().st_mode & 0o777 == 0o600
    assert not settings.files_folder.is_relative_to(Path(__file__).parents[1] / "review_app" / "static")


def test_a_file_is_handed_out_to_keep_and_never_as_a_page(desk: Desk) -> None:
    desk.add(("Loi « culture » №1.pdf", LAW[1]))
    response = desk.carla.get(desk.address()).response
    assert response.get_data() == LAW[1]
    told = {
        "Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    }  # fmt: skip
    assert {name: response.headers[name] for name in told} == told
    assert response.headers["Content-Disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''Loi%20%C2%AB%20culture%20%C2%BB%20%E2%84%961.pdf" in response.headers["Content-Disposition"]


def test_a_refused_file_is_told_beside_its_question_and_costs_nothing_else(desk: Desk) -> None:
    page = desk.add(LAW, ("song.mp3", b"ID3"), more={"overview": "Typed beside it."})
    sentence = "“song.mp3” was not taken: this kind of file is not taken. Save it as PDF"
    assert [line for line in page.errors if line.startswith(sentence)] and page.select(".field--file .govuk-error-message")
    assert [file.name for file in desk.files()] == ["law.pdf"]
    assert page.has("law.pdf") and page.value("overview") == "Typed beside it."
    assert not desk.carla.get(desk.facts).errors


def test_what_is_too_big_or_too_many_is_refused_alone(desk: Desk) -> None:
    page = desk.add(("big.pdf", pdf("x", size=MOST_BYTES + 1)), LAW, more={"overview": "Beside 12 MB."})
    assert page.errors == ["“big.pdf” was not taken: the file is larger than 12 MB. Make it smaller, or split it."]
    assert page.value("overview") == "Beside 12 MB."
    page = desk.add(("second.pdf", pdf("2")), ("third.pdf", pdf("3")))
    assert page.errors == ["“third.pdf” was not taken: this question takes no more files. Remove one first."]
    assert [file.name for file in desk.files()] == ["law.pdf", "second.pdf"]
    assert page.has("There can be 2 files here.") and not page.select("#question_1[type=file]")


def test_twelve_megabytes_are_taken(desk: Desk) -> None:
    whole = pdf("x", size=MOST_BYTES)
    assert not desk.add(("whole.pdf", whole)).errors
    assert desk.carla.get(desk.address()).response.get_data() == whole


def test_a_picture_loses_the_place_it_was_taken_at_and_stays_upright(desk: Desk) -> None:
    desk.add(("phone.jpg", picture("jpeg", exif={0x0112: 6, 0x8825: {1: "S", 2: (33.0, 26.0, 0.0)}})))
    with Image.open(BytesIO(desk.carla.get(desk.address()).response.get_data())) as kept:
        assert dict(kept.getexif()) == {0x0112: 6} and kept.getexif().get_ifd(0x8825) == {}
        assert kept.size == (40, 30)


def test_strangers_and_the_secretariat(desk: Desk) -> None:
    """Another party never; the secretariat what was submitted, when it was."""
    desk.add(LAW, more={"overview": "Forty."})
    pia = sign_in(desk.new_client(), "pia")
    pia.get(desk.address(), status=404)
    desk.rita.get(desk.address(room="review"), status=404)
    assert "/sign-in?" in desk.new_client().get(desk.address()).url

    steps.submit(desk.carla, desk.report_id)
    assert desk.rita.get(f"/en/review/reports/{desk.report_id}/sections/facts").links["law.pdf"] == desk.address(room="review")
    assert desk.rita.get(desk.address(room="review")).response.get_data() == LAW[1]
    desk.rita.get(desk.address(), status=403)
    pia.get(desk.address(room="review"), status=404)


def test_the_secretariat_gets_no_file_that_was_sent_after_the_return(desk: Desk) -> None:
    desk.add(LAW, more={"overview": "Forty."})
    steps.submit(desk.carla, desk.report_id)
    steps.take(desk.rita, desk.report_id)
    steps.draft_point(desk.rita, desk.report_id, "facts", "Show more.")
    steps.give_back(desk.rita, desk.report_id)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("review_app.web.access.now", lambda: datetime.now(UTC) + timedelta(hours=1))
        desk.add(("new.pdf", pdf("new")))
    desk.rita.get(desk.address(0, room="review"))
    desk.rita.get(desk.address(1, room="review"), status=404)


def test_the_snapshot_names_each_file_and_the_public_gets_the_public_ones(desk: Desk) -> None:
    desk.add(LAW, more={"overview": "Forty."})
    desk.add(("note.pdf", pdf("secret")), to="secret")
    law, note = desk.files()
    desk.carla.get(f"{desk.facts}").fill({f"proof-caption-{law.id}": "The law"}).press("Save and come back later")
    desk.publish()
    public = desk.public()
    with desk.app.app_context():
        content = json.loads(database.session.scalars(select(Snapshot.content)).one())
    named = {one["question"]: [(file["name"], file["sha256"]) for file in one["value"]["raw"]] for one in content["answers"]
             if one["question"] in ("proof", "secret")}  # fmt: skip
    assert named == {"proof": [("law.pdf", law.sha256)], "secret": [("note.pdf", note.sha256)]}

    reader = desk.new_client()
    page = reader.get(public)
    assert page.links["law.pdf"] == f"{public}/files/{law.id}" and page.has("The law") and not page.has("note.pdf")
    response = reader.get(page.links["law.pdf"]).response
    assert response.get_data() == LAW[1] and response.headers["Content-Security-Policy"].startswith("sandbox")
    assert response.headers["Cache-Control"] == "public, max-age=60" and "Set-Cookie" not in response.headers
    reader.get(f"{public}/files/{note.id}", status=404)
    reader.get(f"/en/published/elsewhere/files/{law.id}", status=404)


def test_pages_with_one_file_and_with_thirty_cost_the_same(desk: Desk, count_queries: Callable[[], Any]) -> None:
    def cost(browser: Browser, *pages: str, files: int) -> list[int]:
        found = []
        for address in pages:
            with count_queries() as counted:
                page = browser.get(address)
            found.append(len(counted.statements))
            assert len([name for name in page.links if name.startswith("leaflet-")]) == files, address
        return found

    desk.add(LAW, more={"overview": "Forty."})
    costs = []
    for numbers in (range(1), range(1, 30)):
        desk.add(*((f"leaflet-{number}.pdf", pdf(str(number))) for number in numbers), to="leaflets")
        steps.submit(desk.carla, desk.report_id)
        report = f"/en/review/reports/{desk.report_id}"
        costs.append([
            *cost(desk.rita, f"{report}/sections/facts", files=numbers.stop),
            *cost(desk.carla, desk.facts, f"{desk.home}/read", f"{desk.home}/sections/facts/check", files=numbers.stop),
        ])
        desk.carla.get(desk.home).press("Withdraw the report")
    assert costs[0] == costs[1]


def test_two_lists_of_files_meet_and_none_is_lost(desk: Desk) -> None:
    """Two people add a file to one answer: the second sees both lists, and saves them together."""
    first, second = desk.carla.get(desk.facts), sign_in(desk.new_client(), "carla").get(desk.facts)
    first.attach("proof", LAW).press("Save and come back later")
    page = second.attach("proof", ("mine.pdf", pdf("mine"))).press("Save and come back later")
    assert page.h1 == "Two versions of one answer"
    assert [line.split()[0] for line in (name.get_text() for name in page.select(".files__name"))] == ["mine.pdf", "law.pdf"]
    page.press("Save this text")
    assert [one["name"] for one in desk.texts("proof")[-1]] == ["mine.pdf", "law.pdf"]


def test_a_forged_form_names_no_more_files_than_are_asked_for(desk: Desk) -> None:
    desk.add(LAW, LAW, to="leaflets")
    desk.add(LAW)
    page = desk.carla.get(desk.facts)
    form = {str(name["name"]): str(name.get("value", "")) for name in page.select("form[enctype] input[type=hidden]")}
    form |= {f"proof-caption-{file.id}": "" for file in desk.files()} | {"go": "list"}
    desk.carla.post(desk.facts, form)
    assert [len(files) for files in desk.raws("proof")] == [2]


def test_a_file_of_another_report_cannot_be_named(desk: Desk) -> None:
    desk.add(LAW)
    file = desk.files()[0]
    with desk.app.app_context():
        other = steps.open_cycle("activity-report", "2026", ("CL", "A meeting"))[0]
    page = desk.carla.get(f"/en/desk/reports/{other}/sections/outcome")
    form = {str(name["name"]): str(name.get("value", "")) for name in page.select("form[enctype] input[type=hidden]")}
    form |= {f"agreement_files-caption-{file.id}": "Mine?", "go": "list"}
    desk.carla.post(f"/en/desk/reports/{other}/sections/outcome", form)
    assert not desk.carla.get(f"/en/desk/reports/{other}/sections/outcome").has("law.pdf")
    desk.carla.get(f"/en/desk/reports/{other}/files/{file.id}", status=404)


def test_a_form_on_paper_names_the_files_and_brings_none_and_loses_none(desk: Desk) -> None:
    desk.add(LAW, more={"overview": "Forty."})
    for kind in ("docx", "xlsx"):
        form = desk.carla.get(f"{desk.home}/paper/draft.{kind}").response.get_data()
        if kind == "docx":
            assert "law.pdf" in [paragraph.text for paragraph in Document(BytesIO(form)).paragraphs]
        token = desk.carla.get(f"{desk.home}/paper").select("input[name=csrf_token]")[0]["value"]
        page = desk.carla.post(f"{desk.home}/paper", {"csrf_token": token, "file": (BytesIO(form), f"form.{kind}")})
        assert page.has("0 differences from the report.")
    assert desk.carla.get(f"{desk.home}/paper/draft.pdf").response.get_data().startswith(b"%PDF")
    assert desk.carla.get(f"{desk.home}/paper/blank.pdf").response.get_data().startswith(b"%PDF")


def test_an_entry_has_files_of_its_own(desk: Desk) -> None:
    page = desk.carla.get(f"{desk.home}/sections/houses").press("Add: Libraries")
    page = page.fill({"house_name": "Old library"}).attach("plan", ("plan.docx", office("docx"))).press("Save and add the file")
    assert page.has("plan.docx", "Word", "There can be 1 file here.") and page.h1 == "Old library"


def test_the_next_report_begins_with_files_of_its_own_without_those_whose_bytes_were_lost(desk: Desk, settings: Settings) -> None:
    desk.add(LAW, ("plan.pdf", pdf("A plan")), more={"overview": "Forty libraries."})
    lost = desk.files()[1]
    desk.publish()
    storage_of(settings).delete(lost.id.hex)
    published = desk.files()[0].id
    desk.begin_next()
    (law,) = desk.files()
    assert (law.name, law.id == published, [one["id"] for one in desk.texts("proof")[-1]]) == ("law.pdf", False, [str(law.id)])
    assert desk.carla.get(desk.address()).response.get_data() == LAW[1]


def test_files_that_nothing_names_go_after_a_month_and_what_a_snapshot_names_stays(desk: Desk, settings: Settings) -> None:
    desk.add(LAW, more={"overview": "Forty."})
    law = desk.files()[0]
    steps.submit(desk.carla, desk.report_id)
    desk.carla.get(desk.home).press("Withdraw")
    desk.add(("gone.pdf", pdf("gone")), to="secret")
    gone = desk.files()[1]
    page = desk.carla.get(desk.facts)
    page.fill({f"proof-remove-{law.id}": True, f"secret-remove-{gone.id}": True}).press("Save and come back later")
    with desk.app.app_context():
        storage().put("ab" * 16, b"no row was ever made for it")

    states = {}
    for days in (0, 29, 31):
        desk.tidy(days)
        states[days] = ([file.status for file in desk.files()], sorted(path.name for path in settings.files_folder.glob("??/*")))
    both = sorted([law.id.hex, gone.id.hex, "ab" * 16])
    assert states == {0: (["ready", "ready"], both), 29: (["ready", "ready"], both), 31: (["ready", "gone"], [law.id.hex])}
    desk.carla.get(desk.address(0))
    desk.carla.get(desk.address(1), status=404)
    history = desk.carla.get(f"{desk.home}/history/secret")
    assert history.has("gone.pdf", "No longer kept")


def test_a_file_that_is_brought_back_stays(desk: Desk) -> None:
    desk.add(LAW)
    desk.carla.get(desk.facts).fill({f"proof-remove-{desk.files()[0].id}": True}).press("Save and come back later")
    desk.tidy(0)
    desk.carla.get(f"{desk.home}/history/proof").follow("Compare and bring back").press("Save this text")
    desk.tidy(31)
    desk.tidy(62)
    assert [(file.status, file.unused_since) for file in desk.files()] == [("ready", None)]


def test_the_clock_has_a_worker_tidy_every_night(desk: Desk) -> None:
    assert SCHEDULE["tidy"]["task"] == tidy.name
    with desk.app.app_context():
        storage().put("cd" * 16, b"new")
        tidy()
        with storage().open("cd" * 16) as stream:
            assert stream.read() == b"new"
