"""Pages of the office: cycles and who is expected, people, and the file of one report."""

from collections import Counter
from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from review_app.forms.countries import plain
from review_app.forms.fields import offered
from review_app.forms.ids import whole_number
from review_app.forms.office import CycleForm, ExpectForm, ExtendForm, InviteForm, RemindForm
from review_app.forms.review import StepForm
from review_app.models import Cycle, Person, Report
from review_app.operations import accounts, reminders
from review_app.operations import cycles as verbs
from review_app.operations.lasting import slug_from
from review_app.permissions import Denied, NotFound
from review_app.queries import office as queries
from review_app.queries.invariants import INVARIANTS, broken
from review_app.queries.journal import journal
from review_app.queries.people import membership_with_id, person_with_id, team_of
from review_app.queries.reports import extensions_of
from review_app.questionnaire.language import Questionnaire
from review_app.questionnaire.library import library
from review_app.web import access
from review_app.web.presentation import far, party_choices, words
from workflows.cycle import CYCLE
from workflows.engine import Blocked
from workflows.messages import Message
from workflows.states import TAKES_MORE, CycleState

blueprint = Blueprint("office", __name__)

Page = str | Response | tuple[str, int]
FILTERS = ("words", "role", "party_code", "standing")  # of the list of people
OWED = ("owed", "overdue", "not_started", "started", "returned")
"""What the reports of a reminder are ticked by: all that are owed, or those of one status."""


@blueprint.get("/office")
@access.can("office.see")
def cycles() -> Page:
    """Every cycle with its figures, and how the outgoing mail stands."""
    return render_template("pages/office/cycles.html", cycles=queries.cycles(), outbox=queries.outbox(now=access.now()))


@blueprint.get("/office/health")
@access.can("office.see")
def health() -> Page:
    """Whether anything in the database contradicts itself, and what the workers still have to do."""
    return render_template(
        "pages/office/health.html", broken=broken(), checks=len(INVARIANTS), backlog=queries.backlog(),
        outbox=queries.outbox(now=access.now()),
    )  # fmt: skip


def _edition(wanted: str) -> Questionnaire | None:
    return next((one for one in library.editions() if f"{one.name}/{one.edition}" == wanted), None)


@blueprint.route("/office/cycles/new", methods=["GET", "POST"])
@access.can("cycle.manage")
def new_cycle() -> Page:
    """Plan a cycle: first the edition (`?questionnaire=name/edition`), then the rest."""
    questionnaire = _edition(request.args.get("questionnaire", ""))
    if questionnaire is None:
        return render_template(
            "pages/office/new_cycle.html", editions=library.editions(), questionnaire=None, form=None
        )
    form = CycleForm().offer(party_choices())
    reasons: Sequence[Message] = ()
    if form.validate_on_submit():
        try:
            cycle = _plan(form, questionnaire)
        except Blocked as blocked:
            reasons = blocked.reasons
        else:
            flash(gettext("The cycle is planned. Nobody is told until you open it."))
            return redirect(url_for("office.cycle", slug=cycle.slug))
    elif not form.is_submitted() and form.parties.data is None:
        form.parties.data = queries.expected_last(questionnaire.name)
        if form.parties.data:
            form.parties.description = gettext("Ticked are those of the last cycle of this questionnaire.")
    page = render_template("pages/office/new_cycle.html", questionnaire=questionnaire, form=form, reasons=reasons)
    return page, 422 if form.is_submitted() else 200


def _plan(form: CycleForm, questionnaire: Questionnaire) -> Cycle:
    return verbs.plan_cycle(
        access.actor(),
        slug=queries.free_slug(slug_from(form.titles["en"])),
        titles=form.titles,
        questionnaire=questionnaire.name,
        edition=questionnaire.edition,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        due_on=form.due_on.data,
        due_zone=form.due_zone.data,
        carries=bool(form.carries.data),
        expected=form.expected(has_subject=questionnaire.subject is not None),
        now=access.now(),
    )


def _cycle(slug: str) -> Cycle:
    cycle = queries.cycle_with_slug(slug)
    if cycle is None:
        raise NotFound
    return cycle


@blueprint.get("/office/cycles/<slug>")
@access.can("office.see")
def cycle(slug: str) -> Page:
    """Who is expected, and how far each is; `?status=` keeps one kind of row."""
    return _cycle_page(_cycle(slug))


