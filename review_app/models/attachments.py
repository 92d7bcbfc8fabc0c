"""Files that were sent with a report. Their bytes lie in the storage, under the id."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from review_app.extensions import db
from review_app.models.accounts import MOMENT


class Attachment(db.Model):
    """One file, which never changes. An answer, a saved text or a snapshot names it with its `values.FILE_FACTS`.

    `status`: checking (the virus scanner has not spoken; a worker asks it from `try_at` on), ready, refused (a virus: `verdict`
    is what the scanner called it), gone. The bytes of the last two are deleted. `unused_since`: neither an answer nor a snapshot
    names it.
    """

    __tablename__ = "attachment"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(10))
    verdict: Mapped[str | None] = mapped_column(Text)
    try_at: Mapped[datetime | None] = mapped_column(MOMENT)
    unused_since: Mapped[datetime | None] = mapped_column(MOMENT)
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(MOMENT)

    __table_args__ = (
        CheckConstraint("status in ('checking', 'ready', 'refused', 'gone')", name="status_known"),
        CheckConstraint("(status = 'checking') = (try_at is not null)", name="checking_is_tried"),
        CheckConstraint("(status = 'refused') = (verdict is not null)", name="refused_has_verdict"),
        CheckConstraint("length(sha256) = 64", name="sha256_whole"),
        CheckConstraint("size > 0", name="size_positive"),
        Index("ix_attachment_checking", "try_at", postgresql_where="status = 'checking'"),
    )
