"""Rules about sums of money: is there one, what does it mean, and do two of them agree."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from review_app.checks.found import Found, Place, Sum
from review_app.checks.wording import is_placeholder
from review_app.questionnaire.language import LANGUAGES, Question, Text, in_figures
from review_app.questionnaire.money import YEAR
from review_app.questionnaire.rates import rate, years_of
from workflows.messages import Message

_NO_MONEY = re.compile(
    r"\b(?:no|not|none|without|nil|free of charge|aucune?|pas|sans|non|néant|ning[uú]n[ao]?|sin)\b[^.;]{0,60}"
    r"\b(?:budgets?|funds?|funding|cost|costs|money|amounts?|resources?|allocations?|allocated|available|earmarked|applicable|financed"
    r"|crédits?|fonds|coûts?|montants?|ressources?|allouée?s?|disponibles?|applicable|financement"
    r"|presupuestos?|fondos|costos?|costes?|montos?|recursos|asignad[oa]s?|disponibles?|aplicable)\b",
    re.IGNORECASE,
)
_PENDING = re.compile(
    r"\b(?:not|yet|pas|non|encore|sin|no|aún|todavía)\b[^.;]{0,60}\b(?:calculated|determined|defined|known|estimated|established|decided"
    r"|calculée?s?|déterminée?s?|définie?s?|connue?s?|estimée?s?|calculad[oa]s?|determinad[oa]s?|definid[oa]s?|conocid[oa]s?)\b",
    re.IGNORECASE,
)
_SOME_NUMBER = re.compile(
    r"[0-9]|\b(?:hundred|thousand|million|billion|cents?|mille|millions?|milliards?|cien|mil|miles|mill[óo]n|millones)\b", re.IGNORECASE
)
_AS_OF = re.compile(r"\b(?:as of|as at|up to|jusqu['’]en|au titre de|a partir de|hasta)\s+(?:[^\W\d_]+\s+){0,2}(?:19|20)[0-9]{2}", re.IGNORECASE)
_BASIS = re.compile(
    r"\b(?:per|each|every|annual\w*|year\w*|annum|total|overall|monthly|month|project|over|par an|année|annuel\w*|mois|projet|año|anual\w*|mes"
    r"|mensual\w*|proyecto|budget|presupuesto)\b", re.IGNORECASE,
)
_TOLERANCE = Decimal("0.15")


def no_sum(place: Place) -> Iterator[Found]:
    """MON-01: no sum can be read where one is asked for. A reason why there is none is answer enough."""
    for question, words, sums in place.money:
        is_demanded = question.role == "money" or "MON-01" in question.checks
        if sums or (not words and not (is_demanded and place.is_required(question))):
            continue
        params = {"question": question.label}
        if not words:
            text = Message("“%(question)s” has no answer: write the sum with its currency and year.", params)
            yield place.found("MON-01", "error", question=question, message=text)
            continue
        is_pending = bool(_PENDING.search(words)) and not is_placeholder(words)
        if not is_pending and _NO_MONEY.search(words):
            continue
        text = Message(
            "No sum can be read for certain in “%(question)s”: "
            "write it with its currency, like USD 125,000.00, or reply why there is none.", params,
        )
        is_certain = not is_pending and not _SOME_NUMBER.search(words)
        yield place.found("MON-01", "error" if is_certain else "warning", question=question, message=text, quote=words[:200])


def doubtful_sums(place: Place) -> Iterator[Found]:
    """MON-02: figures that can be read in two ways, or in none."""
    for question, _, sums in place.money:
        for one in sums[:-1] if place.is_cut(question) else sums:
            if one["amount"] is not None:
                continue
            quote: str = one.get("text") or ""
            readings: Sequence[str] = one.get("readings") or []
            if len(readings) == 2:
                text = Message(
                    "“%(quote)s” can mean %(first)s or %(second)s: write the number without a thousands mark, or in full.",
                    {"quote": quote, "first": _figure(readings[0]), "second": _figure(readings[1])},
                )
            else:
                text = Message("The digits of “%(quote)s” stand in no known order: write the number again.", {"quote": quote})
            yield place.found("MON-02", "warning", question=question, message=text, quote=quote)


def foreign_sums(place: Place) -> Iterator[Found]:
    """MON-03: sums, but none in the currency that is asked for."""
    for question, _, sums in place.money:
        unit = question.unit["en"] if question.unit else ""
        currencies = {one["currency"] for one in sums}
        if not sums or not re.fullmatch("[A-Z]{3}", unit) or unit in currencies:
            continue
        quote = "; ".join(dict.fromkeys(str(one.get("text") or "") for one in sums))[:200]
        text = Message(
            "“%(quote)s” is not in %(unit)s, and no sum in %(unit)s stands beside it: add one, with the rate you used.",
            {"quote": quote, "unit": unit},
        )
        is_certain = None not in currencies and all(one["amount"] is not None for one in sums)
        yield place.found("MON-03", "error" if is_certain else "warning", question=question, message=text, quote=quote)


def improbable_rates(place: Place) -> Iterator[Found]:
    """MON-04: one sum in two currencies, and the rate between them is far from that of the year. No known rate: silent."""
    for question, words, sums in place.money:
        for first, second in pairwise(sums):
            many, one = sorted((first, second), key=lambda one: (one["currency"] == "USD", -Decimal(one["amount"] or 0)))
            if None in (many["currency"], one["currency"], many["amount"], one["amount"]) or many["currency"] == one["currency"]:
                continue
            if not Decimal(one["amount"]) or not _are_one(words, first, second):
                continue
            implied = Decimal(many["amount"]) / Decimal(one["amount"])
            known = _rates(many["currency"], one["currency"], _years(words, first, second))
            if known and all(abs(implied / mean - 1) > _TOLERANCE for mean in known.values()):
                year, mean = min(known.items(), key=lambda item: abs(implied / item[1] - 1))
                text = Message(
                    "“%(first)s” and “%(second)s” make %(implied)s %(currency)s to one %(base)s; in %(year)s it was about %(rate)s: "
                    "correct one of the sums, or say which rate was used.",
                    {
                        "first": first["text"], "second": second["text"], "implied": _short(implied), "base": one["currency"],
                        "currency": many["currency"], "year": str(year), "rate": _short(mean),
                    },
                )
                quote = f"{first['text']} … {second['text']}"
                yield place.found("MON-04", "warning", question=question, message=text, quote=quote)


def sums_without_basis(place: Place) -> Iterator[Found]:
    """MON-05: a sum of no year, or of a year "as of" which nobody knows whether it is the year's or all so far."""
    for question, words, sums in place.money:
        sure = [one for one in sums if one["amount"] is not None]
        if question.role != "money" or not sure or place.is_cut(question):
            continue
        as_of = _AS_OF.search(words)
        quote = str(sure[0].get("text") or words[:200])
        if not YEAR.search(_without(words, sums)):
            text = Message("“%(quote)s” has no year: say of which year it is, or over which years it goes.", {"quote": quote})
        elif as_of and not _BASIS.search(words) and len(sure) == 1:
            text = Message(
                "“%(quote)s” does not say whether it is the sum of one year or of all years so far: add “per year” or “in total”.",
                {"quote": f"{as_of.group()} … {quote}"},
            )
        else:
            continue
        yield place.found("MON-05", "warning", question=question, message=text, quote=quote)


