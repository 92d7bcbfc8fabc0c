"""HTML, DOCX and PDF files of reports, made here out of invented texts: read like the text, or refused in a sentence."""

import html
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from reportlab.lib import pdfencrypt
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from review_app.readers.blocks import text_of
from review_app.readers.confined import read_content
from review_app.readers.contract import record
from review_app.readers.files import FileProblem, confined, kind_of, sources
from review_app.readers.html_pages import blocks_of_page, decoded
from review_app.readers.measures import read

PAGE = """\
Boats that Read Aloud on the Rivers of the North

River Board of Ruritania
Describe the main features of the policy/measure:

Each spring the board fills nine barges with books & plays, and the barges stay a week in every harbour that has a school within an hour's walk of the quay.

• Captains are paid for the week
• Schools send whole classes

What are the results achieved so far through the implementation of the policy/measure?:

In 2018, 4 120 children came.

Financial resources allocated to the policy/measure in USD:

About USD 12,000.00 per year (2018)

Partner(s) engaged in the implementation of the measure:
Name of partnerType of entity
Guild of Rowers
Civil Society Organization (CSO)
Private Sector
Harbour Choir
Town Hall
Public Sector
Has the implementation of the policy/measure been evaluated?:
NO
If yes, what are the main conclusions/recommendations?:
Cultural Domain(s)
Publishing
Performing Arts
"""
FRENCH = """\
Des quais où l’on lit

Régie des ports
Décrivez les principales caractéristiques de la politique/mesure :

Neuf péniches pleines de livres passent une semaine près de chaque école des ports du nord, et les classes entières viennent à bord pour écouter.

Quels sont les résultats atteints jusqu'à présent grâce à la mise en œuvre de la politique/mesure ? :

4 120 enfants sont venus.

Ressources financières allouées à la politique/mesure en dollars américains :

12 000 USD par an
La mise en œuvre de la politique/mesure a-t-elle été évaluée ? :
OUI
Si oui, quelles sont les principales conclusions/recommandations ? :
Il faut plus de péniches.
"""


def page(text: str) -> bytes:
    """Each paragraph as <p>, its lines parted by <br>, inside what web pages have around them."""
    paragraphs = "".join(f"<p>{'<br>'.join(map(html.escape, part.splitlines()))}</p>" for part in text.split("\n\n"))
    head = "<!doctype html><html><head><meta charset=utf-8><title>Not read</title><style>p {}</style></head>"
    return f"{head}<body><nav><a>Countries</a></nav><main>{paragraphs}</main><footer>Legal words</footer></body></html>".encode()


def word(text: str) -> bytes:
    """Each line as a paragraph."""
    document = docx.Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    return packed(document)


def packed(document: Any) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def pdf(text: str) -> bytes:
    """Each line as a paragraph, broken where it does not fit the width."""
    style = getSampleStyleSheet()["BodyText"]
    style.spaceBefore = 0
    return printed([Paragraph(html.escape(line, quote=False), style) if line else Spacer(1, 12) for line in text.splitlines()])


def printed(story: list[Flowable], **options: Any) -> bytes:
    stream = io.BytesIO()
    SimpleDocTemplate(stream, **options).build(story)
    return stream.getvalue()


def values(name: str, content: bytes) -> list[dict[str, Any]]:
    """What is read of each measure of a file, with white space as in prose and without what stood around."""
    return [plain(source["text"]) for source in read_content(kind_of(name, content), content)["sources"]]


