"""Checking again what changed finds the same as checking everything, and runs only the rules that read what changed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from review_app.checks.engine import check
from review_app.checks.freshness import Known, Setting, Spot, Standing, bring_up, marks
from review_app.checks.registry import QUICK, RULES
from review_app.questionnaire import values
from review_app.questionnaire.language import Questionnaire
from review_app.questionnaire.sheets import Cell, Sheet, SheetItem
from tests.checks.test_rules import GOOD, MONITORING, QPR, REPORT

ONE, TWO = UUID(int=1), UUID(int=2)
ITEMS = (SheetItem(ONE, "a11_measures", 1), SheetItem(TWO, "a11_measures", 2))
Answers = Mapping[Spot, Any]
WHOLE: Answers = {
    **{(None, code): raw for code, raw in REPORT.items()},
    **{(item, code): raw for item in (ONE, TWO) for code, raw in GOOD.items()},
}


def sheet(answers: Answers, questionnaire: Questionnaire = QPR, items: tuple[SheetItem, ...] = ITEMS) -> Sheet:
    groups = {item.id: item.group for item in items}
    cells = {
        (item, code): Cell(values.read(questionnaire.find(code, groups[item] if item else None), raw), "en", 1)
        for (item, code), raw in answers.items()
    }
    return Sheet(questionnaire, cells, items, known_words=("Peru", "PE"))


def known(of: Sheet, *changed: Spot) -> Known:
    """What the checks knew of a sheet, before these places of it changed."""
    return Known(bring_up(of, Known(), settings={}).found, marks({}), frozenset(changed))


def after(change: Answers, before: Answers = WHOLE) -> Standing:
    """What stands after a change of answers of a report that was checked."""
    return bring_up(sheet({**before, **change}), known(sheet(before), *change), settings={})


def test_a_report_that_nobody_checked_is_checked_whole() -> None:
    first = bring_up(sheet(WHOLE), Known(), settings={})

    assert first.ran == {(rule.id, place) for rule in RULES for place in (None, ONE, TWO)}
    assert (first.found, first.waiting) == (check(sheet(WHOLE)), frozenset())
    assert bring_up(sheet(WHOLE), known(sheet(WHOLE)), settings={}).ran == frozenset()


def test_a_save_runs_the_rules_that_read_it_on_its_entry_only() -> None:
    standing = after({(TWO, "results"): "n/a"})

    results = QPR.find("results", "a11_measures")
    comparing = {rule.id for rule in RULES if rule.compares}
    assert {place for rule, place in standing.ran if rule not in comparing} == {TWO}
    assert {rule for rule, _ in standing.ran} == {rule.id for rule in RULES if rule.reads(results)}
    assert {"REQ-01", "LIMIT-01", "TEXT-04", "SPAM-01"} <= {rule for rule, _ in standing.ran}
    assert not {"EVAL-01", "PART-01", "PART-02", "TAG-01", "MON-01"} & {rule for rule, _ in standing.ran}
    assert [(one.item_id, one.question) for one in standing.found if one.rule == "TEXT-04"] == [(TWO, "results")]


def test_a_finding_stays_while_other_answers_change() -> None:
    placeholder = {**WHOLE, (TWO, "results"): "n/a"}
    standing = after({(ONE, "evaluated"): ""}, placeholder)

    assert {("TEXT-04", TWO), ("EVAL-01", ONE)} <= {(one.rule, one.item_id) for one in standing.found}
    assert ("TEXT-04", TWO) not in standing.ran


def test_names_of_the_report_concern_the_addresses_in_every_entry() -> None:
    stray = {**WHOLE, (ONE, "results"): "Many came.\ncontractors.example.com", (None, "executive_summary_text"): "A year."}
    assert {place for rule, place in after({(None, "executive_summary_text"): "Two."}, stray).ran if rule == "SPAM-01"} == {None}

    around = {rule.id for rule in RULES if rule.around}
    assert "SPAM-01" in around


def test_an_entry_that_is_taken_out_frees_those_that_repeated_it() -> None:
    words = "Thirty people from four provinces came to the meeting, and they wrote down together what they expect of the law. " * 2
    both = known(sheet({**WHOLE, (ONE, "results"): words, (TWO, "results"): words}))
    assert [one.item_id for one in both.found if one.rule == "COPY-01"] == [TWO]

    left = sheet({**{spot: raw for spot, raw in WHOLE.items() if spot[0] != ONE}, (TWO, "results"): words}, items=ITEMS[1:])
    changed = frozenset({(None, "a11_measures"), (ONE, "results")})
    standing = bring_up(left, Known(both.found, both.marks, changed), settings={})
    assert standing.found == check(left)
    assert not [one for one in standing.found if one.rule == "COPY-01"]


def test_an_answer_that_opens_questions_is_checked_where_they_are() -> None:
    asked = [(q, q.when) for section in MONITORING.sections for q in section.plain_questions if q.when]
    assert asked
    for question, when in asked:
        before = sheet({}, MONITORING, ())
        standing = bring_up(before, known(before, (None, next(when.questions()))), settings={})
        reads = {rule.id for rule in RULES if rule.reads(question)}
        assert reads <= {rule for rule, _ in standing.ran}, question.code


def test_what_is_quick_is_run_and_the_rest_waits() -> None:
    before = sheet(WHOLE)
    standing = bring_up(
        sheet({**WHOLE, (TWO, "results"): ""}), known(before, (TWO, "results")), settings={}, only=QUICK
    )

    assert {rule for rule, _ in standing.ran} <= QUICK
    assert {rule for rule, _ in standing.waiting} == {
        rule.id for rule in RULES if rule.reads(QPR.find("results", "a11_measures"))
    } - QUICK
    assert [one.rule for one in standing.found if one.question == "results"] == ["REQ-01"]


def test_a_rule_that_is_off_finds_nothing_and_lets_the_general_one_speak() -> None:
    silent = sheet({**WHOLE, (ONE, "evaluated"): ""})
    was = known(silent)
    assert [one.rule for one in was.found if one.question == "evaluated"] == ["EVAL-01"]

    standing = bring_up(silent, was, settings={"EVAL-01": Setting(is_on=False)})
    assert [one.rule for one in standing.found if one.question == "evaluated"] == ["REQ-01"]
    assert standing.ran == {("REQ-01", ONE)}


def test_a_severity_of_the_cycle_holds_at_once() -> None:
    blank = sheet({**WHOLE, (ONE, "results"): "", (TWO, "results"): ""})
    standing = bring_up(blank, known(blank), settings={"REQ-01": Setting(severity="note")})

    assert {(one.item_id, one.severity) for one in standing.found if one.rule == "REQ-01"} == {(ONE, "note"), (TWO, "note")}
    assert {rule for rule, _ in standing.ran} == {"REQ-01"}


WORDS = ("", "n/a", "Many came.", "Many came.\nhttps://buy.example.com", "yes", "no", "USD 5", "5", "visual")
CODES = ("name", "features", "results", "finance", "evaluated", "conclusions", "agency")
EDITS = st.lists(
    st.tuples(
        st.one_of(
            st.tuples(st.sampled_from((ONE, TWO)), st.sampled_from(CODES)),
            st.tuples(st.none(), st.sampled_from(("executive_summary_text", "a11_ministry", "ratification_year"))),
        ),
        st.sampled_from(WORDS),
    ),
    min_size=1, max_size=4,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(saves=st.lists(EDITS, min_size=1, max_size=4))
def test_whatever_is_saved_the_findings_are_those_of_a_whole_check(saves: list[list[tuple[Spot, str]]]) -> None:
    answers: dict[Spot, Any] = dict(WHOLE)
    state = known(sheet(answers))
    for edits in saves:
        answers |= dict(edits)
        standing = bring_up(sheet(answers), Known(state.found, state.marks, frozenset(dict(edits))), settings={})
        assert standing.found == check(sheet(answers))
        state = Known(standing.found, state.marks)
