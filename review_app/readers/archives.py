"""ZIP archives from outside: what they hold is counted and added up before anything is unpacked."""

import lzma
import zlib
from zipfile import BadZipFile, ZipFile, ZipInfo

BROKEN = (BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)
"""What a damaged archive raises, by name, by password, or in the middle."""


class TooMuch(Exception):
    """More members, or more bytes once unpacked, than can be right."""


def members(archive: ZipFile, *, most: int, most_bytes: int) -> list[ZipInfo]:
    """Every member that is no folder. Raises TooMuch. Of a member no more is ever unpacked than the size it declares here."""
    found = [member for member in archive.infolist() if not member.is_dir()]
    if len(found) > most or sum(member.file_size for member in found) > most_bytes:
        raise TooMuch
    return found
