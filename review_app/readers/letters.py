"""Letters without their dress: what two spellings of one caption, label or name have in common."""

import re
from functools import lru_cache

from review_app.checks.words import folded

_NO_LETTER = re.compile(r"[\W_]+")
WORD = re.compile(r"[^\W_]")
_CAPTION_LIKE = 160  # characters; captions come again in every text, and what is longer never does


def squeezed(text: str) -> str:
    """Letters and digits only, folded: "Name of partner | Type" and "NAME OF PARTNERTYPE" are one."""
    return _squeezed(text) if len(text) <= _CAPTION_LIKE else _NO_LETTER.sub("", folded(text))


@lru_cache(maxsize=4096)
def _squeezed(text: str) -> str:
    return _NO_LETTER.sub("", folded(text))


def squeezed_with_places(text: str, start: int, end: int) -> tuple[str, list[int]]:
    """`squeezed(text[start:end])`, and for each of its letters the place in `text` it comes from."""
    letters: list[str] = []
    places: list[int] = []
    for place in range(start, end):
        for letter in _NO_LETTER.sub("", folded(text[place])):
            letters.append(letter)
            places.append(place)
    return "".join(letters), places


def has_word(text: str) -> bool:
    """Whether there is a letter or a digit in it."""
    return text[:1].isalnum() or WORD.search(text) is not None
