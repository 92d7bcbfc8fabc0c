"""The reviewers' queue: which submitted reports wait, for whom, and since when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, Integer, and_, bindparam, case, func, or_, select, true

from review_app.extensions import db
from review_app.models import Cycle, Party, Person, Point, Report
from review_app.permissions import SUBMITTED, visible_to
from review_app.queries.wording import worded

SHOWN = ("waiting", "mine", "untaken", "countries", "published", "all")
PAGE_LENGTH = 50

_WAITS_SINCE = case(
    (Report.state == "review", Report.submitted_at),
    (Report.state == "revision", Report.returned_at),
    else_=Report.published_at,
)
_LAST_RETURN = case((Report.state == "review", Report.round - 1), else_=Report.round)
_IS_OF_LAST_RETURN = and_(Point.returned_at.is_not(None), Point.round == _LAST_RETURN)
_POINTS = (
    select(
        func.count().filter(_IS_OF_LAST_RETURN, Point.reply.is_(None)).label("open"),
        func.count().filter(_IS_OF_LAST_RETURN, Point.reply.is_not(None)).label("answered"),
        func.count().filter(Point.returned_at.is_(None)).label("drafted"),
    )
    .where(Point.report_id == Report.id)
    .correlate(Report)
    .lateral()
)
# Since when it waits, then what QueueRow has behind the days.
_ROWS = (
    select(
        _WAITS_SINCE, Report.id, worded(Party.names), Report.subject, worded(Cycle.titles), Report.state, Report.round,
        Report.taken_at.is_not(None), Person.name, Report.due_on, Report.due_zone, _POINTS.c.open, _POINTS.c.answered,
        _POINTS.c.drafted,
    )
    .join(Party, Party.code == Report.party_code)
    .join(Cycle, Cycle.id == Report.cycle_id)
    .outerjoin(Person, Person.id == Report.reviewer_id)
    .join(_POINTS, true())
)  # fmt: skip


@dataclass(frozen=True)
class QueueFilter:
    """Which part of the queue is asked for: one of SHOWN, one cycle or all, and the page (from 1)."""

    show: str = "waiting"
    cycle_id: int | None = None
    page: int = 1


@dataclass(frozen=True)
class QueueRow:
    """A submitted report: since when it waits, the points of its last return, and the points drafted for the next.

    `reviewer` has it or had it last; `subject` is "" where the cycle has one report a party.
    """

    days: int
    id: int
    party: str
    subject: str
    cycle: str
    state: str
    round: int
    is_taken: bool
    reviewer: str | None
    due_on: date | None
    due_zone: str
    open_points: int
    answered_points: int
    drafted_points: int


@dataclass(frozen=True)
class CycleChoice:
    """A cycle that the queue can be narrowed to."""

    id: int
    titles: Mapping[str, str]


@dataclass(frozen=True)
class Queue:
    """One page of the queue, how many reports each part of it holds, and the cycles it can be narrowed to."""

    rows: tuple[QueueRow, ...]
    counts: Mapping[str, int]
    cycles: tuple[CycleChoice, ...]
    total: int
    pages: int


_MINE = and_(Report.reviewer_id == bindparam("actor"), Report.taken_at.is_not(None))
_IN_REVIEW = Report.state == "review"
_PARTS: dict[str, ColumnElement[bool]] = {
    "waiting": and_(_IN_REVIEW, or_(Report.taken_at.is_(None), _MINE)),
    "mine": and_(Report.reviewer_id == bindparam("actor"), Report.state.in_(("review", "revision"))),
    "untaken": and_(_IN_REVIEW, Report.taken_at.is_(None)),
    "countries": Report.state == "revision",
    "published": Report.state == "published",
    "all": Report.state.in_(SUBMITTED),
}
_COUNTED = (
    select(Cycle.id, Cycle.titles, *(func.count().filter(_PARTS[name]) for name in SHOWN))
    .join(Report, Report.cycle_id == Cycle.id)
    .group_by(Cycle.id)
    .order_by(Cycle.due_on.desc(), Cycle.id)
)


def queue(actor: Person, wanted: QueueFilter, *, language: str, now: datetime) -> Queue:
    """The reports the actor may review, those that wait longest first; official names in `language`. Two queries.

    Reports of the actor's own party are never among them.
    """
    counted, page = _asked(
        visible_to(actor), tuple(sorted(actor.party_codes)), wanted.show, is_of_one_cycle=bool(wanted.cycle_id)
    )
    me = {"actor": actor.id}
    by_cycle = {cycle_id: (titles, counts) for cycle_id, titles, *counts in db.session.execute(counted, me)}
    here = [counts for cycle_id, (_, counts) in by_cycle.items() if not wanted.cycle_id or wanted.cycle_id == cycle_id]
    counts = {name: sum(numbers[place] for numbers in here) for place, name in enumerate(SHOWN)}
    place = {"cycle": wanted.cycle_id, "offset": (wanted.page - 1) * PAGE_LENGTH}
    found: Iterable[Any] = db.session.execute(page, {**me, **place, "language": language})
    rows = tuple(QueueRow(_days(since, now), *row) for since, *row in found)
    cycles = tuple(CycleChoice(cycle_id, titles) for cycle_id, (titles, _) in by_cycle.items())
    return Queue(rows, counts, cycles, counts[wanted.show], max(1, -(-counts[wanted.show] // PAGE_LENGTH)))


@lru_cache(maxsize=256)
def _asked(
    visible: ColumnElement[bool], own: tuple[str, ...], show: str, *, is_of_one_cycle: bool
) -> tuple[Executable, Executable]:
    """The statements of the counts and of the rows. To put them together anew cost a tenth of the page."""
    reviewable = and_(visible, Report.party_code.not_in(own), Report.state.in_(SUBMITTED))
    in_cycle = Report.cycle_id == bindparam("cycle") if is_of_one_cycle else true()
    order = _WAITS_SINCE.desc() if show == "published" else _WAITS_SINCE.asc()
    rows = _ROWS.where(reviewable, _PARTS[show], in_cycle).order_by(order, Report.id)
    return _COUNTED.where(reviewable), rows.limit(PAGE_LENGTH).offset(bindparam("offset", type_=Integer))


def _days(since: datetime | None, now: datetime) -> int:
    return max((now - since).days, 0) if since else 0
