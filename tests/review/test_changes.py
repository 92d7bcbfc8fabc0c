"""What changed since the round before, word by word."""

import json

import pytest
from flask import Flask
from sqlalchemy import select

from review_app.extensions import db as database
from review_app.models import Snapshot
from review_app.queries.changes import as_words, differing
from review_app.queries.preview import cut
from review_app.questionnaire.language import Question, Text
from tests.browser import Browser
from tests.review.conftest import BY_HAND, submitted

pytestmark = BY_HAND


def test_the_snapshot_that_is_compared_is_the_one_of_the_round_before(rita: Browser, app: Flask) -> None:
    with app.app_context():
        report_id = submitted()
        content = json.loads(database.session.scalars(select(Snapshot.content).where(Snapshot.report_id == report_id)).one())
    assert {entry["question"] for entry in content["answers"]} >= {"description", "indicator_name"}


@pytest.mark.parametrize(("before", "after", "expected"), [
    ("", "", []),
    ("a b c", "a b c", [("same", "a b c")]),
    ("a b c", "a x c", [("same", "a "), ("removed", "b "), ("added", "x "), ("same", "c")]),
    ("", "new", [("added", "new")]),
    ("gone", "", [("removed", "gone")]),
    ("one two", "one two three", [("same", "one two "), ("added", "three")]),
    ("first\nsecond\nthird", "first\nthird", [("same", "first\n"), ("removed", "second\n"), ("same", "third")]),
    ("end of line", "end of\nline", [("same", "end of\nline")]),
])
def test_what_differs_word_by_word(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    assert [(piece.kind, piece.text) for piece in differing(before, after)] == expected


def test_a_contact_differs_by_its_words_and_not_by_the_order_it_is_stored_in() -> None:
    person = {"name": "Rosa", "organisation": "Ministry", "position": "Adviser", "email": "", "phone": "", "address": ""}
    question = Question("who", "contact", Text(en="Who"))
    assert [as_words(question, {"raw": dict(sorted(person.items(), reverse=way))}, language="fr") for way in (False, True)] == [
        "Rosa\nMinistry\nAdviser"
    ] * 2


def test_a_long_text_is_compared_word_by_word() -> None:
    before = " ".join(f"word{number % 700} the of and" for number in range(5_000))
    pieces = differing(before, before.replace("word3 ", "other "))
    assert [(piece.kind, piece.text) for piece in pieces if piece.kind != "same"] == [
        ("removed", "word3 "), ("added", "other ")
    ] * 8


def test_words_that_a_publication_leaves_out() -> None:
    assert cut("Good. spam.com ends", ["spam.com"]) == [("Good. ", False), ("spam.com", True), (" ends", False)]
    assert cut("notspam.com", ["spam.com"]) == [("notspam.com", False)]
