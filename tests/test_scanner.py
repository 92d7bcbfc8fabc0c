"""The virus scanner: what it says over its own protocol, and what becomes of a file meanwhile and afterwards."""

import dataclasses
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from review_app.extensions import db as database
from review_app.models import Attachment
from review_app.queries.attachments import unchecked
from review_app.scanner import ScannerAway, verdict_on
from review_app.tasks import scan
from tests import steps_http as steps
from tests.browser import Browser
from tests.clamd import EICAR, Clamd, running_clamd
from tests.conftest import MailServer, running_worker
from tests.desks import CARLA, CASPAR, RITA, open_report
from tests.hostile_files import pdf
from tests.people import sign_in
from tests.test_attachments import Desk, survey
from tests.waiting import wait_until

__all__ = ["survey"]  # a fixture
CLEAN, INFECTED = ("clean.pdf", pdf("clean")), ("infected.pdf", pdf("infected").replace(b"\n", b"\n%" + EICAR + b"\n", 1))


@pytest.fixture
def clamd(monkeypatch: pytest.MonkeyPatch, app: Flask) -> Iterator[Clamd]:
    with running_clamd() as server:
        monkeypatch.setitem(app.config, "CLAMD_URL", server.url)
        yield server


@pytest.fixture
def desk(survey: None, clamd: Clamd, app: Flask, new_client: Callable[[], Browser]) -> Desk:
    return Desk(app, open_report(app, "proof-survey", CARLA, CASPAR, RITA), new_client)


@pytest.mark.parametrize(
    ("content", "verdict"),
    [(b"clean", None), (EICAR, "Eicar-Test-Signature"), (b"x" * 1_000_000 + EICAR, "Eicar-Test-Signature")],
)
def test_the_verdict_on_a_stream(content: bytes, verdict: str | None) -> None:
    with running_clamd() as server:
        assert verdict_on(BytesIO(content), server.url) == verdict
        assert server.scanned == [len(content)]


@pytest.mark.parametrize("answer", [b"", b"COMMAND READ TIMED OUT\0", b"INSTREAM size limit exceeded. ERROR\0"])
def test_a_scanner_that_does_not_say_what_it_found_has_found_nothing_out(answer: bytes) -> None:
    with running_clamd() as server:
        server.answer = answer
        with pytest.raises(ScannerAway):
            verdict_on(BytesIO(b"clean"), server.url)


def test_a_scanner_that_is_not_there(tmp_path: object) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    for url in (f"tcp://127.0.0.1:{port}", f"unix://{tmp_path}/clamd.ctl"):
        with pytest.raises(ScannerAway):
            verdict_on(BytesIO(b"clean"), url)


def test_until_the_scanner_has_spoken_only_its_sender_gets_a_file_and_nothing_is_published(desk: Desk) -> None:
    page = desk.add(CLEAN, more={"overview": "Forty."})
    assert page.has("clean.pdf", "Being checked for viruses")
    caspar = sign_in(desk.new_client(), "caspar")
    assert desk.carla.get(desk.address()).response.get_data() == CLEAN[1]
    assert caspar.get(desk.address(), status=403).has("This file is still being checked for viruses.")

    steps.submit(desk.carla, desk.report_id)
    desk.rita.get(desk.address(room="review"), status=403)
    steps.take(desk.rita, desk.report_id)
    refused = desk.rita.get(f"/en/review/reports/{desk.report_id}/publish").press("Publish the report of", status=422)
    assert refused.has("Files still being checked for viruses: 1.")

    with desk.app.app_context():
        scan(str(desk.files()[0].id))
    assert desk.rita.get(desk.address(room="review")).response.get_data() == CLEAN[1]
    steps.publish(desk.rita, desk.report_id)
    assert desk.files()[0].status == "ready" and desk.carla.get(desk.home).has("Published")


def test_a_scanner_that_is_away_is_asked_again_later(desk: Desk, clamd: Clamd) -> None:
    desk.add(CLEAN)
    (file,) = desk.files()
    clamd.answer = b""
    with desk.app.app_context():
        scan(str(file.id))
        now = datetime.now(UTC)
        assert (desk.files()[0].status, unchecked(now), unchecked(now + timedelta(minutes=2))) == ("checking", [], [file.id])


def test_what_a_virus_was_found_in_after_the_submission_is_not_published(desk: Desk) -> None:
    desk.add(INFECTED, CLEAN, more={"overview": "Forty."})
    steps.submit(desk.carla, desk.report_id)
    with desk.app.app_context():
        for file in desk.files():
            scan(str(file.id))
    desk.publish(is_submitted=True)
    public = desk.public()
    page = desk.new_client().get(public)
    assert page.has("clean.pdf") and not page.has("infected.pdf")
    desk.new_client().get(f"{public}/files/{desk.files()[0].id}", status=404)


def test_a_worker_finds_a_virus_and_its_sender_is_told(desk: Desk, clamd: Clamd, settings: Settings, smtp: MailServer) -> None:
    desk.add(INFECTED, CLEAN, more={"overview": "Forty."})
    with running_worker(desk.app, dataclasses.replace(settings, clamd_url=clamd.url)):
        mails = smtp.wait(2, to="carla@example.org")  # the first one invites her
        wait_until(lambda: "checking" not in [file.status for file in desk.files()], "the scanner's last word")
    mail = next(mail for mail in mails if mail["X-Relata-Fact"] == "file.refused")
    assert [file.status for file in desk.files()] == ["refused", "ready"]
    assert "infected.pdf" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    infected = desk.files()[0]
    assert infected.verdict == "Eicar-Test-Signature"
    assert sorted(path.name for path in settings.files_folder.glob("??/*")) == sorted(one.id.hex for one in desk.files()[1:])

    assert desk.carla.get("/en/notices").has("a file was refused, a virus was found in it")
    assert desk.carla.get(desk.facts).has("Deleted: a virus was found in it")
    assert desk.carla.get(desk.address(), status=403).has("A virus was found in this file, so it was deleted.")
    page = desk.carla.get(f"{desk.home}/submit").fill(steps.SIGNATORY).press("Submit the report of", status=422)
    assert page.has("Files that were deleted because of a virus: 1. Take them out of the answers.")

    desk.carla.get(desk.facts).fill({f"proof-remove-{infected.id}": True}).press("Save and come back later")
    assert [one["name"] for one in desk.raws("proof")[-1]] == ["clean.pdf"]
    desk.carla.get(f"{desk.home}/history/proof").follow("Compare and bring back").press("Save this text")
    assert [one["name"] for one in desk.raws("proof")[-1]] == ["clean.pdf"]
    steps.submit(desk.carla, desk.report_id)


def test_without_a_scanner_files_are_ready_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(desk.app.config, "CLAMD_URL", "")
    desk.add(CLEAN)
    with desk.app.app_context():
        assert [one.status for one in database.session.scalars(select(Attachment))] == ["ready"]