def plain(text: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(re.sub(r"(?:\\n|\\t|\s)+", " ", json.dumps(record(read(text)), ensure_ascii=False)))
    return answer


def letters(text: str) -> Counter[str]:
    return Counter(re.findall(r"[^\W_]", text))


@pytest.mark.parametrize("text", [PAGE, FRENCH], ids=["English", "French"])
@pytest.mark.parametrize(("name", "made"), [("a.html", page), ("a.docx", word), ("a.pdf", pdf)])
def test_a_file_is_read_like_its_text(name: str, made: Callable[[str], bytes], text: str) -> None:
    assert values(name, made(text)) == [plain(text)]


def test_what_stands_around_a_text_is_furniture_and_not_lost() -> None:
    document = docx.Document()
    document.add_paragraph("Results achieved so far through the implementation of the measure:\nMany came.")
    document.sections[0].header.paragraphs[0].text = "Ruritania, report of 2019"
    canvas_pages: list[Flowable] = [Paragraph("First words.", getSampleStyleSheet()["BodyText"]), PageBreak(),
                                    Paragraph("Last words.", getSampleStyleSheet()["BodyText"])]  # fmt: skip

    def number(canvas: Canvas, _document: Any) -> None:
        canvas.drawString(290, 30, f"Page {canvas.getPageNumber()} of 2")

    stream = io.BytesIO()
    SimpleDocTemplate(stream).build(canvas_pages, onFirstPage=number, onLaterPages=number)

    assert sources("a.html", page(PAGE))[0].around == ("Countries", "Legal words")
    assert sources("a.docx", packed(document))[0].around == ("Ruritania, report of 2019",)
    [found] = sources("a.pdf", stream.getvalue())
    assert (found.text, found.around) == ("First words.\n\nLast words.", ("Page 1 of 2", "Page 2 of 2"))


PARTNERS = [("Name of partner", "Type of entity"), ("Guild of Rowers", "Civil Society Organization (CSO)"), ("", "Private Sector"),
            ("Harbour Choir", ""), ("Town Hall", "Public Sector")]  # fmt: skip
READ = [("Guild of Rowers", "cso"), (None, "private"), ("Harbour Choir", None), ("Town Hall", "public")]
CAPTION = "Partner(s) engaged in the implementation of the measure"


def table_page(rows: list[tuple[str, str]]) -> bytes:
    body = "".join(f"<tr><td>{left}</td><td>{right}</td></tr>" for left, right in rows)
    return f"<!doctype html><h4>{CAPTION}</h4><table><tbody>{body}</tbody></table>".encode()


def table_word(rows: list[tuple[str, str]]) -> bytes:
    document = docx.Document()
    document.add_paragraph(CAPTION)
    table = document.add_table(rows=0, cols=2)
    for row in rows:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    return packed(document)


def table_pdf(rows: list[tuple[str, str]]) -> bytes:
    style = getSampleStyleSheet()["BodyText"]
    cells = [[Paragraph(words, style) for words in row] for row in rows]
    grid = Table(cells, colWidths=[200, 200], style=TableStyle([("GRID", (0, 0), (-1, -1), 1, "black")]))
    return printed([Paragraph(f"{CAPTION}:", style), grid])


@pytest.mark.parametrize(("name", "made"), [("a.html", table_page), ("a.docx", table_word), ("a.pdf", table_pdf)])
def test_a_table_of_partners_keeps_its_rows_whichever_column_comes_first(
    name: str, made: Callable[[list[tuple[str, str]]], bytes]
) -> None:
    for rows in (PARTNERS, [(kind, partner) for partner, kind in PARTNERS]):
        [found] = values(name, made(rows))
        assert [(row["name"], row["type"]) for row in found["partners"]] == READ


def test_captions_beside_their_answers_in_a_table() -> None:
    rows = [
        ("Name of the policy/measure", "Boats that Read"), ("Agency responsible for the implementation of the measure", "River Board"),
        ("Describe the main features of the policy/measure", "Nine barges come."), ("Cultural Domain(s)", "Publishing"),
    ]  # fmt: skip
    for name, made in (("a.html", table_page), ("a.docx", table_word), ("a.pdf", table_pdf)):
        [found] = values(name, made(rows))
        assert (found["title"], found["agency"], found["features"], found["domains"]) == (
            "Boats that Read", "River Board", "Nine barges come.", ["publishing"],
        )  # fmt: skip


def measure(number: int) -> list[tuple[str, str]]:
    return [
        ("h2", f"Measure {number} of the River Board"), ("h3", "River Board"), ("p", "Describe the main features of the policy/measure:"),
        ("p", f"Barge {number} carries books."), ("p", "What are the results achieved so far through the implementation of the policy/measure?"),
        ("p", f"{number}00 children came."), ("p", "Cultural Domain(s)"), ("p", "Publishing"),
    ]  # fmt: skip


REPORT = [("h1", "Report of Ruritania"), ("p", "Ruritania joined in 2009."), *measure(1), *measure(2), ("h1", "Outlook"), ("p", "More barges.")]


def report_page() -> bytes:
    return ("<!doctype html>" + "".join(f"<{tag}>{words}</{tag}>" for tag, words in REPORT)).encode()


def report_word() -> bytes:
    document = docx.Document()
    for tag, words in REPORT:
        document.add_paragraph(words, style=f"Heading {tag[1]}" if tag[0] == "h" else None)
    return packed(document)


def report_pdf() -> bytes:
    styles = getSampleStyleSheet()
    return printed([Paragraph(words, styles[f"Heading{tag[1]}" if tag[0] == "h" else "BodyText"]) for tag, words in REPORT])


@pytest.mark.parametrize(("name", "made"), [("a.html", report_page), ("a.docx", report_word), ("a.pdf", report_pdf)])
def test_a_whole_report_is_parted_into_its_measures(name: str, made: Callable[[], bytes]) -> None:
    *found, rest = values(name, made())

    assert [(one["features"], one["results"], one["domains"]) for one in found] == [
        ("Barge 1 carries books.", "100 children came.", ["publishing"]), ("Barge 2 carries books.", "200 children came.", ["publishing"]),
    ]  # fmt: skip
    assert found[1]["title"] == "Measure 2 of the River Board"
    assert rest["features"] is None
    assert "More barges." in json.dumps(rest)


def test_measures_in_the_official_form_begin_with_their_name() -> None:
    form = "Name of the policy/measure: {0}\nDescribe the main features of the policy/measure: {0} carries books.\n"
    found = values("a.docx", word(form.format("First barge") + form.format("Second barge")))

    assert [(one["title"], one["features"]) for one in found] == [
        ("First barge", "First barge carries books."), ("Second barge", "Second barge carries books."),
    ]  # fmt: skip


def test_text_boxes_notes_links_and_insertions_of_a_word_file_are_kept() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Begins ")
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    for inner in (
        "<w:ins {0}><w:r><w:t>inserted </w:t></w:r></w:ins>", "<w:del {0}><w:r><w:delText>gone</w:delText></w:r></w:del>",
        "<w:sdt {0}><w:sdtContent><w:r><w:t>chosen </w:t></w:r></w:sdtContent></w:sdt>",
        "<w:hyperlink {0}><w:r><w:t>linked </w:t></w:r></w:hyperlink>",
        "<w:r {0}><w:pict><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent></w:pict><w:t>ends</w:t></w:r>",
    ):  # fmt: skip
        paragraph._p.append(etree.fromstring(inner.format(space)))

    assert sources("a.docx", packed(document))[0].text == "Begins inserted chosen linked ends\nboxed"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*PAGE.splitlines(), "<b>", "x < y & z", "Ünïcode", "| bar |", "&amp;"]), max_size=12),
       st.sampled_from(["p", "div", "li", "td", "span", "h2", "pre", "header", "nav", "b><i", "table><tr><td", "unknown"]))  # fmt: skip
