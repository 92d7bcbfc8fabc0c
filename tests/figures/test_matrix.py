"""Every address x method x person x stage of a report x country: the answer is the one the permission table gives.

Nothing stays of any request here: each runs inside a transaction of the test that is undone. Whether a request changed
anything is read from the database before that. Refused requests carry what would make them succeed for somebody else.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from config import Settings
from tests.figures.conftest import Figure
from tests.matrix import (
    ASKS_MORE,
    BODIES,
    CANARY,
    OF_REPORT,
    STEPS,
    STRANGERS,
    Args,
    address,
    cells,
    expected,
    leaks,
    rules,
    surprise,
)
from tests.places import Place, word
from tests.servers import Ground
from tests.undone import EVERYBODY, Undone, undone_world
from tests.world import PARTIES, PEOPLE, STAGES, World


@dataclass
class Progress:
    """What the tests of this file found out so far, for the ones that judge the whole."""

    worked: set[str] = field(default_factory=set)
    finished: Counter[str] = field(default_factory=Counter)
    surprises: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether everybody was through both parts, whatever came of it."""
        return self.finished == Counter(EVERYBODY) + Counter(EVERYBODY)


progress = Progress()


@pytest.fixture(scope="module")
def undone(shared_app: Flask, settings: Settings, ground: Ground) -> Iterator[Undone]:
    with undone_world(shared_app, settings, ground) as found:
        yield found


def try_all(app: Flask, undone: Undone, nick: str, chosen: list[Rule], place: Place) -> list[str]:
    """Every way to ask each rule; the answers that nobody expected."""
    found: list[Any] = []
    for rule in chosen:
        for number, args in enumerate(cells(rule, undone.world, place)):
            for method in sorted({"GET", "POST"} & (rule.methods or set())):
                found += _try(app, undone, nick, rule, place, args, method, number=number)
    return found


def _try(
    app: Flask, undone: Undone, nick: str, rule: Rule, place: Place, args: Args, method: str, *, number: int
) -> Iterator[str]:
    world = undone.world
    want = expected(app, world, nick, rule, place, args, method)
    if want == "allowed" and not _is_there(rule, place):
        want = "missing"
    to = address(app, rule, args, number=number + place.report_id)
    body = BODIES[rule.endpoint](world, place, args) if method == "POST" else None
    answer = undone.ask(nick, method, to, body)
    if method == "POST" and answer.has_changed:
        progress.worked.add(_verb(rule, args))
    if wrong := surprise(want, method, answer):
        yield f"{nick} {method} {to} ({place.name}): {wrong}"
    # Who has the link for the declaration reads the whole draft, and nothing of another report.
    by_link = {word("CL", "draft", "unsent")} if rule.endpoint == "contributing.declare" else set()
    if seen := leaks(world, nick, answer.body) - by_link:
        yield f"{nick} {method} {to} ({place.name}) shows {sorted(seen)}"


def _is_there(rule: Rule, place: Place) -> bool:
    """Whether the stage has what the address names: a draft has no receipt, a report in review no drafted point of its own."""
    if rule.endpoint in ("desk.receipt", "desk.receipt_pdf"):
        return place.receipts > 0
    return True


def _verb(rule: Rule, args: Args) -> str:
    return " ".join([rule.endpoint, *(str(args[name]) for name in STEPS if name in args)])


