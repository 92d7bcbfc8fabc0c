"""Files that are sent along with a report: what each is, by its name and by its content, and what is refused and why."""

import base64
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from review_app.readers.files import FileProblem, confined
from workflows.messages import Message

MOST_BYTES = 12 * 1024 * 1024
LONGEST_NAME = 120

_OOXML, _ODF = "application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument."


@dataclass(frozen=True)
class Kind:
    """A kind of file that is taken. `media_type` is what it is served as."""

    code: str
    label: str
    media_type: str
    endings: tuple[str, ...]


KINDS = {
    kind.code: kind for kind in (
        Kind("pdf", "PDF", "application/pdf", ("pdf",)),
        Kind("docx", "Word", f"{_OOXML}wordprocessingml.document", ("docx",)),
        Kind("xlsx", "Excel", f"{_OOXML}spreadsheetml.sheet", ("xlsx",)),
        Kind("pptx", "PowerPoint", f"{_OOXML}presentationml.presentation", ("pptx",)),
        Kind("odt", "OpenDocument", f"{_ODF}text", ("odt",)),
        Kind("ods", "OpenDocument", f"{_ODF}spreadsheet", ("ods",)),
        Kind("odp", "OpenDocument", f"{_ODF}presentation", ("odp",)),
        Kind("jpeg", "JPEG", "image/jpeg", ("jpg", "jpeg")),
        Kind("png", "PNG", "image/png", ("png",)),
        Kind("gif", "GIF", "image/gif", ("gif",)),
    )
}  # fmt: skip
IMAGES = frozenset({"jpeg", "png", "gif"})
ENDINGS = {ending: kind.code for kind in KINDS.values() for ending in kind.endings}

PROBLEMS = {
    "empty": Message("the file is empty. Open it in its own program, save it again and send that file."),
    "too_big": Message("the file is larger than 12 MB. Make it smaller, or split it."),
    "unknown": Message("this kind of file is not taken. Save it as PDF, as an image, or as a Word, Excel, PowerPoint or OpenDocument file."),
    "old_office": Message("this is an old or protected Office file. Save it as DOCX, XLSX or PPTX, without a password."),
    "mismatch": Message("the name says another kind of file than the content. Give it the right ending, or save it again."),
    "mixed": Message("the file holds a second file behind or before the first. Save it again in its own program, or print it to a PDF."),
    "broken": Message("the file is damaged or not whole. Open it in its own program, save it again and send that file."),
    "locked": Message("the file is protected by a password. Save it without one."),
    "macro": Message("the file holds a program (macros or scripts). Save it without them, or print it to a PDF."),
    "nested": Message("the file holds another archive or document inside. Take it out and send it by itself."),
    "external": Message("the file loads a template or object from elsewhere. Break that link, or print the file to a PDF."),
    "paths": Message("the file holds entries that lead out of it. Save it again in its own program."),
    "entities": Message("the file defines entities of its own, which no office program writes. Save it again in its own program."),
    "bomb": Message("the file unpacks to far more than it should. Save it again, without large pictures or empty cells."),
    "moving": Message("the image moves. Send a single picture."),
    "huge": Message("the image has more than 25 million dots. Make it smaller."),
    "too_slow": Message("it took too long to look into the file. Print it to a PDF and send that."),
    "virus": Message("a virus was found in the file, so it was deleted. Clean your computer, then send the file from before."),
    "many": Message("this question takes no more files. Remove one first."),
    "away": Message("the file could not be stored. Send it again in a few minutes."),
    "full": Message("the files of this report take up all the room there is. Remove one first, or send smaller files."),
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A file that may be kept, under a name that says what it is. An image is not the bytes that came: it was written anew."""

    name: str
    kind: str
    content: bytes


def looked_into(name: str, content: bytes) -> Found:
    """What a file is; name and content must agree. Whatever opens it is confined. Raises FileProblem with a key of PROBLEMS."""
    if not content:
        raise FileProblem("empty")
    if len(content) > MOST_BYTES:
        raise FileProblem("too_big")
    name = plain_name(name)
    kind, seen = ENDINGS.get(PurePosixPath(name).suffix.lower().lstrip(".")), _seen(content)
    if seen == "old_office":
        raise FileProblem("old_office")
    if kind is None:
        raise FileProblem("unknown")
    if seen != ("office" if kind in OFFICE else kind):
        raise FileProblem("mismatch")
    answer = confined(f"attached-{kind}", content)
    return Found(name, kind, base64.b64decode(answer["content"]) if "content" in answer else content)


def problem_of(key: str) -> Message:
    """Why a file was refused and what to do, as the end of a sentence that begins with its name."""
    return PROBLEMS[key]


OFFICE = frozenset(KINDS) - IMAGES - {"pdf"}
_FIRST = (
    (b"PK\x03\x04", "office"), (b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"), (b"GIF89a", "gif"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_office"),
)  # fmt: skip


def _seen(content: bytes) -> str | None:
    """What the first bytes show: a kind, "office", "old_office", or None for what is not taken."""
    return next((kind for first, kind in _FIRST if content.startswith(first)), None)


def plain_name(name: str) -> str:
    """The last part of a name, without signs that are not seen or that turn others round; the ending stays, however long it is."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C" and unicodedata.category(sign) not in ("Zl", "Zp"))
    words = " ".join(seen.split()).strip(" .")
    stem, dot, ending = words.rpartition(".")
    return f"{stem[:LONGEST_NAME - len(ending) - 1]}.{ending}" if dot and len(ending) < 10 else words[:LONGEST_NAME]
