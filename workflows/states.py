"""The states of a report and of a cycle, with the name each reader sees and the side each one waits for."""

from enum import StrEnum

from workflows.messages import Message


class State(StrEnum):
    """Where a report stands."""

    DRAFT = "draft"
    REVIEW = "review"
    REVISION = "revision"
    PUBLISHED = "published"


class CycleState(StrEnum):
    """Where a cycle stands."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    ARCHIVED = "archived"


AUDIENCES = ("ministry", "secretariat", "public")

NAMES: dict[State, dict[str, Message]] = {
    State.DRAFT: {
        "ministry": Message("Being written"),
        "secretariat": Message("With the party"),
        "public": Message("Expected"),
    },
    State.REVIEW: {
        "ministry": Message("With the secretariat"),
        "secretariat": Message("In review"),
        "public": Message("Submitted"),
    },
    State.REVISION: {
        "ministry": Message("Returned to you"),
        "secretariat": Message("Returned"),
        "public": Message("Submitted"),
    },
    State.PUBLISHED: {
        "ministry": Message("Published"),
        "secretariat": Message("Published"),
        "public": Message("Published"),
    },
}

WAITS_FOR: dict[State, str | None] = {
    State.DRAFT: "ministry",
    State.REVIEW: "secretariat",
    State.REVISION: "ministry",
    State.PUBLISHED: None,
}

# Cycles that take one more expected report.
TAKES_MORE = frozenset({CycleState.PLANNED, CycleState.OPEN})

CYCLE_NAMES: dict[CycleState, Message] = {
    CycleState.PLANNED: Message("Planned"),
    CycleState.OPEN: Message("Open"),
    CycleState.CLOSED: Message("Closed"),
    CycleState.ARCHIVED: Message("Archived"),
}
