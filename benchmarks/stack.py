"""The servers that are measured, started as in production, and the CPU time and memory they use."""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from config import ROLE_APP, ROLE_OWNER, ROLE_PUBLIC, ROOT, inherited
from review_app.local_services import LocalPostgres, LocalValkey, free_port, guarded, is_listening

SECONDS_TO_START = 60
THREADS = "4"


@dataclass(frozen=True)
class Web:
    """One gunicorn, its address and the database role it works as."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def workers(self) -> list[int]:
        """The process ids of its workers (of the master's children)."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def cpu(self) -> float:
        """Seconds of CPU time its workers have used so far."""
        return sum(map(cpu_of, self.workers))

    def memory(self) -> float:
        """MiB a worker, memory that several share counted in parts."""
        kib = 0
        for pid in self.workers:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            kib += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return kib / 1024 / len(self.workers)


def cpu_of(pid: int) -> float:
    """Seconds of CPU time of a process and all its threads, from the clock Linux keeps for it."""
    return time.clock_gettime((~pid << 3) | 2)


class Database:
    """PostgreSQL as `review-app` uses it, with fsync on; counts what its backends do."""

    def __init__(self, server: LocalPostgres, name: str) -> None:
        self._log = server.folder / f"{server.name}.log"
        self._admin = psycopg.connect(server.admin_url, autocommit=True)
        self.name = name

    def backends(self) -> list[int]:
        """The processes that serve the connections of the web workers."""
        query = "select pid from pg_stat_activity where datname = %s and backend_type = 'client backend'"
        return [pid for (pid,) in self._admin.execute(query, [self.name])]

    @contextlib.contextmanager
    def logging(self) -> Iterator[list[str]]:
        """Collects the statements that reach the server meanwhile; the list is filled at the end."""
        self._set("log_statement", "all")
        start, statements = self._log.stat().st_size, list[str]()
        yield statements
        time.sleep(0.1)
        with self._log.open("rb") as log:
            log.seek(start)
            lines = log.read().decode(errors="replace").split("\n")
        told = [line.split("LOG:  ", 1)[1] for line in lines if "LOG:  statement:" in line or "LOG:  execute" in line]
        words = [line.split(": ", 1)[1].strip() for line in told if ": " in line]
        statements += [one for one in words if one.split(" ")[0].rstrip(";").upper() not in ("BEGIN", "COMMIT", "ROLLBACK")]
        self._set("log_statement", "none")

    def _set(self, name: str, value: str) -> None:
        self._admin.execute(f"alter system set {name} = '{value}'")
        self._admin.execute("select pg_reload_conf()")
        time.sleep(0.3)


@contextlib.contextmanager
def servers() -> Iterator[tuple[LocalPostgres, dict[str, str]]]:
    """PostgreSQL (durable) and Valkey in a folder of their own, and the environment of an installation on them."""
    folder = Path(tempfile.mkdtemp(prefix="relata-bench-"))
    folder.chmod(0o755)  # PostgreSQL may have to run as somebody else
    postgres, valkey = LocalPostgres(folder / "postgres"), LocalValkey(folder / "valkey")
    try:
        postgres.start()
        valkey.start()
        yield postgres, _environment(folder, postgres, valkey)
    finally:
        valkey.stop()
        postgres.stop()
        postgres.erase()
        shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path, postgres: LocalPostgres, valkey: LocalValkey) -> dict[str, str]:
    urls = {"DATABASE_URL": ROLE_APP, "DATABASE_OWNER_URL": ROLE_OWNER, "DATABASE_PUBLIC_URL": ROLE_PUBLIC}
    (folder / "questionnaires").mkdir()
    return {
        **inherited(),
        **{name: postgres.url(role, secrets.token_urlsafe(16), "relata_bench") for name, role in urls.items()},
        "DATABASE_ADMIN_URL": postgres.admin_url, "REDIS_URL": valkey.url, "SECRET_KEY": secrets.token_urlsafe(48),
        "PUBLIC_BASE_URL": "http://127.0.0.1", "SMTP_HOST": "127.0.0.1", "MAIL_FROM": "relata@example.org",
        "QUESTIONNAIRE_PATHS": str(folder / "questionnaires"), "TRUSTED_HOSTS": "", "DEMO": "",
    }


@contextlib.contextmanager
def serving(argv: list[str], env: dict[str, str]) -> Iterator[Web]:
    """A web server on a free port: `argv` without its `--bind`."""
    port = free_port()
    with tempfile.TemporaryFile() as log:
        command = guarded([sys.executable, "-m", *argv, "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", THREADS])
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=log, stderr=log)
        try:
            end = time.monotonic() + SECONDS_TO_START
            while not is_listening(port):
                if process.poll() is not None or time.monotonic() > end:
                    log.seek(0)
                    raise SystemExit(f"{argv} did not start:\n{log.read().decode()[-3000:]}")
                time.sleep(0.05)
            yield Web(process, port)
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)


def load() -> str:
    """How busy the machine is besides us, for the table's foot."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
