"""The extensions, unbound: `wiring.create_app` binds them to an application."""

import select
from typing import Any

from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_migrate import Migrate
from flask_security import Security
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from psycopg import OperationalError
from sqlalchemy import Engine, MetaData, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Session


class Base(DeclarativeBase):
    """Every table of the desk. The schema `published` has Core tables of its own metadata."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)
migrate = Migrate()
csrf = CSRFProtect()
babel = Babel()
limiter = Limiter(key_func=get_remote_address, strategy="moving-window")
security = Security()


def leave_dead_connections(engine: Engine) -> None:
    """Take no connection from the pool that the server has closed meanwhile.

    Costs no query: nobody has spoken on an idle connection, so that something to read there means that it was ended,
    or (after the server read its settings again) a notice that libpq takes in.
    """

    @event.listens_for(engine, "checkout")
    def look(connection: Any, _record: Any, _proxy: Any) -> None:
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN | select.POLLHUP)
        try:
            while poll.poll(0):  # the farewell of a server and the end of the line are read one after the other
                connection.pgconn.consume_input()
        except OperationalError as error:
            raise InvalidatePoolError from error


READ_ONLY = "-c default_transaction_read_only=on"
"""What a server is told of a connection that `write_in_transactions` then lets write."""


def write_in_transactions(engine: Engine) -> None:
    """Say READ WRITE with each BEGIN: what is done without a transaction can only read. Costs no query."""

    @event.listens_for(engine, "connect")
    def allow(connection: Any, _record: Any) -> None:
        connection.read_only = False


def start_reading() -> None:
    """Read without a transaction until an operation begins one. Each statement sees what is committed, as it would in one.

    Saves two round trips a page; and a rollback at its end would make psycopg forget every statement that is prepared.
    """
    session = db.session()
    if not session.in_transaction():
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        session.info["is_reading"] = True


def stop_reading(session: Session) -> bool:
    """Let a transaction begin with the next statement; whether there was none. What was read stays loaded."""
    was_reading = bool(session.info.pop("is_reading", False))
    if was_reading and (reading := session.get_transaction()):
        reading.close()
    return was_reading
