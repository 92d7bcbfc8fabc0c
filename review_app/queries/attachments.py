"""Reads of files that were sent with a report: always through the report they belong to."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, String, cast, exists, func, select

from review_app.extensions import db
from review_app.models import Answer, Attachment, Report
from review_app.permissions import Actor, Denied, NotFound
from review_app.queries.answers import sheet_for_review
from review_app.questionnaire.sheets import Cell, Sheet
from review_app.questionnaire.values import FILE_FACTS
from workflows.messages import Message

LIVE = ("checking", "ready")
ROOM = 500 * 1024 * 1024
"""Bytes of all files of a report, those just removed too."""


def facts_of(attachment: Attachment) -> dict[str, Any]:
    """What an answer says of a file, without the caption."""
    return {name: str(attachment.id) if name == "id" else getattr(attachment, name) for name in FILE_FACTS}


def standing(report: Report, raw: Any) -> list[dict[str, Any]]:
    """Of the files whose ids somebody sent, with captions: those that are this report's and still there. One query at most."""
    captions = {key: one.get("caption") for one in raw or () if isinstance(one, Mapping) and (key := _id(one.get("id")))}
    if not captions:
        return []
    rows = select(Attachment).where(Attachment.report_id == report.id, Attachment.id.in_(captions), Attachment.status.in_(LIVE))
    found = {one.id: facts_of(one) for one in db.session.scalars(rows)}
    return [{**found[key], "caption": caption} for key, caption in captions.items() if key in found]


def _id(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def has_room(report: Report, size: int) -> bool:
    """Whether a file of this size may still come."""
    mine = select(func.coalesce(func.sum(Attachment.size), 0)).where(Attachment.report_id == report.id, Attachment.status.in_(LIVE))
    return (db.session.scalar(mine) or 0) + size <= ROOM


def states_of(report_id: int) -> dict[str, str]:
    """Id -> state of every file of a report. One query."""
    rows = db.session.execute(select(Attachment.id, Attachment.status).where(Attachment.report_id == report_id))
    return {str(key): state for key, state in rows}


def named(sheet: Sheet) -> set[UUID]:
    """The files that the answers of a sheet name."""
    return set(_named(cell.value.get("raw") for cell in sheet.answers.values()))


def _named(raws: Iterable[Any]) -> Iterable[UUID]:
    for raw in raws:
        for one in raw if isinstance(raw, list) else ():
            if isinstance(one, Mapping) and "sha256" in one and (key := _id(one.get("id"))):
                yield key


def file_for_team(actor: Actor, report: Report, file_id: UUID) -> Attachment:
    """A file to hand out to the national team. Raises NotFound, and Denied while only who sent it may have it."""
    found = db.session.scalar(select(Attachment).where(Attachment.id == file_id, Attachment.report_id == report.id))
    if found is None or found.status == "gone":
        raise NotFound
    if found.status == "refused":
        raise Denied(Message("A virus was found in this file, so it was deleted."))
    if found.status == "checking" and (found.actor_kind, found.actor_id) != (actor.kind, actor.id):
        raise Denied(Message("This file is still being checked for viruses. Try again in a minute."))
    return found


def file_for_review(actor: Actor, report: Report, file_id: UUID) -> Attachment:
    """A file that was submitted, to hand out to the secretariat. Raises NotFound, Denied."""
    if file_id not in named(sheet_for_review(report)):
        raise NotFound
    return file_for_team(actor, report, file_id)


def unchecked(now: datetime) -> list[UUID]:
    """Files the virus scanner is to be asked about: those of one sweep."""
    due = select(Attachment.id).where(Attachment.status == "checking", Attachment.try_at <= now)
    return list(db.session.scalars(due.order_by(Attachment.try_at).limit(50)))


def named_in_state(report_id: ColumnElement[int], state: str) -> ScalarSelect[int]:
    """How many files in this state the answers of a report name: a column for a query about the report."""
    named_by = func.jsonb_build_array(func.jsonb_build_object("id", cast(Attachment.id, String)))
    by_answer = exists().where(Answer.report_id == report_id, Answer.value["raw"].contains(named_by))
    rows = select(func.count()).select_from(Attachment)
    return rows.where(Attachment.report_id == report_id, Attachment.status == state, by_answer).scalar_subquery()


def without_refused(sheet: Sheet) -> Sheet:
    """The sheet without the files in which a virus was found after it was frozen. No query when it names no file."""
    files = named(sheet)
    if not files:
        return sheet
    refused = select(Attachment.id).where(Attachment.id.in_(files), Attachment.status == "refused")
    gone = {str(key) for key in db.session.scalars(refused)}
    clean = {
        place: replace(cell, value={**cell.value, "raw": left, "value": left or None})
        for place, cell in sheet.answers.items()
        if gone & _keys(cell) and (left := [one for one in cell.value["raw"] if one["id"] not in gone]) is not None
    }
    return sheet.replaced(clean) if clean else sheet


def _keys(cell: Cell) -> set[str]:
    return {str(key) for key in _named([cell.value.get("raw")])}
