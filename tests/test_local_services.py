"""The servers of `make demo` and `make test`: real ones, started in every way a machine may demand."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from review_app import local_services
from review_app.local_services import Identity, LocalPostgres, LocalValkey, as_nobody, free_port, is_listening
from tests.waiting import wait_until

IS_ROOT = os.geteuid() == 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a folder with spaces"


def version_of(postgres: LocalPostgres) -> str:
    with psycopg.connect(postgres.admin_url) as connection:
        row = connection.execute("show server_version").fetchone()
    assert row
    return str(row[0])


def test_postgres_keeps_its_data_and_its_port(folder: Path) -> None:
    postgres = LocalPostgres(folder, durable=False)
    postgres.start()
    with psycopg.connect(postgres.admin_url, autocommit=True) as connection:
        connection.execute("create table kept (words text)")
        connection.execute("insert into kept values ('still here')")
    postgres.stop()
    assert not is_listening(postgres.port)
    again = LocalPostgres(folder, durable=False)
    assert (again.port, again.password) == (postgres.port, postgres.password)
    again.start()
    with psycopg.connect(again.admin_url) as connection:
        assert connection.execute("select words from kept").fetchone() == ("still here",)
    again.stop()
    again.erase()
    assert not again.data.exists()


def test_nobody_comes_in_without_the_password(folder: Path) -> None:
    postgres = LocalPostgres(folder, durable=False)
    postgres.start()
    try:
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(postgres.admin_url.replace(postgres.password, "guess"))
    finally:
        postgres.stop()
        postgres.erase()
    assert not (folder / "password").exists()


def test_passwords_are_readable_by_their_owner_only(folder: Path) -> None:
    valkey = LocalValkey(folder)
    valkey.command()
    for name in ("password", "valkey.conf"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


@pytest.mark.skipif(not IS_ROOT, reason="only root can become somebody else")
def test_root_without_user_namespaces_runs_postgres_as_nobody(folder: Path) -> None:
    postgres = LocalPostgres(folder, durable=False, identity=as_nobody())
    postgres.start()
    try:
        assert version_of(postgres)
        assert postgres.data.owner() == "nobody"
    finally:
        postgres.stop()
        postgres.erase()


def test_the_system_s_postgres_serves_where_the_wheel_is_missing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_services, "package_folder", lambda _package: None)
    try:
        postgres = LocalPostgres(folder, durable=False)
    except local_services.ServiceError as error:
        pytest.skip(f"no PostgreSQL of the system here: {error}")
    assert "site-packages" not in str(postgres.binaries)
    postgres.start()
    try:
        assert version_of(postgres)
    finally:
        postgres.stop()
        postgres.erase()


def test_the_queue_survives_a_kill(folder: Path) -> None:
    valkey = LocalValkey(folder)
    valkey.start()
    with redis.Redis.from_url(valkey.url) as queue:
        queue.lpush("waiting", "a task")
        queue.config_set("appendfsync", "always")
        queue.lpush("waiting", "another")
        assert queue.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert valkey._process
    valkey._process.kill()
    valkey._process.wait()
    again = LocalValkey(folder)
    again.start()
    with redis.Redis.from_url(again.url) as queue:
        assert queue.llen("waiting") == 2
    once = Retry(NoBackoff(), 0)
    with pytest.raises(redis.exceptions.AuthenticationError), redis.Redis(port=again.port, retry=once) as stranger:
        stranger.ping()
    again.stop()


def test_a_taken_port_is_exchanged_for_another(folder: Path) -> None:
    first = LocalValkey(folder)
    first.start()
    try:
        assert LocalValkey(folder).port != first.port
    finally:
        first.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_no_server_outlives_the_process_that_started_it(folder: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path\n"
        "from review_app.local_services import LocalPostgres\n"
        "server = LocalPostgres(Path(sys.argv[1]), durable=False); server.start()\n"
        "print(server.port, flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    port = int(parent.stdout.readline())
    assert is_listening(port)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not is_listening(port), "PostgreSQL is gone")


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    postgres = LocalPostgres(folder, durable=False, identity=Identity(prefix=("false",)))
    with pytest.raises(local_services.ServiceError, match="initdb failed"):
        postgres.start()
    assert not postgres.data.exists()


def test_free_ports_are_free() -> None:
    assert not is_listening(free_port())
