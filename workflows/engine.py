"""Runs a table of steps: what may happen from a state, where it leads, and why it must wait."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from transitions import Machine

from workflows.messages import Message

S = TypeVar("S")

# coordinator: of the report's party; reviewer: any; assigned_reviewer: the one who has taken the report.
ROLES = ("coordinator", "reviewer", "assigned_reviewer", "administrator")


class IllegalStep(Exception):
    """The step does not leave from this state."""

    def __init__(self, action: str, state: str) -> None:
        super().__init__(f"no step {action!r} leaves from {state!r}")
        self.action, self.state = action, state


class Blocked(Exception):
    """The step is legal, and must wait. `reasons` are all of them, in the order of the table."""

    def __init__(self, reasons: Iterable[Message]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(str(reason) for reason in self.reasons))


@dataclass(frozen=True)
class Step(Generic[S]):
    """One row of a table. `fact` is what the journal says once the step is taken."""

    action: str
    source: StrEnum
    dest: StrEnum
    roles: tuple[str, ...]
    fact: str
    blockers: tuple[Callable[[S], Message | None], ...] = ()


class _Token:
    """What the Machine moves: rows of the database receive no injected methods."""

    def __init__(self, state: StrEnum) -> None:
        self.state = state


class Workflow(Generic[S]):
    """A table of steps over `states`. A table with a fault is refused when it is built (ValueError), thus at import."""

    def __init__(self, name: str, *, states: type[StrEnum], initial: StrEnum, steps: Sequence[Step[S]]) -> None:
        self.name, self.states, self.initial, self.steps = name, states, initial, tuple(steps)
        if faults := tuple(self._faults()):
            raise ValueError(f"{name}: {'; '.join(faults)}")
        # model=None: the machine holds the rules only, so it keeps no token alive and threads share it safely.
        self._machine = Machine(
            model=None,
            states=states,
            initial=initial,
            auto_transitions=False,
            transitions=[{"trigger": s.action, "source": s.source, "dest": s.dest} for s in self.steps],
        )

    def _faults(self) -> Iterable[str]:
        """What `transitions` accepts in silence: unknown names, twins, states that cannot be reached."""
        known = tuple(self.states)
        for step in self.steps:
            for state in (step.source, step.dest):
                # By type too: a StrEnum of another table, or a bare string, would compare equal to ours.
                if not isinstance(state, self.states):
                    yield f"step {step.action!r} names the unknown state {str(state)!r}"
            for role in step.roles:
                if role not in ROLES:
                    yield f"step {step.action!r} names the unknown role {role!r}"
            if not step.roles:
                yield f"step {step.action!r} names no role"
        pairs = [(step.source, step.action) for step in self.steps]
        for source, action in sorted({pair for pair in pairs if pairs.count(pair) > 1}):
            yield f"two steps {action!r} leave from {str(source)!r}"
        if not isinstance(self.initial, self.states):
            yield f"the initial state {str(self.initial)!r} is unknown"
        reached = self._reached()
        for state in known:
            if state not in reached:
                yield f"nothing leads from {str(self.initial)!r} to {str(state)!r}"

    def _reached(self) -> set[StrEnum]:
        reached, border = {self.initial}, [self.initial]
        while border:
            here = border.pop()
            for step in self.steps_from(here):
                if step.dest not in reached:
                    reached.add(step.dest)
                    border.append(step.dest)
        return reached

    def steps_from(self, state: str) -> tuple[Step[S], ...]:
        """The rows that leave from `state`, in the order of the table."""
        return tuple(step for step in self.steps if step.source == state)

    def step(self, state: str, action: str) -> Step[S]:
        """The row for `action` from `state`; IllegalStep when there is none."""
        for step in self.steps_from(state):
            if step.action == action:
                return step
        raise IllegalStep(action, state)

    def blockers(self, step: Step[S], situation: S) -> tuple[Message, ...]:
        """All reasons why `step` must wait; empty when it may be taken."""
        return tuple(reason for blocker in step.blockers if (reason := blocker(situation)) is not None)

    def advance(self, state: str, action: str, situation: S) -> Step[S]:
        """The step to take; its `dest` is the new state. Changes nothing.

        Raises IllegalStep, or Blocked with every reason.
        """
        step = self.step(state, action)
        if reasons := self.blockers(step, situation):
            raise Blocked(reasons)
        token = _Token(self.states(state))
        if not self._machine.events[action].trigger(token) or token.state is not step.dest:
            raise IllegalStep(action, state)
        return step

    def diagram(self) -> str:
        """The table as a mermaid state diagram; steps between the same two states share an arrow."""
        arrows: dict[tuple[StrEnum, StrEnum], list[str]] = {}
        for step in self.steps:
            arrows.setdefault((step.source, step.dest), []).append(step.action)
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        lines += [f"    {source} --> {dest}: {', '.join(actions)}" for (source, dest), actions in arrows.items()]
        lines += [f"    {state} --> [*]" for state in self.states if not self.steps_from(state)]
        return "\n".join(lines)
