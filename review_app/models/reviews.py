"""What reviewers and checks say: comments, points, findings and the answers to them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from review_app.extensions import db
from review_app.models.accounts import MOMENT, Person


class Comment(db.Model):
    """A note among reviewers, tied to a place. Never shown to the party."""

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    round: Mapped[int]
    section: Mapped[str] = mapped_column(String(80))
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("item.id"))
    question: Mapped[str | None] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(MOMENT)

    person: Mapped[Person] = relationship(lazy="joined")


class Point(db.Model):
    """One demand of a return, tied to a place. The party sees it from `returned_at` on; its answer may be changed."""

    __tablename__ = "point"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    round: Mapped[int]
    section: Mapped[str] = mapped_column(String(80))
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("item.id"))
    question: Mapped[str | None] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    weight: Mapped[str] = mapped_column(String(10))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(MOMENT)
    returned_at: Mapped[datetime | None] = mapped_column(MOMENT)
    reply: Mapped[str | None] = mapped_column(Text)
    replied_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    replied_at: Mapped[datetime | None] = mapped_column(MOMENT)

    __table_args__ = (
        CheckConstraint("weight in ('must', 'should')", name="weight_known"),
        CheckConstraint("(reply is null) = (replied_at is null)", name="reply_has_date"),
    )


class Finding(db.Model):
    """What a check says about one snapshot or draft. `fingerprint` = sha256 of rule, item, question and quote."""

    __tablename__ = "finding"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    round: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(String(64))
    rule: Mapped[str] = mapped_column(String(20))
    severity: Mapped[str] = mapped_column(String(10))
    section: Mapped[str] = mapped_column(String(80))
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("item.id"))
    question: Mapped[str | None] = mapped_column(String(80))
    quote: Mapped[str] = mapped_column(Text, default="")
    message: Mapped[dict[str, Any]] = mapped_column(JSONB)
    versions: Mapped[dict[str, int]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(MOMENT)

    __table_args__ = (
        db.UniqueConstraint("report_id", "round", "fingerprint"),
        CheckConstraint("severity in ('error', 'warning', 'note')", name="severity_known"),
    )


class FindingReply(db.Model):
    """Why a finding is right as it stands. Outlives recomputation; lapses when the quote, and so the fingerprint, changes."""

    __tablename__ = "finding_reply"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(MOMENT)

    __table_args__ = (db.UniqueConstraint("report_id", "fingerprint"),)
