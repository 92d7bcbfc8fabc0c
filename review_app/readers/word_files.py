"""Word files (DOCX) as blocks: paragraphs, tables, text boxes, notes; running heads and feet are told apart."""

import io
from collections.abc import Iterator
from typing import Any

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml import etree

from review_app.readers.blocks import Block, table_blocks
from review_app.readers.letters import has_word

_P, _R, _T, _TAB, _TBL, _TR, _TC, _SDT = (qn(f"w:{name}") for name in ("p", "r", "t", "tab", "tbl", "tr", "tc", "sdt"))
_SIGNS = {qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "\u2011"}
_SECOND_COPY = frozenset((qn("w:moveFrom"), "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"))
_NO_WORDS = frozenset((*_SECOND_COPY, qn("w:pPr")))
_AROUND = ("/header", "/footer")
_NOTES = ("/footnotes", "/endnotes")


def blocks_of_word(content: bytes) -> list[Block]:
    """The blocks of a DOCX file. Raises what the libraries raise for a broken one."""
    document = Document(io.BytesIO(content))
    levels = _heading_levels(document)
    blocks = list(_blocks(document.element.body, levels))
    for relation in document.part.rels.values():
        if relation.is_external or not relation.reltype.endswith((*_AROUND, *_NOTES)):
            continue
        is_around = relation.reltype.endswith(_AROUND)
        for block in _blocks(parse_xml(relation.target_part.blob), levels):
            blocks.append(Block(block.words, is_apart=block.is_apart, is_furniture=is_around))
    return blocks


def _heading_levels(document: Any) -> dict[str, int]:
    """Style id -> level of the headings; the name of a style is English in every Word."""
    levels = {}
    for style in document.styles.element.iter(qn("w:style")):
        name = style.find(qn("w:name"))
        words = (name.get(qn("w:val")) or "").lower() if name is not None else ""
        if words == "title":
            levels[style.get(qn("w:styleId"))] = 1
        elif words.startswith("heading ") and words[8:].isdecimal():
            levels[style.get(qn("w:styleId"))] = min(int(words[8:]), 6)
    return levels


def _blocks(root: Any, levels: dict[str, int]) -> Iterator[Block]:
    is_apart = True
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        if element.tag in _SECOND_COPY:
            walk.skip_subtree()
        elif element.tag == _TBL and next(element.iterdescendants(_TBL), None) is None:
            yield from table_blocks([[_cell(cell) for cell in row.iter(_TC)] for row in element.iter(_TR)])
            is_apart = True
            walk.skip_subtree()
        elif element.tag == _P:
            words = _plain(element)
            if has_word(words):
                yield Block(words.strip(), level=_level(element, levels), is_apart=is_apart)
            is_apart = not has_word(words)


def _cell(cell: Any) -> str:
    return "\n".join(filter(has_word, (_plain(paragraph) for paragraph in cell.iter(_P))))


def _plain(paragraph: Any) -> str:
    return words_of_paragraph(paragraph).replace("\u2011", "-")


def words_of_paragraph(paragraph: Any) -> str:
    """What stands in a paragraph itself.

    Not what hangs on it in a text box, where it was moved from, or what an empty content control says for itself.
    """
    words = ""
    walk = etree.iterwalk(paragraph, events=("start",))
    for _, element in walk:
        if element.tag in _NO_WORDS or (element.tag == _P and element is not paragraph) or _is_placeholder(element):
            walk.skip_subtree()
        elif element.tag == _T:
            words += element.text or ""
        elif element.tag == _TAB and element.getparent().tag == _R:  # elsewhere it is the place of a tab stop
            words += "\t"
        elif element.tag in _SIGNS:
            words += _SIGNS[element.tag]
    return words


def _is_placeholder(element: Any) -> bool:
    return element.tag == _SDT and element.find(f"{qn('w:sdtPr')}/{qn('w:showingPlcHdr')}") is not None


def _level(paragraph: Any, levels: dict[str, int]) -> int:
    properties = paragraph.find(qn("w:pPr"))
    style = properties.find(qn("w:pStyle")) if properties is not None else None
    return levels.get(style.get(qn("w:val")), 0) if style is not None else 0
