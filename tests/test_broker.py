"""A Redis that hangs, or is away, holds up neither a page nor, once it is back, the worker."""

import os
import signal
from collections.abc import Callable, Iterator

import pytest
from celery import Celery
from flask import Flask
from kombu.exceptions import OperationalError

from config import Settings
from review_app import tasks
from review_app.local_services import free_port
from tests.browser import Browser
from tests.desks import draft_of_arts_for_all
from tests.people import sign_in
from tests.servers import Ground

__all__ = ["draft_of_arts_for_all"]  # a fixture
# What waited for ever here, or half a minute a ring, is over in some seconds now.
pytestmark = pytest.mark.timeout(80, func_only=True)


@pytest.fixture
def hang(ground: Ground) -> Iterator[Callable[[], None]]:
    """Has Redis take what is sent to it and answer nothing."""
    process = ground.valkey._process
    assert process is not None
    yield lambda: os.kill(process.pid, signal.SIGSTOP)
    os.kill(process.pid, signal.SIGCONT)


def test_pages_answer_while_redis_hangs(
    report_id: int, shared_app: Flask, settings: Settings, hang: Callable[[], None]
) -> None:
    def new_client() -> Browser:
        return Browser(shared_app, settings.public_base_url)

    carla, nobody, somebody = sign_in(new_client(), "carla"), new_client(), new_client()
    hang()
    assert nobody.get("/en/").has("Published reports")  # counted by the limiter
    assert sign_in(somebody, "ada").get("/en/office").has("Cycles")
    section = carla.get(f"/en/desk/reports/{report_id}/sections/budget")  # looks who else is here
    assert section.press("Save").has("Saved.")
    for _ in range(3):  # rings
        assert nobody.get("/en/forgotten-password").fill({"email": "carla@example.org"}).press("Send the link").has("link")


def test_each_ring_to_a_broker_that_is_away_is_tried_once() -> None:
    bells = Celery("nobody", broker=f"redis://127.0.0.1:{free_port()}/0")
    bells.conf.update(tasks.CONFIGURATION)
    for _ in range(12):
        with pytest.raises(OperationalError):
            bells.send_task("review_app.tasks.sweep", retry=False)
