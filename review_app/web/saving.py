"""What a script is told of the answers it sent while somebody types. A page without scripts gets a redirect instead."""

from collections.abc import Mapping, Sequence
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
    """Of each answer the row version its page has now seen. 409 when somebody else changed one, with their text."""
    asked = {question.code: question for question in questions}
    seen, conflicts = {}, {}
    for line, outcome in zip(typed, outcomes, strict=True):
        is_saved = outcome.result == "saved" and outcome.cell is not None
        seen[line.question] = outcome.cell.row_version if is_saved and outcome.cell else line.seen
        if outcome.result == "conflict":
            conflicts[line.question] = _conflict(report, asked[line.question], outcome, item_id)
    response = saved(seen, conflicts)
    response.status_code = 409 if conflicts else 200
    return response


def saved(seen: Mapping[str, int | str], conflicts: Mapping[str, Any] | None = None) -> Response:
    """The time, in the reader's zone, and what the page has now seen of each answer.

    {"time": "14:32", "seen": {code: version}, "conflicts": {code: {"page": address, "by": name, "theirs": markup}}}
    """
    at = access.now().astimezone(zone())
    time = format_datetime(at, "HH:mm", rebase=False)
    time = time if access.person_or_none() else f"{time} {at.tzname()}"  # of somebody without an account no zone is known
    response: Response = jsonify(time=time, seen=seen, conflicts=conflicts or {})
    return response


def _conflict(report: Report, question: Question, outcome: Outcome, item_id: UUID | None) -> dict[str, Any]:
    theirs, writer = answer_at(report, question.code, item_id)
    return {
        "page": url_for("desk.conflict", report_id=report.id, save_id=outcome.save_id),
        "by": writer or "",
        "theirs": render_template("pages/desk/_theirs.html", question=question, theirs=theirs),
    }
