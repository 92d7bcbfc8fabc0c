"""Reads of contributions: what a link asks, what it has written so far, and what waits for the team's decision."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import contains_eager, joinedload

from review_app.extensions import db
from review_app.models import ContributionLink, FindingReply, Item, Proposal, Report
from review_app.permissions import NotFound, can
from review_app.queries.answers import sheet_of_page
from review_app.queries.reports import questionnaire_of
from review_app.questionnaire import values
from review_app.questionnaire.language import Question, Section
from review_app.questionnaire.sheets import Cell, Sheet, SheetItem

Place = tuple[int | None, str]
"""Number of a new entry, or None, and the code of a question."""


def entry_id(number: int) -> UUID:
    """What the sheet of a link calls its new entry."""
    return UUID(int=number)


@dataclass(frozen=True)
class Asking:
    """What a link asks: plain questions (those of its entry, if it names one) and groups to add entries to.

    `sheet` holds what its writer has saved. `existing` holds what the team has at these places, if they chose to show it.
    """

    link: ContributionLink
    section: Section
    item: SheetItem | None
    title: str
    questions: tuple[Question, ...]
    groups: tuple[Question, ...]
    sheet: Sheet
    existing: Sheet | None

    @property
    def item_id(self) -> UUID | None:
        return self.item.id if self.item else None

    @property
    def has_files(self) -> bool:
        """Whether files are asked for at this place too."""
        every = self.sheet.group_of(self.item).questions if self.item else self.section.questions
        return self.link.question is None and any(question.type == "file" for question in every)

    def shown(self) -> tuple[Question, ...]:
        """The plain questions that are asked now. A condition on what this link cannot see hides nothing."""
        return self._open(self.questions, self.sheet.values(self.item_id))

    def shown_in(self, entry: SheetItem) -> tuple[Question, ...]:
        """The questions of one new entry that are asked now."""
        return self._open(self.sheet.group_of(entry).questions, self.sheet.values(entry.id))

    def _open(self, questions: tuple[Question, ...], given: object) -> tuple[Question, ...]:
        named = {question.code for question in questions}
        return tuple(
            q for q in _worded(questions)
            if q.when is None or not named.issuperset(q.when.questions()) or q.is_asked(given)  # type: ignore[arg-type]
        )

    def group(self, code: str) -> Question:
        """Raises NotFound for a group the link does not ask for."""
        found = next((group for group in self.groups if group.code == code), None)
        if found is None:
            raise NotFound
        return found

    def at_entry(self, group: str, number: int) -> tuple["Asking", SheetItem]:
        """This with one of its new entries, which may be the next one. Raises NotFound."""
        found = next((one for one in self.sheet.items if one.id == entry_id(number)), None)
        if self.group(group).code != (found.group if found else group) or not 0 < number <= self.next_number:
            raise NotFound
        if found:
            return self, found
        place = SheetItem(entry_id(number), group, number)
        return replace(self, sheet=Sheet(self.sheet.questionnaire, self.sheet.answers, [*self.sheet.items, place])), place

    def entries(self, group: str) -> tuple[SheetItem, ...]:
        """The new entries of a group in which something is written."""
        return self.sheet.items_of(group)

    @property
    def next_number(self) -> int:
        return max((entry.position for entry in self.sheet.items if entry.id != self.item_id), default=0) + 1

    @property
    def is_empty(self) -> bool:
        return all(values.is_blank(cell.value) for cell in self.sheet.answers.values())


def _worded(questions: Iterable[Question]) -> Iterator[Question]:
    """All but files, which only people with an account send."""
    return (question for question in questions if question.type != "file")


def asking(link: ContributionLink) -> Asking:
    """What a link asks and holds. Raises NotFound when its question or entry is no more."""
    report = link.report
    questionnaire = questionnaire_of(report)
    if link.section is None:
        raise NotFound
    section = questionnaire.section(link.section)
    sheet = sheet_of_page(report, item_id=link.item_id) if link.item_id else None
    entry = _entry(sheet, link.item_id) if sheet and link.item_id else None
    asked = questionnaire.question(entry.group).questions if entry else section.questions
    asked = tuple(q for q in _worded(asked) if link.question in (None, q.code))
    groups = tuple(question for question in asked if question.is_group)
    existing = (sheet or sheet_of_page(report, groups=groups)) if link.shows_answers else None
    return Asking(
        link, section, entry, sheet.title(entry) if sheet and entry else "",
        tuple(question for question in asked if not question.is_group), groups, _written(link, entry), existing,
    )  # fmt: skip


def _entry(sheet: Sheet, item_id: UUID) -> SheetItem:
    try:
        return sheet.item(item_id)
    except KeyError:
        raise NotFound from None


def _written(link: ContributionLink, item: SheetItem | None) -> Sheet:
    cells: dict[tuple[UUID | None, str], Cell] = {}
    items = {item.id: item} if item else {}
    for one in standing(link):
        place = entry_id(one.entry) if one.entry else link.item_id
        cells[place, one.question] = Cell(one.value, one.lang, one.version)
        if one.entry and one.group and not values.is_blank(one.value):
            items[entry_id(one.entry)] = SheetItem(entry_id(one.entry), one.group, one.entry)
    return Sheet(questionnaire_of(link.report), cells, list(items.values()))


def standing(link: ContributionLink) -> Sequence[Proposal]:
    """The last text of every place a link has written at, entry by entry."""
    of_link = select(Proposal).where(Proposal.link_id == link.id)
    newest = of_link.ext(distinct_on(Proposal.entry, Proposal.question)).order_by(
        Proposal.entry, Proposal.question, Proposal.version.desc()
    )
    return db.session.scalars(newest).all()


def is_over(link: ContributionLink, now: datetime) -> bool:
    """Whether nothing can be written by it any more, or not at present."""
    report = link.report
    action = "declaration.make" if link.is_declaration else "contribution.write"
    return now >= link.expires_at or report.is_recallable(now) or not can(link, action, report)


def state_of(link: ContributionLink, now: datetime) -> str:
    """`withdrawn`, `answered`, `expired`, `opened` or `sent`: the first that is true."""
    if link.withdrawn_at:
        return "withdrawn"
    if link.answered_at:
        return "answered"
    if now >= link.expires_at:
        return "expired"
    return "opened" if link.opened_at else "sent"


def link_of(report: Report, link_id: int) -> ContributionLink:
    """One link of this report. Raises NotFound."""
    found = db.session.scalar(
        select(ContributionLink).where(ContributionLink.id == link_id, ContributionLink.report_id == report.id)
    )
    if found is None:
        raise NotFound
    return found


def links_of(report: Report) -> Sequence[ContributionLink]:
    """Every link of a report, newest first."""
    mine = select(ContributionLink).where(ContributionLink.report_id == report.id).order_by(ContributionLink.id.desc())
    return db.session.scalars(mine.options(joinedload(ContributionLink.asked_by))).all()


@dataclass(frozen=True)
class Offer:
    """What waits for a decision: one text for a place of the report, or a whole new entry (`group`), its texts together."""

    link: ContributionLink
    texts: tuple[Proposal, ...]

    @property
    def id(self) -> int:
        return self.texts[0].id

    @property
    def section(self) -> str:
        return self.link.section or ""  # a link that asks for the declaration brings no texts

    @property
    def group(self) -> str | None:
        return self.texts[0].group

    @property
    def question(self) -> str:
        return self.texts[0].question


_NEWEST = (
    select(func.max(Proposal.id)).join(ContributionLink)
    .where(ContributionLink.report_id == bindparam("report_id"), ContributionLink.answered_at.is_not(None))
    .group_by(Proposal.link_id, Proposal.entry, Proposal.question)
)  # fmt: skip
_OFFERED = (
    select(Proposal).join(Proposal.link).options(contains_eager(Proposal.link))
    .outerjoin(Item, Item.id == ContributionLink.item_id)
    .where(Proposal.id.in_(_NEWEST), Proposal.outcome.is_(None), Item.ended_at.is_(None))
    .order_by(Proposal.link_id, Proposal.entry, Proposal.id)
)  # fmt: skip


def offers(report: Report, *, section: str | None = None) -> list[Offer]:
    """What was sent for a report, or one section of it, and waits for a decision. One query.

    A text for an entry that was taken out waits until the entry is back.
    """
    query = _OFFERED if section is None else _OFFERED.where(ContributionLink.section == section)
    found: dict[tuple[int, int | None, str], list[Proposal]] = {}
    for one in db.session.scalars(query, {"report_id": report.id}):
        if not values.is_blank(one.value):
            found.setdefault((one.link_id, one.entry, "" if one.entry else one.question), []).append(one)
    return [Offer(texts[0].link, tuple(texts)) for texts in found.values()]


def offer_of(report: Report, proposal_id: int) -> Offer:
    """The offer that begins with this text and still waits. Raises NotFound."""
    found = next((offer for offer in offers(report) if proposal_id in {one.id for one in offer.texts}), None)
    if found is None:
        raise NotFound
    return found


def titles_of(sheet: Sheet, found: Sequence[Offer]) -> dict[int, str]:
    """What each offered entry calls itself, by the offer's id."""
    titles = {}
    for offer in found:
        if offer.group:
            code = sheet.questionnaire.question(offer.group).title_code
            said = next((one.value.get("value") for one in offer.texts if one.question == code), None)
            titles[offer.id] = said if isinstance(said, str) else ""
    return titles


def decided_by(link: ContributionLink) -> dict[Place, Proposal]:
    """What became of the texts that were decided on, by place."""
    return {(one.entry, one.question): one for one in standing(link) if one.outcome}


def answered_and_credited(report: Report) -> tuple[list[str], list[dict[str, str]]]:
    """Fingerprints of the findings that were answered, and whom the team names in public. One query.

    Named are writers whom it ticked and of whose texts it took any.
    """
    taken = select(Proposal.link_id).where(Proposal.outcome.in_(("accepted", "merged")))
    answered = select(literal("answered"), FindingReply.fingerprint, literal("")).where(FindingReply.report_id == report.id)
    credited = (
        select(literal("credited"), ContributionLink.organisation, ContributionLink.writer)
        .where(ContributionLink.report_id == report.id, ContributionLink.is_credited, ContributionLink.id.in_(taken))
        .distinct()
    )
    rows = sorted(tuple(row) for row in db.session.execute(union_all(answered, credited)))
    return (
        [fingerprint for kind, fingerprint, _ in rows if kind == "answered"],
        [{"name": name, "organisation": organisation} for kind, organisation, name in rows if kind == "credited"],
    )
