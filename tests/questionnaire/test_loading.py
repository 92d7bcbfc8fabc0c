"""A questionnaire is a file: a good one becomes a Questionnaire, a bad one the list of all its faults."""

import hashlib
import re
from pathlib import Path

import pytest

from review_app.questionnaire.language import LANGUAGES, Question, Text
from review_app.questionnaire.library import Library, questionnaire_files
from review_app.questionnaire.loading import QuestionnaireError, load

REPORTS = Path(__file__).parents[2] / "templates" / "reports"

HEAD = """\
name: survey
edition: "2030"
title: {en: Survey, fr: Enquête, es: Encuesta}
sections:
  - code: first
    title: {en: First, fr: Premier, es: Primero}
    questions:
"""


def label(code: str) -> str:
    return f"code: {code}, label: {{en: A, fr: B, es: C}}"


def written(folder: Path, questions: str, head: str = HEAD) -> Path:
    path = folder / "survey.yaml"
    path.write_text(head + questions, encoding="utf-8")
    return path


def faults(folder: Path, questions: str, head: str = HEAD) -> list[str]:
    with pytest.raises(QuestionnaireError) as caught:
        load(written(folder, questions, head))
    return [str(fault).removeprefix(str(folder / "survey.yaml")) for fault in caught.value.faults]


def test_a_small_questionnaire(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        f"""\
      - {{{label("wants")}, type: yes_no, required: true}}
      - {{{label("why")}, type: longtext, limit: 100, when: {{question: wants, equals: no}}, required: true}}
      - {{{label("who")}, type: contact}}
""",
    )
    questionnaire = load(path)
    why = questionnaire.question("why")

    assert questionnaire.checksum == hashlib.sha256(path.read_bytes()).hexdigest()
    assert why.is_asked({"wants": False}) and not why.is_asked({"wants": True}) and not why.is_asked({})
    assert why.limit == 100 and why.required is True
    assert questionnaire.question("wants").public and not questionnaire.question("who").public


def test_required_may_be_a_condition_and_conditions_nest(tmp_path: Path) -> None:
    question = load(
        written(
            tmp_path,
            f"""\
      - {{{label("one")}, type: yes_no}}
      - {{{label("two")}, type: choices, options: [{{id: x, label: {{en: X, fr: X, es: X}}}}]}}
      - {{{label("three")}, type: text, required: {{all_of: [{{question: one, equals: true}},
          {{not: {{any_of: [{{question: two, includes: x}}, {{question: two, answered: false}}]}}}}]}}}}
""",
        )
    ).question("three")

    assert not question.is_required({"one": True, "two": ["x"]})
    assert not question.is_required({"one": True, "two": None})
    assert question.is_required({"one": True, "two": ["y"]})


SHARED = HEAD.replace("sections:", """\
questions:
  thing:
    - {code: t, type: text, label: {en: T, fr: T, es: T}}
    - {code: u, type: text, label: {en: U, fr: U, es: U}, when: {question: t, answered: true}}
parts: {begin: {en: Begin, fr: Début, es: Comienzo}}
sections:""").replace("    questions:\n", "    part: begin\n    questions:\n")


def test_groups_share_questions_and_sections_share_a_part(tmp_path: Path) -> None:
    groups = "".join(f"      - {{{label(code)}, type: group, questions: thing}}\n" for code in ("one", "two"))
    head = f"      - {{{label('a')}, type: yes_no, heading: {{en: H, fr: H, es: H}}}}\n"
    questionnaire = load(written(tmp_path, head + groups, SHARED))

    one, two = (questionnaire.question(code) for code in ("one", "two"))
    assert one.questions == two.questions and one.inner("u").is_asked({"t": "x"}) and not one.inner("u").is_asked({})
    assert str(questionnaire.sections[0].part) == "Begin"
    assert str(questionnaire.question("a").heading) == "H"


def test_a_fault_in_shared_questions_is_told_once(tmp_path: Path) -> None:
    groups = "".join(f"      - {{{label(code)}, type: group, questions: thing}}\n" for code in ("one", "two"))
    bad = SHARED.replace("type: text, label: {en: U, ", "type: prose, label: {en: U, ")

    assert len(faults(tmp_path, groups, bad)) == 1


