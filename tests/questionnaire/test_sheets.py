"""What is asked now depends on the answers, the entry before the report."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from review_app.questionnaire import values
from review_app.questionnaire.loading import load
from review_app.questionnaire.sheets import Cell, Sheet, SheetItem

YAML = """\
name: survey
edition: "1"
title: {en: S, fr: S, es: S}
sections:
  - code: only
    title: {en: O, fr: O, es: O}
    questions:
      - {code: a, type: yes_no, label: {en: A, fr: A, es: A}}
      - {code: b, type: yes_no, label: {en: B, fr: B, es: B}, when: {question: a, equals: true}}
      - {code: c, type: text, label: {en: C, fr: C, es: C}, when: {question: b, equals: true}}
      - code: things
        type: group
        label: {en: T, fr: T, es: T}
        title_question: t
        fixed: {kind: x}
        questions:
          - {code: t, type: text, label: {en: T, fr: T, es: T}}
          - code: kind
            type: choice
            label: {en: K, fr: K, es: K}
            options: [{id: x, label: {en: X, fr: X, es: X}}, {id: y, label: {en: Y, fr: Y, es: Y}}]
          - code: d
            type: text
            label: {en: D, fr: D, es: D}
            when: {all_of: [{question: a, equals: true}, {question: kind, equals: y}]}
"""


@pytest.fixture
def survey(tmp_path: Path) -> Any:
    path = tmp_path / "survey.yaml"
    path.write_text(YAML)
    questionnaire = load(path)
    thing = SheetItem(uuid4(), "things", 1)

    def sheet(**answers: str) -> Sheet:
        cells: dict[tuple[UUID | None, str], Cell] = {}
        for code, raw in answers.items():
            group = "things" if code in ("t", "kind", "d") else None
            question = questionnaire.find(code, group)
            cells[(thing.id if group else None, code)] = Cell(values.read(question, raw), "en", 1)
        return Sheet(questionnaire, cells, [thing])

    return sheet


def codes(questions: Any) -> list[str]:
    return [question.code for question in questions]


def test_hidden_answers_do_not_count(survey: Any) -> None:
    assert codes(survey(a="yes", b="yes").asked("only")) == ["a", "b", "c"]
    assert codes(survey(a="no", b="yes").asked("only")) == ["a"]
    assert survey(a="no", b="yes").value("b") is True
    assert survey(a="no", b="yes").values() == {"a": False, "b": None, "c": None}


def test_an_entry_looks_at_itself_then_at_the_report(survey: Any) -> None:
    sheet = survey(a="yes", kind="y")
    item = sheet.items_of("things")[0]

    assert codes(sheet.asked_in(item)) == ["t", "kind", "d"]
    assert codes(survey(a="no", kind="y").asked_in(item)) == ["t", "kind"]
    assert sheet.values(item.id)["a"] is True


def test_what_a_group_fixes_is_filled_in_until_somebody_answers(survey: Any) -> None:
    item = survey().items_of("things")[0]

    assert survey().cell("kind", item.id) == Cell({"raw": "x", "value": "x"}, None, 0)
    assert survey(kind="y").value("kind", item.id) == "y"
    assert survey(kind="").value("kind", item.id) is None


def test_titles_fit_one_line(survey: Any) -> None:
    item = survey().items_of("things")[0]

    assert survey(t=" A  \n title ").title(item) == "A title"
    assert survey().title(item) == ""
    assert survey().report_title() == ""
