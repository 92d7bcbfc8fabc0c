"""Reads of declarations: the one that stands for a report, and whether its answers are still those that were declared."""

import hashlib
import json
from zoneinfo import ZoneInfo

from sqlalchemy import select

from review_app.extensions import db
from review_app.models import ContributionLink, Report
from review_app.queries.fates import over_since_last
from review_app.questionnaire.sheets import Sheet


def text_sha256(report: Report, sheet: Sheet) -> str:
    """Of all that is asked, as it is answered, and of what became of the last report's entries."""
    said = [
        [str(item.id) if item else None, question.code, cell.value if cell else None, cell.lang if cell else None]
        for item, questions in sheet.asked_by_entry()
        for question in questions
        for cell in (sheet.cell(question.code, item.id if item else None),)
    ]
    fates = [[str(row.item.id), row.item.fate, str(row.item.merged_into_id)] for row in over_since_last(report)]
    return hashlib.sha256(json.dumps([said, fates], sort_keys=True).encode()).hexdigest()


def declaration_of(report: Report) -> ContributionLink | None:
    """The last link by which the signing official has declared, if it was not withdrawn since."""
    made = (
        ContributionLink.report_id == report.id, ContributionLink.declared_sha256.is_not(None),
        ContributionLink.withdrawn_at.is_(None),
    )  # fmt: skip
    newest = ContributionLink.answered_at.desc(), ContributionLink.id.desc()  # two may have declared in one moment
    return db.session.scalar(select(ContributionLink).where(*made).order_by(*newest).limit(1))


def signatory_of(report: Report, link_id: int, sheet: Sheet) -> dict[str, str] | None:
    """What a submission says of who declared by this link; None when that is not the declaration on these very answers."""
    link = declaration_of(report)
    if link is None or link.answered_at is None or link.id != link_id or link.declared_sha256 != text_sha256(report, sheet):
        return None
    signed_on = link.answered_at.astimezone(ZoneInfo(report.due_zone)).date()
    return {
        "name": link.writer, "position": link.organisation, "date": signed_on.isoformat(),
        "declared_at": link.answered_at.isoformat(), "link": str(link.id), "text_sha256": link.declared_sha256,
    }  # fmt: skip
