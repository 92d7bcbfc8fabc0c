"""A text as the row of its lines and the captions among them."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from review_app.readers.captions import CAPTIONS, ENDINGS, LONGEST, Caption, begun, ending, is_begun
from review_app.readers.furniture import is_furniture
from review_app.readers.labels import YES_NO
from review_app.readers.letters import has_word, squeezed, squeezed_with_places
from review_app.readers.wordings import ORDER

_EMPTY_LINE = re.compile(r"\n[^\S\n]*\n|\r\n[^\S\n]*\r\n|\u2029")
_LEADING = re.compile(r"[\W_]*(?:(?:[0-9]{1,2}|[a-z]|[ivx]{1,4})(?:\.[0-9]{1,2})?[.)]\s*)?[\W_]*", re.IGNORECASE)
_CLOSING = re.compile("[:?|：]")
_LAST_LETTER = re.compile(r"[^\W_](?=['’)\]*_\s]{0,6}\Z)")
_TRAILING = re.compile(r"[\s?:|*_：]*")
_METADATA = re.compile(r"(where|when|who|où|quand|qui|d[óo]nde|cu[áa]ndo|qui[ée]n(?:es)?)\b\s*(?P<mark>[:|]?)\s*(?=\S)", re.IGNORECASE)
_METADATA_HEADS = "WwOoQqDdCc"
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
_MOST_CLOSINGS = 500
"""So many places of one line are looked at for captions in the middle of it; no text of a ministry comes near."""
_SHORTEST_SMALL = 16
_ALONE_ONLY = frozenset({"challenges", "partner_header"})
_TAGS = frozenset({"goals", "areas", "sdgs", "domains", "priorities"})


class Line(NamedTuple):
    """A line, or what is left of one beside a caption, without the blanks around it."""

    start: int
    end: int
    text: str
    is_after_blank: bool = False
    is_whole: bool = True
    is_junk: bool = False


class Mark(NamedTuple):
    """A caption where it stands. `is_cut`: the text ends inside it."""

    start: int
    end: int
    caption: Caption
    is_cut: bool = False
    is_after_blank: bool = False

    @property
    def field(self) -> str:
        return self.caption.field


Row = Sequence[Line | Mark]


def lines_of(text: str) -> list[Line]:
    """The lines that have a letter or a digit."""
    found: list[Line] = []
    at = begins = 0
    for line in text.splitlines(keepends=True):
        words = line.strip()
        if words and not (words[0].isalnum() and words[-1].isalnum()):
            words = words.strip(_INVISIBLE).strip()
        if words and has_word(words):
            start = begins + line.index(words)
            gap = text[at:start]
            at = start + len(words)
            found.append(Line(start, at, words, gap != "\n" and _EMPTY_LINE.search(gap) is not None))
        begins += len(line)
    return found


def row_of(text: str) -> list[Line | Mark]:
    """Lines and captions in the order of the text; pages' furniture is told from answers."""
    lines = lines_of(text)
    row: list[Line | Mark] = []
    place = 0
    while place < len(lines):
        used, found = _captioned(text, lines, place)
        row += found
        place += used
    row = _sifted(text, row)
    row = _with_cut_caption(row)
    return [part._replace(is_junk=True) if isinstance(part, Line) and is_furniture(part.text) else part for part in row]


def _captioned(text: str, lines: Sequence[Line], place: int) -> tuple[int, list[Line | Mark]]:
    """How many lines were used, and what they are."""
    line = lines[place]
    if line.text[0].islower():
        caption = _in_small_letters(line.text)
        if caption:
            return 1, [Mark(line.start, line.end, caption, is_after_blank=line.is_after_blank)]
    elif len(line.text) <= 2 * LONGEST:
        for used in range(1, min(3, len(lines) - place) + 1):
            end = lines[place + used - 1].end
            if end - line.start > 3 * LONGEST:
                break
            key = _key(text[line.start:end])
            if caption := CAPTIONS.get(key):
                return used, [Mark(line.start, end, caption, is_after_blank=line.is_after_blank)]
            if len(key) < 12 or not is_begun(key):
                break
    return 1, list(_parted(text, line)) if _may_hold_caption(line.text) else [line]


def _in_small_letters(words: str) -> Caption | None:
    """The caption a line is that begins with a small letter or a list's: only a long one, and only when it is the whole line."""
    if not _SHORTEST_SMALL <= len(words) <= 2 * LONGEST or squeezed(words[-12:])[-4:] not in ENDINGS:
        return None
    found = CAPTIONS.get(_key(words))
    return found if found and found.strength == "long" else None


def _key(words: str) -> str:
    """The letters of a line, without a number or a mark in front of them that is not the caption's."""
    key = squeezed(words)
    if key in CAPTIONS or is_begun(key):
        return key
    leading = _LEADING.match(words)
    return squeezed(words[leading.end():]) if leading and leading.end() else key


def _may_hold_caption(words: str) -> bool:
    return ":" in words or "?" in words or "|" in words or "：" in words or words[0] in _METADATA_HEADS


