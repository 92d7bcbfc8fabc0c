"""What became of the entries of the last report, as far as somebody has said so."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select

from review_app.extensions import db
from review_app.models import Item, Report
from review_app.models.items import IS_OVER
from review_app.queries.answers import sheet_of_page
from review_app.queries.reports import questionnaire_of
from review_app.questionnaire.language import Question, Section


@dataclass(frozen=True)
class Row:
    """One entry of a lasting group. `into`: what the entry is called that it was merged into."""

    section: Section
    group: Question
    item: Item
    title: str
    lang: str | None
    into: str = ""

    @property
    def is_carried(self) -> bool:
        """Whether the last report had it."""
        return self.item.fate is not None

    @property
    def is_over(self) -> bool:
        return self.item.fate in IS_OVER


def lasting_rows(report: Report) -> list[Row]:
    """Every entry of the groups that live on, those that left the report too, in the questionnaire's order. Three queries."""
    questionnaire = questionnaire_of(report)
    groups = {group.code: (section, group) for section, group in questionnaire.groups() if group.lasting}
    sheet = sheet_of_page(report, groups=[group for _, group in groups.values()])
    items = db.session.scalars(
        select(Item).where(Item.report_id == report.id, Item.group.in_(groups)).order_by(Item.position, Item.created_at)
    ).all()
    rows = []
    for section, group in groups.values():
        for item in (item for item in items if item.group == group.code):
            cell = sheet.answers.get((item.id, group.title_code or ""))
            words = str((cell.value.get("value") if cell else None) or "")
            rows.append(Row(section, group, item, " ".join(words.split()), cell.lang if cell else None))
    titles: dict[UUID | None, str] = {row.item.id: row.title for row in rows}
    return [replace(row, into=titles.get(row.item.merged_into_id, "")) for row in rows]


def over_since_last(report: Report) -> list[Row]:
    """The entries of the last report that have no chapter in this one. Three queries, none where nothing is carried."""
    return [row for row in lasting_rows(report) if row.is_over] if report.cycle.carries else []
