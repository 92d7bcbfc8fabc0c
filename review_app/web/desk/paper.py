"""Working away from the web: forms to take along, forms that come back, and the report as a PDF."""

import json
from datetime import date
from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from review_app.exports.docx import write_docx
from review_app.exports.outline import Cover, form_outline, reading_outline
from review_app.exports.pdf import write_pdf
from review_app.exports.xlsx import write_xlsx
from review_app.forms.desk import FilledFormForm
from review_app.forms.ids import whole_number
from review_app.models import Report
from review_app.operations.filled_forms import put_in, take_in
from review_app.permissions import can
from review_app.queries.answers import sheet_of, sheet_of_content
from review_app.queries.filled_forms import compare, filled_form, waiting_forms
from review_app.queries.reports import questionnaire_of, snapshot_of
from review_app.questionnaire.sheets import Sheet
from review_app.readers.filled import Unreadable
from review_app.web import access
from review_app.web.desk import blueprint
from review_app.web.presentation import current_language, day, moment, report_title, say, words

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


@blueprint.get("/reports/<int:report_id>/paper")
@access.report("report.read_answers")
def paper(report: Report) -> str:
    """What can be taken along, and what came back."""
    return _page(report, FilledFormForm())


def _page(report: Report, form: FilledFormForm) -> str:
    verdict = can(access.actor(), "report.write", report)
    return render_template(
        "pages/desk/paper.html", report=report, form=form, refusal=verdict.refusal, waiting=waiting_forms(report),
        may_write=bool(verdict) and not report.is_recallable(access.now()),
    )  # fmt: skip


@blueprint.get("/reports/<int:report_id>/paper/<any(blank, draft):what>.<any(docx, xlsx, pdf):kind>")
@access.report("report.read_answers")
def download(report: Report, what: str, kind: str) -> Response:
    """The form, empty or with what is answered so far."""
    language, questionnaire = current_language(), questionnaire_of(report)
    sheet = sheet_of(report) if what == "draft" else Sheet(questionnaire, {})
    subtitle = f"{words(report.party.names)}, {words(report.cycle.titles)}"
    if kind == "pdf":
        note = gettext("Draft of %(moment)s, not submitted", moment=moment(access.now()))
        cover = Cover(report_title(report), subtitle, "" if what == "blank" else note, language)
        parts = reading_outline(sheet, language) if what == "draft" else form_outline(sheet, language, blanks=1)
        data = write_pdf(cover, parts, party=words(report.party.names), is_form=what == "blank")
    else:
        note = gettext(
            "Write in the empty fields and change what you like. Leave the grey fields as they are: they tell the answers apart. "
            "Then send this file on the page “Work away from the web” of the report."
        )
        cover = Cover(report_title(report), subtitle, note, language, report_id=report.id, at=access.now())
        data = (write_docx if kind == "docx" else write_xlsx)(cover, form_outline(sheet, language, blanks=1))
    return _file(data, kind, f"{report.cycle.slug}-{report.party_code.lower()}-{report.id}-{what}-{language}")


@blueprint.get("/reports/<int:report_id>/receipts/<int:number>.pdf")
@access.report("report.read_answers")
def receipt_pdf(report: Report, number: int) -> Response:
    """Exactly what was submitted, with its fingerprint."""
    snapshot, language = snapshot_of(report, number), current_language()
    sheet = sheet_of_content(questionnaire_of(report), json.loads(snapshot.content))
    facts = [gettext("Received %(moment)s", moment=moment(snapshot.created_at))]
    if snapshot.signatory:
        told = {"name": snapshot.signatory["name"], "position": snapshot.signatory["position"]}
        signed_on, declared_at = snapshot.signatory.get("date"), snapshot.signatory.get("declared_at")
        facts.append(", ".join([
            gettext("Signed by %(name)s, %(position)s", **told), *([day(date.fromisoformat(signed_on))] if signed_on else []),
        ]))  # fmt: skip
        if declared_at:
            facts.append(gettext("declared by a personal link on %(when)s", when=moment(declared_at)))
    facts.append(f"sha256: {snapshot.sha256}")
    reference = f"{report.party_code}-{report.id}-{snapshot.number}"
    cover = Cover(report_title(report), f"{words(report.party.names)}, {words(report.cycle.titles)}", reference, language)
    data = write_pdf(cover, reading_outline(sheet, language), party=words(report.party.names), facts=facts)
    return _file(data, "pdf", f"{report.cycle.slug}-{reference.lower()}")


def _file(data: bytes, kind: str, name: str) -> Response:
    return send_file(BytesIO(data), mimetype=TYPES[kind], as_attachment=True, download_name=f"{name}.{kind}")


@blueprint.post("/reports/<int:report_id>/paper")
@access.report("report.write")
def send_back(report: Report) -> Any:
    """Take in a filled-in form."""
    form = FilledFormForm()
    if not form.validate():
        return _page(report, form), 422
    file = form.file.data
    try:
        kept = take_in(access.actor(), report.id, name=file.filename or "", data=file.read(), now=access.now())
    except Unreadable as unreadable:
        form.file.errors = [say(unreadable.reason)]
        return _page(report, form), 422
    return redirect(url_for("desk.filled", report_id=report.id, form_id=kept.id))


@blueprint.get("/reports/<int:report_id>/paper/<int:form_id>")
@access.report("report.write")
def filled(report: Report, form_id: int) -> str | Response:
    """What a form that came back says otherwise than the report, to choose from."""
    form = filled_form(report, form_id)
    if form.closed_at is not None or report.is_recallable(access.now()):
        return redirect(url_for("desk.paper", report_id=report.id))
    comparison, actor = compare(report, form), access.actor()
    mine = {
        section.code: bool(can(actor, "report.write", report, section=section.code))
        for section in questionnaire_of(report).sections
    }
    return render_template("pages/desk/filled.html", report=report, form=form, comparison=comparison, mine=mine)


@blueprint.post("/reports/<int:report_id>/paper/<int:form_id>")
@access.report("report.write")
def put(report: Report, form_id: int) -> Response:
    """Put what was chosen into the report."""
    sent = request.form
    versions = {name[5:]: whole_number(value) for name, value in sent.items() if name.startswith("seen-")}
    seen = {mark: version for mark, version in versions.items() if version is not None}
    outcomes = put_in(
        access.actor(), report.id, form_id, seen=seen, take=set(sent.getlist("take")),
        entries={number for value in sent.getlist("entry") if (number := whole_number(value)) is not None}, now=access.now(),
    )  # fmt: skip
    saved = sum(1 for outcome in outcomes if outcome.result == "saved")
    flash(ngettext("%(num)s answer of the file was saved.", "%(num)s answers of the file were saved.", saved))
    lost = [str(outcome.save_id) for outcome in outcomes if outcome.result == "conflict"]
    if lost:
        more = ",".join(lost[1:]) or None
        return redirect(url_for("desk.conflict", report_id=report.id, save_id=int(lost[0]), more=more))
    return redirect(url_for("desk.paper", report_id=report.id))
