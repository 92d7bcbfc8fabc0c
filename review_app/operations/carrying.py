"""A new report begins with the answers of the last one, marked as carried until somebody stands by them."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from review_app.extensions import db
from review_app.models import Cycle, Item, Report
from review_app.operations.answers import lay_down
from review_app.operations.attachments import copied
from review_app.permissions import SYSTEM, Actor
from review_app.queries.answers import sheet_of_content
from review_app.queries.reports import latest_snapshot, questionnaire_of
from review_app.questionnaire.crosswalks import Crosswalk, Left, carried, unchanged
from review_app.questionnaire.language import Questionnaire
from review_app.questionnaire.library import library
from review_app.questionnaire.sheets import Sheet
from review_app.transaction import record


def carry_over(actor: Actor, report: Report, *, now: datetime) -> None:
    """Fill a fresh report from the last published one of its party and subject; entries stay chapters of the same lasting items.

    The journal names what is not carried. Nothing is carried from an edition that no crosswalk leads on from.
    """
    last = _last_of(report)
    snapshot = latest_snapshot(last) if last else None
    crosswalk = _way(questionnaire_of(last), questionnaire_of(report)) if last else None
    if snapshot is None or crosswalk is None:
        return
    content = json.loads(snapshot.content)
    sheet = sheet_of_content(crosswalk.older, content)
    found = carried(sheet, crosswalk)
    lasting = {UUID(item["id"]): item["lasting_item_id"] for item in content["items"]}
    ids: dict[UUID | None, UUID | None] = {None: None}
    for item in found.items:
        ids[item.id] = uuid4()
        is_lasting = crosswalk.newer.question(item.group).lasting
        lasting_id = lasting[item.id] if is_lasting else None
        db.session.add(Item(
            id=ids[item.id], report_id=report.id, group=item.group, position=item.position,
            lasting_item_id=UUID(lasting_id) if lasting_id else None, fate="open" if lasting_id else None, created_at=now,
        ))  # fmt: skip
    db.session.flush()
    groups = {item.id: item.group for item in found.items}
    for (item_id, code), cell in found.answers.items():
        is_file = crosswalk.newer.find(code, groups[item_id] if item_id else None).type == "file"
        value = copied(report, cell.value, now=now) if is_file else dict(cell.value)
        lay_down(SYSTEM, report, ids[item_id], code, value=value, lang=cell.lang, origin="carried", now=now)
    params = {"from": content["cycle"], "answers": len(found.answers), "left": [_named(sheet, one) for one in found.left]}
    record("report.carried", actor=actor, now=now, report=report, params=params)


def _named(sheet: Sheet, left: Left) -> dict[str, Any]:
    """What is left behind, in the words of the older edition."""
    item = sheet.item(left.item_id) if left.item_id else None
    asked = sheet.questionnaire.find(left.question, item.group if item else None) if left.question else None
    label = asked.label if asked else sheet.group_of(item).label if item else {}
    return {"entry": sheet.title(item) if item else "", "label": dict(label), "why": left.why}


def _last_of(report: Report) -> Report | None:
    """The published report of the latest period, of the same party and subject, to any edition of the same questionnaire."""
    same = (Report.party_code == report.party_code, Report.subject == report.subject, Report.id != report.id)
    query = select(Report).join(Cycle).where(*same, Report.state == "published", Cycle.questionnaire == report.cycle.questionnaire)
    return db.session.scalar(query.order_by(Cycle.ends_on.desc().nulls_last(), Report.published_at.desc()).limit(1))


def _way(older: Questionnaire, newer: Questionnaire) -> Crosswalk | None:
    if older.edition == newer.edition:
        return unchanged(newer)
    crosswalk = library.crosswalk(newer)
    return crosswalk if crosswalk and crosswalk.older.edition == older.edition else None
