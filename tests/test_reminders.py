"""What due dates bring with them: each reminder once, in the zone of its date, for who owes a report."""

from datetime import UTC, date, datetime, timedelta

import pytest

from review_app.models import Claim, Cycle, Entry, Extension, Report
from review_app.operations import dispatching, reminders
from review_app.transaction import atomic
from tests.delivery import NOW, change, mails, make_world, rung

__all__ = ["rung"]  # a fixture
pytestmark = pytest.mark.by_hand("a report is put into a state and a fact is stated, to see what follows", "reports", "reviews")


def test_a_claim_is_made_once(db):
    assert dispatching.claim_once("a", now=NOW)
    assert not dispatching.claim_once("a", now=NOW + timedelta(days=1))
    assert dispatching.claim_once("b", now=NOW)


DUE = date(2027, 6, 30)


@pytest.mark.parametrize(
    ("now", "fact"),
    [
        ("2027-05-30T12:00+00:00", None),
        ("2027-05-31T12:00+00:00", "report.due_in_30_days"),
        ("2027-07-01T03:59+00:00", "report.due_in_30_days"),  # still the 30th in Santiago (UTC-4)
        ("2027-07-01T04:00+00:00", "report.overdue"),
    ],
)
def test_a_due_date_passes_in_its_own_zone(now, fact):
    assert reminders.fact_due(DUE, "America/Santiago", told_at=None, now=datetime.fromisoformat(now)) == fact


def test_who_was_told_the_date_within_the_30_days_is_not_reminded_at_once():
    now = datetime(2027, 6, 20, tzinfo=UTC)
    assert reminders.fact_due(DUE, "UTC", told_at=datetime(2027, 6, 10, tzinfo=UTC), now=now) is None
    assert reminders.fact_due(DUE, "UTC", told_at=datetime(2027, 5, 1, tzinfo=UTC), now=now) == "report.due_in_30_days"
    assert reminders.fact_due(DUE, "UTC", told_at=now, now=now + timedelta(days=11)) == "report.overdue"


def facts(db) -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Entry.fact).order_by(Entry.id)))


def test_each_reminder_is_stated_once_for_each_due_date(db, rung):
    world = make_world(state="draft", due_on=DUE)
    june, july = datetime(2027, 6, 5, tzinfo=UTC), datetime(2027, 7, 5, tzinfo=UTC)
    assert [reminders.state_due_reminders(at) for at in (june, june, july, july)] == [1, 0, 1, 0]
    assert facts(db) == ["report.due_in_30_days", "report.overdue"]
    assert len(db.session.scalars(db.select(Claim)).all()) == 2
    change(Report, world.report, due_on=date(2027, 8, 20))
    assert reminders.state_due_reminders(july) == 0
    assert reminders.state_due_reminders(datetime(2027, 7, 25, tzinfo=UTC)) == 1
    assert mails(3)


def test_an_extension_within_the_30_days_is_news_enough(db, rung):
    world = make_world(state="draft", due_on=DUE)

    @atomic
    def extend() -> None:
        given = datetime(2027, 6, 4, tzinfo=UTC)
        values = {"old_due_on": DUE, "new_due_on": DUE, "reason": "Elections", "created_at": given}
        db.session.add(Extension(report_id=world.report, person_id=world.reviewer, **values))

    extend()
    assert reminders.state_due_reminders(datetime(2027, 6, 5, tzinfo=UTC)) == 0


@pytest.mark.parametrize(("state_name", "count"), [("draft", 1), ("review", 0), ("revision", 1)])
def test_only_what_waits_for_the_party_is_late(db, rung, state_name, count):
    make_world(state=state_name, due_on=DUE)
    assert reminders.state_due_reminders(datetime(2027, 7, 5, tzinfo=UTC)) == count


def test_a_closed_cycle_reminds_nobody(db, rung):
    make_world(state="draft", due_on=DUE)
    change(Cycle, 1, state="closed")
    assert reminders.state_due_reminders(datetime(2027, 7, 5, tzinfo=UTC)) == 0
