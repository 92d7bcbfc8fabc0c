"""A person settles a text beside its source: what is put right, left out, decided by two, and who may see it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from review_app.operations import importing, settling
from review_app.operations.settling import Correction
from review_app.permissions import SYSTEM
from review_app.questionnaire.library import library
from review_app.transaction import Stale
from tests.browser import Browser
from tests.old_texts import GROUP, NOW, begin, measure, objectives, text_named, work
from tests.people import make_person, sign_in
from workflows.engine import Blocked


def test_a_text_that_was_left_out_is_read_and_not_written(app: Flask, ada: Browser) -> None:
    with app.app_context():
        batch = begin({"a.txt": measure("Barges")})
        work(batch)
        found = text_named("a.txt")
        settling.leave_out(SYSTEM, found.id, seen=found.row_version, reason="Twice here.", now=NOW)
        address = f"/en/office/imports/{batch}/texts/{found.id}"
    page = ada.get(address)
    assert page.has("This text was left out", "Twice here.", "Barges carry books.", "Peru")
    assert page.select("main textarea, main input:not([type=hidden]), main select") == []


def test_two_people_settle_one_text_and_the_second_is_told(db: Any) -> None:
    batch = begin({"a.txt": objectives("Quays")})
    work(batch)
    found = text_named("a.txt")
    said = Correction({"name": "Quays and Ports"}, {"0": "out"}, "PE", GROUP, "en", "")
    settled = settling.settle_text(SYSTEM, found.id, said, seen=found.row_version, is_accepted=False, now=NOW)

    assert (settled.title, settled.status, settled.doubts) == ("Quays and Ports", "ready", [])
    with pytest.raises(Stale):
        settling.settle_text(SYSTEM, found.id, said, seen=settled.row_version - 1, is_accepted=True, now=NOW)
    with pytest.raises(Blocked) as blocked:
        settling.settle_text(SYSTEM, found.id, said, seen=text_named("a.txt").row_version, is_accepted=True, now=NOW)
    assert [str(reason) for reason in blocked.value.reasons] == ["Say why words are left out."]
    with pytest.raises(Blocked):
        settling.leave_out(SYSTEM, found.id, seen=text_named("a.txt").row_version, reason=" ", now=NOW)
    left = settling.leave_out(
        SYSTEM, found.id, seen=text_named("a.txt").row_version, reason="A copy of another.", now=NOW
    )
    assert (left.status, left.reason) == ("left_out", "A copy of another.")


def test_nobody_has_everything_brought_in_for_a_party_of_their_own(db: Any) -> None:
    batch = begin({"a.txt": measure("Barges")})
    work(batch)
    ada, alba = make_person("ada", "administrator"), make_person("alba", "administrator")
    make_person("alba", "contributor", "PE")
    assert (text_named("a.txt").status, text_named("a.txt").party_code) == ("ready", "PE")
    assert importing.accept_ready(alba, batch, now=NOW) == 0
    assert importing.accept_ready(ada, batch, now=NOW) == 1


def test_only_an_administrator_brings_in_and_files_are_never_shown(
    app: Flask, ada: Browser, new_client: Callable[[], Browser]
) -> None:
    with app.app_context():
        make_person("rita", "reviewer")
        batch = begin({"evil.html": "<html><script>alert(1)</script><p>Words</p></html>"})
        text_id = text_named("evil.html").id
    sign_in(new_client(), "rita").get(f"/en/office/imports/{batch}", status=403)
    page = ada.get(f"/en/office/imports/{batch}/texts/{text_id}/file")

    assert page.response.headers["Content-Disposition"] == "attachment; filename=evil.html"
    assert page.response.headers["X-Content-Type-Options"] == "nosniff"
    assert page.response.mimetype == "application/octet-stream"
    ada.get(f"/en/office/imports/{batch + 1}/texts/{text_id}", status=404)


def test_lists_cost_the_same_for_one_text_and_thirty(
    app: Flask, ada: Browser, cost: Callable[..., list[int]]
) -> None:
    with app.app_context():
        batch = begin({"0.txt": measure("Barge 0"), "x.txt": "Nothing known"})
        work(batch)
    pages = ("/en/office/imports", f"/en/office/imports/{batch}")
    few = cost(ada, *pages)
    with app.app_context():
        importing.add_files(
            SYSTEM, batch, [(f"{n}.txt", measure(f"Barge {n}").encode()) for n in range(1, 30)], now=NOW
        )
        work(batch)
        for number in range(30):
            begin({f"other{number}.txt": measure(f"Other {number}")})
    assert cost(ada, *pages) == few


def test_a_text_that_becomes_something_else_is_read_anew_and_shown_before_it_goes_in(db: Any) -> None:
    batch = begin({"a.txt": measure("Barges", more="\nYOUTH\nYes\n")})
    work(batch)
    found = text_named("a.txt")
    known = dict(found.answers or {})
    other = next(
        group.code for _, group in library.get("qpr", "2019").groups() if group.lasting and group.code != GROUP
    )
    said = Correction({}, {}, "PE", other, "en", "")
    settled = settling.settle_text(SYSTEM, found.id, said, seen=found.row_version, is_accepted=True, now=NOW)
    assert (settled.status, settled.group, settled.title) == ("asking", other, "Barges")
    kept = settled.answers or {}
    assert {code: kept[code] for code in ("name", "features")} == {code: known[code] for code in ("name", "features")}
