"""My reports, the task list of one, reading it whole, its points and its team."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from review_app.checks.registry import QUICK
from review_app.forms.desk import InviteForm, ReplyForm
from review_app.models import Point, Report
from review_app.operations import accounts, reviews
from review_app.permissions import Denied, NotFound, can, require
from review_app.presence import Here
from review_app.queries.answers import points_of, replies_of, sheet_of
from review_app.queries.checking import HowFar, checking, how_far
from review_app.queries.contributions import offers
from review_app.queries.fates import over_since_last
from review_app.queries.journal import JournalRow, journal
from review_app.queries.people import membership_with_id, team_of
from review_app.queries.reports import extensions_of, latest_number, my_reports, questionnaire_of
from review_app.questionnaire.language import Question, Section
from review_app.web import access
from review_app.web.desk import blueprint
from review_app.web.presentation import current_language, say
from review_app.web.saving import saved
from workflows.engine import Blocked
from workflows.messages import Message


@blueprint.get("")
@access.signed_in
def home() -> str | Response:
    """One card a report, the ones that wait for the reader first.

    The public header's "Sign in" leads here and cannot know who follows it: others are led to where they work.
    """
    person = access.actor()
    endpoint = access.workplace(person)
    if endpoint != "desk.home":
        return redirect(url_for(endpoint))
    require(person, "desk.see")
    rows = my_reports(person, now=access.now())
    written = [row.report for row in rows if row.report.state in ("draft", "revision")]
    return render_template("pages/desk/home.html", rows=rows, how_far=how_far(written))


@blueprint.get("/reports/<int:report_id>")
@access.report("report.read_answers")
def report(report: Report) -> str:
    """The task list: where the report stands, what is left, who acts."""
    state = checking(report, only=QUICK)
    return render_template(
        "pages/desk/report.html",
        report=report,
        far=HowFar.of(state, replies_of(report)),
        is_being_checked=state.is_waiting,
        sections_being_checked=state.waiting_sections(),
        points=visible_points(report),
        receipt=latest_number(report),
        journal=visible_journal(report),
        extensions=extensions_of(report),
        others=who_else(report),
        mine=_mine(report),
        offered=len(offers(report)) if can(access.actor(), "report.ask", report) else 0,
    )


def _mine(report: Report) -> Counter[str] | None:
    """Section -> how many of its questions were given to the reader, 0 for the whole of it; None when they write everywhere."""
    scope = access.actor().scope_for(report.party_code)
    if scope is None:
        return None
    given = Counter(place.split("/")[0] for place in scope if "/" in place)
    return Counter({**given, **{place: 0 for place in scope if "/" not in place}})


@blueprint.get("/reports/<int:report_id>/here")
@access.report("report.read_answers")
def here(report: Report) -> str:
    """Who else is at the report: a part of a page. Asking says that one's own page is looked at, that of the section `?at=`."""
    return render_template(
        "pages/desk/_here.html", others=who_else(report, request.args.get("at", "")), questionnaire=questionnaire_of(report)
    )


def who_else(report: Report, section: str = "") -> list[Here]:
    """Note that the reader is at this section (or at the task list), and see who else is at the report."""
    known = {one.code for one in questionnaire_of(report).sections}
    me = Here(access.actor().id, access.actor().name, section if section in known else "")
    found: list[Here] = current_app.extensions["presence"].note(report.id, me, now=access.now())
    return found


def open_sections(report: Report, action: str = "report.write") -> set[str]:
    """The codes of the sections in which the reader may do this now."""
    if report.is_recallable(access.now()):
        return set()
    codes = (section.code for section in questionnaire_of(report).sections)
    return {code for code in codes if can(access.actor(), action, report, section=code)}


def anchor_of(question: Question) -> str:
    """Where a question stands on the page it is answered on."""
    return question.code if question.is_group else f"q-{question.code}"


INTERNAL = frozenset({"report.recalled", "report.released", "report.taken_over"})


def visible_journal(report: Report) -> list[JournalRow]:
    """What the party may know of the journal: not the secretariat's own affairs, and no return before it is told of it."""
    shown: list[JournalRow] = []
    is_untold = report.is_recallable(access.now())  # of the next return met, from the newest entry back
    for row in journal(report=report):
        if row.entry.fact == "report.recalled":
            is_untold = True
        elif row.entry.fact == "report.returned" and is_untold:
            is_untold = False
        elif row.entry.fact not in INTERNAL:
            shown.append(row)
    return shown


def visible_points(report: Report) -> list[Point]:
    """Returned points, once the party has been told of them; those of the newest round first."""
    if report.returned_at is None or report.is_recallable(access.now()):
        return []
    return sorted(points_of(report, is_returned=True), key=lambda point: -point.round)


@blueprint.get("/reports/<int:report_id>/read")
@access.report("report.read_answers")
def read(report: Report) -> str:
    """All answers in order, to read or print."""
    return _read_page(report, questionnaire_of(report).sections, over=over_since_last(report))


