"""The inside of one attached file, looked over in the confined process: packages of office programs, PDFs and images."""

import base64
import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from itertools import chain
from zipfile import ZipFile, ZipInfo

from review_app.readers.archives import BROKEN, TooMuch, members
from review_app.readers.attachments import IMAGES, KINDS
from review_app.readers.files import FileProblem

MOST_MEMBERS, MOST_UNPACKED = 4_000, 200 * 1024 * 1024
MOST_INSIDE = 12 * 1024 * 1024  # bytes of a workbook behind a chart
MOST_DOTS = 25_000_000
CHUNK, OVERLAP = 1 << 20, 4096
END_OF_ZIP = b"PK\x05\x06"

_MACROS = re.compile(r"vbaProject|vbaData|/macrosheets/|/activeX/|^(?:Basic|Scripts)/|\.(?:js|vbs|exe|dll|class|jar)$", re.IGNORECASE)
_ARCHIVES = (
    b"PK\x03\x04", END_OF_ZIP, b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\xd0\xcf\x11\xe0", b"%PDF-", b"MZ", b"\x7fELF",
)  # fmt: skip
_DRAWINGS = (".emz", ".wmz")  # pictures that are packed by their own nature
_CHART = re.compile(r"/embeddings/[^/]+\.(docx|xlsx|pptx)$", re.IGNORECASE)
_XML = re.compile(r"\.(?:xml|rels|vml|rdf)$", re.IGNORECASE)
_DEFINED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_LINKED = re.compile(rb"<(?:text:section-source|table:table-source|draw:(?:object|object-ole|plugin|applet|floating-frame|image))\b[^>]*?"
                     rb"xlink:href\s*=\s*[\"'](?:[A-Za-z][A-Za-z0-9+.-]*:|//)")  # fmt: skip
_LISTENS = re.compile(rb"<script:event-listener\b")
_MAIN = re.compile(rb"ContentType\s*=\s*[\"']([^\"']*\.main\+xml)[\"']")
_RUNS = re.compile(rb"/(?:JavaScript|Launch|RichMedia)\b")
_CARRIES = re.compile(rb"/EmbeddedFiles?\b")
_ENCRYPTED = re.compile(rb"/Encrypt\b\s*(?:[0-9]+\s+[0-9]+\s+R|<<)")


def look(kind: str, content: bytes) -> dict[str, str]:
    """Nothing more to say; of an image its bytes written anew, as `content` (base64). Raises FileProblem, and what libraries raise."""
    if kind in IMAGES:
        return {"content": base64.b64encode(_image(kind, content)).decode()}
    if kind == "pdf":
        _pdf(content)
    else:
        _package(kind, content)
    return {}


def _package(kind: str, content: bytes, *, is_inner: bool = False) -> None:
    """A ZIP of an office program: its own kind, all in one piece, and nothing in it that runs, loads or unpacks."""
    try:
        with ZipFile(io.BytesIO(content)) as package:
            found = members(package, most=MOST_MEMBERS, most_bytes=MOST_UNPACKED)
            if content[-22:-18] != END_OF_ZIP or min(one.header_offset for one in package.infolist()) > 0:
                raise FileProblem("mixed")
            _names(package)
            _refuse_other_kinds(kind, package)
            for member in found:
                _member(package, member, is_inner=is_inner)
    except TooMuch:
        raise FileProblem("bomb") from None
    except BROKEN:
        raise FileProblem("broken") from None


def _names(package: ZipFile) -> None:
    listed = package.infolist()
    if any(one.flag_bits & 1 for one in listed):
        raise FileProblem("locked")
    if any(_leads_out(one) for one in listed):
        raise FileProblem("paths")
    if len({one.filename.casefold() for one in listed}) < len(listed):
        raise FileProblem("broken")
    if any(_MACROS.search(one.filename) for one in listed):
        raise FileProblem("macro")


def _leads_out(member: ZipInfo) -> bool:
    """Whether a member would land elsewhere than in the folder it is unpacked to, or is a link."""
    name = member.orig_filename
    is_away = name.startswith("/") or "\\" in name or "\0" in name or ":" in name or ".." in name.split("/")
    return is_away or stat.S_ISLNK(member.external_attr >> 16)


def _refuse_other_kinds(kind: str, package: ZipFile) -> None:
    """What the package says of itself decides what it is; a kind with macros is one of its own."""
    wanted, names = KINDS[kind].media_type, set(package.namelist())
    if "mimetype" in names:
        said = _start(package, "mimetype").decode("ascii", "replace").strip()
    elif "[Content_Types].xml" in names:
        parts = _MAIN.findall(_start(package, "[Content_Types].xml").replace(b"\0", b""))
        if any(b"macroenabled" in part.lower() for part in parts):
            raise FileProblem("macro")
        said = next((part.decode("ascii", "replace").removesuffix(".main+xml") for part in parts), "")
    else:
        said = ""
    if said != wanted:
        raise FileProblem("mismatch")


