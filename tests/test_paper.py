"""Working away from the web, over HTTP: a form is taken along, filled in, sent back, compared and put in."""

import re
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from docx import Document
from docx.oxml import OxmlElement
from flask import Flask
from openpyxl import Workbook, load_workbook
from pypdfium2 import PdfDocument
from sqlalchemy import select

from config import Settings
from review_app.extensions import db as database
from review_app.models import FilledForm, Snapshot
from tests import desks
from tests import steps_http as steps
from tests.browser import Browser, Page
from tests.desks import CARLA, on_shelf, open_report
from tests.people import make_person, sign_in

SURVEY = """
name: survey
edition: "1"
title: {en: Survey of libraries, fr: Enquête, es: Encuesta}
declaration: {en: It is true., fr: C’est vrai., es: Es verdad.}
sections:
  - code: facts
    title: {en: Facts, fr: Faits, es: Hechos}
    questions:
      - {code: overview, type: longtext, label: {en: Overview, fr: Aperçu, es: Panorama}, required: true}
      - {code: has_law, type: yes_no, label: {en: Law, fr: Loi, es: Ley}}
      - {code: visitors, type: number, label: {en: Visitors, fr: Visiteurs, es: Visitantes}}
  - code: houses
    title: {en: Libraries, fr: Bibliothèques, es: Bibliotecas}
    questions:
      - code: house
        type: group
        label: {en: Libraries, fr: Bibliothèques, es: Bibliotecas}
        item_label: {en: Library, fr: Bibliothèque, es: Biblioteca}
        title_question: house_name
        questions:
          - {code: house_name, type: text, label: {en: Name, fr: Nom, es: Nombre}}
          - code: keepers
            type: table
            label: {en: Keepers, fr: Responsables, es: Responsables}
            columns: [{code: keeper, type: text, label: {en: Keeper, fr: Responsable, es: Responsable}}]
"""


class Desk(desks.Desk):
    """caspar writes the libraries only."""

    def take_along(self, kind: str, *, language: str = "en", what: str = "draft") -> bytes:
        page = self.carla.get(f"/{language}/desk/reports/{self.report_id}/paper/{what}.{kind}")
        return page.response.get_data()

    def send(self, data: bytes, *, name: str = "form.docx", browser: Browser | None = None, status: int = 200) -> Page:
        browser = browser or self.carla
        token = browser.get(f"{self.home}/paper").soup.select_one("input[name=csrf_token]")
        assert token
        return browser.post(f"{self.home}/paper", {"csrf_token": token["value"], "file": (BytesIO(data), name)}, status=status)


