"""A world with everything in it once: two countries with a report at each stage, and one person of each kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import select

from review_app import tokens
from review_app.extensions import db
from review_app.models import Cycle, ImportText, Report
from review_app.models import published as tables
from review_app.operations import accounts, contributions, cycles, findings, importing, imports, rules, sent
from review_app.permissions import ACTIONS, SYSTEM, can
from review_app.queries.answers import sheet_of
from review_app.queries.declarations import text_sha256
from review_app.transaction import atomic
from tests.people import add_parties, make_person, person_named
from tests.places import Place, ask_outside, back_then, contribute, make_place, membership_of, word

EDITION = ("programme-monitoring", "2026")
PARTIES = ("CL", "PE")
# A return that can still be recalled is a stage of its own: the answers are locked although the state says revision.
STAGES = ("draft", "untaken", "taken", "recallable", "revision", "published")
SECTIONS = ("identification", "indicators_section", "budget", "reach_section", "results_and_lessons")
THEIR_SECTION = "budget"  # of cosima, who writes nothing else

# nick -> (role, party) of each membership. rita has taken every report that is taken.
PEOPLE: Mapping[str, tuple[tuple[str, str | None], ...]] = {
    "cosima": (("contributor", "CL"),),
    "caspar": (("contributor", "CL"),),
    "carla": (("coordinator", "CL"),),
    "pia": (("coordinator", "PE"),),
    "rita": (("reviewer", None),),
    "rolf": (("reviewer", None),),
    "rafa": (("reviewer", None), ("contributor", "CL")),
    "ada": (("administrator", None),),
    "alba": (("administrator", None), ("coordinator", "PE")),
    "gone": (("coordinator", "CL"),),
}
HOSTILE = (
    "=1+1\"'><img src=x onerror=alert(1)><script>alert('heron')</script>{{ 7*7 }}"  # published, and must stay words
)


@dataclass
class World:
    """All places, who may do what to them, and what stands beside the reports."""

    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    cycles: dict[str, tuple[str, int]] = field(default_factory=dict)  # state -> slug, row version
    pages: list[tuple[str, str]] = field(default_factory=list)  # slug and entry slug of each publication with entries
    publication: str = ""
    role: int = 0  # rolf's membership
    published_file: UUID | None = None
    text_sha256: str = ""  # of the text that the link for a declaration shows
    kept: int = 0  # a form of carla's, kept while she was signed out
    imports: dict[str, int] = field(default_factory=dict)  # ids of a batch and of a text in it, and the text's row version
    rechecks: dict[str, int] = field(default_factory=dict)  # what can be done to it -> a recheck
    tokens: dict[str, str] = field(default_factory=dict)
    allowed: dict[tuple[str, str, str, str], bool] = field(default_factory=dict)  # nick, action, party, stage
    allowed_at_all: dict[tuple[str, str], bool] = field(default_factory=dict)  # nick, action on nothing in particular
    writes_in: dict[tuple[str, str, str], bool] = field(default_factory=dict)  # nick, party, section of a draft

    def may(self, nick: str, action: str, place: Place | None = None) -> bool:
        """What the permission table answers."""
        key = (nick, action)
        return self.allowed[*key, place.party, place.stage] if place else self.allowed_at_all[key]


def make_world() -> World:
    """Everything, by the operations that make it in life. `seal` it when everybody has signed in."""
    world = World()
    add_parties()
    for nick, roles in PEOPLE.items():
        for role, party in roles:
            world.people[nick] = make_person(
                nick, role, party, sections=[THEIR_SECTION] if nick == "cosima" else None
            ).id
    world.role = membership_of("rolf", None)
    _make_reports(world)
    _make_cycles(world)
    _make_public_entries(world)
    _make_import(world)
    _make_rechecks(world)
    newcomer = accounts.invite(
        SYSTEM, email="new@example.org", name="Nuria", language="es", role="contributor", party_code="CL", now=back_then()
    )
    outside = ask_outside(person_named("carla"), world.places["CL", "draft"].report_id)
    contribute(outside, "target_group", "Everybody")
    entries = ask_outside(person_named("carla"), world.places["CL", "draft"].report_id, "indicators_section")
    declaring = ask_outside(person_named("carla"), outside.report_id, None)
    contributions.note_opened(declaring, now=back_then())
    world.tokens = {
        "auth.join": tokens.invitation_token(newcomer), "auth.reset": tokens.reset_token(person_named("rolf")),
        "contributing": tokens.contribution_token(outside), "contributing.entry": tokens.contribution_token(entries),
        "contributing.declare": tokens.contribution_token(declaring),
    }  # fmt: skip
    world.text_sha256 = text_sha256(outside.report, sheet_of(outside.report))
    return world


def seal(world: World) -> None:
    """Close gone's account, keep a form for carla, and note what the permission table says of everybody."""
    _close_account("gone")
    home = f"/desk/reports/{world.places['CL', 'draft'].report_id}/sections/budget"
    fields = [("budget_allotted", word("CL", "draft", "unsent")), ("seen-budget_allotted", "1")]
    world.kept = sent.keep_form(person_named("carla").id, fields, page=f"/en{home}", target=home, now=datetime.now(UTC)) or 0
    _ask_the_table(world)


