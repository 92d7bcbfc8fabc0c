"""What runs in the demo, decided from the environment, and the file supervisord reads. Nothing is started here."""

import os
import shlex
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path

from config import ROLE_APP, ROLE_OWNER, ROLE_PUBLIC, ROOT, Settings, SetupError
from review_app.local_services import LocalPostgres, LocalServer, LocalValkey, guarded, kept_port, kept_secret

LAST_SERVER = 20
GIVEN_DATABASE = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_PUBLIC_URL")


class StackError(SetupError):
    """The demo cannot start; the text says why and what helps."""


@dataclass(frozen=True)
class Program:
    """One process under supervisor. Lower `priority` starts earlier and stops later; servers have LAST_SERVER or less."""

    name: str
    argv: list[str]
    priority: int
    stop_signal: str = "TERM"


@dataclass
class Stack:
    """Everything that will run, and the environment it runs in."""

    folder: Path
    env: dict[str, str]
    bind: str
    address: str
    mailbox_address: str = ""
    servers: list[LocalServer] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return Settings.from_environment(self.env)

    def review_app(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "review_app.cli", *arguments]


def plan(folder: Path, given: dict[str, str]) -> Stack:
    """Use what the environment gives (a database, a queue, a mail server); the rest is ours."""
    host, port = given.get("HOST", "127.0.0.1"), int(given.get("PORT", "8000"))
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    _refuse_taken(host, port)
    stack = Stack(folder, dict(given), f"{host}:{port}", f"http://{shown}:{port}")
    secrets = folder / "secrets"
    secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
    defaults = {
        "SECRET_KEY": kept_secret(secrets / "secret_key"), "PUBLIC_BASE_URL": stack.address,
        "MAIL_FROM": "Relata <relata@example.org>", "DEMO": "yes", "FILES_FOLDER": str(folder / "files"), "PYTHONUNBUFFERED": "1",
    }
    stack.env = {**defaults, **{name: value for name, value in given.items() if value}}
    _plan_database(stack, secrets)
    _plan_queue(stack)
    _plan_mail(stack, host, shown)
    stack.programs += [
        Program("web", stack.review_app("web", "--bind", stack.bind), 40),
        Program("worker", stack.review_app("worker"), 40),
        Program("clock", stack.review_app("clock"), 40),
    ]
    return stack


def _refuse_taken(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StackError(f"{host}:{port} cannot be used ({error.strerror}). Try another: PORT=9000 make demo") from error


def _plan_database(stack: Stack, secrets: Path) -> None:
    given = [name for name in GIVEN_DATABASE if stack.env.get(name)]
    if given and len(given) < len(GIVEN_DATABASE):
        raise StackError(f"Of {', '.join(GIVEN_DATABASE)} only {', '.join(given)} is set: give all three, or none.")
    if given:
        return
    postgres = LocalPostgres(stack.folder / "postgres")
    for name, role in zip(GIVEN_DATABASE, (ROLE_APP, ROLE_OWNER, ROLE_PUBLIC), strict=True):
        stack.env[name] = postgres.url(role, kept_secret(secrets / role), "relata")
    stack.env["DATABASE_ADMIN_URL"] = postgres.admin_url
    stack.servers.append(postgres)
    stack.programs.append(Program("postgres", postgres.command(), 10, "INT"))


def _plan_queue(stack: Stack) -> None:
    if not stack.env.get("REDIS_URL"):
        valkey = LocalValkey(stack.folder / "valkey")
        stack.env["REDIS_URL"] = valkey.url
        stack.servers.append(valkey)
        stack.programs.append(Program("valkey", valkey.command(), 20))


def _plan_mail(stack: Stack, host: str, shown: str) -> None:
    if stack.env.get("SMTP_HOST"):
        return
    smtp_port, http_port = (kept_port(stack.folder / f"mailbox-{kind}.port") for kind in ("smtp", "http"))
    http_port = int(stack.env.get("MAILBOX_PORT") or http_port)
    stack.mailbox_address = f"http://{shown}:{http_port}"
    stack.env |= {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(smtp_port)}
    argv = [
        sys.executable, "-m", "seeds.mailbox", "--smtp-port", str(smtp_port), "--http-port", str(http_port),
        "--host", host, "--folder", str(stack.folder / "mail"),
    ]
    stack.programs.append(Program("mailbox", argv, 30))


def configuration(stack: Stack, run: Path, logs: Path) -> str:
    """The file supervisord reads, in ROOT. Secrets are not in it: they travel in the environment."""
    # Relative where it can be: supervisor expands `%` in some values twice.
    logs = logs.relative_to(ROOT)
    lines = [
        "[supervisord]", f"logfile={_quoted(logs / 'supervisord.log')}", f"pidfile={_quoted(run / 'supervisord.pid')}",
        f"childlogdir={_quoted(logs)}", *(["user=root"] if _is_root() else []),
        "[unix_http_server]", f"file={_quoted(run / 'supervisor.sock')}", "chmod=0700",
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
    ]
    for program in stack.programs:
        is_server = program.priority <= LAST_SERVER
        argv = program.argv if is_server else guarded(program.argv)  # the servers' commands are guarded already
        lines += [
            f"[program:{program.name}]", f"command={_quoted(shlex.join(argv))}",
            f"priority={program.priority}", f"autostart={'true' if is_server else 'false'}",
            # Whatever dies comes back, however often.
            "autorestart=true", "startsecs=1", "startretries=1000000",
            f"stopsignal={program.stop_signal}", "stopwaitsecs=20", "killasgroup=true",
            "redirect_stderr=true", f"stdout_logfile={_quoted(logs / f'{program.name}.log')}",
            "stdout_logfile_maxbytes=5MB", "stdout_logfile_backups=1",
        ]
    return "\n".join(lines) + "\n"


def _quoted(value: Path | str) -> str:
    return str(value).replace("%", "%%")


def _is_root() -> bool:
    return os.geteuid() == 0
