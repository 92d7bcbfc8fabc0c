"""The ministry's pages: my reports, writing, completeness, submitting, points, team."""

from flask import Blueprint

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

from review_app.web.desk import checking, contributions, fates, files, leaving, paper, reports, submitting, writing  # noqa: E402

__all__ = ["blueprint", "checking", "contributions", "fates", "files", "leaving", "paper", "reports", "submitting", "writing"]
