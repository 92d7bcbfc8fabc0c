"""Pages that say what went wrong and what to do, and show nothing of the server."""

import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import text

from config import Settings
from tests.bad_input.conftest import WRITTEN, text_of
from tests.undone import Answer, Undone


def test_a_fault_of_ours_shows_no_traceback(shared_app: Flask, undone: Undone, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("a secret of the server")

    monkeypatch.setitem(shared_app.view_functions, "desk.save_section", broken)
    place = undone.world.places["CL", "draft"]
    answer = undone.ask(
        "carla", "POST", f"/en/desk/reports/{place.report_id}/sections/budget", {"funding_sources": WRITTEN}
    )
    assert (answer.status, answer.bare) == (500, ())
    assert b"Traceback" not in answer.body and b"secret" not in answer.body and b"ZeroDivision" not in answer.body
    assert WRITTEN in text_of(answer.body)


def error_pages(undone: Undone, patch: pytest.MonkeyPatch, language: str) -> dict[int, Answer]:
    """Status -> the page that says it."""
    world = undone.world
    taken, report = world.places["CL", "taken"], f"/{language}/desk/reports/{world.places['CL', 'draft'].report_id}"

    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    found = [
        undone.ask("carla", "POST", f"/{language}/account", {"csrf_token": "forged"}),
        undone.ask("carla", "GET", f"/{language}/office/people"),
        undone.ask("carla", "GET", f"/{language}/nowhere"),
        undone.ask("carla", "GET", f"/{language}/sign-out"),
        undone.ask("rita", "POST", f"/{language}/review/reports/{taken.report_id}/release", {"seen": taken.row_version - 1}),
        undone.ask("carla", "POST", f"{report}/sections/budget", {"funding_sources": "w" * 2_200_000}),
    ]
    with undone.together() as connection:
        connection.execute(text("update contribution_link set withdrawn_at = now()"))
        found.append(undone.ask("nobody", "GET", f"/{language}/contribute/{world.tokens['contributing']}"))
    with patch.context() as patched:
        patched.setitem(undone.app.config, "PUBLIC_READS_PER_MINUTE", 1)
        reads = [undone.ask("nobody", "GET", f"/{language}/") for _ in range(3)]  # a new minute can begin between two of them
        found += [answer for answer in reads if answer.status != 200][:1]
        patched.setitem(undone.app.config, "PUBLIC_READS_PER_MINUTE", 0)
        patched.setitem(undone.app.view_functions, "public.about", broken)
        found.append(undone.ask("nobody", "GET", f"/{language}/about"))
    return {answer.status: answer for answer in found}


def test_each_error_page_says_what_happened_and_what_to_do_in_three_languages(
    undone: Undone, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: set[str] = set()
    for language in ("en", "fr", "es"):
        said = error_pages(undone, monkeypatch, language)
        assert sorted(said) == [400, 403, 404, 405, 409, 410, 413, 429, 500]
        pages = {status: BeautifulSoup(answer.body, "html.parser") for status, answer in said.items()}
        told = {
            status: [part.text for part in page.select("main :is(h1, p:not(.kicker, :has(a)))")]
            for status, page in pages.items()
        }
        for status, words in told.items():
            title = pages[status].select(f"html[lang={language}] title")[0].text
            assert title == f"{words[0]} – Relata"
            assert len(re.findall(r"\w[.:]", ". ".join(words))) > 1, f"{status} does not say what to do: {words}"
            assert not heard & set(words), f"{status} is not said in {language}"
        heard.update(*told.values())


def test_strict_transport_is_asked_for_over_https(shared_app: Flask, settings: Settings) -> None:
    assert replace(settings, public_base_url="https://relata.example.org").is_secure
    response = shared_app.test_client().get("/en/", base_url="https://relata.example.org")
    assert "max-age" in response.headers["Strict-Transport-Security"]