def test_what_is_named_must_stand_at_the_top(tmp_path: Path) -> None:
    head = HEAD.replace("    questions", "    part: end\n    questions")
    told = faults(tmp_path, f"      - {{{label('g')}, type: group, questions: nowhere}}\n", head)

    assert told == [
        ":7: question first (section): there is no part `end`: add it under `parts` at the top",
        ":9: question g: there is no list `nowhere`: add it under `questions` at the top",
    ]


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        (
            f"      - {{{label('a')}, type: text, requird: true}}",
            ":8: question a: unknown key `requird`: write `required`",
        ),
        (
            "      - {code: a, label: {en: A, fr: B}, type: text}",
            ":8: question a: the words in `es` are missing: add them",
        ),
        ("      - {code: a, label: Name, type: text}", "words are demanded in en, fr and es"),
        (f"      - {{{label('a')}, type: prose}}", ":8: question a: `prose` is no type of question: use one of text"),
        (
            f"      - {{{label('a')}, type: text}}\n      - {{{label('a')}, type: text}}",
            ":9: question a: the code `a` is used twice",
        ),
        (f"      - {{{label('a')}, type: choice}}", ":8: question a: the key `options` is missing"),
        (f"      - {{{label('a')}, type: choice, options: nowhere}}", "no shared list `nowhere`"),
        (
            f"      - {{{label('a')}, type: text, when: {{question: b, answered: true}}}}",
            "reads `b`, which is no question here",
        ),
        (
            f"      - {{{label('a')}, type: text, when: {{question: a, answered: true}}}}",
            "goes round in a circle (a -> a)",
        ),
        (
            f"      - {{{label('a')}, type: text, when: {{question: b, answered: true}}}}\n"
            f"      - {{{label('b')}, type: text, when: {{question: a, answered: true}}}}",
            "goes round in a circle (a -> b -> a)",
        ),
        (
            f"      - {{{label('a')}, type: group, questions:\n"
            f"          [{{{label('b')}, type: group, questions: [{{{label('c')}, type: text}}]}}]}}",
            ":9: question a.b: a group cannot stand inside a group: use a table",
        ),
        (
            f"      - {{{label('a')}, type: table, columns: [{{{label('b')}, type: contact}}]}}",
            "question a.b: a column cannot be a contact",
        ),
        (f"      - {{{label('a')}, type: text, role: hero}}", "`hero` is no role: use one of age_from, age_to, agency"),
        (f"      - {{{label('a')}, type: text, role: money}}", "the role `money` needs the type money"),
        (
            f"      - {{{label('a')}, type: text, role: title}}\n      - {{{label('b')}, type: text, role: title}}",
            ":9: question b: the role `title` is already that of `a`",
        ),
        (f"      - {{{label('a')}, type: text, limit: much}}", "a whole number above zero is expected here"),
        (f"      - {{{label('Bad-Code')}, type: text}}", "starts with a letter: rename it"),
        (f"      - {{{label('csrf_token')}, type: text}}", "this code is taken by the forms"),
        (
            f"      - {{{label('a')}, type: yes_no}}\n      - {{{label('b')}, type: text, when: {{question: a, includes: x}}}}",
            ":9: question b: `includes` cannot test `a`, which is a yes_no",
        ),
        (f"      - {{{label('a')}, type: text, checks: [MON-01]}}", "the check `MON-01` cannot be asked for here"),
        (
            f"      - {{{label('g')}, type: group, title_question: x, questions: [{{{label('b')}, type: text}}]}}",
            ":8: question g: `x` cannot give the title",
        ),
        (
            f"      - {{{label('g')}, type: group, fixed: {{x: [y]}}, questions: [{{{label('b')}, type: text}}]}}",
            "unknown key `x`",
        ),
        (
            f"      - {{{label('g')}, type: group, questions: [{{{label('b')}, type: text}}]}}\n"
            f"      - {{{label('b')}, type: text}}",
            ":9: question b: the code `b` is used inside a group too",
        ),
        (f"      - {{{label('a')}, type: text, type: text}}", "the key `type` stands twice"),
        ("      - {code: a, label", ":9: the YAML cannot be read"),
        ("      - just words", "a map of keys and values is expected here"),
    ],
)
def test_faults_name_line_question_and_remedy(tmp_path: Path, questions: str, expected: str) -> None:
    assert any(expected in fault for fault in faults(tmp_path, questions + "\n"))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    told = faults(tmp_path, "      - {code: a, type: text}\n      - {code: b, type: what, label: {en: B}}\n")

    assert [fault.split(" ")[0] for fault in told] == [":8:", ":9:", ":9:", ":9:"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"- a list", b"name: x", b"{[", b"&a [*a]"])
def test_what_is_no_questionnaire_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)

    with pytest.raises(QuestionnaireError):
        load(path)


