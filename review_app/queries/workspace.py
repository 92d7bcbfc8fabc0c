"""One report as its reviewer sees it: the answers as submitted, what changed since the round before, and all that was said."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import defer

from review_app.checks.found import Found
from review_app.extensions import db
from review_app.models import Comment, FindingReply, Person, Point, Report, Snapshot
from review_app.queries.answers import (
    comments_of,
    points_of,
    replies_of,
    sheet_for_review,
    sheet_of_content,
)
from review_app.queries.changes import Change, Place, as_words, differing
from review_app.queries.checking import findings_of, is_recheck_due
from review_app.questionnaire.language import Question, Questionnaire, Section
from review_app.questionnaire.sheets import Cell, Sheet, SheetItem


@dataclass(frozen=True)
class Block:
    """A place of a section (the section itself, an item, or a question) with all that stands there.

    What was said about questions that are no longer asked stands with the section itself.
    """

    section: str
    anchor: str
    item_id: UUID | None
    item_title: str
    item_lang: str | None
    question: Question | None
    cell: Cell | None
    change: Change | None
    comments: tuple[Comment, ...]
    points: tuple[Point, ...]
    findings: tuple[Found, ...]

    @property
    def is_item(self) -> bool:
        return self.item_id is not None and self.question is None


@dataclass(frozen=True)
class SectionMarks:
    """What there is to look at in one section."""

    section: Section
    comments: int
    drafted: int
    returned: int
    errors: int
    remarks: int
    changes: int


@dataclass(frozen=True)
class Workspace:
    """All that a reviewer reads about one report.

    `changes` is empty in the first round. `gone`: group code -> titles of the entries taken out since the round before.
    `is_being_checked`: rules changed, and the worker has not yet been here.
    """

    report: Report
    questionnaire: Questionnaire
    sheet: Sheet
    comments: tuple[Comment, ...]
    points: tuple[Point, ...]
    findings: tuple[Found, ...]
    replies: Mapping[str, FindingReply]
    names: Mapping[int, str]
    snapshots: tuple[Snapshot, ...]
    changes: Mapping[Place, Change]
    gone: Mapping[str, tuple[str, ...]]
    is_being_checked: bool

    @property
    def drafted(self) -> list[Point]:
        """Points that leave with the next return."""
        return [point for point in self.points if point.returned_at is None]

    @property
    def last_returned(self) -> list[Point]:
        """Points of the last return."""
        last = max((point.returned_at for point in self.points if point.returned_at), default=None)
        return [point for point in self.points if last and point.returned_at == last]

    @property
    def round_comments(self) -> list[Comment]:
        """Internal comments of the present round."""
        return [comment for comment in self.comments if comment.round == self.report.round]

    def marks(self) -> list[SectionMarks]:
        """Every section with its counts, in the questionnaire's order."""
        comments = Counter(one.section for one in self.comments)
        points = Counter((one.section, one.returned_at is None) for one in self.points)
        findings = Counter((one.section, one.severity == "error") for one in self._open_findings())
        changes = Counter(self._section_of(place) for place in self.changes)
        return [
            SectionMarks(
                section, comments[code], points[code, True], points[code, False], findings[code, True], findings[code, False],
                changes[code],
            )
            for section, code in ((section, section.code) for section in self.questionnaire.sections)
        ]

    def _open_findings(self) -> list[Found]:
        return [one for one in self.findings if one.fingerprint not in self.replies]

    def _section_of(self, place: Place) -> str:
        item_id, code = place
        return self.questionnaire.section_of(self.sheet.item(item_id).group if item_id else code).code

    def place_name(self, item_id: UUID | None, code: str | None, *, language: str) -> str:
        """Entry title and question label of a place, joined; empty for a whole section or a place that is gone."""
        item = next((item for item in self.sheet.items if item.id == item_id), None)
        if item_id and not item:
            return ""
        words = [self.sheet.title(item)] if item else []
        if code:
            words.append(self.questionnaire.find(code, item.group if item else None).label.within(language))
        return " › ".join(word for word in words if word)

    def blocks(self, section: Section) -> list[Block]:
        """Every place of a section in order: itself, its questions, its items and their questions."""
        blocks = list(self._blocks(section))
        known = {(block.item_id, block.question.code if block.question else None) for block in blocks}
        whole = replace(
            blocks[0],
            comments=blocks[0].comments + _loose(self.comments, section, known),
            points=blocks[0].points + _loose(self.points, section, known),
            findings=blocks[0].findings + _loose(self.findings, section, known),
        )
        return [whole, *blocks[1:]]

    def _blocks(self, section: Section) -> Iterator[Block]:
        yield self._block(section, None, None)
        asked = {question.code for question in self.sheet.asked(section.code)}
        for question in section.questions:
            if question.is_group:
                for item in self.sheet.items_of(question.code):
                    yield self._block(section, item, None)
                    for inner in self.sheet.asked_in(item):
                        yield self._block(section, item, inner)
            elif question.code in asked or (None, question.code) in self.changes:
                yield self._block(section, None, question)

    def _block(self, section: Section, item: SheetItem | None, question: Question | None) -> Block:
        item_id, code = item.id if item else None, question.code if question else None
        place = (section.code, item_id, code)
        return Block(
            section=section.code,
            anchor=anchor_of(item_id, code),
            item_id=item_id,
            item_title=self.sheet.title(item) if item else "",
            item_lang=self.sheet.title_lang(item) if item else None,
            question=question,
            cell=self.sheet.cell(code, item_id) if code else None,
            change=self.changes.get((item_id, code)) if code else None,
            comments=tuple(one for one in self.comments if (one.section, one.item_id, one.question) == place),
            points=tuple(one for one in self.points if (one.section, one.item_id, one.question) == place),
            findings=tuple(one for one in self.findings if (one.section, one.item_id, one.question) == place),
        )


