"""From the letters of a line to the field that a caption of these letters opens, in any of three languages."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import product

from review_app.readers.letters import squeezed
from review_app.readers.wordings import METADATA_WORDINGS, SHORT_WORDINGS, THINGS, THROUGH, WORDINGS


@dataclass(frozen=True)
class Caption:
    """One wording: the field it opens, the languages it can be, and how far it is to be trusted."""

    field: str
    languages: frozenset[str]
    strength: str
    """long, short or metadata."""


def _expanded(wording: str, language: str) -> list[str]:
    made = [wording]
    for gap, fillings in (("{it}", THINGS[language]), ("{through}", list(THROUGH))):
        made = [
            one.replace(gap, filling) for one, filling in product(made, fillings if gap in wording else [""])
        ]
    if language == "fr":  # de + les = des, à + les = aux
        made += [one.replace(" de les ", " des ").replace(" à les ", " aux ") for one in made if " les " in one]
    return made


def _index() -> dict[str, Caption]:
    index: dict[str, Caption] = {}
    for strength, table in (("long", WORDINGS), ("short", SHORT_WORDINGS), ("metadata", METADATA_WORDINGS)):
        for field, languages in table.items():
            for language, wordings in languages.items():
                for key in {squeezed(one) for wording in wordings for one in _expanded(wording, language)}:
                    known = index.get(key)
                    spoken = known.languages if known else frozenset[str]()
                    index[key] = known or Caption(field, frozenset({language}), strength)
                    if known and known.field == field:
                        index[key] = Caption(field, spoken | {language}, known.strength)
    return index


CAPTIONS = _index()
_KEYS = sorted(key for key, caption in CAPTIONS.items() if caption.strength == "long")
_LENGTHS = sorted({len(key) for key in _KEYS}, reverse=True)
_BEGINNINGS = frozenset(key[:length] for key in _KEYS for length in range(5))
ENDINGS = frozenset(key[-4:] for key in _KEYS)
LONGEST = _LENGTHS[0]


def ending(letters: str) -> tuple[int, Caption] | None:
    """The longest caption that ends a row of squeezed letters: (where it begins, what it is)."""
    if letters[-4:] not in ENDINGS:
        return None
    for length in _LENGTHS:
        if length <= len(letters) and (found := CAPTIONS.get(letters[-length:])) and found.strength == "long":
            return len(letters) - length, found
    return None


def is_begun(letters: str) -> bool:
    """Whether a long caption goes on where these squeezed letters stop."""
    if letters[:4] not in _BEGINNINGS:
        return False
    place = bisect_right(_KEYS, letters)
    return place < len(_KEYS) and _KEYS[place].startswith(letters)


def begun(letters: str) -> list[Caption]:
    """The long captions that go on where these squeezed letters stop."""
    found = []
    place = bisect_right(_KEYS, letters)
    while letters and place < len(_KEYS) and _KEYS[place].startswith(letters):
        found.append(CAPTIONS[_KEYS[place]])
        place += 1
    return found
