"""What goes wrong between opening a form and sending it, and where afterwards is what somebody typed into it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from bs4 import Tag
from playwright.sync_api import ElementHandle
from playwright.sync_api import Error as Unreachable
from playwright.sync_api import Page as Window
from sqlalchemy import Connection, text

from review_app.extensions import db
from review_app.models import Cycle
from review_app.operations import cycles
from review_app.permissions import SYSTEM
from tests.browser import Page
from tests.form_pages import TYPED, FormPage, typed_controls
from tests.undone import Undone
from tests.waiting import wait_until

MOST = 20_000  # characters of a form where it must be too much, as typing millions into a browser takes its time
TOO_MUCH = "w" * (MOST + 10_000)
YEARS = {"typed": "2047", "earlier": "2046"}
WAYS_BACK = ("Sign in to get it back", "Open the form with your text")
SESSION_AND_KEPT = ("web_session", "kept_form", "answered_form")
FATES: Mapping[str, str] = {
    "S": "saved, or in the history", "F": "in the fields of the page that came", "K": "kept, and back in the fields of its form",
    "W": "in words on the page that came", "B": "in the fields behind the browser's Back",
    "R": "sent again by the browser's Reload", "P": "in its fields still, and the page says that it is not saved",
    "-": "cannot be: its fields take no more than a day or a number",
}  # fmt: skip
Texts = Mapping[str, str]
# What one person sets for themselves: the newest is meant to stand, and nobody writes it with them.
REPLACED = frozenset({"auth.account"})


# What goes wrong. Each tells what somebody else typed meanwhile and was told is saved.


def session_ends(undone: Undone, row: FormPage, patch: pytest.MonkeyPatch) -> Texts:
    undone.connection.execute(text("update web_session set expires_at = now() - interval '1 minute'"))
    return {}


def key_changes(undone: Undone, row: FormPage, patch: pytest.MonkeyPatch) -> Texts:
    patch.setitem(undone.app.config, "SECRET_KEY", "another key, as long as it has to be, for all forms")
    return {}


def role_is_taken_away(undone: Undone, row: FormPage, patch: pytest.MonkeyPatch) -> Texts:
    """Of who holds nothing but a link, the link."""
    undone.connection.execute(text("delete from membership where person_id = :id"), {"id": undone.world.people.get(row.nick)})
    if row.nick == "nobody":
        undone.connection.execute(text("update contribution_link set withdrawn_at = now()"))
    return {}


def cycle_closes(undone: Undone, row: FormPage, patch: pytest.MonkeyPatch) -> Texts:
    with undone.app.app_context():
        for cycle in db.session.scalars(db.select(Cycle).where(Cycle.state == "open")).all():
            cycles.move_cycle(SYSTEM, cycle.id, "close", seen=cycle.row_version, now=datetime.now(UTC))
    return {}


def another_is_faster(undone: Undone, row: FormPage, patch: pytest.MonkeyPatch) -> Texts:
    """The same form from another window."""
    page = undone.browser(row.nick).get(row.url)
    earlier = fill(row, page, "earlier")
    answer = page.send(row.button(page), status=None)
    return earlier if answer.status < 400 else {}


def too_much_is_typed(undone: Undone, row: FormPage, patch: pytest.MonkeyPatch) -> Texts:
    """The rest of the failure is in what is sent: see `too_much`."""
    patch.setitem(undone.app.config, "MAX_FORM_MEMORY_SIZE", MOST)
    return {}


def we_break(undone: Undone, row: FormPage, patch: pytest.MonkeyPatch) -> Texts:
    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    patch.setitem(undone.app.view_functions, row.form, broken)
    return {}


def line_breaks(undone: Undone, row: FormPage, patch: pytest.MonkeyPatch) -> Texts:
    """The failure is on the way: the browser is offline."""
    return {}


FAILURES: Mapping[str, Callable[[Undone, FormPage, pytest.MonkeyPatch], Texts]] = {
    "session expired": session_ends, "key changed": key_changes, "role removed": role_is_taken_away, "cycle closed": cycle_closes,
    "409 stale": another_is_faster, "413 too large": too_much_is_typed, "500": we_break, "network off": line_breaks,
}  # fmt: skip


def go_wrong(undone: Undone, row: FormPage, failure: str, patch: pytest.MonkeyPatch) -> Texts:
    """Let it happen, with no request of a browser in between."""
    with undone.turn:
        return FAILURES[failure](undone, row, patch)


# What a person types.


def fill(row: FormPage, page: Page, tag: str) -> dict[str, str]:
    """Type into each field what stands nowhere else, and choose what lets the form through. What was typed, by name."""
    form = row.button(page).find_parent("form")
    assert isinstance(form, Tag)
    values = {str(control["name"]): _value_for(control, tag, n) for n, control in enumerate(typed_controls(form))}
    page.fill({**chosen(form), **values})
    return values


def _value_for(control: Tag, tag: str, number: int) -> str:
    kind = str(control.get("type", "text"))
    if kind == "date":
        return f"{YEARS[tag]}-03-17"
    if kind == "number" or control.get("maxlength") == "4":
        return YEARS[tag]
    return f"heron-{tag}{number}@example.org" if kind == "email" else f"Heron {tag}{number}"


def too_much(row: FormPage, failure: str, typed: Texts) -> dict[str, str]:
    """What is typed in place of one value, when that is the failure; the value stands at its end."""
    return {row.longest: TOO_MUCH + typed[row.longest]} if failure == "413 too large" else {}


def chosen(form: Tag) -> dict[str, str]:
    """The last option of each select and of each set of choices without one, and a new password. Nothing is taken away."""
    found: dict[str, str] = {}
    for control in form.select("select[name]"):
        if not control.select("option[selected]"):
            found[str(control["name"])] = str(control.select("option")[-1]["value"])
    for control in form.select("input[type=radio], input[type=checkbox]"):
        if "-remove-" not in str(control["name"]) and not form.select(f'input[name="{control["name"]}"][checked]'):
            found[str(control["name"])] = str(control.get("value", "on"))
    return {**found, **{str(control["name"]): "seven otters under a bridge" for control in form.select("input[type=password]")}}


# Where it is afterwards.


@dataclass
class Screen:
    """What a person sees after they sent a form."""

    status: int
    words: str
    fields: Texts
    links: Texts
    open: Callable[[str], "Screen"]

    def holds(self, typed: Texts) -> bool:
        return all(self.fields.get(name, "").endswith(value) for name, value in typed.items())

    def says(self, typed: Texts) -> bool:
        return all(value in self.words for value in typed.values())

    def shows(self, value: str) -> bool:
        return value in self.words or value in self.fields.values()


def fate(screen: Screen, typed: Texts, undone: Undone) -> str:
    """One of FATES; empty when some of what was typed is nowhere."""
    if screen.status < 400:
        elsewhere = {name: value for name, value in typed.items() if not screen.shows(value)}  # a day may be kept as a moment
        return "S" if are_saved(elsewhere, undone) else ""
    if screen.holds(typed):
        return "F"
    if way := next((screen.links[words] for words in WAYS_BACK if words in screen.links), ""):
        # Signing in again, as tests/test_kept.py does it through the page; here a session that is good again stands for it.
        with undone.turn:
            undone.connection.execute(text("update web_session set expires_at = now() + interval '1 hour'"))
        return "K" if screen.open(way).holds(typed) else ""
    return "W" if screen.says(typed) else ""


def are_saved(typed: Texts, undone: Undone) -> bool:
    """Whether each text stands somewhere in the tables, apart from those of sessions and kept forms."""
    with undone.turn:
        return all(_in_database(undone.connection, value) for value in typed.values())


def _in_database(connection: Connection, value: str) -> bool:
    tables = connection.scalars(text(
        "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('public', 'published')"
        " and tablename <> all (:others)"
    ), {"others": list(SESSION_AND_KEPT)}).all()  # fmt: skip
    found = " union all ".join(f"select 1 from {table} t where strpos(t::text, :value) > 0" for table in tables)
    return bool(connection.scalar(text(f"select exists ({found})"), {"value": value}))


# Without scripts.


def over_http(undone: Undone, row: FormPage, failure: str, patch: pytest.MonkeyPatch) -> str:
    """The page is open; it fails; somebody types and sends. One of FATES, empty for nowhere."""
    page = undone.browser(row.nick).get(row.url)
    typed = fill(row, page, "typed")
    page.fill(too_much(row, failure, typed))
    theirs = go_wrong(undone, row, failure, patch)
    found = fate(_screen(page.send(row.button(page), status=None)), typed, undone)
    return found if row.form in REPLACED or are_saved(theirs, undone) else ""


def _screen(page: Page) -> Screen:
    fields = {str(control["name"]): page.held(control) for control in page.select(TYPED)}
    browser = page.browser
    return Screen(page.status, page.text, fields, page.links, lambda url: _screen(browser.get(url, status=None)))


# In a browser.


@dataclass
class Chrome:
    """One window with scripts and one without."""

    undone: Undone
    windows: Mapping[bool, Window]

    def send(self, row: FormPage, failure: str, patch: pytest.MonkeyPatch, *, has_scripts: bool) -> str:
        """The page is open; it fails; somebody types and presses the button. One of FATES, empty for nowhere."""
        window = self.windows[has_scripts]
        host = str(urlsplit(self.undone.base_url).hostname)
        window.context.clear_cookies()
        window.context.add_cookies([{"name": "session", "value": self.undone.cookies[row.nick], "domain": host, "path": "/"}])
        window.goto(self.undone.base_url + row.url)
        source = self.undone.browser(row.nick).get(row.url)
        form = row.button(source).find_parent("form")
        assert isinstance(form, Tag)
        typed, choices = fill(row, source, "typed"), chosen(form)
        theirs = go_wrong(self.undone, row, failure, patch)
        window.context.set_offline(failure == "network off")
        try:
            button = self._type(row, window, {**choices, **typed, **too_much(row, failure, typed)})
            found = self._saved_meanwhile(window, typed) if has_scripts and form.has_attr("data-autosave") else None
            found = self._press(window, button, failure, typed) if found is None else found
        finally:
            window.evaluate(SILENCE)  # what a page sends when it is left, offline too, would come while the next cell is tried
            window.context.set_offline(True)
            window.goto("about:blank")
            wait_until(lambda: not self.undone.under_way, "what the page sent is answered")
            window.context.set_offline(False)
        return found if row.form in REPLACED or are_saved(theirs, self.undone) else ""

    def _press(self, window: Window, button: ElementHandle, failure: str, typed: Texts) -> str:
        if failure == "network off":
            with pytest.raises(Unreachable), window.expect_navigation():
                button.click()
            window.context.set_offline(False)
            answer = window.reload()
            return "R" if answer and fate(_shown(window, answer.status), typed, self.undone) else ""
        with window.expect_navigation() as arriving:
            button.click()
        screen = _shown(window, arriving.value.status)
        if "Go back: your browser still has what you wrote." in screen.words:
            window.go_back()
            return "B" if _shown(window, 200).holds(typed) else ""
        return fate(screen, typed, self.undone)

    def _saved_meanwhile(self, window: Window, typed: Texts) -> str | None:
        """What is typed is sent without a button; the sign says what came of it. None: some of it waits for the button."""
        window.wait_for_function(SETTLED)
        state = window.evaluate("document.querySelector('[data-sign]').dataset.state")
        if state in ("saved", "conflict"):
            return "S" if are_saved(typed, self.undone) else None
        is_told = window.locator("[data-sign]").is_visible() and window.title().startswith("Not saved")
        return "P" if is_told and _shown(window, 200).holds(typed) else ""

    def _type(self, row: FormPage, window: Window, values: Texts) -> ElementHandle:
        window.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        button = window.evaluate_handle(BUTTON, row.place).as_element()
        assert button
        for name, value in values.items():
            control = button.evaluate_handle(CONTROL, name).as_element()
            assert control
            kind = str(control.evaluate("control => control.type"))
            if kind in ("radio", "checkbox"):
                button.evaluate_handle(OPTION, [name, value]).as_element().check(force=True)  # type: ignore[union-attr]
            elif kind.startswith("select"):
                control.select_option(value)
            else:
                control.fill(value)
        return button


SILENCE = "() => { window.fetch = () => new Promise(() => {}) }"
SETTLED = """() => {
  document.activeElement?.blur();
  return !['idle', 'saving'].includes(document.querySelector('[data-sign]').dataset.state);
}"""
CONTROL = '(button, name) => button.form.querySelector(`[name="${name}"]`)'
BUTTON = "n => [...document.querySelectorAll('form button, form input[type=submit]')].filter(one => one.type === 'submit')[n]"
OPTION = '(button, [name, value]) => button.form.querySelector(`[name="${name}"][value="${value}"]`)'
FIELDS = "kinds => Object.fromEntries([...document.querySelectorAll(kinds)].map(one => [one.name, one.value]))"
LINKS = "() => Object.fromEntries([...document.querySelectorAll('a[href]')].map(one => [one.innerText.trim(), one.href]))"


def _shown(window: Window, status: int) -> Screen:
    def open_kept(url: str) -> Screen:
        answer = window.goto(url)
        return _shown(window, answer.status if answer else 0)

    words = " ".join(str(window.evaluate("document.body.innerText")).split())
    return Screen(status, words, window.evaluate(FIELDS, TYPED), window.evaluate(LINKS), open_kept)
