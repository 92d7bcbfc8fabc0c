"""Verbs about what browsers sent: answer a form once, keep one for somebody who was signed out, forget both in time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from review_app.extensions import db
from review_app.models import AnsweredForm, KeptForm, WebSession
from review_app.queries.sent import KEPT_FOR
from review_app.transaction import atomic

# A page that is sent again later than this was left open on purpose.
ANSWERED_FOR = timedelta(hours=24)
KEPT_AT_MOST = 10  # forms a person; the oldest make room
LONGEST_KEPT = 1_000_000  # characters in all fields of a form

_ANSWERED = AnsweredForm.__table__.c
_ONCE = (
    insert(AnsweredForm.__table__)
    .values({name: bindparam(name, type_=_ANSWERED[name].type) for name in ("person_id", "key", "answer", "created_at")})
    .on_conflict_do_nothing()
    .returning(_ANSWERED.id)
)


class AnsweredBefore(Exception):
    """This very form arrived before and had its effect."""


@atomic
def answer_once(person_id: int | None, key: str, answer: dict[str, Any], *, now: datetime) -> None:
    """Write down what a form was answered, in the transaction of its effect. Raises AnsweredBefore.

    Of two arrivals at once the second waits here for the first one's commit, and then is undone as a whole.
    """
    if db.session.scalar(_ONCE, {"person_id": person_id, "key": key, "answer": answer, "created_at": now}) is None:
        raise AnsweredBefore


@atomic
def keep_form(person_id: int, fields: Sequence[tuple[str, str]], *, page: str, target: str, now: datetime) -> int | None:
    """Keep a form for the person to find after signing in; its id, or None when it is too long."""
    if sum(len(name) + len(text) for name, text in fields) > LONGEST_KEPT:
        return None
    kept = KeptForm(person_id=person_id, page=page, target=target, fields=[list(pair) for pair in fields], created_at=now)
    db.session.add(kept)
    db.session.flush()
    newest = select(KeptForm.id).where(KeptForm.person_id == person_id).order_by(KeptForm.id.desc()).limit(KEPT_AT_MOST)
    db.session.execute(delete(KeptForm).where(KeptForm.person_id == person_id, KeptForm.id.not_in(newest)))
    return kept.id


@atomic
def delete_kept(person_id: int, kept_id: int, *, target: str | None = None) -> None:
    """Delete a form kept for this person; when `target` is given, only if it belongs there."""
    theirs = [KeptForm.id == kept_id, KeptForm.person_id == person_id]
    db.session.execute(delete(KeptForm).where(*theirs, *([KeptForm.target == target] if target else [])))


@atomic
def forget_old(now: datetime) -> None:
    """Delete what was kept long enough: answers, forms, and sessions that ended so long ago that nobody comes back to them."""
    for column, lasts in (
        (AnsweredForm.created_at, ANSWERED_FOR), (KeptForm.created_at, KEPT_FOR), (WebSession.expires_at, KEPT_FOR),
    ):  # fmt: skip
        db.session.execute(delete(column.class_).where(column <= now - lasts))
