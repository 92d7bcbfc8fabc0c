"""docs/workflow.md is what the tables say today."""

from inspect import isfunction
from pathlib import Path

from workflows import blockers
from workflows.cycle import CYCLE
from workflows.drawing import page
from workflows.periodic_report import PERIODIC_REPORT

DOCUMENT = Path(__file__).parents[2] / "docs" / "workflow.md"


def test_the_page_is_current():
    assert DOCUMENT.read_text(encoding="utf-8") == page(), "run: .venv/bin/review-app workflow > docs/workflow.md"


def test_every_blocker_says_what_must_be_true_and_is_used():
    used = {b for step in PERIODIC_REPORT.steps for b in step.blockers} | {b for step in CYCLE.steps for b in step.blockers}
    written = {f for f in vars(blockers).values() if isfunction(f) and f.__module__ == blockers.__name__}
    assert used == written
    assert all(blocker.__doc__ for blocker in used)
