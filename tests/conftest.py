"""The ground tests stand on: the application on real PostgreSQL, queue and SMTP server, each started when first asked for.

Tests commit for real and the tables are emptied afterwards: a connection that is rolled back could not be seen by the
public's database role or by a worker.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from config import Settings
from tests.browser import Browser, Client

if TYPE_CHECKING:
    from flask import Flask
    from flask_sqlalchemy import SQLAlchemy
    from xdist.remote import Producer
    from xdist.scheduler import LoadFileScheduling

    from tests.servers import Ground, MailServer

pytest_plugins = ["tests.servers", "tests.databases", "tests.processes", "tests.counting"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> "LoadFileScheduling | None":
    """A folder that is a package goes to one process, as a file does: what its modules share is built once."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class ByPackage(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = Path(super()._split_scope(nodeid))
            return str(file.parent if len(file.parts) > 2 and (config.rootpath / file.parent / "__init__.py").exists() else file)

    return ByPackage(config, log)


@pytest.fixture(scope="session")
def shared_app(settings: Settings) -> "Flask":
    from review_app.wiring import create_app

    app = create_app(settings)
    app.test_client_class = Client
    return app


@pytest.fixture
def app(request: pytest.FixtureRequest, shared_app: "Flask", settings: Settings, ground: "Ground") -> Iterator["Flask"]:
    """The application. Afterwards the invariants must hold, and every table and the queue are emptied.

    Some cannot where a test makes rows that no operation makes so: `@pytest.mark.by_hand("which rows, and why", "reports")`
    names the modules of `queries/invariants` they are in.
    """
    shared_app.extensions["celery"].set_current()  # another test may have built an application of its own
    yield shared_app
    from review_app.extensions import db
    from review_app.queries import invariants
    from tests.databases import empty

    marker = request.node.get_closest_marker("by_hand")
    excused = {one for noun in (marker.args[1:] if marker else ()) for one in getattr(invariants, noun).INVARIANTS}
    with shared_app.app_context():
        db.session.remove()
        found = {sentence: ids for sentence, ids in invariants.broken().items() if sentence not in excused}
        db.session.remove()
    empty(settings, ground)
    assert found == {}, "the test left a database that contradicts itself"


@pytest.fixture
def db(app: "Flask") -> Iterator["SQLAlchemy"]:
    """The database inside an application context, for tests that call operations and queries themselves."""
    from review_app.extensions import db as database

    with app.app_context():
        yield database
        database.session.remove()


@pytest.fixture
def client(app: "Flask", settings: Settings) -> Browser:
    """One person's browser without JavaScript; `new_client` gives more of them."""
    return Browser(app, settings.public_base_url)


@pytest.fixture
def new_client(app: "Flask", settings: Settings) -> Callable[[], Browser]:
    return lambda: Browser(app, settings.public_base_url)


@pytest.fixture
def smtp(ground: "Ground") -> Iterator["MailServer"]:
    """The mail server, with an empty list of messages."""
    ground.mail.messages.clear()
    yield ground.mail
    ground.mail.refusal = ""
    ground.mail.messages.clear()
