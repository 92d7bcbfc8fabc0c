"""Reading sums of money and plain numbers out of what people write. What can be read in two ways is not read at all."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from review_app.questionnaire.currencies import CODES, WORDS

SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
COMMA_LANGUAGES = frozenset({"fr", "es", "pt", "it", "de"})
"""Languages that write a comma before the decimals."""

_NUMBER = r"[0-9]{1,3}(?:(?:[.,'’ ][0-9]{3})+(?![0-9]))(?:[.,][0-9]{1,2}(?![0-9]))?|[0-9]+(?:[.,][0-9]+)?"
# Digits in groups that fit no notation ("2 800 0000"): a sum, but nobody can say which.
_BROKEN = r"[0-9]{1,3}(?:[.,'’ ][0-9]{2,}){2,}"
_WHOLE = rf"[0-9]{{1,3}}(?:[.,'’ ][0-9]{{3}})+(?:[.,][0-9]{{1,2}})?(?:(?![.,'’ ]?[0-9])|(?=[ ](?:19|20)[0-9]{{2}}\b))|{_BROKEN}|{_NUMBER}"
_WRITTEN = "|".join(
    r"\s?".join(map(re.escape, word)) if not word[0].isalpha() or not word.isalpha() else word
    for word in ("US$", "$US", "R$", "S/.", "S/", "€", "£", "CAN$", "CA$", "$CAN", "$CA", "AU$", "NZ$", "HK$", "TT$", "BDS$")
)
_SAID = (
    r"U\.?S\.? dollars?|United States dollars|dollars? (?:US|américains|americains|canadiens|des [EÉ]tats-Unis)"
    r"|d[óo]lares (?:americanos|estadounidenses)|(?:Canadian|Australian) dollars|francs? (?:CFA|suisses)|CFA francs|F\.?\s?CFA|CFA"
    r"|Swiss francs|pounds sterling|nuevos soles|soles|reais|(?:Swedish )?kronor|(?:Norwegian |Danish )?kroner|Czech crowns|crowns"
    r"|zlotys?|forints?|yen|yuan|RMB|baht|birr|naira|cedis|ariary|guaran[íi]es|bolivianos|quetzales|lempiras"
    r"|(?:Mexican|Chilean) pesos|pesos(?: (?:mexicanos|chilenos|argentinos|colombianos|uruguayos))?|South African rand"
    r"|francs|pounds|rupees|dinars|dirhams|shillings|rou?bles|EUROS?|DOLLARS?|DÓLARES|DOLARES"
)
_SIGN = rf"{_WRITTEN}|(?:{CODES})\s?\$?|(?<![A-Z])[ACJ]\$|\$|EU(?=[0-9])|(?:{_SAID})(?![a-zà-ÿ])"
_SCALE = (
    r"millions?|millones|millón|milliards?|billions?|billones|thousand|mille|miles|mil\.|mil|mio\.?|mn|bn|k|m"
)
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?!(?:19|20)[0-9]{{2}}\s(?:{_SIGN})\s?[0-9])(?:(?P<before>{_SIGN})\s?\.?\s?)?(?P<number>{_WHOLE})(?P<dash>\.-|,-)?"
    rf"(?:\s?(?P<scale>{_SCALE})(?!\w))?(?:\s?(?:of |de |d')?(?P<after>{_SIGN})(?:(?!\w)|(?=(?:19|20)[0-9]{{2}}\s?:)))?",
    re.IGNORECASE,
)
_POINTED = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_OTHER_POINT = re.compile(r"(?:[0-9],[0-9]{3}|\.[0-9]{1,2})(?![0-9])")
_CUT_SCALE = re.compile(r"\s(?:mi|mil|mill|milli|millio|bi|bil|bill|billi|billio|tho|thou|thous|thousa|thousan)", re.IGNORECASE)
_CODE = re.compile(rf"(?:{CODES})\$?")
_DIGIT = re.compile("[0-9]")
_FACTORS = {
    "million": 6, "millions": 6, "millones": 6, "millón": 6, "mio": 6, "mio.": 6, "mn": 6, "m": 6,
    "milliard": 9, "milliards": 9, "thousand": 3, "mille": 3, "miles": 3, "mil": 3, "k": 3, "bn": 9,
}
_ENGLISH_FACTORS = {**_FACTORS, "billion": 9, "billions": 9}
YEAR = re.compile(r"(?:19|20)(?<![0-9.,][0-9]{2})[0-9]{2}(?![0-9]|[.,][0-9])")
"""A year that stands for itself, not inside a number. It begins with its digits, so that the search skips all other signs."""
_SPAN = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}\s?[-–—/]\s?(?:(?:19|20)[0-9]{2}|[0-9]{2})(?![0-9])")
RATE = re.compile(
    r"1(?<![\w.,]1)\s?(?:[A-Z]{3}|US\$|\$|€|£|dollar|euro)\s?(?:US)?\s?=\s?(?:[A-Z]{3}|US\$|\$|€|£)?\s?[0-9][0-9.,]*\s?(?:[A-Z]{3,4}|\$|€)?",
    re.IGNORECASE,
)
_PRICES = re.compile(r"(?:19|20)[0-9]{2} (?:US )?(?:dollars?|euros?) (?:prices?|terms|values?)\b", re.IGNORECASE)
_ANNUAL = re.compile(
    r"\b(?:annual(?:ly)?|yearly|per year|a year|each year|per annum|annuel(?:le|lement)?s?|par an"
    r"|anual(?:es|mente)?|al año|por año|cada año)\b",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"\b(?:total|in all|overall|au total|en total)\b", re.IGNORECASE)
_ABOUT = re.compile(r"\b(?:approx\w*|about|around|circa|c\.a\.|cca\.?|ca\.|roughly|nearly|some|environ|près de|approximati\w*"
                    r"|aproximad\w*|cerca de|alrededor|unos)(?!\w)|~|≈", re.IGNORECASE)
_BIGGEST = Decimal(10) ** 18


@dataclass(frozen=True)
class Amount:
    """One sum. `amount` is None when it is in doubt; `currency` when it is not said.

    `period`: annual or total. `year`: the one it is for; `years`: the first and last of a span it is for. `text`: the words
    it was read from, which stand at `start` and `end` with their currency. `readings`: what a doubtful sum may be, the
    likelier first.
    """

    amount: Decimal | None
    currency: str | None
    is_approximate: bool
    period: str | None
    year: int | None
    start: int = 0
    end: int = 0
    years: tuple[int, int] | None = None
    text: str = ""
    readings: tuple[Decimal, ...] = ()


def plain_number(raw: str, language: str = "en") -> Decimal | None:
    """A number that stands alone ("1 234,5", "-3", "12 %"), read as `language` writes it; None when it cannot be."""
    text = SPACES.sub(" ", raw).strip().replace("−", "-")
    sign = -1 if text.startswith("-") else 1
    text = text.removeprefix("-").removesuffix("%").strip()
    if not re.fullmatch(_NUMBER, text):
        return None
    digits = figures(text, language, is_sum=False)
    return None if digits is None else (sign * digits if digits else digits)


def figures(text: str, language: str, *, is_sum: bool) -> Decimal | None:
    """The value of digits with separators; None when two readings are possible.

    In a sum, a lone comma before three digits parts thousands in every language (nobody writes tenths of a cent); a
    lone point before three digits does so only where a comma marks the decimals, and is doubtful elsewhere.
    """
    text = text.replace(" ", "").replace("'", "").replace("’", "")
    marks = [mark for mark in text if mark in ".,"]
    decimal_mark = "," if language[:2] in COMMA_LANGUAGES else "."
    if len(set(marks)) == 2:
        decimal_mark = marks[-1]
        if marks.count(decimal_mark) > 1:
            return None
    elif len(marks) > 1:
        if not re.fullmatch(r"[0-9]{1,3}(?:[.,][0-9]{3})+", text):
            return None
        decimal_mark = ""
    elif marks and len(text) - text.index(marks[0]) == 4:
        if is_sum and text.startswith("0"):
            return None
        if is_sum and marks[0] == decimal_mark == ".":
            return None
        decimal_mark = "" if is_sum else decimal_mark
    elif marks:
        decimal_mark = marks[0]
    for mark in {".", ","} - {decimal_mark}:
        text = text.replace(mark, "")
    try:
        value = Decimal(text.replace(decimal_mark or ".", "."))
    except InvalidOperation:
        return None
    return value if value < _BIGGEST else None


def amounts(raw: str, language: str = "en", *, decimals: str | None = None, currency: str | None = None) -> list[Amount]:
    """Every sum in free words, in their order. `currency` is meant where none is written, or only a bare `$` or word.

    `decimals`: the language whose decimal mark is kept, when it is not the one of the words ("billion" is a thousand
    millions in English, and a million of them elsewhere).

    A number counts as a sum when a currency stands beside it, or when it is the only number there is.
    """
    text = without_rates(SPACES.sub(" ", raw))
    numbers = list(_AMOUNT.finditer(text)) if _DIGIT.search(text) else []
    found = [match for match in numbers if match["before"] or match["after"]]
    if not found:
        alone = [match for match in numbers if not _is_other(text, match)]
        found = alone if len(alone) == 1 else []
    if decimals is None or decimals == "en":
        decimals = "es" if _keep_to_points(found) else decimals
    years = {int(match[0]) for match in YEAR.finditer(text) if not _inside(match, found)}
    spans = {_ends(match[0]) for match in _SPAN.finditer(text) if not _inside(match, found)}
    only_year = next(iter(years)) if len(years) == 1 and not spans else None
    only_span = next(iter(spans)) if len(spans) == 1 else None
    is_annual = _ANNUAL.search(text) is not None
    return [
        _amount(text, found, place, (language, decimals or language), currency, only_year, only_span, is_annual)
        for place in range(len(found))
    ]


def _keep_to_points(found: list[re.Match[str]]) -> bool:
    """Whether several sums have a lone point before three digits and none another mark: then it parts thousands."""
    pointed = {match["number"] for match in found if not match["scale"] and _POINTED.fullmatch(match["number"])}
    return len(pointed) > 1 and not any(_OTHER_POINT.search(match["number"]) for match in found)


def without_rates(text: str) -> str:
    """The text with exchange rates ("1 USD = 792 CLP") and the year of prices ("2019 dollar price") made blank, letter by letter."""
    for pattern in (RATE, _PRICES):
        text = pattern.sub(lambda match: " " * len(match.group()), text)
    return text


def _ends(span: str) -> tuple[int, int]:
    """The years of "2016-2019", "2016-19" or "2016/2019"."""
    first, last = re.findall(r"[0-9]+", span)
    return int(first), int(last if len(last) == 4 else first[:2] + last)


def _is_other(text: str, match: re.Match[str]) -> bool:
    """Whether a number without a currency is a year, an ordinal, a percentage or a part of a name, not a sum."""
    if match.group().strip() == text.strip():
        return False
    if YEAR.fullmatch(match["number"]) or text[match.end():match.end() + 2].strip().startswith("%"):
        return True
    before = text[max(0, match.start() - 40):match.start()]
    return bool(re.search(r"(?:\bno\.?|nº|n°|#|\blaw|\bloi|\bley|[\w/-])\s?$", before, re.IGNORECASE)
                and not re.search(r"[a-z]{3,}\s$", before, re.IGNORECASE))


def _inside(match: re.Match[str], sums: list[re.Match[str]]) -> bool:
    before = bisect_right(sums, match.start(), key=lambda one: one.start("number"))
    return bool(before) and match.start() < sums[before - 1].end("number")


def _amount(
    text: str, found: list[re.Match[str]], place: int, languages: tuple[str, str], currency: str | None, only_year: int | None,
    only_span: tuple[int, int] | None, is_annual: bool,
) -> Amount:
    match = found[place]
    start = found[place - 1].end() if place else 0
    end = found[place + 1].start() if place + 1 < len(found) else len(text)
    before, after = text[start:match.start()], text[match.end():end]
    factors = _ENGLISH_FACTORS if languages[0][:2] == "en" else _FACTORS
    value, year = _value(match, languages[1], factors), _year(before, after) or only_year
    return Amount(
        amount=value,
        currency=_currency(match, currency),
        is_approximate=bool(_ABOUT.search(before)),
        period=_period(before, after, is_annual),
        year=year,
        start=match.start(),
        end=match.end(),
        years=None if year else only_span,
        text=match.group().strip(),
        readings=() if value is not None else _readings(match, factors),
    )


def _value(match: re.Match[str], language: str, factors: Mapping[str, int]) -> Decimal | None:
    scale, number = (match["scale"] or "").lower(), match["number"]
    if not re.fullmatch(_NUMBER, number) or (scale and scale not in factors) or _CUT_SCALE.fullmatch(match.string, match.end()):
        return None
    if not scale and re.fullmatch(r"[0-9]+[.,][0-9]{4,}", number):
        return None
    value = figures(number, language, is_sum=True)
    return value * Decimal(10) ** factors[scale] if scale and value is not None else value


def _readings(match: re.Match[str], factors: Mapping[str, int]) -> tuple[Decimal, ...]:
    """What figures in doubt may mean: thousands or decimals, a thousand or a million, a milliard or a million millions."""
    number, scale = match["number"], (match["scale"] or "").lower()
    whole = Decimal(re.sub(r"[^0-9]", "", number))
    if scale and scale not in factors:
        value = figures(number, "en", is_sum=False)
        powers = (6, 3) if scale.startswith("mil") else (9, 12)
        return () if value is None else tuple(value * Decimal(10) ** power for power in powers)
    if re.fullmatch(r"[0-9]+[.,][0-9]{3,}", number):
        power = Decimal(10) ** factors[scale] if scale else Decimal(1)
        return (whole * power, Decimal(re.sub(r"[.,]", ".", number)) * power)
    return ()


def _currency(match: re.Match[str], default: str | None) -> str | None:
    """What stands beside the number: a code first, then a sign or a word; `default` for a bare dollar and for nothing."""
    signs = [re.sub(r"\s", "", match[name] or "").upper() for name in ("before", "after")]
    for sign in signs:
        if _CODE.fullmatch(sign) and sign not in WORDS:
            return sign[:3]
    for sign in signs:
        if sign in WORDS:
            return WORDS[sign] or None
        if sign.endswith("S") and sign[:-1] in WORDS:
            return WORDS[sign[:-1]] or None
    return default


def _period(before: str, after: str, is_annual: bool) -> str | None:
    if _TOTAL.search(before[-25:]) or _TOTAL.search(after[:12]):
        return "total"
    return "annual" if is_annual else None


def _year(before: str, after: str) -> int | None:
    """The year said right behind the sum in brackets, or right before it."""
    behind = re.match(r"\s{0,2}\((?:as of |in |en )?((?:19|20)[0-9]{2})\)", after)
    ahead = re.search(r"(?<![0-9/–-])((?:19|20)[0-9]{2})\*?\s?[:,]\s?(?:\w+\s){0,2}$", before)
    hit = behind or ahead
    return int(hit[1]) if hit else None
