"""Pages of the office about old reports: send files, watch them being read, settle what is doubtful, have them brought in."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from review_app.forms.ids import whole_number
from review_app.forms.imports import BatchForm, FilesForm, SettleForm
from review_app.forms.restored import kept_fields
from review_app.forms.review import StepForm
from review_app.forms.sections import SectionForm, make_form
from review_app.models import Cycle, ImportText
from review_app.operations import importing, settling
from review_app.operations.settling import Correction
from review_app.permissions import NotFound
from review_app.queries import imports as queries
from review_app.queries.imports import questions_of, unplaced
from review_app.queries.office import cycle_choices
from review_app.questionnaire import values
from review_app.questionnaire.language import Question
from review_app.questionnaire.library import library
from review_app.questionnaire.sheets import Cell
from review_app.readers.files import PROBLEMS
from review_app.readers.fitting import WHY
from review_app.web import access
from review_app.web.presentation import current_language, party_choices, words
from workflows.engine import Blocked
from workflows.messages import Message
from workflows.states import CycleState

blueprint = Blueprint("imports", __name__, url_prefix="/office/imports")

Page = str | Response | tuple[str, int]
PLACES_FOR = ("text", "longtext", "url", "money")
"""Kinds of question that a stretch of words can be put into."""


@blueprint.get("")
@access.can("import.manage")
def batches() -> Page:
    """Every import with its figures."""
    return render_template("pages/imports/batches.html", batches=queries.batches())


@blueprint.route("/new", methods=["GET", "POST"])
@access.can("import.manage")
def new_batch() -> Page:
    """Begin an import: first the cycle (`?cycle=slug`), then the rest."""
    cycles = [one for one in cycle_choices() if one.state != CycleState.ARCHIVED]
    cycle = next((one for one in cycles if one.slug == request.args.get("cycle")), None)
    if cycle is None:
        return render_template("pages/imports/new_batch.html", cycles=cycles, cycle=None)
    form, files = BatchForm().offer(_group_choices(cycle), party_choices()), FilesForm()
    reasons: Sequence[Message] = ()
    if form.is_submitted() and form.validate() & files.validate():
        try:
            return _begin(cycle, form, files)
        except Blocked as blocked:
            reasons = blocked.reasons
    page = render_template("pages/imports/new_batch.html", cycle=cycle, form=form, files=files, reasons=reasons)
    return page, 422 if form.is_submitted() else 200


def _begin(cycle: Cycle, form: BatchForm, files: FilesForm) -> Response:
    batch = importing.begin_with_files(
        access.actor(), files.given, cycle_id=cycle.id, group=form.group.data or "", party_code=form.party_code.data or None,
        source=form.source.data or "", now=access.now(),
    )  # fmt: skip
    flash(gettext("The files are here. They are being read now; you are told when that is done."))
    return redirect(url_for("imports.batch", batch_id=batch.id))


@blueprint.get("/<int:batch_id>")
@access.can("import.manage")
def batch(batch_id: int) -> Page:
    """How far an import is, and its texts; `?status=` keeps one kind."""
    return _batch_page(batch_id, FilesForm(formdata=None))


def _batch_page(batch_id: int, files: FilesForm, reasons: Sequence[Message] = ()) -> str:
    summary = queries.batch_summary(batch_id)
    status, page = request.args.get("status", ""), min(whole_number(request.args.get("page")) or 1, 10_000)
    return render_template(
        "pages/imports/batch.html", summary=summary, batch=summary.batch, files=files, reasons=reasons, status=status,
        page=queries.texts_of(summary.batch, status=status, page=page), names=dict(party_choices()), why=WHY, problems=PROBLEMS,
    )  # fmt: skip


@blueprint.post("/<int:batch_id>/files")
@access.can("import.manage")
def add_files(batch_id: int) -> Page:
    """More files for an import."""
    form = FilesForm()
    if not form.validate():
        return _batch_page(batch_id, form), 422
    try:
        added = importing.add_files(access.actor(), batch_id, form.given, now=access.now())
    except Blocked as blocked:
        return _batch_page(batch_id, form, blocked.reasons), 422
    flash(ngettext("%(num)s more file will be read.", "%(num)s more files will be read.", added.added))
    return redirect(url_for("imports.batch", batch_id=batch_id))


@blueprint.post("/<int:batch_id>/<any(stop, resume, accept):action>")
@access.can("import.manage")
def move(batch_id: int, action: str) -> Page:
    """Stop an import, go on with it, or have everything brought in that leaves nothing to ask."""
    if action == "accept":
        count = importing.accept_ready(access.actor(), batch_id, now=access.now())
        flash(ngettext("%(num)s text is being brought in.", "%(num)s texts are being brought in.", count))
    else:
        importing.stop(access.actor(), batch_id, is_stopped=action == "stop", now=access.now())
        flash(
            gettext("The import stands still. Nothing is lost.") if action == "stop" else gettext("The import goes on.")
        )
    return redirect(url_for("imports.batch", batch_id=batch_id))


@blueprint.get("/<int:batch_id>/texts/<int:text_id>")
@access.can("import.manage")
def text(batch_id: int, text_id: int) -> Page:
    """One text as a form beside its source."""
    found = queries.text_of(batch_id, text_id)
    form = _form(found, found.group)
    if form is not None:
        form.fill(_cells(found), more=request.args.getlist("more"))
    said = {"party_code": found.party_code or "", "group": found.group, "reason": found.reason}
    own = SettleForm(None, prefix="import-", data=said)
    return _text_page(found, form, own, {**found.placed, **_placed(found, kept_fields())})


@blueprint.post("/<int:batch_id>/texts/<int:text_id>")
@access.can("import.manage")
def settle(batch_id: int, text_id: int) -> Page:
    """Keep what was corrected; `action`: save, accept or leave_out."""
    found = queries.text_of(batch_id, text_id)
    form = _form(found, found.group)
    if form is None:
        raise NotFound
    own = _offered(SettleForm(request.form, prefix="import-"), found)
    placed = _placed(found, request.form)
    action = request.form.get("action", "save")
    if not own.validate():
        return _text_page(found, form, own, placed), 422
    try:
        found = _settle(found, form, own, placed, action)
    except Blocked as blocked:
        return _text_page(queries.text_of(batch_id, text_id), form, own, placed, blocked.reasons), 422
    return _after(found, action)


def _settle(found: ImportText, form: SectionForm, own: SettleForm, placed: Mapping[str, str], action: str) -> ImportText:
    actor, seen, now, reason = access.actor(), StepForm().seen_version, access.now(), own.reason.data or ""
    if action == "leave_out":
        return settling.leave_out(actor, found.id, seen=seen, reason=reason, now=now)
    typed = _typed(found, form)
    said = Correction(typed, placed, own.party_code.data, own.group.data, form.content_language, reason)
    return settling.settle_text(actor, found.id, said, seen=seen, is_accepted=action == "accept", now=now)


def _after(found: ImportText, action: str) -> Response:
    """To the next text that a person has to look at, or to the batch when none is left; who only saved stays."""
    if found.status == "left_out":
        flash(gettext("The text is left out. Its source and your reason are kept."))
    elif found.status == "accepted":
        flash(gettext("The text is being brought in."))
    else:
        if action == "accept":
            flash(gettext("The text becomes something else now. Look at its fields, then have it brought in."), "warning")
        flash(gettext("Saved."))
        # A table that was asked for one more row shows it.
        return redirect(url_for("imports.text", batch_id=found.batch_id, text_id=found.id, more=request.form.get("add_row")))
    following = queries.next_asking(found)
    if following is None:
        return redirect(url_for("imports.batch", batch_id=found.batch_id))
    return redirect(url_for("imports.text", batch_id=found.batch_id, text_id=following))


@blueprint.get("/<int:batch_id>/texts/<int:text_id>/file")
@access.can("import.manage")
def file(batch_id: int, text_id: int) -> Response:
    """The file as it came, to be kept and never shown by a browser."""
    name, content = queries.file_of(queries.text_of(batch_id, text_id))
    return send_file(
        BytesIO(content), mimetype="application/octet-stream", as_attachment=True, download_name=name.rsplit("/", 1)[-1]
    )


def _text_page(
    found: ImportText,
    form: SectionForm | None,
    own: SettleForm,
    placed: Mapping[str, str],
    reasons: Sequence[Message] = (),
) -> str:
    reading = found.reading or {}
    pieces = [((found.text or "")[start:end], place) for start, end, place in reading.get("pieces", [])]
    cells = _cells(found) if found.reading else {}
    return render_template(
        "pages/imports/text.html", text=found, batch=found.batch, form=form, own=_offered(own, found), reasons=reasons,
        answers=[(question, cells.get(question.code)) for question in questions_of(found.batch.cycle, found.group)],
        pieces=pieces,
        unplaced=unplaced(found), placed=placed, places=_place_choices(found), why=WHY, problems=PROBLEMS,
        around=[line for line in reading.get("record", {}).get("junk", ()) if line not in {piece for piece, _ in pieces}],
        can_change=found.status in ("asking", "ready"), names=dict(party_choices()),
    )  # fmt: skip


def _placed(found: ImportText, fields: Mapping[str, str]) -> dict[str, str]:
    """Number of each stretch of words for which a place was chosen -> the place."""
    return {number: code for number in unplaced(found) if (code := fields.get(f"place-{number}", ""))}


def _form(found: ImportText, group: str) -> SectionForm | None:
    """The form of a text that was read."""
    if found.reading is None:
        return None
    return make_form(questions_of(found.batch.cycle, group), language=current_language())(formdata=request.form or None)


def _cells(found: ImportText) -> dict[str, Cell | None]:
    answers = found.answers or {}
    questions = questions_of(found.batch.cycle, found.group)
    return {
        question.code: Cell(values.read(question, answers[question.code], found.lang), found.lang)
        for question in questions if question.code in answers
    }  # fmt: skip


def _typed(found: ImportText, form: SectionForm) -> dict[str, Any]:
    """The answers as typed. What was blank and stays blank has none: a caption that was not there is no answer."""
    known = found.answers or {}
    typed = {
        question.code: form.typed(question)
        for question in questions_of(found.batch.cycle, found.group)
        if form.sent(question)
    }
    return {code: raw for code, raw in typed.items() if code in known or not values.is_empty(raw)}


def _offered(own: SettleForm, found: ImportText) -> SettleForm:
    return own.offer(_group_choices(found.batch.cycle), party_choices())


def _place_choices(found: ImportText) -> list[tuple[str, str]]:
    def is_place(question: Question) -> bool:
        return question.type in PLACES_FOR

    questions = filter(is_place, questions_of(found.batch.cycle, found.group))
    return [("", gettext("Not decided yet")), *((question.code, words(question.label)) for question in questions),
            ("out", gettext("Nowhere: leave it out"))]  # fmt: skip


def _group_choices(cycle: Cycle) -> list[tuple[str, str]]:
    """What a text of this cycle can become: an entry of a lasting group, else a report of its own."""
    try:
        edition = library.get(cycle.questionnaire, cycle.edition)
    except KeyError:
        return []
    if edition.subject:
        return [("", words(edition.title))]
    return [
        (group.code, f"{words(section.title)}{gettext(': ')}{words(group.item_label or group.label)}")
        for section, group in edition.groups() if group.lasting
    ]  # fmt: skip


