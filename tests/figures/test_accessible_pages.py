"""Every page of the URL map, for each of its readers, in three languages, narrow and wide: nothing against WCAG 2.2 A and AA.

What axe finds, and what it does not look for: a focus that something covers, targets that are too small, a page wider than
the window, what is asked twice. (What is announced too often: tests/saving/test_while_typing.py.) A page is looked at when
it is the first of its kind, or is built of a part that stands on none before it. Small, every 19th of these is looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from urllib.parse import urlsplit

import pytest
from bs4 import Tag
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page as Window

from config import Settings
from tests.browser import Page, accessibility_faults
from tests.figures.conftest import Figure, size
from tests.form_pages import endpoint_of, readable_pages
from tests.journey import HEIGHT, NARROW, WIDE
from tests.people import SIGNATORY
from tests.processes import PATIENCE
from tests.processes import served as served_at
from tests.servers import Ground
from tests.undone import Undone, undone_world

LANGUAGES = ("en", "fr", "es")
# Who else opens the pages of a room, and may see them otherwise.
OTHERS = {"carla": ("cosima",), "rita": ("rolf",), "ada": ("alba",), "nobody": ()}

# Everything that can be clicked and is smaller than 24 by 24 px, unless it stands in a line of text or has room around it (2.5.8).
SMALL_TARGETS = """() => {
  const targets = [...document.querySelectorAll('a[href], button, select, summary, textarea, input:not([type=hidden])')]
    .filter(one => one.checkVisibility({visibilityProperty: true}));
  const box = one => {
    const label = ['radio', 'checkbox'].includes(one.type) && one.labels?.[0];
    const boxes = [one, label].filter(Boolean).map(part => part.getBoundingClientRect());
    return {x: Math.min(...boxes.map(b => b.left)), y: Math.min(...boxes.map(b => b.top)),
            r: Math.max(...boxes.map(b => b.right)), b: Math.max(...boxes.map(b => b.bottom))};
  };
  const isInline = one => getComputedStyle(one).display === 'inline' &&
    [...one.parentElement.childNodes].some(near => near.nodeType === 3 && near.textContent.trim());
  const boxes = targets.map(box);
  return targets.filter((one, n) => {
    const b = boxes[n];
    if ((b.r - b.x >= 24 && b.b - b.y >= 24) || isInline(one)) return false;
    const [x, y] = [(b.x + b.r) / 2, (b.y + b.b) / 2];
    return boxes.some((o, m) => m !== n && !targets[m].contains(one) && !one.contains(targets[m]) &&
      Math.hypot(x - Math.max(o.x, Math.min(x, o.r)), y - Math.max(o.y, Math.min(y, o.b))) < 12);
  }).map(one => one.outerHTML.slice(0, 160));
}"""
# Everything that takes the focus and is then wholly covered by something else (2.4.11), on the way down the page and up again.
COVERED = """() => {
  const kinds = 'a[href], button, select, summary, textarea, input:not([type=hidden]), [tabindex="0"]';
  const takers = [...document.querySelectorAll(kinds)]
    .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.disabled);
  const isCovered = one => {
    one.focus();
    const around = one.labels?.[0];
    const {left, top, right, bottom} = one.getBoundingClientRect();
    const [x0, y0, x1, y1] = [Math.max(left, 0), Math.max(top, 0), Math.min(right, innerWidth), Math.min(bottom, innerHeight)];
    return ![[0.5, 0.5], [0.1, 0.1], [0.9, 0.9], [0.1, 0.9], [0.9, 0.1]].some(([x, y]) => {
      const found = document.elementFromPoint(x0 + (x1 - x0) * x, y0 + (y1 - y0) * y);
      return found && (one.contains(found) || found.contains(one) || around?.contains(found));
    });
  };
  const down = takers.filter(isCovered);
  return [...new Set([...down, ...takers.reverse().filter(isCovered)])].map(one => one.outerHTML.slice(0, 160));
}"""

@dataclass(frozen=True)
class Sight:
    """A page as somebody sees it."""

    nick: str
    url: str


@pytest.fixture(scope="module")
def undone(shared_app: Flask, settings: Settings, ground: Ground) -> Iterator[Undone]:
    with undone_world(shared_app, settings, ground) as found, served_at(shared_app, ground):
        yield found


@pytest.fixture
def window(chromium: Chromium) -> Iterator[Window]:
    context = chromium.new_context(viewport={"width": WIDE, "height": HEIGHT})
    window = context.new_page()
    window.set_default_timeout(PATIENCE)
    window.on("dialog", lambda dialog: dialog.accept())
    yield window
    context.close()


def sights(app: Flask, undone: Undone) -> list[Sight]:
    """In each language the first page of each kind, and each page with a part that no page before it has."""
    seen: set[str] = set()
    found: list[tuple[str, str]] = []
    for nick, page in _read_by_everybody(app, undone):
        parts = {f"kind {endpoint_of(app, page.url)}", *parts_of(page)}
        if not parts <= seen and page.url.startswith("/en/"):
            found.append((nick, page.url))
        seen |= parts
    return [Sight(nick, f"/{lang}{url[3:]}") for (nick, url), lang in product(found, LANGUAGES)]


def _read_by_everybody(app: Flask, undone: Undone) -> Iterator[tuple[str, Page]]:
    for _, nick, page in readable_pages(app, undone):
        if not page.soup.html:
            continue  # a part of a page, which a script puts into one
        yield nick, page
        for other in OTHERS[nick]:
            again = undone.browser(other).get(page.url, status=None)
            if again.status == 200 and again.url == page.url:
                yield other, again


def parts_of(page: Page) -> set[str]:
    """What a page is built of: each element in its parent, by name, class, role and type."""

    def name(tag: Tag) -> str:
        return " ".join([tag.name, *(str(tag.get(key)) for key in ("class", "role", "type"))])

    return {f"{name(tag.parent)} > {name(tag)}" for tag in page.select("body *") if tag.parent}


def open_as(undone: Undone, window: Window, nick: str, url: str) -> None:
    host = str(urlsplit(undone.base_url).hostname)
    window.context.clear_cookies()
    window.context.add_cookies([{"name": "session", "value": undone.cookies[nick], "domain": host, "path": "/"}])
    answer = window.goto(undone.base_url + url)
    assert answer and answer.status == 200, f"{nick} cannot open {url}"


def leave(window: Window) -> None:
    """Whatever the page would send is not on its way when all is undone."""
    window.context.set_offline(True)
    window.goto("about:blank")
    window.context.set_offline(False)


def faults(undone: Undone, window: Window, sight: Sight) -> Iterator[str]:
    open_as(undone, window, sight.nick, sight.url)
    window.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    for width in (NARROW, WIDE):
        window.set_viewport_size({"width": width, "height": HEIGHT})
        about = f"{sight.nick} {sight.url} at {width} px:"
        reach = window.evaluate("document.scrollingElement.scrollWidth")
        if reach > width:
            yield f"{about} it is {reach} px wide"
        yield from (f"{about} {fault}" for fault in accessibility_faults(window))
        yield from (f"{about} small target: {one}" for one in window.evaluate(SMALL_TARGETS))
        yield from (f"{about} covered when it has the focus: {one}" for one in window.evaluate(COVERED))


def test_who_signs_a_report_again_finds_what_they_signed_with(undone: Undone) -> None:
    """Redundant entry (3.3.7)."""
    with undone.together():
        page = undone.browser("carla").get(f"/en/desk/reports/{undone.world.places['CL', 'revision'].report_id}/submit")
    assert {name: page.value(name) for name in SIGNATORY} == SIGNATORY and page.value("is_declared") == []


@pytest.mark.timeout(2_500)
def test_no_page_has_a_fault(shared_app: Flask, undone: Undone, window: Window, figure: Figure) -> None:
    with undone.together():
        every = sights(shared_app, undone)
    chosen = every[:: size(19, full=1)]
    found: list[str] = []
    for sight in chosen:
        with undone.together():
            found += faults(undone, window, sight)
            leave(window)
    figure("pages looked at in a language, narrow and wide", len(chosen), at_least=size(10, full=200))
    figure("kinds of pages among those there are", len({endpoint_of(shared_app, one.url) for one in every}), at_least=45)
    figure("faults of accessibility on them", len(found), exactly=0, shown="\n" + "\n".join(found))
