"""Verbs about a person's notices."""

from datetime import datetime

from sqlalchemy import update

from review_app.extensions import db
from review_app.models import Notice, Person
from review_app.transaction import atomic


@atomic
def mark_all_read(person: Person, *, now: datetime) -> None:
    """Mark every notice the person has been told by now as read."""
    db.session.execute(
        update(Notice)
        .where(
            Notice.person_id == person.id, Notice.channel == "inbox", Notice.status == "pending",
            Notice.not_before <= now, Notice.read_at.is_(None),
        )
        .values(read_at=now)
    )
