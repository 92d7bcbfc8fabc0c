"""A client that walks the site as a person without JavaScript would, and inspects every page it is shown."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from axe_playwright_python.base import AXE_FILE_PATH
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

LEFTOVERS = re.compile(
    r"\{\{|\{%|%\(\w+\)s|\bNone\b(?! of)|<bound method|&(?:amp;)?(?:lt|gt|quot|#39);|\bundefined\b"
)
LANGUAGES = ("en", "fr", "es")
Value = str | bool | int | Iterable[str]


class Client(FlaskClient):
    """Closes the temporary file that a large form is sent from, which werkzeug leaves open."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        response.request.environ["wsgi.input"].close()
        return response


class Browser:
    """Cookies, the page shown last, and the way to the next one. Follows redirects; refuses an unsound page."""

    def __init__(self, app: Flask, base_url: str = "http://localhost", *, is_hasty: bool = False) -> None:
        """`is_hasty`: pages are not looked over."""
        self.base_url = base_url
        self.is_hasty = is_hasty
        self._client = app.test_client()
        self.page: Page | None = None

    def get(self, url: str, *, status: int | None = 200, headers: Mapping[str, str] | None = None) -> "Page":
        return self._show(self._client.get(self._path(url), base_url=self.base_url, headers=headers), status)

    def post(self, url: str, data: Mapping[str, Any], *, status: int = 200) -> "Page":
        """A POST as given: no token is added. For forged and repeated requests."""
        return self._show(self._client.post(self._path(url), data=data, base_url=self.base_url), status)

    def cookie(self, name: str) -> str | None:
        found = self._client.get_cookie(name, domain=urlsplit(self.base_url).hostname or "localhost")
        return found.value if found else None

    def forget(self) -> None:
        """Close the window: all cookies are gone."""
        self._client._cookies = {}  # werkzeug has no public way to empty the jar
        self.page = None

    def _path(self, url: str) -> str:
        parts = urlsplit(url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def _show(self, response: TestResponse, status: int | None) -> "Page":
        for _ in range(10):
            if response.status_code not in (301, 302, 303, 307, 308):
                break
            target = urljoin(self.base_url + response.request.path, response.headers["Location"])
            assert target.startswith(self.base_url), f"{response.request.path} leads away from the site, to {target}"
            response = self._client.get(self._path(target), base_url=self.base_url)
        response.get_data()  # all of it, so that a file can be closed
        response.close()
        self.page = Page(self, response)
        assert status in (None, response.status_code), (
            f"{response.request.method} {self.page.url} answered {response.status_code}, not {status}:\n"
            f"{self.page.text[:1500]}"
        )
        if self.page.is_html and not self.is_hasty:
            faults = list(inspect(self.page))
            assert not faults, f"{self.page.url} is not sound:\n  " + "\n  ".join(faults)
        return self.page


class Page:
    """What is shown: words, links and forms. `fill` types, `press` and `follow` lead to the next page."""

    def __init__(self, browser: Browser, response: TestResponse) -> None:
        self.browser = browser
        self.response = response
        self.status = response.status_code
        self.url = response.request.full_path.rstrip("?")
        self.is_html = response.mimetype == "text/html"
        self.soup = BeautifulSoup(response.get_data(as_text=True) if self.is_html else "", "html.parser")
        self._typed: dict[str, list[str]] = {}
        self._attached: dict[str, list[tuple[str, bytes]]] = {}

    @property
    def title(self) -> str:
        return words(self.soup.title) if self.soup.title else ""

    @property
    def h1(self) -> str:
        found = self.soup.find("h1")
        return words(found) if isinstance(found, Tag) else ""

    @property
    def main(self) -> str:
        """The words of the page without header, navigation and footer."""
        found = self.soup.find("main")
        return words(found) if isinstance(found, Tag) else self.text

    @property
    def text(self) -> str:
        return words(self.soup.body) if self.soup.body else self.response.data.decode(errors="replace")

    @property
    def links(self) -> dict[str, str]:
        """Words of each link -> its address; the first wins where words repeat."""
        found: dict[str, str] = {}
        for link in self.soup.find_all("a", href=True):
            found.setdefault(words(link), str(link["href"]))
        return found

    @property
    def buttons(self) -> list[str]:
        return [_button_words(button) for button in self.buttons_found]

    @property
    def errors(self) -> list[str]:
        """The lines of the error summary at the top of the page."""
        return [words(line) for line in self.soup.select(".govuk-error-summary li")]

    def has(self, *sentences: str) -> bool:
        return all(sentence in self.text for sentence in sentences)

    def select(self, css: str) -> list[Tag]:
        return list(self.soup.select(css))

    def held(self, control: Tag) -> str:
        """What a field would send."""
        return "".join(_held(control)[:1])

    def rows(self, css: str = "table") -> list[list[str]]:
        """The body cells of the first table that fits, as words."""
        table = self.soup.select_one(css)
        assert table, f"{self.url} has no table {css!r}"
        return [[words(cell) for cell in row.find_all(["td", "th"])] for row in table.select("tbody tr")]

    def follow(self, link: str) -> "Page":
        """Click the link with these words (exactly, else the only one that contains them)."""
        near = [href for text, href in self.links.items() if link in text]
        address = self.links.get(link) or (near[0] if len(set(near)) == 1 else None)
        assert address, f"{self.url} has no single link {link!r}; it has: {sorted(self.links)}"
        return self.browser.get(urljoin(self.browser.base_url + self.url, address))

    def value(self, field: str) -> str | list[str]:
        """What a field holds now: its text, or the values that are ticked."""
        name, controls = self._controls(field)
        if controls[0].get("type") in ("checkbox", "radio"):
            return [value for key, value in self._content(_form_of(controls[0])) if key == name]
        found = [value for key, value in self._content(_form_of(controls[0])) if key == name]
        return found[0] if len(found) == 1 else found

    def fill(self, values: Mapping[str, Value]) -> "Page":
        """Type into fields named by their `name` or label. Options are chosen by value or label; False unticks."""
        for field, value in values.items():
            name, controls = self._controls(field)
            self._typed[name] = _typed(self, controls, value)
        return self

    def attach(self, field: str, *files: tuple[str, bytes]) -> "Page":
        """Choose files (name, content) in a file field named by its `name` or label."""
        name, controls = self._controls(field)
        form = _form_of(controls[0])
        assert controls[0].get("type") == "file" and form.get("enctype") == "multipart/form-data", f"{name} takes no files"
        self._attached[name] = list(files)
        return self

    def press(self, button: str, *, status: int = 200) -> "Page":
        """Press the button with these words: its form is sent as it was filled, hidden fields included."""
        fitting = [found for found in self.buttons_found if _button_words(found) == button]
        fitting = fitting or [found for found in self.buttons_found if button in _button_words(found)]
        assert fitting, f"{self.url} has no button {button!r}; it has: {self.buttons}"
        return self.send(fitting[0], status=status)

    def send(self, pressed: Tag, *, status: int | None = 200) -> "Page":
        """Press this button, whatever comes when `status` is None."""
        form = _form_of(pressed)
        data = self._content(form)
        if pressed.get("name"):
            data.append((str(pressed["name"]), str(pressed.get("value", ""))))
        target = str(pressed.get("formaction") or form.get("action") or self.url)
        action = urljoin(self.browser.base_url + self.url, target)
        client, path = self.browser._client, self.browser._path(action)
        grouped: dict[str, list[Any]] = {}
        for key, value in data:
            grouped.setdefault(key, []).append(value)
        for key, files in self._attached.items():
            grouped[key] = [(BytesIO(content), filename) for filename, content in files]
        if str(form.get("method", "get")).lower() == "get":
            response = client.get(path.split("?")[0], query_string=grouped, base_url=self.browser.base_url)
        else:
            kind = str(form.get("enctype") or "application/x-www-form-urlencoded")
            came_from = {"Referer": self.browser.base_url + self.url}
            response = client.post(path, data=grouped, base_url=self.browser.base_url, content_type=kind, headers=came_from)
        return self.browser._show(response, status)

    @property
    def buttons_found(self) -> list[Tag]:
        """What sends a form."""
        found = self.soup.select("form button, form input[type=submit]")
        return [button for button in found if str(button.get("type", "submit")) == "submit"]

    def _controls(self, field: str) -> tuple[str, list[Tag]]:
        """The controls of a field: by name, else by the words of its label or legend."""
        named = self.soup.select("input[name], select[name], textarea[name]")
        found = [control for control in named if control["name"] == field]
        if not found:
            found = [control for control in named if field in _captions(self.soup, control)]
        names = {str(control["name"]) for control in found}
        known = sorted({str(control["name"]) for control in named if control.get("type") != "hidden"})
        assert len(names) == 1, f"{self.url} has {len(names)} fields {field!r}; it has: {known}"
        return names.pop(), found

    def _content(self, form: Tag) -> list[tuple[str, str]]:
        """What the form would send, apart from the button."""
        sent: list[tuple[str, str]] = []
        replaced: set[str] = set()
        for control in form.select("input[name], select[name], textarea[name]"):
            name = str(control["name"])
            if control.has_attr("disabled") or control.get("type") in ("submit", "button", "file"):
                continue
            if name in self._typed:
                if name not in replaced:
                    sent += [(name, value) for value in self._typed[name]]
                replaced.add(name)
            else:
                sent += [(name, value) for value in _held(control)]
        return sent


def form_of(page: Page, target: str, **typed: str) -> dict[str, str]:
    """What the form that is sent to `target` sends: its hidden fields, and what is typed."""
    form = next(form for form in page.soup.select("form[method=post]") if str(form.get("action") or page.url).startswith(target))
    hidden = {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}
    return {**hidden, **typed}


def send(browser: Browser, target: str, form: Mapping[str, str]) -> tuple[int, str]:
    """Post a form and follow nowhere: the status, and where it leads."""
    response = browser._client.post(target, data=form, base_url=browser.base_url)
    return response.status_code, response.headers.get("Location", "")


def words(tag: Tag) -> str:
    """The words a person sees, with single spaces."""
    return " ".join(tag.get_text(" ").split())


def inspect(page: Page) -> Iterable[str]:
    """What is wrong with any page, whatever it is about."""
    yield from _document_faults(page)
    for tag in page.soup.find_all(True):
        yield from _tag_faults(tag)
    for double, count in Counter(str(tag["id"]) for tag in page.soup.find_all(id=True)).items():
        if count > 1:
            yield f"id {double!r} is used {count} times"
    yield from _form_faults(page.soup)


def _document_faults(page: Page) -> Iterable[str]:
    soup, first = page.soup, page.response.request.path.split("/")[1]
    if len(soup.find_all("h1")) != 1:
        yield f"it has {len(soup.find_all('h1'))} h1 headings, not one"
    if not page.title:
        yield "it has no title"
    lang = soup.html.get("lang") if soup.html else None
    if lang not in LANGUAGES or (first in LANGUAGES and lang != first):
        yield f"its language is {lang!r}, its address says {first!r}"
    if not soup.find("main"):
        yield "it has no <main>"
    if found := LEFTOVERS.search(page.text):
        yield f"left over in its text: {page.text[max(0, found.start() - 60) : found.end() + 60]!r}"


def _form_faults(soup: BeautifulSoup) -> Iterable[str]:
    for form in soup.find_all("form", method=re.compile("^post$", re.IGNORECASE)):
        for name in ("csrf_token", "once"):
            if not form.find("input", attrs={"name": name}):
                yield f"the form to {form.get('action') or 'itself'} has no {name}"
    for control in soup.select("input, select, textarea"):
        if str(control.get("type", "text")) not in ("hidden", "submit", "button") and not _captions(soup, control):
            yield f"nothing labels the field {control.get('name')!r}"


def accessibility_faults(page: Any) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA on the page a real browser shows (a Playwright page)."""
    # By evaluate, since the Content-Security-Policy refuses a script tag that is put into the page.
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(Path(AXE_FILE_PATH).read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    options = {"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"], "preload": False}
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{fault['id']}: {fault['help']}: {node['html'][:200]}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


def _tag_faults(tag: Tag) -> Iterable[str]:
    for name, value in tag.attrs.items():
        if name.startswith("on") or name == "style":
            yield f"<{tag.name}> has an inline {name}: the security policy refuses it"
        text = " ".join(value) if isinstance(value, list) else str(value)
        if name not in ("value", "content") and re.search(r"\bNone\b|\{\{", text):
            yield f"<{tag.name} {name}={text!r}>"
    if tag.name in ("style", "script") and not tag.get("src") and tag.get("type") != "application/ld+json":
        yield f"an inline <{tag.name}>: the security policy refuses it"
    if tag.name == "img" and not tag.has_attr("alt"):
        yield f"an image without alt: {tag.get('src')}"
    is_silent = not words(tag) and not tag.get("aria-label")
    if is_silent and (tag.name == "button" or (tag.name == "a" and tag.has_attr("href"))):
        yield f"a <{tag.name}> without words: {str(tag)[:120]}"


def _button_words(button: Tag) -> str:
    return words(button) or str(button.get("value", ""))


def _form_of(control: Tag) -> Tag:
    form = control.find_parent("form")
    assert isinstance(form, Tag), f"{control} stands in no form"
    return form


def _label(soup: BeautifulSoup, control: Tag) -> str:
    label = soup.find("label", attrs={"for": str(control["id"])}) if control.get("id") else None
    found = label if isinstance(label, Tag) else control.find_parent("label")
    return words(found) if isinstance(found, Tag) else str(control.get("aria-label", ""))


def _captions(soup: BeautifulSoup, control: Tag) -> list[str]:
    """All that names a control: its label, and for radios and checkboxes the legend around them."""
    found = [_label(soup, control)]
    for own in str(control.get("aria-labelledby", "")).split():
        named = soup.find(id=own)
        found += [words(named)] if isinstance(named, Tag) else []
    fieldset = control.find_parent("fieldset")
    if control.get("type") in ("radio", "checkbox") and isinstance(fieldset, Tag) and isinstance(fieldset.legend, Tag):
        found.append(words(fieldset.legend))
    return [caption for caption in found if caption]


def _held(control: Tag) -> list[str]:
    """What an untouched control sends."""
    if control.name == "select":
        options = control.find_all("option")
        chosen = [option for option in options if option.has_attr("selected")]
        if not chosen and options and not control.has_attr("multiple"):
            chosen = options[:1]
        return [str(option.get("value", words(option))) for option in chosen]
    if control.get("type") in ("checkbox", "radio"):
        return [str(control.get("value", "on"))] if control.has_attr("checked") else []
    if control.name == "textarea":
        return [control.get_text().removeprefix("\n")]
    return [str(control.get("value", ""))]


def _typed(page: Page, controls: list[Tag], value: Value) -> list[str]:
    """The value(s) a person's choice sends; options must exist."""
    first = controls[0]
    if first.name == "select" or first.get("type") in ("checkbox", "radio"):
        if isinstance(value, bool):
            return [str(first.get("value", "on"))] if value else []
        wanted = [value] if isinstance(value, str | int) else list(value)
        return [_option(page, controls, str(choice)) for choice in wanted]
    if isinstance(value, str | int):
        return [str(value)]
    return list(value)


def _option(page: Page, controls: list[Tag], choice: str) -> str:
    known: dict[str, str] = {}
    for control in controls:
        options = control.find_all("option") if control.name == "select" else [control]
        for option in options:
            sent = str(option.get("value", words(option) if control.name == "select" else "on"))
            known[words(option) if control.name == "select" else _label(page.soup, option)] = sent
    if choice in known.values():
        return choice
    assert choice in known, f"{page.url}: {controls[0]['name']} offers no {choice!r} but {known}"
    return known[choice]
