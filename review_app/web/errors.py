"""What a person sees when something cannot be done: why, what next, and their own text when they were sending any."""

import logging
from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit

from flask import Flask, current_app, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError, generate_csrf
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, SecurityError
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from review_app.permissions import Denied, NotFound
from review_app.transaction import Stale
from review_app.web import access, incoming, keeping, once, presentation
from workflows.engine import Blocked, IllegalStep

log = logging.getLogger(__name__)

Shown = tuple[str | Response, int]


def _kept_if_readable() -> Sequence[tuple[str, str]]:
    try:
        return keeping.typed_text()
    except HTTPException:  # the form itself cannot be read
        return ()


def _page_as_it_is() -> str:
    """The page the form stood on. The address it was sent to may be one that cannot be opened."""
    origin = urlsplit(request.referrer or "")
    if origin.netloc == request.host and not origin.path.startswith("//"):
        return f"{origin.path}?{origin.query}" if origin.query else origin.path
    rule = request.url_rule
    return request.full_path.rstrip("?") if rule and "GET" in (rule.methods or ()) else url_for("public.home")


def _page(
    status: int, title: str, words: str, *, reasons: Sequence[object] = (), address: str = "", button: str = "",
    is_kept: bool = False,
) -> Shown:
    if request.is_json:  # a script asks, whose page still shows what was typed
        return jsonify(title=title, words=" ".join([words, *map(presentation.say, reasons)])), status  # type: ignore[arg-type]
    page = render_template(
        "pages/errors/error.html", status=status, title=title, words=words, reasons=reasons, kept=_kept_if_readable(),
        address=address, button=button or gettext("Open the page as it is now"), is_kept=is_kept,
        is_signed_in=access.person_or_none() is not None,
    )  # fmt: skip
    return page, status


def expired(error: CSRFError) -> Shown | Response:
    """The form was open longer than the session, its key was changed, or it came from elsewhere."""
    log.info("A form was refused: %s", error.description)
    person = access.person_or_none()
    owner = person.id if person else current_app.session_interface.last_owner(request, access.now())  # type: ignore[attr-defined]
    if first := once.answered_before(owner, once.digest()):
        return first
    if request.is_json:
        return _renewed(person.id if person else None)
    page, address, button = keeping.keep(owner), _page_as_it_is(), ""
    if page is not None and person is not None:
        address, button = page, gettext("Open the form with your text")
        words = gettext("Nothing was saved yet. What you wrote is kept for 24 hours: open the form again, it is in the fields.")
    elif page is not None:
        address, button = f"{url_for('auth.sign_in')}?{urlencode({'next': page})}", gettext("Sign in to get it back")
        words = gettext(
            "You were signed out in the meantime, so nothing was saved yet. "
            "What you wrote is kept for 24 hours: sign in again yourself, and it is back in the fields."
        )
    elif keeping.typed_text():
        words = gettext(
            "You were signed out in the meantime, so nothing was saved. "
            "What you wrote is below: copy it, sign in and put it back."
        )
    else:
        words = gettext("The page is older than your session, so nothing was done. Open it again and repeat what you did.")
    lost = [gettext("A file cannot be kept. Choose it again.")] if any(request.files.values()) else []
    title = gettext("This page was open too long")
    return _page(400, title, words, reasons=lost, address=address, button=button, is_kept=page is not None)


def _renewed(person_id: int | None) -> Shown:
    """To a script: sign in (401); a token of the session that its person has now (400), with which it may send again; or that
    somebody else has signed in at this browser (403)."""
    if person_id is None:
        return jsonify(title=gettext("You were signed out")), 401
    if once.is_page_of(person_id):
        return jsonify(csrf_token=generate_csrf()), 400
    return jsonify(title=gettext("Somebody else has signed in at this browser")), 403


def denied(error: Denied) -> Shown:
    advice = gettext("If you need this for your work, ask your coordinator or the secretariat.")
    return _page(403, gettext("You cannot do this"), f"{presentation.say(error.refusal)} {advice}")


