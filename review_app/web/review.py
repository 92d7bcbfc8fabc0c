"""Pages of the reviewer: the queue, one report and its sections, what is said about it, and the steps that follow."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from review_app.forms.ids import item_id_of, whole_number
from review_app.forms.review import NoteForm, PointForm, ReturnForm, StepForm
from review_app.models import Report
from review_app.operations import reviews
from review_app.operations.steps import situation_of, take_step
from review_app.permissions import NotFound, can
from review_app.queries.attachments import facts_of, file_for_review
from review_app.queries.fates import over_since_last
from review_app.queries.preview import cut, preview
from review_app.queries.reports import questionnaire_of
from review_app.queries.review import SHOWN, QueueFilter
from review_app.queries.review import queue as waiting_reports
from review_app.queries.workspace import anchor_of, workspace
from review_app.transaction import Stale
from review_app.web import access
from review_app.web.files import handed_out
from review_app.web.presentation import current_language
from workflows.engine import Blocked
from workflows.messages import Message
from workflows.periodic_report import PERIODIC_REPORT

blueprint = Blueprint("review", __name__)

Page = str | Response | tuple[str, int]
CHANGED_MEANWHILE = Message("The report changed since you opened this page. Look at it again, then confirm once more.")


@blueprint.get("/review")
@access.can("review.see")
def queue() -> Page:
    """The submitted reports, those that wait for the reader first."""
    show = request.args.get("show", "waiting")
    wanted = QueueFilter(
        show=show if show in SHOWN else "waiting",
        cycle_id=whole_number(request.args.get("cycle")),
        page=min(whole_number(request.args.get("page")) or 1, 10_000),
    )
    found = waiting_reports(access.actor(), wanted, language=current_language(), now=access.now())
    return render_template("pages/review/queue.html", queue=found, wanted=wanted, parts=SHOWN)


@blueprint.get("/review/reports/<int:report_id>")
@access.report("report.review")
def report(report: Report) -> Page:
    """One report at a glance: where it stands, its sections, what the checks and the points say, and what can be done."""
    return _report_page(report)


def _report_page(report: Report, *, reasons: Sequence[Message] = ()) -> str:
    work = workspace(report, language=current_language())
    over = over_since_last(report) if report.state != "revision" else []  # what the party is choosing now is its own affair
    return render_template(
        "pages/review/report.html", report=report, work=work, reasons=reasons, over=over, anchor_of=anchor_of
    )


@blueprint.get("/review/reports/<int:report_id>/files/<uuid:file_id>")
@access.report("report.review")
def file(report: Report, file_id: UUID) -> Response:
    """One file that was submitted with the report."""
    return handed_out(facts_of(file_for_review(access.actor(), report, file_id)))


@blueprint.post("/review/reports/<int:report_id>/<any(take, release, recall):action>")
@access.report("report.review")
def step(report: Report, action: str) -> Page:
    """Take the report, release it, or recall its return."""
    try:
        take_step(access.actor(), report.id, action, seen=StepForm().seen_version, now=access.now())
    except Blocked as blocked:
        return _report_page(report, reasons=blocked.reasons), 422
    said = {
        "take": gettext("The report is yours to review."),
        "release": gettext("The report is free: any reviewer can take it."),
        "recall": gettext("The return is recalled. Nobody was told, and the points are drafts again."),
    }
    flash(said[action])
    return redirect(url_for("review.report", report_id=report.id))


@blueprint.get("/review/reports/<int:report_id>/sections/<code>")
@access.report("report.review")
def section(report: Report, code: str) -> Page:
    """The answers of a section beside what was said about them. `?write=note|point` opens a form at `item` and `question`."""
    place = {"item": request.args.get("item", ""), "question": request.args.get("question", "")}
    form: NoteForm | PointForm | None = None
    if request.args.get("write") == "note" and can(access.actor(), "report.comment", report):
        form = NoteForm(formdata=None, data=place)
    if request.args.get("write") == "point" and can(access.actor(), "report.draft_points", report):
        form = PointForm(formdata=None, data=place)
    return _section_page(report, code, form)


def _narrowed() -> str | None:
    """What the address keeps while only what changed is shown."""
    return "changed" if request.args.get("only") == "changed" else None


def _section_page(report: Report, code: str, form: NoteForm | PointForm | None, *, reasons: Sequence[Message] = ()) -> str:
    work = workspace(report, language=current_language())
    sections = work.questionnaire.sections
    index = next((number for number, one in enumerate(sections) if one.code == code), None)
    if index is None:
        raise NotFound
    blocks = work.blocks(sections[index])
    only = _narrowed()
    if only:
        changed_items = {block.item_id for block in blocks if block.change or block.points}
        blocks = [b for b in blocks if b.change or b.points or (b.is_item and b.item_id in changed_items)]
    return render_template(
        "pages/review/section.html",
        report=report,
        work=work,
        section=sections[index],
        number=index + 1,
        blocks=blocks,
        only=only,
        before=sections[index - 1] if index else None,
        after=sections[index + 1] if index + 1 < len(sections) else None,
        form=form,
        form_is_point=isinstance(form, PointForm),
        reasons=reasons,
    )


@blueprint.post("/review/reports/<int:report_id>/sections/<code>/comments")
@access.report("report.comment")
def comment(report: Report, code: str) -> Page:
    """Add an internal note at a place of the section."""
    return _say(report, code, NoteForm())


@blueprint.post("/review/reports/<int:report_id>/sections/<code>/points")
@access.report("report.draft_points")
def point(report: Report, code: str) -> Page:
    """Draft a point for the country at a place of the section."""
    return _say(report, code, PointForm())


def _say(report: Report, code: str, form: NoteForm | PointForm) -> Page:
    if not form.validate_on_submit():
        return _section_page(report, code, form), 422
    item_id, question, text = item_id_of(form.item.data), form.question.data or None, form.text.data or ""
    actor, now = access.actor(), access.now()
    try:
        if isinstance(form, PointForm):
            reviews.add_point(
                actor, report.id, section=code, item_id=item_id, question=question, text=text, weight=form.weight.data, now=now
            )
            flash(gettext("The point is drafted. The country sees it when you return the report."))
        else:
            reviews.add_comment(actor, report.id, section=code, item_id=item_id, question=question, text=text, now=now)
            flash(gettext("The note is kept. Only reviewers and administrators see it."))
    except Blocked as blocked:
        return _section_page(report, code, form, reasons=blocked.reasons), 422
    anchor = anchor_of(item_id, question)
    return redirect(url_for("review.section", report_id=report.id, code=code, only=_narrowed(), _anchor=anchor))


@blueprint.post("/review/reports/<int:report_id>/points/<int:point_id>/drop")
@access.report("report.draft_points")
def drop_point(report: Report, point_id: int) -> Page:
    """Take a drafted point back."""
    reviews.drop_point(access.actor(), report.id, point_id)
    flash(gettext("The point is removed. The country never saw it."))
    code = request.form.get("section", "")
    if any(section.code == code for section in questionnaire_of(report).sections):
        return redirect(url_for("review.section", report_id=report.id, code=code))
    return redirect(url_for("review.report", report_id=report.id))


@blueprint.route("/review/reports/<int:report_id>/return", methods=["GET", "POST"])
@access.report("report.return")
def return_report(report: Report) -> Page:
    """The points exactly as the country will read them, what stays internal, the new due date and a letter; then the return."""
    form = ReturnForm(data={"seen": report.row_version})
    if not form.validate_on_submit():
        return _return_page(report, form), 422 if form.is_submitted() else 200
    try:
        take_step(
            access.actor(), report.id, "return", seen=form.seen_version, now=access.now(), new_due_on=form.new_due_on.data,
            letter=form.letter.data or "",
        )
    except Blocked as blocked:
        return _return_page(report, form, reasons=blocked.reasons), 422
    except Stale:
        form.seen.data = str(report.row_version)
        return _return_page(report, form, reasons=(CHANGED_MEANWHILE,)), 409
    flash(gettext("The report is returned. For a few minutes you can still recall it."))
    return redirect(url_for("review.report", report_id=report.id))


def _return_page(report: Report, form: ReturnForm, *, reasons: Sequence[Message] = ()) -> str:
    work = workspace(report, language=current_language())
    return render_template("pages/review/return_report.html", report=report, work=work, form=form, reasons=reasons)


@blueprint.route("/review/reports/<int:report_id>/publish", methods=["GET", "POST"])
@access.report("report.publish")
def publish(report: Report) -> Page:
    """What the public will read, what stays back, what is left out; then the publication."""
    form = StepForm(data={"seen": report.row_version})
    reasons: Sequence[Message] = ()
    status = 200
    if request.method == "GET" and report.state == "review":
        step = PERIODIC_REPORT.step(report.state, "publish")
        reasons = PERIODIC_REPORT.blockers(step, situation_of(access.actor(), report, now=access.now()))
    elif form.validate_on_submit():
        try:
            take_step(access.actor(), report.id, "publish", seen=form.seen_version, now=access.now())
        except Blocked as blocked:
            reasons, status = blocked.reasons, 422
        except Stale:
            form.seen.data = str(report.row_version)
            reasons, status = (CHANGED_MEANWHILE,), 409
        else:
            flash(gettext("The report is published."))
            return redirect(url_for("review.report", report_id=report.id))
    parts = preview(workspace(report, language=current_language()))
    page = render_template("pages/review/publish.html", report=report, form=form, parts=parts, cut=cut, reasons=reasons)
    return page, status
