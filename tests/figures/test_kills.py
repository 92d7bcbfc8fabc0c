"""One kill -9 each of the worker, PostgreSQL, the queue, the web and the clock, in the middle of load, on the stack of `make demo`.

Nobody helps: what was acknowledged is there, nothing is half done or told twice, and within 120 seconds everything moves again.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import psycopg
import pytest

from config import inherited
from review_app.local_services import free_port, guarded
from tests.figures.conftest import Figure
from tests.load import PARTIES, Lane
from tests.servers import ROOT
from tests.small_report import NOTE
from tests.waiting import wait_until

VICTIMS = ("worker", "postgres", "valkey", "web", "clock")
LANES, REPORTS = 2, 40
SECONDS_TO_START, SECONDS_TO_MOVE = 300, 120
RECALL_SECONDS = 1

pytestmark = pytest.mark.timeout(900)


@dataclass
class Stack:
    """A running demo with its data in `folder`, and its settings."""

    folder: Path
    launcher: subprocess.Popen[bytes]
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return self.settings["PUBLIC_BASE_URL"]

    @property
    def database(self) -> str:
        return self.settings["DATABASE_ADMIN_URL"].rsplit("/", 1)[0] + "/relata"

    @property
    def env(self) -> dict[str, str]:
        return {**inherited(), **self.settings}

    def started(self, program: str) -> list[int]:
        """The process ids this program has had, as its supervisor tells."""
        told = (self.folder / "logs" / "supervisord.log").read_text()
        return [int(pid) for pid in re.findall(rf"spawned: '{program}' with pid (\d+)", told)]

    def mails(self) -> dict[str, list[float]]:
        """Message-ID -> when each copy arrived, in seconds of the epoch."""
        found = defaultdict(list)
        for file in (self.folder / "mail").glob("[0-9]*.eml"):
            found[str(message_from_bytes(file.read_bytes())["Message-ID"])].append(file.stat().st_mtime)
        return {message_id: sorted(moments) for message_id, moments in found.items()}

    def ask(self, query: str, *given: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.database) as connection:
            return connection.execute(query.encode(), given).fetchall()


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """As `make demo` starts it, in a folder and on ports of its own."""
    (ROOT / ".local").mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="kills-", dir=ROOT / ".local"))
    folder.chmod(0o755)
    (folder / "questionnaires").mkdir()
    (folder / "questionnaires" / "note.yaml").write_text(NOTE, encoding="utf-8")
    given = {name: value for name, value in inherited().items() if not name.startswith(("DATABASE_", "SMTP_", "REDIS_"))}
    env = given | {
        "PORT": str(free_port()), "RECALL_SECONDS": str(RECALL_SECONDS), "QUESTIONNAIRE_PATHS": str(folder / "questionnaires"),
    }  # fmt: skip
    argv = [sys.executable, "-m", "seeds.launch", "up", "--folder", str(folder)]
    with (folder / "launcher.log").open("wb") as log:
        launcher = subprocess.Popen(guarded(argv), env=env, cwd=ROOT, stdout=log, stderr=log)
    made = Stack(folder, launcher)
    try:
        _wait_for_start(made)
        yield made
    finally:
        _stop(made)


def _wait_for_start(stack: Stack) -> None:
    said = stack.folder / "launcher.log"

    def is_up() -> bool:
        assert stack.launcher.poll() is None, said.read_text()
        return "Ctrl-C stops everything" in said.read_text()

    wait_until(is_up, "the stack is up", seconds=SECONDS_TO_START, left=said.read_text)
    for line in shlex.split((stack.folder / "env").read_text()):
        name, _, value = line.partition("=")
        stack.settings[name] = value


def _stop(stack: Stack) -> None:
    stack.launcher.terminate()
    try:
        stack.launcher.wait(90)
    except subprocess.TimeoutExpired:
        stack.launcher.kill()  # supervisor ends with it, and everything ends with supervisor
        stack.launcher.wait()
    argv = [sys.executable, "-m", "seeds.launch", "reset", "--folder", str(stack.folder)]
    subprocess.run(argv, cwd=ROOT, capture_output=True, check=False)
    shutil.rmtree(stack.folder, ignore_errors=True)
    stack.folder.with_name(f"{stack.folder.name}.lock").unlink(missing_ok=True)


@dataclass
class Battle:
    """What was seen: what people were told is done, and how long it took until everything moved after each kill."""

    lanes: list[Lane]
    killed_at: dict[str, datetime] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    to_the_end: float = 0


@pytest.fixture(scope="module")
def battle(stack: Stack) -> Battle:
    argv = [sys.executable, "-m", "tests.load", str(LANES), str(REPORTS)]
    made = subprocess.run(argv, env=stack.env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    reports = json.loads(made.stdout)
    fought = Battle([Lane(stack.address, stack.database, number, ids) for number, ids in enumerate(reports)])
    threads = [threading.Thread(target=lane.run, daemon=True) for lane in fought.lanes]
    for thread in threads:
        thread.start()
    try:
        _wait_for_load(fought)
        for victim in VICTIMS:
            fought.seconds[victim] = _kill(stack, fought, victim)
        killed = time.monotonic() - fought.seconds[VICTIMS[-1]]
    finally:
        for lane in fought.lanes:
            lane.is_over.set()
        for thread in threads:
            thread.join(90)
    wait_until(lambda: not _left(stack), "nothing is left to do", seconds=2 * SECONDS_TO_MOVE, left=lambda: _left(stack))
    fought.to_the_end = time.monotonic() - killed
    return fought


def _wait_for_load(battle: Battle) -> None:
    """Until every lane has been told of something more."""
    before = [len(lane.done) for lane in battle.lanes]
    wait_until(
        lambda: all(len(lane.done) > count for lane, count in zip(battle.lanes, before, strict=True)),
        "every lane moves", seconds=SECONDS_TO_MOVE,
        left=lambda: [(lane.number, lane.done[-1:], lane.last) for lane in battle.lanes],
    )  # fmt: skip


def _kill(stack: Stack, battle: Battle, victim: str) -> float:
    """Seconds until every lane moves, and mail about what they did since is out: with the clock's help, where that died."""
    _wait_for_load(battle)
    lives, began = len(stack.started(victim)), time.monotonic()
    killed_at = battle.killed_at[victim] = datetime.now(UTC)
    os.kill(stack.started(victim)[-1], signal.SIGKILL)
    _wait_for_load(battle)
    # The doorbell announces nothing that is held back: a return's mail leaves by the clock alone.
    sent = """select 1 from notice n join entry e on e.id = n.entry_id
              where e.created_at > %s and n.sent_at > e.created_at and (e.fact = 'report.returned' or %s)"""
    given = killed_at, victim != "clock"
    wait_until(lambda: stack.ask(sent, *given), f"a mail is out since {victim} fell", seconds=SECONDS_TO_MOVE)
    assert len(stack.started(victim)) > lives
    return time.monotonic() - began


