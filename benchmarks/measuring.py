"""Batches of requests, by turns with the batches they are compared with, and what each request costs."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.stack import Database, Web, cpu_of

ROUNDS = 12
_WRITTEN = re.compile(
    r"\b(?:insert\s+into|delete\s+from|update(?=\s+[\w.\"]+\s+(?:as\s+\w+\s+)?set\b))\s+([\w.\"]+)", re.IGNORECASE
)


@dataclass
class Request:
    """Something a browser asks of a server, `size` times a batch; `ask` does it once. `after` undoes it, unmeasured."""

    name: str
    web: Web
    ask: Callable[[], object]
    size: int = 10
    after: Callable[[], object] | None = None
    web_ms: list[float] = field(default_factory=list)
    database_ms: list[float] = field(default_factory=list)
    latency_ms: list[float] = field(default_factory=list)
    queries: int = 0
    written: frozenset[str] = frozenset()

    @property
    def cpu(self) -> float:
        """Milliseconds of CPU time a request, web and database."""
        return median(map(sum, zip(self.web_ms, self.database_ms, strict=True)))

    def run(self, backends: Sequence[int]) -> None:
        """One batch: CPU time of the web workers and of the database's backends, and the time on the wall."""
        web = base = wall = 0.0
        for _ in range(self.size):
            web_before, base_before, start = self.web.cpu(), sum(map(cpu_of, backends)), time.perf_counter()
            self.ask()
            wall += time.perf_counter() - start
            time.sleep(0.001)  # what a server tidies up behind its answer
            web += self.web.cpu() - web_before
            base += sum(map(cpu_of, backends)) - base_before
            if self.after:
                self.after()
        self.web_ms.append(web / self.size * 1000)
        self.database_ms.append(base / self.size * 1000)
        self.latency_ms.append(wall / self.size * 1000)

    def warm_up(self) -> None:
        for _ in range(self.size * 2):
            self.ask()
            if self.after:
                self.after()

    def count_queries(self, database: Database) -> list[str]:
        """The statements of one request; what is transaction control does not count."""
        with database.logging() as statements:
            self.ask()
        if self.after:
            self.after()
        self.queries, self.written = len(statements), tables_written(statements)
        return statements


def tables_written(statements: Sequence[str]) -> frozenset[str]:
    """The tables that statements insert into, update or delete from."""
    return frozenset(found.lower() for one in statements for found in _WRITTEN.findall(one))


def measure(requests: Sequence[Request], database: Database, *, rounds: int = ROUNDS) -> None:
    """Everything by turns, so that a busy machine is busy for all alike."""
    for request in requests:
        request.warm_up()
    backends = database.backends()
    for _ in range(rounds):
        for request in requests:
            request.run(backends)
    if set(database.backends()) != set(backends):
        raise SystemExit("The servers opened or closed connections while they were measured.")
