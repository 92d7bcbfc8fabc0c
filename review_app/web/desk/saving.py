"""What a script is told of the answers it sent while somebody types. A page without scripts gets a redirect instead."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import jsonify, render_template, url_for
from flask_babel import format_datetime
from werkzeug.wrappers import Response

from review_app.models import Report
from review_app.operations.answers import Outcome, Outcomes, Typed
from review_app.queries.answers import answer_at
from review_app.questionnaire.language import Question
from review_app.web import access
from review_app.web.presentation import zone


def told(
    report: Report, outcomes: Outcomes, typed: Sequence[Typed], *, questions: Sequence[Question], item_id: UUID | None
) -> Response:
    """The time, and of each answer the row version its page has now seen. 409 when somebody else changed one, with their text.

    {"time": "14:32", "seen": {code: version}, "conflicts": {code: {"page": address, "by": name, "theirs": markup}}}
    """
    asked = {question.code: question for question in questions}
    seen, conflicts = {}, {}
    for line, outcome in zip(typed, outcomes, strict=True):
        is_saved = outcome.result == "saved" and outcome.cell is not None
        seen[line.question] = outcome.cell.row_version if is_saved and outcome.cell else line.seen
        if outcome.result == "conflict":
            conflicts[line.question] = _conflict(report, asked[line.question], outcome, item_id)
    response: Response = jsonify(
        time=format_datetime(access.now().astimezone(zone()), "HH:mm", rebase=False), seen=seen, conflicts=conflicts
    )
    response.status_code = 409 if conflicts else 200
    return response


def _conflict(report: Report, question: Question, outcome: Outcome, item_id: UUID | None) -> dict[str, Any]:
    theirs, writer = answer_at(report, question.code, item_id)
    return {
        "page": url_for("desk.conflict", report_id=report.id, save_id=outcome.save_id),
        "by": writer or "",
        "theirs": render_template("pages/desk/_theirs.html", question=question, theirs=theirs),
    }
