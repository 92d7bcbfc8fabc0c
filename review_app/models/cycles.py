"""When reports are due: cycles, who is expected, and extensions."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from review_app.extensions import db
from review_app.models.accounts import MOMENT, Party


class Cycle(db.Model):
    """One round of reporting with one edition of one questionnaire; `checksum` is that of the edition when it opened.

    `carries`: its reports begin with the answers of the last ones.
    """

    __tablename__ = "cycle"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    titles: Mapped[dict[str, str]] = mapped_column(JSONB)
    questionnaire: Mapped[str] = mapped_column(String(80))
    edition: Mapped[str] = mapped_column(String(40))
    checksum: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(20), default="planned", index=True)
    row_version: Mapped[int] = mapped_column(default=1)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    due_on: Mapped[date | None]
    due_zone: Mapped[str] = mapped_column(String(60), default="UTC")
    carries: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime | None] = mapped_column(MOMENT)
    closed_at: Mapped[datetime | None] = mapped_column(MOMENT)

    expected: Mapped[list["CycleParty"]] = relationship(
        back_populates="cycle", order_by="CycleParty.party_code, CycleParty.subject"
    )

    __table_args__ = (
        CheckConstraint("state in ('planned', 'open', 'closed', 'archived')", name="state_known"),
        CheckConstraint("(state = 'planned') = (opened_at is null)", name="opened_has_date"),
        CheckConstraint("state = 'planned' or checksum is not null", name="opened_has_checksum"),
        CheckConstraint("starts_on is null or ends_on >= starts_on", name="period_runs_forward"),
    )


class CycleParty(db.Model):
    """A report expected in a cycle: a party, and for programmes and cases a subject (else empty)."""

    __tablename__ = "cycle_party"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    party_code: Mapped[str] = mapped_column(ForeignKey("party.code"))
    subject: Mapped[str] = mapped_column(String(200), default="")

    cycle: Mapped[Cycle] = relationship(back_populates="expected")
    party: Mapped[Party] = relationship(lazy="joined")

    __table_args__ = (db.UniqueConstraint("cycle_id", "party_code", "subject"),)


class Extension(db.Model):
    """A later date given to one report, with the reason; the cycle's own date stands as it was."""

    __tablename__ = "extension"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    old_due_on: Mapped[date | None]
    new_due_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(MOMENT)
