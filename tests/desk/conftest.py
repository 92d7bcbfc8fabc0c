"""Where the tests of the desk begin: the survey of libraries in an open cycle, and a desk that hands it in and gets it back."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from review_app.extensions import db as database
from review_app.models import Save, Snapshot
from tests import desks
from tests import steps_http as steps
from tests.browser import Browser, Page
from tests.desks import CARLA, CASPAR, RITA, open_report
from tests.libraries import survey

__all__ = ["survey"]


class Desk(desks.Desk):
    def state(self) -> str:
        return self.look(lambda: steps.state_of(self.report_id))

    def raw(self, question: str) -> Any:
        """What is stored for a question, as typed; None when nothing is."""
        return next(iter(self.raws(question)), None)

    def history(self, question: str) -> list[tuple[str, str]]:
        """(text, outcome) of everything that was ever sent for a question."""
        rows = select(Save.value["raw"], Save.outcome).where(Save.question == question).order_by(Save.id)
        return self.look(lambda: [(raw, outcome) for raw, outcome in database.session.execute(rows)])

    def snapshots(self) -> list[Snapshot]:
        return self.look(lambda: list(database.session.scalars(select(Snapshot).order_by(Snapshot.number))))

    def submitted(self) -> Page:
        """Write what is needed and hand it over."""
        steps.write(self.carla, self.facts, {"overview": "Forty libraries."})
        return steps.submit(self.carla, self.report_id)

    def returned(self, text: str = "Since when?") -> None:
        self.submitted()
        steps.take(self.rita, self.report_id)
        steps.draft_point(self.rita, self.report_id, "facts", text, question="overview")
        steps.give_back(self.rita, self.report_id, letter="A good start.")


@pytest.fixture
def desk(survey: None, app: Flask, new_client: Callable[[], Browser], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An open cycle. Returns reach the country at once, unless a test says otherwise."""
    monkeypatch.setitem(app.config, "RECALL_SECONDS", 0)
    return Desk(app, open_report(app, "survey", CARLA, CASPAR, RITA), new_client)
