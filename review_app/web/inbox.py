"""The inbox: what a person was told, by day, each with the way to its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from review_app.models import Notice, Person, Report
from review_app.notices import headline
from review_app.operations import notices as operations
from review_app.permissions import can
from review_app.queries.notices import inbox
from review_app.web import access, presentation
from workflows.messages import Message

blueprint = Blueprint("inbox", __name__, url_prefix="/notices")


@dataclass(frozen=True)
class Line:
    """One notice as the page shows it. `href` is empty when it leads nowhere."""

    notice: Notice
    headline: Message
    href: str

    @property
    def is_unread(self) -> bool:
        return self.notice.read_at is None


@blueprint.get("")
@access.signed_in
def notices() -> str:
    """Unread ones first, then the rest by day."""
    person = access.actor()
    lines = [_line(person, notice, report) for notice, report in inbox(person, access.now())]
    unread = [line for line in lines if line.is_unread]
    days = _by_day([line for line in lines if not line.is_unread])
    return render_template("pages/inbox/notices.html", unread_lines=unread, days=days)


@blueprint.post("")
@access.signed_in
def mark_read() -> Response:
    """Everything told so far has been read."""
    operations.mark_all_read(access.actor(), now=access.now())
    return redirect(url_for("inbox.notices"))


def _line(person: Person, notice: Notice, report: Report | None) -> Line:
    name = ""
    if report is not None:
        name = f"{presentation.words(report.party.names)}, {presentation.report_title(report)}"
    return Line(notice, headline(notice.entry.fact, report=name), _place(person, notice, report))


def _place(person: Person, notice: Notice, report: Report | None) -> str:
    """Where the notice leads: a ministry to its report, the secretariat to the review of it; empty where they may not go now."""
    if report is not None:
        if can(person, "report.read_answers", report):
            return url_for("desk.report", report_id=report.id)
        return url_for("review.report", report_id=report.id) if can(person, "report.review", report) else ""
    if notice.entry.fact == "person.joined" and can(person, "people.manage"):
        return url_for("office.people")
    if notice.entry.fact == "person.lead_handed_over" and can(person, "desk.see"):
        return url_for("desk.home")
    if notice.entry.fact == "import.finished" and can(person, "import.manage"):
        return url_for("imports.batch", batch_id=notice.entry.params["batch"])
    return url_for("auth.account") if notice.entry.fact == "person.password_changed" else ""


def _by_day(lines: Sequence[Line]) -> list[tuple[str, list[Line]]]:
    """Days in the reader's zone and words, newest first as the lines are."""
    zone = presentation.zone()
    told = groupby(lines, key=lambda line: line.notice.not_before.astimezone(zone).date())
    return [(presentation.day(day), list(some)) for day, some in told]
