"""Pages about the rules of the checks: what each is worth, how each cycle sets it, and what is being checked again."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from review_app.checks.freshness import OFF
from review_app.forms.office import RuleForm
from review_app.operations import rules as verbs
from review_app.permissions import NotFound
from review_app.queries import rules as queries
from review_app.queries.office import cycle_choices, cycle_with_slug
from review_app.web import access
from workflows.engine import Blocked
from workflows.messages import Message

blueprint = Blueprint("rules", __name__)


@blueprint.get("/office/rules")
@access.can("office.see")
def all_rules() -> str:
    """Every rule with its worth, in all cycles or in one (`?cycle=`), and what is being checked again."""
    cycle = cycle_with_slug(request.args.get("cycle", ""))
    return render_template(
        "pages/rules/rules.html", rows=queries.rules(cycle), cycle=cycle, cycles=cycle_choices(),
        rechecks=queries.rechecks(),
    )  # fmt: skip


@blueprint.get("/office/rules/<rule_id>")
@access.can("office.see")
def rule(rule_id: str) -> str:
    """One rule: its worth in every cycle, and how each sets it."""
    found = queries.rule_with_id(rule_id)
    if found is None:
        raise NotFound
    return render_template(
        "pages/rules/rule.html", rule=found, rows=queries.cycles_of(found),
        choices=(*verbs.severities_of(found), OFF), is_quick=found.is_quick,
    )  # fmt: skip


@blueprint.post("/office/rules/<rule_id>/<slug>")
@access.can("rules.manage")
def set_rule(rule_id: str, slug: str) -> Response:
    """Set a rule for a cycle."""
    cycle, found, form = cycle_with_slug(slug), queries.rule_with_id(rule_id), RuleForm()
    if cycle is None or found is None:
        raise NotFound
    if not form.validate() or not form.setting.data:
        raise Blocked((Message("Choose one of the list."),))
    run = verbs.set_rule(access.actor(), cycle.id, found.id, setting=form.setting.data, now=access.now())
    flash(gettext("Saved. The reports of the cycle are being checked again.") if run else gettext("Saved."))
    return redirect(url_for("rules.rule", rule_id=found.id))


@blueprint.post("/office/rechecks/<int:recheck_id>/<any(stop,resume):verb>")
@access.can("rules.manage")
def steer(recheck_id: int, verb: str) -> Response:
    """Stop checking reports again, or go on where it stopped."""
    verbs.steer(access.actor(), recheck_id, goes_on=verb == "resume")
    return redirect(url_for("rules.all_rules", _anchor="rechecks"))
