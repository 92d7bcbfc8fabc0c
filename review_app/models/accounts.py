"""Who takes part: parties, people, what they may do for whom, and their sessions."""

from datetime import datetime
from typing import Any

from flask_security import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column, relationship

from review_app.extensions import db

MOMENT = TIMESTAMP(timezone=True)
ROLES = ("contributor", "coordinator", "reviewer", "administrator")


class Party(db.Model):
    """A country or regional organisation that reports. `names`: language -> official name."""

    __tablename__ = "party"

    code: Mapped[str] = mapped_column(String(3), primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    region: Mapped[str] = mapped_column(String(60), default="")
    is_active: Mapped[bool] = mapped_column(default=True)


class Person(db.Model, UserMixin):
    """A human being with an address. `password` is empty until the invitation is accepted."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(2), default="en")
    time_zone: Mapped[str] = mapped_column(String(60), default="UTC")
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    invited_at: Mapped[datetime | None] = mapped_column(MOMENT)
    joined_at: Mapped[datetime | None] = mapped_column(MOMENT)
    last_seen_at: Mapped[datetime | None] = mapped_column(MOMENT)

    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="person", order_by="Membership.id"
    )

    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("language in ('en', 'fr', 'es')", name="language_known"),
    )

    kind = "person"

    @property
    def is_administrator(self) -> bool:
        return any(m.role == "administrator" for m in self.memberships)

    @property
    def is_reviewer(self) -> bool:
        return any(m.role == "reviewer" for m in self.memberships)

    @property
    def party_codes(self) -> frozenset[str]:
        return frozenset(m.party_code for m in self.memberships if m.party_code)

    def role_for(self, party_code: str) -> str | None:
        """`coordinator`, `contributor` or None for this party."""
        roles = {m.role for m in self.memberships if m.party_code == party_code}
        return "coordinator" if "coordinator" in roles else "contributor" if "contributor" in roles else None

    def scope_for(self, party_code: str) -> frozenset[str] | None:
        """What a contributor may write: codes of sections, or `section/question`; None = everything; empty = nothing."""
        mine = [m for m in self.memberships if m.party_code == party_code]
        if not mine:
            return frozenset()
        if any(m.sections is None for m in mine):
            return None
        return frozenset(code for m in mine for code in m.sections or ())


class Membership(db.Model):
    """What one person may do: for a party (contributor, coordinator) or for the secretariat (reviewer, administrator)."""

    __tablename__ = "membership"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    party_code: Mapped[str | None] = mapped_column(ForeignKey("party.code"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    sections: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))

    person: Mapped[Person] = relationship(back_populates="memberships")
    party: Mapped[Party | None] = relationship(lazy="joined")

    __table_args__ = (
        CheckConstraint("role in ('contributor', 'coordinator', 'reviewer', 'administrator')", name="role_known"),
        CheckConstraint("(role in ('contributor', 'coordinator')) = (party_code is not null)", name="party_fits_role"),
        CheckConstraint("sections is null or role = 'contributor'", name="only_contributors_are_scoped"),
        Index("uq_membership_once", "person_id", "party_code", "role", unique=True, postgresql_nulls_not_distinct=True),
    )


class WebSession(db.Model):
    """A browser's session. `key` is the sha256 of what the cookie holds, so a dump of the table signs nobody in."""

    __tablename__ = "web_session"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(index=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    expires_at: Mapped[datetime] = mapped_column(MOMENT, index=True)
