"""Handing the report over: the declaration, the receipt, taking it back."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from review_app.forms.desk import DeclarationForm
from review_app.forms.ids import whole_number
from review_app.forms.review import StepForm
from review_app.models import Report
from review_app.operations.steps import Extras, situation_of, take_step
from review_app.queries.answers import sheet_of
from review_app.queries.declarations import declaration_of, text_sha256
from review_app.queries.reports import due_moment, latest_snapshot, questionnaire_of, snapshot_of
from review_app.web import access
from review_app.web.desk import blueprint
from review_app.web.presentation import zone
from workflows.engine import Blocked
from workflows.messages import Message
from workflows.periodic_report import PERIODIC_REPORT, action_for_withdrawal


class SubmitForm(StepForm, DeclarationForm):
    """The declaration, with the version of the report the page showed."""


def _today() -> date:
    """Where who submits is."""
    return access.now().astimezone(zone()).date()


def _action(report: Report) -> str:
    return "resubmit" if report.state == "revision" else "submit"


@blueprint.get("/reports/<int:report_id>/submit")
@access.report("report.read_answers")
def submit(report: Report) -> str:
    """What submitting means, what stands in the way, and the declaration; who signed the last time stands in it already."""
    last = latest_snapshot(report)
    signatory = (last.signatory if last else None) or {}
    form = SubmitForm(
        seen=report.row_version, name=signatory.get("name"), position=signatory.get("position"), signed_on=_today()
    )
    return _page(report, form, _blockers(report))


@blueprint.post("/reports/<int:report_id>/submit")
@access.report("report.read_answers")
def hand_over(report: Report) -> Response | tuple[str, int]:
    """Submit, or submit again: with the declaration that was typed, or with the one the official made by a link."""
    form, declared_by = SubmitForm(), whole_number(request.form.get("declared"))
    if declared_by is None and not form.validate():
        return _page(report, form, _blockers(report)), 422
    signed_on = form.signed_on.data or _today()
    signatory = {"name": form.name.data or "", "position": form.position.data or "", "date": signed_on.isoformat()}
    try:
        number = take_step(
            access.actor(), report.id, _action(report), seen=form.seen_version, now=access.now(),
            signatory=signatory if declared_by is None else None, declared_by=declared_by,
        )  # fmt: skip
    except Blocked as blocked:
        return _page(report, form, blocked.reasons), 422
    return redirect(url_for("desk.receipt", report_id=report.id, number=number))


def _blockers(report: Report) -> tuple[Message, ...]:
    """Everything that would refuse the step, the declaration apart, which the page asks for."""
    if report.state not in ("draft", "revision"):
        return ()
    step = PERIODIC_REPORT.step(report.state, _action(report))
    extras = Extras(signatory={"name": "", "position": ""})
    return PERIODIC_REPORT.blockers(step, situation_of(access.actor(), report, extras=extras, now=access.now()))


def _page(report: Report, form: SubmitForm, reasons: tuple[Message, ...]) -> str:
    declared = declaration_of(report)
    is_stale = declared is not None and declared.declared_sha256 != text_sha256(report, sheet_of(report))
    return render_template(
        "pages/desk/submit.html", report=report, form=form, reasons=reasons, declared=declared, is_stale=is_stale,
        declaration=questionnaire_of(report).declaration,
    )  # fmt: skip


@blueprint.get("/reports/<int:report_id>/receipts/<int:number>")
@access.report("report.read_answers")
def receipt(report: Report, number: int) -> str:
    """Proof of one submission; its address stays."""
    snapshot = snapshot_of(report, number)
    is_of_round = snapshot.round == report.round  # the due date of a round before is not kept
    was_late = is_of_round and report.due_on is not None and snapshot.created_at >= due_moment(report.due_on, report.due_zone)
    return render_template("pages/desk/receipt.html", report=report, snapshot=snapshot, was_late=was_late)


@blueprint.post("/reports/<int:report_id>/withdraw")
@access.report("report.withdraw")
def withdraw(report: Report) -> Response | tuple[str, int]:
    """Take a submission back until a reviewer has it."""
    action = action_for_withdrawal(report.round)
    try:
        take_step(access.actor(), report.id, action, seen=StepForm().seen_version, now=access.now())
    except Blocked as blocked:
        return render_template("pages/desk/refused.html", report=report, reasons=blocked.reasons), 422
    flash(gettext("The report is with your team again."))
    return redirect(url_for("desk.report", report_id=report.id))
