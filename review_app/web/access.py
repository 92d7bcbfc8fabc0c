"""The access rule every route wears, and what a request knows: who acts, when, in which language."""

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import g, redirect, request, session, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from review_app import tokens
from review_app.models import Person
from review_app.operations import accounts
from review_app.permissions import NotFound, require
from review_app.queries.reports import report_for
from review_app.web import finding

View = TypeVar("View", bound=Callable[..., Any])


def now() -> datetime:
    """The moment of this request (aware, UTC), the same all through it."""
    if "now" not in g:
        g.now = datetime.now(UTC)
    moment: datetime = g.now
    return moment


def person_or_none() -> Person | None:
    """Who is signed in; None for nobody, and always None on a public page, which must not know."""
    if g.get("is_public"):
        return None
    return current_user._get_current_object() if current_user.is_authenticated else None


def actor() -> Person:
    """Who is signed in. Only for routes whose rule demands it."""
    person = person_or_none()
    if person is None:
        raise RuntimeError("This route needs a rule that demands a signed-in person.")
    return person


def workplace(person: Person) -> str:
    """The endpoint of the page a person works from."""
    if person.party_codes or not (person.is_reviewer or person.is_administrator):
        return "desk.home"
    return "review.queue" if person.is_reviewer else "office.cycles"


def _wear(view: View, rule: str) -> View:
    view.__dict__["access_rule"] = rule
    return view


def public(view: View) -> View:
    """Anybody may see this page; it never looks at who asks, so that any cache may keep it."""

    @functools.wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        g.is_public = True
        return view(*args, **kwargs)

    return _wear(wrapper, "public")  # type: ignore[return-value]


def open_to_all(view: View) -> View:
    """Anybody may use this page, and it may know who they are (signing in, resetting a password)."""
    return _wear(view, "open")


def signed_in(view: View) -> View:
    """Any active person. Others are sent to sign in and come back afterwards."""

    @functools.wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return _sign_in_first() or view(*args, **kwargs)

    return _wear(wrapper, "signed_in")  # type: ignore[return-value]


def can(action: str) -> Callable[[View], View]:
    """People whom the permission table allows `action` on nothing in particular."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if away := _sign_in_first():
                return away
            require(actor(), action)
            return view(*args, **kwargs)

        return _wear(wrapper, action)  # type: ignore[return-value]

    return decorate


def report(action: str) -> Callable[[View], View]:
    """People whom the table allows `action` on the report of the address; the view gets `report`. A stranger's is not found."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def wrapper(*args: Any, report_id: int, **kwargs: Any) -> Any:
            if away := _sign_in_first():
                return away
            found = report_for(actor(), report_id)
            require(actor(), action, found)
            return view(*args, report=found, **kwargs)

        return _wear(wrapper, action)  # type: ignore[return-value]

    return decorate


def by_link(action: str) -> Callable[[View], View]:
    """Whoever holds a link that the table allows `action`; the view gets `link`, and says itself when it is over."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def wrapper(*args: Any, token: str, **kwargs: Any) -> Any:
            link = tokens.contribution_of(token)
            if link is None:
                raise NotFound
            return view(*args, link=link, token=token, **kwargs)

        return _wear(wrapper, action)  # type: ignore[return-value]

    return decorate


def _sign_in_first() -> Response | None:
    person = person_or_none()
    if person is not None:
        accounts.seen(person, now=now())
        finding.find(person, now())
        return None
    back = request.full_path.rstrip("?") if request.method == "GET" else request.path
    session["was_asked_to_sign_in"] = True
    return redirect(f"{url_for('auth.sign_in')}?{urlencode({'next': back})}")
