"""The reviewers' queue: which submitted reports wait, for whom, and since when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select

from review_app.extensions import db
from review_app.models import Cycle, Person, Point, Report
from review_app.permissions import SUBMITTED, visible_to

SHOWN = ("waiting", "mine", "untaken", "countries", "published", "all")
PAGE_LENGTH = 50

_WAITS_SINCE = case(
    (Report.state == "review", Report.submitted_at),
    (Report.state == "revision", Report.returned_at),
    else_=Report.published_at,
)
_LAST_RETURN = case((Report.state == "review", Report.round - 1), else_=Report.round)


@dataclass(frozen=True)
class QueueFilter:
    """Which part of the queue is asked for: one of SHOWN, one cycle or all, and the page (from 1)."""

    show: str = "waiting"
    cycle_id: int | None = None
    page: int = 1


@dataclass(frozen=True)
class QueueRow:
    """A submitted report: since when it waits, the points of its last return, and the points drafted for the next."""

    report: Report
    waits_since: datetime | None
    days: int
    open_points: int
    answered_points: int
    drafted_points: int


@dataclass(frozen=True)
class Queue:
    """One page of the queue, how many reports each part of it holds, and the cycles it can be narrowed to."""

    rows: tuple[QueueRow, ...]
    counts: Mapping[str, int]
    cycles: tuple[Cycle, ...]
    total: int
    pages: int


def _parts(actor: Person) -> dict[str, ColumnElement[bool]]:
    in_review = Report.state == "review"
    mine = and_(Report.reviewer_id == actor.id, Report.taken_at.is_not(None))
    return {
        "waiting": and_(in_review, or_(Report.taken_at.is_(None), mine)),
        "mine": and_(Report.reviewer_id == actor.id, Report.state.in_(("review", "revision"))),
        "untaken": and_(in_review, Report.taken_at.is_(None)),
        "countries": Report.state == "revision",
        "published": Report.state == "published",
        "all": Report.state.in_(SUBMITTED),
    }


def queue(actor: Person, wanted: QueueFilter, *, now: datetime) -> Queue:
    """The reports the actor may review, those that wait longest first. Reports of the actor's own party are never among them."""
    own = Report.party_code.in_(sorted(actor.party_codes)) if actor.party_codes else false()
    reviewable = and_(visible_to(actor), ~own, Report.state.in_(SUBMITTED))
    parts = _parts(actor)
    here = and_(reviewable, Report.cycle_id == wanted.cycle_id) if wanted.cycle_id else reviewable
    counted = db.session.execute(select(*(func.count().filter(parts[name]) for name in SHOWN)).where(here)).one()
    counts = dict(zip(SHOWN, counted, strict=True))
    total = counts[wanted.show]
    newest_first = wanted.show == "published"
    statement = (
        select(Report, _WAITS_SINCE)
        .where(here, parts[wanted.show])
        .order_by(_WAITS_SINCE.desc() if newest_first else _WAITS_SINCE.asc(), Report.id)
        .limit(PAGE_LENGTH)
        .offset((wanted.page - 1) * PAGE_LENGTH)
    )
    found = [(report, since) for report, since in db.session.execute(statement)]
    points = _points_by_report([report.id for report, _ in found])
    rows = tuple(
        QueueRow(report, since, max((now - since).days, 0) if since else 0, *points.get(report.id, (0, 0, 0)))
        for report, since in found
    )
    cycles = db.session.scalars(
        select(Cycle).where(Cycle.id.in_(select(Report.cycle_id).where(reviewable))).order_by(Cycle.due_on.desc(), Cycle.id)
    )
    return Queue(rows, counts, tuple(cycles), total, max(1, -(-total // PAGE_LENGTH)))


def _points_by_report(report_ids: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    """Open and answered points of the last return, and points drafted for the next, by report."""
    if not report_ids:
        return {}
    is_last = and_(Point.returned_at.is_not(None), Point.round == _LAST_RETURN)
    statement = (
        select(
            Point.report_id,
            func.count().filter(is_last, Point.reply.is_(None)),
            func.count().filter(is_last, Point.reply.is_not(None)),
            func.count().filter(Point.returned_at.is_(None)),
        )
        .join(Report, Report.id == Point.report_id)
        .where(Point.report_id.in_(report_ids))
        .group_by(Point.report_id)
    )
    return {report_id: (waiting, answered, drafted) for report_id, waiting, answered, drafted in db.session.execute(statement)}
