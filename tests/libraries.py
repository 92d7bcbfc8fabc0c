"""A survey of libraries on the shelf: the questionnaire that tests of the desk and of contribution links answer."""

from collections.abc import Iterator

import pytest
from flask import Flask

from config import Settings
from tests.desks import on_shelf, w

SURVEY = {
    "name": "survey", "edition": "1", "title": w("Survey of libraries"), "declaration": w("It is true."),
    "sections": [
        {"code": "facts", "title": w("Facts"), "questions": [
            {"code": "overview", "type": "longtext", "label": w("Overview"), "required": True},
            {"code": "visitors", "type": "number", "label": w("Visitors")},
            {"code": "motto", "type": "text", "label": w("Motto"), "limit": 20},
            {"code": "has_law", "type": "yes_no", "label": w("Is there a law?")},
            {"code": "law", "type": "text", "label": w("Which law?"), "when": {"question": "has_law", "equals": True}}]},
        {"code": "houses", "title": w("Libraries"), "questions": [
            {"code": "house", "type": "group", "label": w("Libraries"), "item_label": w("Library"),
             "title_question": "house_name", "questions": [
                 {"code": "house_name", "type": "text", "label": w("Name"), "role": "title"},
                 {"code": "books", "type": "number", "label": w("Books")}]}]},
        {"code": "closing", "title": w("Closing words"), "questions": [
            {"code": "wishes", "type": "longtext", "label": w("Wishes")}]},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def survey(shared_app: Flask, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with on_shelf(settings, tmp_path_factory.mktemp("questionnaires"), SURVEY):
        yield
