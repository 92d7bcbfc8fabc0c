"""Reads of a person's inbox: only what may be told by now."""

from datetime import datetime

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import joinedload

from review_app.extensions import db
from review_app.models import Entry, Notice, Party, Person, Report

_TOLD = and_(
    Notice.person_id == bindparam("reader"), Notice.channel == "inbox", Notice.status == "pending",
    Notice.not_before <= bindparam("now"),
)  # fmt: skip
_UNREAD = select(func.count()).select_from(Notice.__table__).where(_TOLD, Notice.read_at.is_(None))


def inbox(person: Person, now: datetime) -> list[tuple[Notice, Report | None]]:
    """The newest 100 notices with the report each is about, newest first."""
    rows = db.session.execute(
        select(Notice, Report)
        .join(Entry, Notice.entry_id == Entry.id)
        .outerjoin(Report, Entry.report_id == Report.id)
        .outerjoin(Party, Report.party_code == Party.code)
        .options(joinedload(Notice.entry))
        .where(_TOLD)
        .order_by(Notice.not_before.desc(), Notice.id.desc())
        .limit(100),
        {"reader": person.id, "now": now},
    )
    return [(notice, report) for notice, report in rows]


def unread_count(person: Person, now: datetime) -> int:
    """How many told notices the person has not marked as read."""
    return db.session.scalar(_UNREAD, {"reader": person.id, "now": now}) or 0
