"""The virus scanner: what it says over its own protocol, and what becomes of a file meanwhile and afterwards."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from config import Settings
from review_app.extensions import db as database
from review_app.models import Attachment
from review_app.queries.attachments import unchecked
from review_app.readers.attachments import MOST_BYTES
from review_app.scanner import ScannerAway, verdict_on
from review_app.tasks import scan
from tests import steps_http as steps
from tests import test_attachments
from tests.browser import Browser
from tests.clamd import EICAR, VERDICT, Clamd
from tests.desks import CARLA, CASPAR, RITA, open_report
from tests.hostile_files import behind_first_line, pdf
from tests.people import sign_in
from tests.processes import running_worker
from tests.servers import MailServer
from tests.test_attachments import survey
from tests.waiting import wait_until

__all__ = ["survey"]  # a fixture
CLEAN, INFECTED = ("clean.pdf", pdf("clean")), ("infected.pdf", behind_first_line(pdf("infected"), b"%" + EICAR))
LATER = timedelta(minutes=2)


class Desk(test_attachments.Desk):
    def scan_all(self, *, after: timedelta = timedelta()) -> list[str]:
        """How the files stand when a worker has asked the scanner about each, so much later."""
        with self.app.app_context(), time_machine.travel(datetime.now(UTC) + after):
            for file in self.files():
                scan(str(file.id))
        return [file.status for file in self.files()]


@pytest.fixture
def clamd(tmp_path: Path) -> Iterator[Clamd]:
    server = Clamd(tmp_path / "clamd")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def desk(
    survey: None, clamd: Clamd, app: Flask, new_client: Callable[[], Browser], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.setitem(app.config, "CLAMD_URL", clamd.url)
    return Desk(app, open_report(app, "proof-survey", CARLA, CASPAR, RITA), new_client)


@pytest.mark.parametrize("content", [b"", b"clean", b"x" * MOST_BYTES])
def test_a_clean_stream(clamd: Clamd, content: bytes) -> None:
    for url in (clamd.url, f"unix://{clamd.socket}"):
        assert verdict_on(BytesIO(content), url) is None


@pytest.mark.parametrize("content", [EICAR, b"x" * 1_000_000 + EICAR, INFECTED[1]])
def test_a_stream_with_a_virus(clamd: Clamd, content: bytes) -> None:
    for url in (clamd.url, f"unix://{clamd.socket}"):
        assert verdict_on(BytesIO(content), url) == VERDICT


def test_a_scanner_that_is_not_there_or_dies_has_found_nothing_out(clamd: Clamd) -> None:
    class Deadly(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() == MOST_BYTES // 2:
                clamd.kill()
            return super().read(size)

    for url in (clamd.url, f"unix://{clamd.socket}"):
        with pytest.raises(ScannerAway):
            verdict_on(Deadly(b"x" * MOST_BYTES), url)
        with pytest.raises(ScannerAway):
            verdict_on(BytesIO(b"clean"), url)
        clamd.start()


@pytest.mark.parametrize("size", [2 << 20, MOST_BYTES])
def test_a_stream_that_is_too_long_for_the_scanner(clamd: Clamd, size: int) -> None:
    clamd.stop()
    clamd.most = 1 << 20
    clamd.start()
    for url in (clamd.url, f"unix://{clamd.socket}"):
        with pytest.raises(ScannerAway, match="size limit exceeded"):
            verdict_on(BytesIO(b"x" * size), url)


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

    assert desk.scan_all() == ["ready"]
    assert desk.rita.get(desk.address(room="review")).response.get_data() == CLEAN[1]
    steps.publish(desk.rita, desk.report_id)
    assert desk.files()[0].status == "ready" and desk.carla.get(desk.home).has("Published")


def test_a_file_waits_while_the_scanner_is_away_or_does_not_take_it(
    desk: Desk, clamd: Clamd, caplog: pytest.LogCaptureFixture
) -> None:
    desk.add(("long.pdf", pdf("long", size=2 << 20)), CLEAN)
    clamd.stop()
    assert desk.scan_all() == ["checking", "checking"]
    now = datetime.now(UTC)
    with desk.app.app_context():
        assert (unchecked(now), len(unchecked(now + LATER))) == ([], 2)

    clamd.most = 1 << 20
    clamd.start()
    assert desk.scan_all(after=LATER) == ["checking", "ready"]
    assert "INSTREAM size limit exceeded" in caplog.text

    clamd.stop()
    clamd.most = MOST_BYTES
    clamd.start()
    assert desk.scan_all(after=2 * LATER) == ["ready", "ready"]


def test_what_a_virus_was_found_in_after_the_submission_is_not_published(desk: Desk) -> None:
    desk.add(INFECTED, CLEAN, more={"overview": "Forty."})
    steps.submit(desk.carla, desk.report_id)
    assert desk.scan_all() == ["refused", "ready"]
    desk.publish(is_submitted=True)
    public = desk.public()
    page = desk.new_client().get(public)
    assert page.has("clean.pdf") and not page.has("infected.pdf")
    desk.new_client().get(f"{public}/files/{desk.files()[0].id}", status=404)
    desk.begin_next()
    assert [file.name for file in desk.files()] == ["clean.pdf"], "a file with a virus goes into the next report"


def test_a_worker_finds_a_virus_and_its_sender_is_told(desk: Desk, clamd: Clamd, settings: Settings, smtp: MailServer) -> None:
    desk.add(INFECTED, CLEAN, more={"overview": "Forty."})
    with running_worker(desk.app, dataclasses.replace(settings, clamd_url=clamd.url)):
        mails = smtp.wait(2, to="carla@example.org")  # the first one invites her
        wait_until(lambda: "checking" not in [file.status for file in desk.files()], "the scanner's last word")
    mail = next(mail for mail in mails if mail["X-Relata-Fact"] == "file.refused")
    assert [file.status for file in desk.files()] == ["refused", "ready"]
    assert "infected.pdf" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    infected = desk.files()[0]
    assert infected.verdict == VERDICT
    assert sorted(path.name for path in settings.files_folder.glob("??/*")) == sorted(one.id.hex for one in desk.files()[1:])

    assert desk.carla.get("/en/notices").has("a file was refused, a virus was found in it")
    assert desk.carla.get(desk.facts).has("Deleted: a virus was found in it")
    assert desk.carla.get(desk.address(), status=403).has("A virus was found in this file, so it was deleted.")
    page = desk.carla.get(f"{desk.home}/submit").fill(steps.SIGNED).press("Submit the report of", status=422)
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