def contradicting_sums(place: Place) -> Iterator[Found]:
    """MON-06: two sums that cannot both be right: two for every year, or parts that do not make the total."""
    for question, words, sums in place.money:
        for first, second in pairwise(_placed(words, sums)):
            if _restates(words, first, second) and first["amount"] != second["amount"]:
                quote = words[first["start"]:second["end"]].strip()
                text = Message(
                    "“%(first)s” and “%(second)s” are both said to be for a year, and differ: keep the right one, or say what each is.",
                    {"first": first["text"], "second": second["text"]},
                )
                yield place.found("MON-06", "warning", question=question, message=text, quote=quote[:300])
        yield from _wrong_totals(place, question, words, sums)


def _wrong_totals(place: Place, question: Question, words: str, sums: Sequence[Sum]) -> Iterator[Found]:
    """A total followed by its parts: "USD 100 in total: USD 40 in 2016 and USD 50 in 2017"."""
    for total, parts, made in _totals(words, sums):
        is_total = total["period"] == "total" or re.search(r"\btotal|\bin all\b", words[:parts[0]["start"]], re.IGNORECASE)
        if is_total and made != Decimal(total["amount"]) and len({one["amount"] for one in parts}) > 1:
            text = Message(
                "The parts make %(made)s, the total says %(total)s: correct the total or a part.",
                {"made": _figure(str(made)), "total": _figure(total["amount"])},
            )
            quote = words[total["start"]:parts[-1]["end"]][:300]
            yield place.found("MON-06", "warning", question=question, message=text, quote=quote)


