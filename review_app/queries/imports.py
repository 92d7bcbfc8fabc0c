"""What the office reads of imports: batches with their figures, the texts of one, and one text with its source."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Exists, exists, func, select
from sqlalchemy.orm import defer, joinedload, lazyload, undefer

from review_app.extensions import db
from review_app.models import Cycle, ImportBatch, ImportText, Person
from review_app.models.imports import TEXT_STATUSES
from review_app.permissions import NotFound
from review_app.questionnaire.language import Question, Questionnaire
from review_app.questionnaire.library import library

ROWS_A_PAGE = 50
DONE = ("imported", "left_out", "duplicate", "refused")
OPEN = ("waiting", "accepted")
PATIENCE = timedelta(seconds=12)
"""After so long without a commit nobody works on a batch: longer than a turn, so that rings do not pile up."""


@dataclass(frozen=True)
class BatchSummary:
    """A batch with how many texts are in each status."""

    batch: ImportBatch
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def read(self) -> int:
        """How many were looked at by the reader."""
        return self.total - self.counts["waiting"]

    @property
    def is_working(self) -> bool:
        return not self.batch.is_stopped and bool(self.counts["waiting"] + self.counts["accepted"])


@dataclass(frozen=True)
class TextPage:
    """Texts of one status (or all), and the numbers of the pages before and after, if there are any."""

    texts: Sequence[ImportText]
    before: int | None
    after: int | None


def batches() -> list[BatchSummary]:
    """The newest hundred batches, newest first. Two queries."""
    named = joinedload(ImportBatch.person).lazyload(Person.memberships)
    found = list(db.session.scalars(select(ImportBatch).options(named).order_by(ImportBatch.id.desc()).limit(100)))
    counts: dict[int, Counter[str]] = {batch.id: Counter() for batch in found}
    grouped = select(ImportText.batch_id, ImportText.status, func.count()).where(ImportText.batch_id.in_(counts))
    for batch_id, status, count in db.session.execute(grouped.group_by(ImportText.batch_id, ImportText.status)):
        counts[batch_id][status] = count
    return [BatchSummary(batch, counts[batch.id]) for batch in found]


def batch_summary(batch_id: int) -> BatchSummary:
    """One batch with its figures. Raises NotFound."""
    batch = db.session.get(ImportBatch, batch_id)
    if batch is None:
        raise NotFound
    grouped = select(ImportText.status, func.count()).where(ImportText.batch_id == batch.id).group_by(ImportText.status)
    counts = Counter(dict(db.session.execute(grouped).all()))
    return BatchSummary(batch, counts)


def texts_of(batch: ImportBatch, *, status: str = "", page: int = 1) -> TextPage:
    """Fifty texts, those first that a person has to look at."""
    order = {name: number for number, name in enumerate(("asking", "refused", "ready", "accepted", "waiting", *DONE))}
    query = (
        select(ImportText)
        .where(ImportText.batch_id == batch.id)
        .options(lazyload(ImportText.batch), defer(ImportText.placed))
    )
    if status in TEXT_STATUSES:
        query = query.where(ImportText.status == status).order_by(ImportText.id)
    else:
        query = query.order_by(func.array_position(list(order), ImportText.status), ImportText.id)
    found = list(db.session.scalars(query.offset((page - 1) * ROWS_A_PAGE).limit(ROWS_A_PAGE + 1)))
    return TextPage(found[:ROWS_A_PAGE], page - 1 if page > 1 else None, page + 1 if len(found) > ROWS_A_PAGE else None)


def text_of(batch_id: int, text_id: int) -> ImportText:
    """One text with everything about it but the file. Raises NotFound."""
    everything = (undefer(ImportText.text), undefer(ImportText.reading), undefer(ImportText.answers))
    query = select(ImportText).where(ImportText.id == text_id, ImportText.batch_id == batch_id).options(*everything)
    text = db.session.scalar(query)
    if text is None:
        raise NotFound
    return text


def next_asking(text: ImportText) -> int | None:
    """The next text of the batch that a person has to look at."""
    mine = select(ImportText.id).where(
        ImportText.batch_id == text.batch_id, ImportText.status == "asking", ImportText.id != text.id
    )
    return db.session.scalar(mine.order_by((ImportText.id < text.id), ImportText.id).limit(1))


def file_of(text: ImportText) -> tuple[str, bytes]:
    """Name and bytes of the file a text came in. Raises NotFound for one that was never kept."""
    query = select(ImportText.name, ImportText.content).where(
        ImportText.batch_id == text.batch_id, ImportText.name == text.name, ImportText.content.is_not(None)
    )
    row = db.session.execute(query.order_by((ImportText.id == text.id).desc()).limit(1)).first()
    if row is None or row[1] is None:
        raise NotFound
    return row[0], row[1]


def has_work(batch_id: int) -> bool:
    """Whether a worker has anything to do for the batch."""
    return bool(db.session.scalar(select(_work_of(batch_id))))


def _work_of(batch_id: Any) -> Exists:
    return exists().where(ImportText.batch_id == batch_id, ImportText.status.in_(OPEN))


def batches_with_work(now: datetime) -> list[int]:
    """Batches nobody works on that have something to do, or whose importer was not told yet: those of one sweep."""
    is_idle = func.coalesce(ImportBatch.worked_at < now - PATIENCE, True)
    query = select(ImportBatch.id).where(~ImportBatch.is_stopped, is_idle, ImportBatch.told_at.is_(None) | _work_of(ImportBatch.id))
    return list(db.session.scalars(query.order_by(ImportBatch.id).limit(20)))


def questions_of(cycle: Cycle, group: str) -> tuple[Question, ...]:
    """What each text of an import answers. Raises NotFound when the edition or the group is gone."""
    edition = edition_of_cycle(cycle)
    try:
        if group:
            return edition.question(group).questions
    except KeyError:
        raise NotFound(group) from None
    return edition.plain_questions


def unplaced(text: ImportText) -> dict[str, str]:
    """Number of each stretch without a place -> its words."""
    pieces = [one for one in (text.reading or {}).get("pieces", []) if one[2] == "unplaced"]
    return {str(number): (text.text or "")[start:end] for number, (start, end, _) in enumerate(pieces)}


def edition_of_cycle(cycle: Cycle) -> Questionnaire:
    """The edition a cycle asks by. Raises NotFound when it is gone."""
    try:
        return library.get(cycle.questionnaire, cycle.edition)
    except KeyError:
        raise NotFound from None


def title_of(questions: Sequence[Question], answers: Mapping[str, Any]) -> str:
    """The answer that is the title of a text, in one line; empty without one."""
    code = next((question.code for question in questions if question.role == "title"), "")
    return " ".join(str(answers.get(code) or "").split())[:500]
