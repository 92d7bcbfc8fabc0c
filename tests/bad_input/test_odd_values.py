"""Stale pages, steps out of turn, and odd versions, numbers, signs and cookies: a clear page, and what was typed stands."""

import pytest
from bs4 import BeautifulSoup

from tests.bad_input.conftest import WRITTEN, field, text_of
from tests.matrix import BODIES
from tests.undone import Undone


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
        assert field(undone.ask("carla", "GET", to).body, "funding_sources") == kept


@pytest.mark.parametrize("cookie", ["", "x", "%00", "a" * 5_000, "../../etc", "'; drop table web_session; --"])
def test_an_odd_cookie_is_nobodys(undone: Undone, cookie: str) -> None:
    for to, status in (("/en/desk", 302), ("/en/", 200), ("/en/sign-in", 200)):
        answer = undone.ask("nobody", "GET", to, headers={"Cookie": f"session={cookie}"})
        assert (answer.status, answer.bare) == (status, ())
