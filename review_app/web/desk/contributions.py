"""Contributions as the team sees them: the links and their state, and each text that came back beside what stands."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response
from wtforms import SelectChoice  # type: ignore[attr-defined]

from review_app import tokens
from review_app.extensions import limiter
from review_app.forms.contributions import AgainForm, AskForm, DeclineForm
from review_app.forms.ids import whole_number
from review_app.forms.sections import make_form
from review_app.models import ContributionLink, Report
from review_app.operations import contributions
from review_app.operations.answers import Typed
from review_app.permissions import NotFound, can
from review_app.queries.answers import answer_at, sheet_of, sheet_of_page
from review_app.queries.contributions import Offer, links_of, offer_of, offers, state_of, titles_of
from review_app.queries.reports import questionnaire_of
from review_app.questionnaire import values
from review_app.questionnaire.language import Question
from review_app.questionnaire.sheets import Cell, Sheet
from review_app.transaction import Stale
from review_app.web import access
from review_app.web.desk import blueprint
from review_app.web.desk.reports import open_sections
from review_app.web.presentation import current_language, say, words
from workflows.engine import Blocked

OPEN_FOR = timedelta(days=14)  # unless the coordinator chooses another last day
WHOLE = "*"  # the place of a declaration


def _whose() -> str:
    person = access.person_or_none()
    return f"ask:{person.id if person else 0}"


@blueprint.get("/reports/<int:report_id>/contributions")
@access.report("report.ask")
def contributions_page(report: Report) -> str:
    """Every link with its state, and what came back and waits."""
    return _page(report, _ask_form(report))


@blueprint.post("/reports/<int:report_id>/contributions")
@access.report("report.ask")
@limiter.limit("60 per hour", key_func=_whose)
def ask(report: Report) -> Response | tuple[str, int]:
    """Make a link, and mail it when there is an address."""
    form = _ask_form(report)
    if not form.validate():
        return _page(report, form), 422
    section, _, rest = str(form.place.data).partition("/") if form.place.data != WHOLE else (None, "", "")
    item_id = UUID(rest.removeprefix("@")) if rest.startswith("@") else None
    asked = contributions.Asked(
        (section, None if item_id else rest or None, item_id), form.name.data or "", form.email.data or None, form.language.data,
        form.message.data or "", form.until.data or access.now().date(), form.shows_answers.data,
    )  # fmt: skip
    try:
        link = contributions.ask(access.actor(), report.id, asked, now=access.now())
    except Blocked as blocked:
        form.until.errors = [say(reason) for reason in blocked.reasons]
        return _page(report, form), 422
    flash(gettext("The link is on its way.") if link.email else gettext("The link is ready. Copy it from the list below."))
    return redirect(url_for("desk.contributions_page", report_id=report.id, _anchor=f"link-{link.id}"))


@blueprint.post("/reports/<int:report_id>/contributions/<int:link_id>/<any(send, withdraw, credit, uncredit):verb>")
@access.report("report.ask")
def steer_link(report: Report, link_id: int, verb: str) -> Response | tuple[str, int]:
    """Send a link again, end it, or say whether its writer is named in the published report."""
    actor, now = access.actor(), access.now()
    if verb == "send":
        form = AgainForm(prefix=f"l{link_id}")
        if not form.validate():
            return _page(report, _ask_form(report), again=form), 422
        try:
            contributions.send_again(actor, report.id, link_id, until=form.until.data or now.date(), now=now)
        except Blocked as blocked:
            form.until.errors = [say(reason) for reason in blocked.reasons]
            return _page(report, _ask_form(report), again=form), 422
        flash(gettext("The link works until the new day."))
    elif verb == "withdraw":
        contributions.withdraw(actor, report.id, link_id, now=now)
        flash(gettext("The link was withdrawn. What was sent by it stays."))
    else:
        contributions.credit(actor, report.id, link_id, is_credited=verb == "credit")
        flash(gettext("Saved."))
    return redirect(url_for("desk.contributions_page", report_id=report.id, _anchor=f"link-{link_id}"))


def _ask_form(report: Report) -> AskForm:
    until = (access.now() + OPEN_FOR).date()
    form = AskForm(language=current_language(), until=until, place=request.args.get("place"))
    form.place.choices = _places(report)
    return form


def _places(report: Report) -> list[SelectChoice]:
    """What can be asked for: whole sections first, then each section's questions and entries, last the declaration."""
    questionnaire, language, sheet = questionnaire_of(report), current_language(), sheet_of(report)
    whole = gettext("Whole sections")
    found = [SelectChoice(section.code, section.title.within(language), optgroup=whole) for section in questionnaire.sections]
    for section in questionnaire.sections:
        title = section.title.within(language)
        for question in (one for one in section.questions if one.type != "file"):  # those come from the team only
            found.append(SelectChoice(f"{section.code}/{question.code}", question.label.within(language), optgroup=title))
        for item in (item for group in section.groups for item in sheet.items_of(group.code)):
            if named := sheet.title(item):
                found.append(SelectChoice(f"{section.code}/@{item.id}", gettext("Entry: %(title)s", title=named), optgroup=title))
    return [*found, SelectChoice(WHOLE, gettext("To read all of it and declare it"), optgroup=gettext("The whole report"))]


