"""Signed links that let somebody in. None is stored; use spoils those of invitations and new passwords."""

import hashlib
from datetime import UTC, datetime, timedelta

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from review_app.extensions import db
from review_app.models import ContributionLink, Person

INVITATION_LASTS = timedelta(days=30)
RESET_LASTS = timedelta(hours=1)


def invitation_token(person: Person) -> str:
    """For the address auth.join. Good for 30 days, until the person joins."""
    return _sign("invitation", person)


def reset_token(person: Person) -> str:
    """For the address auth.reset. Good for an hour, until the password changes."""
    return _sign("reset", person)


def person_of_invitation(token: str, *, now: datetime) -> Person | None:
    """Who is invited by this link; None when it is spoilt, used or too old."""
    return _person("invitation", token, lasts=INVITATION_LASTS, now=now)


def person_of_reset(token: str, *, now: datetime) -> Person | None:
    """Whose password this link changes; None when it is spoilt, used or too old."""
    return _person("reset", token, lasts=RESET_LASTS, now=now)


def person_of_old_invitation(token: str) -> Person | None:
    """Who was invited by this link, however long ago, and has not joined: that person may ask for a new one."""
    return _person("invitation", token, lasts=None, now=None)


def contribution_token(link: ContributionLink) -> str:
    """For the address contributing.write. What it opens and until when is asked of the link each time."""
    return str(_lasting().dumps(link.id))


def contribution_of(token: str) -> ContributionLink | None:
    """The link this token belongs to, be it over; None when the token is spoilt."""
    try:
        return db.session.get(ContributionLink, _lasting().loads(token))
    except BadSignature:
        return None


def _lasting() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="relata-contribution")


def _sign(purpose: str, person: Person) -> str:
    return str(_serializer(purpose).dumps([person.id, _state(person)]))


def _person(purpose: str, token: str, *, lasts: timedelta | None, now: datetime | None) -> Person | None:
    try:
        content, signed_at = _serializer(purpose).loads(token, return_timestamp=True)
    except BadSignature:
        return None
    if lasts is not None and now is not None and now - signed_at.astimezone(UTC) > lasts:
        return None
    person_id, state = content
    person = db.session.get(Person, person_id)
    return person if person is not None and person.active and _state(person) == state else None


def _state(person: Person) -> str:
    """A digest of what changes when a link is used or a session is ended everywhere."""
    return hashlib.sha256(f"{person.fs_uniquifier}|{person.password or ''}".encode()).hexdigest()[:24]


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"relata-{purpose}")
