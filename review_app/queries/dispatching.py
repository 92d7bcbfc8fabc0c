"""Reads of delivery: the facts whose reactions, and the mails whose sending, should have happened by now."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from review_app.extensions import db
from review_app.models import Dispatch, Entry, Notice

# The doorbell is given this long before the sweeper looks; each failed run doubles it.
PATIENCE_SECONDS = 5.0
MOST_DOUBLINGS = 24  # five seconds have become two years by then


def open_dispatches(now: datetime, *, limit: int = 100) -> list[int]:
    """Entries whose reactions should have run by now, oldest first: the doorbell was missed, or a run failed."""
    wait = PATIENCE_SECONDS * func.power(2.0, func.least(Dispatch.attempts, MOST_DOUBLINGS))
    query = (
        select(Dispatch.entry_id)
        .join(Entry, Entry.id == Dispatch.entry_id)
        .where(Dispatch.done_at.is_(None), Entry.created_at + func.make_interval(0, 0, 0, 0, 0, 0, wait) <= now)
        .order_by(Dispatch.entry_id)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def may_be_sent(now: datetime) -> ColumnElement[bool]:
    """Mail whose time has come and that no living sender holds. A retry waits `pending` with a later lease."""
    return and_(
        Notice.channel == "mail",
        Notice.status.in_(("pending", "sending")),
        Notice.not_before <= now,
        or_(Notice.leased_until.is_(None), Notice.leased_until <= now),
    )


def due_notices(now: datetime, *, entry_id: int | None = None, limit: int = 100) -> list[int]:
    """Mail notices to send now, oldest first; those of one entry when it is given."""
    query = select(Notice.id).where(may_be_sent(now)).order_by(Notice.not_before, Notice.id).limit(limit)
    if entry_id is not None:
        query = query.where(Notice.entry_id == entry_id)
    return list(db.session.scalars(query))
