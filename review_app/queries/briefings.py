"""What somebody who takes over must know of a party's reports: where each stands, what is open, by when, and who wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from review_app.checks.engine import progress
from review_app.extensions import db
from review_app.models import Answer, ContributionLink, Person, Point, Report
from review_app.queries.answers import replies_of
from review_app.queries.checking import checking
from review_app.queries.contributions import offers


@dataclass(frozen=True)
class Standing:
    """One report that is not published. `writers`: name and number of answers, the most first."""

    report: Report
    completed: int
    total: int
    must_fix: int
    open_points: int
    open_links: int
    to_decide: int
    writers: Sequence[tuple[str, int]]


def briefing(party_code: str, *, now: datetime) -> list[Standing]:
    """Every report of the party that is not published, the one that is due first at the top."""
    mine = select(Report).where(Report.party_code == party_code, Report.state != "published")
    return [_standing(report, now) for report in db.session.scalars(mine.order_by(Report.due_on.asc().nulls_last(), Report.id))]


def _standing(report: Report, now: datetime) -> Standing:
    state, replied = checking(report), replies_of(report)
    open_found = [one for one in state.found if one.fingerprint not in replied]
    done = progress(state.sheet, open_found)
    points = select(func.count()).where(Point.report_id == report.id, Point.returned_at.is_not(None), Point.reply.is_(None))
    links = select(func.count()).where(
        ContributionLink.report_id == report.id, ContributionLink.answered_at.is_(None), ContributionLink.withdrawn_at.is_(None),
        ContributionLink.expires_at > now,
    )  # fmt: skip
    writers = (
        select(Person.name, func.count()).join(Answer, (Answer.actor_id == Person.id) & (Answer.actor_kind == "person"))
        .where(Answer.report_id == report.id).group_by(Person.id).order_by(func.count().desc(), Person.name)
    )  # fmt: skip
    return Standing(
        report, done.completed, done.total,
        sum(one.severity == "error" for one in open_found),
        0 if report.is_recallable(now) else db.session.scalar(points) or 0, db.session.scalar(links) or 0, len(offers(report)),
        [(name, count) for name, count in db.session.execute(writers)],
    )  # fmt: skip
