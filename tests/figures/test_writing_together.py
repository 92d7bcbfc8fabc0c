"""Fifty people write one report at the same time, over HTTP: every text is in its history, and nobody is told otherwise."""

import dataclasses
import http.client
import json
import random
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from review_app.extensions import db
from review_app.local_services import free_port
from review_app.models import Answer, Report, Save
from review_app.operations import cycles
from review_app.permissions import SYSTEM
from review_app.questionnaire.library import library
from tests.figures.conftest import Figure, size
from tests.people import PASSWORD, add_parties, make_person
from tests.servers import ROOT, environment_of
from tests.waiting import wait_until

PEOPLE, SAVES = size(6, full=50), size(15, full=200)
SECTIONS = ("one", "two", "three")
OWN, SHARED = 17, 3  # questions a section: those of one person each, and those that everybody writes to
LABEL = "{{en: {0}, fr: {0}, es: {0}}}"
QUESTIONNAIRE = """
name: together
edition: "1"
title: {en: Together, fr: Ensemble, es: Juntos}
summary: {en: Together., fr: Ensemble., es: Juntos.}
declaration: {en: I stand by it., fr: Je m’en porte garant., es: Respondo de ello.}
sections:
""" + "\n".join(
    f"  - code: {section}\n    title: {LABEL.format(section.title())}\n    questions:\n"
    + "\n".join(
        f"      - {{code: {section}_{number}, type: longtext, label: {LABEL.format(f'{section.title()} {number}')}}}"
        for number in range(OWN + SHARED)
    )
    for section in SECTIONS
)
TEXT = re.compile(r"text of p\d+, save \d+\b")


@dataclass(frozen=True)
class Told:
    """What a writer was told of one text: the version it became, or what stood instead and where both are to be seen."""

    question: str
    text: str
    status: int
    version: int = 0
    theirs: str = ""
    page: str = ""


@dataclass
class Writer:
    """One person at a browser: reads a page, saves with the versions seen there, reads again what somebody else changed."""

    address: str
    report_id: int
    number: int
    told: list[Told] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)
    seen: dict[str, dict[str, str]] = field(default_factory=dict)
    trouble: Exception | None = None

    def run(self) -> None:
        try:
            self.line = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=60)
            self._sign_in()
            chance = random.Random(self.number)
            for count in range(SAVES):
                self._save(chance, f"text of p{self.number}, save {count}")
        except Exception as trouble:
            self.trouble = trouble
        finally:
            self.line.close()  # it opens again when something more is asked

    def _save(self, chance: random.Random, text: str) -> None:
        """Three of four texts are for a question of one's own, as ministries share out a report."""
        section = chance.choice(SECTIONS)
        number = self.number % OWN if chance.random() < 0.75 else OWN + chance.randrange(SHARED)
        section = SECTIONS[self.number // OWN % len(SECTIONS)] if number < OWN else section
        question, place = f"{section}_{number}", f"/en/desk/reports/{self.report_id}/sections/{section}"
        form = self.seen.get(section) or self._look(section, place)
        names = ("csrf_token", "once", f"seen-{question}")
        pairs = [*([name, form[name]] for name in names), [question, text]]
        status, body = self.ask("POST", place, json.dumps(pairs).encode(), "application/json")
        answer = json.loads(body)
        if lost := answer.get("conflicts", {}).get(question):
            self.told.append(Told(question, text, status, theirs=lost["theirs"], page=lost["page"]))
            del self.seen[section]
        else:
            form[f"seen-{question}"] = str(answer["seen"][question])
            self.told.append(Told(question, text, status, answer["seen"][question]))

    def _look(self, section: str, place: str) -> dict[str, str]:
        self.seen[section] = hidden(self.ask("GET", place)[1])
        return self.seen[section]

    def _sign_in(self) -> None:
        form = hidden(self.ask("GET", "/en/sign-in")[1])
        typed = {**form, "email": f"p{self.number}@example.org", "password": PASSWORD}
        status, _ = self.ask("POST", "/en/sign-in", urlencode(typed).encode(), "application/x-www-form-urlencoded")
        assert status == 302

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "text/plain") -> tuple[int, str]:
        """Status and text. What was not answered, or by a server in trouble, is sent again as the script does: byte for byte."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Content-Type": kind}
        for _ in range(20):
            try:
                self.line.request(method, path, body, headers)
                response = self.line.getresponse()
                text = response.read().decode()
                if response.status < 500:
                    break
            except (OSError, http.client.HTTPException):
                self.line.close()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response.status, text


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


@contextmanager
def server(settings: Settings) -> Iterator[str]:
    """`review-app web`, as it is installed."""
    address = f"http://127.0.0.1:{(port := free_port())}"
    process = subprocess.Popen(
        [sys.executable, "-m", "review_app.cli", "web", "--bind", f"127.0.0.1:{port}", "--threads", "8"], cwd=ROOT,
        env=environment_of(dataclasses.replace(settings, public_base_url=address)),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until(lambda: is_open(port), "the web server answers", seconds=120)
        yield address
    finally:
        process.terminate()
        process.wait(60)


def is_open(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/en/sign-in")
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()


@pytest.fixture
def together(settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Settings with a questionnaire of many questions. Until after `app` has looked at the invariants."""
    (tmp_path / "together.yaml").write_text(QUESTIONNAIRE, encoding="utf-8")
    own = dataclasses.replace(settings, questionnaire_paths=(*settings.questionnaire_paths, tmp_path))
    library.configure(own.questionnaire_paths)
    yield own
    library.configure(settings.questionnaire_paths)


