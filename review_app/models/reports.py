"""Reports and what is written in them: answers, their history, and the frozen copies."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from review_app.extensions import db
from review_app.models.accounts import MOMENT, Party, Person
from review_app.models.cycles import Cycle

# What stands beside an answer that was left out, see questionnaire/values.py.
BLANK_HAS_REASON = """not value ? 'blank' or coalesce(
    value -> 'blank' ->> 'reason' in ('not_applicable', 'no_data', 'confidential', 'planned')
    or (value -> 'blank' ->> 'reason' = '' and value -> 'blank' ->> 'until' <> ''), false)"""


class Report(db.Model):
    """What one party owes one cycle (about one subject, when the questionnaire has subjects).

    `row_version` is raised by every step and by nothing else. `round` is 0 before the first submission, then one more than
    the returns before it; a withdrawal takes a round back. `reviewer` took it last; it is taken while `taken_at` is set.
    """

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    party_code: Mapped[str] = mapped_column(ForeignKey("party.code"), index=True)
    subject: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(20), default="draft", index=True)
    row_version: Mapped[int] = mapped_column(default=1)
    round: Mapped[int] = mapped_column(default=0)
    origin: Mapped[str] = mapped_column(String(20), default="written")
    source: Mapped[str | None] = mapped_column(Text)
    due_on: Mapped[date | None]
    due_zone: Mapped[str] = mapped_column(String(60), default="UTC")
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    started_at: Mapped[datetime | None] = mapped_column(MOMENT)
    first_submitted_at: Mapped[datetime | None] = mapped_column(MOMENT)
    submitted_at: Mapped[datetime | None] = mapped_column(MOMENT)
    taken_at: Mapped[datetime | None] = mapped_column(MOMENT)
    returned_at: Mapped[datetime | None] = mapped_column(MOMENT)
    notices_leave_at: Mapped[datetime | None] = mapped_column(MOMENT)
    published_at: Mapped[datetime | None] = mapped_column(MOMENT)

    cycle: Mapped[Cycle] = relationship(lazy="joined")
    party: Mapped[Party] = relationship(lazy="joined")
    reviewer: Mapped[Person | None] = relationship(lazy="joined")

    __table_args__ = (
        db.UniqueConstraint("cycle_id", "party_code", "subject"),
        CheckConstraint("state in ('draft', 'review', 'revision', 'published')", name="state_known"),
        CheckConstraint("origin in ('written', 'imported')", name="origin_known"),
        CheckConstraint("(state = 'published') = (published_at is not null)", name="published_has_date"),
        CheckConstraint("state = 'draft' or round > 0", name="left_draft_has_round"),
        CheckConstraint("(round = 0) = (first_submitted_at is null)", name="round_has_first_date"),
        CheckConstraint("state <> 'revision' or returned_at is not null", name="returned_has_date"),
        CheckConstraint("reviewer_id is null or state <> 'draft'", name="draft_has_no_reviewer"),
        CheckConstraint("taken_at is null or reviewer_id is not null", name="taken_has_reviewer"),
    )

    @property
    def is_taken(self) -> bool:
        return self.taken_at is not None

    def is_recallable(self, now: datetime) -> bool:
        """Whether the notices of a return still wait: the party knows nothing of it, and answers stay locked."""
        return self.notices_leave_at is not None and now < self.notices_leave_at


class Answer(db.Model):
    """The present answer to one question of a report or of one of its items. `value` is documented in questionnaire/values.py.

    `checked_version` is the row version the checks have read last; a lower one than `row_version` waits for the worker.
    """

    __tablename__ = "answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("item.id"), index=True)
    question: Mapped[str] = mapped_column(String(80))
    value: Mapped[dict[str, Any]] = mapped_column(JSONB)
    lang: Mapped[str | None] = mapped_column(String(12))
    origin: Mapped[str] = mapped_column(String(20), default="typed")
    row_version: Mapped[int] = mapped_column(default=1)
    checked_version: Mapped[int] = mapped_column(default=0, server_default="0")
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[int | None]
    updated_at: Mapped[datetime] = mapped_column(MOMENT)

    __table_args__ = (
        Index("uq_answer_place", "report_id", "item_id", "question", unique=True, postgresql_nulls_not_distinct=True),
        CheckConstraint("origin in ('typed', 'imported', 'carried')", name="origin_known"),
        CheckConstraint("value ? 'raw'", name="value_has_raw"),
        CheckConstraint(BLANK_HAS_REASON, name="blank_has_reason"),
        CheckConstraint("checked_version <= row_version", name="checked_was_written"),
        Index("ix_answer_unchecked", "report_id", postgresql_where="checked_version < row_version"),
    )


class Save(db.Model):
    """One text that was saved or refused, for ever: nothing typed is lost. `proposal_id`: the contribution it was made from."""

    __tablename__ = "save"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("item.id"))
    question: Mapped[str] = mapped_column(String(80))
    value: Mapped[dict[str, Any]] = mapped_column(JSONB)
    lang: Mapped[str | None] = mapped_column(String(12))
    seen_version: Mapped[int]
    row_version: Mapped[int | None]
    outcome: Mapped[str] = mapped_column(String(10))
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"))
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(MOMENT)

    __table_args__ = (
        CheckConstraint(BLANK_HAS_REASON, name="blank_has_reason"),
        CheckConstraint("outcome in ('accepted', 'refused')", name="outcome_known"),
        CheckConstraint("(outcome = 'accepted') = (row_version is not null)", name="accepted_has_version"),
        Index("ix_save_place", "report_id", "question", "item_id"),
    )


class Snapshot(db.Model):
    """The immutable copy of all answers at one submission: canonical JSON (RFC 8785) kept as text, hashed as UTF-8 bytes.

    `number` counts a report's submissions without a gap; `round` is the round it opened.
    """

    __tablename__ = "snapshot"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    number: Mapped[int]
    round: Mapped[int]
    content: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    signatory: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(MOMENT)

    __table_args__ = (
        db.UniqueConstraint("report_id", "number"),
        CheckConstraint("length(sha256) = 64", name="sha256_whole"),
    )
