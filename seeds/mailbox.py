"""The demo's mailbox: takes all mail the application sends and shows it on a page. Not for production.

    python -m seeds.mailbox --smtp-port 2525 --http-port 8025 --folder .local/demo/mail
"""

import argparse
import re
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from markupsafe import Markup, escape

FILE_NAME = re.compile(r"[0-9]{20}\.eml")
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
SHOWN = 200

PAGE = Markup("""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>
body {{ font: 1.1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; color: #0b0c0c }}
table {{ border-collapse: collapse; width: 100% }}
td, th {{ text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #b1b4b6 }}
pre {{ font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; border-top: 1px solid #b1b4b6; padding-top: 1rem }}
a:focus {{ outline: 3px solid #ffdd00 }}
</style></head>
<body><main><h1>{title}</h1>{content}</main></body></html>""")


class Mailbox:
    """Messages as files in a folder: whole or not there, newest last by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        """Called by the SMTP server for each message."""
        name = f"{time.time_ns():020d}.eml"
        partial = self.folder / f".{name}"
        partial.write_bytes(envelope.original_content or envelope.content)
        partial.rename(self.folder / name)
        return "250 OK"

    def names(self) -> list[str]:
        """File names, newest first."""
        return sorted((file.name for file in self.folder.iterdir() if FILE_NAME.fullmatch(file.name)), reverse=True)

    def read(self, name: str) -> EmailMessage | None:
        file = self.folder / name
        if not FILE_NAME.fullmatch(name) or not file.exists():
            return None
        message = message_from_bytes(file.read_bytes(), policy=policy.default)
        return message if isinstance(message, EmailMessage) else None


@dataclass(frozen=True)
class Summary:
    """What the list says of a message."""

    subject: str
    to: str
    sent_at: datetime

    @property
    def sent(self) -> str:
        return self.sent_at.strftime("%d %B %Y, %H:%M %Z")


def summary(message: EmailMessage) -> Summary:
    date = message["Date"]
    sent_at = parsedate_to_datetime(str(date)).astimezone(UTC) if date else datetime.now(UTC)
    return Summary(str(message["Subject"] or "(no subject)"), str(message["To"] or ""), sent_at)


def list_page(mailbox: Mailbox) -> str:
    """By the moment each was written: what waited together arrives in any order."""
    names = mailbox.names()
    found = [(name, summary(message)) for name in names[:SHOWN] if (message := mailbox.read(name))]
    rows = Markup()
    for name, told in sorted(found, key=lambda one: one[1].sent_at, reverse=True):
        rows += Markup('<tr><td><a href="/{}">{}</a></td><td>{}</td><td>{}</td></tr>').format(
            name, told.subject, told.to, told.sent
        )
    head = Markup("<thead><tr><th scope=col>Subject</th><th scope=col>To</th><th scope=col>Sent</th></tr></thead>")
    content = Markup("<table>{}<tbody>{}</tbody></table>").format(head, rows) if names else Markup("<p>No mail yet.</p>")
    note = Markup("<p>All mail of this demo ends here; nothing leaves this machine. {} in all, newest first.</p>")
    return PAGE.format(title="Sent mail", content=note.format(len(names)) + content)


def message_page(message: EmailMessage, name: str) -> str:
    told = summary(message)
    body = message.get_body(preferencelist=("plain", "html"))
    content = Markup(
        '<p><a href="/">All mail</a> · <a href="/{}?raw">As sent, with its HTML part</a></p><p>To {}<br>{}</p><pre>{}</pre>'
    ).format(name, told.to, told.sent, linked(str(body.get_content()) if body else ""))
    return PAGE.format(title=told.subject, content=content)


def linked(text: str) -> Markup:
    """The text, escaped, with its web addresses clickable."""
    made, end = Markup(), 0
    for found in LINK.finditer(text):
        made += escape(text[end : found.start()]) + Markup('<a href="{0}">{0}</a>').format(found.group())
        end = found.end()
    return made + escape(text[end:])


def handler_for(mailbox: Mailbox) -> type[BaseHTTPRequestHandler]:
    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            name = path.lstrip("/")
            message = mailbox.read(name)
            if not name:
                self._answer(HTTPStatus.OK, list_page(mailbox))
            elif message and query == "raw":
                self._answer(HTTPStatus.OK, (mailbox.folder / name).read_text(errors="replace"), "text/plain")
            elif message:
                self._answer(HTTPStatus.OK, message_page(message, name))
            else:
                missing = PAGE.format(title="No such message", content=Markup('<p><a href="/">All mail</a></p>'))
                self._answer(HTTPStatus.NOT_FOUND, missing)

        def _answer(self, status: HTTPStatus, text: str, kind: str = "text/html") -> None:
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class says so
            """Looking at mail is no event worth a line."""

    return Pages


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1", help="address of the page; mail is taken on the loopback only")
    given = parser.parse_args(argv)
    mailbox = Mailbox(given.folder)
    smtp = Controller(mailbox, hostname="127.0.0.1", port=given.smtp_port)
    pages = ThreadingHTTPServer((given.host, given.http_port), handler_for(mailbox))
    smtp.start()
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=pages.shutdown).start())
    try:
        pages.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        pages.server_close()
        smtp.stop()


if __name__ == "__main__":
    main()
