"""What was asked for, proved from end to end and measured where it has a number; `make figures` prints those.

`make test` runs all of it too, at a small size where the full one takes long: `size(50, full=5000)`.
"""

import os
from collections.abc import Callable

import pytest

Number = int | float
Figure = Callable[..., None]


def size(small: int, *, full: int) -> int:
    """How many: `full` in `make figures`, else `small`."""
    return full if os.environ.get("FIGURES") == "full" else small


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """`figure("walks of 30 steps", count, at_least=500)` asserts a figure, and `make figures` prints it as a line.

    `shown`: what the failure tells besides, for example the ones that are missing.
    """

    def state(name: str, measured: Number, *, shown: object = "", **asked: Number) -> None:
        ((word, bound),) = asked.items()
        holds = {"at_least": measured >= bound, "at_most": measured <= bound, "exactly": measured == bound}[word]
        record_property("figure", [name, f"{word.replace('_', ' ')} {bound:,}", f"{measured:,}", holds])
        assert holds, f"{name}: {word} {bound} was asked, {measured} was measured {shown}"

    return state


@pytest.fixture
def table(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """`table("...")` has `make figures` print a table as it is, and `make test` when a figure is missed."""
    return lambda drawn: record_property("table", drawn)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, [])]
    lines = sorted(value for report in reports for key, value in report.user_properties if key == "figure")
    if not lines:
        return
    terminalreporter.section("figures")
    width = max(len(name) for name, *_ in lines)
    for name, asked, measured, holds in lines:
        terminalreporter.write_line(f"{name:{width}}  asked {asked:16} measured {measured}{'' if holds else '  MISSED'}")
    if os.environ.get("FIGURES") == "full" or not all(holds for *_, holds in lines):
        for drawn in (str(value) for report in reports for key, value in report.user_properties if key == "table"):
            terminalreporter.write_line(f"\n{drawn}")