def test_no_word_of_a_page_is_lost(lines: list[str], tag: str) -> None:
    blocks = blocks_of_page(f"<html><body>{''.join(f'<{tag}>{html.escape(line)}' for line in lines)}</body>".encode())

    kept = "\n".join([text_of(blocks), *(block.words for block in blocks if block.is_furniture)])
    assert letters(kept) == letters("\n".join(lines))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_whatever_break_a_text_or_a_page(content: bytes) -> None:
    kept = [text_of(blocks_of_page(content)), decoded(content)]

    assert all(isinstance(read(text).text, str) for text in kept)


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for number in range(11):
            package.writestr(f"word/{number}.xml", b"0" * 20_000_000)
    return stream.getvalue()


def entities() -> bytes:
    """The document of a DOCX with entities that grow to gigabytes."""
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    document = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e0 "ha">{lines}]><d>&e11;</d>'.encode()
    original, stream = io.BytesIO(word("x")), io.BytesIO()
    with zipfile.ZipFile(original) as before, zipfile.ZipFile(stream, "w") as package:
        for name in before.namelist():
            package.writestr(name, document if name == "word/document.xml" else before.read(name))
    return stream.getvalue()


def _with_text(text: str) -> bytes:
    """A DOCX whose one paragraph says this."""
    original, stream = io.BytesIO(word("x")), io.BytesIO()
    with zipfile.ZipFile(original) as before, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name in before.namelist():
            package.writestr(name, text if name == "word/document.xml" else before.read(name))
    return stream.getvalue()


