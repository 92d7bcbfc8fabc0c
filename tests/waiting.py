"""Waiting for what other threads and processes do: with an end, and a sentence that says what was waited for."""

import time
from collections.abc import Callable

import psycopg
from flask import has_app_context

from review_app.extensions import db

SHORTEST, LONGEST = 0.002, 0.1


def wait_until(
    is_so: Callable[[], object], what: str, *, seconds: float = 60, left: Callable[[], object] | None = None
) -> float:
    """How many seconds it took. Fails with `what`, and what is `left`, after `seconds`. A database that is away is only late."""
    began, pause = time.monotonic(), SHORTEST
    while True:
        try:
            if has_app_context():
                db.session.rollback()  # to see what others have committed meanwhile
            if is_so():
                return time.monotonic() - began
        except psycopg.OperationalError:
            pass
        if time.monotonic() > began + seconds:
            raise AssertionError(f"Waited {seconds} s until {what}. {left() if left else ''}")
        time.sleep(pause)
        pause = min(2 * pause, LONGEST)