@atomic
def _close_account(nick: str) -> None:
    """Only the mark: sessions live on, so that nothing but the mark keeps the person out."""
    person_named(nick).active = False


def _make_reports(world: World) -> None:
    wanted = [(party, stage) for party in PARTIES for stage in STAGES]
    cycle = _cycle("programmes-2026", wanted)
    cycles.move_cycle(SYSTEM, cycle.id, "open", seen=cycle.row_version, now=back_then())
    rows = db.session.execute(select(Report.party_code, Report.subject, Report.id).where(Report.cycle_id == cycle.id))
    ids = {(party, stage): report_id for party, stage, report_id in rows}
    for party, stage in wanted:
        world.places[party, stage] = make_place(party, stage, ids[party, stage])


def _cycle(slug: str, expected: list[tuple[str, str]]) -> Cycle:
    return cycles.plan_cycle(
        SYSTEM, slug=slug, titles={"en": slug}, questionnaire=EDITION[0], edition=EDITION[1], starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31), due_on=back_then(days=200).date(), expected=expected, now=back_then(),
    )  # fmt: skip


def _make_cycles(world: World) -> None:
    """A cycle in each state but archived, which no step leaves."""
    for slug, actions in (("planned", []), ("opened", ["open"]), ("closed", ["open", "close"])):
        cycle = _cycle(slug, [("KE", f"A programme of {slug}")])
        for action in actions:
            cycle = cycles.move_cycle(SYSTEM, cycle.id, action, seen=cycle.row_version, now=back_then())
        world.cycles[slug] = (cycle.slug, cycle.row_version)


@atomic
def _make_public_entries(world: World) -> None:
    """A report of each party that was published elsewhere, with one entry that has a page of its own."""
    cycle = Cycle(slug="reports-2020", titles={"en": "Reports 2020"}, questionnaire="qpr", edition="2019")
    db.session.add(cycle)
    db.session.flush()
    for party in PARTIES:
        measure = imports.OldItem(
            "a11_measures", {"name": f"A law of {party}", "features": HOSTILE, "results": HOSTILE}
        )
        report = imports.import_published(
            SYSTEM,
            cycle=cycle,
            party_code=party,
            source="https://example.org/reports",
            now=back_then(),
            answers={},
            items=[measure],
        )
        publication, item = tables.publication.c, tables.item.c
        slugs = db.session.execute(
            select(publication.slug, item.slug)
            .join(tables.item, item.publication_id == publication.id)
            .where(publication.report_id == report.id)
        ).one()
        world.pages.append((slugs[0], slugs[1]))
    published = [place for place in world.places.values() if place.stage == "published"]
    world.published_file = published[0].file_id
    query = select(tables.publication.c.slug).where(tables.publication.c.report_id == published[0].report_id)
    world.publication = db.session.execute(query).scalar_one()


def _make_import(world: World) -> None:
    """A batch with a text that leaves nothing to ask and one that a person has to look at."""
    cycle = db.session.scalars(select(Cycle).where(Cycle.slug == "reports-2020")).one()
    form = "{0}\n\nWhere\nKenya\nDescribe the main features of the policy/measure:\nIt pays.\nResults of the measure\nMany.\n{1}"
    texts = {"ready.txt": form.format("A fund", ""), "asking.txt": form.format("A law", "Context of the measure\nOld.")}
    files = [(name, words.encode()) for name, words in texts.items()]
    batch = importing.begin_with_files(
        SYSTEM, files, cycle_id=cycle.id, group="a11_measures", party_code=None, source="", now=back_then()
    )
    importing.work_on(batch.id, now=back_then())
    text = db.session.scalars(select(ImportText).where(ImportText.name == "asking.txt")).one()
    world.imports = {"batch": batch.id, "text": text.id, "version": text.row_version}


def _make_rechecks(world: World) -> None:
    """One that is under way and one that was stopped."""
    ada = person_named("ada")
    for slug, verb in (("programmes-2026", "stop"), ("reports-2020", "resume")):
        cycle = db.session.scalars(select(Cycle).where(Cycle.slug == slug)).one()
        for report_id in db.session.scalars(select(Report.id).where(Report.cycle_id == cycle.id, Report.origin == "imported")):
            findings.check_report(report_id, now=back_then())  # as the worker does
        run = rules.set_rule(ada, cycle.id, "TEXT-04", setting="note", now=back_then())
        assert run
        world.rechecks[verb] = run.id
    rules.steer(ada, world.rechecks["resume"], goes_on=False)


def _ask_the_table(world: World) -> None:
    reports = {key: db.session.get_one(Report, place.report_id) for key, place in world.places.items()}
    for nick in [*PEOPLE, "nobody"]:
        person = None if nick == "nobody" else person_named(nick)
        for action in ACTIONS:
            world.allowed_at_all[nick, action] = bool(can(person, action))
            for (party, stage), report in reports.items():
                world.allowed[nick, action, party, stage] = bool(can(person, action, report))
        for party in PARTIES:
            for section in SECTIONS:
                world.writes_in[nick, party, section] = bool(
                    can(person, "report.write", reports[party, "draft"], section=section)
                )
