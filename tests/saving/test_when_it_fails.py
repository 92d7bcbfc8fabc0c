"""Whatever fails while answers are saved, the text is on the page, in the history, or back after signing in."""

import pytest
from flask import Flask
from playwright.sync_api import Dialog, Page, Request, Route, expect
from sqlalchemy import func, select

from review_app.extensions import db
from review_app.models import KeptForm
from tests.people import PASSWORD
from tests.processes import stop_the_clock
from tests.saving.conftest import Asked, Told, sign, sign_in_there, write


def test_without_a_line_answers_wait_in_memory_and_are_sent_when_it_is_back(
    page: Page, stored: Asked, history: Asked
) -> None:
    page.context.set_offline(True)
    write(page, "Typed on a train")
    assert "One answer waits" in sign(page, "offline").inner_text() and page.title().startswith("Not saved: ")
    write(page, "Another", "a_text")
    assert "2 answers wait" in sign(page, "offline").inner_text()
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.get_by_role("button", name="Save and continue").click()  # leads nowhere without a line
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.close(run_before_unload=True)
    expect(page.locator("[name=a_longtext]")).to_have_value("Typed on a train")
    assert asked == ["beforeunload"]
    page.context.set_offline(False)
    sign(page, "saved")
    assert (stored(), stored("a_text"), page.title().startswith("Not saved")) == ("Typed on a train", "Another", False)
    assert history() == [("accepted", "Typed on a train")]


def test_a_save_whose_answer_was_lost_is_sent_again_as_it_was(page: Page, history: Asked) -> None:
    """The server has it, and the page does not know: what is typed meanwhile must not fight with it."""
    lost: list[Request] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            route.fetch()
            lost.append(route.request)
            route.abort()
        else:
            route.continue_()

    stop_the_clock(page)
    page.route("**/sections/all", lose)
    write(page, "First")
    sign(page, "offline")
    write(page, "First and second")
    expect(page.locator("[name=seen-a_longtext]")).to_have_value("1")
    page.clock.run_for(2_000)
    sign(page, "saved")
    assert history() == [("accepted", "First"), ("accepted", "First and second")]


def test_after_the_session_ended_signing_in_brings_the_text_back_and_sends_it(
    page: Page, run: Told, stored: Asked, shared_app: Flask
) -> None:
    run("update web_session set expires_at = now() - interval '1 minute'")
    write(page, "Typed too late")
    write(page, "Late as well", "a_text")
    assert "signed out" in sign(page, "signed-out").inner_text() and stored() is None
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in to send it").click()
    page.get_by_role("link", name="Sign in to get it back").click()
    page.get_by_label("E-mail").fill("carla@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("What you wrote is back")).to_be_visible()
    sign(page, "saved")
    assert (stored(), stored("a_text")) == ("Typed too late", "Late as well")
    with shared_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(KeptForm)) == 0


def test_who_signed_in_again_in_another_tab_goes_on_typing(
    page: Page, address: str, run: Told, stored: Asked
) -> None:
    run("update web_session set expires_at = now() - interval '1 minute'")
    write(page, "Typed too late")
    sign(page, "signed-out")
    sign_in_there(page.context.new_page(), address, "carla")
    write(page, "Typed too late, and then")
    sign(page, "saved")
    assert stored() == "Typed too late, and then"


def test_nothing_is_sent_in_the_name_of_somebody_else(page: Page, address: str, run: Told, history: Asked) -> None:
    other = page.context.new_page()
    run("update web_session set expires_at = now() - interval '1 minute'")
    sign_in_there(other, address, "caspar")
    write(page, "Carla's own words")
    assert "Somebody else has signed in" in sign(page, "refused").inner_text()
    expect(page.locator("[name=a_longtext]")).to_have_value("Carla's own words")
    assert history() == []


def test_a_changed_key_is_not_noticed(
    page: Page, shared_app: Flask, monkeypatch: pytest.MonkeyPatch, stored: Asked
) -> None:
    monkeypatch.setitem(shared_app.config, "SECRET_KEY", "another key, as long as it has to be, for all forms")
    write(page, "Typed with an old key")
    sign(page, "saved")
    assert stored() == "Typed with an old key"


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("delete from membership where party_code = 'CL' and role = 'coordinator'", "There is no such page"),
        ("update membership set sections = '[\"b\"]', role = 'contributor' where role = 'coordinator'", "given to somebody else"),
    ],
    ids=["the role", "the section"],
)
def test_who_may_no_longer_write_keeps_the_text_on_the_page(
    page: Page, run: Told, history: Asked, statement: str, why: str
) -> None:
    run("create table was as select * from membership")
    try:
        run(statement)
        write(page, "Still mine to read")
        assert why in sign(page, "refused").inner_text()
        expect(page.locator("[name=a_longtext]")).to_have_value("Still mine to read")
        assert history() == [] and page.title().startswith("Not saved: ")
    finally:
        run("delete from membership")
        run("insert into membership select * from was")
        run("drop table was")


def test_a_report_handed_over_meanwhile_says_so(page: Page, report_id: int, run: Told, history: Asked) -> None:
    place = f"where id = {report_id}"
    run(f"update report set state = 'review', round = 1, submitted_at = now(), first_submitted_at = now() {place}")
    write(page, "One word more")
    assert "The answers are locked" in sign(page, "refused").inner_text() and history() == []
    run(f"update report set state = 'draft', round = 0, submitted_at = null, first_submitted_at = null {place}")
    write(page, "One word more!")
    sign(page, "saved")

    run(f"update report set state = 'review', round = 1, submitted_at = now(), first_submitted_at = now() {place}")
    write(page, "Too late")
    sign(page, "refused")
    with page.expect_navigation():  # at the first press
        page.get_by_role("button", name="Save and come back later").click()
    assert "Too late" in page.locator("main").inner_text()
    run(f"update report set state = 'draft', round = 0, submitted_at = null, first_submitted_at = null {place}")


def test_a_closed_cycle_still_takes_what_is_written(page: Page, run: Told, stored: Asked) -> None:
    run("update cycle set state = 'closed'")
    try:
        write(page, "After the end")
        sign(page, "saved")
    finally:
        run("update cycle set state = 'open'")
    assert stored() == "After the end"


def test_what_is_too_long_to_send_stays_on_the_page_and_the_rest_is_saved(
    page: Page, shared_app: Flask, monkeypatch: pytest.MonkeyPatch, stored: Asked
) -> None:
    monkeypatch.setitem(shared_app.config, "MAX_FORM_MEMORY_SIZE", 10_000)
    write(page, "w" * 11_000)
    write(page, "Short", "a_text")
    assert "too much at once" in sign(page, "refused").inner_text()
    write(page, "w" * 9_000)
    sign(page, "saved")
    assert (stored(), stored("a_text")) == ("w" * 9_000, "Short")


def test_our_own_fault_is_tried_again(page: Page, run: Told, stored: Asked) -> None:
    run("revoke insert on save from relata_app")
    try:
        write(page, "Through a fault")
        assert "something broke at our end" in sign(page, "broken").inner_text()
    finally:
        run("grant insert on save to relata_app")
    sign(page, "saved")
    assert stored() == "Through a fault"
