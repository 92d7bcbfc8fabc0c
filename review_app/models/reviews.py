"""What reviewers and checks say: comments, points, findings and the answers to them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
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
    """One thing a rule found, for as long as the words stand. `fingerprint` = sha256 of rule, place and quote.

    `round` is the submission whose text it is about, or will be once that text is submitted; `settled_round` the first
    one without it. It is settled because the text `changed`, or because the `rule` did. While open, `severity` is the
    cycle's. `versions`: question -> the row version that was read.
    """

    __tablename__ = "finding"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    round: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(String(64))
    rule: Mapped[str] = mapped_column(String(20), index=True)
    rule_version: Mapped[int] = mapped_column(default=1)
    severity: Mapped[str] = mapped_column(String(10))
    section: Mapped[str] = mapped_column(String(80))
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("item.id"))
    question: Mapped[str | None] = mapped_column(String(80))
    row: Mapped[int | None]
    column: Mapped[str | None] = mapped_column(String(80))
    quote: Mapped[str] = mapped_column(Text, default="")
    message: Mapped[dict[str, Any]] = mapped_column(JSONB)
    offer: Mapped[str | None] = mapped_column(String(20))
    versions: Mapped[dict[str, int]] = mapped_column(JSONB)
    fired_at: Mapped[datetime] = mapped_column(MOMENT)
    settled_at: Mapped[datetime | None] = mapped_column(MOMENT)
    settled_round: Mapped[int | None]
    settled_how: Mapped[str | None] = mapped_column(String(10))

    __table_args__ = (
        db.UniqueConstraint("report_id", "round", "fingerprint"),
        CheckConstraint("severity in ('error', 'warning', 'note')", name="severity_known"),
        CheckConstraint("settled_how in ('changed', 'rule')", name="settled_how_known"),
        CheckConstraint(
            "(settled_at is null) = (settled_round is null) and (settled_at is null) = (settled_how is null)",
            name="settled_whole",
        ),
        CheckConstraint("settled_round >= round", name="settled_later"),
        Index("uq_finding_open", "report_id", "fingerprint", unique=True, postgresql_where="settled_at is null"),
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
