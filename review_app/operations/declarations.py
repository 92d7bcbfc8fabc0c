"""The declaration of a signing official who is no member of the team, by a link."""

from datetime import datetime

from review_app.models import ContributionLink
from review_app.operations.contributions import hold_open
from review_app.permissions import require
from review_app.queries.answers import sheet_of
from review_app.queries.declarations import text_sha256
from review_app.transaction import Stale, atomic, record


@atomic
def declare(link: ContributionLink, *, name: str, position: str, read: str, now: datetime) -> None:
    """Declare the report with the text whose sha256 is `read`. Raises Denied, LinkOver, Stale (the text is another now)."""
    report = hold_open(link, now)
    require(link, "declaration.make", report)
    if text_sha256(report, sheet_of(report)) != read:
        raise Stale
    link.writer, link.organisation, link.declared_sha256 = name, position, read
    link.opened_at, link.answered_at = link.opened_at or now, now
    record("declaration.made", actor=link, now=now, report=report, link=link, params={"sha256": read})
