"""A batch of 5,000 old texts: one worker dies reading, one bringing in; each text comes in once, the doubtful ones wait."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from config import Settings
from review_app.extensions import db
from review_app.models import ImportText, Item, Report
from review_app.operations import importing
from review_app.permissions import SYSTEM
from review_app.queries.imports import has_work
from review_app.queries.invariants import broken
from review_app.readers.countries import code_of
from seeds.reference import load_parties, read_data
from tests.figures.conftest import Figure, size
from tests.old_texts import GROUP, NOW, measure, objectives, plan
from tests.processes import running_worker
from tests.waiting import wait_until

TEXTS = size(40, full=5000)
# As many parties as report in life, so that each has a few dozen texts.
COUNTRIES = [line["en"] for line in read_data("parties") if code_of(line["en"]) == line["code"]][:size(3, full=140)]
LONGEST = 1800  # seconds until a full batch must be through, on a machine that does other things too


@pytest.mark.timeout(2 * LONGEST + 120)
def test_five_thousand_texts(app: Flask, settings: Settings, clock: object, figure: Figure) -> None:
    texts = {f"{n}.txt": measure(f"Barge {n}", COUNTRIES[n % len(COUNTRIES)]) for n in range(TEXTS * 9 // 10)}
    texts.update({f"asking-{n}.txt": objectives(f"Quay {n}") for n in range(TEXTS - len(texts))})
    with app.app_context():
        load_parties()
        cycle = plan()
        files = [(name, words.encode()) for name, words in texts.items()]
        with running_worker(app, settings) as worker:
            batch = importing.begin_with_files(
                SYSTEM, files, cycle_id=cycle.id, group=GROUP, party_code=None, source="", now=NOW
            ).id
            unread = kill_in_a_turn(worker, batch)
        with running_worker(app, settings) as worker:
            ring(app, batch)
            wait_until(lambda: not has_work(batch), "all is read", seconds=LONGEST)
            importing.accept_ready(SYSTEM, batch, now=NOW)
            accepted = kill_in_a_turn(worker, batch)
        with running_worker(app, settings):
            ring(app, batch)
            wait_until(lambda: not has_work(batch), "all is brought in", seconds=LONGEST)
        again = importing.begin_with_files(
            SYSTEM, files, cycle_id=cycle.id, group=GROUP, party_code=None, source="", now=NOW
        ).id
        counted = select(ImportText.batch_id, ImportText.status, func.count()).group_by(
            ImportText.batch_id, ImportText.status
        )
        counts = {(batch_id, status): count for batch_id, status, count in db.session.execute(counted)}
        figure("texts of one import that a worker killed while reading left unread", unread, at_least=1)
        figure("texts of it that a worker killed while bringing in left for the next", accepted, at_least=1)
        figure("texts of it that were brought in", counts[batch, "imported"], exactly=TEXTS * 9 // 10)
        figure("texts of it that a person is asked about", counts[batch, "asking"], exactly=TEXTS - TEXTS * 9 // 10)
        figure("texts that were sent again and taken twice", TEXTS - counts[again, "duplicate"], exactly=0)
        assert db.session.scalar(select(func.count(func.distinct(ImportText.item_id)))) == TEXTS * 9 // 10
        assert db.session.scalar(select(func.count()).select_from(Item)) == TEXTS * 9 // 10
        assert db.session.scalar(select(func.count()).select_from(Report)) == min(len(COUNTRIES), TEXTS * 9 // 10)
        assert broken() == {}


def is_in_the_middle_of_a_turn() -> bool:
    return bool(db.session.scalar(text("select count(*) from pg_locks where locktype = 'advisory' and granted")))


def kill_in_a_turn(worker: subprocess.Popen[bytes], batch: int) -> int:
    """End the worker and its children in the middle of a turn; how many texts it leaves to do."""
    wait_until(is_in_the_middle_of_a_turn, "a turn has begun")
    for child in Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split():
        os.kill(int(child), signal.SIGKILL)
    worker.kill()
    worker.wait()
    wait_until(lambda: not is_in_the_middle_of_a_turn(), "the database has noticed that the worker is gone")
    return db.session.scalar(
        select(func.count()).where(ImportText.batch_id == batch, ImportText.status.in_(("waiting", "accepted")))
    ) or 0


def ring(app: Flask, batch: int) -> None:
    """What the sweeper does for a batch that nobody works on."""
    app.extensions["celery"].send_task("review_app.tasks.work_import", args=[batch])
