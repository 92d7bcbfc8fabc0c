"""Two people at the same report at the same moment, in two real transactions.

The first is stopped right before its commit, the second started meanwhile: it either waits for the first, or goes on
without knowing of it. What comes of both must be what one of the two orders, one after the other, makes of the same report.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from config import Settings
from review_app.extensions import db
from review_app.models import Answer, Item, LastingItem, Report, Save, Snapshot
from review_app.operations import accounts
from review_app.operations.answers import Typed, add_item, save_answers
from review_app.permissions import SYSTEM
from review_app.queries.invariants import broken
from review_app.transaction import atomic
from tests.figures.conftest import Figure
from tests.moves import MOVES, STAGES, STEPS, Place, bring_to, outcome_of, picture
from tests.racing import Race
from tests.servers import Ground
from tests.small_report import NOW, SECTION, Small, small_world, undone

RACES = [(stage, first, second) for stage, (_, _, moves) in STAGES.items() for first, second in product(moves, moves)]
# Where each step is legal: there it is raced, too, against the steps that never are at the same time.
HOME = {
    "submit": "written", "withdraw": "free", "take": "free", "release": "taken", "return": "taken", "publish": "taken",
    "recall": "recallable", "resubmit": "returned", "withdraw_again": "back again",
}  # fmt: skip
AT_HOME = [(HOME[first], first, second) for first, second in product(sorted(STEPS), repeat=2)]
RACES += [race for race in AT_HOME if race not in RACES]


@pytest.fixture(scope="module")
def small(shared_app: Flask, settings: Settings, ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    with small_world(shared_app, settings, ground, tmp_path_factory.mktemp("note")) as made:
        _let_be([made.report_id])
        yield made
        db.session.remove()
        assert broken() == {}


@pytest.fixture
def starter(small: Small) -> Iterator[Callable[[str], Place]]:
    """Makes a report that has come as far as a stage. Afterwards nobody waits for it, and closed accounts are open again."""
    made: list[int] = []

    def start(stage: str) -> Place:
        place = bring_to(small, stage)
        made.append(place.report_id)
        return place

    yield start
    db.session.remove()
    _let_be(made)
    if not small.person("rita").active:
        accounts.reactivate(SYSTEM, small.person("rita"), now=NOW)
    db.session.remove()


@atomic
def _let_be(report_ids: list[int]) -> None:
    """The clock of the next race looks at its own report only, and who leaves then has nothing but that one to release."""
    db.session.execute(update(Report).where(Report.id.in_(report_ids)).values(due_on=None, taken_at=None))


# Pairs of which the second came while the first had written and not committed -> how often.
RACED: Counter[tuple[str, str]] = Counter()


def race(app: Flask, place: Place, first: str, second: str) -> tuple[str, str]:
    """What became of two moves at once."""
    run = Race(app, *(partial(outcome_of, MOVES[name], place) for name in (first, second)))
    outcomes = run.run()
    RACED[first, second] += run.was_open
    return outcomes


IN_ORDER: dict[tuple[str, str, str], tuple[Any, ...]] = {}


def one_after_the_other(app: Flask, place: Place, stage: str, first: str, second: str) -> tuple[Any, ...]:
    """What becomes of a report of this stage when the second waits until the first is done. Nothing of it stays."""
    key = (stage, first, second)
    if key not in IN_ORDER:
        with undone(app):
            IN_ORDER[key] = (*(outcome_of(MOVES[move], place) for move in (first, second)), picture(place))
    return IN_ORDER[key]


@pytest.mark.parametrize(("stage", "first", "second"), RACES)
def test_two_at_once_come_out_as_one_after_the_other(
    shared_app: Flask, starter: Callable[[str], Place], stage: str, first: str, second: str
) -> None:
    place = starter(stage)
    here = one_after_the_other(shared_app, place, stage, first, second)
    last, before, there = one_after_the_other(shared_app, place, stage, second, first)
    came = (*race(shared_app, place, first, second), picture(place))
    assert came in (here, (before, last, there))
    outcomes = [outcome for move, outcome in zip((first, second), came, strict=False) if move.split(" by ")[0] in STEPS]
    assert outcomes.count("done") <= 1, "two steps were taken from the same page"


def test_every_ordered_pair_of_steps_is_raced(figure: Figure) -> None:
    """Each step, written and not committed, while every step comes, also itself."""
    if not set(RACED) >= {race[1:] for race in RACES}:
        pytest.skip("only after all the races")
    pairs = set(product(STEPS, STEPS))
    raced = {pair for pair in pairs if RACED[pair]}
    assert pairs - raced == set()
    figure("ordered pairs of steps raced, the first one not committed yet", len(raced), exactly=len(pairs))


@pytest.mark.parametrize(("first", "second"), [("save", "submit"), ("submit", "save")])
def test_what_was_acknowledged_is_in_the_snapshot_and_what_was_not_is_not(
    shared_app: Flask, starter: Callable[[str], Place], first: str, second: str
) -> None:
    place = starter("written")
    outcomes = dict(zip((first, second), race(shared_app, place, first, second), strict=True))
    content = db.session.scalars(select(Snapshot.content).where(Snapshot.report_id == place.report_id)).one()
    assert outcomes == {"submit": "done", "save": "saved" if first == "save" else "Denied"}
    assert ("Carla tells it, 1." in content) == (first == "save")


@pytest.mark.parametrize("stage", ["untouched", "written", "returned"])
def test_of_two_saves_one_wins_and_the_other_text_is_kept(
    shared_app: Flask, starter: Callable[[str], Place], stage: str
) -> None:
    place = starter(stage)
    assert race(shared_app, place, "save", "save by another") == ("saved", "conflict")
    answer = db.session.scalars(select(Answer).where(Answer.report_id == place.report_id)).one()
    lost = db.session.scalars(select(Save).where(Save.report_id == place.report_id, Save.outcome == "refused")).one()
    seen = place.answer_seen
    assert (answer.value["raw"], lost.value["raw"]) == (f"Carla tells it, {seen}.", f"Caspar tells it, {seen}.")


def add_thing(place: Place, title: str) -> UUID:
    item_id = add_item(SYSTEM, place.report_id, "things", now=place.now).id
    save_answers(SYSTEM, place.report_id, [Typed("thing", title, 0, "en")], section=SECTION, item_id=item_id, now=place.now)
    return item_id


def test_two_reports_of_a_party_submitted_at_once_share_the_thing_of_one_title(
    shared_app: Flask, starter: Callable[[str], Place]
) -> None:
    """Two titles, in either order: neither waits for the other for ever."""
    place, other = starter("written"), starter("written")
    titles = [f"Library {place.report_id}", f"Theatre {place.report_id}"]
    ours, theirs = [add_thing(place, title) for title in titles], [add_thing(other, title) for title in reversed(titles)]
    both = replace(place, other_id=other.report_id)
    assert race(shared_app, both, "submit", "submit the other") == ("done", "done")
    lasting = dict(db.session.execute(select(Item.id, Item.lasting_item_id)).all())
    assert [lasting[item] for item in ours] == [lasting[item] for item in reversed(theirs)]
    slugs = select(LastingItem.slug).where(LastingItem.title.in_(titles)).order_by(LastingItem.slug)
    assert list(db.session.scalars(slugs)) == [title.lower().replace(" ", "-") for title in titles]


def test_two_clocks_remind_once(shared_app: Flask, starter: Callable[[str], Place]) -> None:
    place = starter("written")
    assert race(shared_app, place, "remind", "remind") == ("1", "0")


def test_two_workers_react_once(shared_app: Flask, starter: Callable[[str], Place]) -> None:
    place = starter("free")
    assert race(shared_app, place, "react", "react") == ("True", "False")


def test_two_senders_send_once(shared_app: Flask, starter: Callable[[str], Place]) -> None:
    place = starter("free")
    assert race(shared_app, place, "claim a mail", "claim a mail") == ("True", "False")


@pytest.mark.parametrize(("first", "second", "outcomes"), [
    ("claim a mail early", "recall", ("True", "Blocked")),
    ("recall", "claim a mail early", ("done", "False")),
])  # fmt: skip
def test_a_return_is_recalled_or_told_whatever_the_clocks_say(
    shared_app: Flask, starter: Callable[[str], Place], first: str, second: str, outcomes: tuple[str, str]
) -> None:
    """The sender's clock is ahead of the reviewer's."""
    assert race(shared_app, starter("recallable"), first, second) == outcomes


def test_two_administrators_cannot_close_each_others_accounts(
    shared_app: Flask, small: Small, starter: Callable[[str], Place]
) -> None:
    place = starter("untouched")
    try:
        assert race(shared_app, place, "ada closes alba", "alba closes ada") == ("done", "Denied")
    finally:
        for nick in ("ada", "alba"):
            accounts.reactivate(SYSTEM, small.person(nick), now=NOW)
        db.session.remove()


def test_two_administrators_cannot_take_each_others_role(
    shared_app: Flask, small: Small, starter: Callable[[str], Place]
) -> None:
    place = starter("untouched")
    assert race(shared_app, place, "ada ends alba's role", "alba ends ada's role") == ("done", "Denied")
    accounts.invite(
        SYSTEM, email="alba@example.org", name="Alba", language="en", role="administrator", now=NOW
    )  # for the next test
    db.session.remove()
