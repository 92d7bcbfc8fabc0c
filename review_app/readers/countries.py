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
    "AE": ["Émirats arabes unis"], "BO": ["Plurinational State of Bolivia", "État plurinational de Bolivie", "Estado Plurinacional de Bolivia"],
    "BY": ["Bélarus", "Belarús"], "CD": ["République démocratique du Congo", "República Democrática del Congo"],
    "CI": ["Ivory Coast", "Costa de Marfil"], "CN": ["People's Republic of China", "République populaire de Chine", "República Popular China"],
    "CV": ["Cape Verde", "Cap-Vert"], "CZ": ["Czech Republic", "République tchèque", "República Checa"],
    "EU": ["European Union", "Union européenne", "Unión Europea"],
    "GB": ["United Kingdom of Great Britain and Northern Ireland", "Royaume-Uni de Grande-Bretagne et d'Irlande du Nord",
           "Reino Unido de Gran Bretaña e Irlanda del Norte"],
    "IR": ["Islamic Republic of Iran", "République islamique d'Iran", "República Islámica del Irán"],
    "KG": ["Kirghizistan"], "KN": ["Saint-Kitts-et-Nevis", "Saint Kitts y Nevis"], "KP": ["République populaire démocratique de Corée"],
    "KR": ["République de Corée", "República de Corea"],
    "LA": ["Lao People's Democratic Republic", "République démocratique populaire lao", "República Democrática Popular Lao"],
    "MD": ["Moldova", "République de Moldova", "República de Moldova"],
    "MK": ["North Macedonia", "Macedonia", "The former Yugoslav Republic of Macedonia", "ex-République yougoslave de Macédoine",
           "ex República Yugoslava de Macedonia"],
    "NL": ["Kingdom of the Netherlands", "Royaume des Pays-Bas", "Reino de los Países Bajos"],
    "PS": ["State of Palestine", "État de Palestine", "Estado de Palestina"], "RU": ["Fédération de Russie", "Federación de Rusia"],
    "SA": ["Arabia Saudita"], "SY": ["République arabe syrienne", "República Árabe Siria"], "SZ": ["Swaziland", "Swazilandia"],
    "TL": ["East Timor"], "TR": ["Turkey", "Turquie", "Turquía"], "TZ": ["République-Unie de Tanzanie", "República Unida de Tanzania"],
    "US": ["United States of America", "États-Unis d'Amérique", "Estados Unidos de América"], "VA": ["Holy See", "Saint-Siège", "Santa Sede"],
    "VE": ["Bolivarian Republic of Venezuela", "République bolivarienne du Venezuela", "República Bolivariana de Venezuela"],
}
_ARTICLE = re.compile(r"(?:the|les?|la|los|las|el)\s+", re.IGNORECASE)
_INVERTED = re.compile(r"(?P<name>[^()]{3,60}?),?\s*\((?P<form>[^()]{3,60})\)")
_NAME = re.compile(r"[^\W\d_a-zà-ÿ][\w'’.-]*(?:\s(?:(?:of|the|and|de|la|du|des|et|y|del|el)\s){0,2}[^\W\d_a-zà-ÿ][\w'’.-]*){0,5}")
# It begins with a letter of its own, so that the search skips all others; (?<!\w.) says that a word begins with that letter.
_BODY_OF = re.compile(
    r"[EGMPRSegmprsÉé](?<!\w.)(?:(?<=[Gg])(?:overnment|ouvernement|obierno)|(?<=[Mm])(?:inistry|inist[eè]re|inisterio)|(?<=[Ss])tate"
    r"|(?<=[Rr])(?:epublic|épublique|epública)|(?<=[Pp])arliament|(?<=[EÉé])tat|(?<=[Ee])stado)"
    r"\s(?:of\s|de\s|du\s|des\s|del\s|d['’])(?:the\s|la\s|el\s)?(?P<name>[^\n]{0,60})"
)
_ENDING = re.compile(r"['’]s?$")
_JOINING = frozenset({"of", "the", "de", "du", "des", "d", "del", "la", "los", "las"})
_MOST = 20_000


@cache
def _codes() -> dict[str, str]:
    """Code by squeezed name."""
    found: dict[str, str] = {}
    for language in ("es", "fr", "en"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "QO", "XA", "XB"):
                found[squeezed(str(name))] = found[squeezed(_in_full(str(name)))] = code
    found.update({squeezed(name): code for code, name in _CANONICAL.items()})
    found.update({squeezed(name): code for code, names in _ALSO.items() for name in names})
    return found


@cache
def _names() -> list[str]:
    """The squeezed names in their order."""
    return sorted(_codes())


@cache
def _name(code: str) -> str:
    return _CANONICAL.get(code) or _in_full(str(Locale("en").territories[code]).replace("’", "'"))


def _in_full(name: str) -> str:
    """CLDR writes "St. Kitts & Nevis" where the United Nations write it out."""
    return re.sub(r"^St\. ", "Saint ", name).replace(" & ", " and ")


def country(words: str) -> str | None:
    """The canonical name when `words` are the name of a Party, as the Convention counts them, and nothing else."""
    code = code_of(words) if len(words) <= 80 else None
    return _name(code) if code else None


def code_of(words: str) -> str | None:
    """The ISO 3166 code of a country's name in any of the languages; EU for the European Union, which is a Party too."""
    codes = _codes()
    if code := codes.get(squeezed(words)) or codes.get(squeezed(_ARTICLE.sub("", words, count=1))):
        return code
    if not (parted := _INVERTED.fullmatch(words.strip())):
        return None
    name, form = parted["name"], parted["form"]
    known, whole = codes.get(squeezed(name)), codes.get(squeezed(f"{form} {name}"))
    return whole or (known if codes.get(squeezed(form)) == known or squeezed(form.split()[-1]) in _JOINING else None)


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
        if (code := _codes().get(squeezed(name))) and code != "EU":
            return code, length
    return None, 1
