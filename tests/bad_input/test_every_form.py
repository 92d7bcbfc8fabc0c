"""Every form and every address, sent what no form would send: nothing breaks, nothing is believed, nothing is done twice."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.routing import Rule

from review_app.extensions import Base
from review_app.models import published as tables
from tests.bad_input.conftest import HOSTILE, SCRIPT, in_its_place, sender, sending
from tests.matrix import BODIES, address, cells
from tests.places import Place
from tests.undone import Undone

ALONE = ("nul", "long", "huge")  # also sent in one field at a time, since another field may refuse the form before
PAGES_OF: Mapping[str, tuple[str, ...]] = {
    "nobody": ("public", "auth", "front_door", "robots", "favicon", "static", "contributing"), "carla": ("desk", "inbox", "auth"),
    "rita": ("review",), "ada": ("office", "imports", "rules"),
}  # fmt: skip
# They say the same to everybody, and do the same again harmlessly.
ANSWERED_WITH_A_PAGE = {"auth.forgot", "auth.join"}
# Fields of a form that the matrix leaves empty.
OWN_BUT_EMPTY: Mapping[str, set[str]] = {
    "desk.ask": {"email", "message", "shows_answers"}, "desk.invite": {"sections"}, "office.invite": {"sections"},
    "office.new_cycle": {"starts_on", "ends_on", "carries"}, "imports.new_batch": {"source", "party_code"},
    "desk.leave": {"email", "language", "name", "stays"},
}  # fmt: skip


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
            page = answer.body.decode(errors="replace") if b"<html" in answer.body else ""
            found += [f"{url[:200]}: {tag}" for tag in in_its_place(page)]
    assert not found, "\n".join(found)


def _bent(to: str, args: Mapping[str, Any]) -> Iterator[str]:
    """The address with each of its parts replaced by what is no such part."""
    for value in map(str, args.values()):
        for bad in ("0", "9" * 40, "x%00y", "%0d%0aSet-Cookie:a=b", "..%2fetc", "%ff", quote(SCRIPT)):
            yield to.replace(f"/{value}", f"/{bad}", 1)


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
