"""Signing in and out, new passwords, invitations, and one's own account."""

import time
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import force_locale, gettext
from flask_limiter.util import get_remote_address
from flask_security.utils import hash_password, login_user, logout_user, verify_password
from werkzeug.wrappers import Response

from review_app import tokens
from review_app.extensions import limiter
from review_app.forms.accounts import AccountForm, ForgotForm, JoinForm, PasswordForm, ResetForm, SignInForm
from review_app.forms.passwords import LONGEST
from review_app.models import Person
from review_app.operations import accounts, sent
from review_app.queries.people import credentials_of, person_with_id
from review_app.web import access, finding

blueprint = Blueprint("auth", __name__)

# An answer to "I forgot" takes at least this long, so that time does not tell who is known.
FORGOT_TAKES = 0.25
FROM_EVERYWHERE = "100 per hour"  # wrong passwords for one e-mail address
Page = str | tuple[str, int] | Response


def _address_typed() -> str:
    return f"sign-in:{request.form.get('email', '').strip().lower()[:254]}"


def _address_typed_here() -> str:
    return f"{get_remote_address()} {_address_typed()}"


@lru_cache(maxsize=1)
def _nobodys_password() -> str:
    return str(hash_password("nobody has this password"))


def _who(email: str, password: str) -> Person | None:
    """The active person with this address and password. The same work is done for everybody else."""
    found = credentials_of(email)
    stored = found.password if found and found.active else None
    is_right = bool(verify_password(_measured(password), stored or _nobodys_password()))
    return person_with_id(found.id) if found and stored and is_right else None


def _measured(password: str) -> str:
    """Enough of what was typed to tell it from every password that can be set, however long it is."""
    return password[: LONGEST + 1]


def _let_in(person: Person) -> None:
    """Sign in with a session of a new name, so that one known before is worth nothing."""
    session.clear()
    login_user(person, remember=False, authn_via=["password"])
    current_app.session_interface.regenerate(session)  # type: ignore[attr-defined]


def _onward(person: Person) -> Response:
    """To what was kept for them, to the page that was asked for if it is one of ours, or to where they work, in their language."""
    target = request.args.get("next", "")
    if not _is_ours(target):
        target = ""
    if "kept=" not in target:
        target = finding.newest(person, access.now()) or target
    if target:
        return redirect(target)
    return redirect(url_for(access.workplace(person), lang=person.language))


def _is_ours(target: str) -> bool:
    """Whether an address stays on this site, however a browser reads it."""
    parts = urlsplit(target)
    is_path = target.startswith("/") and not target.startswith("//") and "\\" not in target and target.isprintable()
    return is_path and not parts.scheme and not parts.netloc


def _was_refused(response: Response) -> bool:
    return response.status_code == 422


@blueprint.route("/sign-in", methods=["GET", "POST"])
@access.open_to_all
@limiter.limit("60 per minute", methods=["POST"])
# Who guesses from one place shuts nobody out at another; guesses from everywhere have an end as well.
@limiter.limit("10 per 15 minutes", methods=["POST"], key_func=_address_typed_here, deduct_when=_was_refused)
@limiter.limit(lambda: FROM_EVERYWHERE, methods=["POST"], key_func=_address_typed, deduct_when=_was_refused)
def sign_in() -> Page:
    """One refusal for an unknown address, a wrong password and a closed account."""
    person = access.person_or_none()
    if person is not None and request.method == "GET":
        return _onward(person)
    form = SignInForm()
    if form.validate_on_submit():
        person = _who(form.email.data or "", form.password.data or "")
        if person is not None:
            _let_in(person)
            return _onward(person)
        form.email.errors = [
            gettext("This address and password do not go together. Check both, or ask for a new password.")
        ]
    was_asked = session.pop("was_asked_to_sign_in", None)
    return render_template("pages/auth/sign_in.html", form=form, was_asked=was_asked), 422 if form.errors else 200


