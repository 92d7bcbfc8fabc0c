"""A form goes out as Word or Excel, comes back, and not a sign of it is lost; what a person changed in it is found."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from review_app.exports.docx import write_docx
from review_app.exports.outline import Cover, Entries, Line, form_outline
from review_app.exports.xlsx import write_xlsx
from review_app.questionnaire import values
from review_app.questionnaire.language import LANGUAGES, Question, Questionnaire
from review_app.questionnaire.loading import load
from review_app.questionnaire.paper import short
from review_app.questionnaire.sheets import Cell, Sheet, SheetItem
from review_app.readers.filled import Filled, is_empty
from review_app.readers.filled_file import put_together, taken_apart
from tests.figures.conftest import Figure, size

SPACE = UUID("6f1f6cf6-0000-4000-8000-000000000000")
WRITERS: dict[str, Callable[..., bytes]] = {"docx": write_docx, "xlsx": write_xlsx}
FORM = """
name: everything
edition: "1"
title: {en: Everything, fr: Tout, es: Todo}
options:
  colours:
    - {id: red, label: {en: Red, fr: Rouge, es: Rojo}}
    - {id: pale_red, label: {en: "Red, pale", fr: "Rouge, pâle", es: "Rojo, pálido"}}
    - {id: same_1, label: {en: Same, fr: Pareil, es: Igual}}
    - {id: same_2, label: {en: Same, fr: Pareil, es: Igual}}
sections:
  - code: first
    title: {en: First, fr: Premier, es: Primero}
    questions: &simple
      - {code: line, type: text, label: {en: Line, fr: Ligne, es: Línea}}
      - {code: story, type: longtext, label: {en: Story, fr: Récit, es: Relato}}
      - {code: is_done, type: yes_no, label: {en: Done, fr: Fait, es: Hecho}}
      - {code: colour, type: choice, label: {en: Colour, fr: Couleur, es: Color}, options: colours}
      - {code: tints, type: choices, label: {en: Colours, fr: Couleurs, es: Colores}, options: colours}
      - {code: amount, type: money, label: {en: Sum, fr: Montant, es: Importe}}
      - {code: share, type: percent, label: {en: Share, fr: Part, es: Parte}}
      - {code: since, type: date, label: {en: Since, fr: Depuis, es: Desde}}
      - {code: land, type: country, label: {en: Country, fr: Pays, es: País}}
      - {code: asker, type: contact, label: {en: Contact, fr: Contact, es: Contacto}}
      - code: partners
        type: table
        label: {en: Partners, fr: Partenaires, es: Socios}
        columns:
          - {code: partner, type: text, label: {en: Name, fr: Nom, es: Nombre}}
          - {code: shade, type: choice, label: {en: Colour, fr: Couleur, es: Color}, options: colours}
  - code: second
    title: {en: "Second: [more]", fr: Second, es: Segundo}
    questions:
      - code: thing
        type: group
        label: {en: "Things / *all*", fr: Choses, es: Cosas}
        questions: INNER