def anchor_of(item_id: UUID | None, question: str | None) -> str:
    """Where a place stands on the reviewer's page of its section."""
    return "-".join(("at", *((item_id.hex,) if item_id else ()), question or "whole"))


Said = TypeVar("Said", Comment, Point, Found)


def _loose(said: Sequence[Said], section: Section, known: Collection[tuple[UUID | None, str | None]]) -> tuple[Said, ...]:
    """What was said in a section about places that are not in it any more."""
    return tuple(one for one in said if one.section == section.code and (one.item_id, one.question) not in known)


def workspace(report: Report, *, language: str) -> Workspace:
    """Everything about one report, in a number of queries that does not depend on how much there is."""
    sheet = sheet_for_review(report)
    comments, points, findings = comments_of(report), points_of(report), findings_of(report, sheet)
    before = _sheet_before(report, sheet.questionnaire)
    return Workspace(
        report=report,
        questionnaire=sheet.questionnaire,
        sheet=sheet,
        comments=tuple(comments),
        points=tuple(points),
        findings=tuple(findings),
        replies=replies_of(report),
        names=_names(points),
        snapshots=tuple(_snapshots(report)),
        changes=changes_between(before, sheet, language=language) if before else {},
        gone=_gone(before, sheet) if before else {},
        is_being_checked=is_recheck_due(report),
    )


def _sheet_before(report: Report, questionnaire: Questionnaire) -> Sheet | None:
    """The submission of the round before, if there was one."""
    content = db.session.scalar(
        select(Snapshot.content)
        .where(Snapshot.report_id == report.id, Snapshot.round < report.round)
        .order_by(Snapshot.number.desc())
        .limit(1)
    )
    return sheet_of_content(questionnaire, json.loads(content)) if content else None


def _snapshots(report: Report) -> Sequence[Snapshot]:
    statement = select(Snapshot).where(Snapshot.report_id == report.id).options(defer(Snapshot.content)).order_by(Snapshot.number)
    return db.session.scalars(statement).all()


def _names(points: Sequence[Point]) -> dict[int, str]:
    ids = {point.person_id for point in points} | {point.replied_by_id for point in points if point.replied_by_id}
    return dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all())


def _gone(before: Sheet, after: Sheet) -> dict[str, tuple[str, ...]]:
    """Group code -> titles of the entries that the submission before had and this one has not."""
    kept = {item.id for item in after.items}
    return {
        group.code: tuple(before.title(item) for item in before.items_of(group.code) if item.id not in kept)
        for _, group in before.questionnaire.groups()
    }


def changes_between(before: Sheet, after: Sheet, *, language: str) -> dict[Place, Change]:
    """Every answer that differs as words between two submissions. A question that is not asked has no words."""
    places: list[tuple[UUID | None, Question, bool]] = []
    for section in after.questionnaire.sections:
        asked = {question.code for question in after.asked(section.code)}
        places.extend((None, question, question.code in asked) for question in section.plain_questions)
    for item in after.items:
        places.extend((item.id, question, True) for question in after.asked_in(item))
    found: dict[Place, Change] = {}
    for item_id, question, is_asked in places:
        old = _typed(before, question, item_id, language)
        new = _typed(after, question, item_id, language) if is_asked else ""
        if old != new:
            found[item_id, question.code] = Change(old, new, differing(old, new))
    return found


def _typed(sheet: Sheet, question: Question, item_id: UUID | None, language: str) -> str:
    cell = sheet.cell(question.code, item_id)
    return as_words(question, cell.value if cell else None, language=language)
