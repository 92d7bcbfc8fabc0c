"""Repeated entries of a report, and the lasting things they are chapters of."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from review_app.extensions import db
from review_app.models.accounts import MOMENT


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

    `checked_version`: as on an answer.
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

    lasting_item: Mapped[LastingItem | None] = relationship()

    __table_args__ = (
        CheckConstraint("checked_version <= row_version", name="checked_was_written"),
        Index("ix_item_unchecked", "report_id", postgresql_where="checked_version < row_version"),
    )
