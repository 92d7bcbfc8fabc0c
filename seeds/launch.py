"""Starts and stops the demo: everything on one machine under supervisor, with its data in .local/demo.

    python -m seeds.launch up       start everything, wait until it answers, say where; Ctrl-C stops it
    python -m seeds.launch reset    forget everything
"""

import argparse
import contextlib
import fcntl
import http.client
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import xmlrpc.client
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from supervisor.xmlrpc import SupervisorTransport

from config import ROOT, SetupError, inherited
from review_app.database import drop_database, is_empty, make_roles
from review_app.local_services import LocalPostgres, ServiceError, guarded
from seeds.stack import LAST_SERVER, Stack, StackError, configuration, plan

FOLDER = ROOT / ".local" / "demo"
SECONDS_TO_ANSWER = 120
SETTING_NAMES = frozenset({
    "SECRET_KEY", "DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_PUBLIC_URL", "DATABASE_ADMIN_URL", "REDIS_URL",
    "PUBLIC_BASE_URL", "SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASSWORD", "SMTP_TLS", "MAIL_FROM",
    "QUESTIONNAIRE_PATHS", "RECALL_SECONDS", "SESSION_HOURS", "PUBLIC_READS_PER_MINUTE", "TRUSTED_HOSTS", "DEMO",
    "FILES_FOLDER", "CLAMD_URL",
    "S3_BUCKET", "S3_ENDPOINT", "S3_REGION", "S3_ACCESS_KEY", "S3_SECRET_KEY",
})


class Stopped(Exception):
    """Somebody asked us to end."""


def up(folder: Path) -> None:
    """Start everything and stay until told to stop, by Ctrl-C or SIGTERM."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    with contextlib.suppress(Stopped), _only_one(folder):
        stack = plan(folder, inherited())
        with _supervised(stack) as (supervisord, control):
            for server in stack.servers:
                server.wait_until_ready(lambda: supervisord.poll() is None)
            _prepare(stack)
            for program in stack.programs:
                if program.priority > LAST_SERVER:
                    control.supervisor.startProcess(program.name, False)
            _wait_for_answer(stack, supervisord)
            _announce(stack)
            supervisord.wait()
            raise StackError(f"supervisor ended by itself; its log is {stack.folder / 'logs' / 'supervisord.log'}.")


def reset(folder: Path) -> None:
    """Delete the demo's data: reports, people, files, mail, passwords."""
    with _only_one(folder):
        if (folder / "postgres").exists():
            LocalPostgres(folder / "postgres").erase()
        shutil.rmtree(folder)
    sys.stdout.write("The demo is empty; `make demo` builds it anew.\n")


def _stop(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Two demos on one folder would be two PostgreSQL servers on the same data."""
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StackError("The demo of this checkout is running already. Stop it with Ctrl-C in its window.") from error
        yield


@contextlib.contextmanager
def _supervised(stack: Stack) -> Iterator[tuple[subprocess.Popen[bytes], xmlrpc.client.ServerProxy]]:
    """supervisord with the servers running and the rest waiting for a word; everything is stopped at the end."""
    logs = stack.folder / "logs"
    logs.mkdir(exist_ok=True)
    # A short path: the one of a Unix socket may have 107 characters, and a checkout can lie deep.
    run = Path(tempfile.mkdtemp(prefix="relata-"))
    file = run / "supervisord.conf"
    file.write_text(configuration(stack, run, logs))
    argv = guarded([sys.executable, "-m", "supervisor.supervisord", "--nodaemon", "--configuration", str(file)])
    # A session of its own, so that Ctrl-C reaches us alone and the servers stop last.
    supervisord = subprocess.Popen(
        argv, env=stack.env, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield supervisord, _control(run / "supervisor.sock", supervisord)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        sys.stdout.write("\nStopping ...\n")
        supervisord.terminate()
        supervisord.wait()
        shutil.rmtree(run, ignore_errors=True)


def _control(sock: Path, supervisord: subprocess.Popen[bytes]) -> xmlrpc.client.ServerProxy:
    """supervisord's own interface, once it answers."""
    end = time.monotonic() + 20
    while True:
        # Made anew for each try: the transport cannot be used again after a refusal.
        transport = SupervisorTransport(None, None, f"unix://{sock}")
        control = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
        try:
            control.supervisor.getState()
        except (OSError, http.client.HTTPException) as error:
            if supervisord.poll() is not None or time.monotonic() > end:
                raise StackError(f"supervisor did not start: {error}") from error
            time.sleep(0.05)
        else:
            return control


def _prepare(stack: Stack) -> None:
    """Roles, tables and, the first time, the demo world."""
    half_done = stack.folder / "seeding"
    if half_done.exists() and stack.servers:
        drop_database(stack.settings)
    if stack.env.get("DATABASE_ADMIN_URL"):
        make_roles(stack.settings)
    _run(stack, stack.review_app("database", "migrate"), "The tables could not be made.")
    if is_empty(stack.settings):
        sys.stdout.write("Building the demo world ...\n")
        sys.stdout.flush()
        half_done.touch()
        _run(stack, [sys.executable, "-m", "seeds"], "The demo world could not be built.")
        half_done.unlink()


def _run(stack: Stack, argv: list[str], failure: str) -> None:
    done = subprocess.run(
        argv, env=stack.env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise StackError(f"{failure}\n{done.stdout[-4000:]}")


def _wait_for_answer(stack: Stack, supervisord: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SECONDS_TO_ANSWER
    while not _answers(stack.address):
        if supervisord.poll() is not None or time.monotonic() > end:
            log = stack.folder / "logs" / "web.log"
            told = log.read_text(errors="replace")[-4000:] if log.exists() else ""
            raise StackError(f"{stack.address} does not answer; the end of {log}:\n{told}")
        time.sleep(0.2)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=30):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def _announce(stack: Stack) -> None:
    """Where it is, who may sign in, what can be tried, where the mail went."""
    people = subprocess.run(
        [sys.executable, "-m", "seeds", "--people"], env=stack.env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = [
        "", f"Relata is running at   {stack.address}",
        *([f"Sent mail is shown at  {stack.mailbox_address}"] if stack.mailbox_address else []),
        "", people.stdout.rstrip() or people.stderr.rstrip(), "",
        f"Logs: {stack.folder / 'logs'}", f"For commands by hand: set -a; . {stack.folder / 'env'}; set +a",
        "Ctrl-C stops everything and keeps the data; `make demo-reset` forgets it.", "",
    ]
    _write_environment(stack)
    sys.stdout.write("\n".join(lines))
    sys.stdout.flush()


def _write_environment(stack: Stack) -> None:
    """The settings as a file for a shell, readable by its owner only."""
    file = stack.folder / "env"
    file.touch(mode=0o600)
    known = {name: value for name, value in stack.env.items() if name in SETTING_NAMES}
    file.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in sorted(known.items())))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("verb", choices=["up", "reset"])
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where its data is kept, inside this checkout")
    given = parser.parse_args()
    try:
        {"up": up, "reset": reset}[given.verb](given.folder)
    except (SetupError, ServiceError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
