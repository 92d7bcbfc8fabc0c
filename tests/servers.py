"""The servers of one test session - PostgreSQL, queue, SMTP - and the settings that point at them."""

import dataclasses
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from config import ROLE_APP, ROLE_OWNER, ROLE_PUBLIC, Settings
from review_app.local_services import LocalPostgres, LocalValkey, free_port
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class MailServer:
    """A real SMTP server on this machine. `refusal`, when set, is what it answers instead of taking a message."""

    messages: list[EmailMessage] = field(default_factory=list)
    refusal: str = ""
    port: int = 0

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        if self.refusal:
            return self.refusal
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [message for message in self.messages if address in str(message["To"])]

    def wait(self, count: int = 1, *, to: str = "") -> list[EmailMessage]:
        """The messages (to one address) once there are `count`; fails when they do not come."""
        what = f"{count} messages to {to or 'anybody'} have come"
        wait_until(lambda: len(self.to(to)) >= count, what, left=lambda: f"{len(self.to(to))} have come.")
        return self.to(to)


@dataclass(frozen=True)
class Ground:
    """The servers of one test session and the settings that point at them."""

    postgres: LocalPostgres
    valkey: LocalValkey
    mail: MailServer
    web_socket: socket.socket
    settings: Settings


@pytest.fixture(scope="session")
def ground() -> Iterator[Ground]:
    folder = Path(tempfile.mkdtemp(prefix="relata-tests-"))
    folder.chmod(0o755)  # PostgreSQL may have to run as somebody else
    postgres, valkey = LocalPostgres(folder / "postgres", durable=False), LocalValkey(folder / "valkey", durable=False)
    mail = MailServer()
    controller = Controller(mail, hostname="127.0.0.1", port=free_port())
    web_socket = socket.create_server(("127.0.0.1", 0))
    try:
        postgres.start()
        valkey.start()
        controller.start()
        mail.port = controller.port
        settings = dataclasses.replace(_settings(postgres, valkey, mail, web_socket), files_folder=folder / "files")
        yield Ground(postgres, valkey, mail, web_socket, settings)
    finally:
        web_socket.close()
        if controller.loop.is_running():
            controller.stop()
        valkey.stop()
        postgres.stop()
        postgres.erase()
        shutil.rmtree(folder, ignore_errors=True)


def _settings(postgres: LocalPostgres, valkey: LocalValkey, mail: MailServer, web_socket: socket.socket) -> Settings:
    host, port = web_socket.getsockname()
    password = {role: secrets.token_urlsafe(16) for role in (ROLE_OWNER, ROLE_APP, ROLE_PUBLIC)}
    return Settings.from_environment({
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATABASE_URL": postgres.url(ROLE_APP, password[ROLE_APP], "relata_test"),
        "DATABASE_OWNER_URL": postgres.url(ROLE_OWNER, password[ROLE_OWNER], "relata_test"),
        "DATABASE_PUBLIC_URL": postgres.url(ROLE_PUBLIC, password[ROLE_PUBLIC], "relata_test"),
        "DATABASE_ADMIN_URL": postgres.admin_url,
        "REDIS_URL": valkey.url,
        "PUBLIC_BASE_URL": f"http://{host}:{port}",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(mail.port),
        "MAIL_FROM": "relata@example.org",
        "RECALL_SECONDS": "2",
    })


def environment_of(settings: Settings, **more: str) -> dict[str, str]:
    """The environment that makes a child process read these settings."""
    own = settings.questionnaire_paths[1:]
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "SMTP_"))},
        "SECRET_KEY": settings.secret_key, "DATABASE_URL": settings.database_url,
        "DATABASE_OWNER_URL": settings.database_owner_url, "DATABASE_PUBLIC_URL": settings.database_public_url,
        "DATABASE_ADMIN_URL": settings.database_admin_url, "REDIS_URL": settings.redis_url,
        "PUBLIC_BASE_URL": settings.public_base_url,
        "SMTP_HOST": settings.smtp_host, "SMTP_PORT": str(settings.smtp_port),
        "MAIL_FROM": settings.mail_from, "RECALL_SECONDS": str(settings.recall_seconds),
        "FILES_FOLDER": str(settings.files_folder), "CLAMD_URL": settings.clamd_url,
        "QUESTIONNAIRE_PATHS": os.pathsep.join(str(path) for path in own),
        **more,
    }


def in_database(settings: Settings, name: str) -> Settings:
    """The same settings, in another database of the same cluster."""
    def moved(url: str) -> str:
        return url.rsplit("/", 1)[0] + f"/{name}"

    return dataclasses.replace(
        settings, database_url=moved(settings.database_url), database_owner_url=moved(settings.database_owner_url),
        database_public_url=moved(settings.database_public_url),
    )
