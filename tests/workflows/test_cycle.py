"""The life of a cycle."""

from dataclasses import replace

import pytest

from workflows.blockers import CycleSituation
from workflows.cycle import CYCLE
from workflows.engine import Blocked, IllegalStep
from workflows.states import CycleState

READY = CycleSituation(expected=2, has_due_date=True, has_edition=True)
LEGAL = {
    ("planned", "open"): "open",
    ("open", "close"): "closed",
    ("closed", "reopen"): "open",
    ("closed", "archive"): "archived",
}


@pytest.mark.parametrize("state", list(CycleState))
@pytest.mark.parametrize("action", ["open", "close", "reopen", "archive"])
def test_every_pair_of_state_and_action(state, action):
    if dest := LEGAL.get((state.value, action)):
        assert CYCLE.advance(state, action, READY).dest == dest
    else:
        with pytest.raises(IllegalStep):
            CYCLE.advance(state, action, READY)


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        ({"expected": 0}, "No party"),
        ({"has_due_date": False}, "no due date"),
        ({"has_edition": False}, "not installed"),
    ],
)
def test_what_keeps_a_cycle_shut(spoilt, words):
    with pytest.raises(Blocked) as refusal:
        CYCLE.advance("planned", "open", replace(READY, **spoilt))
    (reason,) = refusal.value.reasons
    assert words in str(reason)


def test_a_rolling_cycle_needs_no_due_date():
    assert CYCLE.advance("planned", "open", replace(READY, has_due_date=False, is_rolling=True)).dest is CycleState.OPEN
