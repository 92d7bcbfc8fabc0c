"""What a saving page sends and is answered, without a browser."""

import json

import pytest
from flask import Flask

from config import Settings
from tests.browser import Browser
from tests.people import sign_in
from tests.saving.conftest import Asked, Told


@pytest.fixture(scope="module")
def carla(shared_app: Flask, settings: Settings, address: str) -> Browser:
    return sign_in(Browser(shared_app, settings.public_base_url), "carla")


def hidden_fields(browser: Browser, place: str) -> dict[str, str]:
    page = browser.get(place)
    form = page.soup.select_one("form[data-autosave]")
    assert form is not None
    return {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}


@pytest.fixture
def place(report_id: int) -> str:
    return f"/en/desk/reports/{report_id}/sections/all"


def test_the_same_save_twice_is_one(carla: Browser, place: str, history: Asked, caspar_writes: Told) -> None:
    hidden = hidden_fields(carla, place)
    body = [[name, hidden[name]] for name in ("csrf_token", "once")] + [["seen-a_longtext", "0"], ["a_longtext", "Once"]]
    answers = [carla._client.post(place, json=body, base_url=carla.base_url) for _ in range(2)]
    first = answers[0].json or {}
    assert [answer.json for answer in answers] == [first] * 2 and first["seen"] == {"a_longtext": 1}
    assert history() == [("accepted", "Once")]
    caspar_writes("Caspar's")
    body[-2:] = [["seen-a_longtext", "1"], ["a_longtext", "Too late"]]
    answers = [carla._client.post(place, json=body, base_url=carla.base_url) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [409, 409] and answers[0].json == answers[1].json
    assert history()[2:] == [("refused", "Too late")]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"{}", 400), (b"[1]", 400), (b'[["a"]]', 400), (b'[["a", 1]]', 400), (b"\xff", 400), (b"[" * 100_000, 400),
        (json.dumps([["a", ""]] * 5_000).encode(), 413),
    ],
    ids=range(8),
)  # fmt: skip
def test_what_is_no_list_of_pairs_is_refused(carla: Browser, place: str, body: bytes, status: int) -> None:
    answer = carla._client.post(place, data=body, base_url=carla.base_url, headers={"Content-Type": "application/json"})
    assert answer.status_code == status and answer.is_json


def test_a_token_is_renewed_for_whose_page_it_is(carla: Browser, place: str, history: Asked) -> None:
    hidden = hidden_fields(carla, place)
    text = [["csrf_token", "of another session"], ["seen-a_longtext", "0"], ["a_longtext", "Again"]]
    renewed = carla._client.post(place, json=[*text, ["once", hidden["once"]]], base_url=carla.base_url)
    assert renewed.status_code == 400 and set(renewed.json or {}) == {"csrf_token"}
    other = carla._client.post(place, json=[*text, ["once", "page.of-somebody-else"]], base_url=carla.base_url)
    assert other.status_code == 403 and set(other.json or {}) == {"title"}
    assert history() == []
    text[0][1] = (renewed.json or {})["csrf_token"]
    carla._client.post(place, json=[*text, ["once", hidden["once"]]], base_url=carla.base_url)
    assert history() == [("accepted", "Again")]


def test_half_a_sign_is_replaced(carla: Browser, place: str, stored: Asked) -> None:
    hidden = hidden_fields(carla, place)
    body = [["csrf_token", hidden["csrf_token"]], ["seen-a_longtext", "0"], ["a_longtext", "half \ud83d sign \U0001f600\0"]]
    assert carla._client.post(place, json=body, base_url=carla.base_url).status_code == 200
    assert stored() == "half � sign \U0001f600"
