"""What became of each entry of the last report: it goes on, perhaps under another name, is part of another now, or is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from review_app.extensions import db
from review_app.models import Item
from review_app.models.items import FATES
from review_app.operations.answers import refuse_while_recallable, settle
from review_app.operations.locks import held_report
from review_app.permissions import Actor, NotFound, require
from review_app.queries.reports import questionnaire_of
from review_app.transaction import Stale, atomic
from workflows.engine import Blocked
from workflows.messages import Message


@dataclass(frozen=True)
class ChosenFate:
    """What somebody chose for one entry: its fate, what it was merged into, and the row version their page showed."""

    item_id: UUID
    fate: str
    into: UUID | None
    seen: int


@atomic
def settle_items(actor: Actor, report_id: int, chosen: Sequence[ChosenFate], *, now: datetime) -> None:
    """Say what became of entries of the last report, all of it or nothing; a line that says what stands changes nothing.

    Raises NotFound, Denied (not yours, locked), Stale (somebody else settled one meanwhile), Blocked (merged into nothing).
    """
    report = held_report(report_id)
    require(actor, "report.write", report)
    refuse_while_recallable(report, now=now)
    questionnaire = questionnaire_of(report)
    items = {item.id: item for item in db.session.scalars(select(Item).where(Item.report_id == report.id))}
    for line in chosen:
        item = items.get(line.item_id)
        if item is None or item.fate is None or line.fate not in FATES:
            raise NotFound
        into = line.into if line.fate == "merged" else None
        if (item.fate, item.merged_into_id) == (line.fate, into):
            continue
        require(actor, "report.write", report, section=questionnaire.section_of(item.group).code)
        if item.row_version != line.seen:
            raise Stale
        if into == item.id or into not in items or not questionnaire.question(items[into].group).lasting:
            into = None
        if line.fate == "merged" and into is None:
            raise Blocked((Message("What was merged needs the entry that it is part of now: choose one."),))
        settle(item, line.fate, into=into, now=now)
    merged = (item for item in items.values() if item.merged_into_id)
    if any(items[into].ended_at for item in merged if (into := item.merged_into_id)):
        raise Blocked((Message("An entry was merged into one that is not in this report any more: choose another."),))
