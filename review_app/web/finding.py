"""Brings back, after signing in, what was kept for a person: the page where it stands, and its text in the fields there."""

from datetime import datetime
from urllib.parse import urlsplit

from flask import g, request

from review_app.models import KeptForm, Person
from review_app.queries.sent import kept_forms


def place(path: str) -> str:
    """A path without its language, in which nothing differs."""
    return path.removeprefix(f"/{g.lang}") if "lang" in g else path


def with_kept(page: str, kept_id: int) -> str:
    """The address of a page that shows a kept form again."""
    return f"{page}{'&' if '?' in page else '?'}kept={kept_id}"


def newest(person: Person, now: datetime) -> str:
    """Where the form stands that was kept for this person last; empty when none was."""
    found = kept_forms(person.id, now)
    return with_kept(found[0].page, found[0].id) if found else ""


def find(person: Person, now: datetime) -> None:
    """Look for the kept form that the address names; `g.kept` then fills the forms of the page that it belongs to."""
    wanted = request.args.get("kept", "")
    if request.method != "GET" or not wanted:
        return
    found = kept_forms(person.id, now)
    g.kept = next((form for form in found if str(form.id) == wanted and _stands_here(form)), None)
    g.also_kept = [(with_kept(form.page, form.id), form.created_at) for form in found if g.kept and form is not g.kept]


def _stands_here(form: KeptForm) -> bool:
    return urlsplit(form.page).path[3:] == place(request.path)
