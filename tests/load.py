"""Load on a running installation: countries that write, submit and answer, reviewers who take, return and publish.

    python -m tests.load 3 40    makes the people of three lanes and forty reports for each; prints them as JSON
"""

import http.client
import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import psycopg
from sqlalchemy import select
from werkzeug.exceptions import NotFound
from werkzeug.middleware.http_proxy import ProxyMiddleware
from werkzeug.test import Client

from tests import steps_http as steps
from tests.browser import Browser
from tests.people import sign_in
from tests.small_report import SECTION, TOLD

PARTIES = ("AR", "BR", "UY", "PY", "EC")  # none of them has people in the demo world
TROUBLE = (AssertionError, OSError, http.client.HTTPException, psycopg.Error)


class Site:
    """A site behind an address, for a `Browser` that expects the application itself. What cannot be reached is a 502."""

    def __init__(self, address: str) -> None:
        self._proxy = ProxyMiddleware(NotFound(), {"/en": {"target": address}}, timeout=60)

    def test_client(self) -> Client:
        return Client(self._proxy)


@dataclass(frozen=True)
class Acknowledged:
    """What a person was told is done: the last of these lines that they saw."""

    what: str
    report_id: int
    words: str = ""


@dataclass
class Lane:
    """One country and its reviewer, who take one report after the other all the way. Whatever fails is tried again."""

    address: str
    database: str
    number: int
    report_ids: list[int]
    done: list[Acknowledged] = field(default_factory=list)
    version: int = 1  # of the report at hand
    troubles: int = 0
    last: str = ""
    is_over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        site = Site(self.address)
        self.carla, self.rita = (Browser(site, self.address, is_hasty=True) for _ in range(2))  # type: ignore[arg-type]
        for browser, nick in ((self.carla, f"carla{self.number}"), (self.rita, f"rita{self.number}")):
            self._insist(lambda: sign_in(browser, nick))  # noqa: B023 (called at once)
        for report_id in self.report_ids:
            self.version = 1
            for act in (self._save, self._submit, self._take, self._give_back, self._save, self._submit, self._take, self._publish):
                if self.is_over.is_set():
                    return
                self._insist(lambda: act(report_id))  # noqa: B023 (called at once)

    def _insist(self, act: Callable[[], Any]) -> None:
        """As a person does: look again, and try again."""
        while not self.is_over.is_set():
            try:
                act()
                return
            except TROUBLE as trouble:
                self.troubles, self.last = self.troubles + 1, str(trouble)[:300]
                time.sleep(0.2)

    def _told(self, what: str, report_id: int, words: str = "") -> None:
        self.done.append(Acknowledged(what, report_id, words))

    def _save(self, report_id: int) -> None:
        words = f"Line {len(self.done)} of report {report_id}."
        page = self.carla.get(f"/en/desk/reports/{report_id}/sections/{SECTION}")
        page.fill({TOLD: words}).press("Save and come back later")
        self._told("save", report_id, words)

    def _step(self, what: str, report_id: int, press: Callable[[], Any]) -> None:
        """Take a step, unless it was taken although nobody was told."""
        with psycopg.connect(self.database) as connection:
            (version,) = connection.execute("select row_version from report where id = %s", [report_id]).fetchone() or (0,)
        if version == self.version:
            press()
            self._told(what, report_id)
        self.version += 1

    def _submit(self, report_id: int) -> None:
        self._step("submit", report_id, lambda: steps.submit(self.carla, report_id))

    def _take(self, report_id: int) -> None:
        self._step("take", report_id, lambda: steps.take(self.rita, report_id))

    def _give_back(self, report_id: int) -> None:
        self._step("return", report_id, lambda: self._point_and_return(report_id))

    def _point_and_return(self, report_id: int) -> None:
        if not any("Return with" in words for words in self.rita.get(f"/en/review/reports/{report_id}/return").buttons):
            steps.draft_point(self.rita, report_id, SECTION, "And why?", question=TOLD, weight="should")
        steps.give_back(self.rita, report_id)

    def _publish(self, report_id: int) -> None:
        self._step("publish", report_id, lambda: steps.publish(self.rita, report_id))


def make_lanes(lanes: int, reports: int) -> list[list[int]]:
    """The people of each lane, and the ids of its reports. Inside an application context."""
    from review_app.extensions import db
    from review_app.models import Report
    from review_app.operations import cycles
    from review_app.permissions import SYSTEM
    from tests.people import make_person

    now = datetime.now(UTC)
    for number in range(lanes):
        make_person(f"carla{number}", "coordinator", PARTIES[number])
        make_person(f"rita{number}", "reviewer")
    expected = [(PARTIES[number], f"Report {count}") for number in range(lanes) for count in range(reports)]
    cycle = cycles.plan_cycle(
        SYSTEM, slug="notes", titles={"en": "Notes"}, questionnaire="note", edition="1", due_on=steps.ahead(200), now=now,
        expected=expected, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31),
    )  # fmt: skip
    cycles.move_cycle(SYSTEM, cycle.id, "open", seen=cycle.row_version, now=now)
    mine = select(Report.id).where(Report.cycle_id == cycle.id).order_by(Report.id)
    return [list(db.session.scalars(mine.where(Report.party_code == party))) for party in PARTIES[:lanes]]


def main() -> None:
    from review_app.cli import application

    with application().app_context():
        sys.stdout.write(json.dumps(make_lanes(int(sys.argv[1]), int(sys.argv[2]))))


if __name__ == "__main__":
    main()
