"""Every address x method x person x stage of a report x country: the answer is the one the permission table gives.

Nothing stays of any request here: each runs inside a transaction of the test that is undone. Whether a request changed
anything is read from the database before that. Refused requests carry what would make them succeed for somebody else.
"""

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, Rule

from config import Settings
from tests.conftest import Ground
from tests.figures.conftest import Figure
from tests.people import PASSWORD
from tests.undone import EVERYBODY, Answer, Undone, undone_world
from tests.world import PARTIES, PEOPLE, STAGES, Place, World, filled_workbook, word

STRANGERS = {"nobody", "gone"}  # whom the pages behind the door do not know
SOON = (datetime.now(UTC) + timedelta(days=400)).date().isoformat()
CANARY = re.compile(rb"canary-([a-z]{2})-([a-z]+)-([a-z]+)")
STEPS = ("verb", "action")  # every choice of these is another deed; of others (the format of a file) each place tries one
UNCHANGING = {"GET", "HEAD", "OPTIONS"}
Args = Mapping[str, Any]

# What stands in an address in place of each name; `endpoint.name` or `blueprint.name` goes before `name`.
# A name that is in none of these fails the test: add the row, and think of what must be refused.
OF_REPORT: Mapping[str, Callable[[Place, Args], Any]] = {
    "report_id": lambda place, args: place.report_id,
    "item_id": lambda place, args: place.ended_id if args.get("verb") == "bring_back" else place.item_id,
    "point_id": lambda place, args: place.point_id or 0,
    "save_id": lambda place, args: place.save_id,
    "form_id": lambda place, args: place.form_id,
    "link_id": lambda place, args: place.link_id,
    "proposal_id": lambda place, args: place.proposal_id,
    "fingerprint": lambda place, args: place.fingerprint,
    "number": lambda place, args: place.receipts,
    "membership_id": lambda place, args: place.membership_id,
    "file_id": lambda place, args: place.file_id,
    "question": lambda place, args: "responsible_agency",
}
SEVERAL: Mapping[str, tuple[str, ...]] = {"code": ("budget", "identification"), "group": ("indicators",)}
ELSEWHERE: Mapping[str, Callable[[World], Any]] = {
    "public.slug": lambda world: world.publication,
    "public.number": lambda world: 1,
    "public.file_id": lambda world: world.published_file,
    "public.item.slug": lambda world: world.pages[0][0],
    "public.item_slug": lambda world: world.pages[0][1],
    "auth.join.token": lambda world: world.tokens["auth.join"],
    "auth.reset.token": lambda world: world.tokens["auth.reset"],
    "contributing.token": lambda world: world.tokens["contributing"],
    "contributing.declare.token": lambda world: world.tokens["contributing.declare"],
    "contributing.entry.token": lambda world: world.tokens["contributing.entry"],
    "contributing.entry.number": lambda world: 1,
    "office.slug": lambda world: world.cycles["opened"][0],
    "office.deactivate.person_id": lambda world: world.people["rolf"],
    "office.reactivate.person_id": lambda world: world.people["gone"],
    "office.end_role.membership_id": lambda world: world.role,
    "auth.delete_kept.kept_id": lambda world: world.kept,
    "imports.batch_id": lambda world: world.imports["batch"],
    "imports.text_id": lambda world: world.imports["text"],
    "rules.slug": lambda world: world.cycles["opened"][0],
    "rules.rule_id": lambda world: "TEXT-04",
    "filename": lambda world: "app.css",
}
# Which cycle a step is tried on, so that it can succeed.
CYCLE_FOR = {"open": "planned", "close": "opened", "reopen": "closed", "archive": "closed"}