def _parted(text: str, line: Line) -> Iterator[Line | Mark]:
    """A line with captions in it: those that close with a colon, a question mark or a bar."""
    at, is_first = line.start, True
    for mark in _marks_in(text, line):
        if has_word(text[at:mark.start]) and not (is_first and _is_leading(text[at:mark.start])):
            yield _rest(text, line, at, mark.start, is_first)
        yield mark
        at, is_first = mark.end, False
    if is_first:
        metadata = _METADATA.match(line.text) if line.text[0] in _METADATA_HEADS else None
        if metadata and _is_metadata(line.text, metadata):
            start = line.start + metadata.end()
            yield Mark(line.start, start, CAPTIONS[squeezed(metadata[1])], is_after_blank=line.is_after_blank)
            yield Line(start, line.end, text[start:line.end], is_whole=False)
        else:
            yield line
    elif has_word(text[at:line.end]):
        rest = _rest(text, line, at, line.end, False)
        caption = CAPTIONS.get(squeezed(rest.text))
        yield Mark(rest.start, rest.end, caption) if caption and caption.strength == "long" else rest


def _is_leading(words: str) -> bool:
    return _LEADING.fullmatch(words) is not None


def _rest(text: str, line: Line, start: int, end: int, is_first: bool) -> Line:
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    return Line(start, start + len(words.strip()), words.strip(), is_first and line.is_after_blank, is_whole=False)


def _is_metadata(words: str, match: re.Match[str]) -> bool:
    """Whether "When 2016" or "Where: Peru" is meant, and not a sentence that begins with such a word."""
    value = words[match.end():]
    return words[0].isupper() and (bool(match["mark"]) or _YEAR.fullmatch(value) is not None)


def _marks_in(text: str, line: Line) -> Iterator[Mark]:
    at = line.start
    for last, end in islice(_closings(text, line), _MOST_CLOSINGS):
        if squeezed(text[max(at, last - 13):last])[-4:] not in ENDINGS:
            continue
        letters, places = squeezed_with_places(text, max(at, end - 3 * LONGEST), last)
        found = ending(letters)
        if found is None or found[1].field in _ALONE_ONLY:
            continue
        start = places[found[0]]
        if _may_begin(text, line, start, len(letters) - found[0]):
            after = _TRAILING.match(text, end, line.end)
            at = after.end() if after else end
            is_first = start == line.start
            yield Mark(start, at, found[1], is_after_blank=is_first and line.is_after_blank)


def _closings(text: str, line: Line) -> Iterator[tuple[int, int]]:
    """Behind the last letter before each sign that may close a caption, and behind the sign."""
    for sign in _CLOSING.finditer(text, line.start, line.end):
        if last := _LAST_LETTER.search(text, max(line.start, sign.start() - 7), sign.start()):
            yield last.end(), sign.end()


def _may_begin(text: str, line: Line, start: int, length: int) -> bool:
    """Whether a caption may begin here: at the head of the line, or behind a word that ended, if it is a long one."""
    if _is_leading(text[line.start:start]):
        return True
    return length >= 20 and text[start].isupper() and not text[start - 1].isalnum()


def _sifted(text: str, row: Row) -> list[Line | Mark]:
    """Without the short and metadata captions that are only words here."""
    known = {part.field for part in row if isinstance(part, Mark) and part.caption.strength == "long"}
    form = [place for place, part in enumerate(row) if isinstance(part, Mark) and part.caption.strength == "long"]
    head_end = form[0] if form else len(row)
    kept: list[Line | Mark] = []
    for place, part in enumerate(row):
        if isinstance(part, Mark) and _is_only_words(row, place, part, known, is_head=place < head_end):
            kept.append(Line(part.start, part.end, text[part.start:part.end], part.is_after_blank))
        else:
            kept.append(part)
    return kept


def _is_only_words(row: Row, place: int, mark: Mark, known: set[str], *, is_head: bool) -> bool:
    if mark.caption.strength == "short":
        return mark.field in known or not known
    if mark.caption.strength == "long" or is_head:
        return False
    following = row[place + 1] if place + 1 < len(row) else None
    return not (mark.field == "when" and isinstance(following, Line) and _YEAR.fullmatch(following.text))


def _with_cut_caption(row: list[Line | Mark]) -> list[Line | Mark]:
    """The last line as a caption, when the text ends inside one."""
    if not row or not isinstance(row[-1], Line) or not row[-1].is_whole:
        return row
    last, marks = row[-1], [part for part in row if isinstance(part, Mark)]
    letters = squeezed(last.text) if len(last.text) <= LONGEST * 2 else ""
    if not letters or last.text[0].islower() or letters in YES_NO or last.text.endswith((".", "!")):
        return row
    following = [caption for caption in begun(letters) if len(letters) >= 12 or _fits(caption, marks)]
    if not following:
        return row
    return [*row[:-1], Mark(last.start, last.end, following[0], is_cut=True, is_after_blank=last.is_after_blank)]


def _fits(caption: Caption, marks: Sequence[Mark]) -> bool:
    """Whether a caption may come next: later in the form than the last one, in a language of this page; tags are in any."""
    if not marks:
        return False
    spoken = frozenset.union(*(mark.caption.languages for mark in marks))
    is_later = ORDER.index(caption.field) > ORDER.index(marks[-1].field) or (caption.field, marks[-1].field) == ("website", "features")
    return is_later and (caption.field in _TAGS or bool(caption.languages & spoken))
