"""Two people at the same moment, in two real transactions."""

import threading
from collections.abc import Callable

from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from review_app.extensions import db
from tests.waiting import wait_until


class Race:
    """Runs two moves in two threads. The first stops before its commit until the second waits for it, or is through."""

    def __init__(self, app: Flask, first: Callable[[], str], second: Callable[[], str]) -> None:
        self.app, self.moves, self.outcomes = app, (first, second), ["", ""]
        self.is_ready, self.may_commit = threading.Event(), threading.Event()
        self.first_thread: int | None = None
        self.error: BaseException | None = None
        self.was_open = False
        """Whether the first had written and not committed when the second came."""

    def run(self) -> tuple[str, str]:
        """What became of each."""
        event.listen(Session, "before_commit", self._stop)
        try:
            one = self._start(0)
            assert self.is_ready.wait(60) or not one.is_alive()
            self.was_open = one.is_alive()
            two = self._start(1)
            wait_until(lambda: not two.is_alive() or self._is_waiting(), "the second is through or waits")
            self.may_commit.set()
            one.join(60)
            two.join(60)
        finally:
            self.may_commit.set()
            event.remove(Session, "before_commit", self._stop)
        if self.error:
            raise self.error
        return self.outcomes[0], self.outcomes[1]

    def _start(self, number: int) -> threading.Thread:
        def run() -> None:
            if number == 0:
                self.first_thread = threading.get_ident()
            try:
                with self.app.app_context():
                    self.outcomes[number] = self.moves[number]()
            except BaseException as error:
                self.error = error
            finally:
                if number == 0:
                    self.is_ready.set()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def _stop(self, session: Session) -> None:
        if threading.get_ident() == self.first_thread and not self.is_ready.is_set():
            self.is_ready.set()
            self.may_commit.wait(60)

    def _is_waiting(self) -> bool:
        waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        with db.engine.connect() as connection:
            return bool(connection.scalar(text(waiting)))