BODIES: Mapping[str, Callable[[World, Place, Args], Mapping[str, Any]]] = {
    "auth.sign_in": lambda w, p, a: {"email": "rolf@example.org", "password": PASSWORD},
    "auth.sign_out": lambda w, p, a: {},
    "auth.forgot": lambda w, p, a: {"email": "carla@example.org"},
    "auth.reset": lambda w, p, a: {"password": "seven otters under a bridge"},
    "auth.join": lambda w, p, a: {"name": "Nuria", "language": "es", "password": "seven otters under a bridge"},
    "auth.delete_kept": lambda w, p, a: {},
    "auth.account": lambda w, p, a: {"name": "Somebody else", "language": "fr", "time_zone": "UTC"},
    "inbox.mark_read": lambda w, p, a: {},
    "contributing.write": lambda w, p, a: {"target_group": "Nearly everybody", "seen-target_group": 1},
    "contributing.entry": lambda w, p, a: {"indicator_name": "Books", "seen-indicator_name": 0},
    "contributing.declare": lambda w, p, a: {"name": "Ana", "position": "Minister", "is_declared": "y", "read": w.text_sha256},
    "contributing.send": lambda w, p, a: {"writer": "Lucía", "organisation": "Red"},
    "desk.ask": lambda w, p, a: {"place": "budget", "name": "Red", "language": "es", "until": SOON},
    "desk.steer_link": lambda w, p, a: {f"l{a['link_id']}-until": SOON},
    "desk.leave": lambda w, p, a: {"successor": str(w.people["caspar" if p.party == "CL" else "alba"]), "note": "See the archive."},
    "desk.proposal": lambda w, p, a: {"decide": "accept", "seen": 1},
    "desk.reply": lambda w, p, a: {f"p{a['point_id']}-reply": "We counted again."},
    "desk.answer_finding": lambda w, p, a: {f"{a['fingerprint'][:12]}-reply": "It is the name of the programme."},
    "desk.remove_token": lambda w, p, a: {},
    "desk.invite": lambda w, p, a: {"name": "Ines", "email": "ines@example.org", "language": "es", "role": "contributor"},
    "desk.end_role": lambda w, p, a: {},
    "desk.hand_over": lambda w, p, a: {
        "seen": p.row_version, "name": "Ana Soto", "position": "Minister", "is_declared": "y",
    },
    "desk.withdraw": lambda w, p, a: {"seen": p.row_version},
    "desk.send_back": lambda w, p, a: {"file": (BytesIO(filled_workbook(p.report_id, "Seven")), "form.xlsx")},
    "desk.put": lambda w, p, a: {},
    "desk.settle": lambda w, p, a: {
        f"{UUID(p.item_id).hex}-fate": "renamed", f"{UUID(p.item_id).hex}-seen": p.item_version,
    },
    "desk.save_section": lambda w, p, a: (
        {"responsible_agency": "Another body", "seen-responsible_agency": 1}
        if a["code"] == "identification"
        else {"budget_executed": "CLP 7", "seen-budget_executed": 1}
    ),
    "desk.save_item": lambda w, p, a: {"evidence": "A newer register.", "seen-evidence": 1},
    "desk.add": lambda w, p, a: {},
    "desk.end": lambda w, p, a: {},
    "desk.conflict": lambda w, p, a: {"keep": "mine", "target_group": "Merged by hand", "seen-target_group": 1},
    "review.step": lambda w, p, a: {"seen": p.row_version},
    "review.comment": lambda w, p, a: {"text": "Compare with the last report.", "item": "", "question": ""},
    "review.point": lambda w, p, a: {"text": "Say since when.", "item": "", "question": "", "weight": "must"},
    "review.drop_point": lambda w, p, a: {"section": "budget"},
    "review.return_report": lambda w, p, a: {"seen": p.row_version, "new_due_on": SOON, "letter": "A good start."},
    "review.publish": lambda w, p, a: {"seen": p.row_version},
    "office.new_cycle": lambda w, p, a: {
        "title_en": "Programmes 2031", "due_on": SOON, "due_zone": "UTC", "rows-0-party": "KE", "rows-0-subject": "Music",
    },
    "office.move_cycle": lambda w, p, a: {"seen": w.cycles[CYCLE_FOR[a["action"]]][1]},
    "office.expect": lambda w, p, a: {"seen": w.cycles["opened"][1], "party": "PE", "subject": "Music"},
    "office.invite": lambda w, p, a: {
        "name": "Ines", "email": "ines@example.org", "language": "es", "role": "reviewer", "party_code": "",
    },
    "office.deactivate": lambda w, p, a: {},
    "office.reactivate": lambda w, p, a: {},
    "office.end_role": lambda w, p, a: {},
    "imports.new_batch": lambda w, p, a: {
        "group": "a11_measures", "party_code": "", "files": (io.BytesIO(b"A new text"), "new.txt"),
    },
    "imports.add_files": lambda w, p, a: {"files": (io.BytesIO(b"Another text"), "another.txt")},
    "imports.move": lambda w, p, a: {},
    "imports.settle": lambda w, p, a: {
        "seen": w.imports["version"], "action": "accept", "import-party_code": "KE", "import-group": "a11_measures",
        "import-reason": "An old caption.", "place-0": "out", "name": "A law", "seen-name": 0,
    },
    "rules.set_rule": lambda w, p, a: {"setting": "note"},
    "rules.steer": lambda w, p, a: {},
    "office.extend": lambda w, p, a: {"new_due_on": SOON, "reason": "A flood."},
}  # fmt: skip
QUERIES = {"office.new_cycle": "?questionnaire=programme-monitoring/2026", "imports.new_batch": "?cycle=reports-2020"}

