"""The virus scanner: clamd, spoken to by its own protocol (INSTREAM in clamd(8))."""

import socket
import struct
from contextlib import suppress
from typing import BinaryIO
from urllib.parse import urlsplit

SECONDS = 60
CHUNK = 1 << 16


class ScannerAway(Exception):
    """The scanner cannot be reached, or does not say what it found."""


def verdict_on(stream: BinaryIO, url: str) -> str | None:
    """What the scanner at `url` (`tcp://host:port` or `unix:///path`) calls what it found; None for nothing. Raises ScannerAway."""
    try:
        with _connection(url) as scanner:
            # A stream that is too long for it is refused in the middle; the reason can still be read.
            with suppress(BrokenPipeError, ConnectionResetError):
                _send(scanner, stream)
            answer = _answer(scanner)
    except OSError as error:
        raise ScannerAway(str(error)) from error
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return None
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")
    raise ScannerAway(answer or "no answer")


def _send(scanner: socket.socket, stream: BinaryIO) -> None:
    scanner.sendall(b"zINSTREAM\0")
    while chunk := stream.read(CHUNK):
        scanner.sendall(struct.pack("!I", len(chunk)) + chunk)
    scanner.sendall(struct.pack("!I", 0))


def _answer(scanner: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and (more := scanner.recv(4096)):
        answer += more
    return answer.decode("utf-8", "replace").rstrip("\0\n")


def _connection(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return socket.create_connection((parts.hostname or "", parts.port or 3310), timeout=SECONDS)
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(SECONDS)
        connection.connect(parts.path)
    except OSError:
        connection.close()
        raise
    return connection
