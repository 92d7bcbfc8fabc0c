"""Verbs of reviewing that move no state: comments, points, and the country's answers to them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from review_app.extensions import db
from review_app.models import Comment, Item, Person, Point, Report
from review_app.operations.locks import held_report
from review_app.permissions import NotFound, require
from review_app.queries.reports import questionnaire_of
from review_app.transaction import Stale, atomic
from workflows.engine import Blocked
from workflows.messages import Message

WEIGHTS = ("must", "should")


@atomic
def add_comment(
    actor: Person,
    report_id: int,
    *,
    section: str,
    text: str,
    now: datetime,
    item_id: UUID | None = None,
    question: str | None = None,
) -> Comment:
    """Leave a note for the other reviewers at a place of the report. Raises NotFound, Denied, Blocked (no text)."""
    report = held_report(report_id, is_shared=True)
    require(actor, "report.comment", report)
    place = _place(report, section, item_id, question)
    comment = Comment(**place, text=_said(text), person_id=actor.id, created_at=now)
    db.session.add(comment)
    return comment


@atomic
def add_point(
    actor: Person,
    report_id: int,
    *,
    section: str,
    text: str,
    weight: str,
    now: datetime,
    item_id: UUID | None = None,
    question: str | None = None,
) -> Point:
    """Draft a point for the next return. Raises NotFound, Denied, Blocked (no text, unknown weight)."""
    report = held_report(report_id, is_shared=True)
    require(actor, "report.draft_points", report)
    place = _place(report, section, item_id, question)
    if weight not in WEIGHTS:
        raise Blocked((Message("Choose whether the country must or should settle this point."),))
    point = Point(**place, text=_said(text), weight=weight, person_id=actor.id, created_at=now)
    db.session.add(point)
    return point


@atomic
def drop_point(actor: Person, report_id: int, point_id: int) -> None:
    """Take back a point that has not been returned yet. Raises NotFound, Denied."""
    report = held_report(report_id)
    require(actor, "report.draft_points", report)
    point = _point(report, point_id)
    if point.returned_at is not None:
        raise NotFound
    db.session.delete(point)


@atomic
def reply_to_point(
    actor: Person, report_id: int, point_id: int, *, reply: str, now: datetime, seen: datetime | None = None
) -> Point:
    """Answer a point of the last return, or change the answer of the time `seen`. Raises NotFound, Denied, Blocked, Stale."""
    report = held_report(report_id, is_shared=True)
    require(actor, "report.answer_points", report)
    point = _point(report, point_id, is_held=True)
    if point.returned_at is None or point.round != report.round or report.is_recallable(now):
        raise NotFound  # an earlier round's answer was handed in and read
    require(actor, "report.answer_points", report, section=point.section)
    if point.replied_at != seen and point.reply != reply.strip():
        raise Stale  # somebody else's answer stands, which nothing else keeps
    point.reply, point.replied_by_id, point.replied_at = _said(reply), actor.id, now
    return point


def _point(report: Report, point_id: int, *, is_held: bool = False) -> Point:
    point = db.session.get(Point, point_id, with_for_update=is_held, populate_existing=is_held)
    if point is None or point.report_id != report.id:
        raise NotFound
    return point


def _place(report: Report, section: str, item_id: UUID | None, question: str | None) -> dict[str, Any]:
    """The columns of a place in the present round. Raises NotFound for one that is not in this report."""
    try:
        home = questionnaire_of(report).section(section)
        item = db.session.get(Item, item_id) if item_id else None
        if item_id and (item is None or item.report_id != report.id or item.group not in {g.code for g in home.groups}):
            raise NotFound
        if question is not None:
            group = item.group if item else None
            questionnaire_of(report).find(question, group)
            if group is None and question not in {q.code for q in home.questions}:
                raise NotFound
    except KeyError:
        raise NotFound from None
    return {"report_id": report.id, "round": report.round, "section": section, "item_id": item_id, "question": question}


def _said(text: str) -> str:
    if not text.strip():
        raise Blocked((Message("Write something first."),))
    return text.strip()