@blueprint.get("/reports/<int:report_id>/sections/<code>/check")
@access.report("report.read_answers")
def check_answers(report: Report, code: str) -> str:
    """The answers of one section in order, each with the way to change it."""
    sections = questionnaire_of(report).sections
    at = next((place for place, section in enumerate(sections) if section.code == code), None)
    if at is None:
        raise NotFound
    return _read_page(report, sections[at:at + 1], is_check=True, following=next(iter(sections[at + 1:at + 2]), None))


def _read_page(report: Report, sections: Sequence[Section], **more: Any) -> str:
    return render_template(
        "pages/desk/read.html", report=report, sheet=sheet_of(report), sections=sections, mine=open_sections(report), **more
    )


@blueprint.get("/reports/<int:report_id>/points")
@access.report("report.read_answers")
def points(report: Report) -> str:
    """What the secretariat asks, and our answers."""
    return _points_page(report)


@blueprint.post("/reports/<int:report_id>/points/<int:point_id>")
@access.report("report.answer_points")
def reply(report: Report, point_id: int) -> Response | tuple[str, int]:
    """Answer one point."""
    form = ReplyForm(prefix=f"p{point_id}")
    try:
        point = reviews.reply_to_point(
            access.actor(), report.id, point_id, reply=form.reply.data or "", seen=form.seen_at, now=access.now()
        )
    except Blocked as blocked:
        if request.is_json:
            raise
        return _points_page(report, reasons=blocked.reasons), 422
    if request.is_json:
        return saved({form.reply.name: str(point.replied_at)})
    flash(gettext("Your answer is saved."))
    return redirect(url_for("desk.points", report_id=report.id, _anchor=f"point-{point_id}"))


def _points_page(report: Report, reasons: tuple[object, ...] = ()) -> str:
    shown = visible_points(report)
    forms = {point.id: ReplyForm(prefix=f"p{point.id}", reply=point.reply, seen=point.replied_at or "") for point in shown}
    # What is saved has the kept form forgotten: while one is shown, only a form with its text may save itself.
    self_saving = set() if reasons else {key for key, form in forms.items() if form.is_unsaved or not g.get("kept")}
    return render_template(
        "pages/desk/points.html",
        report=report,
        points=shown,
        forms=forms,
        self_saving=self_saving,
        questionnaire=questionnaire_of(report),
        sheet=sheet_of(report),
        reasons=reasons,
        journal=visible_journal(report),
    )


@blueprint.get("/reports/<int:report_id>/team")
@access.report("report.read_answers")
def team(report: Report) -> str:
    """Who writes for this party."""
    return _team_page(report, _invite_form(report))


@blueprint.post("/reports/<int:report_id>/team")
@access.report("report.invite")
def invite(report: Report) -> str | Response | tuple[str, int]:
    """A coordinator invites somebody to the team."""
    form = _invite_form(report)
    if not form.validate():
        return _team_page(report, form), 422
    try:
        accounts.invite(
            access.actor(),
            email=form.email.data or "",
            name=form.name.data or "",
            language=form.language.data,
            role=form.role.data,
            party_code=report.party_code,
            sections=form.sections.data or None,
            now=access.now(),
        )
    except Denied as denied:
        form.form_errors.append(say(denied.refusal))
        return _team_page(report, form), 422
    flash(gettext("The invitation is on its way."))
    return redirect(url_for("desk.team", report_id=report.id))


@blueprint.post("/reports/<int:report_id>/team/<int:membership_id>/end")
@access.report("report.invite")
def end_role(report: Report, membership_id: int) -> Response | tuple[str, int]:
    """A coordinator takes a role from somebody of the team."""
    membership = membership_with_id(membership_id, party_code=report.party_code)
    if membership is None:
        raise NotFound
    name, is_own = membership.person.name, membership.person is access.actor()
    try:
        accounts.end_role(access.actor(), membership, now=access.now())
    except Denied as denied:
        return _team_page(report, _invite_form(report), reasons=(denied.refusal,)), 403
    flash(gettext("%(name)s no longer has this role. Everything they wrote stays.", name=name))
    return redirect(url_for("desk.home") if is_own else url_for("desk.team", report_id=report.id))


def _invite_form(report: Report) -> InviteForm:
    form = InviteForm(language=current_language())
    language = current_language()
    form.sections.choices = {
        section.title.within(language): {
            section.code: section.title.within(language),
            **{f"{section.code}/{question.code}": question.label.within(language) for question in _single(section)},
        }
        for section in questionnaire_of(report).sections
    }
    return form


def _single(section: Section) -> Sequence[Question]:
    """The questions of a section that can be given one by one."""
    return section.questions if len(section.questions) > 1 else ()


def _places(report: Report) -> dict[str, str]:
    """What a contributor may have been given, as the permission table has it: each section and each of its questions."""
    language, found = current_language(), {}
    for section in questionnaire_of(report).sections:
        title = section.title.within(language)
        found[section.code] = title
        for question in _single(section):
            found[f"{section.code}/{question.code}"] = f"{title} › {question.label.within(language)}"
    return found


def _team_page(report: Report, form: InviteForm, *, reasons: Sequence[Message] = ()) -> str:
    return render_template(
        "pages/desk/team.html",
        report=report,
        people=team_of(report.party_code),
        form=form,
        reasons=reasons,
        sections=_places(report),
        may_invite=can(access.actor(), "report.invite", report),
    )
