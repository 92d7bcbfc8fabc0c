"""A form has one effect however often it arrives: a key in every form, and the answer kept with it in the same transaction."""

import functools
import hashlib
import secrets
from collections.abc import Callable, Iterator
from typing import Any, cast

from flask import Flask, current_app, g, jsonify, redirect, request, session
from werkzeug.wrappers import Response

from review_app.forms.ids import whole_number
from review_app.operations import sent
from review_app.queries.sent import answer_to
from review_app.transaction import held
from review_app.web import access, finding

FIELD = "once"
REDIRECTS = (302, 303)


def key_of_page() -> str:
    """What all forms of this rendering carry: random, and marked with whose page it is."""
    if "once" not in g:
        salt = secrets.token_urlsafe(16)
        g.once = f"{salt}.{_mark(salt, access.person_or_none())}"
    key: str = g.once
    return key


def is_page_of(person_id: int) -> bool:
    """Whether the posted form was rendered for this person. No proof to others: it tells two people of one browser apart."""
    salt, _, mark = request.form.get(FIELD, "").partition(".")
    return mark == _mark(salt, person_id)


def _mark(salt: str, person: Any) -> str:
    person_id = getattr(person, "id", person) or 0
    return hashlib.sha256(f"{salt}:{person_id}".encode()).hexdigest()[:16]


def digest() -> str | None:
    """The sha256 of all that was posted and where to; None for a form without a key. An edited form is another form."""
    if request.method != "POST" or not request.form.get(FIELD):
        return None
    found = hashlib.sha256(request.full_path.encode())
    for part in _parts():
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        found.update(b"%d:" % len(data) + data)
    return found.hexdigest()


def _parts() -> Iterator[str | bytes]:
    for name, text in request.form.items(multi=True):
        if name != "csrf_token":
            yield from (name, text)
    for name, file in request.files.items(multi=True):
        yield from (name, file.filename or "", hashlib.file_digest(cast(Any, file.stream), "sha256").digest())
        file.stream.seek(0)


def answered_before(person_id: int | None, key: str | None) -> Response | None:
    """The answer this form got when it arrived the first time."""
    answer = answer_to(person_id, key) if key else None
    if answer is None:
        return None
    if answer.get("said"):
        session["_flashes"] = [tuple(line) for line in answer["said"]]
    response: Response = redirect(answer["to"], answer["status"]) if "to" in answer else jsonify(answer["json"])
    response.status_code = answer["status"]
    return response


def _once(view: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        key = digest()
        if key is None:
            return view(*args, **kwargs)
        person = access.person_or_none()
        person_id, before = person.id if person else None, _session()
        try:
            with held():
                response = current_app.make_response(view(*args, **kwargs))
                if response.status_code in REDIRECTS or response.is_json:
                    sent.answer_once(person_id, key, _answer(response), now=access.now())
                    _use_kept(person_id)
        except Exception:
            if first := answered_before(person_id, key):
                return _as_before(before, first)
            raise
        if response.status_code >= 400 and (first := answered_before(person_id, key)):
            return _as_before(before, first)
        return response

    return wrapper


def _answer(response: Response) -> dict[str, Any]:
    if response.is_json:
        return {"status": response.status_code, "json": response.get_json()}
    said = [[category, str(words)] for category, words in session.get("_flashes", [])]
    return {"status": response.status_code, "to": response.headers["Location"], "said": said}


def _use_kept(person_id: int | None) -> None:
    """A kept form that was sent where it belongs is needed no more."""
    kept = whole_number(request.form.get("kept"))
    if person_id is not None and kept is not None:
        sent.delete_kept(person_id, kept, target=finding.place(request.path))


def _session() -> dict[str, Any]:
    return {**session, "sid": session.sid}  # type: ignore[attr-defined]


def _as_before(before: dict[str, Any], response: Response) -> Response:
    """The session without what the second arrival did to it, but with what the first one said."""
    said = session.get("_flashes")
    session.clear()
    session.sid = before.pop("sid")  # type: ignore[attr-defined]
    session.update(before)
    if said:
        session["_flashes"] = said
    g.pop("ended_sessions", None)
    return response


def register(app: Flask) -> None:
    """Wrap every view that takes forms. After all blueprints are registered."""
    for endpoint in {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}:
        app.view_functions[endpoint] = _once(app.view_functions[endpoint])
