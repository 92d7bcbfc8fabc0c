"""Addresses as people type them, and as nobody should: a slash too many leads to the page, and never elsewhere."""

import pytest
from flask import Flask

from tests.browser import Browser


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
