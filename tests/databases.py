"""The databases of the tests: made from one with up-to-date tables, and emptied."""

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import URL, make_url
from sqlalchemy.engine import Engine

from config import Settings
from review_app.database import plain
from tests.servers import Ground, in_database

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture(scope="session")
def template(ground: Ground) -> Settings:
    """Settings of a database with up-to-date tables and nothing in them, to be cloned and never written to."""
    from review_app.database import make_roles, migrate
    from review_app.wiring import create_app

    settings = in_database(ground.settings, "relata_template")
    make_roles(settings)
    app = create_app(dataclasses.replace(settings, database_url=settings.database_owner_url))
    migrate(app)
    _leave(app)
    return settings


def _leave(app: "Flask") -> None:
    """Close all connections of an application, so that its database can be cloned or dropped."""
    from review_app.extensions import db

    with app.app_context():
        db.session.remove()
        others = [found for found in app.extensions.values() if isinstance(found, Engine)]
        for engine in [*db.engines.values(), *others]:
            engine.dispose()


@pytest.fixture(scope="session")
def settings(ground: Ground, template: Settings) -> Settings:
    """The settings nearly every test uses. The database is emptied after each test that uses `app`."""
    from review_app.database import make_database

    make_database(ground.settings, template="relata_template")
    return ground.settings


@pytest.fixture
def fresh_database(ground: Ground, template: Settings) -> Iterator[Callable[[bool], Settings]]:
    """Makes databases of one's own: `fresh_database(True)` with tables, `fresh_database(False)` without."""
    from review_app.database import drop_database, make_database

    made: list[Settings] = []

    def make(has_tables: bool = True) -> Settings:
        own = in_database(ground.settings, f"relata_own_{len(made)}")
        made.append(own)
        make_database(own, template="relata_template" if has_tables else "template0")
        return own

    yield make
    for own in made:
        drop_database(own)


def administrator_url(settings: Settings) -> URL:
    """The database of the tests as the cluster's administrator sees it."""
    return make_url(settings.database_admin_url).set(database=make_url(settings.database_url).database)


def empty(settings: Settings, ground: Ground) -> None:
    """Leave no row, no file and nothing in the queue."""
    _empty_tables(settings)
    empty_queue(ground)


def _empty_tables(settings: Settings) -> None:
    """Empty every table that has rows, and the files. As the cluster's administrator: no role of ours may empty the journal."""
    shutil.rmtree(settings.files_folder, ignore_errors=True)
    with psycopg.connect(plain(administrator_url(settings)), autocommit=True) as admin:
        admin.execute("set lock_timeout = '15s'")
        admin.execute("""
            do $$ declare name text; filled text[] := '{}'; has_rows boolean;
            begin
              for name in select format('%I.%I', schemaname, tablename) from pg_tables
                          where schemaname in ('public', 'published') and tablename <> 'alembic_version' loop
                execute 'select exists (select 1 from ' || name || ')' into has_rows;
                if has_rows then filled := filled || name; end if;
              end loop;
              if cardinality(filled) > 0 then
                execute 'truncate ' || array_to_string(filled, ', ') || ' restart identity cascade';
              end if;
            end $$""")


def empty_queue(ground: Ground) -> None:
    import redis

    with redis.Redis.from_url(ground.valkey.url) as queue:
        queue.flushall()
