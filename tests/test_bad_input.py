"""What people, programs and attackers send that no form would: a clear answer, the text kept, nothing broken, nothing believed."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import text
from werkzeug.routing import Rule

from config import Settings
from review_app import mailing
from review_app.extensions import Base, db, limiter
from review_app.models import Notice
from review_app.models import published as tables
from review_app.operations import accounts
from tests.conftest import Ground
from tests.matrix import BODIES, SOON, address, cells
from tests.people import PASSWORD
from tests.undone import Answer, Undone, missing_headers, undone_world
from tests.world import Place

SCRIPT = "<script>alert('heron')</script>"
# One text for all that a page, a sheet or a path could take for its own; the others each trouble a database or a number.
HOSTILE: Mapping[str, str] = {
    "everything": f"=HYPERLINK(\"http://evil.example\";1) \"'><img src=x onerror=alert(1)>{SCRIPT}{{{{ 7*7 }}}}${{7*7}}{{% raw %}}%(name)s%n"
                  "../../../../etc/passwd a\x01\x07\x1b[31m\x7f\x85\u2028b \u202egnp.exe\u2066 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩‍👩‍👧‍👦 e\u0301\u0301",
    "header": "Eve\r\nBcc: everybody@evil.example\r\n\r\nPay here",
    "nul": "before\0after",
    "surrogates": "\ud800x".encode("utf-8", "surrogatepass").decode("latin-1"),
    "long": "w" * 70_000,
    "huge": "9" * 400,
    "nan": "NaN",
    "first day": "0001-01-01",
}  # fmt: skip
ALONE = ("nul", "long", "huge")  # also sent in one field at a time, since another field may refuse the form before
WHO: Mapping[str, tuple[str, str]] = {
    "desk.reply": ("carla", "revision"), "desk.withdraw": ("carla", "untaken"), "desk": ("carla", "draft"),
    "review": ("rita", "taken"), "office": ("ada", "draft"), "imports": ("ada", "draft"), "rules": ("ada", "draft"), "auth.account": ("carla", "draft"),
    "inbox": ("carla", "draft"), "auth": ("nobody", "draft"), "contributing": ("nobody", "draft"),
}  # fmt: skip
PAGES_OF: Mapping[str, tuple[str, ...]] = {
    "nobody": ("public", "auth", "front_door", "static", "contributing"), "carla": ("desk", "inbox", "auth"), "rita": ("review",), "ada": ("office", "imports", "rules"),
}  # fmt: skip
# They say the same to everybody, and do the same again harmlessly.
ANSWERED_WITH_A_PAGE = {"auth.forgot", "auth.join"}
# Fields of a form that the matrix leaves empty.
OWN_BUT_EMPTY: Mapping[str, set[str]] = {
    "desk.ask": {"email", "message", "shows_answers"}, "desk.invite": {"sections"}, "office.invite": {"sections"}, "office.new_cycle": {"starts_on", "ends_on", "carries"},
    "imports.new_batch": {"source", "party_code"}, "desk.leave": {"email", "language", "name", "stays"},
}  # fmt: skip
ELSEWHERE = (
    "http://evil.example/", "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "/\t/evil.example", "/\n/evil.example", "http:evil.example", "http:/evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
    "data:text/html,x", "//evil.example@localhost", "http://localhost@evil.example", "/%2f/evil.example/..",
    "//evil%E3%80%82example", "\u2028//evil.example", " //evil.example", "/\x00/evil.example", "?next=//evil.example",
    "evil.example", "////evil.example//", "",
)  # fmt: skip


@pytest.fixture(scope="module")
def undone(shared_app: Flask, settings: Settings, ground: Ground) -> Iterator[Undone]:
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


# Every form, every field.


@pytest.mark.parametrize("name", HOSTILE)
def test_no_field_of_any_form_breaks_anything(shared_app: Flask, undone: Undone, name: str) -> None:
    """All at once, and what breaks databases each field by itself; a page that comes back shows the text and runs nothing of it."""
    found: list[Any] = []
    for rule in sending(shared_app):
        nick, place = sender(undone, rule)
        args = next(cells(rule, undone.world, place))
        def body(rule: Rule = rule, place: Place = place, args: Mapping[str, Any] = args) -> Mapping[str, Any]:
            return BODIES[rule.endpoint](undone.world, place, args)  # anew each time, since a file is read once

        good, to = body(), address(shared_app, rule, args)
        alone = [{**body(), field: HOSTILE[name]} for field in good] if name in ALONE and len(good) > 1 else []
        for bad in [*alone, dict.fromkeys(good, HOSTILE[name])]:
            answer = undone.ask(nick, "POST", to, bad)
            if answer.status not in (200, 302, 404, 409, 410, 422) or answer.bare or b"Traceback" in answer.body:
                found.append(f"{to} {bad.keys() - good.keys() or ''}: {answer.status} {answer.bare}")
            found += [f"{to}: {tag}" for tag in in_its_place(answer.body.decode(errors="replace"))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("nick", ["nobody", "carla", "rita", "ada"])
def test_no_query_and_no_address_breaks_anything(shared_app: Flask, undone: Undone, nick: str) -> None:
    mine = PAGES_OF[nick]
    names = (
        "page", "cycle", "show", "words", "role", "party_code", "standing", "q", "year", "party", "questionnaire", "domain", "item",
        "question", "write", "only", "more", "status", "next", "email", "name",
    )  # fmt: skip
    found: list[Any] = []
    for rule in shared_app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint.split(".")[0] not in mine:
            continue
        args = next(cells(rule, undone.world, undone.world.places["CL", "taken" if nick == "rita" else "revision"]))
        to = address(shared_app, rule, args).split("?")[0]
        bad = [f"{to}?{'&'.join(f'{name}={quote(value)}' for name in names)}" for value in (HOSTILE["everything"], HOSTILE["nul"])]
        bad += [
            f"{to}?{'&'.join(f'{name}={value}' for name in names)}"
            for value in ("-1", "9" * 30, "note", "%ff%00")
        ]
        bad += _bent(to, args)
        for url in bad:
            answer = undone.ask(nick, "GET", url)
            if answer.status not in (200, 302, 308, 404, 403, 405, 410) or answer.bare or answer.has_changed:
                found.append(f"{url[:200]}: {answer.status} {answer.bare}")
            found += (
                [f"{url[:200]}: {tag}" for tag in in_its_place(answer.body.decode(errors="replace"))] if b"<html" in answer.body else []
            )
    assert not found, "\n".join(found)


def _bent(to: str, args: Mapping[str, Any]) -> Iterator[str]:
    """The address with each of its parts replaced by what is no such part."""
    for value in map(str, args.values()):
        for bad in ("0", "9" * 40, "x%00y", "%0d%0aSet-Cookie:a=b", "..%2fetc", "%ff", quote(SCRIPT)):
            yield to.replace(f"/{value}", f"/{bad}", 1)


# What is sent and not asked for.


def _columns() -> dict[str, str]:
    """A hostile value for every column there is, and for what frameworks have listened to."""
    every = (*Base.metadata.tables.values(), *tables.metadata.tables.values())
    names = {column.name for table in every for column in table.columns}
    names |= {
        "__class__", "_method", "_user_id", "is_administrator", "is_reviewer", "roles", "memberships", "actor", "now", "g.lang",
        "csrf_token[]", "person", "report", "data", "errors", "meta", "party",
    }  # fmt: skip
    values = {"role": "administrator", "party_code": "PE", "state": "published", "email": "eve@evil.example"}
    return {name: values.get(name, "1") for name in sorted(names)}


def test_fields_that_no_form_has_change_nothing_more(shared_app: Flask, undone: Undone) -> None:
    """With the name of every column of every table in the form, the database ends as it does without."""
    found: list[Any] = []
    for rule in sending(shared_app):
        nick, place = sender(undone, rule)
        for args in cells(rule, undone.world, place):
            good, again = (BODIES[rule.endpoint](undone.world, place, args) for _ in range(2))  # a file is read once
            own, to = OWN_BUT_EMPTY.get(rule.endpoint, set()), address(shared_app, rule, args)
            more = {key: value for key, value in _columns().items() if key not in good and key not in own}
            plain, stuffed = (_outcome(undone, nick, to, sent) for sent in (good, {**more, **again}))
            if plain != stuffed:
                found.append(f"{to}: {plain} became {stuffed}")
    assert not found, "\n".join(found)


def _outcome(undone: Undone, nick: str, to: str, sent: Mapping[str, Any]) -> tuple[int, Any]:
    """Status, and which rows came or went, without what differs each time."""
    with undone.together():
        answer = undone.ask(nick, "POST", to, sent)
        changed = undone.changed_tables()
        after = undone.rows(changed)
    before = undone.rows(changed)
    undone.connection.rollback()
    known = {table.partition(".")[2]: {row.get("id") for row in rows} for table, rows in before.items()}
    changes = {
        table: sorted(str(_lasting(row, known)) for row in rows if row not in before[table])
        for table, rows in after.items()
    }
    return answer.status, {table: rows for table, rows in changes.items() if rows}


def _lasting(row: Mapping[str, Any], known: Mapping[str, set[Any]]) -> dict[str, Any]:
    fresh = {"id", "fs_uniquifier", "password", "content", "sha256", "params", "not_before"}

    def of(key: str, value: Any) -> Any:
        """What an id leads to: a row that was there, or one that is new each time."""
        ids = next((ids for table, ids in known.items() if key.endswith("_id") and table.endswith(key[:-3])), None)
        return value if ids is None or value in ids else "new"

    return {key: of(key, value) for key, value in row.items() if key not in fresh and not key.endswith("_at")}


# Where a page leads.


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
            "where question in ('programme_name', 'description', 'responsible_agency', 'year_results', 'indicator_name', 'evidence')",
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
        if "GET" not in (rule.methods or ()) or rule.endpoint in ("static", "front_door"):
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


# Too much, too late, too early.


def test_a_form_of_1500_fields_is_saved(undone: Undone) -> None:
    place = undone.world.places["CL", "draft"]
    more = {f"reach-{number}-people": str(number) for number in range(1_500)}
    to = f"/en/desk/reports/{place.report_id}/sections/budget"
    with undone.together():
        saved = undone.ask(
            "carla", "POST", to, {**more, "funding_sources": "The lottery.", "seen-funding_sources": "0"}
        )
        assert saved.status == 302 and saved.has_changed
        assert "The lottery." in undone.ask("carla", "GET", to).body.decode()


@pytest.mark.parametrize(("size", "status"), [(1_900_000, 302), (2_200_000, 413), (13_000_000, 413)])
def test_a_form_of_two_megabytes_is_saved_and_a_larger_one_told_so(undone: Undone, size: int, status: int) -> None:
    place = undone.world.places["CL", "draft"]
    to = f"/en/desk/reports/{place.report_id}/sections/budget"
    answer = undone.ask("carla", "POST", to, {"funding_sources": "w" * size, "seen-funding_sources": "0"})
    assert (answer.status, answer.has_changed, answer.bare) == (status, status == 302, ())
    if status == 413:
        assert "Nothing was saved." in text_of(answer.body)
        # Up to twelve megabytes it is read, if only to be shown; beyond that the browser is the last to have it.
        assert ("w" * size in answer.body.decode()) == (size < 12_000_000)


@pytest.mark.parametrize(("words", "megabytes"), [("w" * 2_200_000, 0), (SCRIPT, 13)])
def test_words_beside_a_file_that_is_too_large_are_shown(undone: Undone, words: str, megabytes: int) -> None:
    """Be it the words or the file that is too much, and wherever in the form the file stands."""
    file = (BytesIO(b"%PDF" * (megabytes * 262_144)), "law.pdf")
    sent = {"files": file, "source": f"Heron {words}"}
    answer = undone.ask("ada", "POST", "/en/office/imports/new?cycle=reports-2020", sent)
    assert (answer.status, answer.has_changed, answer.bare) == (413, False, ())
    assert f"Heron {words}" in text_of(answer.body) and not in_its_place(answer.body.decode())


def test_who_sent_a_file_when_the_session_was_over_is_told_to_choose_it_again(undone: Undone) -> None:
    sent = {"csrf_token": "forged", "files": (BytesIO(b"A text"), "a.txt"), "source": WRITTEN}
    answer = undone.ask("ada", "POST", "/en/office/imports/new?cycle=reports-2020", sent)
    assert answer.status == 400 and WRITTEN in text_of(answer.body)
    assert "A file cannot be kept. Choose it again." in text_of(answer.body)


def test_a_button_pressed_too_late_is_no_text_to_copy(undone: Undone) -> None:
    answer = undone.ask("carla", "POST", "/en/notices", {"csrf_token": "forged"})
    assert answer.status == 400 and "nothing was done" in text_of(answer.body) and "What you wrote" not in text_of(answer.body)


def test_a_stranger_gets_nothing_of_that_size_back(undone: Undone) -> None:
    answer = undone.ask("nobody", "POST", "/en/sign-in", {"email": "w" * 2_200_000})
    assert answer.status == 413 and b"www" not in answer.body


WRITTEN = "Three years of work on one page."
TYPED: tuple[tuple[str, str, str, Mapping[str, str]], ...] = (
    ("carla", "draft", "desk/reports/{0}/sections/budget", {"funding_sources": WRITTEN, "seen-funding_sources": "0"}),
    ("carla", "revision", "desk/reports/{0}/points/{1}", {"p{1}-reply": WRITTEN}),
    ("rita", "taken", "review/reports/{0}/sections/budget/comments", {"text": WRITTEN}),
    ("rita", "taken", "review/reports/{0}/return", {"letter": WRITTEN, "seen": "1"}),
    ("ada", "draft", "office/reports/{0}/extend", {"reason": WRITTEN}),
    ("carla", "draft", "account", {"name": WRITTEN}),
)  # fmt: skip


@pytest.mark.parametrize("token", ["", "forged", "another session's"])
@pytest.mark.parametrize(("nick", "stage", "to", "sent"), TYPED)
def test_a_changed_key_keeps_the_text(
    undone: Undone, token: str, nick: str, stage: str, to: str, sent: Mapping[str, str]
) -> None:
    place = undone.world.places["CL", stage]
    names = (place.report_id, place.point_id)
    typed = {name.format(*names): value for name, value in sent.items()}
    forged = undone.tokens["pia"] if token == "another session's" else token
    answer = undone.ask(nick, "POST", f"/en/{to.format(*names)}", {**typed, "csrf_token": forged})
    assert (answer.status, answer.has_changed, answer.bare) == (400, False, ())
    assert WRITTEN in text_of(answer.body) and "nothing was saved" in text_of(answer.body)


@pytest.mark.parametrize(("nick", "stage", "to", "sent"), TYPED[:-1])
def test_every_kind_of_form_is_back_after_its_key_was_changed(
    undone: Undone, nick: str, stage: str, to: str, sent: Mapping[str, str]
) -> None:
    """Shown again where it stood, with the versions it had seen, and gone from there once it was sent."""
    place = undone.world.places["CL", stage]
    names = (place.report_id, place.point_id)
    target = f"/en/{to.format(*names)}"
    where = {"points": target.rpartition("/")[0], "comments": f"{target.rpartition('/')[0]}?write=note"}
    page = where.get(next((part for part in where if part in to), ""), target)
    typed = {name.format(*names): value for name, value in sent.items()}
    with undone.together() as connection:
        once = _field(undone.ask(nick, "GET", page).body, "once")
        referrer = {"Referer": undone.base_url + page}
        refused = undone.ask(nick, "POST", target, {**typed, "once": once, "csrf_token": "forged"}, headers=referrer)
        (back,) = (str(a["href"]) for a in BeautifulSoup(refused.body, "html.parser").select("main a.govuk-button"))
        shown = undone.ask(nick, "GET", back).body
        assert {name: _field(shown, name) for name in typed} == typed
        assert undone.ask("rolf", "GET", back).body.count(WRITTEN.encode()) == 0
        again = {"kept": _field(shown, "kept"), "once": _field(shown, "once")}
        sent_again = undone.ask(nick, "POST", target, {**typed, **again, "seen": place.row_version, "new_due_on": SOON})
        left = connection.scalar(text("select count(*) from kept_form where id = :id"), {"id": int(again["kept"])})
    assert (refused.status, sent_again.status, left) == (400, 302, 0)


def _field(body: bytes, name: str) -> str:
    """What a field of a page holds."""
    found = BeautifulSoup(body, "html.parser").find(["input", "textarea"], attrs={"name": name})
    assert isinstance(found, Tag), f"there is no field {name}"
    return found.get_text().removeprefix("\n") if found.name == "textarea" else str(found["value"])


def test_every_form_that_is_sent_twice_has_one_effect_and_one_answer(shared_app: Flask, undone: Undone) -> None:
    found: list[Any] = []
    for rule in sending(shared_app):
        nick, place = sender(undone, rule)
        for args in cells(rule, undone.world, place):
            to, answers = address(shared_app, rule, args), []
            with undone.together():
                for _ in range(2):
                    sent = {**BODIES[rule.endpoint](undone.world, place, args), "once": "the same.x"}
                    answers.append((undone.ask(nick, "POST", to, sent), undone.checksum()))
            (first, after_first), (second, after_second) = answers
            is_same = (first.status, first.place) == (second.status, second.place)
            if not is_same or after_first != after_second:
                found.append(f"{to}: {first.status} {first.place}, then {second.status} {second.place}")
            if first.status == 200 and first.has_changed and rule.endpoint not in ANSWERED_WITH_A_PAGE:
                found.append(f"{to} did something and answered with a page: sent again by reloading, it would do it again")
    assert not found, "\n".join(found)


def test_a_stale_page_is_told_so_with_the_text(undone: Undone) -> None:
    taken, draft = undone.world.places["CL", "taken"], undone.world.places["CL", "draft"]
    letter = {"seen": taken.row_version - 1, "letter": WRITTEN, "new_due_on": "2031-01-01"}
    returned = undone.ask("rita", "POST", f"/en/review/reports/{taken.report_id}/return", letter)
    signed = {**BODIES["desk.hand_over"](undone.world, draft, {}), "seen": 77, "position": WRITTEN}
    handed = undone.ask("carla", "POST", f"/en/desk/reports/{draft.report_id}/submit", signed)
    for answer in (returned, handed):
        assert (answer.status, answer.has_changed) == (409, False)
        assert WRITTEN in text_of(answer.body)


def test_a_stale_answer_is_kept_beside_the_other(undone: Undone) -> None:
    place = undone.world.places["CL", "draft"]
    to = f"/en/desk/reports/{place.report_id}/sections/identification"
    with undone.together():
        lost = undone.ask("carla", "POST", to, {"responsible_agency": WRITTEN, "seen-responsible_agency": "9"})
        page = text_of(undone.ask("carla", "GET", lost.place).body)
    assert WRITTEN in page and "Ministry of Cultures" in page


@pytest.mark.parametrize(("nick", "stage", "to"), [
    ("rolf", "published", "review/reports/{0}/take"), ("rita", "published", "review/reports/{0}/release"),
    ("rita", "taken", "review/reports/{0}/recall"), ("carla", "taken", "desk/reports/{0}/submit"),
    ("carla", "published", "desk/reports/{0}/submit"),
])  # fmt: skip
def test_a_step_the_state_does_not_have_is_a_clear_page(undone: Undone, nick: str, stage: str, to: str) -> None:
    place = undone.world.places["CL", stage]
    sent = {"seen": place.row_version, "name": "Ana", "position": "Minister", "is_declared": "y"}
    answer = undone.ask(nick, "POST", f"/en/{to.format(place.report_id)}", sent)
    assert (answer.status, answer.has_changed) == (409, False)
    assert "This cannot be done now" in text_of(answer.body)


@pytest.mark.parametrize("seen", ["", "-1", "0", "１", "1e9", "9" * 40, "0x1", "None", "1.0"])
def test_an_odd_version_is_a_stale_page(undone: Undone, seen: str) -> None:
    place = undone.world.places["CL", "untaken"]
    answer = undone.ask("rolf", "POST", f"/en/review/reports/{place.report_id}/take", {"seen": seen})
    assert (answer.status, answer.has_changed) == (409, False)


@pytest.mark.parametrize("number", [
    "NaN", "Infinity", "-inf", "1e400", "9" * 500, "1,2,3", "1.2.3,4", "½", "٣", "--5", "1\u00a0000", "0x10", "1_0",
])  # fmt: skip
def test_numbers_that_are_none_are_kept_as_typed_and_break_no_page(undone: Undone, number: str) -> None:
    place = undone.world.places["CL", "draft"]
    home = f"/en/desk/reports/{place.report_id}"
    fields = ("baseline", "baseline_year", "target", "achieved", "evidence_address")
    with undone.together():
        to = f"{home}/items/{place.item_id}"
        typed = {
            **dict.fromkeys(fields, number),
            **{f"seen-{name}": "0" if name == "evidence_address" else "1" for name in fields},
        }
        assert undone.ask("carla", "POST", to, typed).status == 302
        page = undone.ask("carla", "GET", to)
        values = [
            str(tag.get("value")) for tag in BeautifulSoup(page.body, "html.parser").select("input[name=achieved]")
        ]
        others = [undone.ask("carla", "GET", home + end).status for end in ("", "/read", "/completeness", "/submit")]
    assert page.status == 200 and values == [number] and others == [200] * 4


@pytest.mark.parametrize(("typed", "kept"), [
    ("قال \u2067Heron 2\u2069 نعم", "قال \u2067Heron 2\u2069 نعم"),  # isolates in pairs, as Arabic and Hebrew text has them
    ("a \u2068b \u2066c\u2069 d\u2069 e", "a \u2068b \u2066c\u2069 d\u2069 e"),
    ("a \u2067b", "a b"), ("a\u2069 b", "a b"), ("\u2067a\u2067b\u2069", "a\u2067b\u2069"),
    ("first \u2067line\nsecond\u2069 line", "first line\nsecond line"),  # each line stands for itself
    ("\u202efdp.exe \u202aa\u202b\u202c\u202d", "fdp.exe a"), ("before\0after", "beforeafter"),
])  # fmt: skip
def test_signs_of_direction_stay_only_where_they_end(undone: Undone, typed: str, kept: str) -> None:
    place = undone.world.places["CL", "draft"]
    to = f"/en/desk/reports/{place.report_id}/sections/budget"
    with undone.together():
        undone.ask("carla", "POST", to, {"funding_sources": typed, "seen-funding_sources": "0"})
        assert _field(undone.ask("carla", "GET", to).body, "funding_sources") == kept


@pytest.mark.parametrize("cookie", ["", "x", "%00", "a" * 5_000, "../../etc", "'; drop table web_session; --"])
def test_an_odd_cookie_is_nobodys(undone: Undone, cookie: str) -> None:
    for to, status in (("/en/desk", 302), ("/en/", 200), ("/en/sign-in", 200)):
        answer = undone.ask("nobody", "GET", to, headers={"Cookie": f"session={cookie}"})
        assert (answer.status, answer.bare) == (status, ())


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
        patched.setattr(limiter, "enabled", True)
        patched.setitem(undone.app.config, "PUBLIC_READS_PER_MINUTE", 1)
        found += [undone.ask("nobody", "GET", f"/{language}/") for _ in range(2)][1:]
        patched.setattr(limiter, "enabled", False)
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
        told = {status: [part.text for part in page.select("main :is(h1, p:not(.kicker, :has(a)))")] for status, page in pages.items()}
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