@blueprint.post("/sign-out")
@access.open_to_all
def sign_out() -> Response:
    """End this session, and tell the browser to forget what it kept of it."""
    logout_user()
    session.clear()
    response = redirect(url_for("public.home"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@blueprint.route("/forgotten-password", methods=["GET", "POST"])
@access.open_to_all
@limiter.limit("10 per minute; 50 per hour", methods=["POST"])
def forgot() -> Page:
    """Always the same answer, after the same time."""
    form = ForgotForm()
    if not form.validate_on_submit():
        return render_template("pages/auth/forgot.html", form=form), 422 if form.errors else 200
    started = time.monotonic()
    accounts.request_reset(form.email.data or "", now=access.now())
    time.sleep(max(0.0, FORGOT_TAKES - (time.monotonic() - started)))
    return render_template("pages/auth/forgot_sent.html", email=form.email.data)


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@access.open_to_all
@limiter.limit("20 per minute", methods=["POST"])
def reset(token: str) -> Page:
    """A new password by the link of an e-mail. It works once."""
    person = tokens.person_of_reset(token, now=access.now())
    if person is None:
        return render_template("pages/auth/link_over.html", is_invitation=False), 410
    form = ResetForm()
    form.about = (person.email, person.name)
    if not form.validate_on_submit():
        return render_template("pages/auth/reset.html", form=form, whose=person), 422 if form.errors else 200
    accounts.set_password(person, password=hash_password(form.password.data or ""), now=access.now())
    flash(gettext("Your password was changed. Sign in with the new one."))
    return redirect(url_for("auth.sign_in"))


@blueprint.route("/join/<token>", methods=["GET", "POST"])
@access.open_to_all
@limiter.limit("20 per minute", methods=["POST"])
def join(token: str) -> Page:
    """Accept an invitation: a name, a language, a password. Then the person is signed in."""
    person = tokens.person_of_invitation(token, now=access.now())
    if person is None:
        return _invitation_is_over(token)
    if person.password:
        flash(gettext("You have an account already. Sign in to see what was added."))
        return redirect(url_for("auth.sign_in"))
    form = JoinForm(name=person.name, language=person.language)
    form.about = (person.email, form.name.data or "")
    if not form.validate_on_submit():
        return render_template("pages/auth/join.html", form=form, whose=person), 422 if form.errors else 200
    accounts.join(
        person,
        name=form.name.data or "",
        password=hash_password(form.password.data or ""),
        language=form.language.data,
        now=access.now(),
    )
    _let_in(person)
    with force_locale(person.language):
        flash(gettext("Welcome. Your account is ready."))
    return _onward(person)


def _invitation_is_over(token: str) -> Page:
    waiting = tokens.person_of_old_invitation(token)
    if request.method == "POST" and waiting is not None:
        accounts.ask_again(waiting, now=access.now())
        return render_template("pages/auth/asked_again.html")
    return render_template("pages/auth/link_over.html", is_invitation=True, can_ask=waiting is not None), 410


@blueprint.post("/account/kept/<int:kept_id>/delete")
@access.signed_in
def delete_kept(kept_id: int) -> Response:
    """Do without a form that was kept while one was signed out."""
    sent.delete_kept(access.actor().id, kept_id)
    flash(gettext("What was kept is deleted."))
    return redirect(url_for(access.workplace(access.actor())))


@blueprint.route("/account", methods=["GET", "POST"])
@access.signed_in
@limiter.limit("20 per minute", methods=["POST"])
def account() -> Page:
    """Name, language, time zone; and a new password. Two forms, told apart by their button."""
    person = access.actor()
    changes_password = request.method == "POST" and request.form.get("action") == "password"
    details = AccountForm(obj=person) if not changes_password else AccountForm(formdata=None, obj=person)
    password = PasswordForm() if changes_password else PasswordForm(formdata=None)
    password.about = (person.email, person.name)
    form = password if changes_password else details
    if request.method == "POST" and form.validate():
        if changes_password:
            return _change_password(person, password) or _account_page(person, details, password, form)
        return _change_details(person, details)
    return _account_page(person, details, password, form)


def _account_page(person: Person, details: AccountForm, password: PasswordForm, form: Any) -> Page:
    page = render_template("pages/auth/account.html", details=details, password=password, form=form, whose=person)
    return page, 422 if form.errors else 200


def _change_details(person: Person, form: AccountForm) -> Response:
    accounts.change_account(
        person, name=form.name.data or "", language=form.language.data, time_zone=form.time_zone.data
    )
    with force_locale(person.language):
        flash(gettext("Your account was changed."))
    return redirect(url_for("auth.account", lang=person.language))


def _change_password(person: Person, form: PasswordForm) -> Response | None:
    """None, with an error in the form, when the current password is not right."""
    if not verify_password(_measured(form.current.data or ""), person.password or _nobodys_password()):
        form.current.errors = [gettext("This is not your current password.")]
        return None
    accounts.set_password(person, password=hash_password(form.password.data or ""), now=access.now())
    _let_in(person)
    flash(gettext("Your password was changed. You were signed out everywhere else."))
    return redirect(url_for("auth.account"))
