"""Forms made from questions: what was typed comes out as it went in, and no POST breaks them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel
from werkzeug.datastructures import MultiDict

from review_app.forms.questions import TableField
from review_app.forms.sections import SectionForm, make_form
from review_app.questionnaire import values
from review_app.questionnaire.language import Option, Question, Text


@dataclass(frozen=True)
class Kept:
    value: Mapping[str, Any]
    lang: str | None = "fr"
    row_version: int = 4


def asked(code: str, kind: Any, **more: Any) -> Question:
    return Question(code, kind, Text(en=code, fr=f"{code} en français"), **more)


LEVELS = (Option("local", Text(en="Local")), Option("national", Text(en="National")))
QUESTIONS = (
    asked("data", "text", required=True),  # a word that WTForms uses itself
    asked("features", "longtext", limit=20),
    asked("evaluated", "yes_no"),
    asked("level", "choice", options=LEVELS),
    asked("levels", "choices", options=LEVELS),
    asked("money", "money"),
    asked("begun", "year"),
    asked("since", "date"),
    asked("where", "country"),
    asked("who", "contact", public=False),
    asked("partners", "table", columns=(asked("name", "text"), asked("level", "choice", options=LEVELS))),
    asked("measures", "group"),
)
TYPED = MultiDict(
    [
        ("data", "Ibermúsicas"), ("features", "one\r\ntwo"), ("evaluated", "no"), ("level", "local"),
        ("levels", "local"), ("levels", "national"), ("money", "USD 1,000"), ("begun", "about 2012"),
        ("since-day", "7"), ("since-month", "3"), ("since-year", "2019"), ("where", "PE"),
        ("who-name", "Rosa"), ("who-email", "rosa@example.org"),
        ("partners-0-name", "A union"), ("partners-0-level", "local"), ("partners-2-name", " "), ("partners-7-name", "A fund"),
        ("content_lang", "es"), ("seen-data", "3"), ("seen-features", "0"),
    ]
)  # fmt: skip


@pytest.fixture
def small_app() -> Iterator[Flask]:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="tests", WTF_CSRF_ENABLED=False)
    Babel(app)
    with app.app_context():
        yield app


def posted(app: Flask, data: Any, questions: Any = QUESTIONS) -> SectionForm:
    with app.test_request_context("/", method="POST", data=data):
        return make_form(questions, language="en")()


def question(code: str) -> Question:
    return next(one for one in QUESTIONS if one.code == code)


def test_what_was_typed_comes_out(small_app: Flask) -> None:
    form = posted(small_app, TYPED)
    typed = {one.code: form.typed(one) for one in QUESTIONS if not one.is_group}
    assert typed == {
        "data": "Ibermúsicas", "features": "one\ntwo", "evaluated": "no", "level": "local", "levels": ["local", "national"],
        "money": "USD 1,000", "begun": "about 2012", "since": "2019-03-07", "where": "PE",
        "who": {"name": "Rosa", "position": "", "organisation": "", "email": "rosa@example.org", "phone": "", "address": ""},
        "partners": [
            {"name": "A union", "level": "local"},
            {"name": "A fund", "level": ""},
        ],
    }  # fmt: skip
    assert form.content_language == "es"
    assert (form.seen(question("data")), form.sent(question("data"))) == (3, True)
    assert (form.seen(question("features")), form.sent(question("features"))) == (0, True)
    assert not form.sent(question("begun")), "a question the page did not show is not to be blanked"


def test_stored_answers_come_back_as_they_were_typed(small_app: Flask) -> None:
    typed = posted(small_app, TYPED)
    cells = {one.code: Kept(values.read(one, typed.typed(one))) for one in QUESTIONS if not one.is_group}
    with small_app.test_request_context("/"):
        form = make_form(QUESTIONS, language="en")()
        form.fill(cells, more=["partners"])
    for one in QUESTIONS:
        if not one.is_group:
            assert form.typed(one) == typed.typed(one), one.code
    partners = form.field("partners")
    assert isinstance(partners, TableField)
    assert len(partners.rows) == 3, "two rows and the one that was asked for"
    assert (form.content_language, form.field("features").lang, form.seen(question("level"))) == ("fr", "fr", 4)


@pytest.mark.parametrize("left_out", sorted({name for name, _ in TYPED.items(multi=True)}))
def test_a_post_that_lacks_a_part_is_read(small_app: Flask, left_out: str) -> None:
    data = MultiDict((name, value) for name, value in TYPED.items(multi=True) if name != left_out)
    form = posted(small_app, data)
    for one in QUESTIONS:
        if not one.is_group:
            values.read(one, form.typed(one))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seen-data", "-1"), ("seen-data", "١"), ("seen-data", "9" * 40), ("content_lang", "xx"),
        ("level", "no such"), ("where", "<b>"), ("since-year", "99999"), ("since-month", "13"), ("partners-9999-name", "far"),
        ("partners--1-name", "x"), ("partners-x-name", "x"),
    ],
)  # fmt: skip
def test_a_forged_post_is_read(small_app: Flask, name: str, value: str) -> None:
    data = TYPED.copy()
    data.setlist(name, [value])
    form = posted(small_app, data)
    assert form.seen(question("data")) in (0, 3)
    for one in QUESTIONS:
        if not one.is_group:
            values.read(one, form.typed(one))


def test_an_impossible_date_keeps_its_words(small_app: Flask) -> None:
    data = MultiDict({"since-day": "31", "since-month": "2", "since-year": "2019"})
    assert posted(small_app, data).typed(question("since")) == "31/2/2019"


def test_an_empty_post_is_blank(small_app: Flask) -> None:
    form = posted(small_app, {})
    assert all(values.is_blank(values.read(one, form.typed(one))) for one in QUESTIONS if not one.is_group)
    assert not any(form.sent(one) for one in QUESTIONS if not one.is_group)


def test_words_follow_the_language_and_marks_the_question(small_app: Flask) -> None:
    with small_app.test_request_context("/"):
        form = make_form(QUESTIONS, language="fr")()
    assert form.field("features").label.text == "features en français"
    assert [field.question.code for field in form.answer_fields if field.is_needed] == ["data"]
    assert [field.question.code for field in form.answer_fields if field.is_private] == ["who"]
    assert ("PE", "Pérou") in vars(form.field("where"))["choices"]


def test_a_complaint_stands_at_its_question(small_app: Flask) -> None:
    form = posted(small_app, TYPED)
    form.complain(question("since"), "This is not a day.")
    assert form.errors and form.field("since").target == "since-day"


def test_codes_without_words_need_no_language(small_app: Flask) -> None:
    form = posted(small_app, {}, [question("evaluated"), question("begun")])
    assert form.content_lang is None and form.content_language == "en"
