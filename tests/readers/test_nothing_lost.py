"""Whatever stands in a text, and in whatever order: every word lands in one place, and the reader never raises."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review_app.readers.contract import record
from review_app.readers.letters import has_word
from review_app.readers.measures import read
from review_app.readers.wordings import METADATA_WORDINGS, SHORT_WORDINGS, THINGS, THROUGH, WORDINGS


def written_out(*tables: Mapping[str, Mapping[str, list[str]]]) -> list[str]:
    """The wordings of these tables, each about one of the things the forms call it."""
    return [
        wording.replace("{it}", THINGS[language][0]).replace("{through}", THROUGH[0])
        for table in tables for languages in table.values() for language, wordings in languages.items() for wording in wordings
    ]  # fmt: skip


LONG_CAPTIONS = written_out(WORDINGS)
CAPTIONS = [*LONG_CAPTIONS, *written_out(SHORT_WORDINGS, METADATA_WORDINGS)]
WORDS = [
    "Reading Office", "It lends books to villages.", "NO", "Oui", "Public Sector", "Secteur privé", "Name of partner | Type of entity |",
    "| Civil Society Organization (CSO)", "|", "---|---|", "USD 5,000 per year", "2018", "Peru", "Viet Nam", "Music", "Diseño", "N/A",
    "cheappills.biz wincasino777.com", "https://example.org/a", "Read the full report", "Share:", "- Scale:", "- Area:", "- Reach:",
    "- Implementing Agency: by the Guild, here.", "Summary", "Other figures :", "This measure was reported by civil society.", "", " ",
    "You are viewing an archived web page", "Goa", "\u00e9crits d\u2019hier", "e\u0301crits", "ﬁn", "...",
]
SHORTEST_IN_SMALL_LETTERS = 16
SHOWN_ELSEWHERE = {"path", "form", "country", "year", "domains", "money", "evaluated", "heading_language", "narrative_language"}


def letters(text: str) -> list[str]:
    return re.findall(r"[^\W_]", text)


def strings(answer: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for key, value in answer.items():
        if key in SHOWN_ELSEWHERE or value is None:
            continue
        if key == "partners":
            found += [row["name"] for row in value if row["name"]]
        else:
            found += [value] if isinstance(value, str) else value
    return found


def assert_nothing_lost(text: str) -> None:
    reading = read(text)
    at = 0
    for piece in reading.pieces:
        assert not has_word(reading.text[at:piece.start])
        assert at <= piece.start < piece.end
        at = piece.end
    assert not has_word(reading.text[at:])
    said = sorted(letter for string in strings(record(reading)) for letter in letters(string))
    assert said == sorted(letters(reading.text))


lines = st.one_of(
    st.sampled_from(CAPTIONS), st.sampled_from(CAPTIONS).map(lambda caption: f"{caption}?:\u00a0"),
    st.tuples(st.sampled_from(CAPTIONS), st.sampled_from(WORDS)).map(": ".join), st.sampled_from(WORDS),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(lines, max_size=25), st.sampled_from(["\n", "\n\n", "\r\n", " "]), st.integers(0, 40))
def test_any_order_loss_or_translation_of_captions(parts: list[str], joint: str, cut: int) -> None:
    text = joint.join(parts)

    assert_nothing_lost(text[:len(text) - cut] if cut < len(text) else text)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_any_text_whatever(text: str) -> None:
    assert_nothing_lost(text)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="aA1 .:?|\n-$€,()[]!<>_\u0301é×", max_size=300))
def test_any_mixture_of_marks(text: str) -> None:
    assert_nothing_lost("Financial resources allocated to the policy/measure in USD:\n" + text)


def ways_to_write(caption: str) -> tuple[str, ...]:
    capital = caption[0].upper() + caption[1:]
    return capital, caption.upper(), f"{capital} ? :", f"**{capital}**:"


def captions_of(text: str) -> str:
    return " ".join(read(text).words("captions"))


def test_every_long_caption_opens_its_field_whatever_its_case_and_points() -> None:
    for caption in LONG_CAPTIONS:
        # "type of entity" and the like are also said in a sentence.
        small = (caption.lower(),) if len(caption) >= SHORTEST_IN_SMALL_LETTERS else ()
        for written in (*ways_to_write(caption), *small):
            assert written.strip("*: ?") in captions_of(f"Books by Barge\n\n{written}\nvalue"), written


FORM = "Books by Barge\n\nWhere\nPeru\nDescribe the main features of the policy/measure:\nBarges carry books.\n"


@pytest.mark.parametrize("caption", written_out(SHORT_WORDINGS))
def test_a_short_caption_opens_its_field_alone_on_a_line_of_a_form(caption: str) -> None:
    for written in ways_to_write(caption):
        assert written.strip("*: ?") in captions_of(f"{FORM}{written}\nIt lends books to villages."), written
    for words in (caption.lower(), f"So {caption} are told", f"{caption} and more of it"):
        text = f"{FORM}{words}\nIt lends books to villages."
        assert words not in captions_of(text), "ordinary words are a caption"
        assert_nothing_lost(text)


VALUES = {"where": "Peru", "when": "2018", "who": "The Guild of Rowers"}


@pytest.mark.parametrize("field", METADATA_WORDINGS)
def test_metadata_open_their_field_before_the_form_and_nowhere_else(field: str) -> None:
    for caption in written_out({field: METADATA_WORDINGS[field]}):
        form = "Describe the main features of the policy/measure:\nBarges carry books."
        for written in ways_to_write(caption):
            text = f"Books by Barge\n\n{written}\n{VALUES[field]}\n{form}"
            assert written.strip("*: ?") in captions_of(text), written
        text = f"Books by Barge\n\n{form}\n{caption.lower()} it goes, nobody knows."
        assert caption.lower() not in captions_of(text).split(), "ordinary words are a caption"
        assert_nothing_lost(text)
