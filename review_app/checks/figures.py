"""Rules about figures in prose: sums of parts, counts against what is named, changes, groups that overlap."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise, takewhile
from typing import Any, NamedTuple

from review_app.checks.found import Found, Place
from review_app.checks.sentences import bounds, sentence, small
from review_app.checks.sums import totals_that_hold
from review_app.checks.words import NUMBERS
from review_app.questionnaire.language import Question, in_figures
from workflows.messages import Message

_SAID = "|".join(sorted(NUMBERS, key=len, reverse=True))
# It begins with a digit of its own, so that the search skips all other signs; behind it stands what may not precede a number.
_WHOLE = r"[0-9](?<![\w.,/$€£-].)(?:[0-9]{0,2}(?:[,. \u00a0\u202f][0-9]{3}){1,5}(?![0-9])|[0-9]{0,6}+(?![0-9]|[.,][0-9]))"
_DIGIT = re.compile("[0-9]")
_TOTAL = re.compile(rf"(?P<total>{_WHOLE})\s++[^\W\d_][^.;:()\n0-9]{{1,90}}+\s*+[:(](?P<parts>[^.;:()\n]{{3,250}})")
_OF_WHICH = re.compile(r"\b(?:of (?:which|whom|these)|dont|de (?:los|las) cuales)\b(?P<parts>[^.;:()\n]{3,250})(?P<total>)", re.IGNORECASE)
_OF_WHICH_PARTS = ("of which", "of whom", "of these", "dont", "cuales")
_COUNT_OF = re.compile(rf"(?!(?:19|20)[0-9]{{2}}\b)(?:{_WHOLE})(?=\s+(?!(?:%|per ?cent|years?|ans|años)\b)[^\W\d_])")
_PART = re.compile(rf"(?P<count>{_WHOLE})(?!\s?(?:%|per ?cent|years?\b|ans\b|años\b))\s+(?P<what>[^\W\d_][^,;0-9]{{0,120}})")
_NO_LIST = re.compile(
    r"\b(?:such as|including|includes?|among others?|among other|etc|for example|for instance|e\.g|inter alia|notably|in particular|especially"
    r"|tels? que|telles? que|notamment|y compris|par exemple|entre autres|tales? como|como por ejemplo|incluid[oa]s?|incluyendo|entre otr[oa]s"
    r"|por ejemplo|at least|more than|over|plus de|más de|main|most|some|mainly|principales?|principaux)\b|\.\.\.|…", re.IGNORECASE,
)
_TIME = r"(?:years?|months?|weeks?|days?|hours?|ans|années|mois|semaines|jours|heures|años|meses|semanas|días|horas|million|percent)"
_COUNTED = re.compile(
    rf"(?<![\w.,/-])(?P<count>{_SAID}|[0-9]{{1,2}})\s+(?!{_TIME}\b)(?P<noun>(?:[^\W\d_][\w'’-]*\s+){{0,4}}?[^\W\d_][\w'’-]*(?:s|x))\s*"
    r"(?P<intro>(?::|,? (?:namely|à savoir|a saber|that is)[:;,]?))\s*(?P<list>[^\n]{3,600})", re.IGNORECASE,
)
_LIST_HEAD = re.compile(r"\b(?:the|following|les|suivantes?|suivants?|las|los|siguientes)\s", re.IGNORECASE)
_MOST_LISTS = 200
"""Colons of one answer that are looked at."""
_INTROS = (":", "namely", "à savoir", "a saber", "that is")
# These two read small letters: without IGNORECASE a long choice of words costs a fraction.
_COUNT = re.compile(rf"(?<![\w.,/-])(?:{_SAID}|[0-9]{{1,2}})(?=\s+[^\W\d_])")
_COUNT_OF_NOUN = re.compile(
    rf"(?<![\w.,/-])(?P<count>{_SAID}|[0-9]{{1,3}})\s+(?P<of>(?:of the|de las|de los|des|of)\s+[0-9]{{1,3}}\s+)?(?P<noun>[^\W\d_]{{4,}})\b"
)
_LIST_OF = re.compile(
    r"\b(?:the|following|les|suivantes?|suivants?|las|los|siguientes)\s+(?P<noun>[^\W\d_]{3,20}s)"
    r"(?:\s+(?:of|de))?\s*:\s*(?P<list>[^.\n:]{20,700})", re.IGNORECASE,
)
_MARK = re.compile(r"(?:(?<=^)|(?<=[\s;,.:(]))\(?(?:(?P<number>[0-9]{1,2})|(?P<letter>[a-h])|(?P<roman>i{1,3}|iv|v|vi{0,3}))[).](?=\s)")
_BULLETS = re.compile(r"(?:\n[ \t]*(?:[-•*·–o]|[0-9]{1,2}[.)]|[a-z][.)])[ \t]+[^\n]+)+")
_AGES = re.compile(r"(?<![0-9])(?P<low>[0-9]{1,2})\s?(?:[-–—]|to|à|a)\s?(?P<high>[0-9]{1,2})(?![0-9])(?P<rest>[^\n]{0,25})", re.IGNORECASE)
_ANY_AGES = re.compile(r"[0-9]\s?(?:[-–—]|to|à|a)\s?[0-9]{1,2}\s?[:=|]")
_AGE_WORD = re.compile(r"\b(?:age[ds]?|years? old|ans|âgée?s?|años|edad|children|enfants|niñ[oa]s|infants)\b", re.IGNORECASE)
_MOVED = Decimal("0.5")


def sums_of_parts(place: Place) -> Iterator[Found]:
    """NUM-01: a stated total and parts that do not make it; a note where they do."""
    has_of_which = any(part in place.small for part in _OF_WHICH_PARTS)
    for question, words in place.prose:
        if question.type == "money" or not _DIGIT.search(words):
            continue
        for match in (*_TOTAL.finditer(words), *(_OF_WHICH.finditer(words) if has_of_which else ())):
            yield from _parts(place, question, words, match)
    yield from totals_that_hold(place)


def _parts(place: Place, question: Question, words: str, match: re.Match[str]) -> Iterator[Found]:
    parts = list(_PART.finditer(match["parts"]))
    start, _ = bounds(words, match.start(), match.end())
    said = [match["total"]] if match["total"] else [hit.group() for hit in _COUNT_OF.finditer(words, start, match.start())]
    if len(parts) < 2 or not said or _NO_LIST.search(words, start, match.end()) or (match.end() == len(words) and place.is_cut(question)):
        return
    made, written = sum(_count(part["count"]) for part in parts), " + ".join(part["count"].strip() for part in parts)
    total = next((one for one in said if _count(one) == made), said[0])
    quote = sentence(words, match.start(), match.end())
    params = {"parts": written, "made": in_figures(made), "total": total.strip()}
    if made == _count(total):
        text = Message("%(parts)s = %(made)s: the parts make the total.", params)
        yield place.found("NUM-01", "note", question=question, message=text, quote=quote)
    elif len(said) == 1 and 0.9 <= made / (_count(total) or 1) <= 1.1 and _is_exhaustive(match["parts"], parts):
        text = Message("%(parts)s = %(made)s, but the text says %(total)s: correct the total or a part.", params)
        yield place.found("NUM-01", "warning", question=question, message=text, quote=quote)


def _is_exhaustive(words: str, parts: list[re.Match[str]]) -> bool:
    """Whether nothing but the parts is said: no year among them, and the last one is joined by an "and"."""
    if any(re.fullmatch("(?:19|20)[0-9]{2}", part["count"]) for part in parts):
        return False
    between = words[parts[-2].start():parts[-1].start()]
    return bool(re.search(r"(?:\b(?:and|et|y|e|plus)|[+&])\s*$", between, re.IGNORECASE))


def counts_of_lists(place: Place) -> Iterator[Found]:
    """NUM-02: a stated count, and a list of another length, in one sentence or about one noun in two places."""
    answers = [(question, words) for question, words in place.prose if question.type != "money"]
    intros = [intro for intro in _INTROS if intro in place.small]
    for question, words in answers:
        for match in _counted(words, intros):
            listed = _listed(words, match)
            if listed and not (place.is_cut(question) and match.end() >= len(words)) and not _is_open(words, match):
                stated = _count(match["count"])
                if not listed[0] <= stated <= listed[1]:
                    yield _mismatch(place, question, sentence(words, *match.span()), match["count"], listed)
        for match in _lists_of(words):
            yield from _elsewhere(place, question, words, match, answers)


def _counted(words: str, intros: Sequence[str]) -> Iterator[re.Match[str]]:
    """A count, what is counted, and the list that a colon or "namely" announces."""
    lowered = small(words) if intros else ""
    for intro in intros:
        at, left = lowered.find(intro), _MOST_LISTS
        while at >= 0 and left:
            left -= 1
            heads = list(_COUNT.finditer(lowered, max(0, at - 120), at))
            if heads and (match := _COUNTED.match(words, heads[-1].start())):
                yield match
            at = lowered.find(intro, at + 1)


def _lists_of(words: str) -> Iterator[re.Match[str]]:
    """Lists that a plural noun with an article and a colon announce."""
    at, left = words.find(":"), _MOST_LISTS
    while at >= 0 and left:
        left -= 1
        heads = list(_LIST_HEAD.finditer(words, max(0, at - 45), at))
        if heads and (match := _LIST_OF.match(words, heads[-1].start())):
            yield match
        at = words.find(":", at + 1)


def _mismatch(place: Place, question: Question, quote: str, stated: str, listed: tuple[int, int]) -> Found:
    text = Message(
        "%(stated)s stated, %(named)s named: complete the list, or correct the number.",
        {"stated": stated, "named": str(listed[0])},
    )
    return place.found("NUM-02", "warning", question=question, message=text, quote=quote)


def _is_open(words: str, match: re.Match[str]) -> bool:
    return bool(_NO_LIST.search(words, max(0, match.start() - 25), match.start()) or _NO_LIST.search(match.group()))


def _listed(words: str, match: re.Match[str]) -> tuple[int, int] | None:
    """The least and the greatest number of things in the list that follows a count; None when it is not plainly a list."""
    listed, start = match["list"], match.start("list")
    mark = _MARK.search(listed)
    if mark:
        if not re.match(r"\(?(?:1|a|i)[).]", mark.group()) or mark.start() > 3:
            return None
        numbers = _consecutive([mark.group() for mark in _MARK.finditer(words, start)])
        return (numbers, numbers) if numbers > 1 else None
    if bullet := re.match(r"[-•*·–]\s", listed):
        rows = list(takewhile(str.strip, words[start:].split("\n")))
        return (len(rows), len(rows)) if len(rows) > 1 and all(row.lstrip().startswith(bullet.group()) for row in rows) else None
    if match["intro"].strip() == ":" and ";" in listed.split(".")[0]:
        return _separated(re.split(r"\.(?:\s|$)", listed)[0])
    if match["intro"].strip() != ":":
        return _separated(re.split(r"\.(?:\s|$)", listed)[0])
    return None


def _consecutive(marks: list[str]) -> int:
    """How many list marks run on from the first: 1) 2) 3), a. b. c., i) ii) iii)."""
    bare = [mark.strip("(). ") for mark in marks]
    rows = (list("abcdefgh"), ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii"], [str(number) for number in range(1, 100)])
    for row in rows:
        if bare and bare[0] == row[0]:
            count = 0
            for mark in bare:
                if count < len(row) and mark == row[count]:
                    count += 1
                elif mark == row[0]:
                    break
            return count
    return 0


def _separated(words: str) -> tuple[int, int] | None:
    """How many things stand between commas or semicolons; an "and" inside one of them may part two."""
    if re.search(r"[()0-9]", words):
        return None
    mark = "[;,]" if "," in words and ";" in words and words.count(";") < 2 else ";" if ";" in words else ","
    items = [item.strip() for item in re.split(mark, words)]
    items = [item for item in items if item and not re.fullmatch(r"(?:and|et|y|e|or|ou)", item, re.IGNORECASE)]
    items = [re.sub(r"^(?:and|et|y|e|or|ou)\s+", "", item, flags=re.IGNORECASE) for item in items]
    if len(items) < 2 or any(len(item.split()) > 9 for item in items):
        return None
    more = sum(len(re.findall(r"\s(?:and|et|y|e|&)\s", item, re.IGNORECASE)) for item in items)
    return len(items) + (1 if more and mark == "," and re.search(r"\s(?:and|et|y|e|&)\s", items[-1], re.IGNORECASE) else 0), len(items) + more


def _elsewhere(
    place: Place, question: Question, words: str, match: re.Match[str], answers: list[tuple[Question, str]]
) -> Iterator[Found]:
    """A complete list of a noun here, and a count of the same noun in another sentence."""
    listed = None if _NO_LIST.search(match.group()) else _separated(match["list"])
    if not listed or listed[0] < 4 or (place.is_cut(question) and match.end() == len(words)):
        return
    noun = small(match["noun"])
    hits = [(other, said, hit) for other, said in answers for hit in _COUNT_OF_NOUN.finditer(small(said)) if hit["noun"] == noun]
    if not hits or len({_count(hit["count"]) for _, _, hit in hits}) != 1:
        return
    other, said, hit = hits[0]
    stated = _count(hit["count"])
    is_one_thing = hit["of"] or (2 * stated <= 3 * listed[1] and 2 * listed[0] <= 3 * stated)
    if is_one_thing and not listed[0] <= stated <= listed[1]:
        yield _mismatch(place, other, sentence(said, *hit.span()), said[slice(*hit.span("count"))], listed)


def overlapping_groups(place: Place) -> Iterator[Found]:
    """NUM-04: figures of groups whose ages overlap, in prose or in the rows of a table. They must not be added up."""
    for question in place.asked:
        for bands in _bands(question, place.clean(question)):
            for first, second in pairwise(sorted(bands)):
                if first.low < first.high and second.low <= first.high:
                    yield _overlap(place, question, first.said, second.said)
                    break


class _Band(NamedTuple):
    low: int
    high: int
    said: str


def _bands(question: Question, clean: Any) -> Iterator[list[_Band]]:
    """The ages of groups that a text or the rows of one year give figures for."""
    if question.type == "longtext" and clean and _ANY_AGES.search(clean):
        yield [
            _Band(int(match["low"]), int(match["high"]), _line(clean, match)) for match in _AGES.finditer(clean)
            if re.search(r"[:=|]\s*[^\W_][^:=|]{0,15}[0-9]", match["rest"]) and _has_age(clean, match)
        ]
    codes = {column.role: column.code for column in question.columns}
    if "age_from" in codes and "age_to" in codes:
        yield from _rows_of_ages(question, clean or (), codes["age_from"], codes["age_to"])


def _rows_of_ages(question: Question, rows: Iterable[Mapping[str, Any]], age_from: str, age_to: str) -> Iterator[list[_Band]]:
    named = [column.code for column in question.columns if column.type in ("text", "longtext")]
    years = [column.code for column in question.columns if column.type == "year"]
    found: dict[tuple[Any, ...], list[_Band]] = {}
    for row in rows:
        low, high = row.get(age_from), row.get(age_to)
        if low is not None and high is not None:
            said = " ".join([*(row[code] for code in named[:1] if row.get(code)), f"{low}–{high}"])
            found.setdefault(tuple(row.get(code) for code in years), []).append(_Band(int(Decimal(low)), int(Decimal(high)), said[:80]))
    yield from found.values()


def _overlap(place: Place, question: Question, first: str, second: str) -> Found:
    text = Message(
        "“%(first)s” and “%(second)s” overlap: do not add these groups up, and say so if a total is given.",
        {"first": first, "second": second},
    )
    return place.found("NUM-04", "warning", question=question, message=text, quote=f"{first} / {second}")


def _has_age(words: str, match: re.Match[str]) -> bool:
    return bool(_AGE_WORD.search(words, max(0, match.start() - 30), match.end()))


def _line(words: str, match: re.Match[str]) -> str:
    start, end = words.rfind("\n", 0, match.start()) + 1, words.find("\n", match.end())
    return words[start:end if end >= 0 else len(words)].strip()[:80]


def moved_figures(place: Place) -> Iterator[Found]:
    """NUM-03: a figure that is less than half, or more than one and a half times, what the last report said."""
    before = place.context.previous.get(place.item.id if place.item else None, {})
    for question in place.asked if before else ():
        (old, unit), (new, now_in) = _number(question, before.get(question.code)), _number(question, place.clean(question))
        if old and new is not None and unit == now_in and abs(new / old - 1) > _MOVED:
            text = Message(
                "“%(question)s” was %(old)s in the last report and is %(new)s now: confirm it, or say why it changed.",
                {"question": question.label, "old": in_figures(old), "new": in_figures(new)},
            )
            yield place.found("NUM-03", "note", question=question, message=text, quote=str((place.value(question) or {}).get("raw", ""))[:200])
        elif question.type == "longtext" and isinstance(was := before.get(question.code), str) and (now := place.clean(question)):
            yield from _moved_counts(place, question, was, now)


def _number(question: Question, clean: Any) -> tuple[Decimal | None, str | None]:
    """A number, or a sum that stands alone with its currency; two of them compare in one unit only."""
    if question.type in ("number", "percent") and isinstance(clean, str):
        return Decimal(clean), question.type
    if question.type == "money" and isinstance(clean, list) and len(clean) == 1 and isinstance(clean[0], Mapping):
        one = clean[0]
        return (Decimal(one["amount"]), one["currency"]) if one.get("amount") and one.get("currency") else (None, None)
    return None, None


_THINGS = re.compile(rf"(?P<count>{_WHOLE})\s+(?P<noun>[^\W\d_]{{4,}}\s[^\W\d_]{{4,}})", re.IGNORECASE)


def _moved_counts(place: Place, question: Question, was: str, now: str) -> Iterator[Found]:
    """Counts of the same two words: "283 culture points" then, "169 culture points" now."""
    old = {match["noun"].casefold(): match for match in _THINGS.finditer(was)}
    for match in _THINGS.finditer(now):
        then = old.get(match["noun"].casefold())
        if then and (first := _count(then["count"])) and abs(_count(match["count"]) / first - 1) > 0.25:
            text = Message(
                "The last report said “%(old)s”, this one “%(new)s”: confirm it, or say why it changed.",
                {"old": then.group(), "new": match.group()},
            )
            yield place.found("NUM-03", "note", question=question, message=text, quote=sentence(now, *match.span()))


def _count(words: str) -> int:
    return NUMBERS.get(words.casefold()) or int(re.sub(r"[^0-9]", "", words) or 0)