def test_the_library_holds_ours() -> None:
    library = Library()
    library.configure([REPORTS])

    assert [(one.name, one.edition) for one in library.editions()] == [
        ("activity-report", "2026"),
        ("case-study", "2020"),
        ("programme-monitoring", "2026"),
        ("qpr", "2019"),
        ("qpr", "2015"),
        ("recognition", "2026"),
    ]
    assert library.get("qpr", "2019").question("a11_measures").fixed == {"goals": ["G1"]}
    with pytest.raises(KeyError):
        library.get("qpr", "1999")


def test_the_library_refuses_two_contents_of_one_edition(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for folder, code in ((first, "one"), (second, "two")):
        folder.mkdir()
        written(folder, f"      - {{{label(code)}, type: text}}\n")
    library = Library()
    library.configure([first, first])

    with pytest.raises(QuestionnaireError, match="exists with other content"):
        library.configure([first, second])
    assert len(library.editions()) == 1


def test_crosswalks_are_not_questionnaires(tmp_path: Path) -> None:
    (tmp_path / "2015-to-2019.yaml").write_text("a: b")

    assert questionnaire_files([tmp_path]) == []


def questions_of(path: Path) -> list[Question]:
    found = []
    for section in load(path).sections:
        for question in section.questions:
            found += [
                question,
                *question.questions,
                *question.columns,
                *(c for q in question.questions for c in q.columns),
            ]
    return found


@pytest.mark.parametrize("path", questionnaire_files([REPORTS]), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_ours_speak_three_languages_and_hide_contacts(path: Path) -> None:
    for question in questions_of(path):
        texts = [question.label, question.hint, question.guidance, *(option.label for option in question.options)]
        for text in texts:
            assert text is None or all(text[language].strip() for language in LANGUAGES)
            assert not isinstance(text, Text) or "  " not in text["fr"]
        assert question.type != "contact" or not question.public


AREAS = {  # monitoring area -> goal, key questions, figures (the year and the shares of a figure belong to it)
    "cultural_and_creative_sectors": ("G1", 6, 3), "media_diversity": ("G1", 4, 0), "digital_environment": ("G1", 5, 1),
    "partnering_with_civil_society": ("G1", 5, 0), "mobility": ("G2", 3, 0), "flow_of_goods_and_services": ("G2", 3, 1),
    "treaties_and_agreements": ("G2", 3, 0), "national_sustainable_development": ("G3", 5, 2),
    "international_cooperation": ("G3", 3, 1), "gender_equality": ("G4", 4, 4), "artistic_freedom": ("G4", 6, 0),
}  # fmt: skip


def test_the_periodic_report_has_its_eleven_areas() -> None:
    found = {}
    for section in load(REPORTS / "qpr" / "2019.yaml").sections:
        if str(section.part).startswith("Goal"):
            first = [question for question in section.plain_questions if question.when is None]
            key = {re.sub("_rank_.*", "", q.code) for q in first if q.type in ("yes_no", "choice", "choices")}
            figures = {
                re.sub("_(share|women|men|by_.*)$", "", q.code) for q in first if q.type in ("percent", "money", "longtext")
            }
            found[section.code] = ((section.groups[0].fixed or {})["goals"], len(key), len(figures))
            assert f"G{str(section.part)[5]}" in found[section.code][0]

    assert found == {code: ([goal], key, figures) for code, (goal, key, figures) in AREAS.items()}
    assert sum(key for _, key, _ in AREAS.values()) == 47 and sum(figures for *_, figures in AREAS.values()) == 12


def test_measures_are_asked_for_in_the_same_way_everywhere() -> None:
    qpr = load(REPORTS / "qpr" / "2019.yaml")
    groups = {group.code: group for _, group in qpr.groups()}

    assert len(groups) == 13 and all(group.lasting and group.page for group in groups.values())
    assert {code for code, group in groups.items() if group.questions == groups["a11_measures"].questions} == {
        *groups
    } - {"cso_measures"}
    assert [question.code for question in groups["cso_measures"].questions] == [
        "name", "organisation", "website", "features", "results", "goals",
    ]  # fmt: skip


def test_the_measure_form_is_whole() -> None:
    group = load(REPORTS / "qpr" / "2019.yaml").question("a11_measures")

    assert group.lasting and group.page
    assert [question.code for question in group.questions] == [
        "name",
        "agency",
        "domains",
        "website",
        "features",
        "youth",
        "ifcd",
        "results",
        "finance",
        "partners",
        "evaluated",
        "conclusions",
        "goals",
        "priorities",
    ]
