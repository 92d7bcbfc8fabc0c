"""Addresses nobody meant to write are found; those that somebody wrote are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review_app.checks import spam
from review_app.questionnaire import values
from review_app.questionnaire.language import Question, Text

INJECTED = "bestbonus.biz eokul365.com"


def quotes(text: str, known: tuple[str, ...] = ()) -> list[str]:
    return [text[start:end] for start, end in spam.spans(text, known)]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        (f"has been set out.\n{INJECTED}", INJECTED),
        (f"has been set out. {INJECTED}", INJECTED),
        (f"has been set out {INJECTED}", INJECTED),
        (INJECTED, INJECTED),
        ("Done.\n- bestbonus.biz", "bestbonus.biz"),
        ("One line\nbestbonus.biz\nand another line", "bestbonus.biz"),
        ("Done.\nhttp://bestbonus.biz/", "http://bestbonus.biz/"),
        ("“Quoted.” bestbonus.biz", "bestbonus.biz"),
        (f"Artes visuales\n{INJECTED}\n", INJECTED),
    ],
)
def test_injected_addresses_are_found(text: str, quote: str) -> None:
    assert quotes(text) == [quote]


@pytest.mark.parametrize(
    "text",
    [
        "More at example.com",
        "More at www.example.com.",
        "Visit example.com and other.org",
        "Write to a@bestbonus.biz",
        "Done.\na@bestbonus.biz",
        "many tools, e.g.",
        "Done. e.g.",
        "in the U.S.A",
        "Done.\nU.S.A.",
        "S.A.C.",
        "Done.\nreport.pdf",
        "Done. annex.docx",
        "3.14",
        "Done.\n3.14",
        "Done. 1.020",
        "the district.In addition",
        "culture.It",
        "see https://x.org/a/b",
        "as of 2019: https://programassociales.ministeriodesarrollosocial.gob.cl/",
        "Done.\nwww.cultura.gob.pe",
        "Sources:\nexample.org\nother.org",
        "Websites: example.org other.org",
        "",
        "...",
        "Done. etc.",
        "Law No. 30487",
        "https://www.inei.org.pe/media/report.html",
        "a.com, b.com",
    ],
)
def test_what_somebody_wrote_is_left_alone(text: str) -> None:
    assert quotes(text) == []


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("Done.\nretinalatina.org", "Retina Latina"),
        ("Done. upao.com", "Antenor Orrego Private University (UPAO)"),
        ("Done.\ninfoartes.pe", "PE"),
        ("Done.\nplay.example.org", "https://www.example.org/start"),
        ("Done. aopu.org", "Antenor Orrego Private University"),
        ("Done.\nperuculto.com", "Perú"),
    ],
)
def test_addresses_of_those_concerned_are_meant(text: str, known: str) -> None:
    assert quotes(text) != []
    assert quotes(text, (known,)) == []


def test_a_ministry_of_culture_does_not_vouch_for_every_culture() -> None:
    assert quotes("Done.\nculturebonus.biz", ("Ministry of Culture",)) == ["culturebonus.biz"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"has been set out.\n{INJECTED}", "has been set out."),
        (f"set out. {INJECTED}.", "set out."),
        (INJECTED, ""),
        ("One\n- bestbonus.biz\nTwo", "One\nTwo"),
        ("Nothing  here \n", "Nothing  here \n"),
    ],
)
def test_cutting_leaves_no_gap(text: str, left: str) -> None:
    assert spam.cut(text, spam.spans(text)) == left


def test_answers_of_every_kind_are_cleaned() -> None:
    text = Question("q", "longtext", Text(en="Q"))
    table = Question("t", "table", Text(en="T"), columns=(text,))
    contact = Question("c", "contact", Text(en="C"))

    for question, raw in (
        (text, f"A.\n{INJECTED}"),
        (table, [{"q": f"A.\n{INJECTED}"}]),
        (contact, {"name": f"A. {INJECTED}"}),
    ):
        value = spam.without(question, values.read(question, raw), (), lang="en")
        assert "bestbonus" not in str(value) and "A." in str(value)


def test_only_the_named_quotes_are_cut() -> None:
    question = Question("q", "longtext", Text(en="Q"))
    value = values.read(question, "one.biz\ntext\ntwo.biz")

    assert spam.without(question, value, (), lang=None, only=["two.biz"])["value"] == "one.biz\ntext"


words = st.lists(
    st.sampled_from(
        ["a.com", "b.org,", "text", "end.", "\n", "e.g.", "x@y.org", "-", "https://z.net", "3.5", ":", "(c.biz)"]
    )
)


@given(words.map(" ".join))
def test_spans_are_in_order_inside_the_text_and_gone_when_cut(text: str) -> None:
    found = spam.spans(text)
    ends = [0, *(end for _, end in found)]

    assert all(before <= start < end <= len(text) for before, (start, end) in zip(ends, found, strict=False))
    assert "@" not in "".join(text[start:end] for start, end in found)
    assert len(spam.cut(text, found)) <= len(text)


@given(st.text())
def test_any_text_can_be_searched(text: str) -> None:
    spam.spans(text, ("Perú", "PE"))
