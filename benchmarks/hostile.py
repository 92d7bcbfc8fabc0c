"""What files and texts made to do harm cost: each is opened in a process of its own, whose time and memory are read at its end.

    python -m benchmarks.hostile            a line for each
"""

import io
import json
import os
import resource
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from config import ROOT
from review_app.readers.checking import check_text
from review_app.readers.files import FileProblem, confined, is_archive, sources, unpacked

SECONDS, MEGABYTES = 5.0, 100.0  # asked of each, beyond what a harmless file of its kind takes
LETTERS = 100_000  # of a hostile text
LIMIT = 60  # seconds of CPU time after which one is given up

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="'
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_BOMB = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "{"ha" * 50}">{_LAUGHS}]>'


def _relations(kind: str, to: str, more: str = "") -> str:
    return (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/{kind}" Target="{to}"{more}/></Relationships>'
    )


def _elsewhere(kind: str, to: str) -> bytes:
    return _word(parts={"word/_rels/document.xml.rels": _relations(kind, to, ' TargetMode="External"')})


def _zip(members: Mapping[str, str | bytes], *, links: Mapping[str, str] | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        for name, target in (links or {}).items():
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o120777 << 16  # a symbolic link
            archive.writestr(info, target)
    return buffer.getvalue()


def _word(
    text: str = "Words of a report.", *, head: str = '<?xml version="1.0"?>', parts: Mapping[str, str | bytes] | None = None
) -> bytes:
    body = f"<w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body>"
    return _zip({
        "[Content_Types].xml": _TYPES, "_rels/.rels": _relations("officeDocument", "word/document.xml"),
        "word/document.xml": f'{head}<w:document xmlns:w="{_WORDS}">{body}</w:document>',
        **(parts or {}),
    })  # fmt: skip


def _pdf(
    stream: bytes = b"BT /F1 12 Tf 72 720 Td (Words of a report.) Tj ET", *, filtered: str = "", pages: str = "/Kids[3 0 R]/Count 1"
) -> bytes:
    font = "<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages{pages}>>".encode(),
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources{font}>>".encode(),
        f"<</Length {len(stream)}{filtered}>>stream\n".encode() + stream + b"\nendstream",
    ]  # fmt: skip
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += f"{number} 0 obj".encode() + part + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return out + f"xref\n0 5\n0000000000 65535 f \n{table}trailer<</Size 5/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF".encode()


def _nested(depth: int, inner: bytes) -> bytes:
    for _ in range(depth):
        inner = _zip({f"{n}.zip": inner for n in range(4)})
    return inner


def _lying_zip() -> bytes:
    """An archive whose directory says that a member is small, and whose member is a thousand times as large."""
    made = bytearray(_zip({"word/document.xml": b"\0" * 300_000_000}))
    place = made.rindex(b"PK\x01\x02")
    struct.pack_into("<I", made, place + 24, 1000)
    return bytes(made)


