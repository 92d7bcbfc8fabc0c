"""The pages of who was asked by a link: write, save, send, and see what became of it. The link is all they need."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext

from review_app.extensions import csrf, limiter
from review_app.forms.contributions import DeclareForm, SenderForm
from review_app.forms.sections import SectionForm, make_form
from review_app.models import ContributionLink
from review_app.operations import contributions, declarations
from review_app.operations.answers import Outcome, Typed
from review_app.operations.contributions import LinkOver
from review_app.permissions import NotFound
from review_app.queries.answers import sheet_of
from review_app.queries.contributions import Asking, asking, decided_by, is_over, state_of
from review_app.queries.declarations import text_sha256
from review_app.queries.fates import over_since_last
from review_app.queries.reports import questionnaire_of
from review_app.questionnaire import values
from review_app.questionnaire.language import Question
from review_app.questionnaire.sheets import SheetItem
from review_app.transaction import Stale
from review_app.web import access, keeping
from review_app.web.presentation import current_language, say
from review_app.web.saving import saved
from workflows.engine import Blocked

blueprint = Blueprint("contributing", __name__, url_prefix="/contribute")
csrf.exempt(blueprint)  # nothing in the browser lets anybody in: who could forge a form would have the link itself
limiter.limit("120 per minute", methods=["POST"])(blueprint)
limiter.limit("30 per minute", deduct_when=lambda response: response.status_code == 404)(blueprint)

Page = str | tuple[str, int] | Response | Any


@blueprint.after_app_request
def _private(response: Response) -> Response:
    """The address is the key, even a mistyped one: no search engine lists it, and no other site is told of it."""
    if "/contribute/" in request.path:
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.errorhandler(LinkOver)
def _over(error: LinkOver) -> tuple[str | Response, int]:
    """What was typed is on the page again, to copy it."""
    if request.is_json:
        return jsonify(title=gettext("This link is over")), 410
    link: ContributionLink = g.contribution_link
    page = render_template(
        "pages/contributing/over.html", link=link, state=next(iter(error.args), state_of(link, access.now())),
        kept=keeping.typed_text(),
    )
    return page, 410


def _look(link: ContributionLink) -> Asking:
    """What the link asks. Raises LinkOver, NotFound (it asks for the declaration)."""
    _require_open(link)
    try:
        return asking(link)
    except NotFound:
        if link.item_id is None:
            raise
        raise LinkOver("taken out") from None


def _require_open(link: ContributionLink) -> None:
    """Raises LinkOver; what was sent can be read until the link's last day."""
    g.contribution_link = link
    if is_over(link, access.now()) and not (link.answered_at and link.active and access.now() < link.expires_at):
        raise LinkOver


@blueprint.route("/<token>", methods=["GET", "POST"])
@access.by_link("contribution.write")
def write(link: ContributionLink, token: str) -> Page:
    """The questions, or what was sent. Saving stays here unless the button leads on."""
    if link.is_declaration:
        return redirect(url_for("contributing.declare", token=token))
    asked = _look(link)
    if request.method == "POST":
        return _save(asked, token, asked.questions)
    if link.answered_at:
        return render_template("pages/contributing/sent.html", asked=asked, link=link, decided=decided_by(link))
    if link.opened_at is None:
        contributions.note_opened(link, now=access.now())
    return _page(asked, token, _form(asked, asked.shown(), None))


@blueprint.route("/<token>/entries/<group>/<int:number>", methods=["GET", "POST"])
@access.by_link("contribution.write")
def entry(link: ContributionLink, token: str, group: str, number: int) -> Page:
    """One new entry of a group; the next number begins another one."""
    asked, place = _look(link).at_entry(group, number)
    if request.method == "POST":
        return _save(asked, token, asked.group(group).questions, place)
    if link.answered_at:
        return redirect(url_for("contributing.write", token=token))
    return _page(asked, token, _form(asked, asked.shown_in(place), place), place)


@blueprint.route("/<token>/send", methods=["GET", "POST"])
@access.by_link("contribution.write")
def send(link: ContributionLink, token: str) -> Page:
    """All that was written, who writes, and the button that hands it over."""
    asked = _look(link)
    reasons: Sequence[object] = ()
    if link.answered_at:
        if request.method == "POST":
            raise Stale
        return redirect(url_for("contributing.write", token=token))
    form = SenderForm(writer=link.writer, organisation=link.organisation)
    if form.validate_on_submit():
        try:
            contributions.send_contribution(
                link, writer=form.writer.data or "", organisation=form.organisation.data or "", now=access.now()
            )
        except Blocked as blocked:
            reasons = blocked.reasons
        else:
            return redirect(url_for("contributing.write", token=token))
    page = render_template(
        "pages/contributing/send.html", asked=asked, link=link, token=token, form=form, reasons=reasons,
    )  # fmt: skip
    return page, 422 if reasons or form.errors else 200


