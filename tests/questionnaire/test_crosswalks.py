"""Between two editions: a crosswalk is a file with no question left out, and what it carries is neither invented nor lost."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from review_app.cli import command
from review_app.questionnaire import values
from review_app.questionnaire.crosswalk_loading import load_crosswalk
from review_app.questionnaire.crosswalks import Crosswalk, Left, Passage, carried, unchanged
from review_app.questionnaire.language import Question, Questionnaire, Section, Text
from review_app.questionnaire.library import Library
from review_app.questionnaire.loading import QuestionnaireError, load
from review_app.questionnaire.sheets import Cell, Sheet, SheetItem

QPR = Path(__file__).parents[2] / "templates" / "reports" / "qpr"
OLDER, NEWER = load(QPR / "2015.yaml"), load(QPR / "2019.yaml")
OURS = load_crosswalk(QPR / "2015-to-2019.yaml", {("qpr", "2015"): OLDER, ("qpr", "2019"): NEWER})
ENTRY, OTHER = UUID(int=1), UUID(int=2)


def sheet_of(
    answers: Mapping[str, Any], entries: Mapping[UUID, tuple[str, Mapping[str, Any]]] | None = None, edition: Questionnaire = OLDER
) -> Sheet:
    cells = {(None, code): Cell(values.read(edition.question(code), raw), "fr", 3) for code, raw in answers.items()}
    items = []
    for position, (item_id, (group, inside)) in enumerate((entries or {}).items(), start=1):
        items.append(SheetItem(item_id, group, position))
        for code, raw in inside.items():
            cells[item_id, code] = Cell(values.read(edition.find(code, group), raw), "fr", 3)  # type: ignore[index]
    return Sheet(edition, cells, items)  # type: ignore[arg-type]


def test_a_report_of_2015_begins_one_of_2019() -> None:
    measure = {"name": "Bourses", "objectives": "Voyager.", "features": "Deux appels.", "scope": ["national"]}
    last = sheet_of(
        {
            "ratified_on": "2007-03-12", "main_results": "Du chemin.", "challenges": "Les routes.", "solutions": "Un bus.",
            "context_overview": "Un plan.", "stakeholders": [{"stakeholder_type": "cso", "stakeholder_organisation": "Réseau"}],
        },
        {ENTRY: ("preference_measures", measure), OTHER: ("cooperation_measures", {"name": "Tournées"})},
    )  # fmt: skip
    found = carried(last, OURS)
    begun = Sheet(NEWER, found.answers, found.items)

    assert begun.value("ratification_year") == 2007
    assert [begun.value(f"results_g{goal}") for goal in (1, 2, 3, 4)] == ["Du chemin."] * 4
    assert begun.value("main_challenges") == "Les routes.\n\nUn bus."
    assert begun.value("stakeholders")[0]["stakeholder_organisation"] == "Réseau"
    assert [(item.id, item.group, begun.title(item)) for item in begun.items] == [
        (OTHER, "a22_measures", "Tournées"), (ENTRY, "a22_measures", "Bourses"),
    ]  # fmt: skip
    assert begun.value("features", ENTRY) == "Voyager.\n\nDeux appels." and begun.value("goals", ENTRY) == ["G2"]
    assert found.sources[ENTRY, "features"] == ("objectives", "features")
    assert {cell.lang for cell in found.answers.values()} == {"fr"} and {cell.row_version for cell in found.answers.values()} == {0}
    assert set(found.left) == {Left(None, "context_overview", "dropped"), Left(ENTRY, "scope", "dropped")}


def test_what_was_not_asked_or_does_not_fit_is_told() -> None:
    last = sheet_of({"ratified_on": "in spring"}, {ENTRY: ("policy_measures", {"finance": "to be decided"})})
    same = carried(last, OURS)

    # What nobody could read stays as it was typed, to be corrected in its place.
    assert same.answers[None, "ratification_year"].value == {"raw": "in spring", "value": None}
    assert same.answers[ENTRY, "finance"].value["raw"] == "to be decided"
    hidden = sheet_of({"a11_strategies": "no", "a11_interministerial": "yes"}, edition=NEWER)
    assert carried(hidden, unchanged(NEWER)).left == (Left(None, "a11_interministerial", "hidden"),)


TYPED: dict[str, st.SearchStrategy[Any]] = {
    "yes_no": st.sampled_from(["yes", "no", "perhaps", ""]),
    "choices": st.lists(st.sampled_from(["national", "local", "nowhere"]), max_size=3),
    "date": st.sampled_from(["2007-03-12", "12/3/2007", "31/2/2007", "long ago", ""]),
    "contact": st.fixed_dictionaries({"name": st.text(max_size=5), "email": st.sampled_from(["a@example.org", "a", ""])}),
    "table": st.lists(
        st.fixed_dictionaries({"stakeholder_type": st.sampled_from(["cso", "x"]), "stakeholder_name": st.text(max_size=4)}),
        max_size=3,
    ),
    "money": st.sampled_from(["USD 5 (2016)", "much", ""]),
}


def answers_to(questions: tuple[Question, ...]) -> st.SearchStrategy[dict[str, Any]]:
    plain = [question for question in questions if not question.is_group]
    return st.fixed_dictionaries({}, optional={one.code: TYPED.get(one.type, st.text(max_size=12)) for one in plain})


@st.composite
def reports(draw: st.DrawFn) -> Sheet:
    answers = draw(answers_to(tuple(question for section in OLDER.sections for question in section.questions)))
    groups = draw(st.lists(st.sampled_from([group.code for _, group in OLDER.groups()]), max_size=4))
    inside = OLDER.question("policy_measures").questions
    return sheet_of(answers, {UUID(int=number): (group, draw(answers_to(inside))) for number, group in enumerate(groups, start=1)})


def check_nothing_is_lost_or_made_up(sheet: Sheet, crosswalk: Crosswalk) -> None:
    found = carried(sheet, crosswalk)
    groups = {item.id: item.group for item in found.items}
    for (item_id, code), cell in found.answers.items():
        assert not crosswalk.newer.find(code, groups[item_id] if item_id else None).is_group
        assert found.sources[item_id, code] and not values.is_blank(cell.value)
    told = {place for place, cell in sheet.answers.items() if not values.is_blank(cell.value)}
    used = {(item_id, old) for (item_id, _), olds in found.sources.items() for old in olds}
    left = {(one.item_id, one.question) for one in found.left}
    ended = {item_id for item_id, code in left if not code}
    assert used <= told and told <= used | left | {(item_id, code) for item_id, code in told if item_id in ended}
    assert {item.id for item in sheet.items} == set(groups) | {item_id for item_id in ended if item_id}
    for (item_id, code), olds in found.sources.items():
        for old in olds:
            raw = sheet.answers[item_id, old].value["raw"]
            if isinstance(raw, str) and (item_id, old) not in left and code != "ratification_year":
                assert raw.strip() in found.answers[item_id, code].value["raw"]


@settings(max_examples=40, deadline=None)
@given(reports())
def test_nothing_is_lost_or_made_up_between_ours(sheet: Sheet) -> None:
    check_nothing_is_lost_or_made_up(sheet, OURS)


@settings(max_examples=40, deadline=None)
@given(reports())
def test_an_edition_that_did_not_change_carries_every_answer_as_it_is(sheet: Sheet) -> None:
    found = carried(sheet, unchanged(OLDER))

    told = {place: cell.value for place, cell in sheet.answers.items() if not values.is_blank(cell.value)}
    assert {place: cell.value for place, cell in found.answers.items()} == told
    assert found.left == ()


@st.composite
def crosswalks(draw: st.DrawFn) -> tuple[Sheet, Crosswalk]:
    """Two editions of short texts, made at random, and a line for each question of both."""
    kinds = draw(st.lists(st.sampled_from(["same", "reworded", "split", "merged", "dropped", "new"]), min_size=1, max_size=8))
    passages = []
    for number, kind in enumerate(kinds):
        counts = {"split": (1, 2), "merged": (3, 1), "dropped": (1, 0), "new": (0, 1)}.get(kind, (1, 1))
        old, new = (tuple(f"{side}{number}_{one}" for one in range(count)) for side, count in zip("an", counts, strict=True))
        passages.append(Passage(kind, old, old if kind == "same" else new))  # type: ignore[arg-type]
    older, newer = (
        edition(name, [code for one in passages for code in (one.old if name == "1" else one.new)]) for name in ("1", "2")
    )
    answers = draw(st.fixed_dictionaries({}, optional={code: st.text(max_size=9) for code in older.codes}))
    return sheet_of(answers, edition=older), Crosswalk(older, newer, tuple(passages))


def edition(name: str, asked: list[str]) -> Questionnaire:
    questions = tuple(Question(code, "longtext", Text(en=code)) for code in asked)
    return Questionnaire("made", name, Text(en="Made"), (Section("only", Text(en="Only"), questions),), "")


@settings(max_examples=100, deadline=None)
@given(crosswalks())
def test_nothing_is_lost_or_made_up_between_any_two_editions(made: tuple[Sheet, Crosswalk]) -> None:
    check_nothing_is_lost_or_made_up(*made)


ONE = """\
name: survey
edition: "{edition}"
title: {{en: S, fr: S, es: S}}
options:
  few: [{{id: x, label: {{en: X, fr: X, es: X}}}}]
  more: [{{id: x, label: {{en: X, fr: X, es: X}}}}, {{id: y, label: {{en: Y, fr: Y, es: Y}}}}]
