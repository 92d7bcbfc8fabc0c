"""A form as a Word document. Each answer is a small table, its key in the head: tables are what every editor brings back."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, cast

from docx import Document
from docx.document import Document as Doc
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from flask_babel import gettext

from review_app.exports.outline import Cover, Entries, Line, Part, files_note, left_blank
from review_app.forms.languages import direction
from review_app.forms.questions import CONTACT_PARTS
from review_app.questionnaire.language import Question
from review_app.questionnaire.paper import offered
from review_app.questionnaire.values import CONTACT_FIELDS

TICKED, UNTICKED = "☒", "☐"
SPARE_ROWS = 3
_HEAD, _QUIET, _WIDTH = "E6ECF1", RGBColor(0x4F, 0x5B, 0x66), Cm(16)


def write_docx(cover: Cover, parts: Sequence[Part]) -> bytes:
    """The whole form, in the language of the cover, each field with its key."""
    document = Document()
    _dress(document, cover)
    document.add_heading(cover.title, level=0)
    document.add_paragraph(cover.subtitle)
    document.add_paragraph(cover.note)
    for part in parts:
        document.add_heading(part.section.title.within(cover.language), level=1)
        if part.section.intro:
            document.add_paragraph(part.section.intro.within(cover.language))
        for block in part.blocks:
            if isinstance(block, Entries):
                _group(document, block, cover.language)
            else:
                _field(document, block, cover.language)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _dress(document: Doc, cover: Cover) -> None:
    properties = document.core_properties
    properties.title, properties.author, properties.comments = cover.title, "Relata", ""
    properties.identifier, properties.language = f"report:{cover.report_id}", cover.language
    if cover.at:
        properties.created = properties.modified = cover.at.replace(tzinfo=None)
    style: Any = document.styles["Normal"]
    style.font.size = Pt(10.5)
    style.paragraph_format.space_after = Pt(4)
    style.element.get_or_add_rPr().append(_element("w:lang", cover.language))


def _group(document: Doc, block: Entries, language: str) -> None:
    group = block.group
    name = (group.item_label or group.label).within(language)
    document.add_heading(group.label.within(language), level=2)
    for entry in block.entries:
        title = f"{name} {entry.number}" + (f" — {entry.title}" if entry.title else "")
        document.add_heading(title if entry.item else gettext("%(entry)s (new)", entry=f"{name} {entry.number}"), level=3)
        if entry.item is None:
            _small(document.add_paragraph(), gettext("For yet another entry, copy all the boxes from here to the next heading."))
        for line in entry.lines:
            _field(document, line, language)


def _field(document: Doc, line: Line, language: str) -> None:
    question = line.question
    if question.type == "file":
        _files(document, line, language)
        return
    columns = len(question.columns) if question.type == "table" else 2 if question.type == "contact" else 1
    table = document._body.add_table(1, columns, _WIDTH)
    table._tbl.tblStyle_val = "TableGrid"  # by its id: looking the name up takes longer than all the rest
    head = table.rows[0].cells[0] if columns == 1 else table.rows[0].cells[0].merge(table.rows[0].cells[-1])
    _head(head, line, language)
    match line.words:
        case list() as rows:
            _rows(table, question, rows, line.lang, language)
        case dict() as fields:
            names = dict(CONTACT_PARTS)
            for field in CONTACT_FIELDS:
                cells = table.add_row().cells
                _text(cells[0].paragraphs[0], str(names[field]))
                _fill(cells[1], fields.get(field, ""), line.lang)
        case tuple() as chosen:
            cell = table.add_row().cells[0]
            for number, words in enumerate(offered(question, language)):
                paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
                _text(paragraph, f"{TICKED if words in chosen else UNTICKED} {words}")
        case str() as words:
            _answer(table.add_row().cells[0], question, words, line.lang, language)
    document.add_paragraph()


def _files(document: Doc, line: Line, language: str) -> None:
    """Named, and without a key: a form that comes back can neither bring a file nor lose one."""
    _text(document.add_paragraph(), line.question.label.within(language)).bold = True
    for words in line.words:
        _text(document.add_paragraph(style="List Bullet"), str(words))
    _small(document.add_paragraph(), files_note())


def _head(cell: _Cell, line: Line, language: str) -> None:
    question, paragraph = line.question, cell.paragraphs[0]
    _shade(cell)
    paragraph._p.append(_marked(str(line.key), question.label.within(language)))
    for words in (question.hint, question.guidance):
        if words:
            _small(cell.add_paragraph(), words.within(language))
    if line.reason:
        _small(cell.add_paragraph(), left_blank(line))


def _marked(mark: str, label: str) -> Any:
    """The label in a content control that nobody can take away and whose tag is the key."""
    tag, lock = _element("w:tag", mark), _element("w:lock", "sdtContentLocked")
    return _control((tag, lock), label, is_bold=True)


def _choice(words: str, choices: Sequence[str]) -> Any:
    """A drop-down list."""
    listed = OxmlElement("w:dropDownList")
    for label in choices:
        item = _element("w:listItem", label, "w:value")
        item.set(qn("w:displayText"), label)
        listed.append(item)
    empty = () if words else (OxmlElement("w:showingPlcHdr"),)
    return _control((*empty, listed), words or gettext("Choose"))


def _control(properties: Sequence[Any], words: str, *, is_bold: bool = False) -> Any:
    control, about, content, run = (cast(Any, OxmlElement(name)) for name in ("w:sdt", "w:sdtPr", "w:sdtContent", "w:r"))
    about.extend(properties)
    if is_bold:
        run.get_or_add_rPr().append(OxmlElement("w:b"))
    run.append(_written(words))
    content.append(run)
    control.extend((about, content))
    return control


def _element(name: str, value: str, attribute: str = "w:val") -> Any:
    element = OxmlElement(name)
    element.set(qn(attribute), value)
    return element


def _written(words: str) -> Any:
    """Exactly these words, spaces too."""
    text = _element("w:t", "preserve", "xml:space")
    text.text = words
    return text


def _rows(table: Table, question: Question, rows: Sequence[dict[str, str]], lang: str | None, language: str) -> None:
    titles = table.add_row().cells
    for cell, column in zip(titles, question.columns, strict=True):
        _shade(cell)
        _text(cell.paragraphs[0], column.label.within(language)).bold = True
    for row in (*rows, *({} for _ in range(SPARE_ROWS))):
        for cell, column in zip(table.add_row().cells, question.columns, strict=True):
            _answer(cell, column, row.get(column.code, ""), lang, language)


def _answer(cell: _Cell, question: Question, words: str, lang: str | None, language: str) -> None:
    choices = offered(question, language)
    if choices and (words in choices or not words):
        cell.paragraphs[0]._p.append(_choice(words, choices))
    else:
        _fill(cell, words, lang)


def _fill(cell: _Cell, words: str, lang: str | None) -> None:
    """Each line of the answer its own paragraph, in its own direction."""
    for number, words_of_line in enumerate(words.split("\n")):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        run = _text(paragraph, words_of_line)
        if direction(lang) == "rtl":
            paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
            run._r.get_or_add_rPr().append(OxmlElement("w:rtl"))


def _text(paragraph: Paragraph, words: str) -> Any:
    """A run of exactly these words: tabs as tabs, and no line end in them."""
    run = paragraph.add_run()
    for number, piece in enumerate(words.split("\t")):
        if number:
            run._r.append(OxmlElement("w:tab"))
        if piece:
            run._r.append(_written(piece))
    return run


def _small(paragraph: Paragraph, words: str) -> None:
    run = _text(paragraph, words)
    run.font.size, run.font.color.rgb = Pt(9), _QUIET


def _shade(cell: _Cell) -> None:
    shade = _element("w:shd", "clear")
    shade.set(qn("w:fill"), _HEAD)
    cell._tc.get_or_add_tcPr().append(shade)