def drawn() -> bytes:
    """A page that draws 5 MB."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pageCompression=1)
    canvas._code.append("0 0 m 9 9 l S\n" * 400_000)
    canvas.save()
    return stream.getvalue()


def scanned() -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.rect(50, 50, 300, 300, fill=1)
    canvas.save()
    return stream.getvalue()


def locked() -> bytes:
    return printed([Paragraph("Secret", getSampleStyleSheet()["BodyText"])], encrypt=pdfencrypt.StandardEncryption("reader", "owner"))


@pytest.mark.parametrize(("name", "content", "key"), [
    ("bomb.docx", bomb, "bomb"), ("long.docx", lambda: _with_text("a " * 14_000_000), "bomb"), ("drawn.pdf", drawn, "bomb"),
    ("entities.docx", entities, "broken"), ("cut.docx", lambda: word("x")[:2000], "broken"),
    ("sheet.docx", lambda: b"PK\x03\x04" + b"0" * 50, "broken"), ("old.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "old_word"),
    ("locked.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "old_word"), ("scan.pdf", scanned, "scanned"),
    ("locked.pdf", locked, "locked"), ("cut.pdf", lambda: pdf(PAGE)[:900], "broken"), ("a.pdf", lambda: word("x"), "mismatch"),
    ("a.txt", lambda: pdf(PAGE), "mismatch"), ("a.png", lambda: b"\x89PNG\r\n\x1a\n\0\0", "unknown"), ("a.docx", lambda: b"", "empty"),
    ("a.html", lambda: b"<html><body><img src=x></body></html>", "empty"),
])  # fmt: skip
def test_what_cannot_be_read_is_refused_in_a_sentence(name: str, content: Callable[[], bytes], key: str) -> None:
    with pytest.raises(FileProblem) as refused:
        sources(name, content())
    assert refused.value.key == key


def test_what_opens_a_foreign_file_is_given_none_of_our_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "heron")
    spy = tmp_path / "python"
    spy.write_text(f"#!{sys.executable}\nimport json, os\nprint(json.dumps(dict(os.environ)))\n")
    spy.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(spy))
    handed = confined("text", b"")
    assert "heron" not in handed.values() and handed["PATH"] == os.environ["PATH"]


def test_the_command_reads_the_good_files_and_names_the_others(tmp_path: Path) -> None:
    for name, content in (("good.pdf", pdf(PAGE)), ("bad.docx", b"PK\x03\x04"), ("two.html", report_page()), ("plain.txt", PAGE.encode())):
        (tmp_path / name).write_bytes(content)
    names = ["good.pdf", "bad.docx", "two.html", "plain.txt"]
    run = subprocess.run(
        [sys.executable, "-m", "review_app.cli", "read-measures", *names], capture_output=True, text=True, check=False, cwd=tmp_path,
    )

    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [(line["path"], line.get("part")) for line in lines] == [
        ("good.pdf", None), ("two.html", 1), ("two.html", 2), ("two.html", 3), ("plain.txt", None),
    ]  # fmt: skip
    assert run.returncode == 1
    assert "bad.docx: This file is damaged and cannot be opened. Open it in its own program and save it again." in run.stderr
    assert "Traceback" not in run.stderr
