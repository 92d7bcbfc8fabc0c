"""The tables as a page of the documentation: docs/workflow.md is this text."""

from collections.abc import Iterable, Sequence
from typing import Any

from workflows.cycle import CYCLE
from workflows.engine import Workflow
from workflows.periodic_report import PERIODIC_REPORT
from workflows.states import AUDIENCES, CYCLE_NAMES, NAMES, WAITS_FOR

ROLE_WORDS = {
    "coordinator": "coordinator of the party",
    "reviewer": "a reviewer",
    "assigned_reviewer": "the reviewer who took it",
    "administrator": "an administrator",
}

INTRODUCTION = """\
# Workflow

`review-app workflow` prints this page from the tables in `workflows/`; a test compares the two. A step that does not
leave from the present state is illegal. A legal step waits while something in its last column is not true, and all
reasons are given at once.
"""

NOTES = """\
* *withdraw* and *withdraw_again* are one button: to draft in the first round, to revision in later ones.
* *take* may take over from another reviewer. The journal then says `report.taken_over`, and that reviewer is told.
* *recall* and *resubmit* exclude each other: until the notices of a return leave, answers are locked and the return can
  be taken back; once they have left, the report is the party's.
* A closed cycle refuses first submissions, never resubmissions. What was submitted in time and withdrawn may come back.
"""


def page() -> str:
    """The whole page, ending in a newline."""
    parts = [
        INTRODUCTION,
        "## The life of a report\n",
        _fence(PERIODIC_REPORT),
        _state_table(),
        _step_table(PERIODIC_REPORT),
        NOTES,
        "## The life of a cycle\n",
        _fence(CYCLE),
        _table(("State", "Name"), ((f"`{state}`", str(name)) for state, name in CYCLE_NAMES.items())),
        _step_table(CYCLE),
    ]
    return "\n".join(parts)


def _fence(workflow: Workflow[Any]) -> str:
    return f"```mermaid\n{workflow.diagram()}\n```\n"


def _state_table() -> str:
    rows = (
        (f"`{state}`", *(str(NAMES[state][audience]) for audience in AUDIENCES), WAITS_FOR[state] or "nobody")
        for state in NAMES
    )
    return _table(("State", "The ministry reads", "The secretariat reads", "The public reads", "Waits for"), rows)


def _step_table(workflow: Workflow[Any]) -> str:
    rows = (
        (
            step.action,
            f"`{step.source}` → `{step.dest}`",
            " or ".join(ROLE_WORDS[role] for role in step.roles),
            f"`{step.fact}`",
            "; ".join(blocker.__doc__ or blocker.__name__ for blocker in step.blockers) or "nothing",
        )
        for step in workflow.steps
    )
    return _table(("Step", "From and to", "Who", "The journal says", "What must be true"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