@pytest.fixture(scope="module")
def survey(shared_app: Flask, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with on_shelf(settings, tmp_path_factory.mktemp("questionnaires"), SURVEY):
        yield


@pytest.fixture
def desk(survey: None, app: Flask, new_client: Callable[[], Browser]) -> Desk:
    """One answer is written."""
    desk = Desk(app, open_report(app, "survey", CARLA), new_client)
    with app.app_context():
        make_person("caspar", "contributor", "CL", sections=["houses"])
    steps.write(desk.carla, desk.facts, {"overview": "Forty libraries."})
    return desk


def in_word(data: bytes, **words: str) -> bytes:
    """Type into the boxes whose heads carry these questions (the first box of each)."""
    document = Document(BytesIO(data))
    for code, text in words.items():
        table = next(table for table in document.tables if re.search(rf'"(?:\+house/|[0-9a-f]+/)?{code}@', table._tbl.xml))
        cell = table.rows[-1].cells[0]
        for paragraph in cell.paragraphs:
            for child in list(paragraph._p):
                paragraph._p.remove(child)
        cell.paragraphs[0].add_run(text)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def in_excel(data: bytes, change: Callable[[Any], None]) -> bytes:
    book = load_workbook(BytesIO(data))
    change(book)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def test_an_untouched_form_changes_nothing(desk: Desk) -> None:
    for kind in ("docx", "xlsx"):
        page = desk.send(desk.take_along(kind))
        assert page.h1 == "A form that came back" and page.has("0 differences from the report.")
        assert page.press("Put the file away").has("0 answers of the file were saved.")
    assert desk.raws("overview") == ["Forty libraries."]


def test_what_begins_like_a_formula_is_words_in_a_workbook(desk: Desk) -> None:
    typed = ["=1+1", '=HYPERLINK("http://evil.example")', "+41 22", "-1", "@SUM(A1)", "https://evil.example", "\t=1+1"]
    for words in typed:
        page = desk.carla.get(f"{desk.home}/sections/houses").press("Add: Library").fill({"house_name": words})
        page.press("Save and go back" if "Save and go back" in page.buttons else "Save")
    book = load_workbook(BytesIO(desk.take_along("xlsx")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"} and not any(cell.hyperlink for cell in cells)
    assert {words.strip() for words in typed} <= {cell.value for cell in cells if cell.data_type == "s"}


def test_what_was_written_in_word_is_shown_beside_what_stands_and_saved_when_ticked(desk: Desk) -> None:
    written = {"overview": "Quarante et une.", "has_law": "Oui", "house_name": "Casa de la Cultura"}
    page = desk.send(in_word(desk.take_along("docx", language="fr"), **written))
    assert page.has("3 differences from the report.", "Forty libraries.", "A new entry: Library", *written.values())
    assert desk.raws("overview") == ["Forty libraries."]  # looking saves nothing
    page.press("Save what is ticked")
    assert {code: desk.raws(code) for code in written} == {
        "overview": ["Quarante et une."], "has_law": ["yes"], "house_name": ["Casa de la Cultura"],
    }  # fmt: skip
    assert desk.carla.get(f"{desk.home}/paper").select("a[href*='/paper/1']") == []  # decided, so it waits no more


def test_an_answer_changed_here_meanwhile_is_not_overwritten_unseen(desk: Desk) -> None:
    form = in_word(desk.take_along("docx"), overview="From the file.", visitors="12")
    steps.write(desk.carla, f"{desk.home}/sections/facts", {"overview": "Written here meanwhile."})
    page = desk.send(form)
    assert page.has("This answer was changed here as well", "Written here meanwhile.", "From the file.")
    page.press("Save what is ticked")  # the box of what both changed is empty until somebody ticks it
    assert (desk.raws("overview"), desk.raws("visitors")) == (["Written here meanwhile."], ["12"])


def test_an_answer_changed_while_the_page_was_open_is_a_conflict_with_both_texts(desk: Desk) -> None:
    page = desk.send(in_word(desk.take_along("docx"), overview="From the file."))
    steps.write(desk.carla, f"{desk.home}/sections/facts", {"overview": "A minute ago."})
    page = page.press("Save what is ticked")
    assert page.h1 == "Two versions of one answer" and page.has("A minute ago.", "From the file.")
    assert desk.raws("overview") == ["A minute ago."]


def test_a_workbook_brings_new_entries_with_rows_of_their_tables(desk: Desk) -> None:
    def fill(book: Any) -> None:
        book["Answers"].cell(8, 4).value = 4100  # visitors; Excel makes it a number
        houses = book["Libraries"]
        houses.cell(3, 3).value = "Casa"
        keepers = book["Keepers"]
        keepers.cell(3, 4).value = "Ana"
        keepers.append([None, "1", None, "Luis"])

    page = desk.send(in_excel(desk.take_along("xlsx"), fill), name="form.xlsx")
    assert page.has("2 differences from the report.", "4100", "Casa", "Ana", "Luis")
    page.press("Save what is ticked")
    assert (desk.raws("visitors"), desk.raws("house_name")) == (["4100"], ["Casa"])
    assert desk.raws("keepers") == [[{"keeper": "Ana"}, {"keeper": "Luis"}]]


def test_who_writes_one_section_sees_all_and_puts_in_only_theirs(desk: Desk) -> None:
    form = in_word(desk.take_along("docx"), overview="Not mine.", house_name="Mine")
    page = desk.send(form, browser=sign_in(desk.new_client(), "caspar"))
    assert page.has("This section was given to somebody else of your team.")
    page.press("Save what is ticked")
    assert (desk.raws("overview"), desk.raws("house_name")) == (["Forty libraries."], ["Mine"])


def test_a_form_of_another_report_is_refused(desk: Desk) -> None:
    document = Document(BytesIO(desk.take_along("docx")))
    document.core_properties.identifier = f"report:{desk.report_id + 1}"
    file = BytesIO()
    document.save(file)
    page = desk.send(file.getvalue(), status=422)
    assert page.errors == ["This form belongs to another report: open that report and send it there."]


def _zip(**parts: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def _stray() -> bytes:
    """A workbook with one cell in the last row and column that Excel has, and no form in it."""
    book, file = Workbook(), BytesIO()
    book.create_sheet("_relata").append(["report", "1"])
    book.create_sheet("far").cell(1_048_576, 16_384, "x")
    book.save(file)
    return file.getvalue()


def _damaged() -> bytes:
    """A document whose compressed words were overwritten."""
    data = bytearray(_zip(**{"word/document.xml": bytes(range(256)) * 40}))
    data[60:90] = b"\xff" * 30
    return bytes(data)


def _many_sheets() -> bytes:
    book, file = Workbook(), BytesIO()
    for number in range(300):
        book.create_sheet(str(number)).cell(10_000, 400, "x")
    book.save(file)
    return file.getvalue()


BOMB = b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><d>&b;&b;&b;&b;</d>'
HOSTILE = {
    "nothing in it": b"",
    "not a form": b"%PDF-1.7 not a form",
    "a zip of something else": _zip(readme=b"hello"),
    "a broken document": _zip(**{"word/document.xml": b"<w:document"}),
    "entities": _zip(**{"word/document.xml": BOMB}),
    "a broken workbook": _zip(**{"xl/workbook.xml": b"<workbook"}),
    "far too much in it": _zip(**{"word/document.xml": b" " * 61_000_000}),
    "far too much under another name": _zip(**{"xl/workbook.xml": b"<w/>", "xl/sharedStrings.bin": b" " * 61_000_000}),
    "damaged in the middle": _damaged(),
    "a sheet of empty rows": _many_sheets(),
    "a stray cell at the end of the world": _stray(),
    "too many parts": _zip(**{f"word/{number}.xml": b"" for number in range(2100)}),
}


def test_a_bad_file_is_refused_with_a_sentence_and_nothing_is_kept(desk: Desk) -> None:
    for what, data in HOSTILE.items():
        page = desk.send(data, status=422)
        assert len(page.errors) == 1 and page.errors[0].endswith("."), what
    with desk.app.app_context():
        assert database.session.scalars(select(FilledForm)).all() == []


def test_what_was_moved_under_change_tracking_stands_where_it_went_and_an_empty_list_says_nothing(desk: Desk) -> None:
    document = Document(BytesIO(desk.take_along("docx")))
    table = next(table for table in document.tables if '"overview@' in table._tbl.xml)
    paragraph = table.rows[-1].cells[0].paragraphs[0]
    for child in list(paragraph._p):
        paragraph._p.remove(child)
    for name, words in (("w:moveFrom", "From here. "), ("w:moveTo", "To there.")):
        moved = OxmlElement(name)
        moved.append(paragraph.add_run(words)._r)
        paragraph._p.append(moved)
    file = BytesIO()
    document.save(file)
    page = desk.send(file.getvalue())
    assert page.has("1 difference from the report.", "To there.") and not page.has("From here.")


def test_a_cell_full_of_spaces_takes_no_longer_than_another(desk: Desk) -> None:
    """A pattern that went back and forth over them took hours."""
    page = desk.send(in_word(desk.take_along("docx"), has_law="x" + " " * 200_000))
    assert page.has("1 difference from the report.")


def test_no_file_at_all_is_said(desk: Desk) -> None:
    assert desk.carla.get(f"{desk.home}/paper").press("Compare it with the report", status=422).errors == ["Choose the file first"]


def test_the_receipt_has_a_pdf_of_exactly_what_was_submitted(desk: Desk) -> None:
    steps.submit(desk.carla, desk.report_id)
    desk.carla.get(desk.home).press("Withdraw the report")
    steps.write(desk.carla, f"{desk.home}/sections/facts", {"overview": "Later words."})
    page = desk.carla.get(f"{desk.home}/receipts/1").follow("The report as submitted (PDF)")
    assert page.response.headers["Content-Disposition"].startswith("attachment;")
    with desk.app.app_context():
        sha256 = database.session.scalars(select(Snapshot.sha256)).one()
    told = words_of(page.response.get_data())
    assert "Forty libraries." in told and sha256 in told and "Later words." not in told


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_every_pdf_is_tagged_and_says_its_language(desk: Desk, language: str) -> None:
    for what in ("draft", "blank"):
        with pikepdf.open(BytesIO(desk.take_along("pdf", language=language, what=what))) as document:
            assert str(document.Root.Lang).startswith(language)
            assert bool(document.Root.MarkInfo.Marked) and "/StructTreeRoot" in document.Root
            with document.open_metadata() as about:
                assert about["pdfuaid:part"] == "1"


def words_of(data: bytes) -> str:
    """The words of a PDF, each line end a space less."""
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in PdfDocument(data)).split())
