"""A notice as an e-mail: rendered in its reader's language from templates/emails, and handed to the mail server."""

import smtplib
import ssl
from datetime import UTC, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale

from review_app.extensions import db
from review_app.models import ContributionLink, Notice, Party, Person, Report
from review_app.moments import deadline
from review_app.operations.publications import slug_of
from review_app.questionnaire.language import Text
from review_app.tokens import INVITATION_LASTS, RESET_LASTS, contribution_token, invitation_token, reset_token

PRODUCT = "Relata"
TIMEOUT_SECONDS = 30


class PostalSettings(Protocol):
    """What this room needs of the installation's settings. `smtp_tls`: "", "starttls" or "ssl"."""

    @property
    def public_base_url(self) -> str: ...
    @property
    def mail_from(self) -> str: ...
    @property
    def smtp_host(self) -> str: ...
    @property
    def smtp_port(self) -> int: ...
    @property
    def smtp_user(self) -> str: ...
    @property
    def smtp_password(self) -> str: ...
    @property
    def smtp_tls(self) -> str: ...


def compose(notice_id: int, *, settings: PostalSettings) -> EmailMessage | None:
    """The mail of a notice, or None when its reader's account or link is closed. Leaves no transaction open.

    The Message-ID depends on the notice alone, so that a receiver folds a mail that was sent twice.
    """
    try:
        notice = db.session.get(Notice, notice_id)
        return _write(notice, settings) if notice is not None and notice.reader.active else None
    finally:
        # The mail server may take its time: nothing in the database waits for it.
        db.session.rollback()


def _write(notice: Notice, settings: PostalSettings) -> EmailMessage:
    emails, name = current_app.jinja_env, notice.entry.fact.replace(".", "_")
    with force_locale(notice.reader.language):
        context = _context(notice, settings)
        text = emails.get_template(f"emails/{name}.txt").render(context)
        html = emails.get_template(f"emails/{name}.html").render(context)
    head, _, body = text.partition("\n")
    message = _envelope(notice, _one_line(head.removeprefix("Subject:")), settings)
    message.set_content(body.strip() + "\n", cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


def deliver(message: EmailMessage, *, settings: PostalSettings) -> None:
    """Hand one mail to the mail server. Raises smtplib.SMTPException or OSError when it was not taken."""
    server = _connect(settings)
    try:
        if settings.smtp_tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        server.send_message(message)
    finally:
        # Not `with`: its QUIT may raise, after the mail was taken.
        try:
            server.quit()
        except (smtplib.SMTPException, OSError):
            server.close()


def _connect(settings: PostalSettings) -> smtplib.SMTP:
    host, port, me = settings.smtp_host, settings.smtp_port, urlsplit(settings.public_base_url).hostname
    if settings.smtp_tls == "ssl":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, local_hostname=me, timeout=TIMEOUT_SECONDS, context=context)
    return smtplib.SMTP(host, port, local_hostname=me, timeout=TIMEOUT_SECONDS)


def is_permanent(error: Exception) -> bool:
    """Whether the server refused this mail for good (5xx for its reader or its text).

    A refused sign-in or sender is a fault of the installation: once it is mended, the mail goes out.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500


def _envelope(notice: Notice, subject: str, settings: PostalSettings) -> EmailMessage:
    host = urlsplit(settings.public_base_url).hostname
    name, address = parseaddr(settings.mail_from)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message["From"] = Address(name or PRODUCT, addr_spec=address)
    message["To"] = Address(_one_line(notice.reader.name), addr_spec=notice.reader.email or "")
    message["Date"] = format_datetime(notice.not_before.astimezone(UTC))
    message["Message-ID"] = f"<notice-{notice.id}@{host}>"
    message["List-Id"] = f"{PRODUCT} <notices.{host}>"
    # Out-of-office replies go to nobody.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["X-Relata-Fact"] = notice.entry.fact
    return message


def _context(notice: Notice, settings: PostalSettings) -> dict[str, Any]:
    """What the templates of templates/emails may use."""
    entry, person = notice.entry, notice.reader
    report = db.session.get(Report, entry.report_id) if entry.report_id else None
    actor = db.session.get(Person, entry.actor_id) if entry.actor_kind == "person" and entry.actor_id else None
    home = f"{settings.public_base_url.rstrip('/')}/{person.language}"
    context: dict[str, Any] = {
        "product": PRODUCT, "lang": person.language, "person": person, "entry": entry, "fact": entry.fact,
        "params": entry.params, "invitation_days": INVITATION_LASTS.days,
        "reset_minutes": RESET_LASTS // timedelta(minutes=1), "actor_name": actor.name if actor else PRODUCT, "home": home,
        "letter": [line.strip() for line in entry.params.get("letter", "").splitlines()],
        "reason": [line.strip() for line in entry.params.get("reason", "").splitlines()],
    }  # fmt: skip
    if isinstance(person, ContributionLink):
        until = deadline(person.last_day, person.report.due_zone, person.language)
        context |= {"letter": [line.strip() for line in person.message.splitlines()], "until": until}
    return context | (_of_report(report, person) if report else _of_person(notice)) | {
        "link": home + _path(notice, report)
    }


def _of_report(report: Report, person: Person | ContributionLink) -> dict[str, Any]:
    cycle_title = _words(report.cycle.titles, person.language)
    party_name = _words(report.party.names, person.language)
    due = report.due_on
    return {
        "report": report,
        "is_team": _is_of_team(person, report),
        "party_name": party_name,
        "cycle_title": cycle_title,
        "report_name": ", ".join(part for part in (party_name, cycle_title, report.subject) if part),
        "due": deadline(due, report.due_zone, person.language) if due else "",
    }


def _of_person(notice: Notice) -> dict[str, Any]:
    """For an invitation: which role, for which party. One that is sent again names the role the person has."""
    memberships, language = notice.person.memberships if notice.person else [], notice.reader.language
    role = notice.entry.params.get("role") or (memberships[0].role if memberships else "")
    code = notice.entry.params.get("party") or next((m.party_code for m in memberships if m.role == role), None)
    party = db.session.get(Party, code) if code else None
    about = db.session.get(Person, notice.entry.person_id) if notice.entry.person_id else None
    return {"role": role, "about_name": about.name if about else "", "party_name": _words(party.names, language) if party else ""}


def _path(notice: Notice, report: Report | None) -> str:
    """The address the mail leads to, below /<language>. Tokens are signed here, at the last moment: none is stored."""
    person, fact = notice.reader, notice.entry.fact
    if isinstance(person, ContributionLink):
        return f"/contribute/{contribution_token(person)}"
    if fact == "person.reset_requested":
        return f"/reset/{reset_token(person)}"
    if report is None:
        return "/sign-in" if person.password else f"/join/{invitation_token(person)}"
    if fact == "report.published":
        return f"/published/{slug_of(report)}"
    if fact == "contribution.received":
        return f"/desk/reports/{report.id}/contributions"
    if fact == "declaration.made":
        return f"/desk/reports/{report.id}/submit"
    if _is_of_team(person, report):
        return f"/desk/reports/{report.id}"
    # A draft is the party's alone: whoever reviews is led back to the queue.
    return "/review" if fact == "report.withdrawn" else f"/review/reports/{report.id}"


def _is_of_team(person: Person | ContributionLink, report: Report) -> bool:
    return isinstance(person, Person) and person.role_for(report.party_code) is not None


def _words(words: dict[str, str], language: str) -> str:
    return Text(words).within(language)


def _one_line(words: str) -> str:
    """Names are typed by people: a line break in a header would start another header."""
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())
