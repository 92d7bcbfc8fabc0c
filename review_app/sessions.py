"""Browser sessions in PostgreSQL, on a connection of their own, so that a dead broker signs nobody out.

The row of a session that is over signs nobody in, but still says for a day whose it was: then what its page sends can be kept.
"""

import hashlib
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, g
from flask.sessions import SessionMixin
from flask_security import SQLAlchemyUserDatastore
from flask_session.base import ServerSideSession, ServerSideSessionInterface
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Engine, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from review_app.extensions import db, start_reading
from review_app.models import Membership, Person, WebSession

table = WebSession.__table__
_OF_KEY = (
    select(WebSession.content, Person)
    .outerjoin(Person, Person.fs_uniquifier == WebSession.content["_user_id"].astext)
    .where(WebSession.key == bindparam("key"), WebSession.expires_at > bindparam("now"))
    .options(joinedload(Person.memberships).lazyload(Membership.party))
)

MOST_SAID = 300  # characters of a sentence, three of which fit into a cookie
ENDED_FOR = timedelta(hours=24)


class PostgresSessions(ServerSideSessionInterface):
    """Flask-Session over the table `web_session`. `engine` commits each statement by itself."""

    session_class = ServerSideSession

    def __init__(self, app: Flask, engine: Engine) -> None:
        super().__init__(
            app, key_prefix="", use_signer=False, permanent=False, sid_length=32, serialization_format="json"
        )
        self._engine = engine
        self._said_in = f"{app.config['SESSION_COOKIE_NAME']}-said"
        self._signer = URLSafeSerializer(app.config["SECRET_KEY"], salt="said")

    def open_session(self, app: Flask, request: Request) -> ServerSideSession:
        """The session, with what the page before left to say, which a cookie of its own carries: it costs no row."""
        session = super().open_session(app, request)
        g.session_as_stored = {**session, "sid": session.sid}
        g.brought_something_to_say = self._said_in in request.cookies
        if g.brought_something_to_say:
            with suppress(BadSignature):
                session["_flashes"] = [tuple(line) for line in self._signer.loads(request.cookies[self._said_in])]
            session.modified = False
        return session

    def _carry(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Move what is to be said next into its cookie; the session is stored only when anything else in it changed."""
        said = session.pop("_flashes", None)
        options: dict[str, Any] = {"secure": app.config["SESSION_COOKIE_SECURE"], "httponly": True, "samesite": "Lax"}
        if said:
            lines = [[kind, str(words)[:MOST_SAID]] for kind, words in said[-3:]]
            response.set_cookie(self._said_in, str(self._signer.dumps(lines)), **options)
        elif g.brought_something_to_say:
            response.delete_cookie(self._said_in, **options)
        if session and {**session, "sid": session.sid} == g.session_as_stored:  # type: ignore[attr-defined]
            session.modified = False

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Public pages set no cookie, since any cache may keep them; nor does an untouched, empty session."""
        for store_id in g.pop("ended_sessions", ()):
            self._delete_session(store_id)
        if g.get("is_public") or (not session and not session.modified):
            return
        self._carry(app, session, response)
        if not session:
            # Signed out. The cookie stays: it opens nothing, and knows whose the other tabs are.
            self._delete_session(self._get_store_id(session.sid))  # type: ignore[attr-defined]
            return
        super().save_session(app, session, response)

    def regenerate(self, session: ServerSideSession) -> None:
        """Give the session a new name. The old one ends with the answer, since the request's own transaction may hold its row."""
        g.setdefault("ended_sessions", []).append(self._get_store_id(session.sid))
        session.sid = self._generate_sid(self.sid_length)
        session.modified = True

    def last_owner(self, request: Request, now: datetime) -> int | None:
        """The id of the person who was signed in with the session of this cookie within the last day."""
        store_id = request.cookies.get(self.app.config["SESSION_COOKIE_NAME"], "")
        ended = table.c.expires_at > now - ENDED_FOR
        with self._engine.connect() as connection:
            return connection.scalar(select(table.c.person_id).where(table.c.key == _key(store_id), ended))

    def _retrieve_session_data(self, store_id: str) -> dict[str, Any] | None:
        """The session, and in the same query the person it belongs to, whom `People.find_user` then knows."""
        start_reading()
        row = db.session.execute(_OF_KEY, {"key": _key(store_id), "now": datetime.now(UTC)}).unique().first()
        g.person_of_session = row[1] if row else None
        return row[0] if row else None

    def _delete_session(self, store_id: str) -> None:
        over = {"content": {}, "expires_at": func.least(table.c.expires_at, datetime.now(UTC))}
        with self._engine.connect() as connection:
            connection.execute(update(table).where(table.c.key == _key(store_id)).values(over))

    def _upsert_session(self, session_lifetime: timedelta, session: ServerSideSession, store_id: str) -> None:
        row = {
            "content": json.loads(self.serializer.encode(session)),
            "person_id": session.get("_person_id"),
            "expires_at": datetime.now(UTC) + session_lifetime,
        }
        with self._engine.connect() as connection:
            connection.execute(
                insert(table).values(key=_key(store_id), **row).on_conflict_do_update(index_elements=["key"], set_=row)
            )


def _key(store_id: str) -> str:
    return hashlib.sha256(store_id.encode()).hexdigest()


class People(SQLAlchemyUserDatastore):
    """Finds the person of a session without a query: opening the session has brought them along."""

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> Any:
        known = g.get("person_of_session")
        if known is not None and wanted == {"fs_uniquifier": known.fs_uniquifier}:
            return known
        return super().find_user(case_insensitive=case_insensitive, **wanted)
