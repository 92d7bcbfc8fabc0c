"""Where the tests of the office begin: an administrator, and cycles that are planned or open."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from review_app.models import Cycle
from review_app.operations import cycles
from review_app.permissions import SYSTEM
from tests.browser import Browser
from tests.people import add_parties, make_person, sign_in

NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
DUE = date(2027, 6, 30)


@pytest.fixture
def ada(app: Flask, new_client: Callable[[], Browser]) -> Browser:
    """An administrator's browser, with three parties and a coordinator of Chile."""
    with app.app_context():
        add_parties()
        make_person("ada", "administrator")
        make_person("carla", "coordinator", "CL")
    return sign_in(new_client(), "ada")


def planned(slug: str = "qpr-2027", expected: tuple[tuple[str, str], ...] = (("CL", ""), ("PE", ""))) -> Cycle:
    """A cycle of periodic reports that is not open yet."""
    return cycles.plan_cycle(
        SYSTEM, slug=slug, titles={"en": "Reports 2027"}, questionnaire="qpr", edition="2019", now=NOW, due_on=DUE,
        starts_on=date(2023, 1, 1), ends_on=date(2026, 12, 31), expected=expected,
    )


def opened(**more: object) -> Cycle:
    """The same, open."""
    cycle = planned(**more)  # type: ignore[arg-type]
    return cycles.move_cycle(SYSTEM, cycle.id, "open", seen=cycle.row_version, now=NOW)
