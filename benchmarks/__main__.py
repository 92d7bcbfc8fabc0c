"""`make bench`: what the pages cost beside a minimal application. Prints a table; fails when a figure is missed.

    python -m benchmarks [--only 1000] [--statements] [--texts 50000]
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count, cycle

import psycopg

from benchmarks import attached, copies, hostile, minimal, texts, world
from benchmarks.browsing import Browser
from benchmarks.measuring import Request, measure
from benchmarks.stack import Database, Web, load, servers, serving
from config import OWN_QUESTIONNAIRES, Settings
from review_app.database import make_roles, migrate
from review_app.extensions import db
from review_app.questionnaire.library import library
from review_app.wiring import create_app

SIZES = (1_000, 10_000)
TEXTS = 50_000
ANSWER_ROWS = world.PLAIN + world.MEASURES * len(world.MEASURE)
US_AN_ANSWER = 20


@dataclass(frozen=True)
class Figure:
    """What is asked of a page: at most `times` its baseline's CPU time (and `extra` ms), and at most `queries`.

    `is_step`: so many queries, and one more for each table that is written.
    """

    page: Request
    base: Request
    times: float | None = None
    queries: int | None = None
    extra: float = 0.0
    is_step: bool = False

    @property
    def allowed(self) -> float | None:
        return self.base.cpu * self.times + self.extra if self.times else None

    @property
    def allowed_queries(self) -> int | None:
        return self.queries + len(self.page.written) if self.queries and self.is_step else self.queries

    @property
    def is_met(self) -> bool:
        fits = self.allowed is None or self.page.cpu <= self.allowed
        return fits and (self.allowed_queries is None or self.page.queries <= self.allowed_queries)


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    arguments.add_argument("--only", type=int, choices=SIZES, help="one size of the database")
    arguments.add_argument("--statements", action="store_true", help="print the statements of each page")
    arguments.add_argument("--texts", type=int, default=TEXTS, help="how many old texts are checked to see whether memory grows")
    given = arguments.parse_args()
    library.configure([OWN_QUESTIONNAIRES])
    missed = [*texts.run(count=given.texts), *hostile.run(), *attached.run()]
    with servers() as (postgres, env):
        settings = Settings.from_environment(env)
        made = _world(settings)
        minimal.fill(settings.database_owner_url)
        database = Database(postgres, "relata_bench")
        environment = {**env, **_urls(settings)}
        copied, queries = [0, 0], dict[str, int]()
        for size in [given.only] if given.only else SIZES:
            _grow(settings, made, size, copied)
            with serving(["review_app.cli", "web"], environment) as web, serving(_MINIMAL, environment) as small:
                figures = _figures(web, small, made)
                missed += _run(figures, web, small, database, size, shows_statements=given.statements)
                missed += _differing(figures, queries)
    if missed:
        sys.exit("Missed: " + "; ".join(missed))


_MINIMAL = ["gunicorn", "benchmarks.minimal:application()", "--worker-class", "gthread", "--timeout", "60"]


def _urls(settings: Settings) -> dict[str, str]:
    return {"DATABASE_OWNER_URL": settings.database_owner_url}


def _world(settings: Settings) -> world.Made:
    make_roles(settings)
    migrate(create_app(replace(settings, database_url=settings.database_owner_url)))
    app = create_app(settings)
    with app.app_context():
        made = world.Made(settings)
        db.session.remove()
        for engine in (*db.engines.values(), app.extensions["public_engine"], app.extensions["session_engine"]):
            engine.dispose()
    return made


def _grow(settings: Settings, made: world.Made, measures: int, copied: list[int]) -> None:
    """Copies until the public sees so many measures, and a report waits for review for every 70 of them (60 at least)."""
    start = time.monotonic()
    reports, waiting = -(-measures // world.MEASURES) - 1, max(60, measures // 70) - 1
    with psycopg.connect(settings.database_owner_url.replace("+psycopg", ""), autocommit=True) as owner:
        copies.copy(owner, made.public, list(world.places(made, reports))[copied[0]:])
        copies.copy(owner, made.waiting, list(world.waiting_places(made, waiting))[copied[1]:])
        copies.settle(owner, settings.database_admin_url)
        there = copies.published_measures(owner)
    if there < measures:
        raise SystemExit(f"{measures} measures are asked for, {there} are there.")
    copied[:] = [reports, waiting]
    app = create_app(settings)
    with app.app_context():
        from review_app.queries.invariants import broken

        if found := broken():
            raise SystemExit(f"The copies break what must hold: {found}")
        db.session.remove()
        db.engine.dispose()
    took = time.monotonic() - start
    print(f"{there} measures and {waiting + 1} reports that wait for review, loaded in {took:.0f} s", flush=True)


def _figures(web: Web, small: Web, made: world.Made) -> list[Figure]:
    reader, carla, rita, other = Browser(web.port), _signed_in(web, "carla"), _signed_in(web, "rita"), Browser(small.port)
    addresses = cycle(_addresses(reader))
    numbers = cycle(range(1, minimal.ROWS + 1))
    home = f"/en/desk/reports/{made.live}"
    item = Request("item", small, lambda: other.get(f"/items/{next(numbers)}"))
    items = Request("list", small, lambda: other.get("/items"))
    form = Request("form", small, lambda: other.get(f"/form/{next(numbers)}"))
    save = Request("save", small, _saving(other, "/items/7/edit", "features"))
    submit, withdraw = _stepping(carla, home)
    step = Request("taking a step", web, submit, size=2, after=withdraw)
    return [
        Figure(Request("public measure", web, lambda: reader.get(next(addresses))), item, 2.5, 4),
        Figure(Request("public list", web, lambda: reader.get("/en/entries")), items, 2.5, 4),
        Figure(Request("review queue", web, lambda: rita.get("/en/review"), size=5), items, 4),
        Figure(Request("task list", web, lambda: carla.get(home), size=2), form),
        Figure(Request("section page", web, lambda: carla.get(f"{home}/sections/{world.SECTION}")), form, 2.5),
        Figure(Request("saving an answer", web, _saving(carla, f"{home}/sections/{world.SECTION}", "f_law")), save, 4, 6),
        Figure(step, save, 10, 15, ANSWER_ROWS * US_AN_ANSWER / 1000, is_step=True),
    ]


def _signed_in(web: Web, nick: str) -> Browser:
    browser = Browser(web.port)
    fields = browser.form("/en/sign-in")
    browser.post("/en/sign-in", {**fields, "email": f"{nick}@example.org", "password": world.PASSWORD})
    return browser


def _addresses(reader: Browser) -> list[str]:
    """Fifty measures of the newest reports."""
    import re

    return re.findall(r'href="(/en/published/[^"]+/entries/[^"]+)"', reader.get("/en/entries"))


def _saving(browser: Browser, address: str, code: str) -> Callable[[], object]:
    """Saves a new text each time, on top of the one before."""
    fields: dict[str, list[str]] = {}
    numbers = count(1)

    def save() -> None:
        if not fields:
            fields.update(browser.form(address, 'form[method=post]:has(textarea)'))
        fields[code] = [f"{world.text(70, 'Q1')} Version {next(numbers)}."]
        browser.post(address, fields)
        if f"seen-{code}" in fields:
            fields[f"seen-{code}"] = [str(int(fields[f"seen-{code}"][0]) + 1)]

    return save


def _stepping(coordinator: Browser, home: str) -> tuple[Callable[[], object], Callable[[], object]]:
    """Submits the report, and takes it back so that it can be submitted again."""
    fields: dict[str, list[str]] = {}
    seen = count(0)

    def submit() -> None:
        if not fields:
            found = coordinator.form(f"{home}/submit", 'form[action$="/submit"]')
            fields.update(found, name=["Ana Soto"], position=["Minister"], is_declared=["y"])
            for _ in range(int(found["seen"][0])):
                next(seen)
        coordinator.post(f"{home}/submit", {**fields, "seen": [str(next(seen))]})

    def withdraw() -> None:
        coordinator.post(f"{home}/withdraw", {"csrf_token": fields["csrf_token"], "seen": [str(next(seen))]})

    return submit, withdraw


def _run(figures: Sequence[Figure], web: Web, small: Web, database: Database, size: int, *, shows_statements: bool) -> list[str]:
    requests = [figure.page for figure in figures]
    bases = list({id(figure.base): figure.base for figure in figures}.values())
    measure([*bases, *requests], database)
    for request in (*bases, *requests):
        statements = request.count_queries(database)
        if shows_statements:
            print(f"\n{request.name}:", *(" ".join(line.split())[:220] for line in statements), sep="\n  ")
    _print(figures, bases, size)
    print(f"memory a worker: {web.memory():.0f} MiB, of the minimal application {small.memory():.0f} MiB; {load()}\n", flush=True)
    return [f"{figure.page.name} at {size}" for figure in figures if not figure.is_met]


def _differing(figures: Sequence[Figure], queries: dict[str, int]) -> list[str]:
    """Pages that take another number of queries than at the size before; `queries` is brought up to this one."""
    now = {one.name: one.queries for figure in figures for one in (figure.page, figure.base)}
    found = [f"{name}: {queries[name]} queries, then {count}" for name, count in now.items() if queries.get(name, count) != count]
    queries.update(now)
    return found


def _print(figures: Sequence[Figure], bases: Sequence[Request], size: int) -> None:
    head = ("", "web ms", "db ms", "CPU ms", "asked", "x base", "asked", "queries", "asked", "latency ms", "")
    print(f"\nAt {size} measures: CPU time a request, beside a minimal application on the same servers")
    print(_LINE.format(*head))
    for base in bases:
        print(_line(base))
    for figure in figures:
        page, allowed = figure.page, figure.allowed
        print(_line(
            page, asked=f"{allowed:.2f}" if allowed else "", times=f"{page.cpu / figure.base.cpu:.2f} {figure.base.name}",
            asked_times=(f"{figure.times:g}" + (f" + {figure.extra:.1f} ms" if figure.extra else "")) if figure.times else "",
            asked_queries=str(figure.allowed_queries or ""),
            verdict="" if figure.times is None else "met" if figure.is_met else "MISSED",
        ))  # fmt: skip


_LINE = "{:<18}{:>8}{:>8}{:>9}{:>8}{:>13}{:>14}{:>9}{:>7}{:>12}  {}"


def _line(
    one: Request, *, asked: str = "", times: str = "", asked_times: str = "", asked_queries: str = "", verdict: str = ""
) -> str:
    from statistics import median

    web, base, wall = (f"{median(values):.2f}" for values in (one.web_ms, one.database_ms, one.latency_ms))
    return _LINE.format(one.name, web, base, f"{one.cpu:.2f}", asked, times, asked_times, one.queries, asked_queries, wall, verdict)


if __name__ == "__main__":
    main()
