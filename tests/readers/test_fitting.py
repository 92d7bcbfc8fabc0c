"""What was read is laid on a questionnaire: each value becomes an answer, or a doubt that shows it to a person."""

from pathlib import Path

import pytest

from review_app.questionnaire.language import Question
from review_app.questionnaire.loading import load
from review_app.readers.fitting import ASKING, Fitted, fit
from review_app.readers.measures import read
from tests.sheets import CASE, QPR, RECOGNITION, REPORTS

TEXT = (
    "The Reading Boats\n\nWhere\nPeru\nWho\nMinistry of the Harbour\n"
    "Website of the policy/measure, if available:\nhttps://boats.example.org\n"
    "Describe the main features of the policy/measure:\n\nBoats with shelves.\n\n"
    "What are the results achieved so far through the implementation of the policy/measure?:\n\n120 children came in 2019.\n"
    "Financial resources allocated to the policy/measure in USD:\nUSD 12,000.00 per year (2018)\n"
    "Partner(s) engaged in the implementation of the measure:\nName of partnerType of entity\nGuild of Rowers\nPrivate Sector\n"
    "Has the implementation of the policy/measure been evaluated?:\nNO\n"
    "Goal(s) of UNESCO's 2005 Convention\nSupport sustainable systems of governance for culture\n"
    "Cultural Domain(s)\nPublishing\nMulti-domain\nTransversal Priority(ies)\nYouth\n"
)
HARBOUR = """
name: harbour
edition: "1"
title: {en: H, fr: H, es: H}
sections:
  - code: one
    title: {en: One, fr: Un, es: Uno}
    questions:
      - {code: domains, type: choices, role: domains, label: {en: D, fr: D, es: D}, options: [
          {id: books, means: publishing, label: {en: Books, fr: Livres, es: Libros}}]}
      - {code: partners, type: table, role: partners, label: {en: P, fr: P, es: P}, columns: [COLUMNS]}
"""
NAME = "{code: who, type: text, role: partner_name, label: {en: W, fr: W, es: W}}"
KIND = (
    "{code: kind, type: choice, role: partner_type, label: {en: K, fr: K, es: K}, options: "
    "[{id: state, means: public, label: {en: State, fr: État, es: Estado}}]}"
)


def laid(questions: tuple[Question, ...], text: str = TEXT) -> Fitted:
    return fit(read(text), questions, is_group=True)


def harbour(folder: Path, columns: str) -> tuple[Question, ...]:
    path = folder / "harbour.yaml"
    path.write_text(HARBOUR.replace("COLUMNS", columns), encoding="utf-8")
    return load(path).sections[0].plain_questions


def unseen(fitted: Fitted) -> dict[tuple[str, str], str]:
    """(why, question) -> the words of the doubts that a person is asked about."""
    return {(one.why, one.question): one.words for one in fitted.doubts if one.why in ASKING and one.words}


def test_everything_has_its_question_in_the_form_it_was_written_for() -> None:
    fitted = laid(QPR.question("a11_measures").questions)

    assert unseen(fitted) == {}
    assert fitted.answers["domains"] == ["publishing", "multi"]
    assert fitted.answers["partners"] == [{"partner_name": "Guild of Rowers", "entity_type": "private"}]
    assert (fitted.answers["evaluated"], fitted.answers["priorities"]) == ("no", ["youth"])


@pytest.mark.parametrize("questions", [
    load(REPORTS / "qpr" / "2015.yaml").question("policy_measures").questions,
    QPR.question("cso_measures").questions,
    tuple(one for section in CASE.sections for one in section.plain_questions),
    tuple(one for section in RECOGNITION.sections for one in section.plain_questions),
])  # fmt: skip
def test_what_has_no_question_is_shown(questions: tuple[Question, ...]) -> None:
    fitted, words = laid(questions), {
        "title": "The Reading Boats", "agency": "Ministry of the Harbour", "website": "https://boats.example.org",
        "features": "Boats with shelves.", "results": "120 children came in 2019.", "money": "USD 12,000.00 per year (2018)",
        "partners": "Guild of Rowers (Private Sector)", "evaluated": "No", "domains": "Publishing; Multi-domain",
        "goals": "Support sustainable systems of governance for culture", "priorities": "Youth",
    }  # fmt: skip
    asked = {question.role for question in questions}

    homeless = [one.words for one in fitted.doubts if one.why == "no_place_here"]
    assert sorted(homeless) == sorted(said for role, said in words.items() if role not in asked)


def test_a_yes_or_no_of_a_form_is_taken_and_what_has_no_question_stays_in_the_source() -> None:
    more = (
        "Does it specifically target young people?\n{}\nDoes it receive or has it received IFCD funding?\nNO\n"
        "Scope of the policy/measure:\nNational\n"
    )
    questions = QPR.question("a11_measures").questions
    yes, maybe = (laid(questions, TEXT + more.format(words)) for words in ("YES", "In part"))

    assert (yes.answers["youth"], yes.answers["ifcd"]) == ("yes", "no")
    assert unseen(yes) == {}
    assert [one.words for one in yes.doubts if one.why == "kept_behind"] == ["Scope of the policy/measure: National"]
    assert "youth" not in maybe.answers
    assert unseen(maybe) == {("unknown_label", "youth"): "In part"}


def test_a_value_that_is_no_option_is_shown(tmp_path: Path) -> None:
    fitted = laid(harbour(tmp_path, f"{NAME}, {KIND}"))

    assert fitted.answers["domains"] == ["books"]
    assert fitted.answers["partners"] == [{"who": "Guild of Rowers", "kind": ""}]
    assert unseen(fitted)["unknown_label", "domains"] == "Multi-domain"
    assert unseen(fitted)["unknown_label", "partners"] == "Private Sector"


def test_a_table_without_the_columns_loses_no_partner(tmp_path: Path) -> None:
    nameless = laid(harbour(tmp_path, KIND))
    assert "partners" not in nameless.answers
    assert "Guild of Rowers (Private Sector)" in [one.words for one in nameless.doubts if one.why == "no_place_here"]

    kindless = laid(harbour(tmp_path, NAME))
    assert kindless.answers["partners"] == [{"who": "Guild of Rowers"}]
    assert unseen(kindless)["unknown_label", "partners"] == "Private Sector"


def test_a_country_that_is_not_known_is_shown() -> None:
    questions = tuple(one for section in CASE.sections for one in section.plain_questions)
    [place] = [one.code for one in questions if one.role == "country"]
    reading = read(TEXT)
    reading.country = "Ruritania"
    fitted = fit(reading, questions, is_group=False)

    assert place not in fitted.answers
    assert unseen(fitted)["unknown_label", place] == "Ruritania"
