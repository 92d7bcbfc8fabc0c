"""The life of a report: every pair of state and action, and every reason to wait."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from workflows.blockers import Situation
from workflows.engine import Blocked, IllegalStep
from workflows.periodic_report import PERIODIC_REPORT, action_for_withdrawal, fact_of
from workflows.states import AUDIENCES, CYCLE_NAMES, NAMES, WAITS_FOR, CycleState, State

NOW = datetime(2027, 6, 1, 12, tzinfo=UTC)
LATER = date(2027, 7, 15)

# A situation in which the step may be taken: each test spoils one thing.
READY = {
    "submit": Situation(has_declaration=True),
    "withdraw": Situation(round=1),
    "withdraw_again": Situation(round=2, was_returned=True),
    "take": Situation(round=1),
    "release": Situation(round=1, is_taken=True),
    "return": Situation(round=1, is_taken=True, taken_by_actor=True, points=1, new_due_on=LATER, now=NOW),
    "recall": Situation(round=1, was_returned=True, is_same_reviewer=True),
    "resubmit": Situation(round=1, was_returned=True, notices_left=True, has_declaration=True),
    "publish": Situation(round=1, is_taken=True, taken_by_actor=True),
}

LEGAL = {
    ("draft", "submit"): "review",
    ("review", "withdraw"): "draft",
    ("review", "withdraw_again"): "revision",
    ("review", "take"): "review",
    ("review", "release"): "review",
    ("review", "return"): "revision",
    ("revision", "recall"): "review",
    ("revision", "resubmit"): "review",
    ("review", "publish"): "published",
}


def reasons(action: str, **spoilt: Any) -> list[str]:
    source = next(step.source for step in PERIODIC_REPORT.steps if step.action == action)
    with pytest.raises(Blocked) as refusal:
        PERIODIC_REPORT.advance(source, action, replace(READY[action], **spoilt))
    return [str(reason) for reason in refusal.value.reasons]


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("action", list(READY))
def test_every_pair_of_state_and_action(state, action):
    if dest := LEGAL.get((state.value, action)):
        assert PERIODIC_REPORT.advance(state, action, READY[action]).dest == dest
    else:
        with pytest.raises(IllegalStep):
            PERIODIC_REPORT.advance(state, action, READY[action])


@pytest.mark.parametrize(
    ("action", "spoilt", "words"),
    [
        ("submit", {"open_errors": 3}, "Errors that still stand: 3"),
        ("submit", {"open_fates": 2}, "whether they go on: 2"),
        ("submit", {"refused_files": 2}, "because of a virus: 2"),
        ("submit", {"has_declaration": False}, "declaration"),
        ("submit", {"cycle_state": CycleState.CLOSED}, "The cycle is closed"),
        ("submit", {"cycle_state": CycleState.ARCHIVED}, "archived"),
        ("withdraw", {"is_taken": True}, "A reviewer has taken the report"),
        ("withdraw", {"was_returned": True}, "returned before"),
        ("withdraw_again", {"is_taken": True}, "A reviewer has taken the report"),
        ("withdraw_again", {"was_returned": False}, "never returned"),
        ("take", {"is_taken": True, "taken_by_actor": True}, "already taken"),
        ("release", {"is_taken": False}, "Nobody has taken"),
        ("return", {"is_taken": False}, "Nobody has taken"),
        ("return", {"points": 0}, "no point"),
        ("return", {"new_due_on": None}, "needs a new due date"),
        ("return", {"new_due_on": NOW.date()}, "after today"),
        ("recall", {"notices_left": True}, "has been told"),
        ("recall", {"is_same_reviewer": False}, "Another reviewer"),
        ("resubmit", {"notices_left": False}, "locked"),
        ("resubmit", {"open_must_points": 2}, "are not: 2"),
        ("resubmit", {"open_errors": 1}, "Errors that still stand: 1"),
        ("resubmit", {"open_fates": 1}, "whether they go on: 1"),
        ("resubmit", {"refused_files": 1}, "because of a virus: 1"),
        ("resubmit", {"has_declaration": False}, "declaration"),
        ("publish", {"is_taken": False}, "Nobody has taken"),
        ("publish", {"open_must_points": 1}, "you drafted: 1"),
        ("publish", {"unscanned_files": 1}, "checked for viruses: 1"),
    ],
)
def test_what_makes_a_step_wait(action, spoilt, words):
    (reason,) = reasons(action, **spoilt)
    assert words in reason


def test_every_blocker_is_tried_above():
    tried = test_what_makes_a_step_wait.pytestmark[0].args[1]
    assert {action for action, *_ in tried} == {step.action for step in PERIODIC_REPORT.steps}


def test_all_reasons_of_a_submission_come_at_once():
    assert len(reasons("submit", open_errors=1, has_declaration=False, cycle_state=CycleState.CLOSED)) == 3


@pytest.mark.parametrize("cycle_state", list(CycleState))
def test_a_closed_cycle_never_refuses_a_resubmission(cycle_state):
    situation = replace(READY["resubmit"], cycle_state=cycle_state)
    assert PERIODIC_REPORT.advance("revision", "resubmit", situation).dest is State.REVIEW
    withdrawn = Situation(round=1, has_declaration=True, cycle_state=cycle_state)
    assert PERIODIC_REPORT.advance("draft", "submit", withdrawn).dest is State.REVIEW


def test_today_is_the_day_where_the_date_is_due():
    late = datetime(2027, 6, 1, 23, 30, tzinfo=UTC)  # already the 2nd in Nairobi, still the 1st in Santiago
    second = replace(READY["return"], now=late, new_due_on=date(2027, 6, 2))
    assert PERIODIC_REPORT.advance("review", "return", replace(second, due_zone="America/Santiago"))
    with pytest.raises(Blocked):
        PERIODIC_REPORT.advance("review", "return", replace(second, due_zone="Africa/Nairobi"))


def test_recall_and_resubmit_exclude_each_other():
    for notices_left in (True, False):
        allowed = []
        for action in ("recall", "resubmit"):
            step = PERIODIC_REPORT.step("revision", action)
            if not PERIODIC_REPORT.blockers(step, replace(READY[action], notices_left=notices_left)):
                allowed.append(action)
        assert allowed == (["resubmit"] if notices_left else ["recall"])


def test_one_button_withdraws():
    assert [action_for_withdrawal(round) for round in (1, 2, 3)] == ["withdraw", "withdraw_again", "withdraw_again"]
    for round in (1, 2):
        situation = Situation(round=round, was_returned=round > 1)
        assert PERIODIC_REPORT.advance("review", action_for_withdrawal(round), situation)


def test_taking_over_is_a_fact_of_its_own():
    step = PERIODIC_REPORT.advance("review", "take", Situation(round=1, is_taken=True))
    assert fact_of(step, Situation(is_taken=True)) == "report.taken_over"
    assert fact_of(step, Situation()) == "report.taken"
    publish = PERIODIC_REPORT.step("review", "publish")
    assert fact_of(publish, Situation(is_taken=True)) == "report.published"


def test_every_state_has_a_name_for_each_reader_and_a_side_it_waits_for():
    assert set(NAMES) == set(WAITS_FOR) == set(State)
    assert all(set(names) == set(AUDIENCES) for names in NAMES.values())
    assert set(CYCLE_NAMES) == set(CycleState)
    assert {state for state, side in WAITS_FOR.items() if side is None} == {State.PUBLISHED}
