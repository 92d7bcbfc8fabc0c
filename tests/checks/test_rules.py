"""What the engine says about a report: the right rule, at the right place, once."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review_app.checks.engine import RULES, Found, check, progress
from review_app.questionnaire import values
from review_app.questionnaire.sheets import Cell, Sheet, SheetItem
from tests.sheets import CASE, GOOD, MEASURE, MONITORING, QPR, RECOGNITION, REPORT, sheet_of
from workflows.messages import Message


def told(sheet: Sheet) -> list[tuple[str, str, str]]:
    return [(one.rule, one.severity, one.question) for one in check(sheet)]


def told_of(**changes: Any) -> list[tuple[str, str, str]]:
    return told(sheet_of(measure={**GOOD, **changes}))


def test_a_whole_report_has_no_finding() -> None:
    sheet = sheet_of(measure=GOOD)

    assert check(sheet) == ()
    done = progress(sheet, ())
    assert done.completed == done.total == 15


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"evaluated": ""}, [("EVAL-01", "error", "evaluated")]),
        (
            {"evaluated": "", "conclusions": "More of it."},
            [("EVAL-01", "error", "evaluated"), ("EVAL-02", "warning", "conclusions")],
        ),
        ({"evaluated": "no", "conclusions": "More of it."}, [("EVAL-02", "warning", "conclusions")]),
        ({"evaluated": "yes", "conclusions": "More of it."}, []),
        ({"evaluated": "yes"}, [("EVAL-03", "warning", "conclusions")]),
        ({"domains": []}, [("TAG-01", "error", "domains")]),
        ({"goals": []}, [("TAG-01", "error", "goals")]),
        ({"finance": ""}, [("MON-01", "error", "finance")]),
        ({"finance": "not defined"}, [("MON-01", "error", "finance")]),
        ({"finance": "242.840 USD (2019)"}, [("MON-02", "warning", "finance")]),
        ({"finance": "They have not been calculated yet."}, [("MON-01", "warning", "finance")]),
        ({"finance": "No dedicated budget exists for it."}, []),
        ({"results": ""}, [("REQ-01", "error", "results")]),
        ({"results": "N/A"}, [("TEXT-04", "warning", "results")]),
        ({"results": "/"}, [("TEXT-04", "warning", "results")]),
        ({"website": "none of that"}, [("FORM-01", "error", "website")]),
        ({"features": "x" * 3501}, [("LIMIT-01", "error", "features")]),
        ({"features": "x" * 3500}, []),
        ({"partners": [{"partner_name": "", "entity_type": "private"}]}, [("PART-01", "error", "partners")]),
        ({"partners": [{"partner_name": "UPAO", "entity_type": ""}]}, [("PART-02", "error", "partners")]),
        ({"partners": []}, [("PART-05", "note", "partners")]),
        (
            {"conclusions": "Good.\nbestbonus.biz eokul365.com", "evaluated": "yes"},
            [("SPAM-01", "error", "conclusions")],
        ),
        ({"name": "bestbonus.biz"}, [("SPAM-01", "error", "name")]),
        (
            {"name": "A meeting. bestbonus.biz", "results": "It met 12 times, in ten towns of the north.\nbestbonus.biz"},
            [("SPAM-01", "error", "name"), ("SPAM-01", "error", "results")],
        ),
        ({"partners": [{"partner_name": "Booking.com", "entity_type": "private"}]}, []),
        (
            {
                "website": "https://retina.example.org",
                "results": "It met 12 times, in ten towns of the north.\nwww.example.org",
            },
            [],
        ),
    ],
)
def test_rules_about_a_measure(changes: Mapping[str, Any], expected: list[tuple[str, str, str]]) -> None:
    assert told_of(**changes) == expected


def test_a_finding_says_where_and_what_can_be_done() -> None:
    rows = [GOOD["partners"][0], {"partner_name": "", "entity_type": "private"}]
    words = "It met 12 times, in ten towns of the north.\nbestbonus.biz"
    found = check(sheet_of(measure={**GOOD, "partners": rows, "results": words}))

    spam, partner = found
    assert (partner.rule, partner.row, partner.column, partner.quote) == ("PART-01", 2, "partner_name", "private")
    assert (partner.section, partner.group, partner.item_id) == (
        "cultural_and_creative_sectors",
        "a11_measures",
        MEASURE,
    )
    assert str(partner.message) == "Row 2 of the partners has no name: write the name, or clear the row."
    assert (spam.offer, spam.quote, spam.question) == ("remove", "bestbonus.biz", "results")
    assert all(isinstance(one.message, Message) and str(one.message) for one in found)


def test_the_report_itself() -> None:
    empty = told(sheet_of({}))

    assert ("REQ-01", "error", "executive_summary_text") in empty
    assert ("REQ-01", "error", "a11_interministerial") not in empty
    assert told(sheet_of({**REPORT, "a11_strategies": "yes"})) == [("REQ-01", "error", "a11_interministerial")]
    assert told(sheet_of({**REPORT, "a11_gdp_share": "3.5"})) == [("REQ-01", "error", "a11_gdp_year")]
    assert told(sheet_of({**REPORT, "a11_training": ["none", "digital_literacy"]})) == [("NONE-01", "warning", "a11_training")]
    assert told(sheet_of({**REPORT, "ratification_year": "long ago"})) == [("FORM-01", "error", "ratification_year")]
    assert told(sheet_of({**REPORT, "signatory": {"name": "Luz"}})) == [("REQ-01", "error", "signatory")]
    assert told(sheet_of({**REPORT, "stakeholders": [{"stakeholder_email": "a@example.org"}]})) == [
        ("REQ-01", "error", "stakeholders"),
        ("REQ-01", "error", "stakeholders"),
    ]


def test_an_entry_of_the_last_report_waits_for_its_fate() -> None:
    sheet = sheet_of(measure=GOOD)
    carried = Sheet(QPR, sheet.answers, [replace(sheet.items[0], is_unsettled=True)], known_words=sheet.known_words)

    assert told(carried) == [("CARRY-02", "error", "name")]
    assert told(sheet) == []


def test_a_required_group_wants_an_entry() -> None:
    assert ("REQ-01", "error", "indicators") in told(sheet_of({}, questionnaire=MONITORING))
    assert ("REQ-01", "error", "worked_well") in told(sheet_of({}, questionnaire=CASE))


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"years_of_work": "1.5"}, ["“Years of continuous work” must be 2 or more: correct it, or reply why it is less."]),
        ({"years_of_work": "2", "members": [{"member_name": "Ana"}, {"member_name": "Luz"}]}, []),
        (
            {"members": [{"member_name": "Ana"}]},
            ["“Members who work with the community all the time” needs 2 rows or more: add what is missing."],
        ),
        ({"years_of_work": "many", "members": []}, []),
    ],
)
def test_a_questionnaire_may_set_a_least(answers: Mapping[str, Any], expected: list[str]) -> None:
    found = check(sheet_of(answers, questionnaire=RECOGNITION))

    assert [str(one.message) for one in found if one.rule == "LEAST-01"] == expected


def test_a_question_may_ask_for_a_rule_by_name() -> None:
    found = told(sheet_of({"budget_executed": "most of it"}, questionnaire=MONITORING))

    assert [rule for rule, _, question in found if question == "budget_executed"] == ["MON-01"]


def test_rules_know_no_questionnaire() -> None:
    found = told(sheet_of({"subtitle": "none", "overview": "Good.\nbestbonus.biz"}, questionnaire=CASE))

    assert ("TEXT-04", "warning", "subtitle") in found and ("SPAM-01", "error", "overview") in found
    assert not any(rule.startswith(("EVAL", "TAG", "MON")) for rule, *_ in found)


def test_one_rule_can_be_asked_and_says_what_it_says_among_the_others() -> None:
    words = "It met 12 times, in ten towns of the north.\nbestbonus.biz"
    sheet = sheet_of({}, {**GOOD, "evaluated": "", "finance": "/", "results": words})
    found = check(sheet)

    assert len({rule.id for rule in RULES}) == len(RULES)
    assert {one.rule for one in found} >= {"REQ-01", "EVAL-01", "MON-01", "SPAM-01"}
    for rule in RULES:
        asked = check(sheet, only={rule.id})
        assert asked == tuple(one for one in found if one.rule == rule.id)
        assert all(rule.reads(sheet.questionnaire.find(one.question, one.group)) for one in asked)


def test_a_rule_that_is_off_says_nothing_and_silences_nobody() -> None:
    sheet = sheet_of(measure={**GOOD, "evaluated": ""})

    assert [one.rule for one in check(sheet)] == ["EVAL-01"]
    assert [one.rule for one in check(sheet, off={"EVAL-01"})] == ["REQ-01"]


def test_one_entry_can_be_looked_at_alone() -> None:
    sheet = sheet_of({}, {**GOOD, "evaluated": ""})

    assert [one.rule for one in check(sheet, items={MEASURE})] == ["EVAL-01"]
    assert {one.item_id for one in check(sheet, items={None})} == {None}


def by_rule(found: tuple[Found, ...]) -> dict[str, str]:
    return {one.rule: one.fingerprint for one in found}


def test_a_fingerprint_lives_as_long_as_the_words() -> None:
    first = by_rule(check(sheet_of(measure={**GOOD, "finance": "not known yet"})))
    same = by_rule(check(sheet_of(measure={**GOOD, "finance": "not known yet", "results": ""})))
    other = by_rule(check(sheet_of(measure={**GOOD, "finance": "still unknown"})))

    assert first["MON-01"] == same["MON-01"] != other["MON-01"]
    assert len(first["MON-01"]) == 64


def test_progress_is_the_findings_counted() -> None:
    sheet = sheet_of(
        {**REPORT, "executive_summary_text": "", "consultation_process": "x" * 3501, "signed_on": ""}, GOOD
    )
    found = check(sheet)
    done = progress(sheet, found)

    told_of = {one.code: one.status for one in done.sections}
    assert [(one, told_of[one]) for one in ("mobility", "annexes", "media_diversity")] == [
        ("mobility", "completed"), ("annexes", "optional"), ("media_diversity", "completed"),
    ]  # fmt: skip
    mine = ("general_information", "executive_summary", "cultural_and_creative_sectors", "submission")
    assert {one: told_of[one] for one in mine} == {
        "general_information": "problem",
        "executive_summary": "not_started",
        "cultural_and_creative_sectors": "completed",
        "submission": "in_progress",
    }
    assert (done.section("submission").answered, done.section("submission").required) == (1, 2)
    assert (done.completed, done.total) == (12, 15)


def test_a_reply_settles_an_error() -> None:
    sheet = sheet_of(measure={**GOOD, "finance": "to be found"})
    found = check(sheet)

    assert progress(sheet, found).completed == 14
    assert progress(sheet, found[1:]).completed == 15


# The four measures as published: the fields that the rules read, prose in our words, the facts as they stand there.
LONG = "Since its creation it has brought people together. The evaluation of last year's experiences says more of it is needed."
PUBLISHED: dict[str, dict[str, Any]] = {
    "cecrea": {
        "name": '"children\'s participation from the local, with effective impact: the cecrea model"',
        "agency": "Ministry of cultures, arts and heritage (mincap), through the department of education and training in arts "
        "and culture, dependent of the undersecretariat for cultures and arts.",
        "features": "For children and young people between 7 and 19, in four components.",
        "website": "",
        "results": "Present in 14 of the 16 regions; centres in La Ligua, Valdivia and Castro.",
        "finance": "Budget 2020*: clp$2.623.972.000.-/usd $3.365.000.- *annual budget.",
        "goals": [],
        "domains": [],
        "evaluated": "",
        "conclusions": "No formal evaluation; a monitoring report as of 2019: "
        "https://programassociales.ministeriodesarrollosocial.gob.cl/",
    },
    "culture points": {
        "name": "Culture Points",
        "agency": "Ministry of Culture",
        "features": LONG,
        "evaluated": "",
        "goals": [],
        "results": "Currently 169 culture points in 22 regions: 85 in Lima and Callao, 84 elsewhere.",
        "conclusions": LONG,
        "finance": "Approximately USD 125,000.00 per year.",
        "partners": [],
        "domains": ["cinema", "performing", "visual"],
        "priorities": [],
    },
    "management meeting": {
        "name": "Public Management Meeting on Cultural Industries and Arts",
        "agency": "Ministry of Culture",
        "features": LONG,
        "results": "In 2019, three meetings with the 43 district municipalities of Lima.",
        "evaluated": "",
        "conclusions": LONG,
        "finance": "Approximately USD 1,020.00 per year (2019).",
        "goals": [],
        "domains": [],
        "partners": [{"partner_name": "Local and regional municipalities.", "entity_type": "public"}],
    },
    "conecta": {
        "name": "‘CONECTA’ Meeting",
        "agency": "Ministry of Culture",
        "features": LONG,
        "results": "Twelve meetings since 2014.",
        "finance": "As of 2019, an approximate amount of USD 11,782.5 was allocated.",
        "evaluated": "",
        "goals": [],
        "domains": ["cinema", "performing", "publishing", "visual"],
        "conclusions": LONG + "\nbestbonus.biz eokul365.com",
        "partners": [
            {"partner_name": "Decentralized Directorates of Culture", "entity_type": "public"},
            {"partner_name": "", "entity_type": "private"},
            {"partner_name": "Antenor Orrego Private University (UPAO)", "entity_type": "private"},
        ],
    },
}


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("cecrea", ["EVAL-01", "TAG-01", "TAG-01"]),
        ("culture points", ["EVAL-01", "TAG-01"]),
        ("management meeting", ["EVAL-01", "TAG-01", "TAG-01"]),
        ("conecta", ["EVAL-01", "PART-01", "SPAM-01", "TAG-01"]),
    ],
)
def test_what_stops_the_published_measures(measure: str, expected: list[str]) -> None:
    found = told(sheet_of(measure=PUBLISHED[measure]))

    assert sorted(rule for rule, severity, _ in found if severity == "error") == expected
    assert "EVAL-02" in {rule for rule, *_ in found}


@pytest.mark.parametrize(
    ("measure", "sums"),
    [
        ("cecrea", [("2623972000.00", "CLP", 2020, "annual"), ("3365000.00", "USD", 2020, "annual")]),
        ("culture points", [("125000.00", "USD", None, "annual")]),
        ("management meeting", [("1020.00", "USD", 2019, "annual")]),
        ("conecta", [("11782.50", "USD", 2019, None)]),
    ],
)
def test_the_published_money_lines(measure: str, sums: list[Any]) -> None:
    read = sheet_of(measure=PUBLISHED[measure]).value("finance", MEASURE)

    assert [(one["amount"], one["currency"], one["year"], one["period"]) for one in read] == sums


def test_the_case_study_funding_line() -> None:
    sheet = sheet_of({"funding_amount": "In 2018, US$ 78.8 million"}, questionnaire=CASE)

    assert [(one["amount"], one["year"]) for one in sheet.value("funding_amount")] == [("78800000.00", 2018)]
    assert not any(rule in ("MON-01", "SPAM-01") for rule, *_ in told(sheet))


def raw_for(question: Any) -> st.SearchStrategy[Any]:
    text = st.one_of(st.sampled_from(["", "yes", "no", "2026", "N/A", "a.biz b.biz", "USD 5"]), st.text(max_size=20))
    if question.type == "table":
        row = st.fixed_dictionaries({}, optional={column.code: text for column in question.columns})
        return st.lists(row, max_size=3)
    if question.type == "contact":
        return st.fixed_dictionaries({}, optional={"name": text, "email": text})
    if question.type == "choices":
        return st.lists(st.sampled_from([option.id for option in question.options] + ["gone"]), max_size=3)
    return text


@settings(max_examples=15, deadline=None)
@given(st.data(), st.sampled_from([QPR, CASE, MONITORING]))
def test_whatever_is_typed_the_figures_agree(data: st.DataObject, questionnaire: Any) -> None:
    cells: dict[tuple[UUID | None, str], Cell] = {}
    items: list[SheetItem] = []
    for section in questionnaire.sections:
        for question in section.plain_questions:
            cells[(None, question.code)] = Cell(values.read(question, data.draw(raw_for(question))))
        for group in section.groups:
            items.append(SheetItem(uuid4(), group.code, 1))
            for question in group.questions:
                cells[(items[-1].id, question.code)] = Cell(values.read(question, data.draw(raw_for(question))))
    sheet = Sheet(questionnaire, cells, items)
    found = check(sheet)
    done = progress(sheet, found)

    assert len({one.fingerprint for one in found}) == len(found)
    assert sum(one.errors for one in done.sections) == sum(one.severity == "error" for one in found)
    assert (done.completed == done.total) is not any(one.severity == "error" for one in found)
    assert all(one.answered <= one.required for one in done.sections)
    assert all(str(one.message) for one in found)
