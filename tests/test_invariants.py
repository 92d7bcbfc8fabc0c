"""Every invariant can fail: each is broken by hand in a world that is whole, and its own sentence is said.

By the cluster's administrator with foreign keys asleep, since neither the application nor its tables would let this happen.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from config import Settings
from review_app.extensions import db
from review_app.queries.invariants import INVARIANTS, broken
from tests.breaches import BREACHES
from tests.databases import administrator_url, empty
from tests.servers import Ground
from tests.world import PEOPLE, STAGES, make_world


@pytest.fixture(scope="module")
def names(shared_app: Flask, settings: Settings, ground: Ground) -> Iterator[dict[str, str]]:
    """The world, and what stands for the names in a breach."""
    with shared_app.app_context():
        world = make_world()
        places = {stage: world.places["CL", stage] for stage in STAGES}
        publication = db.session.scalar(text("select id from published.publication where report_id = :id"),
                                        {"id": places["published"].report_id})  # fmt: skip
        yield {
            **{f":{stage}": str(place.report_id) for stage, place in places.items()}, ":publication": str(publication),
            **{f"#{stage}": f"'{place.item_id}'" for stage, place in places.items()},
            ":proposal": str(places["taken"].proposal_id),
            **{f"@{nick}": str(world.people[nick]) for nick in PEOPLE},
        }  # fmt: skip
        db.session.remove()
    empty(settings, ground)


@pytest.fixture
def administrator(names: dict[str, str], settings: Settings, shared_app: Flask) -> Iterator[Callable[[str], Any]]:
    """Runs statements as the cluster's administrator; nothing of them stays."""
    engine = create_engine(administrator_url(settings))
    with engine.connect() as connection, pytest.MonkeyPatch.context() as patch, connection.begin() as whole:
        patch.setitem(db._app_engines[shared_app], None, connection)
        connection.exec_driver_sql("set local session_replication_role = replica")
        yield lambda sql: connection.exec_driver_sql(re.sub(r"[:#@][a-z]+\b", lambda name: names.get(name[0], name[0]), sql))
        db.session.remove()
        whole.rollback()
    engine.dispose()


def test_the_world_is_whole(names: dict[str, str]) -> None:
    assert broken() == {}


def test_every_invariant_has_its_breach() -> None:
    assert set(BREACHES) == set(INVARIANTS)


@pytest.mark.parametrize("sentence", sorted(INVARIANTS))
def test_a_breach_is_said(administrator: Callable[[str], Any], sentence: str) -> None:
    administrator(BREACHES[sentence].sql)
    assert set(broken()) == {sentence, *BREACHES[sentence].also}


def test_to_look_is_one_query(names: dict[str, str], count_queries: Callable[[], Any]) -> None:
    with count_queries() as counted:
        broken()
    assert counted.count == 1
