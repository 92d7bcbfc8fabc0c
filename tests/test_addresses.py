"""Addresses as people type them, as nobody should, and as machines ask for them."""

from urllib.robotparser import RobotFileParser

import pytest
from flask import Flask

from tests.browser import Browser
from tests.matrix import worn


@pytest.mark.parametrize(("typed", "meant"), [
    ("/en/about/", "/en/about"),
    ("/fr/entries///?q=caf%C3%A9+au&party=CL&party=PE", "/fr/entries?q=caf%C3%A9+au&party=CL&party=PE"),
    ("/es/desk/reports/7/", "/es/desk/reports/7"),
    ("/en/about/?_external=1&_scheme=https&lang=fr&_anchor=x", "/en/about?_external=1&_scheme=https&lang=fr&_anchor=x"),
])  # fmt: skip
def test_a_slash_too_many_leads_to_the_page(app: Flask, client: Browser, typed: str, meant: str) -> None:
    answer = client._client.get(typed, base_url=client.base_url)
    assert (answer.status_code, answer.headers["Location"]) == (308, meant)


@pytest.mark.parametrize("typed", ["/en/nowhere/", "/en//evil.example/", "/evil.example//", "/en/notices/read/"])
def test_a_slash_leads_to_no_page_that_is_not_there(app: Flask, client: Browser, typed: str) -> None:
    assert client._client.get(typed, base_url=client.base_url).status_code == 404


def test_only_a_page_that_is_there_is_kept_by_caches(app: Flask, client: Browser) -> None:
    kept = {address: client._client.get(address, base_url=client.base_url).headers["Cache-Control"] for address in (
        "/en/", "/en/published/nowhere", "/en/?page=2",
    )}  # fmt: skip
    assert kept == {"/en/": "public, max-age=60", "/en/published/nowhere": "no-store", "/en/?page=2": "no-store"}


def test_crawlers_read_what_is_public_and_keep_nothing_else(app: Flask, client: Browser) -> None:
    answer = client._client.get("/robots.txt", base_url=client.base_url)
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (200, "text/plain", "public, max-age=86400")
    robots = RobotFileParser()
    robots.parse(answer.get_data(as_text=True).splitlines())
    opened: set[str] = set()
    for rule in app.url_map.iter_rules():
        if "lang" not in rule.arguments:
            continue
        # Behind a personal link crawlers may look, and are told to keep nothing: an address alone could be kept unseen.
        is_open = worn(app, rule) == "public" or "token" in rule.arguments
        for language in ("en", "fr", "es"):
            address = f"/{language}{rule.rule.partition(':lang>')[2]}"
            assert robots.can_fetch("*", address) == is_open, address
        opened |= {rule.endpoint} if is_open else set()
    assert {"public.home", "public.report", "auth.join"} <= opened and "auth.sign_in" not in opened
    told = {address: client._client.get(address, base_url=client.base_url).headers.get("X-Robots-Tag") for address in (
        "/en/", "/en/about", "/robots.txt", "/en/sign-in", "/en/join/x", "/en/desk", "/en/nowhere",
    )}  # fmt: skip
    assert told == {
        "/en/": None, "/en/about": None, "/robots.txt": None, "/en/sign-in": "noindex", "/en/join/x": "noindex",
        "/en/desk": "noindex", "/en/nowhere": "noindex",
    }  # fmt: skip


def test_the_icon_is_found_where_browsers_look_for_it(app: Flask, client: Browser) -> None:
    page = client.get("/favicon.ico")
    assert (page.response.mimetype, page.response.request.path) == ("image/svg+xml", "/static/icon.svg")
