"""Every form that is typed into x every failure x scripts on and off: the text is on the screen, kept, or in the history.

Without scripts over HTTP, but where only a browser can tell; with scripts in a real browser, at the same one connection whose
transaction is undone. Small, every 23rd cell of the table is tried.
"""

from collections.abc import Callable, Iterator, Mapping

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium

from config import Settings
from tests.figures.conftest import Figure, size
from tests.form_failures import FAILURES, FATES, Chrome, over_http
from tests.form_pages import FormPage, form_pages, names_of
from tests.processes import PATIENCE
from tests.processes import served as served_at
from tests.servers import Ground
from tests.undone import Undone, undone_world

Cell = tuple[FormPage, str, bool]  # a form, a failure, with scripts


@pytest.fixture(scope="module")
def undone(shared_app: Flask, settings: Settings, ground: Ground) -> Iterator[Undone]:
    with undone_world(shared_app, settings, ground) as found, served_at(shared_app, ground):
        yield found


@pytest.fixture(scope="module")
def pages(shared_app: Flask, undone: Undone) -> list[FormPage]:
    with undone.together():
        return form_pages(shared_app, undone)


@pytest.fixture
def chrome(undone: Undone, chromium: Chromium) -> Iterator[Chrome]:
    contexts = {has_scripts: chromium.new_context(java_script_enabled=has_scripts) for has_scripts in (True, False)}
    windows = {has_scripts: context.new_page() for has_scripts, context in contexts.items()}
    for window in windows.values():
        window.set_default_timeout(PATIENCE)
        window.on("dialog", lambda dialog: dialog.accept())
    yield Chrome(undone, windows)
    for context in contexts.values():
        context.close()


@pytest.mark.timeout(2_500)
def test_nothing_typed_is_lost(pages: list[FormPage], chrome: Chrome, figure: Figure, table: Callable[[str], None]) -> None:
    every = [(row, failure, has_scripts) for row in pages if row.fields for failure in FAILURES for has_scripts in (False, True)]
    found = {cell: meet(chrome, cell) for cell in every[:: size(23, full=1)]}
    drawn = draw(pages, found)
    table(drawn)
    figure("forms that somebody types into, and the page they stand on", sum(bool(row.fields) for row in pages), at_least=30)
    figure("failures of such a form that were met, with scripts and without", len(found), at_least=size(20, full=480))
    figure("of these, what was typed is nowhere", sum(not where for where in found.values()), exactly=0, shown=f"\n{drawn}")


def meet(chrome: Chrome, cell: Cell) -> str:
    """Where what was typed into a form is after a failure: a letter of FATES, empty for nowhere."""
    row, failure, has_scripts = cell
    if failure == "413 too large" and not row.longest:
        return "-"
    with chrome.undone.together(), pytest.MonkeyPatch.context() as patch:
        # What a browser behind Back still has, no answer of ours can show.
        is_behind_back = failure == "network off" or (failure == "413 too large" and row.nick == "nobody")
        if not (has_scripts or is_behind_back):
            return over_http(chrome.undone, row, failure, patch)
        return chrome.send(row, failure, patch, has_scripts=has_scripts)


def draw(rows: list[FormPage], found: Mapping[Cell, str]) -> str:
    """A line a form, a column a failure; in each cell where the text is without scripts, then with them."""
    names = names_of(rows)
    width = max(map(len, names.values()))
    lines = [" " * width + "  " + "  ".join(FAILURES)]
    for row in rows:
        tried = [[found.get((row, failure, has_scripts), ".") or "!" for has_scripts in (False, True)] for failure in FAILURES]
        cells = ["".join(pair).ljust(len(failure)) for failure, pair in zip(FAILURES, tried, strict=True)]
        told = f"nothing is typed: {row.untyped}" if row.untyped else "  ".join(cells)
        lines.append(f"{names[row]:{width}}  {told}".rstrip())
    return "\n".join([*lines, "", *(f"{letter}  {words}" for letter, words in FATES.items()), "!  nowhere", ".  not tried"])
