"""Reads of what browsers sent: the answer a form got, and the forms that wait for somebody."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import defer

from review_app.extensions import db
from review_app.models import AnsweredForm, KeptForm

KEPT_FOR = timedelta(hours=24)


def answer_to(person_id: int | None, key: str) -> dict[str, Any] | None:
    """What this very form was answered when this person, or nobody, sent it before."""
    sender = or_(AnsweredForm.person_id == person_id, AnsweredForm.person_id.is_(None))
    query = select(AnsweredForm.answer).where(AnsweredForm.key == key, sender)
    return db.session.scalar(query.order_by(AnsweredForm.person_id.nulls_last()).limit(1))


def kept_forms(person_id: int, now: datetime) -> Sequence[KeptForm]:
    """The forms that wait for a person, newest first."""
    query = select(KeptForm).where(KeptForm.person_id == person_id, KeptForm.created_at > now - KEPT_FOR)
    return db.session.scalars(query.order_by(KeptForm.id.desc()).options(defer(KeptForm.fields))).all()
