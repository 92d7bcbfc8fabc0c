"""Completeness: what is missing or odd, each with its place, an answer, or a remedy."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from review_app.checks.engine import Found, explained
from review_app.forms.desk import ReplyForm
from review_app.models import Report
from review_app.operations import findings
from review_app.queries.answers import replies_of
from review_app.queries.checking import HowFar, checking
from review_app.queries.reports import questionnaire_of
from review_app.questionnaire.sheets import Sheet
from review_app.web import access
from review_app.web.desk import blueprint
from review_app.web.desk.reports import anchor_of, open_sections
from workflows.engine import Blocked
from workflows.messages import Message


@blueprint.get("/reports/<int:report_id>/completeness")
@access.report("report.read_answers")
def completeness(report: Report) -> str:
    """What the gate at submission would find: whatever the worker has not checked yet is checked here."""
    return _page(report)


@blueprint.post("/reports/<int:report_id>/findings/<fingerprint>/reply")
@access.report("report.answer_finding")
def answer_finding(report: Report, fingerprint: str) -> Response | tuple[str, int]:
    """Say why a finding is right as it stands."""
    form = ReplyForm(prefix=fingerprint[:12])
    try:
        findings.reply(access.actor(), report.id, fingerprint, reason=form.reply.data or "", now=access.now())
    except Blocked as blocked:
        return _page(report, reasons=blocked.reasons), 422
    flash(gettext("Your reason is saved; the finding no longer stands in the way."))
    return redirect(url_for("desk.completeness", report_id=report.id))


@blueprint.post("/reports/<int:report_id>/findings/<fingerprint>/remove")
@access.report("report.answer_finding")
def remove_token(report: Report, fingerprint: str) -> Response | tuple[str, int]:
    """Take stray words out of an answer."""
    try:
        findings.remove_token(access.actor(), report.id, fingerprint, now=access.now())
    except Blocked as blocked:
        return _page(report, reasons=blocked.reasons), 422
    flash(gettext("Removed. The text as it was stays in the history."))
    return redirect(url_for("desk.completeness", report_id=report.id))


def _page(report: Report, reasons: tuple[Message, ...] = ()) -> str:
    state, replies = checking(report), replies_of(report)
    far = HowFar.of(state, replies)
    sheet, found = state.sheet, state.found
    return render_template(
        "pages/desk/completeness.html",
        report=report,
        sheet=sheet,
        explained=explained(sheet),
        progress=far.progress,
        reasons=reasons,
        groups=[
            (severity, _gathered(sheet, [one for one in far.found if one.severity == severity]))
            for severity in ("error", "warning", "note")
        ],
        answered=[(one, replies[one.fingerprint]) for one in found if one.fingerprint in replies],
        forms={one.fingerprint: ReplyForm(prefix=one.fingerprint[:12]) for one in found},
        answerable=open_sections(report, "report.answer_finding"),
        place=place,
    )


def _gathered(sheet: Sheet, found: Sequence[Found]) -> list[list[Found]]:
    """One finding each; together those of one entry, or of one section's own questions, that need no words of their own.

    Such are answers of the last report that wait, and questions without an answer that may also be left blank with a reason:
    where that is not so, a card takes the reason.
    """
    gathered: dict[object, list[Found]] = {}
    for one in found:
        is_together = one.rule == "CARRY-01" or _may_stay_blank(sheet, one)
        gathered.setdefault((one.rule, one.section, one.item_id) if is_together else one.fingerprint, []).append(one)
    return list(gathered.values())


def _may_stay_blank(sheet: Sheet, one: Found) -> bool:
    """Whether it says that a question has no answer, and the question takes a reason for that."""
    if one.rule != "REQ-01" or one.column:
        return False
    question = sheet.questionnaire.find(one.question, one.group)
    return question.may_be_blank and not question.is_group


def place(report: Report, found: Found, *, is_whole: bool = False) -> str:
    """The address of what a finding is about; `is_whole`: of its entry or section."""
    if found.rule == "CARRY-02" and found.item_id:
        return url_for("desk.fates", report_id=report.id, _anchor=f"e-{found.item_id.hex}")
    question = questionnaire_of(report).find(found.question, found.group) if found.question and not is_whole else None
    anchor = anchor_of(question) if question else None
    if found.item_id is not None:
        return url_for("desk.item", report_id=report.id, item_id=found.item_id, _anchor=anchor)
    return url_for("desk.section", report_id=report.id, code=found.section, _anchor=anchor)
