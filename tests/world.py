"""A world with everything in it once: two countries with a report at each stage, and one person of each kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from typing import Any
from uuid import UUID

from openpyxl import Workbook
from sqlalchemy import select

from review_app import tokens
from review_app.checks.engine import check
from review_app.extensions import db
from review_app.models import (
    Attachment,
    ContributionLink,
    Cycle,
    FilledForm,
    ImportText,
    Item,
    Membership,
    Person,
    Point,
    Proposal,
    Report,
    Save,
    Snapshot,
)
from review_app.models import published as tables
from review_app.operations import (
    accounts,
    attachments,
    contributions,
    cycles,
    filled_forms,
    findings,
    importing,
    imports,
    reviews,
    rules,
    sent,
)
from review_app.operations.answers import Typed, add_item, end_item, save_answers
from review_app.operations.steps import take_step
from review_app.permissions import ACTIONS, SYSTEM, Actor, can
from review_app.queries.answers import sheet_of
from review_app.queries.declarations import text_sha256
from review_app.readers.attachments import Found
from review_app.transaction import atomic
from tests.people import add_parties, make_person, person_named

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
LEAVER: Mapping[str, str] = {"CL": "caspar", "PE": "alba"}
HOSTILE = (
    "=1+1\"'><img src=x onerror=alert(1)><script>alert('heron')</script>{{ 7*7 }}"  # published, and must stay words
)
SIGNATORY = {"name": "Ana Soto", "position": "Minister of Culture"}

ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "identification": {
        "programme_name": "Arts for All", "responsible_agency": "Ministry of Cultures, Arts and Heritage",
        "description": "Weekly workshops. {word}", "target_group": "Children from 7 to 19", "programme_scale": "national",
        "implementers": [{"implementer_name": "Councils", "implementer_type": "public"}],
        "programme_contact": {"name": "Rosa", "email": "rosa@example.org"},
    },
    "budget": {"budget_allotted": "CLP 2,000 (2026)", "budget_executed": "CLP 1,900 (2026)", "tied_to_targets": "no"},
    "reach_section": {"reach": [{"reach_group": "Girls", "people": "5,010"}]},
    "results_and_lessons": {
        "year_results": "Attendance grew in every region. {word}\ncheap-pills-{number}.biz", "monitoring_system": "Monthly.",
        "evaluated": "no", "worked_well": "Teachers who live there.", "to_improve": "Buildings.",
    },
}  # fmt: skip
INDICATOR: Mapping[str, Any] = {
    "indicator_name": "Centres {word}", "indicator_unit": "centres", "baseline": "11", "baseline_year": "2015",
    "target": "17", "achieved": "17", "target_reached": "yes", "evidence": "Register.",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """One report, and one of each thing inside it. Ids, since objects would be tied to one session."""

    party: str
    stage: str
    report_id: int
    row_version: int
    state: str
    item_id: str  # as if the last report had it: something can be said of what became of it
    item_version: int
    ended_id: str
    save_id: int
    form_id: int
    link_id: int
    proposal_id: int
    fingerprint: str
    receipts: int
    point_id: int | None
    membership_id: int  # somebody of the party's team who can leave it
    file_id: UUID

    @property
    def name(self) -> str:
        return f"{self.party} {self.stage}"


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


def word(party: str, stage: str, kind: str) -> str:
    """A word that stands at one place of the world and nowhere else. The last part says who may read it."""
    return f"canary-{party}-{stage}-{kind}".lower()


def make_world() -> World:
    """Everything, by the operations that make it in life. `seal` it when everybody has signed in."""
    world = World()
    add_parties()
    for nick, roles in PEOPLE.items():
        for role, party in roles:
            world.people[nick] = make_person(
                nick, role, party, sections=[THEIR_SECTION] if nick == "cosima" else None
            ).id
    world.role = _membership("rolf", None)
    _make_reports(world)
    _make_cycles(world)
    _make_public_entries(world)
    _make_import(world)
    _make_rechecks(world)
    newcomer = accounts.invite(
        SYSTEM, email="new@example.org", name="Nuria", language="es", role="contributor", party_code="CL", now=_now()
    )
    outside = _ask_outside(person_named("carla"), world.places["CL", "draft"].report_id)
    contribute(outside, "target_group", "Everybody")
    entries = _ask_outside(person_named("carla"), world.places["CL", "draft"].report_id, "indicators_section")
    declaring = _ask_outside(person_named("carla"), outside.report_id, None)
    contributions.note_opened(declaring, now=_now())
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


def _now(**back: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=2) + timedelta(**back)


@atomic
def _close_account(nick: str) -> None:
    """Only the mark: sessions live on, so that nothing but the mark keeps the person out."""
    person_named(nick).active = False


def _make_reports(world: World) -> None:
    wanted = [(party, stage) for party in PARTIES for stage in STAGES]
    cycle = _cycle("programmes-2026", wanted)
    cycles.move_cycle(SYSTEM, cycle.id, "open", seen=cycle.row_version, now=_now())
    rows = db.session.execute(select(Report.party_code, Report.subject, Report.id).where(Report.cycle_id == cycle.id))
    ids = {(party, stage): report_id for party, stage, report_id in rows}
    for party, stage in wanted:
        world.places[party, stage] = _make_place(party, stage, ids[party, stage])


def _cycle(slug: str, expected: list[tuple[str, str]]) -> Cycle:
    return cycles.plan_cycle(
        SYSTEM, slug=slug, titles={"en": slug}, questionnaire=EDITION[0], edition=EDITION[1], starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31), due_on=_now(days=200).date(), expected=expected, now=_now(),
    )  # fmt: skip


def _make_cycles(world: World) -> None:
    """A cycle in each state but archived, which no step leaves."""
    for slug, actions in (("planned", []), ("opened", ["open"]), ("closed", ["open", "close"])):
        cycle = _cycle(slug, [("KE", f"A programme of {slug}")])
        for action in actions:
            cycle = cycles.move_cycle(SYSTEM, cycle.id, action, seen=cycle.row_version, now=_now())
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
            now=_now(),
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
        SYSTEM, files, cycle_id=cycle.id, group="a11_measures", party_code=None, source="", now=_now()
    )
    importing.work_on(batch.id, now=_now())
    text = db.session.scalars(select(ImportText).where(ImportText.name == "asking.txt")).one()
    world.imports = {"batch": batch.id, "text": text.id, "version": text.row_version}


def _make_rechecks(world: World) -> None:
    """One that is under way and one that was stopped."""
    ada = person_named("ada")
    for slug, verb in (("programmes-2026", "stop"), ("reports-2020", "resume")):
        cycle = db.session.scalars(select(Cycle).where(Cycle.slug == slug)).one()
        for report_id in db.session.scalars(select(Report.id).where(Report.cycle_id == cycle.id, Report.origin == "imported")):
            findings.check_report(report_id, now=_now())  # as the worker does
        run = rules.set_rule(ada, cycle.id, "TEXT-04", setting="note", now=_now())
        assert run
        world.rechecks[verb] = run.id
    rules.steer(ada, world.rechecks["resume"], goes_on=False)


def _make_place(party: str, stage: str, report_id: int) -> Place:
    writer = person_named("carla" if party == "CL" else "pia")
    item_id, ended_id = write_whole(writer, report_id, party, stage)
    if stage != "draft":
        step(writer, report_id, "submit", signatory=SIGNATORY)
    if stage not in ("draft", "untaken"):
        _review(party, stage, report_id)
    if stage == "published":
        _settle(writer, report_id, party, stage)
    if stage == "revision":
        _save(writer, report_id, "results_and_lessons", {"worked_well": word(party, stage, "unsent")}, seen=1)
    _mark_as_carried(item_id)
    report = db.session.get_one(Report, report_id, populate_existing=True)
    spam = next(found for found in check(sheet_of(report)) if found.offer == "remove")
    link = db.session.scalars(select(ContributionLink).where(ContributionLink.report_id == report_id)).one()
    of_report = {model: select(model.id).where(model.report_id == report_id) for model in (FilledForm, Save, Point, Snapshot)}
    files = select(Attachment.id).where(Attachment.report_id == report_id)
    return Place(
        party=party, stage=stage, report_id=report_id, row_version=report.row_version, state=report.state, item_id=item_id,
        item_version=db.session.get_one(Item, UUID(item_id)).row_version, ended_id=ended_id,
        save_id=db.session.scalars(of_report[Save].where(Save.outcome == "refused")).one(),
        form_id=db.session.scalars(of_report[FilledForm]).one(), link_id=link.id,
        proposal_id=db.session.scalars(select(Proposal.id).where(Proposal.link_id == link.id)).one(),
        fingerprint=spam.fingerprint, receipts=len(db.session.scalars(of_report[Snapshot]).all()),
        point_id=db.session.scalars(of_report[Point]).first(), membership_id=_membership(LEAVER[party], party),
        file_id=db.session.scalars(files).one(),
    )  # fmt: skip


@atomic
def _mark_as_carried(item_id: str) -> None:
    """Only the mark; what a new report begins with is tested elsewhere."""
    db.session.get_one(Item, UUID(item_id)).fate = "continues"


def _membership(nick: str, party: str | None) -> int:
    found = select(Membership.id).where(Membership.person_id == person_named(nick).id)
    return db.session.scalars(found.where(Membership.party_code.is_not_distinct_from(party))).one()


def write_whole(writer: Person, report_id: int, party: str, stage: str) -> tuple[str, str]:
    """Every needed answer, and a reason for each error; an entry that stands and one that was taken out; a text that lost."""
    kind = "unsent" if stage == "draft" else "sent"
    words = {"word": word(party, stage, kind), "number": str(report_id)}
    for section, answers in ANSWERS.items():
        _save(writer, report_id, section, answers, words=words)
    pages = Found(f"{words['word']}.pdf", "pdf", f"%PDF-1.7 {words['word']}".encode())  # looked into elsewhere
    file = attachments.keep(writer, db.session.get_one(Report, report_id), pages, now=_now())
    _save(writer, report_id, "results_and_lessons", {"monitoring_files": [{"id": str(file.id), "caption": words["word"]}]})
    items = [add_item(writer, report_id, "indicators", now=_now()).id for _ in range(2)]
    for item_id in items:
        typed = [Typed(code, _filled(raw, words), 0, "en") for code, raw in INDICATOR.items()]
        save_answers(writer, report_id, typed, section="indicators_section", item_id=item_id, now=_now())
    end_item(writer, report_id, items[1], is_ended=True, now=_now())
    _save(writer, report_id, "identification", {"target_group": word(party, stage, "lost")}, seen=7)
    data = filled_workbook(report_id, word(party, stage, "lost"))
    filled_forms.take_in(writer, report_id, name="form.xlsx", data=data, now=_now())
    link = _ask_outside(writer, report_id)
    contribute(link, "target_group", word(party, stage, "lost"))
    contributions.send_contribution(link, writer="Lucía", organisation="Red", now=_now())
    contributions.credit(writer, report_id, link.id, is_credited=party == "PE")
    if stage != "draft":
        spam = [
            found
            for found in check(sheet_of(db.session.get_one(Report, report_id)))
            if found.severity == "error"
        ]
        for found in spam:
            findings.reply(writer, report_id, found.fingerprint, reason="It is meant.", now=_now())
    return str(items[0]), str(items[1])


def _ask_outside(writer: Person, report_id: int, section: str | None = "identification") -> ContributionLink:
    """A link to a section, or to the declaration, for whoever has it."""
    asked = contributions.Asked((section, None, None), "Red", None, "en", "", _now(days=100).date())
    return contributions.ask(writer, report_id, asked, now=_now())


def contribute(link: ContributionLink, question: str, raw: str) -> None:
    """One text by a link."""
    contributions.save_contribution(link, [Typed(question, raw, 0, "en")], now=_now())


@lru_cache  # a workbook carries the time it was made: the same form twice must be the same bytes
def filled_workbook(report_id: int, agency: str) -> bytes:
    """A form that came back and says another agency."""
    book, file = Workbook(), BytesIO()
    book.create_sheet("Answers").append(["responsible_agency", "", "", agency])
    hidden = book.create_sheet("_relata")
    for row in (["report", str(report_id)], ["language", "en"], ["responsible_agency", "1"]):
        hidden.append(row)
    book.save(file)
    return file.getvalue()


def _save(
    writer: Person,
    report_id: int,
    section: str,
    answers: Mapping[str, Any],
    *,
    seen: int = 0,
    words: Mapping[str, str] | None = None,
) -> None:
    typed = [Typed(code, _filled(raw, words or {}), seen, "en") for code, raw in answers.items()]
    save_answers(writer, report_id, typed, section=section, now=_now(hours=1))


def _filled(raw: Any, words: Mapping[str, str]) -> Any:
    return raw.format(**words) if words and isinstance(raw, str) else raw


def _review(party: str, stage: str, report_id: int) -> None:
    """rita takes the report, leaves a note and a point; from then on as far as the stage goes."""
    rita = person_named("rita")
    step(rita, report_id, "take")
    is_told = stage in ("revision", "published")
    at: dict[str, Any] = {"section": "budget", "question": "budget_executed", "now": _now()}
    reviews.add_comment(rita, report_id, text=word(party, stage, "note"), **at)
    text = word(party, stage, "point" if is_told else "hidden")
    reviews.add_point(rita, report_id, text=text, weight="should", **at)
    if stage != "taken":
        later = {"now": datetime.now(UTC) + timedelta(hours=1)} if stage == "recallable" else {}
        step(rita, report_id, "return", new_due_on=_now(days=300).date(), letter=text, **later)


def _settle(writer: Person, report_id: int, party: str, stage: str) -> None:
    step(writer, report_id, "resubmit", signatory=SIGNATORY, now=_now(hours=1))
    rita = person_named("rita")
    if not db.session.get_one(Report, report_id).is_taken:
        step(rita, report_id, "take")
    step(rita, report_id, "publish")


def step(actor: Actor, report_id: int, action: str, *, now: datetime | None = None, **extras: Any) -> None:
    seen = db.session.get_one(Report, report_id, populate_existing=True).row_version
    take_step(actor, report_id, action, seen=seen, now=now or _now(), **extras)


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
