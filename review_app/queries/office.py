"""What the office reads: cycles, who is expected and how far they are, people, journals, and the state of the outgoing mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, or_, select, union_all
from sqlalchemy.orm import joinedload, selectinload

from review_app.extensions import db
from review_app.models import Answer, Cycle, CycleParty, Dispatch, Entry, Membership, Notice, Party, Person, Report
from review_app.queries.reports import due_moment

STATUSES = ("not_started", "started", "overdue", "in_review", "returned", "published", "without_lead")
MAILS_SHOWN = 200
PEOPLE_A_PAGE = 50


@dataclass(frozen=True)
class CycleSummary:
    """A cycle with the figures the office looks at first."""

    cycle: Cycle
    expected: int
    submitted: int
    published: int


@dataclass(frozen=True)
class ExpectedRow:
    """One report that is expected in a cycle, begun or not.

    `status`: one of STATUSES; never `overdue` or `without_lead`, which go with several.
    `lead`: whether the party has a coordinator who "joined", was "invited" only, or none ("").
    """

    party: Party
    subject: str
    report: Report | None
    status: str
    due_on: date | None
    due_zone: str
    is_extended: bool
    is_overdue: bool
    last_activity_at: datetime | None
    lead: str

    @property
    def is_owed(self) -> bool:
        """Whether the report is there, and its party has still to hand it over."""
        return self.report is not None and self.status in ("not_started", "started", "returned")

    def counts_as(self, status: str) -> bool:
        """Whether the row is one of those that stand under `status`; `owed` is any that is."""
        if status == "owed":
            return self.is_owed
        if status == "without_lead":
            return not self.lead
        return self.is_overdue if status == "overdue" else self.status == status


@dataclass(frozen=True)
class CycleTable:
    """A cycle's expected reports: the rows asked for, and how many there are of each status."""

    cycle: Cycle
    rows: tuple[ExpectedRow, ...]
    counts: Mapping[str, int]
    total: int


@dataclass(frozen=True)
class Outbox:
    """How the mail stands: waiting to leave, held back on purpose, given up; and the newest that were given up."""

    pending: int
    held: int
    sent: int
    failed: int
    failures: tuple[Notice, ...]


@dataclass(frozen=True)
class PeoplePage:
    """One page of a list of people, out of `total`. `pages`: how many there are, at least one."""

    people: tuple[Person, ...]
    number: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PEOPLE_A_PAGE))


def cycles() -> list[CycleSummary]:
    """Every cycle, the open ones first, then by period."""
    found = list(db.session.scalars(select(Cycle)))
    expected = _count_by_cycle(select(CycleParty.cycle_id, func.count()).group_by(CycleParty.cycle_id))
    submitted = _count_by_cycle(select(Report.cycle_id, func.count()).where(Report.round > 0).group_by(Report.cycle_id))
    published = _count_by_cycle(
        select(Report.cycle_id, func.count()).where(Report.state == "published").group_by(Report.cycle_id)
    )
    order = {"open": 0, "planned": 1, "closed": 2, "archived": 3}
    found.sort(key=lambda cycle: (order[cycle.state], -(cycle.due_on or date.min).toordinal(), cycle.slug))
    return [
        CycleSummary(cycle, expected.get(cycle.id, 0), submitted.get(cycle.id, 0), published.get(cycle.id, 0))
        for cycle in found
    ]


def cycle_choices() -> list[Cycle]:
    """Every cycle, the newest first."""
    return list(db.session.scalars(select(Cycle).order_by(Cycle.due_on.desc().nulls_last(), Cycle.id.desc())))


def cycle_with_slug(slug: str) -> Cycle | None:
    """The cycle at this address."""
    return db.session.scalar(select(Cycle).where(Cycle.slug == slug))


def free_slug(slug: str) -> str:
    """`slug`, or with the first number behind it that no cycle has."""
    taken = set(db.session.scalars(select(Cycle.slug).where(Cycle.slug.startswith(slug[:74], autoescape=True))))
    candidates = (slug if number == 1 else f"{slug[:74]}-{number}" for number in range(1, len(taken) + 2))
    return next(candidate for candidate in candidates if candidate not in taken)


def expected_last(questionnaire: str) -> list[str]:
    """Codes of the parties that the newest cycle of this questionnaire expects, whatever its edition."""
    newest = select(Cycle.id).where(Cycle.questionnaire == questionnaire)
    newest = newest.order_by(Cycle.due_on.desc().nulls_last(), Cycle.id.desc()).limit(1)
    statement = select(CycleParty.party_code).where(CycleParty.cycle_id == newest.scalar_subquery()).distinct()
    return list(db.session.scalars(statement.order_by(CycleParty.party_code)))


def editions_in_use() -> list[tuple[str, str]]:
    """(questionnaire, edition) of the planned and open cycles, each once."""
    statement = select(Cycle.questionnaire, Cycle.edition).where(Cycle.state.in_(("planned", "open"))).distinct()
    return [(name, edition) for name, edition in db.session.execute(statement.order_by(Cycle.questionnaire, Cycle.edition))]


def cycle_table(cycle: Cycle, *, status: str = "", now: datetime) -> CycleTable:
    """Who is expected in the cycle and how far each is; `status` keeps the rows of one of STATUSES."""
    expected = list(db.session.scalars(select(CycleParty).where(CycleParty.cycle_id == cycle.id)))
    reports = {
        (report.party_code, report.subject): report
        for report in db.session.scalars(select(Report).where(Report.cycle_id == cycle.id))
    }
    activity = _last_activity([report.id for report in reports.values()])
    leads = _leads()
    places = {(one.party_code, one.subject): one.party for one in expected}
    places.update({place: report.party for place, report in reports.items()})
    rows = [
        _expected_row(cycle, party, subject, reports.get((code, subject)), activity, leads.get(code, ""), now)
        for (code, subject), party in sorted(places.items(), key=lambda pair: pair[0])
    ]
    counts = {one: sum(row.counts_as(one) for row in rows) for one in STATUSES}
    kept = [row for row in rows if not status or row.counts_as(status)]
    return CycleTable(cycle, tuple(kept), counts, len(rows))


