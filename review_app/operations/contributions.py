"""Verbs of contributions: ask somebody by a link, save and send by it, and decide what of it goes into the report."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import func, select

from review_app.extensions import db
from review_app.models import ContributionLink, Person, Proposal, Report
from review_app.operations.answers import Outcome, Outcomes, Typed, add_item, refuse_while_recallable, save_answers
from review_app.operations.locks import held_report
from review_app.permissions import NotFound, require
from review_app.queries.answers import sheet_of_page
from review_app.queries.contributions import Offer, asking, entry_id, is_over, link_of, offer_of
from review_app.queries.reports import due_moment, questionnaire_of
from review_app.questionnaire import values
from review_app.questionnaire.language import Question
from review_app.questionnaire.sheets import Cell
from review_app.transaction import Stale, atomic, record
from workflows.engine import Blocked
from workflows.messages import Message

LONGEST_ANSWER = 40_000  # characters, ten times what questions ask for; nobody's link fills the database
MOST_TEXTS = 10_000  # texts a link may save, and entries it may begin
MOST_ENTRIES = 100


class LinkOver(Exception):
    """The link is expired or withdrawn, its report cannot be written now, or its entry was taken out."""


@dataclass(frozen=True)
class Asked:
    """What one receiver is asked for. `place`: section, question or None, entry or None; no section: the declaration."""

    place: tuple[str | None, str | None, UUID | None]
    name: str
    email: str | None
    language: str
    message: str
    until: date
    shows_answers: bool = False


@atomic
def ask(actor: Person, report_id: int, asked: Asked, *, now: datetime) -> ContributionLink:
    """Make a link, and mail it when there is an address. Raises Denied, NotFound, Blocked (the last day has passed)."""
    report = held_report(report_id, is_shared=True)
    section, question, item_id = asked.place
    require(actor, "report.ask", report)
    require(actor, "report.write", report, section=section)
    refuse_while_recallable(report, now=now)
    link = ContributionLink(
        report_id=report.id, section=section, question=question, item_id=item_id, name=asked.name, email=asked.email,
        language=asked.language, message=asked.message, shows_answers=asked.shows_answers, is_credited=False,
        expires_at=_end_of(report, asked.until, now), person_id=actor.id, created_at=now, writer="", organisation="",
    )  # fmt: skip
    link.report = report
    _check_place(link)
    db.session.add(link)
    db.session.flush()
    _note_asked(actor, link, asked.until, now=now)
    return link


def _note_asked(actor: Person, link: ContributionLink, until: date, *, now: datetime) -> None:
    fact = "declaration.asked" if link.is_declaration else "contribution.asked"
    params = {"section": link.section, "until": until.isoformat()}
    record(fact, actor=actor, now=now, report=link.report, link=link, params=params)


def _check_place(link: ContributionLink) -> None:
    """Raises NotFound when the questionnaire has no such place."""
    if link.section is None:
        return
    try:
        questionnaire = questionnaire_of(link.report)
        section = questionnaire.section(link.section)
        if link.question and link.question not in {question.code for question in section.questions}:
            raise NotFound
        found = asking(link)
        if found.item and questionnaire.section_of(found.item.group) != section:
            raise NotFound
    except KeyError:
        raise NotFound from None


def _end_of(report: Report, until: date, now: datetime) -> datetime:
    end = due_moment(until, report.due_zone)
    if end <= now:
        raise Blocked((Message("The last day of the link has passed. Choose a later one."),))
    return end


@atomic
def send_again(actor: Person, report_id: int, link_id: int, *, until: date, now: datetime) -> ContributionLink:
    """Give a link a new last day, open it again if its answer came, and mail it again. Raises Denied, NotFound, Blocked."""
    report, link = _held(actor, report_id, link_id)
    require(actor, "report.write", report, section=link.section)
    refuse_while_recallable(report, now=now)
    if link.withdrawn_at:
        raise Blocked((Message("This link was withdrawn for good. Make a new one."),))
    link.expires_at, link.answered_at, link.declared_sha256 = _end_of(report, until, now), None, None
    _note_asked(actor, link, until, now=now)
    return link


@atomic
def withdraw(actor: Person, report_id: int, link_id: int, *, now: datetime) -> None:
    """End a link for good. What was sent by it stays. Raises Denied, NotFound."""
    report, link = _held(actor, report_id, link_id)
    if link.withdrawn_at is None:
        link.withdrawn_at = now
        record("contribution.withdrawn", actor=actor, now=now, report=report, link=link)


@atomic
def credit(actor: Person, report_id: int, link_id: int, *, is_credited: bool) -> None:
    """Whether the published report names the writer. Raises Denied, NotFound."""
    _, link = _held(actor, report_id, link_id)
    link.is_credited = is_credited


def _held(actor: Person, report_id: int, link_id: int) -> tuple[Report, ContributionLink]:
    report = held_report(report_id, is_shared=True)
    require(actor, "report.ask", report)
    return report, _lock(link_of(report, link_id))


def _lock(link: ContributionLink) -> ContributionLink:
    db.session.refresh(link, with_for_update={"of": ContributionLink})
    return link


# By the receiver.


@atomic
def note_opened(link: ContributionLink, *, now: datetime) -> None:
    """Its page was looked at for the first time."""
    link.opened_at = link.opened_at or now


@atomic
def save_contribution(
    link: ContributionLink, typed: Sequence[Typed], *, now: datetime, group: str | None = None, entry: int | None = None
) -> list[Outcome]:
    """Save each text on its own. A conflict is not saved: the page still has it. Raises LinkOver, NotFound, Blocked (too long).

    With `group` and `entry` the texts are those of that new entry.
    """
    hold_open(link, now)
    found = asking(link)
    asked = found.group(group).questions if group else found.questions
    if entry is not None and not 0 < entry <= min(found.next_number, MOST_ENTRIES):
        raise NotFound
    by_code, place = {question.code: question for question in asked}, entry_id(entry) if entry else link.item_id
    if not by_code.keys() >= {line.question for line in typed}:
        raise NotFound
    known = next((item.group for item in found.sheet.items if entry and item.id == place), group)
    if known != group:
        raise NotFound
    outcomes = [_judge(link, by_code[line.question], line, found.sheet.cell(line.question, place), entry) for line in typed]
    saved = [outcome for outcome in outcomes if outcome.result == "saved" and outcome.cell]
    _limit(link, saved)
    db.session.add_all(
        Proposal(
            link_id=link.id, group=group, entry=entry, question=outcome.question, version=outcome.cell.row_version,
            value=outcome.cell.value, lang=outcome.cell.lang, created_at=now,
        )
        for outcome in saved if outcome.cell
    )  # fmt: skip
    link.opened_at = link.opened_at or now
    return outcomes


def hold_open(link: ContributionLink, now: datetime) -> Report:
    """Its report, held so that no answer of it changes until the commit. Raises LinkOver. Called inside an operation."""
    report = held_report(link.report_id, is_shared=True)
    _lock(link)
    if link.answered_at or is_over(link, now):
        raise LinkOver
    return report


def _judge(link: ContributionLink, question: Question, line: Typed, stands: Cell | None, entry: int | None) -> Outcome:
    lang = line.lang if question.has_language else None
    value = values.read(question, line.raw, line.lang or "en")
    version = stands.row_version if stands else 0
    is_same = stands.value["raw"] == value["raw"] if stands else values.is_blank(value)
    if is_same and (not line.is_relabelled or values.is_blank(value) or (stands and stands.lang == lang)):
        return Outcome(question.code, "unchanged", stands)
    if version == line.seen:
        return Outcome(question.code, "saved", Cell(value, lang, version + 1))
    shown = _text_at(link, entry, question.code, line.seen)
    is_untouched = shown["raw"] == value["raw"] if shown else values.is_blank(value)
    return Outcome(question.code, "unchanged" if is_untouched else "conflict", stands)


def _text_at(link: ContributionLink, entry: int | None, question: str, version: int) -> dict[str, Any] | None:
    return db.session.scalar(select(Proposal.value).where(
        Proposal.link_id == link.id, Proposal.entry == entry,
        Proposal.question == question, Proposal.version == version,
    ))  # fmt: skip


def _limit(link: ContributionLink, saved: Sequence[Outcome]) -> None:
    """Raises Blocked."""
    longest = max((len(json.dumps(outcome.cell.value["raw"], ensure_ascii=False)) for outcome in saved if outcome.cell), default=0)
    if longest > LONGEST_ANSWER:
        most = {"most": LONGEST_ANSWER}
        raise Blocked((Message("An answer is longer than %(most)s characters. Shorten it, then save again.", most),))
    count = db.session.scalar(select(func.count()).where(Proposal.link_id == link.id)) or 0
    if count + len(saved) > MOST_TEXTS:
        raise Blocked((Message("This link has been saved too often. Write to the person who sent it to you."),))


@atomic
def send_contribution(link: ContributionLink, *, writer: str, organisation: str, now: datetime) -> None:
    """Hand what was saved over to the team; nothing more can be written. Raises LinkOver, Blocked (nothing is written)."""
    report = hold_open(link, now)
    if asking(link).is_empty:
        raise Blocked((Message("Nothing is written yet. Write at least one answer, then send it."),))
    link.writer, link.organisation = writer, organisation
    link.opened_at, link.answered_at = link.opened_at or now, now
    record("contribution.received", actor=link, now=now, report=report, link=link, params={"section": link.section})


# By the team.


@atomic
def accept(actor: Person, report_id: int, proposal_id: int, *, seen: int, now: datetime) -> None:
    """Put a text in the place of what stands, or a new entry into its group, with the writer's name in the history.

    Raises Denied, NotFound (decided before), Stale (the answer changed since row version `seen`).
    """
    report = held_report(report_id)
    offer = offer_of(report, proposal_id)
    if offer.group:
        item_id: UUID | None = add_item(actor, report_id, offer.group, now=now).id
        db.session.flush()
    else:
        item_id = offer.link.item_id
        stands = sheet_of_page(report, item_id=item_id).cell(offer.question, item_id)
        if (stands.row_version if stands else 0) != seen:
            raise Stale
    stood = 0 if offer.group else seen
    typed = [Typed(one.question, one.value["raw"], stood, one.lang, True, proposal_id=one.id) for one in offer.texts]
    save_answers(actor, report_id, typed, section=offer.section, item_id=item_id, now=now)
    _decide(actor, report, offer, "accepted", now=now)


@atomic
def merge(actor: Person, report_id: int, proposal_id: int, line: Typed, *, now: datetime) -> Outcomes:
    """Save a text made of both. If the answer changed meanwhile the text is kept, and the contribution still waits.

    Raises Denied, NotFound (also for a whole entry, which is taken as it is).
    """
    report = held_report(report_id)
    offer = offer_of(report, proposal_id)
    if offer.group or line.question != offer.question:
        raise NotFound
    section, item_id = offer.section, offer.link.item_id
    outcomes = save_answers(actor, report_id, [line], section=section, item_id=item_id, now=now)
    if outcomes[0].result != "conflict":
        _decide(actor, report, offer, "merged", now=now)
    return outcomes


@atomic
def decline(actor: Person, report_id: int, proposal_id: int, *, reason: str, now: datetime) -> None:
    """Do without a text; its writer sees the reason. Raises Denied, NotFound."""
    report = held_report(report_id)
    offer = offer_of(report, proposal_id)
    require(actor, "report.write", report, section=offer.section)
    refuse_while_recallable(report, now=now)
    _decide(actor, report, offer, "declined", now=now, reason=reason)


def _decide(
    actor: Person, report: Report, offer: Offer, outcome: Literal["accepted", "merged", "declined"], *, now: datetime,
    reason: str = "",
) -> None:  # fmt: skip
    for one in offer.texts:
        one.outcome, one.reason, one.decided_by, one.decided_at = outcome, reason, actor.id, now
    place = offer.group or offer.question
    record(
        "contribution.decided", actor=actor, now=now, report=report, link=offer.link,
        params={"outcome": outcome, "proposal": offer.id, "question": place, "reason": reason},
    )  # fmt: skip