@pytest.mark.timeout(1800)
def test_fifty_people_write_one_report_and_nothing_is_lost(together: Settings, app: Flask, figure: Figure) -> None:
    with app.app_context():
        report_id = make_report()
    with server(together) as address:
        writers = [Writer(address, report_id, number) for number in range(PEOPLE)]
        threads = [threading.Thread(target=writer.run) for writer in writers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [writer.trouble for writer in writers] == [None] * PEOPLE
        with app.app_context():
            judge(writers, report_id, figure)
        assert_both_texts_are_shown(writers)


def make_report() -> int:
    add_parties()
    for number in range(PEOPLE):
        make_person(f"p{number}", "contributor", "CL")
    cycle = cycles.plan_cycle(
        SYSTEM, slug="together", titles={"en": "Together"}, questionnaire="together", edition="1", due_on=date(2099, 1, 1),
        expected=[("CL", "")], starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), now=datetime.now(UTC),
    )  # fmt: skip
    cycles.move_cycle(SYSTEM, cycle.id, "open", seen=cycle.row_version, now=datetime.now(UTC))
    return db.session.scalars(select(Report.id)).one()


def judge(writers: list[Writer], report_id: int, figure: Figure) -> None:
    """What the writers were told is what the database says."""
    told = [line for writer in writers for line in writer.told]
    columns = (Save.question, Save.value["raw"].astext, Save.outcome, Save.row_version)
    rows = [tuple(row) for row in db.session.execute(select(*columns).where(Save.report_id == report_id))]
    accepted = {(question, text, version) for question, text, outcome, version in rows if outcome == "accepted"}
    refused = {(question, text) for question, text, outcome, _ in rows if outcome == "refused"}
    taken, lost = [line for line in told if line.status == 200], [line for line in told if line.status == 409]
    figure(f"texts that {PEOPLE} people sent to one report, {SAVES} each", len(told), exactly=PEOPLE * SAVES)
    missing = {(line.question, line.text, line.version) for line in taken} ^ accepted
    figure("accepted saves that are not in the history", len(missing), exactly=0)
    missed = {(line.question, line.text) for line in lost} ^ refused
    figure("refused saves that are no 409, or are not in the history", len(missed), exactly=0)
    figure("texts in the history that nobody sent, or twice", abs(len(rows) - len(told)), exactly=0)
    assert len(taken) + len(lost) == len(told)
    assert lost, "nobody met anybody: the figure would prove nothing"
    written = {line.text for line in told}
    shown = [TEXT.findall(line.theirs) for line in lost]
    figure("refusals without the text that stood instead", sum(not (texts and set(texts) <= written) for texts in shown), exactly=0)
    standing = db.session.execute(select(Answer.question, Answer.value["raw"].astext, Answer.row_version))
    last = {question: max((v, text) for q, text, v in accepted if q == question) for question in {q for q, _, _ in accepted}}
    assert {question: (version, text) for question, text, version in standing} == last
    assert all({v for q, _, v in accepted if q == question} == set(range(1, last[question][0] + 1)) for question in last)


def assert_both_texts_are_shown(writers: list[Writer]) -> None:
    """The page behind a refusal has what its writer typed beside what stands; looked at once a person."""
    for writer in writers:
        for line in [line for line in writer.told if line.status == 409][:1]:
            status, page = writer.ask("GET", line.page)
            writer.line.close()
            assert status == 200 and line.text in page and len(set(TEXT.findall(page))) >= 2
