"""A closed account, over HTTP: what it left open stays closed when it is opened again."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from review_app.extensions import db
from review_app.models import KeptForm
from tests.browser import Browser
from tests.people import add_parties, make_person, person_named, sign_in


@pytest.fixture
def ada(app: Flask, new_client: Callable[[], Browser]) -> Browser:
    """An administrator, beside another one and two reviewers."""
    with app.app_context():
        add_parties()
        for nick, role in (("ada", "administrator"), ("alba", "administrator"), ("rita", "reviewer"), ("rolf", "reviewer")):
            make_person(nick, role)
    return sign_in(new_client(), "ada")


def test_an_account_that_is_opened_again_lets_no_old_session_in(ada: Browser, new_client: Callable[[], Browser]) -> None:
    rolf = sign_in(new_client(), "rolf")
    assert rolf.get("/en/review").url == "/en/review"
    ada.get("/en/office/people").press("Close the account of Rolf").press("Open the account again")
    assert rolf.get("/en/review").url.startswith("/en/sign-in")
    assert sign_in(rolf, "rolf").get("/en/review").url == "/en/review"


def test_nothing_is_kept_for_a_closed_account(app: Flask, ada: Browser, new_client: Callable[[], Browser]) -> None:
    """Its text is on the page that says so, to be copied."""
    page = sign_in(new_client(), "alba").get("/en/office/people/invite").fill({"name": "Nadia Soto"})
    ada.get("/en/office/people").press("Close the account of Alba")
    assert page.press("Send the invitation", status=400).has("Nadia Soto", "copy it")
    with app.app_context():
        assert db.session.scalars(select(KeptForm.id)).all() == []


def test_two_buttons_of_one_page_are_two_deeds(app: Flask, ada: Browser) -> None:
    """Whoever goes back presses the next one on the page as it was: same fields, same key, another address."""
    page = ada.get("/en/office/people")
    page.press("Close the account of Rolf")
    page.press("Close the account of Rita")
    with app.app_context():
        assert [person_named(nick).active for nick in ("rolf", "rita", "alba")] == [False, False, True]
