"""A notice as an e-mail: whole in three languages, safe against what people type, and the same when it is sent twice."""

import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import aiosmtpd
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from review_app import mailing
from review_app.models import Cycle, Notice, Person, Report
from review_app.notices import NOTICES
from tests.delivery import change, mails, make_world, state
from tests.servers import MailServer, free_port

pytestmark = pytest.mark.by_hand("a fact is stated, to see its mail", "contributions", "notices", "reports")

MAILED = sorted(fact for fact, told in NOTICES.items() if told.mail)


def compose(notice_id, settings):
    message = mailing.compose(notice_id, settings=settings)
    assert message is not None
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None and html is not None
    return message, text.get_content(), html.get_content()


def composed(fact, settings, *, world=None, **params):
    """One mail per person told, by address."""
    world = world or make_world()
    params.setdefault("previous_reviewer_id", world.reviewer)
    entry = state(fact, world, **params)
    found = {(notice.reader.email or "").split("@")[0]: notice.id for notice in mails(entry)}
    return {nick: compose(notice_id, settings) for nick, notice_id in found.items()}


@pytest.mark.parametrize("language", ["en", "fr", "es"])
@pytest.mark.parametrize("fact", MAILED)
def test_every_mail_is_whole_in_every_language(db, settings, fact, language):
    world = make_world()
    for person in (world.coordinator, world.reviewer, world.newcomer):
        change(Person, person, language=language)
    told = composed(fact, settings, world=world, role="contributor", party="CL", letter="Two\nlines", reason="Elections")
    assert told
    for message, text, html in told.values():
        assert message["Subject"] and "Subject" not in message["Subject"]
        assert f"{settings.public_base_url}/{language}/" in text
        link = next(line for line in text.splitlines() if line.startswith(settings.public_base_url))
        assert f'href="{link}"' in html.replace("&#43;", "+")
        assert f'<html lang="{language}">' in html
        for form in (text, html):
            assert "{{" not in form and "{%" not in form and "%(" not in form and "None" not in form
            assert form.count("\n\n\n") == 0


def test_links_lead_each_reader_to_their_own_page(db, settings):
    world = make_world()
    told = composed("report.submitted", settings, world=world, sha256="ab" * 32)
    assert set(told) == {"rosa", "ines", "new"}
    assert f"/en/desk/reports/{world.report}\n" in told["rosa"][1]
    assert f"/en/review/reports/{world.report}\n" in told["ines"][1]
    assert "ab" * 32 in told["rosa"][1] and "ab" * 32 not in told["ines"][1]
    assert "/en/review\n" in composed("report.withdrawn", settings, world=world)["ines"][1]
    assert "/en/published/" in composed("report.published", settings, world=world)["rosa"][1]


def test_an_invitation_joins_and_a_reset_resets(db, settings):
    world = make_world()
    _, text, _ = composed("person.invited", settings, world=world, role="contributor", party="CL")["new"]
    assert "/en/join/" in text and "reports of Chile" in text
    assert "/en/reset/" in composed("person.reset_requested", settings, world=world)["new"][1]
    _, again, _ = composed("person.invited", settings, world=world, again=True)["new"]
    assert "/en/join/" in again and "reports of Chile" in again
    change(Person, world.newcomer, password="x")
    _, known, _ = composed("person.invited", settings, world=world, role="contributor", party="CL")["new"]
    assert "/en/sign-in\n" in known and "/join/" not in known


def test_a_return_tells_the_date_in_its_zone_and_quotes_the_letter(db, settings):
    letter = "Dear Rosa,\n<script>alert(1)</script>\n\nThank you."
    _, text, html = composed("report.returned", settings, letter=letter)["rosa"]
    assert "Submit it again by 30 June 2027, 23:59, time of Santiago (1 July 2027, 03:59 UTC)." in text
    assert "> Dear Rosa,\n> <script>alert(1)</script>\n>" in text
    assert "<script>" not in html and "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_what_people_type_opens_no_header_and_no_tag(db, settings):
    world = make_world()
    change(Person, world.newcomer, name='Eve"\r\nBcc: all@example.org\r\n')
    change(Report, world.report, subject="A\nBcc: all@example.org")
    message, _, _ = composed("report.published", settings, world=world)["new"]
    assert message["Bcc"] is None
    assert len(message.as_bytes().split(b"\r\n\r\n")[0].split(b"\r\nBcc")) == 1
    change(Person, world.newcomer, name="Nuria <b>Soto</b>")
    assert "Nuria &lt;b&gt;Soto&lt;/b&gt;" in composed("report.published", settings, world=world)["new"][2]


