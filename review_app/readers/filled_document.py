"""The fields of a form in a Word document: each a small table whose head carries the key."""

import re
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import qn

from review_app.questionnaire.language import Question, Questionnaire
from review_app.questionnaire.paper import Key, Words
from review_app.questionnaire.values import CONTACT_FIELDS
from review_app.readers.filled import Filled, is_empty, question_at
from review_app.readers.word_files import words_of_paragraph

_P, _TR, _TC, _SDT, _TBL = (qn(f"w:{name}") for name in ("p", "tr", "tc", "sdt", "tbl"))
_ABOUT = "docProps/core.xml"
_TICKED = re.compile(r"[☒☑✓✔xX]\s+(?P<label>\S.*)")
_UNTICKED = re.compile(r"[☐□]")
_REPORT = re.compile(r"report:([0-9]{1,9})")


def boxes_of(data: bytes) -> dict[str, Any]:
    """The marked tables of a document, as JSON types: `report`, `language`, and `boxes` of (mark, rows of cells' words).

    Raises what the libraries raise for a broken file.
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        body = parse_xml(archive.read("word/document.xml"))
        about = parse_xml(archive.read(_ABOUT)) if _ABOUT in archive.namelist() else None
    boxes = []
    for table in body.iter(_TBL):
        if mark := _mark(table):
            boxes.append([mark, [[_text(cell) for cell in _cells(row)] for row in table.iterfind(_TR)]])
    named = {name: about.findtext(qn(f"dc:{name}")) or "" if about is not None else "" for name in ("identifier", "language")}
    return {"report": named["identifier"], "language": named["language"], "boxes": boxes}


def read_boxes(found: Mapping[str, Any], questionnaire: Questionnaire, groups: Mapping[str, str]) -> Filled:
    """What `boxes_of` found, as answers."""
    named = _REPORT.fullmatch(found["report"])
    filled = Filled(report_id=int(named[1]) if named else None, language=found["language"] or None)
    for mark, rows in found["boxes"]:
        key = Key.read(mark)
        question = question_at(key, questionnaire, groups) if key else None
        if key is None or question is None:
            filled.unknown.append(mark)
        else:
            _put(filled, key, _words(question, rows[1:]))
    filled.entries = [(group, words) for group, words in filled.entries if not all(map(is_empty, words.values()))]
    return filled


def _mark(table: Any) -> str | None:
    """The key in the head of the table: the tag of the content control around the label."""
    head = table.find(_TR)
    tags = head.iterfind(f".//{_SDT}/{qn('w:sdtPr')}/{qn('w:tag')}") if head is not None else ()
    return next((mark for tag in tags if "@" in (mark := tag.get(qn("w:val")) or "")), None)


def _cells(row: Any) -> Iterator[Any]:
    """Cells of a row, those inside a content control too."""
    for child in row:
        if child.tag == _TC:
            yield child
        elif child.tag == _SDT:
            yield from child.iterfind(f"{qn('w:sdtContent')}/{_TC}")


def _text(cell: Any) -> str:
    return "\n".join(map(_line, cell.iter(_P)))


def _line(paragraph: Any) -> str:
    is_listed = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None
    return ("- " if is_listed else "") + words_of_paragraph(paragraph)


def _put(filled: Filled, key: Key, words: Words) -> None:
    """A new entry begins where a field comes that the last one of its group has already."""
    if key.group is None:
        filled.answers[key] = words
        return
    last = next((told for group, told in reversed(filled.entries) if group == key.group), None)
    if last is None or key.question in last:
        last = {}
        filled.entries.append((key.group, last))
    last[key.question] = words


def _words(question: Question, rows: list[list[str]]) -> Words:
    if question.type == "table":
        codes = [column.code for column in question.columns]
        told = [{code: text for code, text in zip(codes, row, strict=False) if text.strip()} for row in rows[1:]]
        return [row for row in told if row]
    if question.type == "contact":
        parts = {name: row[-1] for name, row in zip(CONTACT_FIELDS, rows, strict=False) if len(row) > 1}
        return {name: text for name, text in parts.items() if text.strip()}
    text = "\n".join(cell for row in rows for cell in row)
    if question.type == "choices":
        lines = [bare for line in text.split("\n") if (bare := line.strip())]
        ticked = [hit["label"] for line in lines if (hit := _TICKED.fullmatch(line))]
        return tuple(ticked if ticked or any(map(_UNTICKED.match, lines)) else lines)
    return text
