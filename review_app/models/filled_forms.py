"""Forms that came back filled in, until somebody has decided what of them goes into the report."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from review_app.extensions import db
from review_app.models.accounts import MOMENT


class FilledForm(db.Model):
    """One file as it was read. `content` is `readers.filled.Filled` as JSON. Closed once its changes were decided on."""

    __tablename__ = "filled_form"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(MOMENT)
    closed_at: Mapped[datetime | None] = mapped_column(MOMENT)
