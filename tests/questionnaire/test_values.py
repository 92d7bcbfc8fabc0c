"""The shape of each type's value: nothing typed is lost, and what cannot be read says why."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review_app.questionnaire import values
from review_app.questionnaire.language import Option, Question, Text
from review_app.questionnaire.roles import TYPES

OPTIONS = (Option("a", Text(en="A")), Option("b", Text(en="B")))


def asked(kind: Any, **given_: Any) -> Question:
    return Question("q", kind, Text(en="Q"), **given_)


TABLE = asked(
    "table",
    columns=(
        Question("who", "text", Text(en="Who")),
        Question("kind", "choice", Text(en="Kind"), options=OPTIONS),
        Question("count", "number", Text(en="Count")),
    ),
)


@pytest.mark.parametrize(
    ("question", "raw", "value"),
    [
        (asked("text"), "  a\x00b\x1b ", "ab"),
        (asked("longtext"), "one\r\ntwo\rthree", "one\ntwo\nthree"),
        (asked("yes_no"), "yes", True),
        (asked("yes_no"), "no", False),
        (asked("yes_no"), "maybe", None),
        (asked("choice", options=OPTIONS), "a", "a"),
        (asked("choice", options=OPTIONS), "z", None),
        (asked("choices", options=OPTIONS), ["b", "a", "b"], ["b", "a"]),
        (asked("choices", options=OPTIONS), [], None),
        (asked("number"), "1,234.50", "1234.5"),
        (asked("number"), "a lot", None),
        (asked("percent"), "12.5 %", "12.5"),
        (asked("year"), "2026", 2026),
        (asked("year"), "26", None),
        (asked("year"), "2999", None),
        (asked("date"), "30/6/2027", "2027-06-30"),
        (asked("date"), "2027-06-30", "2027-06-30"),
        (asked("date"), "31.2.2027", None),
        (asked("date"), "1/1/1900", "1900-01-01"),
        (asked("date"), "31/12/1899", None),
        (asked("date"), "2100-12-31", "2100-12-31"),
        (asked("date"), "2101-01-01", None),
        (asked("url"), "www.example.org/a?b=c", "https://www.example.org/a?b=c"),
        (asked("url"), "http://example.org", "http://example.org"),
        (asked("url"), "javascript:alert(1)", None),
        (asked("url"), "not an address", None),
        (asked("url"), "http://[", None),
        (asked("url"), "https://good.example@evil.example", None),
        (asked("country"), "pe", "PE"),
        (asked("country"), "Peru", None),
    ],
)
def test_reading(question: Question, raw: Any, value: Any) -> None:
    assert values.read(question, raw)["value"] == value


def test_the_raw_words_stay() -> None:
    assert values.read(asked("number"), "about a dozen") == {"raw": "about a dozen", "value": None}


def test_money_is_read_beside_its_words() -> None:
    value = values.read(asked("money"), "Approximately USD 125,000.00 per year.")

    assert value == {
        "raw": "Approximately USD 125,000.00 per year.",
        "value": [
            {
                "amount": "125000.00",
                "currency": "USD",
                "approximate": True,
                "period": "annual",
                "year": None,
                "years": None,
                "text": "USD 125,000.00",
                "readings": [],
            },
        ],
    }


def test_empty_rows_go_and_the_others_keep_step() -> None:
    value = values.read(TABLE, [{"who": " ", "kind": ""}, {"who": "UPAO", "kind": "a"}, {}, {"count": "many"}])

    assert value["value"] == [{"who": "UPAO", "kind": "a", "count": None}, {"who": None, "kind": None, "count": None}]
    assert [row["count"] for row in value["raw"]] == ["", "many"]
    assert values.problem(TABLE.columns[2], values.cell_value(value, 1, TABLE.columns[2])) is not None


def test_a_contact_has_every_part() -> None:
    value = values.read(asked("contact"), {"name": "Ana", "unknown": "x"})

    assert value["value"] == {
        "name": "Ana",
        "organisation": "",
        "position": "",
        "email": "",
        "phone": "",
        "address": "",
    }
    assert values.is_blank(values.read(asked("contact"), {"name": "  "}))


def test_blank_is_not_unreadable() -> None:
    number = asked("number")

    assert values.is_blank(None) and values.is_blank(values.read(number, " \n"))
    assert not values.is_blank(values.read(number, "many"))
    assert values.problem(number, values.read(number, "")) is None
    assert "number" in str(values.problem(number, values.read(number, "many")))


def test_an_unknown_choice_is_a_problem_and_the_known_ones_stay() -> None:
    question = asked("choices", options=OPTIONS)
    value = values.read(question, ["a", "gone"])

    assert value == {"raw": ["a", "gone"], "value": ["a"]}
    assert values.problem(question, value) is not None


def test_a_wrong_address_of_a_contact_is_a_problem() -> None:
    question = asked("contact")

    assert values.problem(question, values.read(question, {"email": "ana at example"})) is not None
    assert values.problem(question, values.read(question, {"email": "ana@example.org"})) is None


def test_groups_have_no_value() -> None:
    with pytest.raises(TypeError):
        values.read(asked("group"), "x")


anything = st.one_of(
    st.none(),
    st.text(),
    st.lists(st.text(), max_size=4),
    st.dictionaries(st.sampled_from(["name", "email", "who"]), st.text()),
    st.lists(st.dictionaries(st.sampled_from(["who", "kind", "count"]), st.text(), max_size=3), max_size=4),
)


@given(
    st.sampled_from([kind for kind in TYPES if kind not in ("group", "table")]),
    anything,
    st.sampled_from(["en", "es", None]),
)
def test_reading_twice_changes_nothing(kind: str, raw: Any, lang: str | None) -> None:
    question = asked(kind, options=OPTIONS if kind in ("choice", "choices") else ())
    once = values.read(question, raw, lang)

    assert values.read(question, once["raw"], lang) == once
    assert set(once) == {"raw", "value"}
    values.problem(question, once)


@given(anything)
def test_reading_a_table_twice_changes_nothing(raw: Any) -> None:
    once = values.read(TABLE, raw)

    assert values.read(TABLE, once["raw"]) == once
    assert len(once["raw"]) == len(once["value"] or ())


@given(st.text())
def test_kept_text_can_be_stored_anywhere(text: str) -> None:
    kept = values.cleaned(text)

    assert "\x00" not in kept and "\r" not in kept
    kept.encode("utf-8")
