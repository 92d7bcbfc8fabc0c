"""Links, hosts, names and titles from outside: no page leads away from the site, and every word stays a word."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import text

from config import Settings
from review_app import mailing
from review_app.extensions import db
from review_app.models import Notice
from review_app.operations import accounts
from tests.bad_input.conftest import HOSTILE, SCRIPT, in_its_place
from tests.matrix import BODIES, address, cells
from tests.people import PASSWORD
from tests.places import Place
from tests.undone import Undone, missing_headers

ELSEWHERE = (
    "http://evil.example/", "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "/\t/evil.example", "/\n/evil.example", "http:evil.example", "http:/evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
    "data:text/html,x", "//evil.example@localhost", "http://localhost@evil.example", "/%2f/evil.example/..",
    "//evil%E3%80%82example", "\u2028//evil.example", " //evil.example", "/\x00/evil.example", "?next=//evil.example",
    "evil.example", "////evil.example//", "",
)  # fmt: skip


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_never_leads_away(undone: Undone, target: str) -> None:
    to = f"/en/sign-in?next={quote(target)}"
    for nick, method, data in (
        ("nobody", "POST", {"email": "rolf@example.org", "password": PASSWORD}),
        ("rolf", "GET", None),
    ):
        answer = undone.ask(nick, method, to, data)
        assert answer.status == 302
        arrived = urljoin(undone.base_url + "/en/sign-in", answer.place.strip().replace("\\", "/"))
        assert urlsplit(arrived).netloc == urlsplit(undone.base_url).netloc, answer.place


@pytest.mark.parametrize("referrer", [
    "http://evil.example/x", "{base}//evil.example/x", "{base}@evil.example/", "javascript:alert(1)",
])  # fmt: skip
def test_the_way_back_from_an_error_stays_here(undone: Undone, referrer: str) -> None:
    place = undone.world.places["CL", "taken"]
    headers = {"Referer": referrer.format(base=undone.base_url)}
    answer = undone.ask(
        "rolf", "POST", f"/en/review/reports/{place.report_id}/take", {"seen": place.row_version + 5}, headers=headers
    )
    assert answer.status == 409
    links = [str(link["href"]) for link in BeautifulSoup(answer.body, "html.parser").find_all("a", href=True)]
    assert [link for link in links if "evil" in link or link.startswith("//") or "javascript" in link] == []


def test_a_forged_host_is_refused(shared_app: Flask, undone: Undone, monkeypatch: pytest.MonkeyPatch) -> None:
    host = urlsplit(undone.base_url).hostname
    monkeypatch.setitem(shared_app.config, "TRUSTED_HOSTS", [host])
    for forged in (
        "evil.example",
        f"{host}.evil.example",
        f"evil.example:80@{host}",
        "",
        "a b",
        f"{host}\\.evil.example",
    ):
        for to in ("/en/", "/en/sign-in", "/en/desk", "/", "/en/nowhere", "/static/app.css"):
            response = shared_app.test_client().get(to, base_url=undone.base_url, headers={"Host": forged})
            assert response.status_code == 400, (forged, to, response.status_code)
            assert list(missing_headers(response)) == []
            assert b"evil" not in response.data
    assert undone.ask("nobody", "GET", "/en/").status == 200


def test_links_in_mails_never_follow_the_host_of_a_request(
    shared_app: Flask, undone: Undone, settings: Settings
) -> None:
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    with undone.together():
        undone.ask("nobody", "POST", "/en/forgotten-password", {"email": "carla@example.org"}, headers=forged)
        _answer_resets(shared_app)
        content = _newest_mail(shared_app, settings)
    assert "evil.example" not in content and f"{settings.public_base_url}/en/reset/" in content


def _answer_resets(app: Flask) -> None:
    with app.app_context():
        accounts.answer_resets(datetime.now(UTC))


def _newest_mail(app: Flask, settings: Settings) -> str:
    with app.test_request_context():
        notice_id = db.session.scalar(db.select(Notice.id).where(Notice.channel == "mail").order_by(Notice.id.desc()))
        assert notice_id is not None
        message = mailing.compose(notice_id, settings=settings)
        assert message is not None
        assert set(message.keys()) & {"Bcc", "Cc", "X-Evil"} == set()
        assert all("\n" not in str(value) and "\r" not in str(value) for value in message.values())
        return f"{message['Subject']}\n{message['To']}\n" + "\n".join(
            part.get_content() for part in message.walk() if part.get_content_maintype() == "text"
        )


# Names and titles that would do something.


def test_hostile_names_and_titles_are_words_on_every_page_and_in_every_mail(
    shared_app: Flask, undone: Undone, settings: Settings
) -> None:
    """Put straight into the tables, past every form: the pages must not rely on what the forms refuse."""
    payload = f"=1+1\"'><img src=x onerror=alert(1)>{SCRIPT}{{{{ 7*7 }}}}"
    titles = json.dumps({"en": f"T {payload}", "fr": "T", "es": "T"})
    found: list[Any] = []
    with undone.together() as connection:
        for statement in (
            "update person set name = name || :payload", "update party set names = cast(:titles as jsonb)",
            "update cycle set titles = cast(:titles as jsonb)", "update report set subject = left(subject || :payload, 200)",
            "update point set text = text || :payload, reply = reply || :payload", "update comment set text = text || :payload",
            "update extension set reason = :payload", "update finding set quote = quote || :payload",
            "update answer set value = jsonb_build_object('raw', cast(:payload as text), 'value', cast(:payload as text)) "
            "where question in ('programme_name', 'description', 'responsible_agency', 'year_results', 'indicator_name', "
            "'evidence')",
        ):  # fmt: skip
            names = {
                name: value for name, value in (("payload", payload), ("titles", titles)) if f":{name}" in statement
            }
            connection.execute(text(statement), names)
        for nick, stage in (("carla", "revision"), ("rita", "taken"), ("ada", "published"), ("pia", "published")):
            found += _look_at_all(shared_app, undone, nick, undone.world.places["PE" if nick == "pia" else "CL", stage])
        undone.ask("nobody", "POST", "/en/forgotten-password", {"email": "carla@example.org"})
        _answer_resets(shared_app)
        content = _newest_mail(shared_app, settings)
    assert not found, "\n".join(found)
    assert not in_its_place(content[content.find("<html") :])


def _look_at_all(app: Flask, undone: Undone, nick: str, place: Place) -> Iterator[str]:
    seen = 0
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in ("static", "front_door", "robots", "favicon"):
            continue
        for args in cells(rule, undone.world, place):
            to = address(app, rule, args)
            answer = undone.ask(nick, "GET", to)
            seen += b"alert(" in answer.body
            if answer.status >= 500:
                yield f"{nick} {to}: {answer.status}"
            yield from (f"{nick} {to}: {tag}" for tag in in_its_place(answer.body.decode(errors="replace")))
            if b">49<" in answer.body or b"}49" in answer.body:
                yield f"{nick} {to}: a template ran"
    assert seen > 5, f"{nick} met the hostile words on {seen} pages only"


@pytest.mark.parametrize("name", ["header", "everything"])
def test_a_hostile_name_is_a_harmless_addressee(
    shared_app: Flask, undone: Undone, settings: Settings, name: str
) -> None:
    with undone.together():
        sent = {**BODIES["office.invite"](undone.world, undone.world.places["CL", "draft"], {}), "name": HOSTILE[name]}
        answer = undone.ask("ada", "POST", "/en/office/people/invite", sent)
        content = _newest_mail(shared_app, settings)
        assert "ines@example.org" in content and not in_its_place(content[content.find("<html") :])
        people = undone.ask("ada", "GET", "/en/office/people")
    assert (answer.status, people.status) == (302, 200)
    assert "\u202e" not in people.body.decode()
