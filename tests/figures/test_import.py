"""A batch of 5,000 old texts: read and brought in by a worker that is killed on the way, each once, and what is doubtful asked."""

import os
import signal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import Settings
from review_app.extensions import db
from review_app.models import ImportText, Item, Report
from review_app.operations import importing
from review_app.permissions import SYSTEM
from review_app.queries.imports import has_work
from review_app.queries.invariants import broken
from review_app.readers.countries import code_of
from seeds.reference import load_parties, read_data
from tests.conftest import running_worker
from tests.figures.conftest import Figure, size
from tests.test_imports import GROUP, NOW, is_in_the_middle_of_a_turn, measure, objectives, plan, wait

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
        with running_worker(app, settings) as first:
            files = [(name, words.encode()) for name, words in texts.items()]
            batch = importing.begin_with_files(
                SYSTEM, files, cycle_id=cycle.id, group=GROUP, party_code=None, source="", now=NOW
            ).id
            wait(lambda: is_in_the_middle_of_a_turn() or not has_work(batch))
            for child in Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text().split():
                os.kill(int(child), signal.SIGKILL)
            first.kill()
            first.wait()
        with running_worker(app, settings):
            ring(app, batch)
            wait(lambda: not has_work(batch), LONGEST)
            importing.accept_ready(SYSTEM, batch, now=NOW)
            wait(lambda: not has_work(batch), LONGEST)
        again = importing.begin_with_files(
            SYSTEM, files, cycle_id=cycle.id, group=GROUP, party_code=None, source="", now=NOW
        ).id
        counted = select(ImportText.batch_id, ImportText.status, func.count()).group_by(
            ImportText.batch_id, ImportText.status
        )
        counts = {(batch_id, status): count for batch_id, status, count in db.session.execute(counted)}
        figure(
            "texts of one import that a killed worker left for the next",
            counts[batch, "imported"],
            exactly=TEXTS * 9 // 10,
        )
        figure("texts of it that a person is asked about", counts[batch, "asking"], exactly=TEXTS - TEXTS * 9 // 10)
        figure("texts that were sent again and taken twice", TEXTS - counts[again, "duplicate"], exactly=0)
        assert db.session.scalar(select(func.count(func.distinct(ImportText.item_id)))) == TEXTS * 9 // 10
        assert db.session.scalar(select(func.count()).select_from(Item)) == TEXTS * 9 // 10
        assert db.session.scalar(select(func.count()).select_from(Report)) == min(len(COUNTRIES), TEXTS * 9 // 10)
        assert broken() == {}


def ring(app: Flask, batch: int) -> None:
    """What the sweeper does for a batch that nobody works on."""
    app.extensions["celery"].send_task("review_app.tasks.work_import", args=[batch])
