"""Sentences of a text: where one begins and ends, so that a finding can quote it, and how a phrase is looked for."""

import re
from collections.abc import Iterator
from functools import lru_cache

LONGEST_QUOTE = 300
_REACH = 600
_BREAK = re.compile(r"[.!?…](?=[\"'”’»)\]]*\s+[^\s\d])|\n")
_ABBREVIATED = re.compile(r"(?:\b[A-ZÀ-Þ]|\b(?:art|arts|approx|aprox|env|ca|cf|dr|etc|inc|ltd|mr|mrs|ms|no|nos|nº|st|vs|p|pp|us))$", re.IGNORECASE)


@lru_cache(maxsize=32)
def small(words: str) -> str:
    """`words` in small letters with straight apostrophes, letter by letter: a place in them is the same place in `words`."""
    lowered = words.lower()
    if len(lowered) != len(words):
        lowered = "".join(letter if len(letter.lower()) > 1 else letter.lower() for letter in words)
    return lowered.replace("’", "'")


def starts_of(phrase: str, text: str) -> Iterator[int]:
    """Every place where `phrase` begins."""
    start = text.find(phrase)
    while start >= 0:
        yield start
        start = text.find(phrase, start + 1)


def bounds(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence (or sentences) around `text[start:end]`."""
    first, last = max(0, start - _REACH), min(len(text), end + _REACH)
    for match in _BREAK.finditer(text, first, last):
        if match.group() != "\n" and _ABBREVIATED.search(text, max(0, match.start() - 8), match.start()):
            continue
        if match.end() <= start:
            first = match.end()
        elif match.start() >= end:
            last = match.end()
            break
    return first, last


def sentence(text: str, start: int, end: int) -> str:
    """That sentence, to quote; where it is long, the part around the words."""
    first, last = bounds(text, start, end)
    if last - first > LONGEST_QUOTE:
        first = max(first, min(start, end - LONGEST_QUOTE, start - 60))
        last = min(last, first + LONGEST_QUOTE)
    return text[first:last].strip()
