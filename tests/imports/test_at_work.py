"""Workers at imports: two at once, and one whose database fails in the middle of its turn."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from review_app.extensions import db as database
from review_app.models import Item, Report
from review_app.operations import importing
from review_app.permissions import SYSTEM
from review_app.queries.invariants import broken
from tests.old_texts import NOW, begin, measure, statuses, work
from tests.racing import Race

DISK_IS_FULL = "do $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$"


def accepted(**texts: str) -> int:
    """A batch whose texts wait to be brought in."""
    batch = begin({f"{name}.txt": measure(words) for name, words in texts.items()})
    work(batch)
    importing.accept_ready(SYSTEM, batch, now=NOW)
    return batch


def race(app: Flask, *batches: int) -> tuple[tuple[str, str], list[int]]:
    """How many texts each of two workers settled in one turn, and which of the two was through first."""
    through: list[int] = []

    def turn(number: int) -> Callable[[], str]:
        def take() -> str:
            count = importing.work_on(batches[number], now=NOW)
            through.append(number)
            return str(count)

        return take

    outcomes = Race(app, turn(0), turn(1)).run()
    database.session.rollback()
    return outcomes, through


def test_a_second_worker_at_an_import_leaves_it_to_the_first_at_once(
    app: Flask, db: Any, caplog: pytest.LogCaptureFixture
) -> None:
    batch = accepted(a="Barges", b="Quays")
    with caplog.at_level(logging.WARNING, logger=importing.__name__):
        assert race(app, batch, batch) == (("2", "0"), [1, 0])
    assert (set(statuses(batch).values()), caplog.messages, broken()) == ({"imported"}, [], {})


def test_two_imports_at_once_go_into_one_report_of_a_party(app: Flask, db: Any) -> None:
    batches = accepted(a="Barges"), accepted(b="Quays")
    outcomes, _ = race(app, *batches)
    assert outcomes == ("1", "1")
    assert [statuses(batch) for batch in batches] == [{"a.txt": "imported"}, {"b.txt": "imported"}]
    counts = (database.session.scalar(select(func.count()).select_from(table)) for table in (Report, Item))
    assert (*counts, broken()) == (1, 2, {})


@contextmanager
def disk_full_once(at: str) -> Iterator[None]:
    """The server fails at the next statement that begins so; its connection lives on."""
    met: list[str] = []

    def fail(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
        if met or not statement.startswith(at):
            return statement, parameters
        met.append(statement)
        return DISK_IS_FULL, ()

    event.listen(Engine, "before_cursor_execute", fail, retval=True)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", fail)
    assert met


def test_a_text_is_not_refused_for_what_the_database_could_not_do(db: Any) -> None:
    batch = begin({"a.txt": measure("Barges"), "b.txt": measure("Quays")})
    with disk_full_once("UPDATE import_text"), pytest.raises(OperationalError):
        importing.work_on(batch, now=NOW)
    assert statuses(batch) == {"a.txt": "waiting", "b.txt": "waiting"}
    work(batch)
    importing.accept_ready(SYSTEM, batch, now=NOW)
    with disk_full_once("INSERT INTO report"), pytest.raises(OperationalError):
        importing.work_on(batch, now=NOW)
    assert statuses(batch) == {"a.txt": "accepted", "b.txt": "accepted"}
    work(batch)
    assert (statuses(batch), broken()) == ({"a.txt": "imported", "b.txt": "imported"}, {})
