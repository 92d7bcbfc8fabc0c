"""Text typed by people is shown as text: a small markdown works, nothing else gets through."""

import pytest
from markupsafe import Markup

from review_app.prose import gist, prose


def test_paragraphs_and_typed_line_breaks_stay() -> None:
    assert prose("One\nline\n\nTwo") == "<p>One<br>\nline</p>\n<p>Two</p>"


def test_emphasis_lists_and_quotations() -> None:
    html = prose("**Law** and *custom*\n\n- first\n- second\n\n3. third\n4. fourth\n\n> said")
    assert "<strong>Law</strong> and <em>custom</em>" in html
    assert "<ul>\n<li>first</li>" in html
    assert '<ol start="3">' in html
    assert "<blockquote>" in html


def test_the_result_is_markup_and_blank_is_empty() -> None:
    assert isinstance(prose("x"), Markup)
    assert prose(None) == ""
    assert prose("  ") == ""


def test_links_of_known_kinds_only() -> None:
    html = prose("[report](https://example.org/a?b=1&c=2) and <https://example.org/>")
    assert 'href="https://example.org/a?b=1&amp;c=2"' in html
    assert html.count('rel="nofollow noopener noreferrer ugc"') == 2
    for address in ("javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"):
        assert "href" not in prose(f"[x]({address})")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        "<svg/onload=alert(1)>",
        "![x](https://example.org/x.png)",
        '[x](https://example.org/ "t" onmouseover="alert(1)")',
        "<style>p{display:none}</style>",
        "<iframe src=https://example.org></iframe>",
    ],
)
def test_nothing_becomes_a_tag_of_its_own(text: str) -> None:
    html = prose(text).lower()
    for forbidden in ("<script", "<img", "<svg", "<style", "<iframe", "<a href=\"javascript"):
        assert forbidden not in html


def test_what_looks_like_code_or_a_heading_stays_text() -> None:
    assert prose("# Budget 2020*: CLP / USD *annual") == "<p># Budget 2020*: CLP / USD *annual</p>"
    assert "<pre" not in prose("    indented")
    assert "<code" not in prose("`x`")
    assert prose("AT&T &copy; 5 < 6") == "<p>AT&amp;T &amp;copy; 5 &lt; 6</p>"


def test_gist_is_one_plain_line_cut_at_a_word() -> None:
    assert gist("**First** line\nsecond & third\n\n- item") == "First line second & third item"
    short = gist("many words " * 60, length=50)
    assert len(short) <= 50
    assert short.endswith(("words…", "many…"))
    assert gist(None) == ""
