"""What browsers sent: forms that were answered, forms kept for somebody who was signed out, addresses that forgot a password."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from review_app.extensions import db
from review_app.models.accounts import MOMENT


class AnsweredForm(db.Model):
    """A form that had its effect, and what it was answered. `key` is a sha256 of all that was sent; nobody has no `person_id`.

    `answer`: {"status": 302, "to": address, "said": [[category, sentence], ...]}, or to a script {"status": 200, "json": {...}}.
    """

    __tablename__ = "answered_form"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(MOMENT, index=True)

    __table_args__ = (
        Index("uq_answered_form_once", "person_id", "key", unique=True, postgresql_nulls_not_distinct=True),
    )


class KeptForm(db.Model):
    """What somebody sent when their session was over. `page` is where the form stands, `target` where it is sent to.

    `fields`: [[name, text], ...] in the order of the form, without secrets.
    """

    __tablename__ = "kept_form"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    page: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    fields: Mapped[list[list[str]]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(MOMENT, index=True)

    __table_args__ = (CheckConstraint("page like '/%' and page not like '//%'", name="page_is_ours"),)


class ResetRequest(db.Model):
    """An address for which a new password was asked, known or not; gone once it was looked at."""

    __tablename__ = "reset_request"

    email: Mapped[str] = mapped_column(String(254), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(MOMENT)
