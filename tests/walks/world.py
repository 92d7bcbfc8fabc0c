"""The report of the walks: the smallest there can be, with a file, that begins with two entries of a last one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from config import Settings
from review_app.checks.engine import check
from review_app.extensions import db
from review_app.models import Item, Report
from review_app.operations import cycles, findings
from review_app.operations.answers import Typed, add_item, save_answers
from review_app.operations.steps import take_step
from review_app.permissions import SYSTEM
from review_app.queries.answers import sheet_of
from tests.people import SIGNATORY
from tests.servers import Ground
from tests.small_report import DUE, NOTE, NOW, SECTION, Small, small_world

WALKED = NOTE + "      - {code: proof, type: file, label: {en: Proof, fr: Preuve, es: Prueba}}\n"
NAMES = ("Alpha", "Beta")


@contextmanager
def walked_world(app: Flask, settings: Settings, ground: Ground, folder: Path) -> Iterator[Small]:
    """The report of Chile in a second cycle, which carries what was published in the first. The walks speak for the scanner."""
    with small_world(app, settings, ground, folder, note=WALKED) as first:
        app.config["CLAMD_URL"] = "tcp://127.0.0.1:1"
        try:
            yield _next(first)
        finally:
            app.config["CLAMD_URL"] = settings.clamd_url


def _next(first: Small) -> Small:
    carla, rita = first.person("carla"), first.person("rita")
    findings.reply(carla, first.report_id, first.gap, reason="It is meant.", now=NOW)
    for name in NAMES:
        thing = add_item(carla, first.report_id, "things", now=NOW)
        save_answers(carla, first.report_id, [Typed("thing", name, 0, "en")], section=SECTION, item_id=thing.id, now=NOW)
    take_step(carla, first.report_id, "submit", seen=1, now=NOW, signatory=SIGNATORY)
    take_step(rita, first.report_id, "take", seen=2, now=NOW)
    take_step(rita, first.report_id, "publish", seen=3, now=NOW)
    cycle = cycles.plan_cycle(
        SYSTEM, slug="notes-again", titles={"en": "Notes again"}, questionnaire="note", edition="1", due_on=DUE,
        expected=[("CL", "")], starts_on=date(2027, 1, 1), ends_on=date(2027, 12, 31), carries=True, now=NOW,
    )  # fmt: skip
    cycle = cycles.move_cycle(SYSTEM, cycle.id, "open", seen=cycle.row_version, now=NOW)
    report = db.session.scalars(select(Report).where(Report.cycle_id == cycle.id)).one()
    (gap,) = (one for one in check(sheet_of(report)) if one.question == "told")
    return replace(first, cycle_id=cycle.id, report_id=report.id, gap=gap.fingerprint)


def carried_things(report_id: int) -> dict[UUID, str]:
    """The entries the report begins with, by id."""
    mine = select(Item.id).where(Item.report_id == report_id).order_by(Item.position)
    return dict(zip(db.session.scalars(mine), NAMES, strict=True))
