"""Names of countries and territories, for choosing and for reading, from CLDR by way of Babel."""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from babel import Locale

# Codes of CLDR that are no country or territory: groupings, private use, and parts that have a code of their own only in the post.
NOT_PLACES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"})


def by_name(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """(code, name) pairs in the order of the names, accents aside."""
    return sorted(choices, key=lambda choice: plain(choice[1]))


def plain(name: str) -> str:
    """What a name is put in order by: without its accents and capitals."""
    return "".join(letter for letter in unicodedata.normalize("NFD", name.casefold()) if not unicodedata.combining(letter))


@lru_cache(maxsize=8)
def country_choices(language: str) -> tuple[tuple[str, str], ...]:
    """(ISO 3166-1 alpha-2 code, name in `language`) of every country and territory, in the order of the names."""
    names = Locale.parse(language).territories
    places = ((code, name) for code, name in names.items() if len(code) == 2 and code.isalpha() and code not in NOT_PLACES)
    return tuple(by_name(places))


def country_name(code: str, language: str) -> str:
    """The name of a country in `language`; the code itself when it is unknown."""
    return str(Locale.parse(language).territories.get(code.upper(), code))
