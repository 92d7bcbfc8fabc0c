"""A child process that opens one foreign file: bytes in, JSON out, with limits on memory and time."""

import io
import json
import resource
import sys
import zipfile
from typing import Any

from review_app.readers.archives import TooMuch, members
from review_app.readers.blocks import Block
from review_app.readers.files import MOST_LETTERS, MOST_MEMBERS, MOST_PAGES, MOST_UNPACKED, FileProblem

MOST_MEMORY = 1536 * 1024 * 1024
MOST_SECONDS = 40
MOST_XML = 24 * 1024 * 1024  # of one part; all of it is held as a tree
ATTACHED = "attached-"
ATTACHED_MEMORY, ATTACHED_SECONDS = 512 * 1024 * 1024, 10


def main() -> None:
    """Read standard input as the kind of file named in the arguments; print its texts, or the problem."""
    kind = sys.argv[1]
    seconds, memory = (ATTACHED_SECONDS, ATTACHED_MEMORY) if kind.startswith(ATTACHED) else (MOST_SECONDS, MOST_MEMORY)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))  # first a signal that says why
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        answer = read_content(kind, sys.stdin.buffer.read())
    except FileProblem as problem:
        answer = {"problem": problem.key}
    except MemoryError:
        answer = {"problem": "bomb"}
    except Exception:  # a broken file breaks its library in any way it likes
        answer = {"problem": "broken"}
    json.dump(answer, sys.stdout)


def read_content(kind: str, content: bytes) -> dict[str, Any]:
    """The texts of a file of this kind, unconfined; the fields of a `form`; what `insides` says of an attached file.

    Raises FileProblem, and what libraries raise.
    """
    if kind.startswith(ATTACHED):
        from review_app.readers.insides import look

        return look(kind.removeprefix(ATTACHED), content)
    if kind == "form":
        return _form(content)
    from review_app.readers.letters import has_word
    from review_app.readers.reports import sources_of

    blocks = {"html": _page, "word": _word, "pdf": _pdf}[kind](content)
    if not any(has_word(block.words) for block in blocks):
        raise FileProblem("scanned" if kind == "pdf" else "empty")
    if sum(len(block.words) for block in blocks) > MOST_LETTERS:
        raise FileProblem("bomb")
    return {"sources": [{"text": source.text, "around": source.around} for source in sources_of(blocks)]}


def _form(content: bytes) -> dict[str, Any]:
    from review_app.readers.filled_file import taken_apart

    return taken_apart(content)


def _page(content: bytes) -> list[Block]:
    from review_app.readers.html_pages import blocks_of_page

    return blocks_of_page(content)


def _word(content: bytes) -> list[Block]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        try:
            parts = members(package, most=MOST_MEMBERS, most_bytes=MOST_UNPACKED)
        except TooMuch:
            raise FileProblem("bomb") from None
        if any(part.file_size > MOST_XML for part in parts if part.filename.endswith((".xml", ".rels"))):
            raise FileProblem("bomb")
        if "word/document.xml" not in package.namelist():
            raise FileProblem("unknown")
    from review_app.readers.word_files import blocks_of_word

    return blocks_of_word(content)


def _pdf(content: bytes) -> list[Block]:
    from pdfplumber.utils.exceptions import PdfminerException

    from review_app.readers.pdf_files import TooLong, blocks_of_pdf
    from review_app.readers.pdf_files import TooMuch as DrawsTooMuch

    try:
        return blocks_of_pdf(content, most_pages=MOST_PAGES)
    except TooLong:
        raise FileProblem("too_long") from None
    except DrawsTooMuch:
        raise FileProblem("bomb") from None
    except PdfminerException as error:
        is_locked = "Password" in repr(error.args) or "Encryption" in repr(error.args)
        raise FileProblem("locked" if is_locked else "broken") from None


if __name__ == "__main__":
    main()