# Where the operation asks for more than the address: (endpoint, method) -> the action of the table and the section it is in.
ASKS_MORE: Mapping[tuple[str, str], Callable[[Place, Args], tuple[str, str | None]]] = {
    ("review.step", "POST"): lambda p, a: (f"report.{a['action']}", None),
    ("desk.hand_over", "POST"): lambda p, a: ("report.resubmit" if p.state == "revision" else "report.submit", None),
    ("desk.save_section", "POST"): lambda p, a: ("report.write", a["code"]),
    ("desk.save_item", "POST"): lambda p, a: ("report.write", "indicators_section"),
    ("desk.add", "POST"): lambda p, a: ("report.write", "indicators_section"),
    ("desk.end", "POST"): lambda p, a: ("report.write", "indicators_section"),
    ("desk.conflict", "POST"): lambda p, a: ("report.write", "identification"),
    ("desk.answer_finding", "POST"): lambda p, a: ("report.answer_finding", "results_and_lessons"),
    ("desk.remove_token", "POST"): lambda p, a: ("report.write", "results_and_lessons"),
    ("desk.proposal", "POST"): lambda p, a: ("report.write", "identification"),
    ("desk.ask", "POST"): lambda p, a: ("report.write", None),
    ("desk.steer_link", "POST"): lambda p, a: ("report.write" if a["verb"] == "send" else "report.ask", None),
    ("desk.reply", "POST"): lambda p, a: ("report.answer_points", "budget"),
    ("desk.settle", "POST"): lambda p, a: ("report.write", "indicators_section"),
}
# What stays locked while a return can still be recalled, whatever the table says of the state.
LOCKED_WHILE_RECALLABLE = {"report.write", "report.answer_points", "report.answer_finding"}
# Answers of a refusal; a step that the state does not have is refused before anybody is asked who they are (409).
REFUSED, REFUSED_LATER = {403}, {403, 404, 409}


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


# The addresses.


def cells(rule: Rule, world: World, place: Place) -> Iterator[dict[str, Any]]:
    """The values for the names in an address: one each, but every choice where the address lists them."""
    names = sorted(rule.arguments - {"lang"}, key=lambda name: name not in STEPS)
    found: list[dict[str, Any]] = [{}]
    for name in names:
        found = [{**args, name: value} for args in found for value in _values(rule, name, world, place, args)]
    yield from found


def _values(rule: Rule, name: str, world: World, place: Place, args: Args) -> list[Any]:
    blueprint = rule.endpoint.split(".")[0]
    if isinstance(converter := rule._converters[name], AnyConverter):
        every = sorted(converter.items)
        return every if name in STEPS else [every[place.report_id % len(every)]]
    if name == "slug" and "action" in args:
        return [world.cycles[CYCLE_FOR[args["action"]]][0]]
    if name == "recheck_id":
        return [world.rechecks[args["verb"]]]
    if "report_id" in rule.arguments and name in OF_REPORT:
        return [OF_REPORT[name](place, args)]
    if name in SEVERAL:
        return list(SEVERAL[name]) if rule.endpoint == "desk.save_section" else list(SEVERAL[name][:1])
    for key in (f"{rule.endpoint}.{name}", f"{blueprint}.{name}", name):
        if key in ELSEWHERE:
            return [ELSEWHERE[key](world)]
    raise LookupError(f"{rule} names {name!r}, which has no row in this test: add it, and say what must be refused")