def _page(report: Report, form: AskForm, *, again: AgainForm | None = None) -> str:
    now, links, waiting, sheet = access.now(), links_of(report), offers(report), sheet_of(report)
    forms = {
        link.id: AgainForm(formdata=None, prefix=f"l{link.id}", until=max(link.last_day, (now + OPEN_FOR).date()))
        for link in links
    }
    if again is not None:
        forms |= {link.id: again for link in links if again.until.name.startswith(f"l{link.id}-")}
    return render_template(
        "pages/desk/contributions.html", report=report, form=form, links=links, forms=forms, again=again,
        state_of=lambda link: state_of(link, now), place_name=lambda link: _place_name(sheet, link),
        address=_address,
        waiting=waiting, titles=titles_of(sheet, waiting),
        question_of=lambda offer: sheet.questionnaire.find(offer.question, offer.group or sheet.group(offer.link.item_id)),
        may_ask=can(access.actor(), "report.write", report) and not report.is_recallable(access.now()),
    )  # fmt: skip


def _address(link: ContributionLink) -> str:
    """To copy, in the language of its receiver."""
    return url_for("contributing.write", token=tokens.contribution_token(link), lang=link.language, _external=True)


def _place_name(sheet: Sheet, link: ContributionLink) -> str:
    if link.section is None:
        return gettext("Declaration")
    section = sheet.questionnaire.section(link.section)
    labels = [words(question.label) for question in section.questions if question.code == link.question]
    titles = [sheet.title(item) for item in sheet.items if item.id == link.item_id]
    return " › ".join(filter(None, (words(section.title), *labels, *titles)))


@blueprint.route("/reports/<int:report_id>/proposals/<int:proposal_id>", methods=["GET", "POST"])
@access.report("report.write")
def proposal(report: Report, proposal_id: int) -> str | Response | tuple[str, int]:
    """One contribution beside what stands: take it, merge both, or decline it."""
    offer = offer_of(report, proposal_id)
    if request.method == "GET":
        return _proposal_page(report, offer)
    decline, verb, now = DeclineForm(), request.form.get("decide"), access.now()
    if verb == "decline":
        if not decline.validate():
            return _proposal_page(report, offer, decline), 422
        contributions.decline(access.actor(), report.id, offer.id, reason=decline.reason.data or "", now=now)
        flash(gettext("Declined. The text stays with the link, and its writer sees your reason."))
    elif verb == "merge":
        return _merge(report, offer)
    else:
        try:
            contributions.accept(access.actor(), report.id, offer.id, seen=whole_number(request.form.get("seen")) or 0, now=now)
        except Stale:
            return _proposal_page(report, offer, is_stale=True), 409
        flash(gettext("Taken into the report. The history says whose it is."))
    return redirect(_home(report, offer))


def _merge(report: Report, offer: Offer) -> Response:
    question = _question(report, offer)
    form = make_form([question], language=current_language())()
    if offer.group or not form.sent(question):
        raise NotFound
    line = Typed(question.code, form.typed(question), form.seen(question), form.content_language, True, proposal_id=offer.id)
    outcome = contributions.merge(access.actor(), report.id, offer.id, line, now=access.now())[0]
    if outcome.result == "conflict":
        return redirect(url_for("desk.conflict", report_id=report.id, save_id=outcome.save_id))
    flash(gettext("Saved. The history says whose contribution is in it."))
    return redirect(_home(report, offer, more=request.form.get("add_row")))


def _question(report: Report, offer: Offer) -> Question:
    return questionnaire_of(report).find(offer.question, offer.group or _group_of(report, offer))


def _group_of(report: Report, offer: Offer) -> str | None:
    item_id = offer.link.item_id
    return sheet_of_page(report, item_id=item_id).item(item_id).group if item_id else None


def _home(report: Report, offer: Offer, *, more: str | None = None) -> str:
    """Where the contribution is for; there `more`, a table, gets another row."""
    anchor = f"{more}-more" if more else offer.group or f"q-{offer.question}"
    if offer.link.item_id:
        return url_for("desk.item", report_id=report.id, item_id=offer.link.item_id, more=more, _anchor=anchor)
    return url_for("desk.section", report_id=report.id, code=offer.section, more=more, _anchor=anchor)


def _proposal_page(report: Report, offer: Offer, decline: DeclineForm | None = None, *, is_stale: bool = False) -> str:
    questionnaire, item_id = questionnaire_of(report), offer.link.item_id
    group = offer.group or _group_of(report, offer)
    texts = [(questionnaire.find(one.question, group), one) for one in offer.texts]
    standing, writer = answer_at(report, offer.question, item_id) if not offer.group else (None, None)
    form = None
    if not offer.group:
        form = make_form([texts[0][0]], language=current_language())()
        both = _both(texts[0][0].type, standing.value if standing else None, offer.texts[0].value)
        form.fill({offer.question: Cell(both, offer.texts[0].lang, standing.row_version if standing else 0)})
    return render_template(
        "pages/desk/proposal.html", report=report, offer=offer, texts=texts, standing=standing, writer=writer, form=form,
        decline=decline or DeclineForm(formdata=None), section=questionnaire.section(offer.section), home=_home(report, offer),
        group=questionnaire.question(group) if group else None, is_stale=is_stale,
        may_decide=offer.section in open_sections(report),
    )  # fmt: skip


def _both(kind: str, ours: Any, theirs: Any) -> dict[str, Any]:
    """What the editor begins with: both texts, or the rows of both tables, one after the other; of all else, theirs."""
    if kind not in ("longtext", "table") or values.is_blank(ours):
        return {"raw": theirs["raw"]}
    if kind == "table":
        return {"raw": [*ours["raw"], *(row for row in theirs["raw"] if row not in ours["raw"])]}
    return {"raw": f"{ours['raw']}\n\n{theirs['raw']}"}
