"""One report of the world at one stage, with one of each thing inside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from typing import Any
from uuid import UUID

from openpyxl import Workbook
from sqlalchemy import select

from review_app.checks.engine import check
from review_app.extensions import db
from review_app.models import (
    Attachment,
    ContributionLink,
    FilledForm,
    Item,
    Membership,
    Person,
    Point,
    Proposal,
    Report,
    Save,
    Snapshot,
)
from review_app.operations import attachments, contributions, filled_forms, findings, reviews
from review_app.operations.answers import Typed, add_item, end_item, save_answers
from review_app.operations.steps import take_step
from review_app.permissions import Actor
from review_app.queries.answers import sheet_of
from review_app.readers.attachments import Found
from review_app.transaction import atomic
from tests.people import SIGNATORY, person_named

LEAVER: Mapping[str, str] = {"CL": "caspar", "PE": "alba"}
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


def word(party: str, stage: str, kind: str) -> str:
    """A word that stands at one place of the world and nowhere else. The last part says who may read it."""
    return f"canary-{party}-{stage}-{kind}".lower()


def back_then(**later: float) -> datetime:
    """When things happen in the world: two days ago, so that a return can no longer be recalled; or so much later."""
    return datetime.now(UTC) - timedelta(days=2) + timedelta(**later)


def make_place(party: str, stage: str, report_id: int) -> Place:
    """A started report, brought as far as its stage by the people of tests/world.py."""
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
        point_id=db.session.scalars(of_report[Point]).first(), membership_id=membership_of(LEAVER[party], party),
        file_id=db.session.scalars(files).one(),
    )  # fmt: skip


@atomic
def _mark_as_carried(item_id: str) -> None:
    """Only the mark; what a new report begins with is tested elsewhere."""
    db.session.get_one(Item, UUID(item_id)).fate = "continues"


def membership_of(nick: str, party: str | None) -> int:
    """The id of what somebody is for a party, or for the secretariat."""
    found = select(Membership.id).where(Membership.person_id == person_named(nick).id)
    return db.session.scalars(found.where(Membership.party_code.is_not_distinct_from(party))).one()


def write_whole(writer: Person, report_id: int, party: str, stage: str) -> tuple[str, str]:
    """Every needed answer, and a reason for each error; an entry that stands and one that was taken out; a text that lost."""
    kind = "unsent" if stage == "draft" else "sent"
    words = {"word": word(party, stage, kind), "number": str(report_id)}
    for section, answers in ANSWERS.items():
        _save(writer, report_id, section, answers, words=words)
    pages = Found(f"{words['word']}.pdf", "pdf", f"%PDF-1.7 {words['word']}".encode())  # looked into elsewhere
    file = attachments.keep(writer, db.session.get_one(Report, report_id), pages, now=back_then())
    _save(writer, report_id, "results_and_lessons", {"monitoring_files": [{"id": str(file.id), "caption": words["word"]}]})
    items = [add_item(writer, report_id, "indicators", now=back_then()).id for _ in range(2)]
    for item_id in items:
        typed = [Typed(code, _filled(raw, words), 0, "en") for code, raw in INDICATOR.items()]
        save_answers(writer, report_id, typed, section="indicators_section", item_id=item_id, now=back_then())
    end_item(writer, report_id, items[1], is_ended=True, now=back_then())
    _save(writer, report_id, "identification", {"target_group": word(party, stage, "lost")}, seen=7)
    data = filled_workbook(report_id, word(party, stage, "lost"))
    filled_forms.take_in(writer, report_id, name="form.xlsx", data=data, now=back_then())
    link = ask_outside(writer, report_id)
    contribute(link, "target_group", word(party, stage, "lost"))
    contributions.send_contribution(link, writer="Lucía", organisation="Red", now=back_then())
    contributions.credit(writer, report_id, link.id, is_credited=party == "PE")
    if stage != "draft":
        spam = [
            found
            for found in check(sheet_of(db.session.get_one(Report, report_id)))
            if found.severity == "error"
        ]
        for found in spam:
            findings.reply(writer, report_id, found.fingerprint, reason="It is meant.", now=back_then())
    return str(items[0]), str(items[1])


def ask_outside(writer: Person, report_id: int, section: str | None = "identification") -> ContributionLink:
    """A link to a section, or to the declaration, for whoever has it."""
    asked = contributions.Asked((section, None, None), "Red", None, "en", "", back_then(days=100).date())
    return contributions.ask(writer, report_id, asked, now=back_then())


def contribute(link: ContributionLink, question: str, raw: str) -> None:
    """One text by a link."""
    contributions.save_contribution(link, [Typed(question, raw, 0, "en")], now=back_then())


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
    save_answers(writer, report_id, typed, section=section, now=back_then(hours=1))


def _filled(raw: Any, words: Mapping[str, str]) -> Any:
    return raw.format(**words) if words and isinstance(raw, str) else raw


def _review(party: str, stage: str, report_id: int) -> None:
    """rita takes the report, leaves a note and a point; from then on as far as the stage goes."""
    rita = person_named("rita")
    step(rita, report_id, "take")
    is_told = stage in ("revision", "published")
    at: dict[str, Any] = {"section": "budget", "question": "budget_executed", "now": back_then()}
    reviews.add_comment(rita, report_id, text=word(party, stage, "note"), **at)
    text = word(party, stage, "point" if is_told else "hidden")
    reviews.add_point(rita, report_id, text=text, weight="should", **at)
    if stage != "taken":
        later = {"now": datetime.now(UTC) + timedelta(hours=1)} if stage == "recallable" else {}
        step(rita, report_id, "return", new_due_on=back_then(days=300).date(), letter=text, **later)


def _settle(writer: Person, report_id: int, party: str, stage: str) -> None:
    step(writer, report_id, "resubmit", signatory=SIGNATORY, now=back_then(hours=1))
    rita = person_named("rita")
    if not db.session.get_one(Report, report_id).is_taken:
        step(rita, report_id, "take")
    step(rita, report_id, "publish")


def step(actor: Actor, report_id: int, action: str, *, now: datetime | None = None, **extras: Any) -> None:
    """One step on the report as it stands."""
    seen = db.session.get_one(Report, report_id, populate_existing=True).row_version
    take_step(actor, report_id, action, seen=seen, now=now or back_then(), **extras)
