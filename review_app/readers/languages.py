"""Which of the three languages captions and prose are in."""

from collections import Counter
from collections.abc import Iterable

# Words one language has and the others do not; Portuguese stands by, lest it be taken for Spanish.
_OWN = {
    "en": "the of and to is for with that by are was which this has have been from their its were will an at it they as who",
    "fr": "les des du et est dans une pour sur au aux qui ce cette sont leur leurs avec ont été ete plus elle il ils ainsi par"
          " être etre entre pas cela ces à où afin",
    "es": "el los las y del por con para una como su sus al más mas este esta ha han lo fue son se ser desde hasta entre también"
          " tambien sobre",
    "pt": "o os e do da dos das em uma com não nao são sao pelo pela ao aos foi mais seu sua no na nos nas",
}
_LANGUAGES_OF: dict[str, list[str]] = {}
for _language, _list in _OWN.items():
    for _word in _list.split():
        _LANGUAGES_OF.setdefault(_word, []).append(_language)
_SPOKEN = {word: languages[0] for word, languages in _LANGUAGES_OF.items() if len(languages) == 1}


_MOST = 20_000
"""Characters of each text that are looked at."""


def of_captions(spoken: Iterable[frozenset[str]]) -> str | None:
    """en, fr, es or mixed, from the languages each caption can be; None without captions."""
    wordings = list(spoken)
    if not wordings:
        return None
    common = frozenset.intersection(*wordings)
    if common:
        return min(common)
    return "mixed"


def of_prose(texts: Iterable[str]) -> str | None:
    """The language most of the words are in; mixed when a second one has its share; None when there is too little."""
    found = Counter[str | None]()
    for text in texts:
        found.update(map(_SPOKEN.get, text[:_MOST].lower().split()))
    counts = {language: found[language] for language in _OWN}
    ranked = sorted(counts, key=lambda language: -counts[language])
    first, second = ranked[0], ranked[1]
    if counts[first] == 0 or counts[first] == counts[second]:
        return None
    if first == "pt":
        return None
    if second != "pt" and counts[second] >= 6 and counts[second] * 4 >= counts[first]:
        return "mixed"
    return first
