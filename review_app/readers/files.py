"""Files of old reports: what each is, by name and content, and the texts in it. Whatever opens foreign formats is confined."""

import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from review_app.readers.archives import BROKEN, TooMuch, members
from review_app.readers.blocks import Source
from review_app.readers.html_pages import decoded
from workflows.messages import Message

MOST_BYTES = 50 * 1024 * 1024
MOST_UNPACKED = 200 * 1024 * 1024
MOST_PAGES = 600
MOST_LETTERS = 5_000_000
MOST_MEMBERS = 6000
SECONDS = 45
# What of the environment the process is given that opens a foreign file: enough to start, and none of our keys.
HANDED = frozenset({"HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR", "TZ"})
NAMES = {"txt": "text", "md": "text", "text": "text", "html": "html", "htm": "html", "xhtml": "html", "docx": "word", "pdf": "pdf"}
"""Ending of a file's name -> its kind."""

PROBLEMS = {
    "unknown": Message("This is no text, HTML page, Word file (DOCX) or PDF. Save it as one of these."),
    "old_word": Message("This is an old or protected Word file. Save it as DOCX without a password."),
    "mismatch": Message("The name says another kind of file than the content. Give it the right ending, or save it again."),
    "too_big": Message("This file is larger than 50 MB. Split it, or leave out its pictures."),
    "bomb": Message("This file unpacks to more than a report can hold. Save it again, without pictures."),
    "too_long": Message("This file has more than 600 pages. Split it."),
    "locked": Message("This PDF is protected by a password. Save it without one."),
    "scanned": Message("This PDF holds pictures of pages and no text. Have its text recognised first, or take the file it was made from."),
    "broken": Message("This file is damaged and cannot be opened. Open it in its own program and save it again."),
    "too_slow": Message("Reading this file took too long. Split it, or save it as plain text."),
    "archive": Message("This archive holds more than 6,000 files or 200 MB, is damaged, or has a password. Send its files in several archives."),
    "inner_archive": Message("This is an archive inside an archive. Send its files on their own."),
    "empty": Message("There are no words in this file."),
}  # fmt: skip


class FileProblem(Exception):
    """A file cannot be read. `key` names one of PROBLEMS, or of the PROBLEMS of who reads it."""

    def __init__(self, key: str) -> None:
        super().__init__(PROBLEMS[key].id if key in PROBLEMS else key)
        self.key = key

    @property
    def message(self) -> Message:
        """What is wrong and what to do about it."""
        return PROBLEMS[self.key]


def is_archive(name: str, content: bytes) -> bool:
    """Whether a file holds others, which are read one by one."""
    return PurePath(name).suffix.lower() == ".zip" and content.startswith(b"PK")


def unpacked(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file in a ZIP archive, one at a time. Raises FileProblem, also for an archive without any."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = members(archive, most=MOST_MEMBERS, most_bytes=MOST_UNPACKED)
            shown = [one for one in found if not _is_hidden(one.filename)]
            for one in shown:
                yield one.filename, archive.read(one)
    except (TooMuch, *BROKEN):
        raise FileProblem("archive") from None
    if not shown:
        raise FileProblem("empty")


def _is_hidden(name: str) -> bool:
    """Whether an archive's program put the file there, and no person."""
    return any(part.startswith((".", "__MACOSX")) for part in PurePath(name).parts)


def sources(name: str, content: bytes) -> list[Source]:
    """The texts of a file: one for each measure of a report. A plain text is always one. Raises FileProblem."""
    kind = kind_of(name, content)
    if kind == "text":
        return [Source(decoded(content))]
    return [Source(one["text"], tuple(one["around"])) for one in confined(kind, content)["sources"]]


def kind_of(name: str, content: bytes) -> str:
    """text, html, word or pdf; what the name says has to fit the content. Raises FileProblem."""
    if len(content) > MOST_BYTES:
        raise FileProblem("too_big")
    named = NAMES.get(PurePath(name).suffix.lower().lstrip("."))
    seen = _seen(content)
    if seen == "old_word" or (seen is None and named is None):
        raise FileProblem(seen or "unknown")
    if named is None:
        return str(seen)
    # A page may begin anyhow, and a text may begin like a page.
    if seen not in (named, None) and {named, seen} != {"text", "html"}:
        raise FileProblem("mismatch")
    if seen is None and named in ("word", "pdf"):
        raise FileProblem("broken" if content else "empty")
    return named


def _seen(content: bytes) -> str | None:
    """The kind a content shows; None when it shows none (a text may hold anything)."""
    if content.startswith(b"PK\x03\x04"):
        return "word"
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "old_word"
    start = content[:1024]
    if b"%PDF-" in start:
        return "pdf"
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html", b"<?xml")):
        return "html"
    return "text" if start and b"\0" not in start and not start.startswith((b"\x89PNG", b"\xff\xd8", b"GIF8", b"\x7fELF", b"MZ")) else None


def confined(kind: str, content: bytes) -> dict[str, Any]:
    """Have a child process open the file, with limits on memory and time: what breaks there breaks nothing here.

    Raises FileProblem.
    """
    argv = [sys.executable, "-m", "review_app.readers.confined", kind]
    handed = {name: value for name, value in os.environ.items() if name in HANDED or name.startswith(("LC_", "PYTHON"))}
    try:
        child = subprocess.run(argv, input=content, capture_output=True, timeout=SECONDS, check=False, env=handed)
    except subprocess.TimeoutExpired:
        raise FileProblem("too_slow") from None
    if child.returncode:
        raise FileProblem("too_slow" if child.returncode == -signal.SIGXCPU else "broken")
    answer: dict[str, Any] = json.loads(child.stdout)
    if "problem" in answer:
        raise FileProblem(answer["problem"])
    return answer
