"""What a person sees when something cannot be done: why, what next, and their own text when they were sending any."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, current_app, render_template, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, SecurityError

from review_app.permissions import Denied, NotFound
from review_app.transaction import Stale
from review_app.web import access, presentation
from workflows.engine import Blocked, IllegalStep

log = logging.getLogger(__name__)

# Never shown again, whatever form they came from; and what no person typed.
SECRET = ("password", "current", "token")
MACHINERY = ("csrf_token", "seen", "action", "add_row", "content_lang", "row_version")
Shown = tuple[str, int]


def kept_text() -> Sequence[tuple[str, str]]:
    """(field, text) of what was posted, for copying. No secrets, no hidden values, nothing blank."""
    if request.method != "POST":
        return ()
    return [
        (name, text)
        for name, text in request.form.items(multi=True)
        if text.strip() and not _is_machinery(name) and not any(word in name.lower() for word in SECRET)
    ]


def _is_machinery(name: str) -> bool:
    return name in MACHINERY or name.startswith("seen-")


def _kept_if_readable() -> Sequence[tuple[str, str]]:
    try:
        return kept_text()
    except HTTPException:  # the form itself cannot be read
        return ()


def _page_as_it_is() -> str:
    """The page the form stood on. The address it was sent to may be one that cannot be opened."""
    origin = urlsplit(request.referrer or "")
    if origin.netloc == request.host and not origin.path.startswith("//"):
        return f"{origin.path}?{origin.query}" if origin.query else origin.path
    rule = request.url_rule
    return request.full_path.rstrip("?") if rule and "GET" in (rule.methods or ()) else url_for("public.home")


def _page(status: int, title: str, words: str, *, reasons: Sequence[object] = (), can_reload: bool = False) -> Shown:
    page = render_template(
        "pages/errors/error.html", status=status, title=title, words=words, reasons=reasons, kept=_kept_if_readable(),
        can_reload=can_reload, address=_page_as_it_is() if can_reload else "", is_signed_in=access.person_or_none() is not None,
    )  # fmt: skip
    return page, status


def expired(error: CSRFError) -> Shown:
    """The form was open longer than the session, or came from elsewhere."""
    log.info("A form was refused: %s", error.description)
    return _page(
        400, gettext("This page was open too long"),
        gettext(
            "You were signed out in the meantime, so nothing was saved. "
            "What you wrote is below: copy it, sign in and put it back."
        ),
        can_reload=True,
    )


def denied(error: Denied) -> Shown:
    return _page(403, gettext("You cannot do this"), presentation.say(error.refusal))


def not_found(error: Exception) -> Shown:
    """The same page for what does not exist and for what is not the reader's."""
    return _page(
        404, gettext("There is no such page"),
        gettext("The address may be mistyped, or the page is one that your account cannot see."),
    )


def stale(error: Exception) -> Shown:
    return _page(
        409, gettext("Somebody was faster"),
        gettext("This has changed since you opened the page, so nothing was done. Look at it as it is now, then decide again."),
        can_reload=True,
    )


def illegal(error: IllegalStep) -> Shown:
    return _page(
        409, gettext("This cannot be done now"),
        gettext("The report is in another state than when you opened the page. Look at it as it is now."), can_reload=True,
    )


def blocked(error: Blocked) -> Shown:
    return _page(422, gettext("This has to wait"), gettext("These things come first:"), reasons=error.reasons)


def untrusted(error: SecurityError) -> tuple[str, int, dict[str, str]]:
    """Sent to a host name that is not ours: a page would be full of links to it."""
    return gettext("This could not be understood"), 400, {"Content-Type": "text/plain; charset=utf-8"}


def too_large(error: RequestEntityTooLarge) -> Shown:
    """More than the server reads at once. It never saw the text, but the browser that sent it has it still."""
    return _page(
        413, gettext("This is too much at once"),
        gettext("Nothing was saved. Go back: your browser still has what you wrote. Then send it in smaller parts."),
    )


def http(error: HTTPException) -> Shown:
    """Every other refusal of the web itself."""
    status = error.code or 500
    known = {
        400: (gettext("This could not be understood"), gettext("Go back and send the form again.")),
        405: (gettext("This address is only for sending"), gettext("Open the page it belongs to and use the button there.")),
        410: (gettext("This page is gone"), gettext("What stood here was taken away.")),
        422: (gettext("Something is missing"), gettext("Go back and check what you sent.")),
        429: (gettext("Too many tries"), gettext("Wait a few minutes, then try again. Nothing is lost.")),
        503: (gettext("Not available at the moment"), gettext("Try again in a few minutes.")),
    }
    title, words = known.get(status, (HTTPStatus(status).phrase, gettext("Go back and try again.")))
    return _page(status, title, words)


def broken(error: Exception) -> Shown:
    """Our own fault. The page needs neither database nor session, since either may be what broke."""
    template = current_app.jinja_env.get_template("pages/errors/broken.html")
    return template.render(lang=presentation.current_language(), kept=_kept_if_readable()), 500


def register(app: Flask) -> None:
    """Give every error its page."""
    for error, page in (
        (CSRFError, expired), (Denied, denied), (NotFound, not_found), (404, not_found), (Stale, stale), (IllegalStep, illegal),
        (Blocked, blocked), (RequestEntityTooLarge, too_large), (SecurityError, untrusted), (HTTPException, http), (500, broken),
    ):  # fmt: skip
        app.register_error_handler(error, page)
