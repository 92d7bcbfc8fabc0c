"""Reads of reports: always through what the actor may see."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, true

from review_app.extensions import db
from review_app.models import Answer, Extension, Person, Point, Report, Snapshot
from review_app.permissions import Actor, NotFound, visible_to
from review_app.questionnaire.language import Questionnaire
from review_app.questionnaire.library import library


def questionnaire_of(report: Report) -> Questionnaire:
    """The edition the report's cycle was opened with."""
    return library.get(report.cycle.questionnaire, report.cycle.edition)


def report_for(actor: Actor | None, report_id: int) -> Report:
    """The report, if the actor may know of it. Raises NotFound else, as for a report that does not exist."""
    report = db.session.scalar(select(Report).where(Report.id == report_id, visible_to(actor)))
    if report is None:
        raise NotFound
    return report


@dataclass(frozen=True)
class Row:
    """A line of 'my reports'."""

    report: Report
    answers: int
    last_change_at: datetime | None
    last_change_by: str | None
    open_points: int


def my_reports(person: Person, *, now: datetime) -> list[Row]:
    """The reports of the person's parties, the ones they must act on first. One query."""
    # Of each report by itself: grouped, all answers of all parties would be read.
    last = (
        select(func.count().label("answers"), func.max(Answer.updated_at).label("at"))
        .where(Answer.report_id == Report.id)
        .correlate(Report)
        .lateral()
    )
    is_waiting = func.coalesce(Report.notices_leave_at > now, False)  # the return can be recalled: nobody was told
    is_open = Point.returned_at.is_not(None), Point.reply.is_(None), Point.weight == "must", ~is_waiting
    open_points = select(func.count()).where(Point.report_id == Report.id, *is_open).correlate(Report).scalar_subquery()
    writer = (
        select(Person.name)
        .join(Answer, Answer.actor_id == Person.id)
        .where(Answer.report_id == Report.id, Answer.actor_kind == "person")
        .order_by(Answer.updated_at.desc())
        .limit(1)
        .correlate(Report)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Report, last.c.answers, last.c.at, writer, open_points)
        .join(last, true())
        .where(Report.party_code.in_(sorted(person.party_codes)))
        .order_by(
            (Report.state == "revision").desc(),
            (Report.state == "draft").desc(),
            Report.due_on.asc().nulls_last(),
            Report.id,
        )
    )
    return [Row(*row) for row in rows]


def latest_snapshot(report: Report) -> Snapshot | None:
    """The copy made at the last submission that was not taken back in a later round."""
    mine = select(Snapshot).where(Snapshot.report_id == report.id, Snapshot.round <= report.round)
    return db.session.scalar(mine.order_by(Snapshot.number.desc()).limit(1))


def latest_number(report: Report) -> int | None:
    """The number of that copy, which is short, where the copy is long."""
    mine = Snapshot.report_id == report.id, Snapshot.round <= report.round
    return db.session.scalar(select(func.max(Snapshot.number)).where(*mine))


def snapshot_of(report: Report, number: int) -> Snapshot:
    """One submission's copy. Raises NotFound."""
    found = db.session.scalar(select(Snapshot).where(Snapshot.report_id == report.id, Snapshot.number == number))
    if found is None:
        raise NotFound
    return found


def extensions_of(report: Report) -> list[Extension]:
    """The later dates this report was given, oldest first."""
    return list(db.session.scalars(select(Extension).where(Extension.report_id == report.id).order_by(Extension.id)))


def due_moment(on: date, zone_name: str) -> datetime:
    """The instant a due date ends: midnight after it, in its zone, as UTC."""
    return datetime.combine(on + timedelta(days=1), time(), ZoneInfo(zone_name)).astimezone(UTC)


def is_late(report: Report, now: datetime) -> bool:
    """Whether the ministry's date has passed while the report is with it."""
    if report.due_on is None or report.state not in ("draft", "revision"):
        return False
    return now >= due_moment(report.due_on, report.due_zone)
