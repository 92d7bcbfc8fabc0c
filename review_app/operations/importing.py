"""Verbs of an import: begin a batch, add files, read them, bring in the texts that were settled."""

import hashlib
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import undefer

from review_app.extensions import db
from review_app.models import Cycle, ImportBatch, ImportText, Party, Report
from review_app.operations.imports import OldItem, import_into, import_published
from review_app.operations.settling import parties_of
from review_app.permissions import SYSTEM, Actor, NotFound, require
from review_app.queries.imports import edition_of_cycle, has_work, questions_of, title_of
from review_app.readers import files
from review_app.readers.contract import record as record_of
from review_app.readers.countries import code_of
from review_app.readers.fitting import Doubt, fit
from review_app.readers.measures import read
from review_app.readers.sources import source_of
from review_app.transaction import atomic, record
from workflows.engine import Blocked
from workflows.messages import Message
from workflows.states import CycleState

SECONDS_A_TURN = 4.0
"""So long a worker reads before it commits; a kill loses no more than that."""
TEXTS_A_TURN = 200
"""So many texts of one party are brought in by one transaction, and so by one publication."""
log = logging.getLogger(__name__)
LOCK = 0x696D70  # the class of our advisory locks on batches


@dataclass(frozen=True)
class Added:
    """What came of adding files."""

    added: int
    duplicates: int


@atomic
def begin_batch(
    actor: Actor, *, cycle_id: int, group: str, party_code: str | None, source: str, now: datetime
) -> ImportBatch:
    """Begin an import into a cycle. Raises Denied, NotFound (cycle), Blocked (archived, no such group)."""
    require(actor, "import.manage")
    cycle = db.session.get(Cycle, cycle_id)
    if cycle is None:
        raise NotFound
    if cycle.state == CycleState.ARCHIVED:
        raise Blocked((Message("The cycle is archived and takes no more reports."),))
    if group and group not in {one.code for _, one in edition_of_cycle(cycle).groups()}:
        raise Blocked((Message("Choose what each text becomes."),))
    batch = ImportBatch(
        cycle=cycle,
        group=group,
        party_code=party_code or None,
        person_id=actor.id,
        source=source.strip(),
        created_at=now,
        told_at=now,
    )
    db.session.add(batch)
    db.session.flush()
    return batch


@atomic
def begin_with_files(actor: Actor, given: Iterable[tuple[str, bytes]], *, now: datetime, **about: Any) -> ImportBatch:
    """A batch and its first files, or neither. `about`: as `begin_batch` takes it."""
    batch = begin_batch(actor, now=now, **about)
    add_files(actor, batch.id, given, now=now)
    return batch


@atomic
def add_files(actor: Actor, batch_id: int, given: Iterable[tuple[str, bytes]], *, now: datetime) -> Added:
    """Keep files to be read, ZIP archives among them. The same bytes enter a cycle once. Raises Denied, NotFound, Blocked."""
    require(actor, "import.manage")
    batch = _batch(batch_id)
    # A field without a file sends neither name nor content.
    kept = [_keep(batch, _file(name, content), now) for name, content in given if name or content]
    if not kept:
        raise Blocked((Message("Choose the files to bring in."),))
    batch.told_at = None
    _state_work(actor, batch, now)
    return Added(kept.count(True), kept.count(False))


def _keep(batch: ImportBatch, file: Mapping[str, Any], now: datetime) -> bool:
    """Whether a file is to be read; one whose bytes are in the cycle already is only noted."""
    row = {"batch_id": batch.id, "cycle_id": batch.cycle_id, "group": batch.group, "changed_at": now, **file}
    if _insert(row):
        return True
    _insert({**row, "content": None, "status": "duplicate"})
    return False


def _file(name: str, content: bytes) -> dict[str, Any]:
    return {"name": name[-500:], "content": content, "sha256": hashlib.sha256(content).hexdigest()}


def _insert(row: Mapping[str, Any]) -> bool:
    """Whether the row went in: its words were not in the cycle yet."""
    full = {
        "part": 1,
        "status": "waiting",
        "title": "",
        "lang": "en",
        "doubts": [],
        "placed": {},
        "reason": "",
        "row_version": 1,
        **row,
    }
    statement = insert(ImportText).values(**full).on_conflict_do_nothing().returning(ImportText.id)
    return db.session.scalar(statement) is not None


@atomic
def stop(actor: Actor, batch_id: int, *, is_stopped: bool, now: datetime) -> None:
    """Stop a batch after the text that is being read, or go on with it."""
    require(actor, "import.manage")
    batch = _batch(batch_id)
    batch.is_stopped = is_stopped
    if not is_stopped:
        _state_work(actor, batch, now)


