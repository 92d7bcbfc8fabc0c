"""What stands in every address and form of the application, and which answer the permission table gives to whom.

A name in an address, or a form, without a row here fails tests/figures/test_matrix.py.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.routing import AnyConverter, Rule

from tests.people import PASSWORD
from tests.places import Place, filled_workbook
from tests.undone import Answer
from tests.world import World

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
    "office.remind.slug": lambda world: "programmes-2026",
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
    "office.remind": lambda w, p, a: {"reports": [str(w.places["CL", "draft"].report_id)]},
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
    raise LookupError(f"{rule} names {name!r}, which has no row here: add it, and say what must be refused")


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
