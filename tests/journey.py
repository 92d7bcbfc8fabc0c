"""A person in a real browser: finds links and buttons by their words, and every page that comes is looked over."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import BrowserContext, Locator, Page, Response

from tests.browser import Value, accessibility_faults
from tests.people import PASSWORD
from tests.processes import PATIENCE

NARROW, WIDE = 320, 1280
HEIGHT = 800
# What a page is built of: pages of one kind that differ only in words, or in how many rows they have, need one judgement by axe.
STRUCTURE = """() => {
  const name = tag => `${tag.tagName}.${tag.getAttribute('class')}.${tag.getAttribute('role')}`;
  const parts = [...document.body.querySelectorAll('*')].map(tag => `${name(tag.parentElement)}>${name(tag)}`);
  return [...new Set(parts)].sort().join();
}"""
PATH_PARTS = re.compile(r"/(?:[0-9a-f-]{36}|[0-9a-f]{64}|\d+|[\w.-]{40,})(?=/|$)")


@dataclass
class Record:
    """What the journey saw: the kinds of pages, and what was wrong on them."""

    has_scripts: bool
    kinds: set[str] = field(default_factory=set)
    judged: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


class Traveller:
    """One browser window of one person. Each step waits for the page it leads to and looks it over."""

    def __init__(self, context: BrowserContext, base_url: str, record: Record) -> None:
        self.context, self.base_url, self.record = context, base_url, record
        if record.has_scripts and not context.pages:
            context.add_init_script(path=AXE_FILE_PATH)
        self.page: Page = context.new_page()
        # Without scripts on a small telephone; with them on a desk, where each page is looked at in both widths.
        self.page.set_viewport_size({"width": WIDE if record.has_scripts else NARROW, "height": HEIGHT})
        self.page.set_default_timeout(PATIENCE)

    def another_window(self) -> "Traveller":
        """The same person in a second window."""
        return Traveller(self.context, self.base_url, self.record)

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def words(self) -> str:
        """What the page says, with single spaces."""
        return " ".join(self.page.locator("body").inner_text().split())

    def has(self, *sentences: str) -> bool:
        return all(sentence in self.words for sentence in sentences)

    def open(self, address: str, *, status: int = 200) -> Self:
        return self._arrived(self.page.goto(address if "://" in address else self.base_url + address), status)

    def follow(self, words: str | re.Pattern[str]) -> Self:
        """Click the first link with these words; without such a link, the first that contains them."""
        exact = self.page.get_by_role("link", name=words, exact=True)
        return self._click(exact if exact.count() else self.page.get_by_role("link", name=words), 200)

    def press(self, words: str, *, status: int = 200) -> Self:
        exact = self.page.get_by_role("button", name=words, exact=True)
        return self._click(exact if exact.count() else self.page.get_by_role("button", name=words), status)

    def fill(self, values: Mapping[str, Value]) -> Self:
        """Type into fields by their names; options are chosen by value."""
        for name, value in values.items():
            self._fill(self.page.locator(f'[name="{name}"]'), value)
        return self

    def sign_in(self, nick: str) -> Self:
        return self.open("/en/sign-in").fill({"email": f"{nick}@example.org", "password": PASSWORD}).press("Sign in")

    def _fill(self, controls: Locator, value: Value) -> None:
        first = controls.first
        kind = first.get_attribute("type")
        if kind in ("radio", "checkbox"):
            if isinstance(value, bool):
                first.set_checked(value)
                return
            for choice in [value] if isinstance(value, str) else _texts(value):
                controls.and_(self.page.locator(f'[value="{choice}"]')).check()
        elif "select" in (first.get_attribute("class") or ""):
            first.select_option(str(value))
        else:
            first.fill(str(value))

    def _click(self, found: Locator, status: int) -> Self:
        with self.page.expect_navigation() as arriving:
            found.first.click()
        return self._arrived(arriving.value, status)

    def _arrived(self, response: Response | None, status: int) -> Self:
        assert response is not None, f"{self.page.url} did not load"
        assert response.status == status, (
            f"{self.page.url} answered {response.status}, not {status}:\n{self.words[:1500]}"
        )
        self.record.kinds.add(self._kind() + ("" if status == 200 else f" {status}"))
        self.record.faults += [f"{self.path} {self.page.title()!r}: {fault}" for fault in self._faults()]
        return self

    def _faults(self) -> Iterable[str]:
        if self.page.locator("h1").count() != 1:
            yield "it has not one h1"
        self.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        is_new = self.record.has_scripts and self._is_new()
        for width in (NARROW, WIDE) if self.record.has_scripts else (NARROW,):
            if self.record.has_scripts:
                self.page.set_viewport_size({"width": width, "height": HEIGHT})
            reach = self.page.evaluate("document.scrollingElement.scrollWidth")
            if reach > width:
                yield f"at {width} px it is {reach} px wide"
            if is_new:
                yield from (f"at {width} px {fault}" for fault in accessibility_faults(self.page))

    def _kind(self) -> str:
        return PATH_PARTS.sub("/…", self.path)

    def _is_new(self) -> bool:
        structure = f"{self._kind()} {self.page.evaluate(STRUCTURE)}"
        is_new = structure not in self.record.judged
        self.record.judged.add(structure)
        return is_new


def _texts(value: Value) -> list[str]:
    return [str(value)] if isinstance(value, int) else list(value)
