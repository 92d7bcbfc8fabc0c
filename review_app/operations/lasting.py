"""The lasting things behind repeated entries: found again by title within a party, or made."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Uuid, column, insert, select, update, values

from review_app.checks.wording import without_strays
from review_app.extensions import db
from review_app.models import Item, LastingItem, Report
from review_app.operations.locks import hold_party
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


@dataclass(frozen=True)
class Tie:
    """The lasting item of an entry, and its public address."""

    id: UUID
    slug: str


def tie_items(report: Report, sheet: Sheet, *, answered: Collection[str]) -> dict[UUID, Tie]:
    """Give every item of a lasting group its lasting item, the party's one of the same title, else a new one: item -> tie.

    Its title, and so its public address, leaves out the words of SPAM-01 findings that are not among the `answered`, as a
    publication does.
    """
    mine = select(Item.id, LastingItem.id, LastingItem.slug).join(LastingItem).where(Item.report_id == report.id)
    ties = {item_id: Tie(lasting_id, slug) for item_id, lasting_id, slug in db.session.execute(mine)}
    groups = {group.code for _, group in sheet.questionnaire.groups() if group.lasting}
    loose = [item for item in sheet.items if item.group in groups and item.id not in ties]
    if not loose:
        return ties
    hold_party(report.party_code)
    sheet = without_strays(sheet, answered)
    known = _Known(report.party_code, taken={tie.id for tie in ties.values()})
    new = {item.id: known.tie(sheet.title(item)) for item in sorted(loose, key=lambda item: item.group)}
    known.write()
    given = values(column("id", Uuid), column("lasting_id", Uuid), name="given").data(
        [(item_id, tie.id) for item_id, tie in new.items()]
    )
    write = update(Item).where(Item.id == given.c.id).values(lasting_item_id=given.c.lasting_id)
    db.session.execute(write, execution_options={"synchronize_session": False})
    return ties | new


class _Known:
    """The lasting items of a party by address, and those that are to be made."""

    def __init__(self, party_code: str, *, taken: set[UUID]) -> None:
        self._party_code, self._taken = party_code, taken
        own = select(LastingItem.slug, LastingItem.id, LastingItem.title).where(LastingItem.party_code == party_code)
        self._at = {slug: (lasting_id, title) for slug, lasting_id, title in db.session.execute(own)}
        self._new: list[dict[str, Any]] = []

    def tie(self, title: str) -> Tie:
        base = slug_from(title)
        slug, count = base, 1
        while slug in self._at and (self._at[slug][0] in self._taken or self._at[slug][1].casefold() != title.casefold()):
            count += 1
            slug = f"{base}-{count}"
        if slug not in self._at:
            self._at[slug] = uuid4(), title[:500]
            self._new.append({"id": self._at[slug][0], "party_code": self._party_code, "slug": slug, "title": title[:500]})
        self._taken.add(self._at[slug][0])
        return Tie(self._at[slug][0], slug)

    def write(self) -> None:
        if self._new:
            db.session.execute(insert(LastingItem).values(self._new))
