"""Processes that die at one exact point of their work. The product knows nothing of the points."""

import itertools
import json
import os
import signal
import smtplib
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Self, TextIO

import celery
import pytest
import time_machine
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session, configure_mappers

from config import Settings
from review_app import tasks
from review_app.extensions import db
from tests.moves import MOVES, Place
from tests.servers import ROOT, environment_of
from tests.small_report import Small

KILLED, RAISED, HANDLED = 137, 70, 71  # exit codes: dead; the error came out; somebody dealt with the error
SECONDS_TO_DIE = 60

COMMITS = {"before the commit": "before_commit", "after the commit": "after_commit"}
CALLS = {"after the doorbell": (celery.Celery, "send_task"), "after the mail was taken": (smtplib.SMTP, "data")}

# What is interrupted: what people do, and what the worker and the clock do.
WORK: dict[str, Callable[[Place], Any]] = {
    **MOVES,
    "send": lambda place: tasks.send_notice(place.last_mail),
    "react": lambda place: tasks.react(place.last_entry),
    "sweep": lambda place: tasks.sweep(),
    "remind": lambda place: tasks.remind(),
}


class Crash(Exception):
    """The milder twin of sudden death: what stands in `finally` and `except` still runs."""


@contextmanager
def armed(point: str, nth: int, die: Callable[[], None]) -> Iterator[None]:
    """Whoever passes the point for the nth time dies there."""
    passed = itertools.count(1)

    def pass_by(*_: object, **__: object) -> None:
        if next(passed) == nth:
            die()

    with pytest.MonkeyPatch.context() as patch:
        if point in COMMITS:
            event.listen(Session, COMMITS[point], pass_by)
        else:
            owner, name = CALLS[point]
            original = getattr(owner, name)

            def call(*args: Any, **kwargs: Any) -> Any:
                result = original(*args, **kwargs)
                pass_by()
                return result

            patch.setattr(owner, name, call)
        try:
            yield
        finally:
            if point in COMMITS:
                event.remove(Session, COMMITS[point], pass_by)


class Nursery:
    """A process with the application loaded and nothing open, which forks the ones that die. One JSON line is one death."""

    def __init__(self, settings: Settings, log: TextIO) -> None:
        self.log = log
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.crashes"], env=environment_of(settings), cwd=ROOT, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=log,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate(timeout=60)

    def let_die(self, work: str, place: Place, *, point: str, nth: int, is_hard: bool) -> int:
        """Work on the place in a child that dies at the point; its exit code. The child lives at the moment of the place."""
        told = {**asdict(place), "now": place.now.isoformat()}
        job = {"work": work, "place": told, "point": point, "nth": nth, "is_hard": is_hard}
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "the nursery is gone"
        return int(answer)


def main() -> None:
    """The nursery: it ends when its parent closes the line."""
    from review_app.cli import application

    app = application()
    configure_mappers()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            signal.alarm(SECONDS_TO_DIE)
            os._exit(_live(app, **json.loads(line)))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _live(app: Flask, *, work: str, place: dict[str, Any], point: str, nth: int, is_hard: bool) -> int:
    """The child's life; 0 when it never came to its point."""
    small = Small(**place.pop("small"))
    where = replace(Place(small, **place), now=datetime.fromisoformat(place["now"]))
    has_come = []

    def die() -> None:
        if is_hard:
            os._exit(KILLED)
        has_come.append(point)
        raise Crash(point)

    try:
        with time_machine.travel(where.now), app.app_context(), armed(point, nth, die):
            WORK[work](where)
            db.session.remove()
    except Crash:
        return RAISED
    except BaseException:
        traceback.print_exc()
        return 1
    return HANDLED if has_come else 0


if __name__ == "__main__":
    main()
