"""The engine refuses a table with a fault when it is built, and answers a step with its row or a typed reason."""

from dataclasses import dataclass
from enum import StrEnum
from threading import Thread

import pytest

from workflows.engine import Blocked, IllegalStep, Step, Workflow
from workflows.messages import Message


class Door(StrEnum):
    SHUT = "shut"
    AJAR = "ajar"
    GONE = "gone"


class Window(StrEnum):
    SHUT = "shut"


@dataclass(frozen=True)
class Weather:
    is_windy: bool = False
    is_cold: bool = False


def no_wind(weather: Weather) -> Message | None:
    return Message("It is windy.") if weather.is_windy else None


def no_cold(weather: Weather) -> Message | None:
    return Message("It is cold.") if weather.is_cold else None


WHO = ("reviewer",)
OPEN = Step("open", Door.SHUT, Door.AJAR, WHO, "door.opened", (no_wind, no_cold))
LEAN: Step[Weather] = Step("lean", Door.AJAR, Door.AJAR, WHO, "door.leant_on")
SHUT: Step[Weather] = Step("shut", Door.AJAR, Door.SHUT, WHO, "door.shut")
REMOVE: Step[Weather] = Step("remove", Door.AJAR, Door.GONE, WHO, "door.removed")


def doors(*steps: Step[Weather]) -> Workflow[Weather]:
    return Workflow("door", states=Door, initial=Door.SHUT, steps=steps)


DOORS = doors(OPEN, LEAN, SHUT, REMOVE)


def test_a_step_is_its_row():
    assert DOORS.advance("shut", "open", Weather()) is OPEN
    assert DOORS.advance(Door.AJAR, "lean", Weather()) is LEAN
    assert DOORS.steps_from("ajar") == (LEAN, SHUT, REMOVE)
    assert DOORS.steps_from("gone") == ()


@pytest.mark.parametrize(
    ("state", "action"), [("shut", "shut"), ("gone", "open"), ("shut", "fly"), ("nowhere", "open")]
)
def test_what_does_not_leave_from_here_is_illegal(state, action):
    with pytest.raises(IllegalStep) as refusal:
        DOORS.advance(state, action, Weather())
    assert (refusal.value.state, refusal.value.action) == (state, action)


def test_all_reasons_come_at_once():
    with pytest.raises(Blocked) as refusal:
        DOORS.advance("shut", "open", Weather(is_windy=True, is_cold=True))
    assert [str(reason) for reason in refusal.value.reasons] == ["It is windy.", "It is cold."]
    assert str(refusal.value) == "It is windy.; It is cold."


@pytest.mark.parametrize(
    ("steps", "fault"),
    [
        ((OPEN, REMOVE, Step("open", Door.SHUT, Door.GONE, WHO, "x")), "two steps 'open' leave from 'shut'"),
        ((OPEN, SHUT), "nothing leads from 'shut' to 'gone'"),
        ((OPEN, Step("vanish", Door.GONE, Door.GONE, WHO, "x")), "nothing leads from 'shut' to 'gone'"),
        ((OPEN, REMOVE, Step("fly", Door.AJAR, "sky", WHO, "x")), "'fly' names the unknown state 'sky'"),  # type: ignore[arg-type]
        ((OPEN, REMOVE, Step("fly", Window.SHUT, Door.AJAR, WHO, "x")), "'fly' names the unknown state 'shut'"),
        ((OPEN, Step("remove", Door.AJAR, Door.GONE, ("thief",), "x")), "'remove' names the unknown role 'thief'"),
        ((OPEN, Step("remove", Door.AJAR, Door.GONE, (), "x")), "'remove' names no role"),
    ],
)
def test_a_faulty_table_is_refused(steps, fault):
    with pytest.raises(ValueError, match=fault):
        doors(*steps)


def test_an_unknown_initial_state_is_refused():
    with pytest.raises(ValueError, match="initial state"):
        Workflow("door", states=Door, initial=Window.SHUT, steps=(OPEN, REMOVE))


def test_the_diagram_joins_steps_between_the_same_states():
    assert DOORS.diagram().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> shut",
        "    shut --> ajar: open",
        "    ajar --> ajar: lean",
        "    ajar --> shut: shut",
        "    ajar --> gone: remove",
        "    gone --> [*]",
    ]


def test_threads_share_one_workflow():
    wrong: list[str] = []

    def walk() -> None:
        for _ in range(200):
            for state, action, dest in (("shut", "open", "ajar"), ("ajar", "lean", "ajar"), ("ajar", "shut", "shut")):
                if DOORS.advance(state, action, Weather()).dest != dest:
                    wrong.append(action)

    threads = [Thread(target=walk) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert not DOORS._machine.models, "the shared machine keeps no token alive"