sections:
  - code: only
    title: {{en: O, fr: O, es: O}}
    questions:
      - {{code: word, type: text, label: {{en: A, fr: A, es: A}}}}
      - {{code: sum, type: money, label: {{en: A, fr: A, es: A}}}}
      - {{code: pick, type: choice, label: {{en: A, fr: A, es: A}}, options: {options}}}
      - code: things
        type: group
        label: {{en: A, fr: A, es: A}}
        questions:
          - {{code: name, type: text, label: {{en: A, fr: A, es: A}}}}
          - {{code: {inner}, type: text, label: {{en: A, fr: A, es: A}}}}
"""
HEAD = """\
questionnaire: survey
from: "1"
to: "2"
report:
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two editions: the second offers less to pick from, and asks for something else in each thing."""
    (tmp_path / "1.yaml").write_text(ONE.format(edition="1", options="more", inner="colour"))
    (tmp_path / "2.yaml").write_text(ONE.format(edition="2", options="few", inner="size"))
    return tmp_path


def faults(folder: Path, lines: str, head: str = HEAD) -> list[str]:
    path = folder / "1-to-2.yaml"
    path.write_text(head + lines)
    with pytest.raises(QuestionnaireError) as caught:
        load_crosswalk(path, {("survey", name): load(folder / f"{name}.yaml") for name in ("1", "2")})
    return [str(fault).removeprefix(str(path)) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{same: kepd}", ":5: `kepd` is no question of the older edition here: correct the code"),
        ("{new: [word, word]}", ":5: `word` of the newer edition stands in line 5 already: keep one of them"),
        ("{same: word, to: word}", ":5: `same` has no `to`: remove it"),
        ("{reworded: word}", ":5: `reworded` leads somewhere: add `to`"),
        ("{reworded: word, dropped: sum}", ":5: a line says one thing: write one of same, reworded, split, merged, dropped, new"),
        ("{reworded: [word, sum], to: word}", "`reworded` is one question that becomes one"),
        ("{split: word, to: sum}", "`split` is one question that becomes several: name at least two"),
        ("{merged: word, to: word}", "`merged` is several questions that become one"),
        ("{merged: [word, pick], to: sum}", ":5: answers cannot be merged into a money: merge into choices, longtext, table, text"),
        ("{same: pick}", ":5: `pick` (choice) cannot hold every answer to `pick` (choice): say that the one is dropped"),
        ("{reworded: pick, to: sum}", "`sum` (money) cannot hold every answer to `pick` (choice)"),
        ("{split: things, to: [word, sum]}", "the entries of a group go to one group"),
        ("{reworded: things, to: word}", "the entries of a group go to one group"),
        ("{reworded: things, to: things, questions: nowhere}", "there is no list `nowhere`: add it under `questions` at the top"),
        ("{same: things, questions: [{same: [name, size]}]}", ":5: question things: `size` is no question of the older edition"),
        ("{same: word, questions: [{same: name}]}", "only a line about groups has `questions`: remove it"),
        ("{sane: word}", ":5: unknown key `sane`: write `same`"),
    ],
)
def test_faults_name_the_line_and_the_remedy(folder: Path, line: str, expected: str) -> None:
    assert any(expected in fault for fault in faults(folder, f"  - {line}\n"))


def test_both_editions_must_be_there(folder: Path) -> None:
    assert faults(folder, "  - same: word\n", HEAD.replace('"2"', '"3"')) == [
        ":3: there is no edition 3 of survey: add its file, or correct the name"
    ]


WHOLE = """\
  - same: [word, sum]
  - dropped: pick
  - new: pick
  - {same: things, questions: [{same: name}, {reworded: colour, to: size}]}
