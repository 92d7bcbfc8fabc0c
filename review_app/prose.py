"""How what people wrote is shown: plain text with a small safe markdown, sanitised on output."""

import re
from functools import lru_cache
from html import unescape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

RULES = ("newline", "escape", "emphasis", "link", "autolink", "list", "blockquote")
TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "a"}
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}

_MARKUP = re.compile(r"<[^>]+>")
_BLOCK_END = re.compile(r"</(?:p|li|blockquote)>|<br>")

# "zero" knows paragraphs only: no HTML, no headings, no images, no code, so that indented or hash-marked lines of an
# ordinary text stay what they were. A line break that was typed stays a line break.
_markdown = MarkdownIt("zero", {"html": False, "breaks": True, "maxNesting": 20}).enable(list(RULES))


@lru_cache(maxsize=1024)
def prose(text: Any) -> Markup:
    """Typed text as safe HTML: paragraphs, line breaks, emphasis, lists, quotations, links; no other markup."""
    html = _markdown.render("" if text is None else str(text))
    clean = nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="nofollow noopener noreferrer ugc"
    )
    return Markup(clean.strip())  # noqa: S704 - sanitised one line above


def gist(text: Any, length: int = 220) -> str:
    """The first words of a typed text on one line, without its markdown, cut at a word."""
    line = " ".join(unescape(_MARKUP.sub("", _BLOCK_END.sub(" ", prose(text)))).split())
    if len(line) <= length:
        return line
    return line[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:.-") + "…"
