"""Reads of what is written: sheets, history, points and findings of one report."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, String, and_, any_, false, func, literal, or_, select, true

from review_app.extensions import db
from review_app.models import (
    Answer,
    Comment,
    ContributionLink,
    FindingReply,
    Item,
    Person,
    Point,
    Proposal,
    Report,
    Save,
)
from review_app.queries.reports import latest_snapshot, questionnaire_of
from review_app.questionnaire.language import Question, Questionnaire
from review_app.questionnaire.sheets import Cell, Sheet, SheetItem

Places = frozenset[tuple[UUID | None, str]]
"""Items (None: the report itself), each with a question or group."""
_ANSWERS = select(Answer.item_id, Answer.question, Answer.value, Answer.lang, Answer.row_version, Answer.origin == "carried")
_ITEM = (Item.id, Item.group, Item.position, func.coalesce(Item.fate == "open", false()))  # as SheetItem has them
_ITEMS = select(*_ITEM).where(Item.ended_at.is_(None))


def sheet_of(report: Report) -> Sheet:
    """The present answers and items of a report. Two queries."""
    return written(report)[0]


def written(report: Report) -> tuple[Sheet, Places]:
    """The sheet, and the places of it that changed since the checks looked. Two queries."""
    return all_written([report])[report.id]


def all_written(reports: Sequence[Report]) -> dict[int, tuple[Sheet, Places]]:
    """The same of each report, by its id. Two queries."""
    ids = [report.id for report in reports]
    items, answers = defaultdict[int, list[Any]](list), defaultdict[int, list[Any]](list)
    for report_id, *item in db.session.execute(
        select(Item.report_id, Item.ended_at.is_not(None), Item.checked_version < Item.row_version, *_ITEM)
        .where(Item.report_id.in_(ids))
        .order_by(Item.position, Item.created_at)
    ):
        items[report_id].append(item)
    for report_id, *answer in db.session.execute(
        select(
            Answer.report_id, Answer.item_id, Answer.question, Answer.checked_version < Answer.row_version,
            Answer.value, Answer.lang, Answer.row_version, Answer.origin == "carried", Answer.origin == "imported",
        ).where(Answer.report_id.in_(ids))
    ):  # fmt: skip
        answers[report_id].append(answer)
    return {report.id: _laid(report, items[report.id], answers[report.id]) for report in reports}


def _laid(report: Report, items: Sequence[Any], answers: Sequence[Any]) -> tuple[Sheet, Places]:
    questionnaire = questionnaire_of(report)
    cells = {(item_id, question): Cell(*cell) for item_id, question, _, *cell in answers}
    changed = {(item_id, question) for item_id, question, is_changed, *_ in answers if is_changed}
    for _, is_changed, item_id, group, _, _ in items:
        if is_changed:
            changed |= {(None, group), *((item_id, inner.code) for inner in questionnaire.question(group).questions)}
    sheet = Sheet(
        questionnaire,
        cells,
        [SheetItem(item_id, group, place, is_open) for is_over, _, item_id, group, place, is_open in items if not is_over],
        known_words=known_words(report),
    )
    return sheet, frozenset(changed)


def sheet_of_page(
    report: Report, *, section: str | None = None, groups: Sequence[Question] = (), item_id: UUID | None = None
) -> Sheet:
    """What one page of the form needs: the report's own answers, with those of one entry or the titles of the groups' entries.

    `section`: of its own answers only those of this section, and what conditions read. One query, two when there are
    entries to show. What a page shows depends on no other answers.
    """
    questionnaire = questionnaire_of(report)
    place: ColumnElement[bool] = Answer.item_id.is_(None)
    wanted: ColumnElement[bool] = Item.group.in_([group.code for group in groups])
    if section is not None:
        here = {question.code for question in questionnaire.section(section).plain_questions}
        place = and_(place, Answer.question == any_(literal(sorted(here | questionnaire.read_by_conditions), ARRAY(String))))
    if item_id is not None:
        place, wanted = or_(place, Answer.item_id == item_id), Item.id == item_id
    elif groups:
        place = or_(place, Answer.question.in_({code for group in groups if (code := group.title_code)}))
    rows = db.session.execute(_ANSWERS.where(Answer.report_id == report.id, place))
    items = db.session.execute(_ITEMS.where(Item.report_id == report.id, wanted)) if groups or item_id else ()
    return Sheet(
        questionnaire,
        {(item_id, question): Cell(*cell) for item_id, question, *cell in rows},
        [SheetItem(*row) for row in items],
        known_words=known_words(report),
    )


def last_answers(report: Report, item_id: UUID | None = None) -> dict[str, Cell]:
    """Question -> what the last report said there, in a cycle whose reports begin with it. One query, or none."""
    if not report.cycle.carries:
        return {}
    first = Save.report_id == report.id, Save.item_id == item_id, Save.row_version == 1, Save.actor_kind == "system"
    rows = db.session.execute(select(Save.question, Save.value, Save.lang).where(*first))
    return {question: Cell(value, lang) for question, value, lang in rows}


def known_words(report: Report) -> list[str]:
    """What belongs to the report's party, for checks that look for strangers."""
    return [report.party_code, *report.party.names.values(), report.subject]


