"""Roles, databases and what each role may do."""

from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest
from flask import Flask

from config import Settings
from review_app.database import DatabaseError, make_database, make_roles
from review_app.queries.invariants import broken


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def test_making_roles_twice_changes_nothing(settings: Settings) -> None:
    make_roles(settings)
    make_database(settings)
    with connect(settings.database_url) as app_role:
        assert app_role.execute("select current_user").fetchone() == ("relata_app",)


@pytest.mark.parametrize("role", ["database_url", "database_public_url"])
def test_only_the_owner_changes_tables(settings: Settings, role: str) -> None:
    with connect(getattr(settings, role)) as connection:
        for statement in ("create table mine (id int)", "drop table person", "create schema mine", "truncate entry"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_the_public_role_reads_what_is_published_and_nothing_else(settings: Settings) -> None:
    with connect(settings.database_owner_url) as owner:
        tables = owner.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    with connect(settings.database_public_url) as public:
        public.execute("select 1 from published.publication")
        for (name,) in tables:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                public.execute(f'select 1 from public."{name}"')
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            public.execute("delete from published.publication")


@pytest.mark.parametrize("statement", ["update entry set fact = 'x'", "delete from entry", "delete from snapshot"])
def test_the_journal_and_the_snapshots_are_for_ever(settings: Settings, statement: str) -> None:
    with connect(settings.database_url) as app_role, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_role.execute(statement)


def test_addresses_that_do_not_fit_are_refused(settings: Settings) -> None:
    with pytest.raises(DatabaseError, match="DATABASE_OWNER_URL is not set"):
        make_roles(replace(settings, database_owner_url=""))
    with pytest.raises(DatabaseError, match="must sign in as relata_app"):
        make_roles(replace(settings, database_url=settings.database_owner_url))
    with pytest.raises(DatabaseError, match="same database"):
        make_roles(replace(settings, database_url=settings.database_url.replace("/relata_test", "/another")))
    with pytest.raises(DatabaseError, match="DATABASE_ADMIN_URL"):
        make_roles(replace(settings, database_admin_url=""))


def test_a_fresh_database_has_tables_and_nothing_in_them(fresh_database: Callable[[bool], Settings]) -> None:
    with connect(fresh_database(True).database_url) as own:
        assert own.execute("select count(*) from person").fetchone() == (0,)
    with connect(fresh_database(False).database_owner_url) as bare:
        assert bare.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone() == (0,)


def test_the_invariants_are_sql_that_runs(app: Flask) -> None:
    with app.app_context():
        assert broken() == {}
