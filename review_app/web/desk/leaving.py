"""A coordinator leaves: who takes over, and a briefing that the system writes and the coordinator completes."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from review_app.forms.desk import LeaveForm
from review_app.forms.fields import offered
from review_app.models import Report
from review_app.operations.leads import Successor, hand_over
from review_app.permissions import Denied
from review_app.queries.briefings import Standing, briefing
from review_app.queries.people import team_of
from review_app.web import access
from review_app.web.desk import blueprint
from review_app.web.presentation import current_language, day, far, report_title, say, state_name

NEW = "new"


@blueprint.route("/reports/<int:report_id>/leave", methods=["GET", "POST"])
@access.report("report.invite")
def leave(report: Report) -> str | Response | tuple[str, int]:
    """Choose a successor, read and complete the briefing, hand over."""
    actor = access.actor()
    team = {str(one.id): one for one in team_of(report.party_code) if one is not actor}
    form = LeaveForm(language=current_language())
    form.successor.choices = offered([*((key, one.name) for key, one in team.items()), (NEW, gettext("Somebody new: invite them"))])
    if not team and not form.successor.data:
        form.successor.data = NEW
    if request.method == "GET" and not form.note.data:
        form.note.data = "\n\n".join(map(_told, briefing(report.party_code, now=access.now())))
    if request.method == "POST" and form.validate():
        one = team.get(str(form.successor.data))
        chosen = (
            Successor(one.email, one.name, one.language) if one
            else Successor(form.email.data or "", form.name.data or "", form.language.data)
        )  # fmt: skip
        try:
            person = hand_over(
                actor, report.party_code, chosen, note=form.note.data or "", stays=bool(form.stays.data), now=access.now()
            )
        except Denied as denied:
            form.form_errors.append(say(denied.refusal))
        else:
            flash(gettext("%(name)s coordinates the reports now. You both get the briefing by e-mail.", name=person.name))
            return redirect(url_for("desk.home") if form.stays.data else url_for("auth.account"))
    page = render_template("pages/desk/leave.html", report=report, form=form)
    return page, 422 if form.errors or form.form_errors else 200


def _told(one: Standing) -> str:
    """One report in a few lines of plain text."""
    report = one.report
    lines = [report_title(report) + gettext(": ") + state_name(report, "ministry")]
    if report.due_on:
        lines.append(gettext("Due %(day)s (%(far)s)", day=day(report.due_on), far=far(report.due_on, report.due_zone)))
    lines.append(gettext("%(done)s of %(total)s sections completed", done=one.completed, total=one.total))
    lines += _counts(one)
    if one.writers:
        who = ", ".join(f"{name} ({count})" for name, count in one.writers)
        lines.append(gettext("Answers written by: %(who)s", who=who))
    return "\n".join([lines[0], *(f"- {line}" for line in lines[1:])])


def _counts(one: Standing) -> list[str]:
    """What is open, and nothing about what is not."""
    fix, points, links, offers = one.must_fix, one.open_points, one.open_links, one.to_decide
    said = [
        (fix, ngettext("%(num)s thing to fix before submission", "%(num)s things to fix before submission", fix)),
        (points, ngettext("%(num)s open point of the secretariat", "%(num)s open points of the secretariat", points)),
        (links, ngettext("%(num)s contribution still awaited", "%(num)s contributions still awaited", links)),
        (offers, ngettext("%(num)s contribution to decide on", "%(num)s contributions to decide on", offers)),
    ]
    return [words for count, words in said if count]
