"""Every form on every page, found by walking the URL map: who stands before it, what they type into it, where it is sent."""

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urljoin, urlsplit, urlunsplit

from bs4 import Tag
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from tests.browser import Page
from tests.matrix import address, cells, expected
from tests.undone import Undone
from tests.world import STAGES

READERS = ("nobody", "carla", "rita", "ada")  # a page is opened by the first of them who may
# What a person types, as a selector, so that a real browser finds the same fields. Passwords are never shown again.
TYPED = ", ".join(("textarea", *(f'input[type="{kind}"]' for kind in ("text", "email", "date", "number", "search", "tel", "url"))))
NOT_TYPED = {
    "file": "a file, which no page can hold: it is chosen again", "password": "a password, which is kept nowhere",
    "radio": "choices only", "checkbox": "choices only", "select": "choices only",
}  # fmt: skip


@dataclass(frozen=True)
class FormPage:
    """A form where it stands: `page` and `form` are endpoints, `place` is that of its button among the buttons of the page."""

    page: str
    form: str
    place: int
    url: str
    nick: str
    fields: tuple[str, ...]  # what is typed into
    longest: str  # the first of them that takes a text of any length, if one does
    kinds: frozenset[str]  # of questions, which decide how a field is built
    untyped: str  # why nothing is, when nothing is

    @property
    def name(self) -> str:
        return f"{self.page} → {self.form}"

    def button(self, page: Page) -> Tag:
        """The button that sends it, on a page that was opened anew."""
        return page.buttons_found[self.place]


def readable_pages(app: Flask, undone: Undone) -> Iterator[tuple[str, str, Page]]:
    """(endpoint, reader, page) of every page of the URL map at every stage of a report, then of new kinds of pages they link to."""
    world, seen = undone.world, set[Hashable]()
    browsers = {nick: undone.browser(nick) for nick in READERS}
    places = [world.places["CL", stage] for stage in STAGES]
    waiting = [("carla", f"/en/desk/reports/{places[0].report_id}/sections/budget?kept={world.kept}")]
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        for place in places if "report_id" in rule.arguments else places[:1]:
            for args in cells(rule, world, place):
                who = (nick for nick in READERS if expected(app, world, nick, rule, place, args, "GET") == "allowed")
                waiting += [(nick, address(app, rule, args)) for nick in [next(who, "")] if nick]
    for nick, url in waiting:
        page = browsers[nick].get(url, status=None)
        if page.status == 200 and page.is_html and page.url == url:
            yield endpoint_of(app, url), nick, page
            waiting += [(nick, link) for link in _new_links(app, page, seen)]


def _new_links(app: Flask, page: Page, seen: set[Hashable]) -> Iterator[str]:
    """Where a page leads that differs in more than ids from all that was seen: another query, another section."""
    for link in page.links.values():
        parts = urlsplit(urljoin(page.browser.base_url + page.url, link))
        if not page.browser.base_url.endswith(parts.netloc) or not (parts.query or "/sections/" in parts.path):
            continue
        asked = parse_qsl(parts.query)  # the first of a query says what is asked for
        kind = (endpoint_of(app, parts.path), *asked[:1], frozenset(dict(asked)), parts.path.partition("/sections/")[2])
        if kind not in seen:
            seen.add(kind)
            yield urlunsplit(("", "", parts.path, parts.query, ""))


def endpoint_of(app: Flask, url: str, *, method: str = "GET") -> str:
    """What answers at an address; empty when nothing does."""
    try:
        return str(app.url_map.bind("localhost").match(urlsplit(url).path, method=method)[0])
    except (HTTPException, RequestRedirect):
        return ""


def form_pages(app: Flask, undone: Undone) -> list[FormPage]:
    """Each form of each page, again where it asks for another kind of answer. Fails when one of the URL map stands on no page."""
    found: list[FormPage] = []
    known: dict[tuple[str, str], set[str]] = {}
    for endpoint, nick, page in readable_pages(app, undone):
        for place, button in enumerate(page.buttons_found):
            form, to = button.find_parent("form"), _endpoint(app, page, button)
            if not to or not isinstance(form, Tag) or button.get("name") == "add_row":
                continue
            row = _row(form, endpoint, to, place, nick, page)
            place_of_kind = (endpoint if row.fields else "", to)  # without a field it is the same on every page
            before = known.get(place_of_kind)
            if before is None or not before >= row.kinds:
                found.append(row)
                known[place_of_kind] = (before or set()) | row.kinds
    sending = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    homeless = sending - {one.form for one in found}
    assert not homeless, f"forms on no page that anybody opens: {sorted(homeless)}: make one of them in tests/world.py"
    return sorted(found, key=lambda one: (one.page, one.form, one.url))


def _row(form: Tag, endpoint: str, to: str, place: int, nick: str, page: Page) -> FormPage:
    typed = typed_controls(form)
    classes = {str(one) for part in form.select(".field, .cell") if part.select(TYPED) for one in part.get_attribute_list("class")}
    shown = {str(control.get("type", control.name)) for control in form.select("input:not([type=hidden]), select")}
    why = sorted({NOT_TYPED[kind] for kind in shown if kind in NOT_TYPED})
    endless = (str(one["name"]) for one in typed if one.get("type", "text") in ("text", "email") and not one.get("maxlength"))
    return FormPage(
        endpoint, to, place, page.url, nick, tuple(str(control["name"]) for control in typed), next(endless, ""),
        frozenset(one for one in classes if "--" in one), "" if typed else ", ".join(why) or "a button only",
    )  # fmt: skip


def names_of(rows: list[FormPage]) -> dict[FormPage, str]:
    """A name for each row; with the end of its address where a form stands on two pages of a kind."""
    counted = Counter(row.name for row in rows)
    ends = {row: f" ({urlsplit(row.url).path.rpartition('/')[2]})" for row in rows}
    return {row: row.name + (ends[row] if counted[row.name] > 1 else "") for row in rows}


def typed_controls(form: Tag) -> list[Tag]:
    """The fields of a form that take words, numbers or dates."""
    return list(form.select(TYPED))


def _endpoint(app: Flask, page: Page, button: Tag) -> str:
    """Where a button sends its form to; empty when it only asks for a page."""
    form = button.find_parent("form")
    if not isinstance(form, Tag) or str(form.get("method", "get")).lower() != "post":
        return ""
    action = str(button.get("formaction") or form.get("action") or page.url)
    found = endpoint_of(app, urljoin(page.browser.base_url + page.url, action), method="POST")
    assert found, f"{page.url} has a form to {action}, which takes none"
    return found