"""
SCRIPTS = "abcXYZ 0129=+-@éñ«»'\"<>&_x000D_\t" + "Культура" + "ثقافة \u200f" + "文化報告" + "😀\u00a0\u2011\ufeff\ufffe\ufffd"
WORDS = st.text(st.sampled_from(SCRIPTS + "\n") | st.characters(exclude_categories=["Cs"]), max_size=60)


def _questionnaire(folder: Path) -> Questionnaire:
    simple = FORM[FORM.index("&simple\n") + len("&simple\n") : FORM.index("  - code: second")]
    inner = "\n" + "\n".join("    " + line for line in simple.replace("code: ", "code: its_").splitlines())
    (folder / "1.yaml").write_text(FORM.replace("&simple", "").replace(" INNER", inner), encoding="utf-8")
    return load(folder / "1.yaml")


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Questionnaire:
    return _questionnaire(tmp_path_factory.mktemp("form"))


def _raw(question: Question) -> st.SearchStrategy[Any]:
    match question.type:
        case "yes_no":
            return st.sampled_from(["", "yes", "no", "perhaps"])
        case "choice":
            return st.sampled_from(["", *(option.id for option in question.options), "Red", "unknown"])
        case "choices":
            return st.lists(st.sampled_from([option.id for option in question.options]), unique=True)
        case "contact":
            return st.fixed_dictionaries(dict.fromkeys(values.CONTACT_FIELDS, WORDS))
        case "table":
            return st.lists(st.fixed_dictionaries({column.code: _raw(column) for column in question.columns}), max_size=3)
        case "country":
            return st.sampled_from(["", "PE", "CL", "Peru"])
        case _:
            return WORDS


@st.composite
def sheets(draw: st.DrawFn, form: Questionnaire) -> Sheet:
    """A report with any answers, and up to three entries."""
    items = [SheetItem(uuid5(SPACE, str(number)), "thing", number) for number in range(draw(st.integers(0, 3)))]
    answers = {}
    for item_id, questions in [
        (None, form.section("first").plain_questions), *((item.id, form.question("thing").questions) for item in items)
    ]:  # fmt: skip
        for question in questions:
            if draw(st.booleans()):
                version = draw(st.integers(1, 900))
                value = values.read(question, draw(_raw(question)))
                answers[item_id, question.code] = Cell(value, draw(st.sampled_from(["en", "ar"])), version)
    return Sheet(form, answers, items)


def _lines(sheet: Sheet, language: str) -> list[Line]:
    lines: list[Line] = []
    for part in form_outline(sheet, language, blanks=0):
        for block in part.blocks:
            lines += [line for entry in block.entries for line in entry.lines] if isinstance(block, Entries) else [block]
    return lines


def _seen(words: Any) -> Any:
    """What stands on the paper, to the last sign that XML can hold; choices in no order, without empty rows and boxes."""
    match words:
        case str():
            lines = re.sub("\r\n?|\u2028|\u2029", "\n", words)
            return "".join(
                sign for sign in lines if sign in "\t\n" or (sign not in "\ufffe\uffff" and unicodedata.category(sign) != "Cc")
            ).strip()
        case Mapping():
            return {name: seen for name, text in words.items() if (seen := _seen(text))}
        case _:
            every = [seen for one in words if (seen := _seen(one))]
            return sorted(every) if all(isinstance(one, str) for one in every) else every


def _back(sheet: Sheet, kind: str, language: str) -> Filled:
    app = Flask(__name__)
    Babel(app, default_locale=language)
    cover = Cover("A title", "Chile", "Fill it in.", language, report_id=12)
    with app.test_request_context():
        data = WRITERS[kind](cover, form_outline(sheet, language, blanks=1))
    return put_together(taken_apart(data), sheet.questionnaire, {short(item.id): item.group for item in sheet.items})


@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("kind", WRITERS)
def test_an_untouched_form_comes_back_as_it_went_out(form: Questionnaire, kind: str, figure: Figure) -> None:
    """Every script, every sign that XML can hold, in three languages of the form."""
    tried = 0

    @settings(max_examples=size(40, full=1000), deadline=None, suppress_health_check=list(HealthCheck))
    @given(sheet=sheets(form), language=st.sampled_from(LANGUAGES))
    def check(sheet: Sheet, language: str) -> None:
        nonlocal tried
        filled = _back(sheet, kind, language)
        assert (filled.report_id, filled.language, filled.entries, filled.unknown) == (12, language, [], [])
        lines = _lines(sheet, language)
        assert {key: is_empty(words) for key, words in filled.answers.items()} == {
            line.key: is_empty(line.words) for line in lines
        }
        assert {key: _seen(words) for key, words in filled.answers.items()} == {line.key: _seen(line.words) for line in lines}
        tried += 1

    check()
    figure(f"random reports through {kind} and back, no sign lost", tried, at_least=size(40, full=1000))
