"""What people without an account are asked for by a link, and what they answer: every text they save, until it is decided on."""

from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from review_app.extensions import db
from review_app.models.accounts import MOMENT, Person
from review_app.models.reports import Report


class ContributionLink(db.Model):
    """One receiver asked for a section, for one question of it, or for an entry (`item_id`) of one of its groups.

    Without a section: the signing official, asked to read the whole report and declare it. `declared_sha256` is that of the
    text they read (`queries.declarations.text_sha256`), `organisation` their position.
    `name` and `email` say whom the team wrote to, `writer` and `organisation` who answered, in their own words. A link is
    over at `expires_at`, when it is withdrawn, and while its report cannot be written.
    """

    __tablename__ = "contribution_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    section: Mapped[str | None] = mapped_column(String(80))
    question: Mapped[str | None] = mapped_column(String(80))
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("item.id"))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2))
    message: Mapped[str] = mapped_column(Text)
    shows_answers: Mapped[bool]
    is_credited: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime] = mapped_column(MOMENT)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(MOMENT)
    opened_at: Mapped[datetime | None] = mapped_column(MOMENT)
    answered_at: Mapped[datetime | None] = mapped_column(MOMENT)
    withdrawn_at: Mapped[datetime | None] = mapped_column(MOMENT)
    writer: Mapped[str] = mapped_column(String(200), default="")
    organisation: Mapped[str] = mapped_column(String(200), default="")
    declared_sha256: Mapped[str | None] = mapped_column(String(64))

    report: Mapped[Report] = relationship()
    asked_by: Mapped[Person] = relationship()

    __table_args__ = (
        CheckConstraint("language in ('en', 'fr', 'es')", name="language_known"),
        CheckConstraint("question is null or item_id is null", name="one_place"),
        CheckConstraint("section is not null or (question is null and item_id is null)", name="declaration_is_whole"),
        CheckConstraint(
            "(declared_sha256 is not null) = (section is null and answered_at is not null)", name="declaration_names_text"
        ),
        CheckConstraint("answered_at is null or (writer <> '' and organisation <> '')", name="answered_has_writer"),
        CheckConstraint("opened_at is not null or answered_at is null", name="answered_was_opened"),
    )

    kind: Literal["link"] = "link"

    @property
    def is_declaration(self) -> bool:
        """Whether it asks for no text but for the declaration on all of it."""
        return self.section is None

    @property
    def active(self) -> bool:
        """Whether it still leads anywhere, so that a mail about it makes sense."""
        return self.withdrawn_at is None

    @property
    def last_day(self) -> date:
        """The day at whose end it stops, where the report is due."""
        return (self.expires_at - timedelta(minutes=1)).astimezone(ZoneInfo(self.report.due_zone)).date()

    @property
    def who(self) -> str:
        """Who answered, else who was asked."""
        return ", ".join(part for part in (self.writer, self.organisation) if part) or self.name


class Proposal(db.Model):
    """One text that was saved by a link. Of each place the highest `version` stands; only the decision on it is ever written.

    `entry` numbers the new entries of a link, each of one `group`. `value` as on an answer.
    """

    __tablename__ = "proposal"

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("contribution_link.id"))
    group: Mapped[str | None] = mapped_column(String(80))
    entry: Mapped[int | None]
    question: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    value: Mapped[dict[str, Any]] = mapped_column(JSONB)
    lang: Mapped[str | None] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(MOMENT)
    outcome: Mapped[str | None] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(MOMENT)

    link: Mapped[ContributionLink] = relationship()

    __table_args__ = (
        Index("uq_proposal_place", "link_id", "entry", "question", "version", unique=True, postgresql_nulls_not_distinct=True),
        CheckConstraint('("group" is null) = (entry is null)', name="entry_has_group"),
        CheckConstraint("outcome in ('accepted', 'merged', 'declined')", name="outcome_known"),
        CheckConstraint("(outcome is null) = (decided_at is null)", name="decided_has_date"),
        CheckConstraint("(outcome is null) = (decided_by is null)", name="decided_by_somebody"),
        CheckConstraint("value ? 'raw'", name="value_has_raw"),
    )