def rules(app: Flask, *, of_reports: bool) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if ("report_id" in rule.arguments) is of_reports]


def address(app: Flask, rule: Rule, args: Args, *, number: int = 0) -> str:
    """The address in one of the three languages."""
    adapter = app.url_map.bind("localhost")
    built = rule.build({**args, "lang": ("en", "fr", "es")[number % 3]}, append_unknown=False)
    assert built, f"{rule} cannot be built with {args}"
    assert adapter.test(built[1], next(iter(rule.methods or ()))), built
    return built[1] + QUERIES.get(rule.endpoint, "")


def worn(app: Flask, rule: Rule) -> str:
    return (
        "public" if rule.endpoint == "static" else str(getattr(app.view_functions[rule.endpoint], "access_rule", None))
    )


# What is expected.


def expected(app: Flask, world: World, nick: str, rule: Rule, place: Place, args: Args, method: str) -> str:
    """`allowed`, `sign in`, `missing` (404), `refused` (403) or `refused later` (by the operation)."""
    wears = worn(app, rule)
    if wears in ("public", "open", "contribution.write", "declaration.make"):  # who has a link needs no account, which adds nothing
        return "allowed"
    if nick in STRANGERS:
        return "sign in"
    if wears == "signed_in":
        return "allowed"
    if not wears.startswith("report."):
        return "allowed" if world.may(nick, wears) else "refused"
    if not (world.may(nick, "report.read", place) or world.may(nick, "report.review", place)):
        return "missing"
    if not world.may(nick, wears, place):
        return "refused"
    more = ASKS_MORE.get((rule.endpoint, method))
    if more and not _is_granted(world, nick, place, *more(place, args)):
        return "refused later"
    return "allowed"


def _is_granted(world: World, nick: str, place: Place, action: str, section: str | None) -> bool:
    is_locked = place.stage == "recallable" and action in LOCKED_WHILE_RECALLABLE
    is_theirs = section is None or world.writes_in[nick, place.party, section]
    return world.may(nick, action, place) and is_theirs and not is_locked


def surprise(want: str, method: str, answer: Answer) -> str:
    """How an answer differs from what was expected; empty when it does not."""
    got = f"{answer.status} {answer.place}".strip()
    if answer.status >= 500 or b"Traceback" in answer.body:
        return f"broke: {got}"
    if answer.bare:
        return f"headers: {answer.bare}"
    asks_in = "/sign-in?" in answer.place
    fits = {
        "allowed": answer.status in ({200, 302} if method in UNCHANGING else {200, 302, 409, 410, 422}) and not asks_in,
        "sign in": answer.status == 302 and asks_in,
        "missing": answer.status == 404,
        "refused": answer.status in REFUSED,
        "refused later": answer.status in REFUSED_LATER,
    }[want]
    if not fits:
        return f"{want} was expected, {got} came"
    if answer.has_changed and (want != "allowed" or method in UNCHANGING):
        return f"something changed ({want}, {got})"
    return ""


def leaks(world: World, nick: str, body: bytes) -> set[str]:
    """Words on a page that stand in a report, a note or a point that this person may not read."""
    return {
        b"-".join((b"canary", *parts)).decode()
        for parts in CANARY.findall(body)
        if not _may_read(world, nick, *(part.decode() for part in parts))
    }


def _may_read(world: World, nick: str, party: str, stage: str, kind: str) -> bool:
    place = world.places[party.upper(), stage]
    is_team = world.may(nick, "report.read_answers", place)
    is_secretariat = world.may(nick, "report.review", place)
    return {
        "unsent": is_team, "lost": is_team, "sent": is_team or is_secretariat or stage == "published",
        "point": is_team or is_secretariat, "note": is_secretariat, "hidden": is_secretariat,
    }[kind]  # fmt: skip


# The walk through the matrix.


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
