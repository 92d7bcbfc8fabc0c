"""Sums of money in a field of an old report: the notations are the questionnaire's, the period and the year are read nearby."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from review_app.questionnaire.money import RATE, Amount, amounts, without_rates

_BRACKETS = re.compile(r"\([^()\n]{0,300}\)")
_SENTENCE_END = re.compile(r"(?P<word>[^\s.]{0,12})[.;!?](?=\s+[^\d\s]|\s*$)|\n\s*\n")
_ABBREVIATIONS = frozenset({"approx", "aprox", "env", "ca", "a", "mil", "mio", "no", "nº", "art", "usd", "vs", "incl", "est", "c"})
_YEARLY = (
    r"(?:per|each|every|a|/)\s?(?:year|annum)|yearly|annually|(?:par|/|chaque)\s?(?:an|année)\b|annuellement"
    r"|(?:por|al|cada|/)\s?año|anualmente|p\.a\."
)
_TAIL = re.compile(rf"\s*(?:\(|,|-|–)?\s*(?:{_YEARLY})\)?", re.IGNORECASE)
_ANNUAL = re.compile(rf"\b(?:annual|annuel(?:le)?s?|anual(?:es)?)\b|(?:^|[\s(])(?:{_YEARLY})(?!\w)", re.IGNORECASE)
_BUDGET_YEAR = re.compile(
    r"(?:(?:budget|presupuesto|fiscal year|financial year|year|année|exercice|ejercicio|año|FY)\s{1,2}(?:of |for |de |del |pour )?"
    r"|(?:^|[\n;/,|•·*-])\s*)((?:19|20)[0-9]{2})\s?\*{0,2}\s?[:=–-]\s*$",
    re.IGNORECASE,
)
_TIGHT_YEAR = re.compile(
    r"\s*[,/(]?\s*(?:(?:as of|as at|in|for|en|pour|para|au titre de|del?|the|la|le|el|year|année|año)\s){0,4}"
    r"(?P<fiscal>(?:(?:fiscal|financial|budget) year|exercice|ejercicio|FY)\s)?(?P<year>(?:19|20)[0-9]{2})"
    r"(?![0-9]|\s?[-–/]\s?[0-9]|[.,][0-9]|\s?\*{0,2}\s?[:=]|\s(?:and|et|y|e|or|ou|o)\s(?:19|20)[0-9])",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![0-9.,/–-])(?:19|20)[0-9]{2}(?![0-9]|[.,][0-9])")
_SPAN = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})\s?(?:[-–—/]|to|until|through|à|au|a|al|hasta|and(?= the)|y|et)\s?((?:19|20)[0-9]{2}|[0-9]{2})(?![0-9])",
    re.IGNORECASE,
)
_YEARS_LONG = re.compile(
    r"\b(?:over|for|during|in|pour|pendant|sur|en|durante|por|during the)\s(?:the\s|los\s|les\s)?(?:first\s|last\s|past\s|next\s)?"
    r"(?:[2-9]|[1-9][0-9]|two|three|four|five|six|deux|trois|quatre|cinq|dos|tres|cuatro|cinco)[\s-]"
    r"(?:years?|ans|années|años)\b",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"\b(?:total|totale|in all|overall|altogether|au total|en total)\b", re.IGNORECASE)
_ABOUT = re.compile(
    r"\b(?:approx\w*|about|around|circa|c\.a\.|cca\.?|ca\.|roughly|nearly|almost|estimated?|estimates|environ|près de|approximati\w*"
    r"|estimée?s?|aproximad\w*|cerca de|alrededor de|unos|estimad[oa]s?)(?!\w)|[~≈±]",
    re.IGNORECASE,
)
_ABOUT_BEHIND = re.compile(rf"[\s(,]*(?:{_ABOUT.pattern})\s*(?:[).,;]|$)", re.IGNORECASE)
_SAME = re.compile(
    r"\s*[(/=,]?\s*(?:soit|i\.e\.|ie|or|ou|o sea|es decir|equivalent to|equivalents?|équivalent à|equivalente a|that is|which is)?"
    r"\s*(?:about|around|approximately|approx\.?|environ|unos)?\s*[:(]?\s*",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"[0-9]{1,3}(?:[.,'’ \u00a0\u202f][0-9]{3})+|[0-9]{4,}")
_NOUN = re.compile(r"\s?[^\W\d_]{3,}")
_CFA_CENTRAL = frozenset({
    "Cameroon", "Central African Republic", "Chad", "Congo", "Equatorial Guinea", "Gabon",
})


_MARKED = re.compile(r"[0-9]++(?:[.,][0-9]++)++")
_WITH_COMMA = re.compile(r"(?<![\w.,])[0-9]{1,3}(?:\.[0-9]{3})*,[0-9]{1,2}(?![\w,]|\.[0-9])|[0-9]{1,3}(?:\.[0-9]{3}){2,}(?![0-9])")
_WITH_POINT = re.compile(r"(?<![\w.,])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|(?<![\w.,])[0-9]+\.[0-9]{2}(?=\s?(?:USD|EUR|\$|€))")
_LOOKAHEAD = 8  # characters behind a number that these look at, and some more


def convention(text: str, language: str | None) -> str:
    """The language whose decimal mark the text keeps to: "es" for a comma, "en" for a point."""
    has_comma = has_point = False
    for number in _MARKED.finditer(text):  # few in a long text, where trying both patterns at every letter is slow
        start, end = number.span()
        has_comma |= any(one.start() < end for one in _WITH_COMMA.finditer(text, start, end + _LOOKAHEAD))
        has_point |= any(one.start() < end for one in _WITH_POINT.finditer(text, start, end + _LOOKAHEAD))
    if has_comma != has_point:
        return "es" if has_comma else "en"
    return language if language in ("fr", "es") else "en"


def sums(text: str, *, asks_for_usd: bool, decimals: str, country: str | None, language: str | None = None) -> tuple[Amount, ...]:
    """The sums of a money field. `decimals`: the language whose decimal mark is kept, see convention(); `language`: that of the words."""
    masked = without_rates(_BRACKETS.sub(lambda match: " " * len(match.group()) if RATE.search(match.group()) else match.group(), text))
    known = [one for one in amounts(masked, language or decimals, decimals=decimals, currency="USD") if _is_sum(masked, one)]
    found = known or _alone(masked, decimals)
    placed: list[Amount] = []
    tail = 0
    for number, one in enumerate(found):
        following = found[number + 1].start if number + 1 < len(found) else len(masked)
        link = placed[-1] if placed and _is_same(masked[placed[-1].end:one.start], placed[-1], one) else None
        read, tail = _placed(masked, one, tail, following)
        if link:
            period, year = read.period or link.period, read.year or link.year
            placed[-1], read = replace(link, period=period, year=year), replace(read, period=period, year=year)
        placed.append(_in_currency(masked, read, asks_for_usd, country))
    return tuple(placed)


def _written(text: str, one: Amount) -> str:
    return text[one.start:one.end]


def _has_currency(text: str, one: Amount) -> bool:
    return not re.fullmatch(r"[\s0-9.,'’\u00a0\u202f-]*(?:k|m|mn|mil|millions?|millones|milliards?)?", _written(text, one), re.IGNORECASE)


def _is_sum(text: str, one: Amount) -> bool:
    """Whether a number without a currency is a sum: one of four digits and more, with no noun behind it."""
    if _has_currency(text, one):
        return True
    number = _written(text, one)
    if number.strip() == text.strip(" .\n"):
        return True
    after = text[one.end:one.end + 30]
    return bool(_GROUPED.match(number.strip())) and (not _NOUN.match(after) or bool(_TAIL.match(after) or _TIGHT_YEAR.match(after)))


def _alone(text: str, decimals: str) -> list[Amount]:
    """Sums without a currency, one a line or between semicolons ("2016: 55,000")."""
    found: list[Amount] = []
    for part in re.finditer(r"[^\n;]+", text):
        for one in amounts(part.group(), decimals, currency="USD"):
            moved = replace(one, start=one.start + part.start(), end=one.end + part.start())
            if _is_sum(text, moved) and not _YEAR.fullmatch(_written(text, moved).strip()):
                found.append(moved)
    return found


def _is_same(between: str, first: Amount, second: Amount) -> bool:
    """Whether two sums are one, said in two currencies."""
    return first.currency != second.currency and len(between) <= 40 and _SAME.fullmatch(between) is not None


def _placed(text: str, one: Amount, since: int, until: int) -> tuple[Amount, int]:
    """The sum with what is said about it, and where its own words end."""
    before = _sentence_part(text[since:one.start], is_before=True)
    after = _sentence_part(text[one.end:until], is_before=False)
    is_last = until == len(text)
    end = one.end
    is_annual = False
    if tail := _TAIL.match(after):
        is_annual, end, after = True, end + tail.end(), after[tail.end():]
    tight = _TIGHT_YEAR.match(after)
    if tight:
        end += tight.end()
    label = _BUDGET_YEAR.search(before)
    around = (before[label.start():] if label else before, after[:60])
    spans = any(pattern.search(words) for pattern in (_SPAN, _YEARS_LONG) for words in around)
    is_annual = is_annual or bool(_ANNUAL.search(before)) or bool(_ANNUAL.search(after if is_last else after[:25]))
    period = None
    if is_annual or (label and not spans) or (tight and tight["fiscal"]):
        period = "annual"
    elif spans or _TOTAL.search(before[-40:]) or _TOTAL.match(after.lstrip(" (,")):
        period = "total"
    return replace(
        one,
        is_approximate=bool(_ABOUT.search(_last_words(before)) or _ABOUT_BEHIND.match(after if is_last else f"{after}0")),
        period=period,
        year=_year(before, after, label, tight, is_open=is_last and not spans),
    ), end


def _sentence_part(words: str, *, is_before: bool) -> str:
    """The part of `words` that is in one sentence with the sum: the end of what precedes, the beginning of what follows."""
    for match in _ends(words, is_before):
        return words[match.end():] if is_before else words[:match.start() + len(match["word"] or "")]
    return words if is_before else words.split("\n", 1)[0]


def _ends(words: str, is_before: bool) -> Sequence[re.Match[str]]:
    found = [
        match for match in _SENTENCE_END.finditer(words)
        if (match["word"] or "").casefold() not in _ABBREVIATIONS and (match.end() < len(words) or not is_before)
    ]
    return found[::-1] if is_before else found


def _last_words(words: str) -> str:
    return " ".join(words.split()[-9:])


def _year(
    before: str, after: str, label: re.Match[str] | None, tight: re.Match[str] | None, *, is_open: bool
) -> int | None:
    """The one year that is said to be the sum's: right before it, right behind it, or alone in its sentence."""
    if label or tight:
        return int(label[1] if label else tight["year"])  # type: ignore[index]
    for words in (before, after if is_open else ""):
        if _SPAN.search(words):
            return None
        years = {int(match[0]) for match in _YEAR.finditer(words)}
        if years:
            return years.pop() if len(years) == 1 else None
    return None


def _in_currency(text: str, one: Amount, asks_for_usd: bool, country: str | None) -> Amount:
    """The sum with its currency: a bare number is in dollars only where the caption asks for them."""
    if one.currency == "XOF" and country in _CFA_CENTRAL:
        return replace(one, currency="XAF")
    if one.currency == "USD" and not asks_for_usd and not _has_currency(text, one):
        return replace(one, currency=None)
    return one


def plain(one: Amount) -> dict[str, object]:
    """As JSON says it."""
    amount: int | float | None = None
    if one.amount is not None:
        amount = int(one.amount) if one.amount == one.amount.to_integral_value() else float(Decimal(one.amount))
    return {
        "amount": amount, "currency": one.currency, "approximate": one.is_approximate, "period": one.period, "year": one.year,
    }
