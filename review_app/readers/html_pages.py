"""HTML pages as blocks: what a person reads, with navigation and the like told apart."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree, html

from review_app.readers.blocks import Block, table_blocks
from review_app.readers.letters import has_word

_APART = frozenset(
    ["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre", "hr", "section", "article", "main", "header", "footer", "nav", "aside", "figure", "fieldset", "form", "address", "details"]
)
_LINES = frozenset(["div", "li", "dt", "dd", "tr", "td", "th", "br", "caption", "figcaption", "legend", "option", "summary", "body", "center"])
_UNSEEN = frozenset(["script", "style", "noscript", "template", "head", "svg", "math", "iframe", "object"])
_FURNITURE = frozenset(("nav", "footer", "aside"))
_FURNITURE_ROLES = frozenset(("navigation", "banner", "contentinfo", "search", "complementary"))
_TYPED = frozenset(("", "text", "url", "email", "number", "tel", "date", "search"))
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,40})", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\n\r\f\v]+")


def decoded(content: bytes) -> str:
    """The letters of a page or text: as its mark or its declaration says, else UTF-8, else Windows' western letters."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    declared = _CHARSET.search(content[:4096])
    for encoding in ("utf-8-sig", declared[1].decode("ascii") if declared else "cp1252"):
        try:
            return content.decode(encoding)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return content.decode("cp1252", errors="replace")


def blocks_of_page(content: bytes) -> list[Block]:
    """The blocks of an HTML page."""
    page = decoded(content).replace("\0", "")
    page = re.sub(r"\A\s*<\?xml[^>]{0,300}\?>", "", page)
    if not page.strip():
        return []
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(page.encode("utf-8", errors="replace"), parser=parser)
    except etree.ParserError:  # nothing but marks
        return []
    return list(_Walk(root).blocks())


class _Walk:
    """One walk through a tree, without recursion: pages may be nested without end."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._words: list[str] = []
        self._is_apart = True
        self._level = 0
        self._furniture: list[Any] = []
        self._as_typed: list[Any] = []

    def blocks(self) -> Iterator[Block]:
        """The blocks in the order of the page."""
        walk = etree.iterwalk(self._root, events=("start", "end"))
        for event, element in walk:
            tag = element.tag if isinstance(element.tag, str) else ""
            if event == "end":
                yield from self._leave(element, tag)
            elif tag in _UNSEEN or tag == "select":
                self._say(_chosen(element) if tag == "select" else "")
                walk.skip_subtree()
            elif tag == "table" and (rows := _rows(element)) is not None:
                yield from self._flush(is_apart=True)
                yield from (Block(one.words, is_apart=one.is_apart, is_furniture=bool(self._furniture)) for one in table_blocks(rows))
                walk.skip_subtree()
            else:
                yield from self._enter(element, tag)
        yield from self._flush()

    def _enter(self, element: Any, tag: str) -> Iterator[Block]:
        if tag in _APART or tag in _LINES:
            # Two line breaks in a row part paragraphs.
            is_empty_line = tag == "br" and not has_word("".join(self._words))
            yield from self._flush(is_apart=tag in _APART or is_empty_line)
        if _is_furniture(element, tag):
            self._furniture.append(element)
        if tag in ("pre", "textarea"):
            self._as_typed.append(element)
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self._level = int(tag[1])
        if tag == "input" and (element.get("type") or "").lower() in _TYPED:
            self._say(f" {element.get('value') or ''} ")
        self._say(element.text or "")

    def _leave(self, element: Any, tag: str) -> Iterator[Block]:
        if tag in _APART or tag in _LINES:
            yield from self._flush(is_apart=tag in _APART)
        for opened in (self._furniture, self._as_typed):
            if opened and opened[-1] is element:
                opened.pop()
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self._level = 0
        if element is not self._root:
            self._say(element.tail or "")

    def _say(self, words: str) -> None:
        if words:
            self._words.append(words if self._as_typed else _SPACES.sub(" ", words))

    def _flush(self, *, is_apart: bool = False) -> Iterator[Block]:
        words = "".join(self._words).strip(" \t\r\n")
        self._words.clear()
        if has_word(words):
            yield Block(words, level=self._level, is_apart=self._is_apart, is_furniture=bool(self._furniture))
            self._is_apart = is_apart
        else:
            self._is_apart = self._is_apart or is_apart


def _is_furniture(element: Any, tag: str) -> bool:
    if tag in _FURNITURE or (element.get("role") or "").lower() in _FURNITURE_ROLES:
        return True
    return tag == "header" and not any(True for _ in element.iterancestors("main", "article"))


def _chosen(select: Any) -> str:
    """What is chosen of a list in a form."""
    return " ".join(option.text_content() for option in select.iter("option") if option.get("selected") is not None)


def _rows(table: Any) -> list[list[str]] | None:
    """The words of each cell; None for a table with another one inside, which only arranges a page."""
    if next(table.iterdescendants("table"), None) is not None:
        return None
    rows, inside = [], 0
    for row in table.iter("caption", "tr"):
        cells = [row] if row.tag == "caption" else [cell for cell in row if cell.tag in ("td", "th")]
        rows.append(["\n".join(block.words for block in _Walk(cell).blocks()) for cell in cells])
        inside += sum(_letters(cell) for cell in cells)
    return rows if inside == _letters(table) else None


def _letters(element: Any) -> int:
    return sum(len(_SPACES.sub("", text)) for text in element.itertext())
