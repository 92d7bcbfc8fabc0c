"""What must stand before the application can run: the three database roles, the database itself and its tables."""

from pathlib import Path

import flask_migrate
import psycopg
from flask import Flask
from psycopg import sql
from sqlalchemy import URL, make_url

from config import ROLE_APP, ROLE_OWNER, ROLE_PUBLIC, Settings, SetupError

MIGRATIONS = Path(__file__).parent / "migrations"


class DatabaseError(SetupError):
    """The database cannot be prepared as the settings say."""


def make_roles(settings: Settings) -> None:
    """Create the three roles with the passwords of their URLs, and the database, owned by the owner. Safe to repeat.

    Roles belong to the cluster, not to a database: hence a command for whoever administers it, not a migration.
    """
    urls = _role_urls(settings)
    with _admin(settings) as admin:
        for role, url in urls.items():
            known = admin.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
            verb = "ALTER" if known else "CREATE"
            admin.execute(
                sql.SQL(f"{verb} ROLE {{}} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {{}}").format(
                    sql.Identifier(role), sql.Literal(url.password)
                )
            )
        # A superuser may hand a database to any role; an administrator of a hosted cluster must be a member of it.
        if not _is_superuser(admin):
            admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(ROLE_OWNER)))
    make_database(settings)


def make_database(settings: Settings, *, template: str = "template0") -> None:
    """Create the database of DATABASE_URL unless it is there; only the three roles may connect to it."""
    name = sql.Identifier(_database_name(settings))
    with _admin(settings) as admin:
        if not admin.execute("select 1 from pg_database where datname = %s", [_database_name(settings)]).fetchone():
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} ENCODING 'UTF8'").format(
                    name, sql.Identifier(ROLE_OWNER), sql.Identifier(template)
                )
            )
        admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        for role in (ROLE_APP, ROLE_PUBLIC):
            admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, sql.Identifier(role)))
    with psycopg.connect(plain(_role_urls(settings)[ROLE_OWNER]), autocommit=True) as owner:
        # Older servers let everybody create tables in `public`.
        owner.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")


def drop_database(settings: Settings) -> None:
    """Delete the database of DATABASE_URL with everything in it, ending the sessions that use it."""
    with _admin(settings) as admin:
        name = sql.Identifier(_database_name(settings))
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def migrate(app: Flask) -> None:
    """Bring the tables up to date. `app` must be created with the owner's URL: no other role may change tables."""
    with app.app_context():
        flask_migrate.upgrade(directory=str(MIGRATIONS))


def is_empty(settings: Settings) -> bool:
    """Whether nobody has an account yet. The tables must exist."""
    with psycopg.connect(plain(make_url(settings.database_url))) as connection:
        return connection.execute("select 1 from person limit 1").fetchone() is None


def plain(url: URL) -> str:
    """The URL in the spelling psycopg itself understands."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _database_name(settings: Settings) -> str:
    return make_url(settings.database_url).database or ""


def _role_urls(settings: Settings) -> dict[str, URL]:
    """Role -> its URL. The names are fixed, since the migrations grant rights by name."""
    given = {
        ROLE_OWNER: ("DATABASE_OWNER_URL", settings.database_owner_url),
        ROLE_APP: ("DATABASE_URL", settings.database_url),
        ROLE_PUBLIC: ("DATABASE_PUBLIC_URL", settings.database_public_url),
    }
    urls = {}
    for role, (variable, text) in given.items():
        if not text:
            raise DatabaseError(f"{variable} is not set: it is how {role} signs in.")
        urls[role] = make_url(text)
        if urls[role].username != role or not urls[role].password:
            raise DatabaseError(f"{variable} must sign in as {role}, with a password.")
    if len({(url.host, url.port, url.database) for url in urls.values()}) > 1:
        raise DatabaseError("The three database URLs must name the same database.")
    return urls


def _admin(settings: Settings) -> psycopg.Connection:
    if not settings.database_admin_url:
        raise DatabaseError("DATABASE_ADMIN_URL is not set: it belongs to somebody who may create roles and databases.")
    return psycopg.connect(plain(make_url(settings.database_admin_url)), autocommit=True)


def _is_superuser(admin: psycopg.Connection) -> bool:
    row = admin.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
    return bool(row and row[0])