_PAGE = "<html><body><h1>Measure</h1><p>Words of a report.</p></body></html>"
# kind -> a harmless file of it
HARMLESS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "word": ("report.docx", _word), "pdf": ("report.pdf", _pdf), "html": ("report.html", _PAGE.encode),
    "text": ("report.txt", lambda: b"Words of a report."), "form": ("form", _word),
    "zip": ("reports.zip", lambda: _zip({"a.txt": "Words."})),
}  # fmt: skip
# class: what -> kind, name, content
FILES: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "polyglot: PDF before ZIP": ("pdf", "r.pdf", lambda: _pdf() + _word()),
    "polyglot: page before PDF": ("pdf", "r.pdf", lambda: b"<html><script>1</script>" + _pdf()),
    "polyglot: Word and page": ("word", "r.docx", lambda: _word() + _PAGE.encode()),
    "bomb: one member of 400 MB": ("word", "r.docx", lambda: _word(parts={"word/media/a": "\0" * 400_000_000})),
    "bomb: the text itself": ("word", "r.docx", lambda: _word("a " * 60_000_000)),
    "bomb: a size that lies": ("word", "r.docx", _lying_zip),
    "bomb: a stream of a PDF": ("pdf", "r.pdf", lambda: _pdf(
        zlib.compress(b"BT (a) Tj ET " * 4_000_000), filtered="/Filter/FlateDecode")),
    "bomb: 20,000 members": ("zip", "r.zip", lambda: _zip({f"{n}.txt": b"a" for n in range(20_000)})),
    "nested: ZIP in ZIP in ZIP": ("zip", "r.zip", lambda: _nested(3, _zip({"a.txt": b"a" * 1_000_000}))),
    "nested: an archive in a report": ("word", "r.docx", lambda: _word(parts={"word/a.zip": _nested(2, b"a" * 1_000_000)})),
    "nested: an archive named as a report": ("word", "r.docx", lambda: _nested(1, _word())),
    "macro: a report with one": ("word", "r.docx", lambda: _word(parts={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0" * 9000})),
    "macro: a template from elsewhere": ("word", "r.docx", lambda: _elsewhere("attachedTemplate", "http://192.0.2.1/t.dotm")),
    "macro: a picture from elsewhere": ("word", "r.docx", lambda: _elsewhere("image", "file:///etc/passwd")),
    "entities: a report": ("word", "r.docx", lambda: _word("&l9;", head=_BOMB)),
    "entities: a page": ("html", "r.xhtml", f"{_BOMB}<html><body><p>&l9;</p></body></html>".encode),
    "entities: a file of ours": ("form", "form", lambda: _word("&l9;", head=_BOMB)),
    "renamed: a program": ("pdf", "r.pdf", lambda: b"MZ" + b"\0" * 4_000_000),
    "renamed: a picture": ("word", "r.docx", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 4_000_000),
    "renamed: an old Word file": ("word", "r.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4_000_000),
    "paths: out of the folder": ("zip", "r.zip", lambda: _zip({"../../../../tmp/a.txt": "Words.", "/etc/a.txt": "Words."})),
    "paths: a link": ("zip", "r.zip", lambda: _zip({"a.txt": "Words."}, links={"b.txt": "/etc/passwd"})),
    "paths: a part outside": ("word", "r.docx", lambda: _word(parts={"../../etc/a.xml": "<a/>"})),
    "empty: a report": ("word", "r.docx", lambda: b""), "empty: a PDF": ("pdf", "r.pdf", lambda: b""),
    "empty: an archive": ("zip", "r.zip", lambda: _zip({})),
    "truncated: a report": ("word", "r.docx", lambda: _word()[:300]), "truncated: a PDF": ("pdf", "r.pdf", lambda: _pdf()[:200]),
    "truncated: an archive": ("zip", "r.zip", lambda: _zip({"a.txt": os.urandom(100_000)})[:50_000]),
    "names: right to left": ("text", "r\u202efdp.txt", lambda: b"Words."),
    "names: with a NUL": ("text", "r\0.pdf.txt", lambda: b"Words."),
    "names: 300 signs": ("text", "r" * 296 + ".txt", lambda: b"Words."),
    "virus: the test sign": (
        "text", "r.txt", lambda: rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
    ),
    "pages: a tree that bites its tail": ("pdf", "r.pdf", lambda: _pdf(pages="/Kids[2 0 R]/Count 1")),
    "pages: 200,000 open tags": ("html", "r.html", lambda: b"<div><b>" * 100_000 + b"Words."),
    "pages: one tag of 5 MB": ("html", "r.html", lambda: b"<p " + b"a=1 " * 1_250_000 + b">Words."),
}  # fmt: skip
# what -> the letters that are repeated, and read and checked as one old text
TEXTS: dict[str, str] = {
    "one word": "a", "captions": "Main features\n", "captions in a line": "Main features ", "lines of one word": "word\n",
    "figures": "100 ", "figures with signs": "1.2,3.45", "long figures": "123,456.789 ", "sums": "USD 1,000 (EUR 900) ",
    "open brackets": "([{", "pipes": "|", "rows": "| Ministry | Public | USD 1,000 |\n", "accents": "e\u0301\u0302\u0323",
    "right to left": "\u202e\u200f\u2067a", "dots": ".", "dashes": "-", "addresses": "www.example.org ", "mail": "a@b.",
    "domains": "a.",
    "empty lines": "\n", "quotes": "“a” ", "capitals": "ABC ", "ages": "12-17: 5 ", "lists": "two things: a, b; ",
    "the same": "the the ", "spaces": " ", "denials": "not evaluation of ",
}  # fmt: skip


def main() -> None:
    """Without arguments all of it. `make` writes a file; else what stands on standard input is opened, in the process measured."""
    if not sys.argv[1:]:
        sys.exit("; ".join(run()))
    if sys.argv[1] == "make":
        table, name, path = sys.argv[2:]
        made = HARMLESS[name][1] if table == "harmless" else FILES[name][2]
        Path(path).write_bytes(made())
        return
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
    given = json.load(sys.stdin)
    print(_read(given["text"]) if "text" in given else _open(given["kind"], given["name"], Path(given["path"]).read_bytes()))


def _read(text: str) -> str:
    check_text(text)
    return "read"


def _open(kind: str, name: str, content: bytes) -> str:
    try:
        if kind == "form":
            confined(kind, content)
        else:
            for inner_name, inner in unpacked(content) if is_archive(name, content) else [(name, content)]:
                sources(inner_name, inner)
    except FileProblem as problem:
        return problem.key
    return "read"


def _measured(given: dict[str, str]) -> tuple[str, float, float]:
    """What was said, seconds of CPU time (of the process and of those it started), and MB at its peak."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile("w+") as asked:
        json.dump(given, asked)
        asked.seek(0)
        child = subprocess.Popen([sys.executable, "-m", "benchmarks.hostile", "one"], stdin=asked, stdout=said, cwd=ROOT)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        words = said.read().decode().strip()
    return words if not child.returncode else f"ended with {child.returncode}", used.ru_utime + used.ru_stime, used.ru_maxrss / 1000


def _given(table: str, what: str, kind: str, name: str, folder: str) -> dict[str, str]:
    """A file, made by another process: the memory of this one would count for those it starts."""
    path = f"{folder}/file"
    subprocess.run([sys.executable, "-m", "benchmarks.hostile", "make", table, what, path], cwd=ROOT, check=True)
    return {"kind": kind, "name": name, "path": path}


def run() -> list[str]:
    """Measure all; prints a line each and returns what was missed."""
    print(f"\nHostile files, and texts of {LETTERS:,} letters: CPU time and memory beyond those of a harmless one, "
          f"asked at most {SECONDS:g} s and {MEGABYTES:g} MB each")  # fmt: skip
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        bases = {kind: _measured(_given("harmless", kind, kind, name, folder)) for kind, (name, _) in HARMLESS.items()}
        for what, (kind, name, _) in FILES.items():
            missed += _line(what, _measured(_given("files", what, kind, name, folder)), bases[kind])
    base = _measured({"text": "Words of a report."})
    for what, letters in TEXTS.items():
        missed += _line(f"text: {what}", _measured({"text": letters * (LETTERS // len(letters))}), base)
    return missed


def _line(what: str, measured: tuple[str, float, float], base: tuple[str, float, float]) -> list[str]:
    said, seconds, memory = measured[0], max(0.0, measured[1] - base[1]), max(0.0, measured[2] - base[2])
    is_met = seconds <= SECONDS and memory <= MEGABYTES and not said.startswith("ended")
    print(f"{what:<38}{said:<12}{seconds:>6.2f} s{memory:>7.0f} MB   {'met' if is_met else 'MISSED'}", flush=True)
    return [] if is_met else [f"hostile {what}"]


if __name__ == "__main__":
    main()
