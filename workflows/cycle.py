"""The life of a cycle, a row a step: action, from, to, who, journal fact, and what must be true."""

from workflows import blockers as b
from workflows.blockers import CycleSituation
from workflows.engine import Step, Workflow
from workflows.states import CycleState

__all__ = ["CYCLE", "CycleSituation"]

PLANNED, OPEN, CLOSED, ARCHIVED = CycleState.PLANNED, CycleState.OPEN, CycleState.CLOSED, CycleState.ARCHIVED
ADMINISTRATOR = ("administrator",)

CYCLE: Workflow[CycleSituation] = Workflow(
    "cycle",
    states=CycleState,
    initial=PLANNED,
    steps=(
        Step("open", PLANNED, OPEN, ADMINISTRATOR, "cycle.opened",
             (b.expects_somebody, b.has_due_date, b.has_edition, b.is_mapped)),
        Step("close", OPEN, CLOSED, ADMINISTRATOR, "cycle.closed"),
        Step("reopen", CLOSED, OPEN, ADMINISTRATOR, "cycle.opened"),
        Step("archive", CLOSED, ARCHIVED, ADMINISTRATOR, "cycle.archived"),
    ),
)  # fmt: skip
