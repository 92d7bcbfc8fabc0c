"""Reading old measures: every word lands in one place, and no text makes the reader raise."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from review_app.readers.contract import record
from review_app.readers.measures import read

KEPT = (
    "title",
    "agency",
    "website",
    "features",
    "results",
    "evaluation",
    "financial_resources_text",
    "goals",
    "priorities",
    "junk",
    "captions",
    "raw",
    "unplaced",
)
PARTS = (
    "Where\nPeru",
    "When: 2020",
    "Who\nMinistry of the Harbour",
    "Describe the main features of the policy/measure:\nBoats read aloud.",
    "Décrivez les principales caractéristiques de la politique/mesure :\nOn lit sur les quais.",
    "Results achieved\nForty boats in 2019.",
    "Recursos financieros asignados\nUSD 1,200.50 per year",
    "Name of partnerType of entity\nGuild of Rowers\nPrivate Sector\nPublic Sector",
    "Has the implementation of the policy/measure been evaluated?\nYES",
    "If yes, what are the main conclusions/recommendations?\nMore oars.",
    "Dominios culturales\nArtes visuales",
    "Goal(s) of UNESCO's 2005 Convention",
    "Read the full report",
)


def letters(text: str) -> Counter[str]:
    return Counter(re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold()))


def strings(answer: dict[str, Any]) -> Iterator[str]:
    for key in KEPT:
        value = answer[key]
        yield from [value] if isinstance(value, str) else value or []
    yield from (partner["name"] for partner in answer["partners"] or [] if partner["name"])


@given(st.permutations(PARTS), st.integers(0, len(PARTS)))
@settings(max_examples=150, deadline=None)
def test_captions_in_any_order_and_language_lose_no_word(parts: list[str], kept: int) -> None:
    text = "The Reading Boats\n\n" + "\n\n".join(parts[:kept])
    assert sum((letters(words) for words in strings(record(read(text)))), Counter()) == letters(text)


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_no_text_makes_it_raise(text: str) -> None:
    assert set(KEPT) <= set(record(read(text)))