@atomic
def accept_ready(actor: Actor, batch_id: int, *, now: datetime) -> int:
    """Have every text brought in that leaves nothing to ask; returns how many. They are read by a person before or never."""
    require(actor, "import.manage")
    batch = _batch(batch_id)
    # Nobody publishes for a party of their own, not even an administrator.
    ready = (ImportText.batch_id == batch.id, ImportText.status == "ready", ImportText.party_code.not_in(parties_of(actor)))
    values = {"status": "accepted", "person_id": actor.id, "row_version": ImportText.row_version + 1, "changed_at": now}
    count = len(db.session.scalars(update(ImportText).where(*ready).values(**values).returning(ImportText.id)).all())
    if count:
        batch.told_at = None
        _state_work(actor, batch, now)
    return count


def _state_work(actor: Actor, batch: ImportBatch, now: datetime) -> None:
    record("import.began", actor=actor, now=now, cycle=batch.cycle, params={"batch": batch.id})


@atomic
def work_on(batch_id: int, *, now: datetime) -> int:
    """Do a turn of what a batch has to do: read for a few seconds, else bring in texts of one party; returns how many were settled.

    One worker a batch at a time. Killed in the middle, it did nothing, and the next one goes on at once.
    """
    batch = _batch(batch_id)
    if not db.session.scalar(select(func.pg_try_advisory_xact_lock(LOCK, batch.id))):
        return 0
    count = _read_some(batch, now) or _bring_some(batch, now)
    batch.worked_at = now
    return count


def _is_stopped(batch: ImportBatch) -> bool:
    """As it is now: a person may have stopped it during this turn."""
    return bool(db.session.scalar(select(ImportBatch.is_stopped).where(ImportBatch.id == batch.id)))


def _read_some(batch: ImportBatch, now: datetime) -> int:
    until, count = time.monotonic() + SECONDS_A_TURN, 0
    parties = set(db.session.scalars(select(Party.code)))
    waiting = (
        select(ImportText)
        .where(ImportText.batch_id == batch.id, ImportText.status == "waiting")
        .order_by(ImportText.id)
    )
    waiting = waiting.options(undefer(ImportText.content)).limit(1).with_for_update(of=ImportText, skip_locked=True)
    while time.monotonic() < until and not _is_stopped(batch) and (text := db.session.scalar(waiting)) is not None:
        text_id = text.id
        try:
            with db.session.begin_nested():
                _read_text(batch, text, parties, now)
        except OperationalError:  # the database is away: nothing is wrong with the text
            raise
        except files.FileProblem as problem:
            _refuse(text_id, problem.key, now)
        except Exception:  # one text that nobody foresaw must not hold up all that come after it
            log.exception("Text %s of an import cannot be read.", text_id)
            _refuse(text_id, "broken", now)
        count += 1
    return count


def _refuse(text_id: int, problem: str, now: datetime) -> None:
    values = {"status": "refused", "problem": problem, "changed_at": now, "row_version": ImportText.row_version + 1}
    db.session.execute(update(ImportText).where(ImportText.id == text_id).values(**values))


def _read_text(batch: ImportBatch, text: ImportText, parties: set[str], now: datetime) -> None:
    """Raises FileProblem."""
    text.changed_at, text.row_version = now, text.row_version + 1
    name, content = text.name, text.content or b""
    if files.is_archive(name, content):
        _unpack(batch, text, content, now)
        return
    for part, source in enumerate(files.sources(name, content), start=1):
        values = _read_source(batch, source.text, source.around, parties)
        if part == 1:
            for name, value in values.items():
                setattr(text, name, value)
            continue
        sha256 = hashlib.sha256(source.text.encode()).hexdigest()
        row = {"batch_id": batch.id, "cycle_id": batch.cycle_id, "name": text.name, "part": part, "group": batch.group,
               "sha256": sha256, "changed_at": now}  # fmt: skip
        if not _insert({**row, **values}):
            _insert({**row, "status": "duplicate"})


def _unpack(batch: ImportBatch, archive: ImportText, content: bytes, now: datetime) -> None:
    """Put the files of an archive in its place, to be read: the first into its row, the others behind it. Raises FileProblem."""
    is_free = True
    for name, inner in files.unpacked(content):
        file = _file(name, inner)
        if files.is_archive(name, inner):  # what is inside could hold itself, without end
            file |= {"status": "refused", "problem": "inner_archive"}
        if is_free and _replace(archive.id, file):
            is_free = False
        else:
            _keep(batch, file, now)
    if is_free:  # nothing in it was new
        archive.status, archive.content = "duplicate", None


