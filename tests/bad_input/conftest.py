"""Where the tests of bad input begin: the world whose changes are undone, hostile texts, and who sends which form."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.routing import Rule

from config import Settings
from tests.places import Place
from tests.servers import Ground
from tests.undone import Undone, undone_world

SCRIPT = "<script>alert('heron')</script>"
# One text for all that a page, a sheet or a path could take for its own; the others each trouble a database or a number.
HOSTILE: Mapping[str, str] = {
    "everything": "=HYPERLINK(\"http://evil.example\";1) \"'><img src=x onerror=alert(1)>"
                  f"{SCRIPT}{{{{ 7*7 }}}}${{7*7}}{{% raw %}}%(name)s%n"
                  "../../../../etc/passwd a\x01\x07\x1b[31m\x7f\x85\u2028b \u202egnp.exe\u2066 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩‍👩‍👧‍👦 e\u0301\u0301",
    "header": "Eve\r\nBcc: everybody@evil.example\r\n\r\nPay here",
    "nul": "before\0after",
    "surrogates": "\ud800x".encode("utf-8", "surrogatepass").decode("latin-1"),
    "long": "w" * 70_000,
    "huge": "9" * 400,
    "nan": "NaN",
    "first day": "0001-01-01",
}  # fmt: skip
WRITTEN = "Three years of work on one page."
WHO: Mapping[str, tuple[str, str]] = {
    "desk.reply": ("carla", "revision"), "desk.withdraw": ("carla", "untaken"), "desk": ("carla", "draft"),
    "review": ("rita", "taken"), "office": ("ada", "draft"), "imports": ("ada", "draft"), "rules": ("ada", "draft"),
    "auth.account": ("carla", "draft"), "inbox": ("carla", "draft"), "auth": ("nobody", "draft"),
    "contributing": ("nobody", "draft"),
}  # fmt: skip


@pytest.fixture(scope="package")
def undone(shared_app: Flask, settings: Settings, ground: Ground) -> Iterator[Undone]:
    """The world, built once for the folder."""
    with undone_world(shared_app, settings, ground) as found:
        yield found


def sending(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]


def sender(undone: Undone, rule: Rule) -> tuple[str, Place]:
    """Who may send this form, and the report they may send it about."""
    key = next((key for key in (rule.endpoint, rule.endpoint.split(".")[0]) if key in WHO), "")
    assert key, f"nobody sends the forms of {rule.endpoint}: add a row to WHO"
    nick, stage = WHO[key]
    return nick, undone.world.places["CL", stage]


def text_of(body: bytes) -> str:
    return BeautifulSoup(body, "html.parser").get_text(" ")


def in_its_place(html: str) -> list[str]:
    """Tags of a page that only a hostile text can have made."""
    if "alert(" not in html or "<html" not in html:
        return []
    soup = BeautifulSoup(html, "html.parser")
    scripts = [str(tag) for tag in soup.find_all(["script", "iframe", "object", "embed"]) if not tag.get("src")]
    handlers = [str(tag)[:200] for tag in soup.find_all(True) if any(name.startswith("on") for name in tag.attrs)]
    links = [
        str(tag)[:200]
        for tag in soup.find_all(href=True)
        if urlsplit(str(tag["href"]).strip()).scheme.lower() not in ("", "http", "https", "mailto")
    ]
    return [*scripts, *handlers, *links]


def field(body: bytes, name: str) -> str:
    """What a field of a page holds."""
    found = BeautifulSoup(body, "html.parser").find(["input", "textarea"], attrs={"name": name})
    assert isinstance(found, Tag), f"there is no field {name}"
    return found.get_text().removeprefix("\n") if found.name == "textarea" else str(found["value"])
