"""Answers are saved while they are typed, beside whoever else writes, and the page says so in few words."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from review_app.forms.questions import FIELDS
from tests.browser import accessibility_faults
from tests.processes import stop_the_clock
from tests.saving.conftest import Asked, Told, sign, write


def test_an_answer_is_saved_two_seconds_after_the_last_key(page: Page, stored: Asked) -> None:
    stop_the_clock(page)
    assert "as you type" in sign(page, "idle").inner_text()
    page.locator("[name=a_longtext]").press_sequentially("Four")
    page.clock.run_for(1_900)
    page.locator("[name=a_longtext]").press_sequentially(" years")
    page.clock.run_for(1_900)
    assert sign(page, "saving").inner_text() == "Saving" and stored() is None
    page.clock.run_for(200)
    assert re.fullmatch(r"All changes saved at \d\d:\d\d", sign(page, "saved").inner_text())
    assert stored() == "Four years"


def test_every_kind_of_answer_is_saved_by_itself(page: Page, stored: Asked) -> None:
    typed: dict[str, Any] = {
        "text": "One line", "longtext": "Two\nlines", "number": "12", "percent": "7.5", "year": "2024", "url": "https://example.org/a",
        "money": "CLP 2,000 (2024)",
    }  # fmt: skip
    for kind, text in typed.items():
        write(page, text, f"a_{kind}")
    page.locator("[name=a_yes_no][value=yes]").check()
    page.locator("[name=a_choice][value=square]").check()
    for one in ("round", "square"):
        page.locator(f"[name=a_choices][value={one}]").check()
    page.locator("[name=a_country]").select_option("PE")
    for part, text in (("day", "1"), ("month", "6"), ("year", "2026")):
        page.locator(f"[name=a_date-{part}]").fill(text)
    page.locator("[name=a_contact-name]").fill("Rosa")
    page.locator("[name=a_table-0-what]").fill("A row")
    page.locator("[name=a_table-0-what]").blur()
    sign(page, "saved")
    contact = stored("a_contact")
    assert contact.pop("name") == "Rosa" and set(contact.values()) == {""}
    assert {kind: stored(f"a_{kind}") for kind in FIELDS if kind not in ("contact", "file")} == {
        **typed, "yes_no": "yes", "choice": "square", "choices": ["round", "square"], "country": "PE", "date": "2026-06-01",
        "table": [{"what": "A row"}],
    }  # fmt: skip
    page.locator("[name=a_choices][value=round]").uncheck()
    page.locator("[name=a_choices][value=square]").uncheck()
    page.locator("[name=a_choices]").first.blur()
    sign(page, "saved")
    assert stored("a_choices") == []


def test_when_somebody_else_changed_the_answer_both_texts_are_shown(
    page: Page, caspar_writes: Told, history: Asked, stored: Asked
) -> None:
    caspar_writes("<b>Caspar's</b> text")
    write(page, "Carla's text")
    write(page, "Another answer", "a_text")
    assert "Somebody else changed" in sign(page, "conflict").inner_text()
    note = page.locator("[data-answer=a_longtext] [data-conflict-of]")
    assert "Caspar changed this answer" in note.inner_text() and "<b>Caspar's</b> text" in note.inner_text()
    expect(page.locator("[name=a_longtext]")).to_have_value("Carla's text")
    write(page, "Carla's better text")
    expect(note).to_have_count(1)
    assert accessibility_faults(page) == []
    with page.expect_navigation():
        note.get_by_role("link", name="Compare both texts and choose").click()
    page.locator("[name=a_longtext]").fill("A text of both")
    with page.expect_navigation():
        page.get_by_role("button", name="Save this text").click()
    assert (stored(), stored("a_text")) == ("A text of both", "Another answer")
    assert [outcome for outcome, _ in history()] == ["accepted", "refused", "refused", "accepted"]


def test_two_people_in_one_section_do_not_disturb_each_other(
    page: Page, caspar_writes: Told, stored: Asked
) -> None:
    caspar_writes("Caspar's text")
    write(page, "Carla's line", "a_text")
    sign(page, "saved")
    assert (stored(), stored("a_text")) == ("Caspar's text", "Carla's line")


def test_buttons_and_links_wait_for_what_is_on_its_way(page: Page, report_id: int, stored: Asked, history: Asked) -> None:
    page.locator("[name=a_longtext]").fill("And off")
    with page.expect_navigation():
        page.get_by_role("link", name="My reports").first.click()
    assert stored() == "And off"
    page.goto(page.url.replace("/desk", f"/desk/reports/{report_id}/sections/all"))
    page.locator("[name=a_longtext]").fill("And off again")
    with page.expect_navigation():
        page.get_by_role("button", name="Save and come back later").click()
    assert history() == [("accepted", "And off"), ("accepted", "And off again")]


def test_a_screen_reader_hears_at_most_one_sentence_a_minute(page: Page, stored: Asked) -> None:
    stop_the_clock(page)
    page.evaluate("""() => {
      window.heard = [];
      const note = () => window.heard.push(document.querySelector('[role=status]:last-child').textContent);
      new MutationObserver(note).observe(document.querySelector('body > [role=status]'), { childList: true });
    }""")
    field = page.locator("[name=a_longtext]")
    for minute in range(5):
        for word in ("some", "more", "words"):
            field.press_sequentially(f"{word} ")
            page.clock.run_for(2_000)
            sign(page, "saved")
            page.clock.run_for(18_000)
        assert len(page.evaluate("window.heard")) <= minute + 1
    heard = page.evaluate("window.heard")
    assert heard and all(words.startswith("All changes saved at") for words in heard)