def _replace(archive_id: int, file: Mapping[str, Any]) -> bool:
    """Whether the row of an archive now holds this file: its bytes were not in the cycle yet."""
    try:
        with db.session.begin_nested():
            db.session.execute(update(ImportText).where(ImportText.id == archive_id).values(**file))
    except IntegrityError:
        return False
    return True


def _read_source(batch: ImportBatch, text: str, around: Sequence[str], parties: set[str]) -> dict[str, Any]:
    """The columns of a text that has been read."""
    reading = read(text.replace("\0", ""))
    questions = questions_of(batch.cycle, batch.group)
    fitted = fit(reading, questions, is_group=bool(batch.group))
    said = code_of(reading.country) if reading.country else None
    party = batch.party_code or (said if said in parties else None)
    doubts = [*fitted.doubts, *([] if party else [Doubt("no_party")])]
    return {
        "text": reading.text, "status": "asking" if any(doubt.is_asking for doubt in doubts) else "ready",
        "reading": {
            "record": record_of(reading, around=around), "pieces": [[one.start, one.end, one.place] for one in reading.pieces],
            "source": source_of(reading).to_json(),
        },
        "answers": fitted.answers, "doubts": [asdict(doubt) for doubt in doubts], "title": title_of(questions, fitted.answers),
        "party_code": party, "lang": reading.narrative_language if reading.narrative_language in ("en", "fr", "es") else "en",
    }  # fmt: skip


def _bring_some(batch: ImportBatch, now: datetime) -> int:
    accepted = (ImportText.batch_id == batch.id, ImportText.status == "accepted")
    first = db.session.scalar(select(ImportText.party_code).where(*accepted).order_by(ImportText.id).limit(1))
    if first is None or _is_stopped(batch):
        return 0
    # What goes into one report goes into it in turn, from whatever batch.
    db.session.execute(select(func.pg_advisory_xact_lock(batch.cycle_id, func.hashtext(first))))
    mine = select(ImportText).where(*accepted, ImportText.party_code == first).order_by(ImportText.id)
    mine = mine.options(undefer(ImportText.answers)).limit(TEXTS_A_TURN if batch.group else 1)
    texts = list(db.session.scalars(mine.with_for_update(of=ImportText)))
    try:
        with db.session.begin_nested():
            _bring_in(batch, texts, now)
    except OperationalError:
        raise
    except Exception as refused:
        if not isinstance(refused, Blocked | NotFound):
            log.exception("Texts of import %s cannot be brought in.", batch.id)
        why = {Blocked: "report_away", NotFound: "other_edition"}.get(type(refused), "failed")
        for text in texts:
            text.status, text.doubts = "asking", [asdict(Doubt(why))]
            text.row_version, text.changed_at = text.row_version + 1, now
    return len(texts)


def _bring_in(batch: ImportBatch, texts: Sequence[ImportText], now: datetime) -> None:
    party_code = texts[0].party_code or ""
    subject = "" if batch.group else texts[0].title[:200]
    report = db.session.scalar(
        select(Report).where(
            Report.cycle_id == batch.cycle_id, Report.party_code == party_code, Report.subject == subject
        )
    )
    olds = [OldItem(text.group, text.answers or {}, text.lang) for text in texts if text.group]
    if report is not None and not batch.group:
        raise Blocked((Message("There is a report about this already."),))
    if report is not None:
        import_into(SYSTEM, report.id, olds, now=now)
    else:
        report = import_published(
            SYSTEM, cycle=batch.cycle, party_code=party_code, source=batch.source or texts[0].name, now=now, items=olds,
            answers={} if batch.group else texts[0].answers or {}, subject=subject, lang=texts[0].lang,
        )  # fmt: skip
    for number, text in enumerate(texts):
        text.status, text.report_id = "imported", report.id
        text.item_id = olds[number].id if olds else None
        text.row_version, text.changed_at = text.row_version + 1, now


@atomic
def tell_when_done(batch_id: int, *, now: datetime) -> bool:
    """Tell its importer once that a batch has nothing left to do by itself; whether that was now."""
    batch = _batch(batch_id, is_held=True)
    if batch.told_at is not None or batch.is_stopped or has_work(batch.id):
        return False
    batch.told_at = now
    if batch.person is None:
        return False
    record("import.finished", actor=SYSTEM, now=now, cycle=batch.cycle, person=batch.person, params={"batch": batch.id})
    return True


def _batch(batch_id: int, *, is_held: bool = False) -> ImportBatch:
    lock = {"of": ImportBatch} if is_held else None
    batch = db.session.get(ImportBatch, batch_id, with_for_update=lock, populate_existing=True)
    if batch is None:
        raise NotFound
    return batch