def test_every_name_in_an_address_and_every_form_has_its_row(shared_app: Flask, undone: Undone) -> None:
    place = undone.world.places["CL", "taken"]
    for rule in shared_app.url_map.iter_rules():
        assert list(cells(rule, undone.world, place)), rule
    sending = {rule.endpoint for rule in shared_app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert sending == set(BODIES), "a form without a row, or a row without a form"


@pytest.mark.parametrize("nick", EVERYBODY)
def test_reports_answer_as_the_table_says(shared_app: Flask, undone: Undone, nick: str) -> None:
    found: list[Any] = []
    for place in places_for(undone.world, nick):
        found += try_all(shared_app, undone, nick, rules(shared_app, of_reports=True), place)
    finish(nick, found)


def places_for(world: World, nick: str) -> list[Place]:
    """Every stage in both countries; one country a stage is enough for those to whom they are all the same."""
    has_party = any(party for _role, party in PEOPLE.get(nick, ()))
    every = [world.places[party, stage] for stage in STAGES for party in PARTIES]
    return every if has_party and nick not in STRANGERS else every[::2]


@pytest.mark.parametrize("nick", EVERYBODY)
def test_a_script_that_saves_is_answered_as_the_form_is(shared_app: Flask, undone: Undone, nick: str) -> None:
    """With 200 and JSON where the form goes on to another page."""
    tried, saved = 0, 0
    chosen = [rule for rule in rules(shared_app, of_reports=True) if rule.endpoint in ("desk.save_section", "desk.save_item")]
    for place in places_for(undone.world, nick):
        for rule in chosen:
            for args in cells(rule, undone.world, place):
                if "POST" not in (rule.methods or ()):
                    continue
                to, body = address(shared_app, rule, args), BODIES[rule.endpoint](undone.world, place, args)
                form, script = undone.ask(nick, "POST", to, body), undone.ask(nick, "POST", to, body, is_script=True)
                is_saved = form.status == 302 and not form.place.startswith("/en/sign-in")
                assert script.status == (200 if is_saved else form.status), (to, place.name)
                assert script.has_changed == form.has_changed and not leaks(undone.world, nick, script.body)
                tried, saved = tried + 1, saved + is_saved
    assert tried and bool(saved) is (nick in ("caspar", "carla", "cosima", "pia", "rafa", "alba"))


@pytest.mark.parametrize("nick", EVERYBODY)
def test_everything_else_answers_as_the_table_says(shared_app: Flask, undone: Undone, nick: str) -> None:
    place = undone.world.places["CL", "published"]
    finish(nick, try_all(shared_app, undone, nick, rules(shared_app, of_reports=False), place))


def finish(nick: str, found: list[str]) -> None:
    progress.finished[nick] += 1
    progress.surprises += len(found)
    assert not found, "\n".join(found)


def test_every_form_worked_for_somebody(shared_app: Flask, undone: Undone) -> None:
    """Else its refusals above would prove nothing: what was sent would have failed for anybody."""
    if not progress.is_whole:
        pytest.skip("only after the whole matrix")
    place = undone.world.places["CL", "taken"]
    every = {
        _verb(rule, args)
        for rule in shared_app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
        for args in cells(rule, undone.world, place)
    }
    assert every - progress.worked == {"auth.sign_in", "auth.sign_out"}  # they change sessions only


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"])
def test_other_methods_tell_and_do_nothing(shared_app: Flask, undone: Undone, method: str) -> None:
    place, found = undone.world.places["CL", "revision"], []
    for rule in shared_app.url_map.iter_rules():
        args = next(cells(rule, undone.world, place))
        to = address(shared_app, rule, args)
        answer = undone.ask("pia", method, to)
        if method in (rule.methods or ()):
            want = (
                expected(shared_app, undone.world, "pia", rule, place, args, "GET") if method == "HEAD" else "allowed"
            )
            wrong = surprise(want, "GET", answer)
        else:
            is_elsewhere = method in shared_app.url_map.bind("localhost").allowed_methods(to.split("?")[0])
            wrong = "" if answer.status == 405 or is_elsewhere else f"{answer.status}, not 405"
        if wrong or answer.has_changed or CANARY.search(answer.body):
            found.append(f"{method} {to}: {wrong or 'it changed or showed something'}")
    assert not found, "\n".join(found)


# Two ids in one request: each is swapped for one that belongs to another report.


def swapped(rule: Rule, world: World, own: Place, foreign: Place) -> Iterator[dict[str, Any]]:
    """The values of an address with one of them replaced by that of another report, or of another questionnaire."""
    for args in cells(rule, world, own):
        ids = {"item_id", "point_id", "save_id", "form_id", "fingerprint", "link_id", "proposal_id", "file_id"}
        for name in sorted(rule.arguments & ids):
            yield {**args, name: OF_REPORT[name](foreign, args)}
        if "membership_id" in rule.arguments and own.party != foreign.party:  # reports of one party share its team
            yield {**args, "membership_id": foreign.membership_id}
        for name, value in (("number", own.receipts + 1), ("code", "case"), ("group", "a11_measures")):
            if name in rule.arguments:
                yield {**args, name: value}


@pytest.mark.parametrize("nick", ["carla", "rita", "rafa"])
def test_ids_of_two_reports_in_one_address_meet_nothing(shared_app: Flask, undone: Undone, nick: str) -> None:
    world, tried = undone.world, 0
    found: list[Any] = []
    chosen = [
        rule for rule in rules(shared_app, of_reports=True) if len(rule.arguments - {"lang", *STEPS}) > 1
    ]
    for own in world.places.values():
        other_party = world.places["PE" if own.party == "CL" else "CL", own.stage]
        same_party = world.places[own.party, "draft" if own.stage == "revision" else "revision"]
        for rule in chosen:
            for foreign in (other_party, same_party)[: 2 if own.stage in ("draft", "revision") else 1]:
                for args in swapped(rule, world, own, foreign):
                    for method in sorted({"GET", "POST"} & (rule.methods or set())):
                        if expected(shared_app, world, nick, rule, own, args, "GET") != "allowed":
                            continue
                        tried += 1
                        found += _try_swapped(shared_app, undone, nick, rule, own, args, method)
    assert not found, "\n".join(found)
    assert tried > 20


def _try_swapped(
    app: Flask, undone: Undone, nick: str, rule: Rule, own: Place, args: Args, method: str
) -> Iterator[str]:
    to = address(app, rule, args)
    body = BODIES[rule.endpoint](undone.world, own, args) if method == "POST" else None
    answer = undone.ask(nick, method, to, body)
    wanted = {403, 404} if (rule.endpoint, method) in ASKS_MORE else {404}
    if answer.status not in wanted or answer.has_changed:
        yield f"{nick} {method} {to} ({own.name}): {answer.status}{', and something changed' * answer.has_changed}"
    if seen := leaks(undone.world, nick, answer.body):
        yield f"{nick} {method} {to} ({own.name}) shows {sorted(seen)}"


def test_public_addresses_of_two_reports_meet_nothing(shared_app: Flask, undone: Undone) -> None:
    (chile, law_of_chile), (peru, law_of_peru) = undone.world.pages
    for ending, status in (
        (f"{chile}/entries/{law_of_chile}", 200), (f"{chile}/1/entries/{law_of_chile}", 200),
        (f"{chile}/entries/{law_of_peru}", 404), (f"{peru}/1/entries/{law_of_chile}", 404), (f"{chile}/2", 404),
        (f"{chile}/2/entries/{law_of_chile}", 404), (f"{undone.world.publication}/entries/{law_of_chile}", 404),
    ):  # fmt: skip
        got = undone.ask("nobody", "GET", f"/en/published/{ending}").status
        assert got == status, f"{ending}: {got}, so an entry stands under the address of another report"


def test_a_frozen_copy_belongs_to_its_report(shared_app: Flask, undone: Undone) -> None:
    """A draft has none, although others have a first one."""
    drafts = [undone.world.places[party, "draft"].report_id for party in PARTIES]
    for nick, report_id in product(("carla", "pia"), drafts):
        for ending in ("", ".pdf"):
            answer = undone.ask(nick, "GET", f"/en/desk/reports/{report_id}/receipts/1{ending}")
            shown = leaks(undone.world, nick, answer.body)
            assert (answer.status, shown) == (404, set()), "a draft shows the frozen copy of another report"


def test_a_form_that_came_back_belongs_to_its_report(shared_app: Flask, undone: Undone) -> None:
    own, foreign = undone.world.places["CL", "draft"], undone.world.places["PE", "draft"]
    answer = undone.ask("carla", "GET", f"/en/desk/reports/{own.report_id}/paper/{foreign.form_id}")
    assert (answer.status, leaks(undone.world, "carla", answer.body)) == (404, set()), "a filled form of another report is shown"


def test_what_was_kept_for_one_person_is_deleted_by_nobody_else(shared_app: Flask, undone: Undone) -> None:
    deleted = {
        nick for nick in EVERYBODY if undone.ask(nick, "POST", f"/en/account/kept/{undone.world.kept}/delete", {}).has_changed
    }
    assert deleted == {"carla"}, "somebody deletes what was kept for carla"


@pytest.mark.parametrize("endpoint", ["comments", "points"])
def test_a_remark_stays_within_its_report_and_section(shared_app: Flask, undone: Undone, endpoint: str) -> None:
    own, foreign = undone.world.places["CL", "taken"], undone.world.places["PE", "taken"]
    for section, item, question, status in (
        ("indicators_section", own.item_id, "baseline", 302),
        ("indicators_section", foreign.item_id, "baseline", 404),
        ("indicators_section", foreign.item_id, "", 404),
        ("budget", own.item_id, "", 404),
        ("budget", "", "programme_name", 404),
        ("budget", "", "baseline", 404),
        ("budget", "no uuid", "", 404),
        ("indicators_section", own.item_id, "programme_name", 404),
        ("indicators_section", own.item_id, "no_such_question", 404),
    ):
        sent = {"text": "Why?", "weight": "must", "item": item, "question": question}
        answer = undone.ask("rita", "POST", f"/en/review/reports/{own.report_id}/sections/{section}/{endpoint}", sent)
        assert (answer.status, answer.has_changed) == (status, status == 302), (section, item, question)


def test_ids_in_queries_and_forms_show_and_reach_nothing(shared_app: Flask, undone: Undone) -> None:
    """Ids that no address holds: of a filter, of the next kept text, of a party that is not one's own."""
    world = undone.world
    own, foreign = world.places["CL", "draft"], world.places["PE", "draft"]
    kept = f"/en/desk/reports/{own.report_id}/kept/{own.save_id}?more={foreign.save_id}"
    theirs = undone.ask("carla", "POST", kept, {"keep": "theirs"})
    assert undone.ask("carla", "GET", theirs.place).status == 404, "a text of another report is there to compare"
    page = undone.ask("rita", "GET", f"/en/review/reports/{world.places['CL', 'taken'].report_id}/sections/indicators_section"
                      f"?write=note&item={foreign.item_id}&question=baseline")  # fmt: skip
    assert page.status == 200 and not leaks(world, "rita", page.body)
    invited = undone.ask("carla", "POST", f"/en/desk/reports/{own.report_id}/team", {
        **BODIES["desk.invite"](world, own, {}), "party_code": "PE", "role": "administrator",
    })  # fmt: skip
    assert invited.status == 422 and not invited.has_changed


def test_how_many_were_asked(undone: Undone, figure: Figure) -> None:
    """A rule that fell out of the matrix would show here."""
    if not progress.is_whole:
        pytest.skip("only after the whole matrix")
    figure("requests of the matrix", sum(undone.asked.values()), at_least=8_000)
    figure("answers in the matrix that nobody expected", progress.surprises, exactly=0)