def _cycle_page(cycle: Cycle, *, form: ExpectForm | None = None, reasons: Sequence[Message] = ()) -> str:
    status = request.args.get("status", "")
    status = status if status in queries.STATUSES else ""
    form = form or ExpectForm(formdata=None)
    form.party.choices = offered([("", gettext("Choose a party")), *party_choices()])
    table = queries.cycle_table(cycle, status=status, now=access.now())
    try:
        questionnaire = library.get(cycle.questionnaire, cycle.edition)
    except KeyError:
        questionnaire = None
    return render_template(
        "pages/office/cycle.html",
        cycle=cycle,
        questionnaire=questionnaire,
        table=table,
        rows=sorted(table.rows, key=lambda row: plain(words(row.party.names))),
        status=status,
        statuses=queries.STATUSES,
        steps=[step.action for step in CYCLE.steps_from(CycleState(cycle.state))],
        journal=journal(cycle=cycle),
        form=form,
        reasons=reasons,
    )


@blueprint.post("/office/cycles/<slug>/<any(open, close, reopen, archive):action>")
@access.can("cycle.manage")
def move_cycle(slug: str, action: str) -> Page:
    """Open, close, reopen or archive the cycle."""
    cycle = _cycle(slug)
    try:
        verbs.move_cycle(access.actor(), cycle.id, action, seen=StepForm().seen_version, now=access.now())
    except Blocked as blocked:
        return _cycle_page(cycle, reasons=blocked.reasons), 422
    said = {
        "open": gettext("The cycle is open. The expected reports are there, and their coordinators are told."),
        "close": gettext("The cycle is closed to first submissions. Returned reports can still come back."),
        "reopen": gettext("The cycle is open again."),
        "archive": gettext("The cycle is archived."),
    }
    flash(said[action])
    return redirect(url_for("office.cycle", slug=slug))


@blueprint.post("/office/cycles/<slug>/expected")
@access.can("cycle.manage")
def expect(slug: str) -> Page:
    """Add an expected report."""
    cycle = _cycle(slug)
    form = ExpectForm()
    form.party.choices = offered([("", gettext("Choose a party")), *party_choices()])
    if not form.validate_on_submit():
        return _cycle_page(cycle, form=form), 422
    try:
        verbs.expect(
            access.actor(), cycle.id, party_code=form.party.data, subject=form.subject.data or "", now=access.now()
        )
    except Blocked as blocked:
        if cycle.state not in TAKES_MORE:  # the page has no such form any more, so it would not show what was typed
            raise
        return _cycle_page(cycle, form=form, reasons=blocked.reasons), 422
    flash(gettext("One more report is expected."))
    return redirect(url_for("office.cycle", slug=slug))


@blueprint.route("/office/cycles/<slug>/remind", methods=["GET", "POST"])
@access.can("cycle.manage")
def remind(slug: str) -> Page:
    """Write to the teams whose reports are owed; `?status=` ticks those of one status, `owed` all of them.

    So does the button `tick`, which keeps the words that are written already.
    """
    cycle = _cycle(slug)
    form, tick = RemindForm(), request.form.get("tick", "")
    status = tick or request.args.get("status", "")
    reasons: Sequence[Message] = ()
    table = queries.cycle_table(cycle, now=access.now())
    owed = {row.report.id: row for row in table.rows if row.report and row.is_owed and row.lead and cycle.state == CycleState.OPEN}
    form.reports.choices = sorted(((key, _owed(row)) for key, row in owed.items()), key=lambda choice: plain(choice[1]))
    if tick or not form.is_submitted():
        if tick or form.reports.data is None:
            form.reports.data = [key for key, row in owed.items() if row.counts_as(status)]
    elif form.validate():
        try:
            told = reminders.remind(
                access.actor(), cycle.id, report_ids=form.reports.data or [], words=form.words.data or "", now=access.now()
            )
        except Blocked as blocked:
            reasons = blocked.reasons
        else:
            flash(ngettext("%(num)s reminder is on its way.", "%(num)s reminders are on their way.", told))
            return redirect(url_for("office.cycle", slug=slug))
    counts = Counter(one for row in owed.values() for one in OWED if row.counts_as(one))
    page = render_template(
        "pages/office/remind.html", cycle=cycle, form=form, reasons=reasons, unled=table.counts["without_lead"], status=status,
        tickable=[(one, counts[one]) for one in OWED if counts[one]] if len(owed) > 1 else (),
    )  # fmt: skip
    return page, 422 if form.is_submitted() and not tick else 200


def _owed(row: queries.ExpectedRow) -> str:
    """A report that is waited for, in a line: whose, and for how long."""
    about = f"{words(row.party.names)}, {row.subject}" if row.subject else words(row.party.names)
    return f"{about} ({far(row.due_on, row.due_zone)})" if row.due_on else about


@blueprint.get("/office/people")
@access.can("people.manage")
def people() -> Page:
    """Everybody who has an account or an invitation."""
    wanted = {name: request.args.get(name, "") for name in FILTERS}
    page = min(whole_number(request.args.get("page")) or 1, 10_000)
    found = queries.people(**wanted, page=page)
    if page > 1 and not found.people:
        raise NotFound
    return _people_page(found, wanted)


