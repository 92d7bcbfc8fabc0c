"""The fields of a form in a Word document: each a small table whose head carries the key."""

import re
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from lxml import etree

from review_app.questionnaire.language import Question, Questionnaire
from review_app.questionnaire.paper import Key, Words
from review_app.questionnaire.values import CONTACT_FIELDS
from review_app.readers.filled import Filled, Unreadable, is_empty, question_at
from workflows.messages import Message

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_TICKED = re.compile(r"\s*[☒☑✓✔xX]\s+(?P<label>.*\S)\s*")
_UNTICKED = re.compile(r"\s*[☐□]")
_REPORT = re.compile(r"report:([0-9]{1,9})")


def read_document(data: bytes, questionnaire: Questionnaire, groups: Mapping[str, str]) -> Filled:
    """Every marked table of the document. Raises Unreadable."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        body = _parsed(archive, "word/document.xml")
        about = _parsed(archive, "docProps/core.xml") if "docProps/core.xml" in archive.namelist() else None
    filled = Filled()
    if about is not None:
        named = _REPORT.fullmatch(about.findtext(f"{_DC}identifier") or "")
        filled.report_id = int(named[1]) if named else None
        filled.language = about.findtext(f"{_DC}language")
    for table in body.iter(f"{_W}tbl"):
        mark = _mark(table)
        if mark is None:
            continue
        key = Key.read(mark)
        question = question_at(key, questionnaire, groups) if key else None
        if key is None or question is None:
            filled.unknown.append(mark)
        else:
            _put(filled, key, _words(question, table))
    filled.entries = [(group, words) for group, words in filled.entries if not all(map(is_empty, words.values()))]
    return filled


def _parsed(archive: zipfile.ZipFile, name: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(archive.read(name), parser)
    except (etree.XMLSyntaxError, zipfile.BadZipFile, ValueError, NotImplementedError):
        raise Unreadable(Message("The document is damaged: open it in Word, save it again and send that file.")) from None


def _mark(table: Any) -> str | None:
    """The key in the head of the table: the tag of the content control around the label."""
    head = table.find(f"{_W}tr")
    tags = head.iterfind(f".//{_W}sdt/{_W}sdtPr/{_W}tag") if head is not None else ()
    return next((tag.get(f"{_W}val") for tag in tags if "@" in (tag.get(f"{_W}val") or "")), None)


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


def _words(question: Question, table: Any) -> Words:
    rows = [[_text(cell) for cell in _cells(row)] for row in table.iterfind(f"{_W}tr")][1:]
    if question.type == "table":
        codes = [column.code for column in question.columns]
        told = [{code: text for code, text in zip(codes, row, strict=False) if text.strip()} for row in rows[1:]]
        return [row for row in told if row]
    if question.type == "contact":
        parts = {name: row[-1] for name, row in zip(CONTACT_FIELDS, rows, strict=False) if len(row) > 1}
        return {name: text for name, text in parts.items() if text.strip()}
    text = "\n".join(cell for row in rows for cell in row)
    if question.type == "choices":
        lines = [line for line in text.split("\n") if line.strip()]
        ticked = [hit["label"] for line in lines if (hit := _TICKED.fullmatch(line))]
        is_ticking = any(_TICKED.fullmatch(line) or _UNTICKED.match(line) for line in lines)
        return tuple(ticked if is_ticking else (line.strip() for line in lines))
    return text


def _cells(row: Any) -> Iterator[Any]:
    """Cells of a row, those inside a content control too."""
    for child in row:
        if child.tag == f"{_W}tc":
            yield child
        elif child.tag == f"{_W}sdt":
            yield from child.iterfind(f"{_W}sdtContent/{_W}tc")


def _text(cell: Any) -> str:
    return "\n".join(_line(paragraph) for paragraph in cell.iter(f"{_W}p"))


def _line(paragraph: Any) -> str:
    """What a paragraph says: without what was deleted under change tracking, and without the word that stands in an empty list."""
    said = [] if paragraph.find(f"{_W}pPr/{_W}numPr") is None else ["- "]
    for part in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}noBreakHyphen"):
        if _is_placeholder(part, paragraph):
            continue
        match etree.QName(part).localname:
            case "t":
                said.append(part.text or "")
            case "tab" if part.getparent().tag == f"{_W}r":
                said.append("\t")
            case "br" | "cr":
                said.append("\n")
            case "noBreakHyphen":
                said.append("\u2011")
    return "".join(said)


def _is_placeholder(part: Any, paragraph: Any) -> bool:
    for above in part.iterancestors():
        if above is paragraph:
            return False
        if above.tag == f"{_W}sdt" and above.find(f"{_W}sdtPr/{_W}showingPlcHdr") is not None:
            return True
    return False
