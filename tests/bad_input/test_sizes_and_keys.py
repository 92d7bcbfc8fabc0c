"""What is too large, and forms whose key was changed: a clear answer, and the text is kept."""

from collections.abc import Mapping
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import text

from tests.bad_input.conftest import SCRIPT, WRITTEN, field, in_its_place, text_of
from tests.matrix import SOON
from tests.undone import Undone


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
        once = field(undone.ask(nick, "GET", page).body, "once")
        referrer = {"Referer": undone.base_url + page}
        refused = undone.ask(nick, "POST", target, {**typed, "once": once, "csrf_token": "forged"}, headers=referrer)
        (back,) = (str(a["href"]) for a in BeautifulSoup(refused.body, "html.parser").select("main a.govuk-button"))
        shown = undone.ask(nick, "GET", back).body
        assert {name: field(shown, name) for name in typed} == typed
        assert undone.ask("rolf", "GET", back).body.count(WRITTEN.encode()) == 0
        again = {"kept": field(shown, "kept"), "once": field(shown, "once")}
        sent_again = undone.ask(nick, "POST", target, {**typed, **again, "seen": place.row_version, "new_due_on": SOON})
        left = connection.scalar(text("select count(*) from kept_form where id = :id"), {"id": int(again["kept"])})
    assert (refused.status, sent_again.status, left) == (400, 302, 0)
