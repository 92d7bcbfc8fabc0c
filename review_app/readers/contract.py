"""A reading as one flat record: what `review-app read-measures` prints."""

from collections.abc import Sequence
from typing import Any

from review_app.readers.reading import Reading
from review_app.readers.sums import plain

_AS_THEY_ARE = (
    "title", "country", "year", "agency", "website", "features", "results", "evaluation", "financial_resources_text", "evaluated",
    "heading_language", "narrative_language",
)
_LISTS = ("goals", "domains", "priorities")
_PLACES = ("junk", "captions", "raw", "unplaced")


def record(reading: Reading, *, around: Sequence[str] = ()) -> dict[str, Any]:
    """`around`: what the pages print around the text.

    Keys and shapes are stable; every letter and digit of the text stands in exactly one string of them.
    """
    answer: dict[str, Any] = {"form": reading.form}
    answer.update({name: getattr(reading, name) for name in _AS_THEY_ARE})
    for name in _LISTS:
        value = getattr(reading, name)
        answer[name] = None if value is None else list(value)
    answer["money"] = None if reading.money is None else [plain(one) for one in reading.money]
    answer["partners"] = (
        None if reading.partners is None else [{"name": one.name, "type": one.type} for one in reading.partners]
    )
    answer.update({place: reading.words(place) for place in _PLACES})
    answer["junk"] += around
    return answer
