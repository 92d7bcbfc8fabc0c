"""What happened, who is told, and what is still to be done about it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from review_app.extensions import db
from review_app.models.accounts import MOMENT, Person
from review_app.models.contributions import ContributionLink


class Entry(db.Model):
    """A fact in the journal. Append-only: the app's database role has no UPDATE or DELETE here."""

    __tablename__ = "entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    fact: Mapped[str] = mapped_column(String(60), index=True)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"), index=True)
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[int | None]
    source_state: Mapped[str | None] = mapped_column(String(20))
    dest_state: Mapped[str | None] = mapped_column(String(20))
    row_version: Mapped[int | None]
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    created_at: Mapped[datetime] = mapped_column(MOMENT)

    __table_args__ = (
        CheckConstraint("actor_kind in ('person', 'system', 'link')", name="actor_kind_known"),
        Index(
            "uq_entry_step",
            "report_id",
            "row_version",
            unique=True,
            postgresql_where="report_id is not null and row_version is not null",
        ),
    )


class Dispatch(db.Model):
    """Whether the reactions to an entry have run. Its row is born with the entry; the sweeper finds what the doorbell missed."""

    __tablename__ = "dispatch"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(MOMENT)
    error: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index("ix_dispatch_open", "entry_id", postgresql_where="done_at is null"),)


class Notice(db.Model):
    """A fact told to one person on one channel, or mailed to the receiver of a link. Held until `not_before`."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("contribution_link.id"))
    channel: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(12), default="pending")
    not_before: Mapped[datetime] = mapped_column(MOMENT)
    leased_until: Mapped[datetime | None] = mapped_column(MOMENT)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime | None] = mapped_column(MOMENT)
    read_at: Mapped[datetime | None] = mapped_column(MOMENT)
    created_at: Mapped[datetime] = mapped_column(MOMENT)

    entry: Mapped[Entry] = relationship(lazy="joined")
    person: Mapped[Person | None] = relationship(lazy="joined")
    link: Mapped[ContributionLink | None] = relationship()

    __table_args__ = (
        Index("uq_notice_once", "entry_id", "person_id", "link_id", "channel", unique=True, postgresql_nulls_not_distinct=True),
        CheckConstraint("(person_id is null) <> (link_id is null)", name="one_reader"),
        CheckConstraint("link_id is null or channel = 'mail'", name="links_have_no_inbox"),
        CheckConstraint("channel in ('inbox', 'mail')", name="channel_known"),
        CheckConstraint("status in ('pending', 'sending', 'sent', 'failed', 'recalled')", name="status_known"),
        CheckConstraint("channel = 'mail' or status in ('pending', 'recalled')", name="only_mail_is_sent"),
        CheckConstraint("(status = 'sent') = (sent_at is not null)", name="sent_has_date"),
        Index("ix_notice_due", "not_before", postgresql_where="channel = 'mail' and status in ('pending', 'sending')"),
        Index("ix_notice_inbox", "person_id", "not_before", postgresql_where="channel = 'inbox'"),
    )

    @property
    def reader(self) -> Person | ContributionLink:
        """Who is told: both have a name, an address, a language, and may be closed (`active`)."""
        found = self.person or self.link
        assert found is not None  # noqa: S101 (a constraint of the table)
        return found


class Claim(db.Model):
    """A thing that happens once at a time (a reminder): whoever inserts the row does it."""

    __tablename__ = "claim"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(MOMENT)
