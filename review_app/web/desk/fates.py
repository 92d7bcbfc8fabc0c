"""What became of the entries of the last report: all on one page."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from review_app.forms.desk import FateForm
from review_app.forms.fields import offered
from review_app.forms.ids import item_id_of, whole_number
from review_app.models import Report
from review_app.operations.fates import ChosenFate, settle_items
from review_app.queries.fates import Row, lasting_rows
from review_app.web import access
from review_app.web.desk import blueprint
from review_app.web.desk.reports import open_sections
from review_app.web.presentation import words
from workflows.engine import Blocked
from workflows.messages import Message


@blueprint.get("/reports/<int:report_id>/fates")
@access.report("report.read_answers")
def fates(report: Report) -> str:
    """Every entry that the last report had, and what became of it."""
    return _page(report, lasting_rows(report))


@blueprint.post("/reports/<int:report_id>/fates")
@access.report("report.write")
def settle(report: Report) -> Response | tuple[str, int]:
    """Keep what was chosen for each entry the page showed: one whose section is not theirs was not on it."""
    rows = lasting_rows(report)
    forms = [(row, _form(row, rows)) for row in rows if row.is_carried]
    chosen = [
        ChosenFate(row.item.id, form.fate.data, item_id_of(form.into.data), version)
        for row, form in forms if form.fate.data and (version := whole_number(request.form.get(form.seen.name))) is not None
    ]  # fmt: skip
    try:
        settle_items(access.actor(), report.id, chosen, now=access.now())
    except Blocked as blocked:
        return _page(report, rows, reasons=blocked.reasons), 422
    flash(gettext("Saved."))
    return redirect(url_for("desk.fates", report_id=report.id))


def _page(report: Report, rows: list[Row], reasons: tuple[Message, ...] = ()) -> str:
    carried = [row for row in rows if row.is_carried]
    mine = open_sections(report)
    return render_template(
        "pages/desk/fates.html", report=report, rows=carried, reasons=reasons,
        forms={row.item.id: _form(row, rows) for row in carried if row.section.code in mine},
        titles={row.item.id: _title(row) for row in rows},
    )  # fmt: skip


def _form(row: Row, rows: list[Row]) -> FateForm:
    item = row.item
    form = FateForm(prefix=item.id.hex, fate=item.fate, into=str(item.merged_into_id or ""), seen=item.row_version)
    targets = [other for other in rows if other.item.id != item.id and other.item.ended_at is None]
    form.into.choices = offered([("", gettext("Choose")), *((str(other.item.id), _title(other)) for other in targets)])
    return form


def _title(row: Row) -> str:
    return row.title or words(row.group.item_label or row.group.label)
