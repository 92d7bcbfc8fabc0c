"""A step costs 15 queries, and at most one more for each table it writes; as many for one row as for many."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from benchmarks.measuring import tables_written
from config import Settings
from review_app.extensions import db
from review_app.models import Point
from review_app.operations import reviews
from review_app.operations.answers import Typed, add_item, save_answers
from review_app.operations.findings import check_report
from review_app.permissions import SYSTEM
from review_app.questionnaire.library import library
from tests import steps_http as steps
from tests.browser import Browser, form_of, send
from tests.figures.conftest import Figure, size
from tests.people import add_parties, make_person, person_named, sign_in
from tests.small_report import NOTE, SECTION, TOLD

ASKED = 15


@pytest.fixture  # to be named before `app`: its last look at the database reads the questionnaire
def note(shared_app: Flask, settings: Settings, tmp_path: Path) -> Iterator[None]:
    (tmp_path / "note.yaml").write_text(NOTE, encoding="utf-8")
    library.configure((tmp_path / "note.yaml",))
    yield
    library.configure(settings.questionnaire_paths)


class Life:
    """One report with so many rows of everything, taken all the way through its pages; what each step cost."""

    def __init__(
        self, app: Flask, people: dict[str, Browser], count_queries: Callable[[], Any], *, report_id: int, rows: int
    ) -> None:
        self._app, self._people, self._count, self._id, self._rows = app, people, count_queries, report_id, rows
        self.costs: dict[str, list[str]] = {}

    def take(self, who: str, action: str, *, page: str = "", **typed: str) -> None:
        desk = f"/en/{'desk' if who == 'carla' else 'review'}/reports/{self._id}"
        target = f"{desk}/{'submit' if action == 'resubmit' else 'withdraw' if action == 'withdraw_again' else action}"
        form = form_of(self._people[who].get(f"{desk}{page}"), target, **typed)
        with self._count() as counted:
            assert send(self._people[who], target, form)[0] == 302, f"{action} was refused"
        self.costs.setdefault(action, counted.statements)

    def write(self) -> None:
        now = datetime.now(UTC)
        with self._app.app_context():
            save_answers(SYSTEM, self._id, [Typed(TOLD, "It is told.", 0, "en")], section=SECTION, now=now)
            for number in range(self._rows):
                thing = add_item(SYSTEM, self._id, "things", now=now).id
                name = Typed("thing", f"Thing {number} of {self._rows}", 0, "en")
                save_answers(SYSTEM, self._id, [name], section=SECTION, item_id=thing, now=now)
            check_report(self._id, now=now)

    def demand(self) -> None:
        with self._app.app_context():
            rita = person_named("rita")
            for number in range(self._rows):
                text = f"Why is it so, {number}?"
                reviews.add_point(rita, self._id, section=SECTION, text=text, weight="must", now=datetime.now(UTC))

    def reply(self) -> None:
        with self._app.app_context():
            carla = person_named("carla")
            for point_id in db.session.scalars(select(Point.id).where(Point.report_id == self._id)).all():
                reviews.reply_to_point(carla, self._id, point_id, reply="Because.", now=datetime.now(UTC))


def lived(life: Life, config: dict[str, Any]) -> dict[str, list[str]]:
    """Every step of the table at least once."""
    signed = {"page": "/submit", "name": "Ana Soto", "position": "Minister", "is_declared": "y"}
    back = {"page": "/return", "new_due_on": steps.ahead(40).isoformat(), "letter": ""}
    life.write()
    for who, action, typed in (
        ("carla", "submit", signed), ("carla", "withdraw", {}), ("carla", "submit", signed), ("rita", "take", {}),
        ("rita", "release", {}), ("rita", "take", {}),
    ):  # fmt: skip
        life.take(who, action, **typed)
    life.demand()
    config["RECALL_SECONDS"] = 600
    life.take("rita", "return", **back)
    life.take("rita", "recall")
    config["RECALL_SECONDS"] = 0
    life.take("rita", "return", **back)
    life.reply()
    life.take("carla", "resubmit", **signed)
    life.take("carla", "withdraw_again")
    life.take("carla", "resubmit", **signed)
    life.take("rita", "take")
    life.take("rita", "publish", page="/publish")
    return life.costs


def test_no_step_costs_more_for_many_rows(
    note: None, app: Flask, new_client: Callable[[], Browser], count_queries: Callable[[], Any], figure: Figure,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.config, "RECALL_SECONDS", 600)
    rows = size(8, full=30)
    with app.app_context():
        add_parties()
        make_person("carla", "coordinator", "CL")
        make_person("caspar", "contributor", "CL")
        make_person("rita", "reviewer")
        make_person("rolf", "reviewer")
        few_id, many_id = steps.open_cycle("note", "1", ("CL", ""), ("CL", "Many"))
    people = {nick: sign_in(new_client(), nick) for nick in ("carla", "rita")}
    few = lived(Life(app, people, count_queries, report_id=few_id, rows=1), app.config)
    with app.app_context():
        for number in range(rows):
            make_person(f"member{number}", "contributor", "CL")
            make_person(f"reviewer{number}", "reviewer")
    many = lived(Life(app, people, count_queries, report_id=many_id, rows=rows), app.config)
    for action, statements in few.items():
        same = [len(few[action]), len(many[action])]
        assert same[0] == same[1], f"{action}: {same}\n" + "\n".join(" ".join(one.split())[:200] for one in many[action])
        allowed = ASKED + len(tables_written(statements))
        figure(f"queries of the step {action}, {ASKED} and one a table it writes", len(statements), at_most=allowed)
