"""The frozen copy of a report: what is in it, in which bytes, and its sha256."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, insert, select

from review_app.extensions import db
from review_app.models import Item, LastingItem, Report, Snapshot
from review_app.models.items import IS_OVER
from review_app.operations.lasting import Tie, tie_items
from review_app.permissions import Actor
from review_app.queries.contributions import answered_and_credited
from review_app.questionnaire.language import Question
from review_app.questionnaire.sheets import Sheet, SheetItem


@dataclass(frozen=True)
class Frozen:
    """What was frozen, and the number it got."""

    number: int
    sha256: str
    content: dict[str, Any]


def canonical(content: Mapping[str, Any]) -> bytes:
    """RFC 8785 of what a snapshot holds: texts, whole numbers, truth values and nulls, under names in ASCII.

    Its rules go beyond sorted JSON without spaces only where numbers have fractions and names leave the basic plane.
    """
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def content_of(
    report: Report, sheet: Sheet, *, ties: Mapping[UUID, Tie], answered: Collection[str], credited: Sequence[dict[str, str]]
) -> dict[str, Any]:
    """Every answer to a question that is asked, the items in order, what became of those of the last report that are not
    here, which findings were answered, and who is credited. JSON types only.

    Answers to questions that a condition hides are left out: they are parked, not submitted.
    """
    questionnaire = sheet.questionnaire
    items = [
        _item(item, position, ties.get(item.id))
        for section in questionnaire.sections
        for group in sheet.asked_groups(section.code)
        for position, item in enumerate(sheet.items_of(group.code), start=1)
    ]
    answers = [line for item, questions in sheet.asked_by_entry() for line in _answers(sheet, questions, item)]
    return {
        "questionnaire": {
            "name": questionnaire.name,
            "edition": questionnaire.edition,
            "checksum": questionnaire.checksum,
        },
        "party": report.party_code,
        "cycle": report.cycle.slug,
        "subject": report.subject,
        "round": report.round,
        "items": items,
        **_fates(report, ties),
        "answers": answers,
        "replied_findings": sorted(answered),
        "contributors": credited,
    }


def _item(item: SheetItem, position: int, tie: Tie | None) -> dict[str, Any]:
    return {
        "id": str(item.id), "group": item.group, "position": position,
        "lasting_item_id": str(tie.id) if tie else None, "slug": tie.slug if tie else None,
    }  # fmt: skip


def _fates(report: Report, ties: Mapping[UUID, Tie]) -> dict[str, Any]:
    """What became of the entries of the last report that have no chapter in this one; nothing when that is none."""
    mine = select(Item.id, Item.group, Item.fate, Item.merged_into_id, LastingItem.title).join(LastingItem)
    is_over = Item.report_id == report.id, Item.fate.in_(IS_OVER)
    rows = db.session.execute(mine.where(*is_over).order_by(Item.group, Item.position)) if report.cycle.carries else ()
    fates = [
        {
            "lasting_item_id": str(ties[item_id].id), "group": group, "title": title, "fate": fate,
            "into": str(into) if into else None, "into_lasting_item_id": str(ties[into].id) if into else None,
        }
        for item_id, group, fate, into, title in rows
    ]  # fmt: skip
    return {"fates": fates} if fates else {}


def _answers(sheet: Sheet, questions: Iterable[Question], item: SheetItem | None) -> Iterator[dict[str, Any]]:
    item_id = item.id if item else None
    named = str(item_id) if item_id else None
    for question in questions:
        cell = sheet.cell(question.code, item_id)
        if cell is not None:
            yield {"item": named, "question": question.code, "value": cell.value, "lang": cell.lang}


def freeze(report: Report, sheet: Sheet, *, actor: Actor, now: datetime, signatory: dict[str, str] | None = None) -> Frozen:
    """Tie the entries to what lasts, and write the next numbered snapshot of these answers. Called inside an operation."""
    answered, credited = answered_and_credited(report)
    ties = tie_items(report, sheet, answered=answered)
    content = content_of(report, sheet, ties=ties, answered=answered, credited=credited)
    raw = canonical(content)
    sha256 = hashlib.sha256(raw).hexdigest()
    last = select(func.coalesce(func.max(Snapshot.number), 0)).where(Snapshot.report_id == report.id)
    write = insert(Snapshot).values(
        report_id=report.id, number=last.scalar_subquery() + 1, round=report.round, content=raw.decode(), sha256=sha256,
        signatory=signatory, actor_kind=actor.kind, actor_id=actor.id, created_at=now,
    )  # fmt: skip
    return Frozen(db.session.execute(write.returning(Snapshot.number)).scalar_one(), sha256, content)
