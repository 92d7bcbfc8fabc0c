"""What the steps note in a report's own row: since when, whose it is, and in which round."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import Settings
from review_app.extensions import db as database
from review_app.models import Report
from tests.moves import A_DAY, MOVES, Place, bring_to
from tests.servers import Ground
from tests.small_report import NOW, Small, small_world


@pytest.fixture
def small(shared_app: Flask, settings: Settings, ground: Ground, tmp_path: Any) -> Iterator[Small]:
    with small_world(shared_app, settings, ground, tmp_path) as made:
        yield made


def noted(place: Place, *names: str) -> tuple[Any, ...]:
    database.session.rollback()
    report = database.session.get_one(Report, place.report_id)
    return tuple(getattr(report, name) for name in names)


def take(place: Place, action: str) -> Place:
    """The place as its people see it after this step."""
    MOVES[action](place)
    seen = database.session.scalars(select(func.max(Report.row_version)).where(Report.id == place.report_id)).one()
    return replace(place, seen=seen, now=place.now + A_DAY)


def test_a_report_that_comes_back_is_free_for_any_reviewer_and_keeps_its_first_day(small: Small, settings: Settings) -> None:
    names = ("round", "first_submitted_at", "submitted_at", "returned_at", "notices_leave_at", "taken_at", "reviewer_id")
    rita, rolf, wait = small.people["rita"], small.people["rolf"], timedelta(seconds=settings.recall_seconds)
    returned = bring_to(small, "returned")
    assert noted(returned, *names) == (1, NOW, NOW, NOW, NOW + wait, NOW, rita)

    MOVES["reply"](returned)
    again = returned.now
    back = take(returned, "resubmit")
    assert noted(back, *names) == (2, NOW, again, NOW, None, None, rita)

    taken = take(back, "take by another")
    assert noted(taken, *names) == (2, NOW, again, NOW, None, back.now, rolf)
    over = take(taken, "take")
    assert noted(over, "taken_at", "reviewer_id") == (taken.now, rita)
    assert noted(take(over, "release"), "taken_at", "reviewer_id") == (None, None)