def _start(package: ZipFile, name: str) -> bytes:
    with package.open(name) as member:
        return member.read(CHUNK)


def _member(package: ZipFile, member: ZipInfo, *, is_inner: bool) -> None:
    """One member, a chunk at a time: however much it unpacks to, little of it is held."""
    chart = _CHART.search(member.filename)
    if chart and not is_inner and member.file_size <= MOST_INSIDE:
        _package(chart[1].lower(), package.read(member), is_inner=True)
        return
    for number, chunk in enumerate(_chunks(package, member)):
        if number == 0 and chunk.startswith(_ARCHIVES) and not member.filename.lower().endswith(_DRAWINGS):
            raise FileProblem("nested")
        if number == 0 and not _XML.search(member.filename) and not chunk.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<"):
            # Read to its end all the same: only then is it known to be whole.
            continue
        _marked_up(chunk)


def _chunks(package: ZipFile, member: ZipInfo) -> Iterator[bytes]:
    """Each with the end of the one before, so that nothing hides where they meet. In UTF-16 the zeros go."""
    before = b""
    with package.open(member) as stream:
        while chunk := stream.read(CHUNK):
            plain = before + chunk.replace(b"\0", b"") if _XML.search(member.filename) else chunk
            yield plain
            before = plain[-OVERLAP:]


def _marked_up(chunk: bytes) -> None:
    if _DEFINED.search(chunk):
        raise FileProblem("entities")
    if _LISTENS.search(chunk):
        raise FileProblem("macro")
    outside = (tag for tag in _RELATION.findall(chunk) if re.search(rb"TargetMode\s*=\s*[\"']External", tag, re.IGNORECASE))
    if _LINKED.search(chunk) or any(not re.search(rb"/hyperlink[\"']", tag, re.IGNORECASE) for tag in outside):
        raise FileProblem("external")


def _pdf(content: bytes) -> None:
    """Whole, in the clear, and without anything that runs or is carried along, as far as can be seen without drawing it."""
    if b"%%EOF" not in content[-2048:]:
        raise FileProblem("mixed" if zipfile.is_zipfile(io.BytesIO(content)) else "broken")
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise FileProblem("mixed")
    if _ENCRYPTED.search(content):
        raise FileProblem("locked")
    for text in chain([content], _object_streams(content)):
        plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda sign: bytes.fromhex(sign[1].decode()), text)
        if _RUNS.search(plain):
            raise FileProblem("macro")
        if _CARRIES.search(plain):
            raise FileProblem("nested")


def _object_streams(content: bytes) -> Iterator[bytes]:
    """The packed objects of a newer PDF, a chunk at a time. Raises FileProblem when they unpack to too much."""
    left = MOST_UNPACKED // 2
    for mark in re.finditer(rb"/ObjStm\b", content):
        at = content.find(b"stream", mark.end(), mark.end() + 2000)
        if at < 0:
            continue
        start = at + len(b"stream") + (2 if content[at + 6:at + 8] == b"\r\n" else 1)
        packer, packed, before = zlib.decompressobj(), content[start:], b""
        while packed and not packer.eof:
            try:
                text = packer.decompress(packed, CHUNK)
            except zlib.error:  # not packed, so it was seen already
                break
            left, packed = left - len(text), packer.unconsumed_tail
            if left <= 0:
                raise FileProblem("bomb")
            yield before + text
            before = text[-OVERLAP:]


def _image(kind: str, content: bytes) -> bytes:
    """Written anew: without the place it was taken at, and without anything hidden in it or behind it. It keeps which side is up."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # counted here
    with Image.open(io.BytesIO(content), formats=[kind]) as picture:
        if picture.width * picture.height > MOST_DOTS:
            raise FileProblem("huge")
        if getattr(picture, "is_animated", False):
            raise FileProblem("moving")
        picture.load()
        kept, upright = picture.getexif().get(0x0112), Image.Exif()
        if kept:
            upright[0x0112] = kept
        picture.info = {name: value for name, value in picture.info.items() if name in ("transparency", "dpi", "icc_profile", "background")}
        out = io.BytesIO()
        picture.save(out, kind, exif=upright, **({"quality": "keep"} if kind == "jpeg" else {}))
        return out.getvalue()
