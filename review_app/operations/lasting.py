"""The lasting things behind repeated entries: found again by title within a party, or made."""

import re
import unicodedata
from uuid import UUID, uuid4

from sqlalchemy import select

from review_app.checks.wording import without_strays
from review_app.extensions import db
from review_app.models import Item, LastingItem, Report
from review_app.operations.locks import hold_party
from review_app.queries.answers import replies_of
from review_app.questionnaire.sheets import Sheet

SLUG_LENGTH = 80


def slug_from(title: str) -> str:
    """ASCII words joined by hyphens, at most 80 characters, cut between words; "entry" when nothing is left."""
    folded = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", folded.replace("'", ""))
    slug = ""
    for word in words:
        if len(slug) + len(word) + 1 > SLUG_LENGTH:
            break
        slug = f"{slug}-{word}" if slug else word
    return slug or "entry"


def tie_items(report: Report, sheet: Sheet) -> None:
    """Give every item of a lasting group its lasting item: the party's one of the same title, else a new one.

    Its title, and so its public address, leaves out the words of unanswered SPAM-01 findings, as a publication does.
    """
    groups = {group.code for _, group in sheet.questionnaire.groups() if group.lasting}
    loose = db.session.scalars(
        select(Item)
        .where(
            Item.report_id == report.id, Item.ended_at.is_(None), Item.group.in_(groups), Item.lasting_item_id.is_(None)
        )
        .order_by(Item.group, Item.position)
    ).all()
    if not loose:
        return
    hold_party(report.party_code)
    sheet = without_strays(sheet, replies_of(report))
    known = {
        item.slug: item
        for item in db.session.scalars(select(LastingItem).where(LastingItem.party_code == report.party_code))
    }
    taken = set(
        db.session.scalars(
            select(Item.lasting_item_id).where(Item.report_id == report.id, Item.lasting_item_id.is_not(None))
        )
    )
    titles = {entry.id: sheet.title(entry) for group in groups for entry in sheet.items_of(group)}
    for item in loose:
        item.lasting_item_id = _lasting(report, titles.get(item.id) or "", known, taken)


def _lasting(report: Report, title: str, known: dict[str, LastingItem], taken: set[UUID | None]) -> UUID:
    base = slug_from(title)
    slug, count = base, 1
    while slug in known and (known[slug].id in taken or known[slug].title.casefold() != title.casefold()):
        count += 1
        slug = f"{base}-{count}"
    if slug not in known:
        known[slug] = LastingItem(id=uuid4(), party_code=report.party_code, slug=slug, title=title[:500])
        db.session.add(known[slug])
        db.session.flush()
    taken.add(known[slug].id)
    return known[slug].id