def test_the_same_notice_has_the_same_message_id(db, settings):
    entry = state("report.published", make_world())
    notice = mails(entry)[0]
    first, second = (mailing.compose(notice.id, settings=settings) for _ in range(2))
    assert first and second
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].startswith(f"<notice-{notice.id}@")
    assert first["Date"] == second["Date"]
    assert first["X-Relata-Fact"] == "report.published"
    # Neither out-of-office replies nor other machines answer it, and a mailbox can sort it.
    assert (first["Auto-Submitted"], first["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert str(first["List-Id"]).startswith("Relata <notices.")


def test_no_transaction_is_open_while_a_mail_is_on_its_way(db, settings):
    assert composed("report.published", settings)
    assert not db.session().in_transaction()


def test_words_without_a_translation_fall_back_to_english(db, settings):
    world = make_world()
    change(Person, world.coordinator, language="es")
    change(Cycle, 1, titles={"en": "Reports 2027"})
    message, _, _ = composed("report.published", settings, world=world)["rosa"]
    assert "Reports 2027" in message["Subject"]


def test_a_closed_account_gets_no_mail(db, settings):
    world = make_world()
    entry = state("report.published", world)
    notice = next(n.id for n in mails(entry) if n.person_id == world.coordinator)
    change(Person, world.coordinator, active=False)
    assert mailing.compose(notice, settings=settings) is None
    assert db.session.get(Notice, notice).status == "pending"


@pytest.mark.parametrize(
    ("error", "permanent"),
    [
        (smtplib.SMTPRecipientsRefused({"a@example.org": (550, b"unknown")}), True),
        (smtplib.SMTPRecipientsRefused({"a@example.org": (450, b"later")}), False),
        (smtplib.SMTPDataError(554, b"no"), True),
        (smtplib.SMTPDataError(451, b"later"), False),
        (smtplib.SMTPSenderRefused(550, b"who", "x@example.org"), False),
        (smtplib.SMTPAuthenticationError(535, b"wrong"), False),
        (smtplib.SMTPServerDisconnected("gone"), False),
        (ConnectionRefusedError("nobody there"), False),
    ],
)
def test_what_a_mail_server_refuses_for_good(error, permanent):
    assert mailing.is_permanent(error) is permanent


class Guarded(MailServer):
    """A mail server that people sign in to; `hears` is with which names and passwords."""

    def __init__(self):
        super().__init__()
        self.hears = []

    def authenticator(self, server, session, envelope, mechanism, data):
        self.hears.append((data.login, data.password))
        return AuthResult(success=data.password == b"harbour", handled=False)


def unsigned():
    """Whoever shows this certificate could be anybody."""
    certificates = Path(aiosmtpd.__file__).parent / "tests" / "certs"
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates / "server.crt", certificates / "server.key")
    return context


@pytest.fixture
def guarded(request, settings):
    """A server, with TLS under an unsigned certificate or without, and the settings to send by it."""
    mail = Guarded()
    controller = Controller(
        mail, hostname="127.0.0.1", port=free_port(), authenticator=mail.authenticator, auth_require_tls=False,
        tls_context=unsigned() if request.param else None,
    )  # fmt: skip
    controller.start()
    yield mail, replace(settings, smtp_port=controller.port, smtp_user="relata", smtp_password="harbour")
    controller.stop()


def letter():
    message = EmailMessage()
    message["From"], message["To"] = "relata@example.org", "rosa@example.org"
    message.set_content("Dear Rosa.")
    return message


@pytest.mark.parametrize("guarded", [False], indirect=True)
def test_a_mail_goes_out_under_the_name_of_the_installation(guarded):
    mail, settings = guarded
    mailing.deliver(letter(), settings=settings)
    assert (len(mail.messages), mail.hears) == (1, [(b"relata", b"harbour")])
    with pytest.raises(smtplib.SMTPAuthenticationError):
        mailing.deliver(letter(), settings=replace(settings, smtp_password="guessed"))
    assert len(mail.messages) == 1


@pytest.mark.parametrize(
    ("guarded", "error"),
    [(False, smtplib.SMTPNotSupportedError), (True, ssl.SSLCertVerificationError)],
    indirect=["guarded"],
)
def test_a_server_that_cannot_be_trusted_hears_no_password_and_gets_no_mail(guarded, error):
    mail, settings = guarded
    with pytest.raises(error):
        mailing.deliver(letter(), settings=replace(settings, smtp_tls="starttls"))
    assert (mail.messages, mail.hears) == ([], [])


def test_nor_does_one_that_begins_with_tls(settings):
    def answer():
        with suppress(OSError):  # the other side turns away
            unsigned().wrap_socket(listener.accept()[0], server_side=True).close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=answer)
        server.start()
        with pytest.raises(ssl.SSLCertVerificationError):
            mailing.deliver(letter(), settings=replace(settings, smtp_tls="ssl", smtp_port=listener.getsockname()[1]))
        server.join()
