"""The demo's mailbox takes mail over SMTP and shows it, whatever is in it, as harmless text."""

import re
import smtplib
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from aiosmtpd.controller import Controller

from review_app.local_services import free_port
from seeds.mailbox import Mailbox, handler_for, linked


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mail")


@pytest.fixture
def address(mailbox: Mailbox) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(mailbox))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def shown(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as response:
        return str(response.read().decode())


def test_a_message_sent_is_a_message_shown(mailbox: Mailbox, address: str) -> None:
    assert "No mail yet" in shown(address)
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Rapport renvoyé <b>", "relata@example.org", "awa@example.org"
    message.set_content("Voir http://127.0.0.1:8000/fr/desk/1?a=1&b=2. <script>alert(1)</script>")
    message.add_alternative("<p>Voir</p>", subtype="html")
    smtp = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    smtp.start()
    with smtplib.SMTP("127.0.0.1", smtp.port) as sender:
        sender.send_message(message)
    smtp.stop()
    listing = shown(address)
    assert "Rapport renvoyé &lt;b&gt;" in listing
    assert "awa@example.org" in listing
    page = shown(f"{address}/{mailbox.names()[0]}")
    assert '<a href="http://127.0.0.1:8000/fr/desk/1?a=1&amp;b=2">' in page
    assert "<script>" not in page
    assert "<p>Voir</p>" in shown(f"{address}/{mailbox.names()[0]}?raw")


def test_the_newest_message_stands_first_however_they_arrived(mailbox: Mailbox, address: str) -> None:
    for number, day in enumerate((20, 21, 19)):
        (mailbox.folder / f"{number:020d}.eml").write_text(f"Subject: Of the {day}th\nDate: {day} Nov 2026 09:00:00 +0000\n\nWords")
    assert re.findall(r"Of the \d+th", shown(address)) == ["Of the 21th", "Of the 20th", "Of the 19th"]


@pytest.mark.parametrize("name", ["nothing", "../secrets/secret_key", "..%2f..%2fenv", "00000000000000000000.eml"])
def test_only_mail_is_shown(address: str, name: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        shown(f"{address}/{name}")


def test_addresses_end_before_the_full_stop() -> None:
    assert linked("<a> http://a.b/c.") == '&lt;a&gt; <a href="http://a.b/c">http://a.b/c</a>.'
