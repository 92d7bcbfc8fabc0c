"""What runs beside a test: a worker, a clock, the application over HTTP, a browser."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from config import Settings
from tests.servers import ROOT, Ground, environment_of
from tests.waiting import wait_until

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Page

CHROMIUM_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)
PATIENCE = 60_000  # ms until a page that does not come to what a test waits for fails it
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


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
    process.wait(60)


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
                process.wait(60)
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
    thread.join(60)
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
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    found = installed(*BROWSERS, what="browser", target="browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


def stop_the_clock(page: "Page") -> None:
    """Load the page anew; from then on its time passes only by `page.clock.run_for(milliseconds)`, however slow the machine is."""
    now = datetime.now(UTC)
    page.clock.install(time=now)
    page.reload()
    page.clock.pause_at(now + timedelta(hours=1))  # until it is paused, an installed clock runs
