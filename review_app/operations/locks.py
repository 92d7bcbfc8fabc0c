"""Rows held for the length of an operation: steps hold a report alone, saves share it."""

from review_app.extensions import db
from review_app.models import Report
from review_app.permissions import NotFound


def held_report(report_id: int, *, is_shared: bool = False) -> Report:
    """The report as it is now, locked until the commit: FOR UPDATE, or FOR SHARE when `is_shared`. Raises NotFound.

    While a save shares it no step can pass, so no answer slips in behind a snapshot.
    """
    lock = {"of": Report, "read": is_shared}
    report = db.session.get(Report, report_id, with_for_update=lock, populate_existing=True)
    if report is None:
        raise NotFound
    return report