def sheet_of_content(
    questionnaire: Questionnaire, content: dict[str, Any], *, known_words: Sequence[str] = ()
) -> Sheet:
    """The answers as a snapshot holds them."""

    def key(text: str | None) -> UUID | None:
        return UUID(text) if text else None

    return Sheet(
        questionnaire,
        {(key(a["item"]), a["question"]): Cell(a["value"], a["lang"], 0) for a in content["answers"]},
        [SheetItem(UUID(item["id"]), item["group"], item["position"]) for item in content["items"]],
        known_words=known_words,
    )


def sheet_for_review(report: Report) -> Sheet:
    """What a reviewer reads: the submitted answers, never the sentences a ministry is still writing."""
    snapshot = latest_snapshot(report)
    if report.state == "revision" and snapshot is not None:
        return sheet_of_content(questionnaire_of(report), json.loads(snapshot.content), known_words=known_words(report))
    return sheet_of(report)


def ended_items(report: Report, group: str) -> list[Item]:
    """Entries taken out of the report, which can be brought back."""
    return list(
        db.session.scalars(
            select(Item)
            .where(Item.report_id == report.id, Item.group == group, Item.ended_at.is_not(None))
            .order_by(Item.position)
        )
    )


def save_of(report: Report, save_id: int) -> Save | None:
    """One kept text of this report."""
    return db.session.scalar(select(Save).where(Save.id == save_id, Save.report_id == report.id))


def texts_of(
    report: Report, question: str, item_id: UUID | None, *, before: int | None, limit: int
) -> list[tuple[Save, str | None, ContributionLink | None]]:
    """Every text that was ever sent for one answer, newest first; only those older than save `before`.

    Each with its writer's name, and the link whose contribution it was made from.
    """
    mine = (
        select(Save, Person.name, ContributionLink)
        .outerjoin(Person, (Save.actor_kind == "person") & (Person.id == Save.actor_id))
        .outerjoin(Proposal, Proposal.id == Save.proposal_id)
        .outerjoin(ContributionLink, ContributionLink.id == Proposal.link_id)
        .where(
            Save.report_id == report.id, Save.question == question,
            Save.item_id == item_id,
            Save.id < before if before else true(),
        )
        .order_by(Save.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [(save, name, link) for save, name, link in db.session.execute(mine)]


def answer_at(report: Report, question: str, item_id: UUID | None) -> tuple[Answer | None, str | None]:
    """The present answer and the name of who wrote it."""
    row = db.session.execute(
        select(Answer, Person.name)
        .outerjoin(Person, (Answer.actor_kind == "person") & (Person.id == Answer.actor_id))
        .where(
            Answer.report_id == report.id,
            Answer.question == question,
            Answer.item_id == item_id,
        )
    ).first()
    return (row[0], row[1]) if row else (None, None)


def points_of(report: Report, *, is_returned: bool = False) -> list[Point]:
    """The points of a report, oldest first; only those already returned when asked."""
    query = select(Point).where(Point.report_id == report.id).order_by(Point.id)
    return list(db.session.scalars(query.where(Point.returned_at.is_not(None)) if is_returned else query))


def comments_of(report: Report) -> list[Comment]:
    """The reviewers' notes, oldest first."""
    return list(db.session.scalars(select(Comment).where(Comment.report_id == report.id).order_by(Comment.id)))


def replies_of(report: Report) -> dict[str, FindingReply]:
    """Fingerprint -> why that finding is right as it stands."""
    return all_replies([report])[report.id]


def all_replies(reports: Sequence[Report]) -> dict[int, dict[str, FindingReply]]:
    """The same of each report, by its id. One query."""
    found: dict[int, dict[str, FindingReply]] = {report.id: {} for report in reports}
    for reply in db.session.scalars(select(FindingReply).where(FindingReply.report_id.in_(found))):
        found[reply.report_id][reply.fingerprint] = reply
    return found
