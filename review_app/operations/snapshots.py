"""The frozen copy of a report: what is in it, in which bytes, and its sha256."""

import hashlib
from typing import Any

import rfc8785
from sqlalchemy import func, select

from review_app.extensions import db
from review_app.models import Item, LastingItem, Report, Snapshot
from review_app.permissions import Actor
from review_app.queries.answers import replies_of, sheet_of
from review_app.questionnaire.sheets import Sheet


def content_of(report: Report, sheet: Sheet | None = None) -> dict[str, Any]:
    """Every answer to a question that is asked, the items in order, and which findings were answered. JSON types only.

    Answers to questions that a condition hides are left out: they are parked, not submitted.
    """
    sheet = sheet or sheet_of(report)
    questionnaire = sheet.questionnaire
    lasting = {
        item_id: (str(lasting_id), slug)
        for item_id, lasting_id, slug in ((row.id, row.lasting_item_id, row.slug) for row in _lasting_of(report))
    }
    items, answers = [], []
    for section in questionnaire.sections:
        for question in sheet.asked(section.code):
            answers += _answer(sheet, question.code, None)
        for group in sheet.asked_groups(section.code):
            for position, item in enumerate(sheet.items_of(group.code), start=1):
                lasting_id, slug = lasting.get(item.id, (None, None))
                items.append(
                    {
                        "id": str(item.id),
                        "group": item.group,
                        "position": position,
                        "lasting_item_id": lasting_id,
                        "slug": slug,
                    }
                )
                for inner in sheet.asked_in(item):
                    answers += _answer(sheet, inner.code, item.id)
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
        "answers": answers,
        "replied_findings": sorted(replies_of(report)),
    }


def _lasting_of(report: Report) -> Any:
    return db.session.execute(
        select(Item.id, Item.lasting_item_id, LastingItem.slug)
        .join(LastingItem, Item.lasting_item_id == LastingItem.id)
        .where(Item.report_id == report.id)
    )


def _answer(sheet: Sheet, question: str, item_id: Any) -> list[dict[str, Any]]:
    cell = sheet.cell(question, item_id)
    if cell is None:
        return []
    return [{"item": str(item_id) if item_id else None, "question": question, "value": cell.value, "lang": cell.lang}]


def freeze(
    report: Report, *, actor: Actor, now: Any, signatory: dict[str, str] | None = None, sheet: Sheet | None = None
) -> Snapshot:
    """Write the next numbered snapshot of the report's present answers. Called inside an operation."""
    raw = rfc8785.dumps(content_of(report, sheet))
    number = (db.session.scalar(select(func.max(Snapshot.number)).where(Snapshot.report_id == report.id)) or 0) + 1
    snapshot = Snapshot(
        report_id=report.id,
        number=number,
        round=report.round,
        content=raw.decode("utf-8"),
        sha256=hashlib.sha256(raw).hexdigest(),
        signatory=signatory,
        actor_kind=actor.kind,
        actor_id=actor.id,
        created_at=now,
    )
    db.session.add(snapshot)
    return snapshot