def _left(stack: Stack) -> list[tuple[object, ...]]:
    """What is still to do. The demo world has things that are due in later years."""
    return stack.ask("""
        select 'entry', d.entry_id, d.attempts, d.error from dispatch d join entry e on e.id = d.entry_id
        where d.done_at is null and e.created_at <= now()
        union all select 'mail', id, attempts, error from notice
        where channel = 'mail' and status in ('pending', 'sending') and not_before <= now()""")


def test_everything_moves_again_by_itself(battle: Battle, figure: Figure) -> None:
    for victim, seconds in battle.seconds.items():
        figure(f"seconds until everything moves after kill -9 of {victim}", round(seconds, 1), at_most=SECONDS_TO_MOVE)
    figure("seconds until nothing is left to do after the last kill", round(battle.to_the_end, 1), at_most=SECONDS_TO_MOVE)


def test_nothing_contradicts_itself(stack: Stack, battle: Battle) -> None:
    argv = [sys.executable, "-m", "review_app.cli", "invariants"]
    asked = subprocess.run(argv, env=stack.env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert asked.returncode == 0, asked.stderr


def test_every_text_that_was_acknowledged_was_saved_once(stack: Stack, battle: Battle) -> None:
    told = {(one.report_id, one.words) for lane in battle.lanes for one in lane.done if one.what == "save"}
    rows = stack.ask("select report_id, value ->> 'raw', count(*) from save where outcome = 'accepted' group by 1, 2")
    found = {(report_id, words): count for report_id, words, count in rows}
    assert told and {one: found.get(one) for one in told} == dict.fromkeys(told, 1)


FACTS = {
    "submit": ("report.submitted", "report.resubmitted"), "take": ("report.taken",), "return": ("report.returned",),
    "publish": ("report.published",),
}  # fmt: skip


def test_every_step_that_was_acknowledged_was_taken_once(stack: Stack, battle: Battle) -> None:
    told = Counter((one.report_id, one.what) for lane in battle.lanes for one in lane.done if one.what != "save")
    rows = stack.ask("select report_id, fact, count(*) from entry where row_version is not null group by 1, 2")
    taken = {(report_id, fact): count for report_id, fact, count in rows}
    found = {one: sum(int(str(taken.get((one[0], fact), 0))) for fact in FACTS[one[1]]) for one in told}
    most = {"submit": 2, "take": 2, "return": 1, "publish": 1}
    assert told and {one: count for one, count in found.items() if not told[one] <= count <= most[one[1]]} == {}


def test_everybody_finds_each_fact_in_the_inbox_once(stack: Stack, battle: Battle) -> None:
    """Team and reviewers for what was handed over, the team for what came back."""
    rows = stack.ask("""
        select e.id, e.fact, array(select m.person_id from membership m
            where m.party_code = r.party_code
              or (m.role = 'reviewer' and e.fact in ('report.submitted', 'report.resubmitted')) order by 1),
          array(select n.person_id from notice n where n.entry_id = e.id and n.channel = 'inbox' order by 1)
        from entry e join report r on r.id = e.report_id where r.party_code = any (%s)
          and e.fact in ('report.submitted', 'report.resubmitted', 'report.returned', 'report.published')
        """, list(PARTIES[:LANES]))
    assert rows and [row for row in rows if row[2] != row[3]] == []


def test_no_mail_is_lost_and_few_come_twice(stack: Stack, battle: Battle, figure: Figure) -> None:
    """A copy more has the same Message-ID: all that arrived is named by a notice."""
    tried = stack.ask("""select id, status from notice
                         where channel = 'mail' and attempts > 0 and status <> 'recalled' and not_before <= now()""")
    arrived, host = stack.mails(), "127.0.0.1"
    assert [one for one in tried if one[1] != "sent"] == [], "a mail failed, or is left"
    named = {f"<notice-{notice_id}@{host}>" for notice_id, _ in tried}
    figure("mails sent while programs were killed that did not arrive", len(named - set(arrived)), exactly=0)
    assert set(arrived) - named == set(), "mails that no notice names"
    again = Counter(_victim_of(battle, moments[0]) for moments in arrived.values() for _ in moments[1:])
    for victim in VICTIMS:
        figure(f"mails that came once more after kill -9 of {victim}", again[victim], at_most=1)


def _victim_of(battle: Battle, sent: float) -> str:
    """Whose death was nearest to this moment."""
    return min(VICTIMS, key=lambda victim: abs(battle.killed_at[victim].timestamp() - sent))
