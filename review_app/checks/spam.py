"""Telling web addresses that were injected into a text from those that somebody wrote."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import tldextract

from review_app.checks.words import folded
from review_app.questionnaire import values as shapes
from review_app.questionnaire.language import Question
from review_app.questionnaire.sheets import Sheet

Span = tuple[int, int]
Run = list[tuple[int, str, str]]
"""Addresses in a row: (start, address as written, host) of each."""

_ADDRESS = re.compile(r"(?:https?://)?((?:[^\W_](?:[\w-]{0,62}[^\W_])?\.){1,8}[^\W\d_]{2,24})/?", re.IGNORECASE)
_LINE = re.compile("[^\n]+")
_TOKEN = re.compile(r"\S+")
_DOTTED = re.compile(r"\.[^\W\d_]{2}")
_WRAPPING = "()[]{}<>\"'“”‘’«»*_`"
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*$")
_ABBREVIATION = re.compile(r"(?:[^\W\d_]\.){2,}|(?:cf|ex|ej|vs|no|nº|al)\.", re.IGNORECASE)
_BULLET = re.compile(r"[-*•·>|–—]+|[0-9]{1,2}[.)]|[,;|&/·-]+")
_FILES = frozenset({
    "ai", "avi", "csv", "doc", "docx", "exe", "gif", "htm", "html", "jpeg", "jpg", "js", "json", "md", "mov", "mp3",
    "mp4", "odp", "ods", "odt", "pdf", "php", "png", "ppt", "pptx", "ps", "py", "rar", "rs", "sh", "txt", "xls",
    "xlsx", "xml", "zip",
})
_PUBLIC_BODIES = frozenset({"edu", "gob", "gouv", "gov", "govt", "gub", "int", "mil"})
_GENERIC = frozenset({
    "agency", "arts", "centre", "center", "city", "cultura", "cultural", "culture", "departamento", "department",
    "direccion", "direction", "education", "foundation", "general", "government", "governmental", "institut",
    "institute", "instituto", "international", "local", "minister", "ministere", "ministerio", "ministry", "municipal",
    "municipality", "nacional", "national", "office", "privado", "private", "program", "programa", "programme",
    "public", "publico", "regional", "secteur", "sector", "state", "universidad", "universite", "university", "world",
})


def may_have_address(text: str) -> bool:
    """A first look, which costs little."""
    return "." in text and _DOTTED.search(text) is not None


def spans(text: str, known_words: Iterable[str] = ()) -> list[Span]:
    """Where injected addresses stand in `text`: alone on a line, or at its end behind a finished sentence or in a row.

    `known_words`: names, codes and addresses of those the text is about; an address that fits one of them is meant.
    Addresses in sentences, e-mail addresses, paths, file names and public bodies are left alone.
    """
    return strays(standing_alone(text), known_words)


def standing_alone(text: str) -> list[Run]:
    """The rows of addresses that no sentence of `text` has, whoever they belong to."""
    if not may_have_address(text):
        return []
    found: list[Run] = []
    lines = [(match.start(), match.group()) for match in _LINE.finditer(text) if not match.group().isspace()]
    is_list = False
    for number, (offset, line) in enumerate(lines):
        may_end_so = may_have_address(line.rsplit(None, 1)[-1])
        tokens = [(offset + match.start(), match.group()) for match in _TOKEN.finditer(line)] if may_end_so else []
        run = _run(tokens)
        is_alone = bool(run) and all(_BULLET.fullmatch(word) for word in _before(tokens, run))
        if not is_alone:
            is_list = line.rstrip().endswith(":")
            if number == len(lines) - 1 and run and _breaks_off(tokens, run):
                found.append(run)
        elif not is_list:
            found.append(run)
    return found


def strays(runs: Iterable[Run], known_words: Iterable[str] = ()) -> list[Span]:
    """Where the addresses of these rows stand that fit nothing known."""
    known = tuple(known_words)
    return [span for run in runs for span in _foreign(run, known)]


def cut(text: str, places: Sequence[Span]) -> str:
    """`text` without the spans, and without the empty lines and blanks that cutting leaves behind."""
    for start, end in sorted(places, reverse=True):
        before, after = text[:start], text[end:]
        if _SENTENCE_END.search(before.rstrip()):
            after = re.sub(r"^[.,;]+(?=\s|$)", "", after)
        line_start = before.rfind("\n") + 1
        if not re.search(r"\w", before[line_start:]) and not after.split("\n", 1)[0].strip():
            before = before[:line_start].rstrip()
        elif not after.split("\n", 1)[0].strip():
            before = before.rstrip()
        text = before + after
    return text.rstrip() if places else text


def without(
    question: Question, value: Mapping[str, Any], known: Sequence[str], *, lang: str | None,
    only: Iterable[str] | None = None,
) -> dict[str, Any]:
    """The value of an answer with its injected addresses cut out, read again. `only`: the quotes to cut (None = all).

    Looks at the same words as SPAM-01: texts, money, text cells of a table, the parts of a contact.
    """
    wanted = None if only is None else set(only)

    def tidy(text: str) -> str:
        places = [(start, end) for start, end in spans(text, known) if wanted is None or text[start:end] in wanted]
        return cut(text, places) if places else text

    raw: Any = value.get("raw")
    if question.type in ("text", "longtext", "money"):
        raw = tidy(str(raw or ""))
    elif question.type == "contact":
        raw = {field: tidy(str(words)) for field, words in (raw or {}).items()}
    elif question.type == "table":
        texts = {column.code for column in question.columns if column.type in ("text", "longtext")}
        raw = [{code: tidy(cell) if code in texts else cell for code, cell in row.items()} for row in raw or ()]
    else:
        return dict(value)
    return shapes.read(question, raw, lang)


def known_words(sheet: Sheet, item_id: UUID | None = None) -> tuple[str, ...]:
    """Who and what the report (and one entry of it) is about: party, title, agency, partners, website."""
    known = sheet.derived(_known_to_report)
    if item_id is None:
        return known
    return (*known, *_said(sheet, item_id, sheet.group_of(sheet.item(item_id)).questions))


def _known_to_report(sheet: Sheet) -> tuple[str, ...]:
    return (*filter(None, sheet.known_words), *_said(sheet, None, sheet.questionnaire.plain_questions))


def _said(sheet: Sheet, item_id: UUID | None, questions: Iterable[Question]) -> Iterator[str]:
    """The names and addresses in the answers that say who it is."""
    for question in questions:
        value = sheet.value(question.code, item_id) if question.role else None
        if not value:
            continue
        if question.role == "website" and isinstance(value, str):
            yield value
        elif question.role in ("title", "agency") and isinstance(value, str):
            yield _named(value, is_body=question.role == "agency")
        elif question.role == "partners":
            names = [column.code for column in question.columns if column.role == "partner_name"]
            yield from (_named(row[code], is_body=True) for row in value for code in names if row.get(code))


def _named(text: str, *, is_body: bool) -> str:
    """`text` without the addresses in it: they must not vouch for themselves. A body may have an address for a name."""
    words = text.split()
    if is_body and len(words) == 1:
        return text
    if not may_have_address(text):
        return " ".join(words)
    return " ".join(word for word in words if not ((hit := _ADDRESS.fullmatch(word)) and _is_host(hit[1])))


def _run(tokens: Sequence[tuple[int, str]]) -> Run:
    """The unbroken row of addresses at the end of a line."""
    run: Run = []
    for start, word in reversed(tokens):
        if _BULLET.fullmatch(word) and run and word in ("|", "-", "·", "•", ",", ";", "/", "&"):
            continue
        bare = word.lstrip(_WRAPPING)
        start += len(word) - len(bare)
        bare = bare.rstrip(_WRAPPING + (".,;" if not run else ""))
        match = _ADDRESS.fullmatch(bare)
        if match is None or not _is_host(match[1]):
            break
        run.insert(0, (start, bare, match[1]))
    return run


def _before(tokens: Sequence[tuple[int, str]], run: Run) -> list[str]:
    return [word for start, word in tokens if start + len(word) <= run[0][0]]


def _breaks_off(tokens: Sequence[tuple[int, str]], run: Run) -> bool:
    """Whether the row at the end of a text is no part of its last sentence."""
    last = _before(tokens, run)[-1]
    if last.endswith((":", ",", "(")) or _ABBREVIATION.fullmatch(last.strip(_WRAPPING)):
        return False
    return bool(_SENTENCE_END.search(last)) or len(run) > 1


def _foreign(run: Run, known: Sequence[str]) -> list[Span]:
    """Spans of the addresses that fit nothing known; neighbours become one span."""
    found: list[Span] = []
    was_foreign = False
    for start, written, host in run:
        is_foreign = not _is_public_body(host) and not _is_related(host, known)
        if is_foreign and was_foreign:
            found[-1] = (found[-1][0], start + len(written))
        elif is_foreign:
            found.append((start, start + len(written)))
        was_foreign = is_foreign
    return found


def _is_host(host: str) -> bool:
    """Whether a dotted word is an address that can exist, and not an abbreviation, a file or two glued sentences."""
    labels = host.split(".")
    parts = _parts(host)
    if not parts.suffix or len(parts.domain) < 2 or re.fullmatch("[A-Z][a-z]+", labels[-1]):
        return False
    return not (len(labels) == 2 and labels[-1].casefold() in _FILES)


def _is_public_body(host: str) -> bool:
    parts = _parts(host)
    labels = set(parts.suffix.casefold().split("."))
    return bool(labels & _PUBLIC_BODIES) or (len(parts.suffix) == 2 and parts.domain.casefold() in _PUBLIC_BODIES)


def _is_related(host: str, known: Sequence[str]) -> bool:
    parts = _parts(host)
    name = folded(parts.domain).replace("-", "")
    for entry in known:
        if re.fullmatch("[A-Z]{2}", entry):
            if host.casefold().endswith(f".{entry.casefold()}"):
                return True
            continue
        address = _ADDRESS.match(entry)
        if address and _parts(address[1]).top_domain_under_public_suffix.casefold() == _registered(host):
            return True
        if any(word in name for word in _telling_words(entry)) or name in _initials(entry):
            return True
    return False


def _registered(host: str) -> str:
    return _parts(host).top_domain_under_public_suffix.casefold()


def _telling_words(entry: str) -> set[str]:
    return {word for word in re.findall(r"\w{4,}", folded(entry)) if word not in _GENERIC}


def _initials(entry: str) -> set[str]:
    """Short forms of a name: its capitals, and the words it writes in capitals."""
    short = {"".join(word[0] for word in re.findall(r"\b[A-ZÀ-Þ]\w+", entry)), *re.findall(r"\b[A-Z]{3,}\b", entry)}
    return {folded(word) for word in short if len(word) > 2}


@lru_cache(maxsize=1)
def _extractor() -> tldextract.TLDExtract:
    # The list that comes with the package: nothing is fetched and nothing is written.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@lru_cache(maxsize=4096)
def _parts(host: str) -> tldextract.tldextract.ExtractResult:
    return _extractor()(host)
