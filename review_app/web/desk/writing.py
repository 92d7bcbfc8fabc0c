"""Section and item pages: typing, saving, and what happens when two people wrote at once."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from review_app.forms.ids import item_id_of, whole_number
from review_app.forms.sections import SectionForm, make_form
from review_app.models import Item, Report
from review_app.operations.answers import Outcome, Typed, add_item, end_item, save_answers
from review_app.permissions import NotFound, can
from review_app.queries.answers import answer_at, ended_items, last_answers, save_of, sheet_of_page, texts_of
from review_app.queries.changes import differing
from review_app.queries.contributions import offers, titles_of
from review_app.queries.reports import questionnaire_of
from review_app.questionnaire import values
from review_app.questionnaire.language import Question, Section
from review_app.questionnaire.sheets import Sheet, SheetItem
from review_app.web import access
from review_app.web.desk import blueprint, files
from review_app.web.desk.reports import anchor_of, open_sections, visible_points, who_else
from review_app.web.presentation import current_language, say
from review_app.web.saving import told

TEXTS_A_PAGE = 30


@blueprint.get("/reports/<int:report_id>/sections/<code>")
@access.report("report.read_answers")
def section(report: Report, code: str) -> str:
    """A page of the form."""
    home = _section(report, code)
    sheet = sheet_of_page(report, section=code, groups=home.groups)
    questions = sheet.asked(code)
    return render_template(
        "pages/desk/section.html",
        section=home,
        groups=sheet.asked_groups(code),
        form=_form(sheet, questions, None),
        ended={group.code: ended_items(report, group.code) for group in home.groups},
        **_context(report, sheet, home, questions, None),
    )


@blueprint.post("/reports/<int:report_id>/sections/<code>")
@access.report("report.write")
def save_section(report: Report, code: str) -> Response:
    """Save what was typed, whatever it is, then go where the button says; a script, which sends one answer, is told how it went."""
    home = _section(report, code)
    return _save(report, home, home.plain_questions, None)


@blueprint.get("/reports/<int:report_id>/items/<uuid:item_id>")
@access.report("report.read_answers")
def item(report: Report, item_id: UUID) -> str:
    """The page of one repeated entry."""
    sheet = sheet_of_page(report, item_id=item_id)
    entry = _entry(sheet, item_id)
    home = sheet.questionnaire.section_of(entry.group)
    questions = sheet.asked_in(entry)
    return render_template(
        "pages/desk/item.html",
        section=home,
        group=sheet.group_of(entry),
        entry=entry,
        title=sheet.title(entry),
        form=_form(sheet, questions, entry),
        **_context(report, sheet, home, questions, entry),
    )


@blueprint.post("/reports/<int:report_id>/items/<uuid:item_id>")
@access.report("report.write")
def save_item(report: Report, item_id: UUID) -> Response:
    """Save the answers of one repeated entry."""
    sheet = sheet_of_page(report, item_id=item_id)
    entry = _entry(sheet, item_id)
    return _save(report, sheet.questionnaire.section_of(entry.group), sheet.group_of(entry).questions, entry)


@blueprint.post("/reports/<int:report_id>/groups/<group>")
@access.report("report.write")
def add(report: Report, group: str) -> Response:
    """Start another entry and open its page."""
    made: Item = add_item(access.actor(), report.id, group, now=access.now())
    return redirect(url_for("desk.item", report_id=report.id, item_id=made.id))


@blueprint.post("/reports/<int:report_id>/items/<uuid:item_id>/<any(end, bring_back):verb>")
@access.report("report.write")
def end(report: Report, item_id: UUID, verb: str) -> Response:
    """Take an entry out of the report, or bring it back."""
    ended = end_item(access.actor(), report.id, item_id, is_ended=verb == "end", now=access.now())
    flash(
        gettext("The entry was taken out. You can bring it back from the end of this page.")
        if verb == "end"
        else gettext("The entry is back.")
    )
    home = questionnaire_of(report).section_of(ended.group)
    return redirect(url_for("desk.section", report_id=report.id, code=home.code, _anchor=ended.group))


@blueprint.route("/reports/<int:report_id>/kept/<int:save_id>", methods=["GET", "POST"])
@access.report("report.write")
def conflict(report: Report, save_id: int) -> str | Response:
    """Two people wrote one answer: both texts, and one to keep."""
    kept = save_of(report, save_id)
    if kept is None:
        raise NotFound
    sheet = sheet_of_page(report, item_id=kept.item_id)
    entry = _entry(sheet, kept.item_id) if kept.item_id else None
    question = sheet.questionnaire.find(kept.question, entry.group if entry else None)
    home = sheet.questionnaire.section_of(entry.group if entry else question.code)
    more = [number for text in request.args.get("more", "").split(",") if (number := whole_number(text)) is not None]
    if request.method == "POST":
        if request.form.get("keep") == "theirs":
            return _after(report, home, entry, more)
        return _save(report, home, (question,), entry, more=more)
    theirs, writer = answer_at(report, question.code, kept.item_id)
    form = make_form([question], language=current_language())()
    mine = files.both(kept.value, theirs.value if theirs else None) if question.type == "file" else kept.value
    form.fill({question.code: _Kept(mine, kept.lang, theirs.row_version if theirs else 0)})
    return render_template(
        "pages/desk/conflict.html",
        report=report,
        section=home,
        entry=entry,
        question=question,
        form=form,
        kept=kept,
        theirs=theirs,
        writer=writer,
        changes=differing(_text(theirs.value if theirs else None), _text(kept.value)),
        title=sheet.title(entry) if entry else "",
    )


@blueprint.get("/reports/<int:report_id>/history/<question>")
@access.report("report.read_answers")
def history(report: Report, question: str) -> str:
    """Every text that was ever sent for one answer, each of which can be brought back."""
    item_id = item_id_of(request.args.get("item"))
    sheet = sheet_of_page(report, item_id=item_id)
    entry = _entry(sheet, item_id) if item_id else None
    try:
        asked = sheet.questionnaire.find(question, entry.group if entry else None)
        home = sheet.questionnaire.section_of(entry.group if entry else question)
    except KeyError:
        raise NotFound from None
    before = whole_number(request.args.get("before"))
    texts = texts_of(report, question, entry.id if entry else None, before=before, limit=TEXTS_A_PAGE + 1)
    cell = sheet.cell(question, entry.id if entry else None)
    return render_template(
        "pages/desk/history.html",
        report=report,
        section=home,
        entry=entry,
        title=sheet.title(entry) if entry else "",
        question=asked,
        texts=texts[:TEXTS_A_PAGE],
        older=texts[TEXTS_A_PAGE - 1][0].id if len(texts) > TEXTS_A_PAGE else None,
        standing=cell.row_version if cell else 0,
        may_write=home.code in open_sections(report),
    )


class _Kept:
    """A kept text in the shape a form is filled from, with the version that stands now."""

    def __init__(self, value: dict[str, object], lang: str | None, row_version: int) -> None:
        self.value, self.lang, self.row_version = value, lang, row_version


def _text(value: dict[str, object] | None) -> str:
    raw = value.get("raw") if value else None
    return raw if isinstance(raw, str) else ""


def _section(report: Report, code: str) -> Section:
    try:
        return questionnaire_of(report).section(code)
    except KeyError:
        raise NotFound from None


def _entry(sheet: Sheet, item_id: UUID) -> SheetItem:
    try:
        return sheet.item(item_id)
    except KeyError:
        raise NotFound from None


def _form(sheet: Sheet, questions: Sequence[Question], entry: SheetItem | None) -> SectionForm:
    item_id = entry.id if entry else None
    form = make_form(questions, language=current_language(), values=sheet.values(item_id))()
    form.fill({q.code: sheet.cell(q.code, item_id) for q in questions}, more=request.args.getlist("more"))
    for question in questions:
        cell = sheet.cell(question.code, item_id)
        problem = values.problem(question, cell.value) if cell else None
        if problem:
            form.complain(question, say(problem))
        for sentence in files.refusals(question):
            form.complain(question, sentence)
    return form


def _context(
    report: Report, sheet: Sheet, home: Section, questions: Sequence[Question], entry: SheetItem | None
) -> dict[str, object]:
    sections = sheet.questionnaire.sections
    at = sections.index(home)
    actor, entries = access.actor(), [entry.group] if entry else []
    given = {
        code for code in entries or [question.code for question in home.questions]
        if can(actor, "report.write", report, section=home.code, question=code)
    }  # fmt: skip
    verdict = can(actor, "report.write", report, section=home.code)
    points = [point for point in visible_points(report) if point.section == home.code]
    here = entry.id if entry else None
    offered = [offer for offer in offers(report, section=home.code) if offer.link.item_id == here]
    return {
        "report": report,
        "sheet": sheet,
        "questions": questions,
        "last": last_answers(report, here),
        "number": at + 1,
        "count": len(sections),
        "following": sections[at + 1] if at + 1 < len(sections) else None,
        "refusal": verdict.refusal,
        "may_write": bool(given) and not report.is_recallable(access.now()),
        "given": given,
        "own": [question for question in questions if entry or question.code in given],
        "rest": [question for question in questions if not entry and question.code not in given],
        "offers": offered,
        "offer_titles": titles_of(sheet, offered),
        "points": [point for point in points if point.item_id == here],
        "all_points": points,
        "others": who_else(report, home.code),
    }


def _save(
    report: Report, home: Section, questions: Sequence[Question], entry: SheetItem | None, *, more: Sequence[int] = ()
) -> Response:
    form = make_form(questions, language=current_language())()
    item_id = entry.id if entry else None
    sent = [q for q in questions if not q.is_group and form.sent(q)]  # what the page showed
    typed = _typed(form, sent, report, home)
    outcomes = save_answers(access.actor(), report.id, typed, section=home.code, item_id=item_id, now=access.now())
    if request.is_json:
        return told(report, outcomes, typed, questions=questions, item_id=item_id)
    lost = [outcome.save_id for outcome in outcomes if outcome.result == "conflict" and outcome.save_id]
    if lost or more:
        return _after(report, home, entry, [*lost, *more], has_saved=_count(outcomes) > 0)
    return _go_on(report, home, entry, outcomes.sheet, {q.code for q in questions} - {q.code for q in sent})


def _typed(form: SectionForm, sent: Sequence[Question], report: Report, home: Section) -> list[Typed]:
    is_relabelled = request.form.get("content_lang_seen", form.content_language) != form.content_language
    holding = {q.code for q in sent} if request.form.get("go") == "holds" else set(request.form.getlist("holds"))
    raws = {q.code: files.sent_for(form.field(q.code), report, home) if q.type == "file" else form.typed(q) for q in sent}
    return [
        Typed(
            q.code, raws[q.code], form.seen(q), form.language(q), is_relabelled or form.is_language_chosen(q),
            q.code in holding, form.blank(q),
        )
        for q in sent
    ]  # fmt: skip


def _go_on(report: Report, home: Section, entry: SheetItem | None, sheet: Sheet, unseen: Collection[str]) -> Response:
    """Where the button says; but stay with answers that need attention, or with questions nobody has seen yet."""
    shown = sheet.asked_in(entry) if entry else sheet.asked(home.code)
    cells = {q.code: sheet.cell(q.code, entry.id if entry else None) for q in shown}
    wrong = [
        q for q in shown if ((cell := cells[q.code]) and values.problem(q, cell.value)) or files.was_refused(q)
    ]
    fresh = [q for q in shown if q.code in unseen]
    if wrong:
        flash(
            ngettext(
                "Saved. %(num)s answer needs your attention.", "Saved. %(num)s answers need your attention.", len(wrong)
            ),
            "warning",
        )
    elif fresh:
        flash(gettext("Saved. Your answers opened new questions on this page."))
    else:
        flash(gettext("Saved."))
    return redirect(
        _next_address(report, home, entry, stays=bool(wrong or fresh), anchor=next(iter(wrong or fresh), None))
    )


def _count(outcomes: Sequence[Outcome]) -> int:
    return sum(1 for outcome in outcomes if outcome.result == "saved")


def _next_address(
    report: Report, home: Section, entry: SheetItem | None, *, stays: bool, anchor: Question | None
) -> str:
    row = request.form.get("add_row")
    if row:
        return _here(report, home, entry, more=row, _anchor=f"{row}-more")
    if stays:
        return _here(report, home, entry, _anchor=anchor_of(anchor) if anchor else None)
    if request.form.get("go") == "list":
        return url_for("desk.report", report_id=report.id)
    if entry:
        return url_for("desk.section", report_id=report.id, code=home.code, _anchor=entry.group)
    sections = questionnaire_of(report).sections
    at = sections.index(home) + 1
    if at < len(sections) and not home.groups:
        return url_for("desk.section", report_id=report.id, code=sections[at].code)
    return url_for("desk.report", report_id=report.id) if not home.groups else _here(report, home, None)


def _here(report: Report, home: Section, entry: SheetItem | None, **more: Any) -> str:
    if entry:
        return url_for("desk.item", report_id=report.id, item_id=entry.id, **more)
    return url_for("desk.section", report_id=report.id, code=home.code, **more)


def _after(
    report: Report, home: Section, entry: SheetItem | None, lost: Sequence[int], *, has_saved: bool = False
) -> Response:
    """To the next text that lost, or back to the page when none is left."""
    if has_saved:
        flash(gettext("Your other answers on the page are saved."))
    if lost:
        first, *rest = lost
        more = ",".join(map(str, rest)) or None
        return redirect(url_for("desk.conflict", report_id=report.id, save_id=first, more=more))
    flash(gettext("Saved."))
    return redirect(_here(report, home, entry))
