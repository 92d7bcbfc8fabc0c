"""The ground tests stand on: real PostgreSQL, queue, SMTP server and browser, each started when first asked for.

Tests commit for real and the tables are emptied afterwards: a connection that is rolled back could not be seen by the
public's database role or by a worker.
"""

import dataclasses
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import URL, event, make_url
from sqlalchemy.engine import Engine

from config import ROLE_APP, ROLE_OWNER, ROLE_PUBLIC, Settings
from review_app.database import plain
from review_app.local_services import LocalPostgres, LocalValkey, free_port
from tests.browser import Browser
from tests.waiting import wait_until

if TYPE_CHECKING:
    from flask import Flask
    from flask_sqlalchemy import SQLAlchemy
    from playwright.sync_api import Browser as Chromium

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


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
        wait_until(lambda: len(self.to(to)) >= count, what, seconds=30, left=lambda: f"{len(self.to(to))} have come.")
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


@pytest.fixture(scope="session")
def template(ground: Ground) -> Settings:
    """Settings of a database with up-to-date tables and nothing in them, to be cloned and never written to."""
    from review_app.database import make_roles, migrate
    from review_app.wiring import create_app

    settings = in_database(ground.settings, "relata_template")
    make_roles(settings)
    app = create_app(dataclasses.replace(settings, database_url=settings.database_owner_url))
    migrate(app)
    _leave(app)
    return settings


def _leave(app: "Flask") -> None:
    """Close all connections of an application, so that its database can be cloned or dropped."""
    from review_app.extensions import db

    with app.app_context():
        db.session.remove()
        others = [found for found in app.extensions.values() if isinstance(found, Engine)]
        for engine in [*db.engines.values(), *others]:
            engine.dispose()


@pytest.fixture(scope="session")
def settings(ground: Ground, template: Settings) -> Settings:
    """The settings nearly every test uses. The database is emptied after each test that uses `app`."""
    from review_app.database import make_database

    make_database(ground.settings, template="relata_template")
    return ground.settings


@pytest.fixture
def fresh_database(ground: Ground, template: Settings) -> Iterator[Callable[[bool], Settings]]:
    """Makes databases of one's own: `fresh_database(True)` with tables, `fresh_database(False)` without."""
    from review_app.database import drop_database, make_database

    made: list[Settings] = []

    def make(has_tables: bool = True) -> Settings:
        own = in_database(ground.settings, f"relata_own_{len(made)}")
        made.append(own)
        make_database(own, template="relata_template" if has_tables else "template0")
        return own

    yield make
    for own in made:
        drop_database(own)


@pytest.fixture(scope="session")
def shared_app(settings: Settings) -> "Flask":
    from review_app.wiring import create_app

    return create_app(settings)


@pytest.fixture
def app(request: pytest.FixtureRequest, shared_app: "Flask", settings: Settings, ground: Ground) -> Iterator["Flask"]:
    """The application. Afterwards the invariants must hold, and every table and the queue are emptied.

    Some cannot where a test makes rows that no operation makes so: `@pytest.mark.by_hand("which rows, and why", "reports")`
    names the modules of `queries/invariants` they are in.
    """
    shared_app.extensions["celery"].set_current()  # another test may have built an application of its own
    yield shared_app
    from review_app.extensions import db
    from review_app.queries import invariants

    marker = request.node.get_closest_marker("by_hand")
    excused = {one for noun in (marker.args[1:] if marker else ()) for one in getattr(invariants, noun).INVARIANTS}
    with shared_app.app_context():
        db.session.remove()
        found = {sentence: ids for sentence, ids in invariants.broken().items() if sentence not in excused}
        db.session.remove()
    empty_tables(settings)
    _empty_queue(ground)
    assert found == {}, "the test left a database that contradicts itself"


@pytest.fixture
def db(app: "Flask") -> Iterator["SQLAlchemy"]:
    """The database inside an application context, for tests that call operations and queries themselves."""
    from review_app.extensions import db as database

    with app.app_context():
        yield database
        database.session.remove()


def administrator_url(settings: Settings) -> URL:
    """The database of the tests as the cluster's administrator sees it."""
    return make_url(settings.database_admin_url).set(database=make_url(settings.database_url).database)


