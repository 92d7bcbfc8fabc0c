"""What somebody sends when their session is over is kept for them, if it is sure whose it is. `finding` brings it back."""

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from review_app.operations import sent
from review_app.queries.people import person_with_id
from review_app.web import access, finding, once

# Never kept nor shown again. All forms that ask for a password are in `auth`, of which nothing is kept at all.
SECRETS = frozenset({"password", "current", "csrf_token"})
# What no person typed; kept, since the form needs it again, but nothing to show.
MACHINERY = frozenset({
    "csrf_token", "seen", "action", "add_row", "content_lang", "content_lang_seen", "go", "kept", "read", "declared", once.FIELD,
})  # fmt: skip


def typed_text() -> list[tuple[str, str]]:
    """(field in words, text) of what a person typed into the posted form: no secrets, no hidden values, nothing blank."""
    return readable(request.form.items(multi=True)) if request.method == "POST" else []


def readable(fields: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs that a person typed, each field named in words."""
    unseen = SECRETS | MACHINERY
    typed = [
        (name, text) for name, text in fields
        if text.strip() and name not in unseen and not name.startswith("seen-") and not name.endswith("-seen")
    ]  # fmt: skip
    return [(name.replace("_", " ").replace("-", " ").capitalize(), text) for name, text in typed]


def keep(person_id: int | None) -> str | None:
    """Keep the posted form for this person. The address where it will be back, or None when it cannot be kept.

    Only what the person's own page sent is kept: not what a stranger sends with their cookie, nor a page of somebody
    else who used the same browser.
    """
    page, person = _page_of_form(), person_with_id(person_id) if person_id else None
    is_own = person is not None and person.active and once.is_page_of(person.id) and _comes_from_here()
    if person is None or not is_own or page is None or request.blueprint == "auth" or not typed_text():
        return None
    fields = [(name, text) for name, text in request.form.items(multi=True) if name not in SECRETS | {once.FIELD, "kept"}]
    kept_id = sent.keep_form(person.id, fields, page=page, target=finding.place(request.path), now=access.now())
    return finding.with_kept(page, kept_id) if kept_id else None


def _comes_from_here() -> bool:
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _page_of_form() -> str | None:
    """The page the form stood on: where it came from, else the next page above the address it was sent to."""
    origin = urlsplit(request.referrer or "")
    if origin.netloc == request.host and _is_page(origin.path):
        query = urlencode([pair for pair in parse_qsl(origin.query) if pair[0] != "kept"])
        return f"{origin.path}?{query}" if query else origin.path
    above = request.path
    while above and not _is_page(above):
        above = above.rpartition("/")[0]
    return above or None


def _is_page(path: str) -> bool:
    """Whether a path is a page for people who are signed in."""
    adapter = current_app.create_url_adapter(request)
    try:
        endpoint, _ = adapter.match(path, method="GET") if adapter else ("", None)
    except (HTTPException, RequestRedirect):
        return False
    rule = getattr(current_app.view_functions.get(endpoint), "access_rule", "public")
    return rule not in ("public", "open")
