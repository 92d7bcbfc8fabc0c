"""Old reports on their way in: a batch of files, and each text in them until it is brought in or left out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from review_app.extensions import db
from review_app.models.accounts import MOMENT, Person
from review_app.models.cycles import Cycle

TEXT_STATUSES = ("waiting", "asking", "ready", "accepted", "imported", "left_out", "duplicate", "refused")


class ImportBatch(db.Model):
    """Files that go into one cycle; `group` is the repeated group each text becomes an entry of, "" when it is a report of its own.

    `party_code` is empty when each text says its own. `worked_at`: when a worker last committed some of it;
    `told_at`: when the importer was told that nothing is left to do by itself.
    """

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    group: Mapped[str] = mapped_column(String(80), default="")
    party_code: Mapped[str | None] = mapped_column(ForeignKey("party.code"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    source: Mapped[str] = mapped_column(Text, default="")
    is_stopped: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(MOMENT)
    worked_at: Mapped[datetime | None] = mapped_column(MOMENT)
    told_at: Mapped[datetime | None] = mapped_column(MOMENT)

    cycle: Mapped[Cycle] = relationship(lazy="joined")
    person: Mapped[Person | None] = relationship()


class ImportText(db.Model):
    """One text of a batch. `content` is the file as it came, on its first part only; `text` what was read out of it.

    `status`: waiting (to be read), asking (a person has to look), ready (nothing to ask), accepted (to be brought in), imported,
    left_out, duplicate (its words are in this cycle already), refused (the file cannot be read; `problem` says why).
    `reading` is what the reader said, with the pieces of the text; `answers` the raw answers as they go in, by question code.
    """

    __tablename__ = "import_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    name: Mapped[str] = mapped_column(String(500))
    part: Mapped[int] = mapped_column(default=1)
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    text: Mapped[str | None] = deferred(mapped_column(Text))
    status: Mapped[str] = mapped_column(String(12), default="waiting")
    problem: Mapped[str | None] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(500), default="")
    party_code: Mapped[str | None] = mapped_column(ForeignKey("party.code"))
    group: Mapped[str] = mapped_column(String(80), default="")
    lang: Mapped[str] = mapped_column(String(12), default="en")
    reading: Mapped[dict[str, Any] | None] = deferred(mapped_column(JSONB(none_as_null=True)))
    answers: Mapped[dict[str, Any] | None] = deferred(mapped_column(JSONB(none_as_null=True)))
    doubts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    placed: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    reason: Mapped[str] = mapped_column(Text, default="")
    row_version: Mapped[int] = mapped_column(default=1)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"), index=True)
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("item.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime] = mapped_column(MOMENT)

    batch: Mapped[ImportBatch] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        CheckConstraint(
            "status in ('waiting', 'asking', 'ready', 'accepted', 'imported', 'left_out', 'duplicate', 'refused')",
            name="status_known",
        ),
        CheckConstraint("(status = 'imported') = (report_id is not null)", name="imported_has_report"),
        CheckConstraint("(status = 'refused') = (problem is not null)", name="refused_has_problem"),
        CheckConstraint("status <> 'left_out' or reason <> ''", name="left_out_has_reason"),
        CheckConstraint("length(sha256) = 64", name="sha256_whole"),
        # The same words enter a cycle once, whatever they are called and however often they are sent.
        Index(
            "uq_import_text_once", "cycle_id", "sha256", unique=True,
            postgresql_where="status not in ('duplicate', 'refused', 'left_out')",
        ),
        Index("ix_import_text_batch", "batch_id", "status", "id"),
    )  # fmt: skip