def empty_tables(settings: Settings) -> None:
    """Empty every table that has rows, and the files. As the cluster's administrator: no role of ours may empty the journal."""
    shutil.rmtree(settings.files_folder, ignore_errors=True)
    with psycopg.connect(plain(administrator_url(settings)), autocommit=True) as admin:
        admin.execute("set lock_timeout = '15s'")
        admin.execute("""
            do $$ declare name text; filled text[] := '{}'; has_rows boolean;
            begin
              for name in select format('%I.%I', schemaname, tablename) from pg_tables
                          where schemaname in ('public', 'published') and tablename <> 'alembic_version' loop
                execute 'select exists (select 1 from ' || name || ')' into has_rows;
                if has_rows then filled := filled || name; end if;
              end loop;
              if cardinality(filled) > 0 then
                execute 'truncate ' || array_to_string(filled, ', ') || ' restart identity cascade';
              end if;
            end $$""")


def _empty_queue(ground: Ground) -> None:
    import redis

    with redis.Redis.from_url(ground.valkey.url) as queue:
        queue.flushall()


@pytest.fixture
def client(app: "Flask", settings: Settings) -> Browser:
    """One person's browser without JavaScript; `new_client` gives more of them."""
    return Browser(app, settings.public_base_url)


@pytest.fixture
def new_client(app: "Flask", settings: Settings) -> Callable[[], Browser]:
    return lambda: Browser(app, settings.public_base_url)


@pytest.fixture
def smtp(ground: Ground) -> Iterator[MailServer]:
    """The mail server, with an empty list of messages."""
    ground.mail.messages.clear()
    yield ground.mail
    ground.mail.refusal = ""
    ground.mail.messages.clear()


@pytest.fixture
def worker(app: "Flask", settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A real `review-app worker` in a process of its own, ready for tasks."""
    with running_worker(app, settings) as process:
        yield process


@pytest.fixture
def clock(app: "Flask", settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A real `review-app clock` beside the worker: it rings the sweeper."""
    process = subprocess.Popen(
        [sys.executable, "-m", "review_app.cli", "clock"], env=environment_of(settings), cwd=ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    yield process
    process.terminate()
    process.wait(20)


@contextmanager
def running_worker(app: "Flask", settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "review_app.cli", "worker", "--concurrency", "1"],
            env=environment_of(settings), cwd=ROOT, stdout=log, stderr=log,
        )
        try:
            _wait_for_worker(app, process, log)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for_worker(app: "Flask", process: subprocess.Popen[bytes], log: Any) -> None:
    def said() -> str:
        log.seek(0)
        return log.read().decode()[-3000:]

    def is_up() -> bool:
        assert process.poll() is None, f"the worker ended:\n{said()}"
        return bool(app.extensions["celery"].control.ping(timeout=0.5))

    wait_until(is_up, "the worker is up", seconds=120, left=said)


@pytest.fixture
def live(app: "Flask", ground: Ground) -> Iterator[str]:
    """The application served over HTTP at `settings.public_base_url`, which it yields."""
    with served(app, ground) as address:
        yield address


@contextmanager
def served(app: "Flask", ground: Ground) -> Iterator[str]:
    from werkzeug.serving import make_server

    host, port = ground.web_socket.getsockname()
    server = make_server(host, port, app, threaded=True, fd=ground.web_socket.fileno())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://{host}:{port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


def installed(*commands: str, what: str, target: str) -> str:
    """Where one of these commands is. Without any the test is skipped, and fails in continuous integration."""
    path = f"{os.environ['PATH']}:/usr/sbin"  # where Debian puts servers, and not everybody looks
    found = next(filter(None, (shutil.which(command, path=path) for command in commands)), None)
    if not found:
        reason = f"no {what} ({', '.join(commands)}) is installed; `make {target}` does it on Debian, as root"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def chromium() -> Iterator["Chromium"]:
    """A real browser: `chromium.new_page()`, or `chromium.new_context(java_script_enabled=False)`."""
    from playwright.sync_api import sync_playwright

    found = installed(*BROWSERS, what="browser", target="browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


@dataclass
class Counted:
    """The SQL statements that ran while counting."""

    statements: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.statements)

    def __str__(self) -> str:
        return f"{self.count} statements:\n" + "\n".join(" ".join(text.split())[:300] for text in self.statements)


@pytest.fixture
def count_queries() -> Callable[[], Any]:
    """`with count_queries() as counted: ...` counts the statements of all engines of this process, as the server gets them."""

    @contextmanager
    def counting() -> Iterator[Counted]:
        counted = Counted()

        def remember(_connection: object, _cursor: object, statement: str, values: object, _context: object, is_many: bool) -> None:
            counted.statements += [statement] * (len(values) if is_many and isinstance(values, list) else 1)

        event.listen(Engine, "before_cursor_execute", remember)
        try:
            yield counted
        finally:
            event.remove(Engine, "before_cursor_execute", remember)

    return counting
