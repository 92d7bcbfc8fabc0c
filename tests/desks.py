"""Where tests of the desk begin: a questionnaire of their own on the shelf, a report of Chile, and the people at it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml
from flask import Flask
from sqlalchemy import select

from config import Settings
from review_app.extensions import db
from review_app.models import Answer, Report
from review_app.operations import cycles
from review_app.permissions import SYSTEM
from review_app.questionnaire.library import library
from tests import steps_http as steps
from tests.browser import Browser
from tests.databases import empty
from tests.people import add_parties, make_person, sign_in
from tests.servers import Ground

T = TypeVar("T")
CARLA, CASPAR, RITA = ("carla", "coordinator", "CL"), ("caspar", "contributor", "CL"), ("rita", "reviewer", None)


def w(en: str) -> dict[str, str]:
    return {"en": en, "fr": f"{en} (fr)", "es": f"{en} (es)"}


@contextmanager
def on_shelf(settings: Settings, folder: Path, questionnaire: str | Mapping[str, Any]) -> Iterator[None]:
    """A questionnaire beside ours. After the application is built, which fills the shelf anew."""
    text = questionnaire if isinstance(questionnaire, str) else yaml.safe_dump(dict(questionnaire))
    (folder / "survey.yaml").write_text(text, encoding="utf-8")
    library.configure([*settings.questionnaire_paths, folder])
    yield
    library.configure(settings.questionnaire_paths)


def open_report(app: Flask, questionnaire: str, *people: tuple[str, str, str | None]) -> int:
    """The id of Chile's report in a new open cycle, and these people (nick, role, party)."""
    with app.app_context():
        add_parties()
        for nick, role, party in people:
            make_person(nick, role, party)
        return steps.open_cycle(questionnaire, "1", ("CL", ""))[0]


@pytest.fixture(scope="module", name="report_id")
def draft_of_arts_for_all(shared_app: Flask, settings: Settings, ground: Ground) -> Iterator[int]:
    """The draft of a programme of Chile that the tests of a module share, and the people around it."""
    with shared_app.app_context():
        add_parties()
        for nick, role, party in (CARLA, CASPAR, ("pia", "coordinator", "PE"), ("ada", "administrator", None)):
            make_person(nick, role, party)
        made = steps.open_cycle("programme-monitoring", "2026", ("CL", "Arts for All"))[0]
    yield made
    empty(settings, ground)


@dataclass
class Desk:
    """A report of Chile under way, and the browsers of who works on it: they sign in when they are first needed."""

    app: Flask
    report_id: int
    new_client: Callable[[], Browser]

    @cached_property
    def carla(self) -> Browser:
        """The coordinator."""
        return sign_in(self.new_client(), "carla")

    @cached_property
    def caspar(self) -> Browser:
        """A contributor."""
        return sign_in(self.new_client(), "caspar")

    @cached_property
    def rita(self) -> Browser:
        """A reviewer."""
        return sign_in(self.new_client(), "rita")

    @property
    def home(self) -> str:
        return f"/en/desk/reports/{self.report_id}"

    @property
    def facts(self) -> str:
        return f"{self.home}/sections/facts"

    def look(self, question: Callable[[], T]) -> T:
        """Ask the database."""
        with self.app.app_context():
            return question()

    def raws(self, question: str) -> list[Any]:
        """What is stored for a question of the report or of each of its entries, as typed."""
        mine = select(Answer.value["raw"]).where(Answer.report_id == self.report_id, Answer.question == question)
        return self.look(lambda: list(db.session.scalars(mine.order_by(Answer.id))))

    def publish(self, *, is_submitted: bool = False) -> None:
        """Hand it in, unless it is, and publish it."""
        if not is_submitted:
            steps.submit(self.carla, self.report_id)
        steps.take(self.rita, self.report_id)
        steps.publish(self.rita, self.report_id)

    def begin_next(self) -> None:
        """A cycle that begins with what the last one published; the desk is at its report from now on."""
        now = datetime.now(UTC)
        with self.app.app_context():
            last = db.session.get_one(Report, self.report_id).cycle
            cycle = cycles.plan_cycle(
                SYSTEM, slug="next", titles={"en": "The next"}, questionnaire=last.questionnaire, edition=last.edition,
                carries=True, starts_on=date(2027, 1, 1), ends_on=date(2027, 12, 31), due_on=steps.ahead(400),
                expected=[("CL", "")], now=now,
            )  # fmt: skip
            cycles.move_cycle(SYSTEM, cycle.id, "open", seen=cycle.row_version, now=now)
            self.report_id = db.session.scalars(select(Report.id).where(Report.cycle_id == cycle.id)).one()