"""


def test_the_check_tells_every_question_that_is_left_out(folder: Path) -> None:
    path = folder / "1-to-2.yaml"
    path.write_text(HEAD + "  - same: word\n  - same: things\n  - dropped: pick\n")
    ended = CliRunner().invoke(command, ["questionnaires", "check", str(path)])

    assert ended.exit_code == 1
    assert [line.split("question ")[1].split(":")[0] for line in ended.stderr.splitlines() if "question " in line] == [
        "things.colour", "things.size", "sum", "pick",
    ]  # fmt: skip
    path.write_text(HEAD + WHOLE)
    ended = CliRunner().invoke(command, ["questionnaires", "check", str(folder)])
    assert ended.exit_code == 0 and "survey 1 to 2 is whole." in ended.output


def test_the_library_knows_what_is_left_out(folder: Path) -> None:
    library = Library()
    library.configure([folder])
    newer = library.get("survey", "2")

    assert library.unmapped(library.get("survey", "1")) == ()
    assert library.unmapped(newer) == ("word", "sum", "pick", "things", "things.name", "things.colour", "things.size")
    (folder / "1-to-2.yaml").write_text(HEAD + WHOLE)
    library.configure([folder])
    assert library.unmapped(newer) == () and library.crosswalk(newer) is not None
    (folder / "1-to-2.yaml").write_text(HEAD + "  - same: kepd\n")
    with pytest.raises(QuestionnaireError, match="no question of the older edition"):
        library.configure([folder])
