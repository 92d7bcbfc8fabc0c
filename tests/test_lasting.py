"""The lasting things behind repeated entries, and the public address each of them has."""

from datetime import UTC, date, datetime

from sqlalchemy import select

from review_app.extensions import db as database
from review_app.models import LastingItem, Report
from review_app.operations import cycles
from review_app.operations.imports import OldItem, import_published
from review_app.permissions import SYSTEM
from tests.people import add_parties

NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
SPAM = "bestbonus.biz eokul365.com"


def bring_in(year: int, title: str) -> Report:
    """A report of Chile with one measure, published elsewhere."""
    cycle = cycles.plan_cycle(
        SYSTEM, slug=f"reports-{year}", titles={"en": "Reports"}, questionnaire="qpr", edition="2019",
        starts_on=date(year - 3, 1, 1), ends_on=date(year, 12, 31), now=NOW,
    )  # fmt: skip
    measure = OldItem("a11_measures", {"name": title})
    return import_published(
        SYSTEM, cycle=cycle, party_code="CL", source="https://example.org/old", answers={}, items=[measure], now=NOW
    )


def test_a_token_in_a_title_stands_in_no_address(db: object) -> None:
    add_parties()
    bring_in(2016, f"Art in schools. {SPAM}")
    lasting = database.session.scalars(select(LastingItem)).one()
    assert (lasting.slug, lasting.title) == ("art-in-schools", "Art in schools.")


def test_a_thing_is_the_same_with_and_without_a_token(db: object) -> None:
    add_parties()
    bring_in(2016, "Art in schools.")
    bring_in(2020, f"Art in schools. {SPAM}")
    assert [lasting.slug for lasting in database.session.scalars(select(LastingItem))] == ["art-in-schools"]
