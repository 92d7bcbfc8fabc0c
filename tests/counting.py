"""Counting the SQL statements that something takes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.browser import Browser


@dataclass
class Counted:
    """The SQL statements that ran while counting."""

    statements: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.statements)

    def __str__(self) -> str:
        return f"{self.count} statements:\n" + "\n".join(" ".join(text.split())[:300] for text in self.statements)


@pytest.fixture
def count_queries() -> Callable[[], Any]:
    """`with count_queries() as counted: ...` counts the statements of all engines of this process, as the server gets them."""

    @contextmanager
    def counting() -> Iterator[Counted]:
        counted = Counted()

        def remember(_connection: object, _cursor: object, statement: str, values: object, _context: object, is_many: bool) -> None:
            counted.statements += [statement] * (len(values) if is_many and isinstance(values, list) else 1)

        event.listen(Engine, "before_cursor_execute", remember)
        try:
            yield counted
        finally:
            event.remove(Engine, "before_cursor_execute", remember)

    return counting


@pytest.fixture
def cost(count_queries: Callable[[], Any]) -> Callable[..., list[int]]:
    """`cost(browser, *addresses)`: the queries of each page. Asked twice: the first time may mark that somebody was here."""

    def count(browser: Browser, *addresses: str) -> list[int]:
        found = []
        for address in addresses:
            browser.get(address)
            with count_queries() as counted:
                browser.get(address)
            found.append(counted.count)
        assert all(found)
        return found

    return count
