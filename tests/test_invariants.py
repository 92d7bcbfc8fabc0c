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
from tests.breaches.contributions import THEIR_LINK
from tests.breaches.imports import brought_in
from tests.breaches.published import publication
from tests.breaches.rows import copied
from tests.databases import administrator_url, empty
from tests.servers import Ground
from tests.world import PEOPLE, STAGES, make_world

DECLINED = "update proposal set outcome = 'declined', decided_by = @carla, decided_at = now() where id = :proposal;"
# What is said of several things at once is broken in each of them.
OTHER_WAYS = (
    ("something was done by a person who is not there", "update entry set actor_id = 0 where actor_kind = 'person'"),
    ("something was done by a person who is not there", "update save set actor_id = 0 where actor_kind = 'person'"),
    ("something was done by a person who is not there", "update snapshot set actor_id = 0 where actor_kind = 'person'"),
    ("something was done by a person who is not there", "update answer set actor_kind = 'link', actor_id = 0"),
    ("a report is held by somebody who may not review it", "update membership set role = 'administrator' where person_id = @rita"),
    ("the accepted texts of an answer are not numbered 1, 2, 3",
     copied("save", "old.id = (select min(id) from save where outcome = 'accepted')", id="-1", row_version="7")),
    ("the texts of a contribution are not numbered 1, 2, 3", copied("proposal", "old.id = :proposal", id="-1", version="7")),
    ("the snapshots of a report are not numbered 1, 2, 3", copied("snapshot", "old.report_id = :untaken", id="-1", number="7")),
    ("the publications of a report are not numbered 1, 2, 3", publication(number="7")),
    ("an entry is merged into one that its report does not have",
     copied("item", "old.id = #draft", id="gen_random_uuid()", fate="'merged'", ended_at="now()", merged_into_id="#draft",
            lasting_item_id="null") + "update item set fate = 'ended', ended_at = now() where id = #draft"),
    ("a file was given up although an answer or a snapshot names it",
     "update attachment set status = 'gone' where report_id = :draft"),
    ("a link was sent, answered or withdrawn without the journal saying so",
     f"update contribution_link set answered_at = now() where id = {THEIR_LINK}"),
    ("a link was sent, answered or withdrawn without the journal saying so", "delete from entry where fact = 'contribution.asked'"),
    ("a text was made from a contribution that was not taken, or to another question",
     DECLINED + "update save set proposal_id = :proposal where outcome = 'accepted' and report_id = :taken"),
    ("a text was brought into a report of another party or cycle", brought_in("ready", item="#draft")),
    ("the round of a report is not the number of its returns",
     "update report set round = 2, first_submitted_at = now() where id = :draft"),
    ("the round of a report is not the number of its returns", "update report set round = 2 where id = :revision"),
    ("a report was submitted or published at another moment than its journal says",
     "update report set published_at = published_at + interval '1 second' where id = :published"),
    ("a remark is tied to an entry of another report", "update point set item_id = #draft where report_id = :taken"),
    ("a point or note is of a round that has not come", "update point set round = 7 where report_id = :taken"),
)  # fmt: skip


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


@pytest.mark.parametrize(("sentence", "sql"), OTHER_WAYS)
def test_each_part_of_a_sentence_is_looked_at(administrator: Callable[[str], Any], sentence: str, sql: str) -> None:
    administrator(sql)
    assert sentence in broken()


def test_to_look_is_one_query(names: dict[str, str], count_queries: Callable[[], Any]) -> None:
    with count_queries() as counted:
        broken()
    assert counted.count == 1