def _leads() -> dict[str, str]:
    """Party code -> "joined" when one of its coordinators has an account, "invited" when they were only asked."""
    statement = (
        select(Membership.party_code, func.bool_or(Person.joined_at.is_not(None)))
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.role == "coordinator", Person.active)
        .group_by(Membership.party_code)
    )
    return {code: "joined" if is_there else "invited" for code, is_there in db.session.execute(statement) if code}


def _expected_row(
    cycle: Cycle, party: Party, subject: str, report: Report | None, activity: Mapping[int, datetime], lead: str, now: datetime
) -> ExpectedRow:
    due_on, due_zone = (report.due_on, report.due_zone) if report else (cycle.due_on, cycle.due_zone)
    end = due_moment(due_on, due_zone) if due_on else None
    is_with_party = report is None or report.state in ("draft", "revision")
    return ExpectedRow(
        party=party,
        subject=subject,
        report=report,
        status=_status(report),
        due_on=due_on,
        due_zone=due_zone,
        is_extended=bool(report and report.state == "draft" and due_on and cycle.due_on and due_on > cycle.due_on),
        is_overdue=bool(is_with_party and cycle.state != "planned" and end and end <= now),
        last_activity_at=activity.get(report.id) if report and _status(report) != "not_started" else None,
        lead=lead,
    )


def _status(report: Report | None) -> str:
    if report is None or (report.state == "draft" and report.started_at is None):
        return "not_started"
    return {"draft": "started", "review": "in_review", "revision": "returned", "published": "published"}[report.state]


def _last_activity(report_ids: Sequence[int]) -> dict[int, datetime]:
    """The later of the last step and the last save, for each report."""
    if not report_ids:
        return {}
    moments = union_all(
        select(Entry.report_id.label("report_id"), Entry.created_at.label("moment")).where(Entry.report_id.in_(report_ids)),
        select(Answer.report_id, Answer.updated_at).where(Answer.report_id.in_(report_ids)),
    ).subquery()
    last = select(moments.c.report_id, func.max(moments.c.moment)).group_by(moments.c.report_id)
    return dict(db.session.execute(last).all())


def _count_by_cycle(statement: Select[int, int]) -> dict[int, int]:
    return dict(db.session.execute(statement).all())


def people(*, words: str = "", role: str = "", party_code: str = "", standing: str = "", page: int = 1) -> PeoplePage:
    """People by name, with their memberships. `standing`: invited (not joined yet), active, inactive, or empty for all."""
    statement = select(Person)
    if words:
        sought = words.strip()
        statement = statement.where(
            or_(Person.name.icontains(sought, autoescape=True), Person.email.icontains(sought, autoescape=True))
        )
    if role:
        statement = statement.where(Person.memberships.any(Membership.role == role))
    if party_code:
        statement = statement.where(Person.memberships.any(Membership.party_code == party_code))
    standings: dict[str, ColumnElement[bool]] = {
        "invited": Person.active & Person.joined_at.is_(None),
        "active": Person.active & Person.joined_at.is_not(None),
        "inactive": ~Person.active,
    }
    if standing in standings:
        statement = statement.where(standings[standing])
    total = db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    listed = statement.options(selectinload(Person.memberships)).order_by(func.lower(Person.name), Person.id)
    found = db.session.scalars(listed.offset((page - 1) * PEOPLE_A_PAGE).limit(PEOPLE_A_PAGE))
    return PeoplePage(tuple(found), page, total)


def notices_of(report: Report) -> list[Notice]:
    """Mails about the report, newest first."""
    statement = (
        select(Notice)
        .join(Entry, Entry.id == Notice.entry_id)
        .where(Entry.report_id == report.id, Notice.channel == "mail")
        .options(joinedload(Notice.link))
        .order_by(Notice.id.desc())
        .limit(MAILS_SHOWN)
    )
    return list(db.session.scalars(statement))


def outbox(*, now: datetime) -> Outbox:
    """The state of the outgoing mail, and the ten newest mails that were given up."""
    mail = Notice.channel == "mail"
    is_waiting = Notice.status.in_(("pending", "sending"))
    statement = select(
        func.count().filter(is_waiting, Notice.not_before <= now),
        func.count().filter(is_waiting, Notice.not_before > now),
        func.count().filter(Notice.status == "sent"),
        func.count().filter(Notice.status == "failed"),
    ).where(mail)
    pending, held, sent, failed = db.session.execute(statement).one()
    newest = select(Notice).where(mail, Notice.status == "failed").order_by(Notice.id.desc()).limit(10)
    newest = newest.options(joinedload(Notice.link))
    return Outbox(pending, held, sent, failed, tuple(db.session.scalars(newest)))


@dataclass(frozen=True)
class Backlog:
    """Facts whose reactions have not run yet, and the moment of the oldest; `error` is why its last run failed."""

    waiting: int
    oldest_at: datetime | None
    error: str


def backlog() -> Backlog:
    """What the workers still have to react to."""
    open_ones = select(Entry.created_at, Dispatch.error, func.count().over()).join(Entry, Entry.id == Dispatch.entry_id)
    oldest = db.session.execute(open_ones.where(Dispatch.done_at.is_(None)).order_by(Dispatch.entry_id).limit(1)).first()
    return Backlog(oldest[2], oldest[0], oldest[1] or "") if oldest else Backlog(0, None, "")