def _people_page(found: queries.PeoplePage, wanted: Mapping[str, str], *, reasons: Sequence[Message] = ()) -> str:
    kept = {name: value for name, value in wanted.items() if value}
    return render_template(
        "pages/office/people.html", found=found, wanted=wanted, kept=kept, parties=party_choices(), reasons=reasons
    )


@blueprint.route("/office/people/invite", methods=["GET", "POST"])
@access.can("people.manage")
def invite() -> Page:
    """Invite somebody, or give somebody known one more role."""
    given = {name: request.args.get(name, "") for name in ("party_code", "email", "name")}
    form = InviteForm(data=given).offer(party_choices(), _section_choices())
    reasons: Sequence[Message] = ()
    if form.validate_on_submit():
        try:
            person = accounts.invite(
                access.actor(),
                email=form.email.data or "",
                name=form.name.data or "",
                language=form.language.data,
                role=form.role.data,
                party_code=form.party_code.data or None,
                sections=form.chosen_sections,
                now=access.now(),
            )
        except Denied as denied:
            reasons = (denied.refusal,)
        else:
            flash(gettext("An invitation to %(name)s is on its way.", name=person.name))
            return redirect(url_for("office.people"))
    page = render_template("pages/office/invite.html", form=form, reasons=reasons)
    return page, 422 if form.is_submitted() else 200


def _section_choices() -> list[tuple[str, str]]:
    """Sections of the editions that are in use or planned, each code once."""
    found: dict[str, str] = {}
    for name, edition in queries.editions_in_use():
        questionnaire = _edition(f"{name}/{edition}")
        if questionnaire is None:
            continue
        for section in questionnaire.sections:
            found.setdefault(section.code, words(questionnaire.title) + gettext(": ") + words(section.title))
    return list(found.items())


@blueprint.post("/office/people/<int:person_id>/deactivate")
@access.can("people.manage")
def deactivate(person_id: int) -> Page:
    """Close an account."""
    person = _person(person_id)
    try:
        accounts.deactivate(access.actor(), person, now=access.now())
    except Denied as denied:
        return _refused(denied)
    flash(gettext("The account of %(name)s is closed. Everything they wrote stays.", name=person.name))
    return redirect(url_for("office.people"))


@blueprint.post("/office/people/<int:person_id>/reactivate")
@access.can("people.manage")
def reactivate(person_id: int) -> Page:
    """Open a closed account again."""
    person = _person(person_id)
    accounts.reactivate(access.actor(), person, now=access.now())
    flash(gettext("The account of %(name)s is open again.", name=person.name))
    return redirect(url_for("office.people"))


@blueprint.post("/office/roles/<int:membership_id>/end")
@access.can("people.manage")
def end_role(membership_id: int) -> Page:
    """Take one role from a person."""
    membership = membership_with_id(membership_id)
    if membership is None:
        raise NotFound
    name = membership.person.name
    try:
        accounts.end_role(access.actor(), membership, now=access.now())
    except Denied as denied:
        return _refused(denied)
    flash(gettext("%(name)s no longer has this role. Everything they wrote stays.", name=name))
    return redirect(url_for("office.people"))


def _refused(denied: Denied) -> Page:
    return _people_page(queries.people(), dict.fromkeys(FILTERS, ""), reasons=(denied.refusal,)), 403


def _person(person_id: int) -> Person:
    person = person_with_id(person_id)
    if person is None:
        raise NotFound
    return person


@blueprint.get("/office/reports/<int:report_id>")
@access.report("report.oversee")
def report(report: Report) -> Page:
    """The file of one report: who, its dates and extensions, what happened, which mails left."""
    return render_template(
        "pages/office/report.html",
        report=report,
        team=team_of(report.party_code),
        extensions=extensions_of(report),
        journal=journal(report=report),
        notices=queries.notices_of(report),
    )


@blueprint.route("/office/reports/<int:report_id>/extend", methods=["GET", "POST"])
@access.report("report.extend")
def extend(report: Report) -> Page:
    """Give one report a later date, with the reason."""
    form = ExtendForm()
    reasons: Sequence[Message] = ()
    if form.validate_on_submit() and (new_due_on := form.new_due_on.data):
        try:
            verbs.extend_due(
                access.actor(), report.id, new_due_on=new_due_on, reason=form.reason.data or "", now=access.now()
            )
        except Blocked as blocked:
            reasons = blocked.reasons
        else:
            flash(gettext("The report has a later date. Its coordinators are told."))
            return redirect(url_for("office.report", report_id=report.id))
    page = render_template("pages/office/extend.html", report=report, form=form, reasons=reasons)
    return page, 422 if form.is_submitted() else 200
