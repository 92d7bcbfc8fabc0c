"""Browser sessions in PostgreSQL, on a connection of their own, so that a dead broker signs nobody out."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, g
from flask.sessions import SessionMixin
from flask_session.base import ServerSideSession, ServerSideSessionInterface
from sqlalchemy import Engine, delete, select
from sqlalchemy.dialects.postgresql import insert

from review_app.models import WebSession

table = WebSession.__table__


class PostgresSessions(ServerSideSessionInterface):
    """Flask-Session over the table `web_session`. `engine` commits each statement by itself."""

    session_class = ServerSideSession

    def __init__(self, app: Flask, engine: Engine) -> None:
        super().__init__(
            app, key_prefix="", use_signer=False, permanent=False, sid_length=32, serialization_format="json"
        )
        self._engine = engine

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Public pages set no cookie, since any cache may keep them; nor does an untouched, empty session."""
        if g.get("is_public") or (not session and not session.modified):
            return
        super().save_session(app, session, response)

    def _retrieve_session_data(self, store_id: str) -> dict[str, Any] | None:
        with self._engine.connect() as connection:
            return connection.scalar(
                select(table.c.content).where(table.c.key == _key(store_id), table.c.expires_at > datetime.now(UTC))
            )

    def _delete_session(self, store_id: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(delete(table).where(table.c.key == _key(store_id)))

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