def _without_slash() -> str:
    """The address that was meant when the one that was asked for has a slash too many; else ""."""
    adapter = current_app.create_url_adapter(request)
    if adapter is None or request.url_rule is not None or not request.path.endswith("/"):
        return ""
    try:
        endpoint, names = adapter.match(request.path.rstrip("/"), method="GET")
    except (HTTPException, RequestRedirect):
        return ""
    address, query = url_for(endpoint, **names), urlencode(list(request.args.items(multi=True)))
    return f"{address}?{query}" if query else address


def not_found(error: Exception) -> Shown | Response:
    """The same page for what does not exist and for what is not the reader's."""
    if meant := _without_slash():
        return redirect(meant, 308)
    return _page(
        404, gettext("There is no such page"),
        gettext(
            "The address may be mistyped, or the page is one that your account cannot see. "
            "Check it, or ask who gave it to you."
        ),
    )


def stale(error: Exception) -> Shown:
    return _page(
        409, gettext("Somebody was faster"),
        gettext("This has changed since you opened the page, so nothing was done. Look at it as it is now, then decide again."),
        address=_page_as_it_is(),
    )


def illegal(error: IllegalStep) -> Shown:
    return _page(
        409, gettext("This cannot be done now"),
        gettext("The report is in another state than when you opened the page. Look at it as it is now."), address=_page_as_it_is(),
    )


def blocked(error: Blocked) -> Shown:
    return _page(422, gettext("This has to wait"), gettext("These things come first:"), reasons=error.reasons)


def untrusted(error: SecurityError) -> tuple[str, int, dict[str, str]]:
    """Sent to a host name that is not ours: a page would be full of links to it."""
    return gettext("This could not be understood"), 400, {"Content-Type": "text/plain; charset=utf-8"}


def too_large(error: RequestEntityTooLarge) -> Shown:
    """More than a form may hold. Who is signed in gets their text back as far as the server reads at all."""
    # Of a script the page still has the text; to ask who it is would read once more what is too long.
    if not request.is_json and access.person_or_none() is not None and incoming.read_all(request):
        words = gettext("Nothing was saved. What you wrote is below: copy it, go back, and send it in smaller parts.")
    else:
        words = gettext("Nothing was saved. Go back: your browser still has what you wrote. Then send it in smaller parts.")
    return _page(413, gettext("This is too much at once"), words)


def http(error: HTTPException) -> Shown:
    """Every other refusal of the web itself."""
    status = error.code or 500
    known = {
        400: (gettext("This could not be understood"), gettext("Go back and send the form again.")),
        405: (gettext("This address is only for sending"), gettext("Open the page it belongs to and use the button there.")),
        410: (gettext("This page is gone"), gettext("What stood here was taken away. Ask who gave you the address.")),
        422: (gettext("Something is missing"), gettext("Go back and check what you sent.")),
        429: (gettext("Too many tries"), gettext("Wait a few minutes, then try again. Nothing is lost.")),
        503: (gettext("Not available at the moment"), gettext("Try again in a few minutes.")),
    }
    title, words = known.get(status, (gettext("This could not be done"), gettext("Go back and try again.")))
    return _page(status, title, words)


def broken(error: Exception) -> Shown:
    """Our own fault. The page needs neither database nor session, since either may be what broke."""
    if request.is_json:
        return jsonify(title=gettext("Something broke")), 500
    template = current_app.jinja_env.get_template("pages/errors/broken.html")
    return template.render(lang=presentation.current_language(), kept=_kept_if_readable()), 500


def register(app: Flask) -> None:
    """Give every error its page."""
    for error, page in (
        (CSRFError, expired), (Denied, denied), (NotFound, not_found), (404, not_found), (Stale, stale), (IllegalStep, illegal),
        (Blocked, blocked), (RequestEntityTooLarge, too_large), (SecurityError, untrusted), (HTTPException, http), (500, broken),
    ):  # fmt: skip
        app.register_error_handler(error, page)
