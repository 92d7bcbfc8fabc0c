"""Files of a report: what a page of the form brought, and what the national team takes home."""

from typing import Any
from uuid import UUID

from flask import flash, get_flashed_messages, session
from flask_babel import gettext
from werkzeug.wrappers import Response

from review_app.forms.questions import FilesField, QuestionField
from review_app.models import Report
from review_app.operations import attachments
from review_app.queries.attachments import facts_of, file_for_team
from review_app.questionnaire.language import Question, Section
from review_app.readers.attachments import MOST_BYTES, plain_name, problem_of
from review_app.readers.files import FileProblem
from review_app.web import access
from review_app.web.desk import blueprint
from review_app.web.files import handed_out
from review_app.web.presentation import say


@blueprint.get("/reports/<int:report_id>/files/<uuid:file_id>")
@access.report("report.read_answers")
def file(report: Report, file_id: UUID) -> Response:
    """One file of the report."""
    return handed_out(facts_of(file_for_team(access.actor(), report, file_id)))


def sent_for(field: QuestionField, report: Report, home: Section) -> list[dict[str, Any]]:
    """The files that stay and those that came, as an answer takes them. What is refused is told where the question stands."""
    if not isinstance(field, FilesField):
        raise TypeError("no files are asked for here")
    kept: list[dict[str, Any]] = list(field.typed())
    for upload in field.uploads:
        try:
            if len(kept) >= field.most:
                raise FileProblem("many")
            content = upload.stream.read(MOST_BYTES + 1)
            name = upload.filename or ""
            kept.append(attachments.take_in(
                access.actor(), report.id, section=home.code, name=name, content=content, now=access.now()
            ))  # fmt: skip
        except FileProblem as problem:
            name, why = plain_name(upload.filename or ""), say(problem_of(problem.key))
            flash(gettext("“%(name)s” was not taken: %(why)s", name=name, why=why), _category(field.question))
    return kept


def _category(question: Question) -> str:
    return f"file {question.code}"


def was_refused(question: Question) -> bool:
    """Whether a file that came with this request for a question was not taken."""
    return any(category == _category(question) for category, _ in session.get("_flashes", ()))


def refusals(question: Question) -> list[str]:
    """What the request before this one was told of the files it brought for a question."""
    return list(map(str, get_flashed_messages(category_filter=[_category(question)]))) if question.type == "file" else []


def both(mine: dict[str, Any], theirs: dict[str, Any] | None) -> dict[str, Any]:
    """Of two lists of files for one question all that stand in either, so that choosing loses none."""
    known = {one["id"] for one in mine["raw"]}
    return {"raw": [*mine["raw"], *(one for one in (theirs or {}).get("raw", ()) if one["id"] not in known)]}
