"""Repeated entries of a report, the lasting things they are chapters of, and what became of those of the last report."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from review_app.extensions import db
from review_app.models.accounts import MOMENT

GOES_ON, IS_OVER = ("continues", "renamed"), ("merged", "ended", "not_followed_up")
FATES = ("open", *GOES_ON, *IS_OVER)
"""What becomes of an entry of the last report; `open` until somebody has said so."""


class LastingItem(db.Model):
    """What lives on over cycles (a measure, a programme): a party's, with a stable address."""

    __tablename__ = "lasting_item"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    party_code: Mapped[str] = mapped_column(ForeignKey("party.code"))
    slug: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(500))

    __table_args__ = (db.UniqueConstraint("party_code", "slug"),)


class Item(db.Model):
    """One entry of a repeated group in one report: a chapter of a lasting item when the group is lasting. Ended, never deleted.

    `checked_version`: as on an answer. `fate`: one of FATES for a chapter carried from the last report, else null;
    `merged_into_id`: the entry of this report that it became part of.
    """

    __tablename__ = "item"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    group: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    lasting_item_id: Mapped[UUID | None] = mapped_column(ForeignKey("lasting_item.id"))
    row_version: Mapped[int] = mapped_column(default=1)
    checked_version: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(MOMENT)
    ended_at: Mapped[datetime | None] = mapped_column(MOMENT)
    fate: Mapped[str | None] = mapped_column(String(20))
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("item.id"))

    __table_args__ = (
        CheckConstraint("checked_version <= row_version", name="checked_was_written"),
        CheckConstraint("fate in ('open', 'continues', 'renamed', 'merged', 'ended', 'not_followed_up')", name="fate_known"),
        CheckConstraint("(fate in ('merged', 'ended', 'not_followed_up')) = (ended_at is not null)", name="fate_is_told"),
        CheckConstraint("coalesce(fate = 'merged', false) = (merged_into_id is not null)", name="merged_into_something"),
        CheckConstraint("merged_into_id <> id", name="not_merged_into_itself"),
        Index("ix_item_unchecked", "report_id", postgresql_where="checked_version < row_version"),
    )
