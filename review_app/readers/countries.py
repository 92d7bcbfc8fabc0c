"""Names of States in three languages, and the one a text is from, by its canonical English name."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache

from babel import Locale

from review_app.readers.letters import squeezed

# Where the United Nations and CLDR differ, and names in use besides.
_CANONICAL = {
    "BN": "Brunei Darussalam", "BO": "Bolivia", "CD": "Democratic Republic of the Congo", "CG": "Congo", "CI": "Côte d'Ivoire",
    "CV": "Cabo Verde", "FM": "Micronesia", "KP": "Democratic People's Republic of Korea", "KR": "Republic of Korea",
    "LA": "Lao PDR", "MD": "Republic of Moldova", "MM": "Myanmar", "PS": "Palestine", "RU": "Russian Federation",
    "ST": "Sao Tome and Principe", "SY": "Syrian Arab Republic", "TL": "Timor-Leste", "TR": "Türkiye",
    "TZ": "United Republic of Tanzania", "VN": "Viet Nam",
}
_ALSO = {
    "BO": ["Bolivia (Plurinational State of)", "Plurinational State of Bolivia"], "CI": ["Ivory Coast"], "CV": ["Cape Verde"],
    "CZ": ["Czech Republic"], "GB": ["United Kingdom of Great Britain and Northern Ireland"], "IR": ["Iran (Islamic Republic of)"],
    "LA": ["Lao People's Democratic Republic"], "MD": ["Moldova"], "PS": ["State of Palestine", "Palestine, État de"],
    "SZ": ["Swaziland"], "TL": ["East Timor"], "TR": ["Turkey", "Turquie", "Turquía"], "US": ["United States of America"],
    "VE": ["Venezuela (Bolivarian Republic of)"], "MK": ["North Macedonia"], "CN": ["People's Republic of China"],
}
_NAME = re.compile(r"[^\W\d_a-zà-ÿ][\w'’.-]*(?:\s(?:(?:of|the|and|de|la|du|des|et|y|del|el)\s){0,2}[^\W\d_a-zà-ÿ][\w'’.-]*){0,5}")
# It begins with a letter of its own, so that the search skips all others; (?<!\w.) says that a word begins with that letter.
_BODY_OF = re.compile(
    r"[EGMPRSegmprsÉé](?<!\w.)(?:(?<=[Gg])(?:overnment|ouvernement|obierno)|(?<=[Mm])(?:inistry|inist[eè]re|inisterio)|(?<=[Ss])tate"
    r"|(?<=[Rr])(?:epublic|épublique|epública)|(?<=[Pp])arliament|(?<=[EÉé])tat|(?<=[Ee])stado)"
    r"\s(?:of\s|de\s|du\s|des\s|del\s|d['’])(?:the\s|la\s|el\s)?(?P<name>[^\n]{0,60})"
)
_ENDING = re.compile(r"['’]s?$")
_MOST = 20_000


@cache
def _codes() -> dict[str, str]:
    """Code by squeezed name."""
    found: dict[str, str] = {}
    for language in ("es", "fr", "en"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "QO", "XA", "XB"):
                found[squeezed(str(name))] = code
    found.update({squeezed(name): code for code, name in _CANONICAL.items()})
    found.update({squeezed(name): code for code, names in _ALSO.items() for name in names})
    return found


@cache
def _names() -> list[str]:
    """The squeezed names in their order."""
    return sorted(_codes())


@cache
def _name(code: str) -> str:
    return _CANONICAL.get(code) or str(Locale("en").territories[code]).replace("’", "'")


def country(words: str) -> str | None:
    """The canonical name when `words` are the name of a country and nothing else."""
    code = _codes().get(squeezed(words)) if len(words) <= 80 else None
    return _name(code) if code else None


def code_of(words: str) -> str | None:
    """The ISO 3166 code of a country's name in any of the languages."""
    return _codes().get(squeezed(words))


def named_in(names: Iterable[str], prose: Iterable[str]) -> str | None:
    """The only country that `names` (title, agency) tell; else the only one whose government or ministry is in the prose."""
    for found in (
        {code for words in names for code in _in_names(words[:_MOST])},
        {code for words in prose for match in _BODY_OF.finditer(words[:_MOST]) if (code := _at_head(match["name"]))},
    ):
        if found:
            return _name(found.pop()) if len(found) == 1 else None
    return None


def _in_names(text: str) -> Iterable[str]:
    for match in _NAME.finditer(text):
        words = match.group().split()
        at = 0
        while at < len(words):
            code, length = _longest(words[at:at + 6])
            if code:
                yield code
            at += length


def _at_head(text: str) -> str | None:
    match = _NAME.match(text)
    return _longest(match.group().split()[:6])[0] if match else None


def _longest(words: list[str]) -> tuple[str | None, int]:
    """The code of the longest name these words begin with, and how many words it took."""
    begun, names = squeezed(_ENDING.sub("", words[0].rstrip(".-"))), _names()
    place = bisect_left(names, begun)
    if place == len(names) or not names[place].startswith(begun):
        return None, 1
    for length in range(len(words), 0, -1):
        name = _ENDING.sub("", " ".join(words[:length]).rstrip(".-"))
        if code := _codes().get(squeezed(name)):
            return code, length
    return None, 1