@blueprint.route("/<token>/declaration", methods=["GET", "POST"])
@access.by_link("declaration.make")
def declare(link: ContributionLink, token: str) -> Page:
    """The whole report to read, and its declaration; afterwards whether it still counts."""
    if not link.is_declaration:
        raise NotFound
    _require_open(link)
    if link.answered_at and request.method == "POST":
        raise Stale
    if link.opened_at is None and request.method == "GET":
        contributions.note_opened(link, now=access.now())
    form = DeclareForm(name=link.writer or link.name, position=link.organisation)
    if link.answered_at or not form.validate_on_submit():
        return _declaration_page(link, form), 422 if form.errors else 200
    try:
        declarations.declare(
            link, name=form.name.data or "", position=form.position.data or "", read=request.form.get("read", ""), now=access.now()
        )
    except Stale:
        return _declaration_page(link, form, is_changed=True), 409
    return redirect(url_for("contributing.declare", token=token))


def _declaration_page(link: ContributionLink, form: DeclareForm, *, is_changed: bool = False) -> str:
    report = link.report
    questionnaire = questionnaire_of(report)
    sheet, over = sheet_of(report), over_since_last(report)
    read = text_sha256(report, sheet)
    return render_template(
        "pages/contributing/declare.html", link=link, form=form, sheet=sheet, over=over, read=read,
        sections=questionnaire.sections, declaration=questionnaire.declaration,
        is_changed=is_changed or (link.declared_sha256 is not None and link.declared_sha256 != read),
    )  # fmt: skip


def _form(asked: Asking, questions: Sequence[Question], place: SheetItem | None, *, is_sent: bool = False) -> SectionForm:
    """The saved texts; as sent when a page is shown again with what was typed on it."""
    item_id = place.id if place else asked.item_id
    made = make_form(questions, language=current_language(), values=asked.sheet.values(item_id))
    form = made(meta={"csrf": False}) if is_sent else made(formdata=None, meta={"csrf": False})
    if form.content_lang and not is_sent:
        form.content_lang.data = asked.link.language
    form.fill({q.code: asked.sheet.cell(q.code, item_id) for q in questions}, more=request.args.getlist("more"))
    for question in questions:
        cell = asked.sheet.cell(question.code, item_id)
        problem = values.problem(question, cell.value) if cell and not is_sent else None
        if problem:
            form.complain(question, say(problem))
    return form


def _page(
    asked: Asking, token: str, form: SectionForm, place: SheetItem | None = None, *, reasons: Sequence[object] = (),
    lost: Sequence[Outcome] = (), is_again: bool = False,
) -> str:  # fmt: skip
    return render_template(
        "pages/contributing/write.html", asked=asked, link=asked.link, token=token, form=form, place=place, reasons=reasons,
        is_again=is_again, lost={outcome.question: outcome.cell for outcome in lost},
        questions=[field.question for field in form.answer_fields], groups=() if place else asked.groups,
    )  # fmt: skip


def _save(asked: Asking, token: str, questions: Sequence[Question], place: SheetItem | None = None) -> Page:
    form = make_form(questions, language=current_language())(meta={"csrf": False})
    lang = form.content_language
    is_relabelled = request.form.get("content_lang_seen", lang) != lang
    typed = [Typed(q.code, form.typed(q), form.seen(q), lang, is_relabelled) for q in questions
             if not q.is_group and q.type != "file" and form.sent(q)]
    try:
        outcomes = contributions.save_contribution(
            asked.link, typed, now=access.now(), group=place.group if place else None, entry=place.position if place else None
        )
    except Blocked as blocked:
        if request.is_json:
            raise
        return _again(asked, token, typed, (), place, reasons=blocked.reasons), 422
    lost = [outcome for outcome in outcomes if outcome.result == "conflict"]
    if request.is_json and lost:
        raise Stale  # the button shows both texts
    if request.is_json:
        return saved({o.question: o.cell.row_version if o.cell and o.result == "saved" else line.seen
                      for o, line in zip(outcomes, typed, strict=True)})
    if lost:
        return _again(asked, token, typed, lost, place), 409
    flash(gettext("Saved."))
    return redirect(_next(asking(asked.link), token, place))


def _again(
    asked: Asking, token: str, typed: Sequence[Typed], lost: Sequence[Outcome], place: SheetItem | None,
    reasons: Sequence[object] = (),
) -> str:  # fmt: skip
    """The page with what was typed still in its fields, and beside it what somebody else saved there meanwhile."""
    sent = {line.question for line in typed}
    every = asked.sheet.group_of(place).questions if place else asked.questions
    form = _form(asked, [q for q in every if q.code in sent], place, is_sent=True)
    for outcome in lost:
        question = form.field(outcome.question).question
        words = gettext("Somebody else with this link wrote here meanwhile. Their text is beside the field; yours is in it.")
        form.complain(question, words)
        form.field(outcome.question).seen_version = outcome.cell.row_version if outcome.cell else 0
    return _page(asked, token, form, place, reasons=reasons, lost=lost, is_again=True)


def _next(asked: Asking, token: str, place: SheetItem | None) -> str:
    row, go = request.form.get("add_row"), request.form.get("go")
    more: dict[str, Any] = {"more": row, "_anchor": f"{row}-more"} if row else {}
    if go == "send":
        return url_for("contributing.send", token=token)
    if place and (go == "stay" or row):
        return url_for("contributing.entry", token=token, group=place.group, number=place.position, **more)
    if place and go == "another":
        return url_for("contributing.entry", token=token, group=place.group, number=asked.next_number)
    return url_for("contributing.write", token=token, **more)
