"""The life of a periodic report, a row a step: action, from, to, who, journal fact, and what must be true."""

from workflows import blockers as b
from workflows.blockers import Situation
from workflows.engine import Step, Workflow
from workflows.states import State

DRAFT, REVIEW, REVISION, PUBLISHED = State.DRAFT, State.REVIEW, State.REVISION, State.PUBLISHED
COORDINATOR, REVIEWER, ASSIGNED = ("coordinator",), ("reviewer",), ("assigned_reviewer",)

PERIODIC_REPORT: Workflow[Situation] = Workflow(
    "periodic report",
    states=State,
    initial=DRAFT,
    steps=(
        Step("submit", DRAFT, REVIEW, COORDINATOR, "report.submitted",
             (b.is_complete, b.fates_told, b.has_no_refused_file, b.is_declared, b.takes_first_submissions)),
        Step("withdraw", REVIEW, DRAFT, COORDINATOR, "report.withdrawn", (b.is_not_taken, b.is_first_round)),
        Step("withdraw_again", REVIEW, REVISION, COORDINATOR, "report.withdrawn", (b.is_not_taken, b.is_later_round)),
        Step("take", REVIEW, REVIEW, REVIEWER, "report.taken", (b.is_not_mine_yet,)),
        Step("release", REVIEW, REVIEW, ("assigned_reviewer", "administrator"), "report.released", (b.is_taken,)),
        Step("return", REVIEW, REVISION, ASSIGNED, "report.returned", (b.is_taken, b.has_points, b.has_later_due_date)),
        Step("recall", REVISION, REVIEW, ASSIGNED, "report.recalled", (b.is_returned_by_actor, b.notices_wait)),
        Step("resubmit", REVISION, REVIEW, COORDINATOR, "report.resubmitted",
             (b.notices_have_left, b.must_points_answered, b.is_complete, b.fates_told, b.has_no_refused_file, b.is_declared)),
        Step("publish", REVIEW, PUBLISHED, ASSIGNED, "report.published",
             (b.is_taken, b.no_must_points_drafted, b.files_are_scanned)),
    ),
)  # fmt: skip


def action_for_withdrawal(round: int) -> str:
    """The row behind the one button "Withdraw": back to draft in the first round, back to revision in later ones."""
    return "withdraw" if round <= 1 else "withdraw_again"


def fact_of(step: Step[Situation], situation: Situation) -> str:
    """What the journal says: taking what another reviewer has is a fact of its own."""
    if step.action == "take" and situation.is_taken:
        return "report.taken_over"
    return step.fact
