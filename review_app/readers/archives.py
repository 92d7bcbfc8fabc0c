"""ZIP archives from outside: what they hold is counted and added up before anything is unpacked."""

from collections.abc import Callable
from zipfile import ZipFile, ZipInfo


class TooMuch(Exception):
    """More members, or more bytes once unpacked, than can be right."""


def members(archive: ZipFile, *, most: int, most_bytes: int, of: Callable[[ZipInfo], bool] = lambda member: True) -> list[ZipInfo]:
    """The members that `of` wants. Raises TooMuch; the sizes are those the archive declares, and no more is ever unpacked."""
    found = [member for member in archive.infolist() if of(member)]
    if len(found) > most or sum(member.file_size for member in found) > most_bytes:
        raise TooMuch
    return found