def totals_that_hold(place: Place) -> Iterator[Found]:
    """NUM-01 in money: the parts that follow a total make it."""
    for question, words, sums in place.money:
        for total, parts, made in _totals(words, sums):
            if made == Decimal(total["amount"]):
                times = f"{made / Decimal(parts[0]['amount']):f} × " if len(parts) == 1 else ""
                figures = [_figure(one["amount"]) for one in parts]
                written = Text({ours: times + " + ".join(one[ours] for one in figures) for ours in LANGUAGES})
                text = Message(
                    "%(parts)s = %(made)s: the parts make the total.",
                    {"parts": written, "made": _figure(str(made)), "total": _figure(total["amount"])},
                )
                quote = words[total["start"]:parts[-1]["end"]][:300]
                yield place.found("NUM-01", "note", question=question, message=text, quote=quote)


def _totals(words: str, sums: Sequence[Sum]) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]], Decimal]]:
    """The first sum that others part: (total, its parts, what they make). One part counts once for each year behind it."""
    placed = _placed(words, sums)
    for number, total in enumerate(placed[:-1]):
        parts = placed[number + 1:]
        between = words[total["end"]:parts[0]["start"]]
        if not re.search(r"(?:[:(]|\bof which|\bdont|\bde los cuales|\bdesglosad\w+)[^.;]{0,40}$", between, re.IGNORECASE):
            continue
        if any(one["currency"] != total["currency"] for one in parts):
            continue
        made, times = sum(Decimal(one["amount"]) for one in parts), 1
        if len(parts) == 1:
            times = len(set(YEAR.findall(re.split(r"[).;\n]", words[parts[0]["end"]:], maxsplit=1)[0])))
        if times and (len(parts) > 1 or times > 1):
            yield total, parts, Decimal(made * times)
        return


def _placed(words: str, sums: Sequence[Sum]) -> list[dict[str, Any]]:
    """The sums with where they stand in the words; those that cannot be found are left out."""
    found, at = [], 0
    for one in sums:
        text = str(one.get("text") or "")
        start = words.find(text, at) if text else -1
        if start >= 0 and one["amount"] is not None:
            at = start + len(text)
            found.append({**one, "start": start, "end": at})
    return found


def _restates(words: str, first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    """Whether a bracket right behind one yearly sum gives another yearly sum of the same thing."""
    before, between, after = words[:first["start"]], words[first["end"]:second["start"]], words[second["end"]:]
    is_bracket = re.fullmatch(r"\s*\(\s*", between) and re.match(r"\s*(?:per|a|each|/)\s?(?:year|annum)|\s*(?:par an|por año|al año)", after)
    is_yearly = re.search(r"\b(?:annual|yearly|annuel|anual)\w*[^.;]{0,60}$", before, re.IGNORECASE)
    return bool(is_bracket and is_yearly and first["currency"] == second["currency"])


def _are_one(words: str, first: Sum, second: Sum) -> bool:
    """Whether two neighbouring sums are the same one, said twice."""
    placed = _placed(words, (first, second))
    if len(placed) != 2:
        return False
    between = words[placed[0]["end"]:placed[1]["start"]]
    return len(between) <= 40 and bool(re.fullmatch(
        r"[\s(/=,;:.~≈*-]*(?:soit|i\.?e\.?|or|ou|o sea|es decir|equivalent to|equivalents?|équivalent à|equivalente a|that is|which is|about|around"
        r"|approximately|approx\.?|environ|unos|aproximadamente)?[\s(:.~≈-]*(?:about|approximately|environ|aproximadamente)?[\s(]*",
        between, re.IGNORECASE,
    ))


def _years(words: str, *sums: Sum) -> set[int]:
    """The years the sums are for; those of the words when they say none."""
    said = {int(one["year"]) for one in sums if one.get("year")}
    for one in sums:
        if one.get("years"):
            said |= set(range(one["years"][0], one["years"][1] + 1))
    return said or {int(match[0]) for match in YEAR.finditer(_without(words, sums))}


def _rates(currency: str, base: str, years: set[int]) -> dict[int, Decimal]:
    """Year -> how many of `currency` made one of `base`, for the years said; for all known years when none is said."""
    return {year: mean for year in years or years_of(currency) if (mean := rate(currency, year, base=base))}


def _without(words: str, sums: Sequence[Sum]) -> str:
    for one in sums:
        if one.get("text"):
            words = words.replace(str(one["text"]), " · ", 1)
    return words


def _figure(number: str) -> Text:
    exact = Decimal(number)
    return in_figures(exact, "#,##0" if exact == exact.to_integral_value() else "#,##0.00####")


def _short(number: Decimal) -> Text:
    return in_figures(number, "#,##0" if number >= 100 else "0.00")
