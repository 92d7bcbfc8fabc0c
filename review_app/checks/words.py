"""Words as they are compared: letters without their dress, numbers that are written out, sets of words."""

import re
import unicodedata
from functools import lru_cache

_OTHERS = re.compile(r"[^\x00-\x7f]+")
_LIGATURES = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "ı": "i"}
NUMBERS = {
    word: number
    for number, words in enumerate((
        "two deux dos", "three trois tres", "four quatre cuatro", "five cinq cinco", "six six seis", "seven sept siete", "eight huit ocho",
        "nine neuf nueve", "ten dix diez", "eleven onze once", "twelve douze doce", "thirteen treize trece", "fourteen quatorze catorce",
        "fifteen quinze quince", "sixteen seize dieciséis", "seventeen dix-sept diecisiete", "eighteen dix-huit dieciocho",
        "nineteen dix-neuf diecinueve", "twenty vingt veinte",
    ), start=2)
    for word in words.split()
}
"""Small numbers as English, French and Spanish write them out."""
_SAID = "|".join(sorted(NUMBERS.keys() - {"once"}))  # an English word, too
_DIGIT = re.compile("[0-9]")
_NUMBER_WORD = re.compile(
    rf"\b(?:{_SAID}|thirty|forty|fifty|dozens?|hundreds?|thousands?|millions?|half|trente|cent|mille|moitié|treinta|cien|mil(?:es)?|mitad)\b",
    re.IGNORECASE,
)


def has_figure(words: str) -> bool:
    """Whether something was counted, in digits or in words."""
    return _DIGIT.search(words) is not None or _NUMBER_WORD.search(words) is not None


def word_set(words: str) -> frozenset[str]:
    """The words of a list with blanks between them."""
    return frozenset(words.split())


@lru_cache(maxsize=4096)
def _plain(letter: str) -> str:
    bare = "".join(part for part in unicodedata.normalize("NFKD", letter.casefold()) if not unicodedata.combining(part))
    return "".join(_LIGATURES.get(part, part) for part in bare)


def folded(text: str) -> str:
    """`text` in small letters without accents; as many places as it needs."""
    small = text.lower()
    return small if small.isascii() else _OTHERS.sub(lambda letters: "".join(map(_plain, letters.group())), small)
