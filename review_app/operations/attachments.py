"""Verbs of files that are sent with a report: take one in, hear the scanner, copy one into the next report, forget."""

import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import current_app
from sqlalchemy import text, update

from review_app.extensions import db
from review_app.models import Attachment, Person, Report
from review_app.permissions import SYSTEM, Actor, NotFound, require
from review_app.queries.attachments import LIVE, facts_of, has_room
from review_app.readers.attachments import Found, looked_into
from review_app.readers.files import FileProblem
from review_app.storage import storage
from review_app.transaction import atomic, record, wake_sweeper

UNUSED_FOR = timedelta(days=30)
SCAN_LEASE = timedelta(minutes=2)
log = logging.getLogger(__name__)


def take_in(actor: Actor, report_id: int, *, section: str, name: str, content: bytes, now: datetime) -> dict[str, Any]:
    """Keep a file sent for a question of this section; what an answer says of it. Raises NotFound, Denied.

    Raises FileProblem (a key of `readers.attachments.PROBLEMS`) before anything is written, so that what else came in the
    same form stands.
    """
    report = db.session.get(Report, report_id)
    if report is None:
        raise NotFound
    require(actor, "report.write", report, section=section)
    return facts_of(keep(actor, report, looked_into(name, content), now=now))


def keep(actor: Actor, report: Report, found: Found, *, now: datetime) -> Attachment:
    """Keep a file that was looked into. Raises FileProblem before anything is written."""
    if not has_room(report, len(found.content)):
        raise FileProblem("full")
    file_id = uuid4()
    try:
        storage().put(file_id.hex, found.content)
    except OSError:
        log.exception("A file of report %s could not be stored.", report.id)
        raise FileProblem("away") from None
    return _note(actor, report, file_id, found, now)


@atomic
def _note(actor: Actor, report: Report, file_id: UUID, found: Found, now: datetime) -> Attachment:
    is_scanned = bool(current_app.config["CLAMD_URL"])
    kept = Attachment(
        id=file_id, report_id=report.id, name=found.name, kind=found.kind, size=len(found.content),
        sha256=hashlib.sha256(found.content).hexdigest(), status="checking" if is_scanned else "ready",
        try_at=now if is_scanned else None, actor_kind=actor.kind, actor_id=actor.id, created_at=now,
    )  # fmt: skip
    db.session.add(kept)
    if is_scanned:
        wake_sweeper()
    return kept


@atomic
def claim(file_id: UUID, *, now: datetime) -> bool:
    """Whether it is this worker's turn to ask the scanner; another one gets it when this one does not come back."""
    mine = update(Attachment).where(Attachment.id == file_id, Attachment.status == "checking", Attachment.try_at <= now)
    return db.session.scalar(mine.values(try_at=now + SCAN_LEASE).returning(Attachment.id)) is not None


@atomic
def hear(file_id: UUID, verdict: str | None, *, now: datetime) -> None:
    """Write down what the scanner said: None is clean. Who sent a file with a virus is told, and nobody gets it again."""
    outcome = {"status": "refused", "verdict": verdict[:200]} if verdict else {"status": "ready"}
    of_file = update(Attachment).where(Attachment.id == file_id, Attachment.status == "checking")
    if db.session.scalar(of_file.values(try_at=None, **outcome).returning(Attachment.id)) is None or not verdict:
        return
    file = db.session.get_one(Attachment, file_id, populate_existing=True)
    sender = db.session.get(Person, file.actor_id) if file.actor_kind == "person" else None
    report = db.session.get_one(Report, file.report_id)
    params = {"file": str(file.id), "name": file.name, "verdict": file.verdict}
    record("file.refused", actor=SYSTEM, now=now, report=report, person=sender, params=params)


def copied(report: Report, value: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """The value of a file answer of another report, with copies that belong to this one. Called inside an operation.

    A file that is not ready any more, or whose bytes were lost, is left out.
    """
    copies = []
    for one in value["raw"]:
        file = db.session.get(Attachment, UUID(one["id"]))
        if file is None or file.status != "ready":
            continue
        try:
            with storage().open(file.id.hex) as stream:
                content = stream.read()
        except FileNotFoundError:
            log.exception("File %s is not carried over.", file.id)
            continue
        new = Attachment(
            id=uuid4(), report_id=report.id, name=file.name, kind=file.kind, size=file.size, sha256=file.sha256, status="ready",
            actor_kind=SYSTEM.kind, actor_id=SYSTEM.id, created_at=now,
        )  # fmt: skip
        storage().put(new.id.hex, content)
        db.session.add(new)
        copies.append({**facts_of(new), "caption": one["caption"]})
    return {**value, "raw": copies, "value": copies or None}


_NAMED = """
    (exists (select 1 from answer a where a.report_id = f.report_id
               and a.value -> 'raw' @> jsonb_build_array(jsonb_build_object('id', f.id::text)))
     or exists (select 1 from snapshot s where s.report_id = f.report_id and strpos(s.content, f.id::text) > 0))"""


@atomic
def forget_unused(now: datetime) -> None:
    """Notice which files neither an answer nor a snapshot names any more, and give up those of which that is long true.

    Until then a text of the history can bring them back.
    """
    live = "status in ('checking', 'ready')"
    for statement in (
        f"update attachment f set unused_since = null where {live} and unused_since is not null and {_NAMED}",  # noqa: S608
        f"update attachment f set unused_since = :now where {live} and unused_since is null and not {_NAMED}",  # noqa: S608
        f"update attachment f set status = 'gone', try_at = null where {live} and unused_since <= :long_ago",  # noqa: S608
    ):
        db.session.execute(text(statement), {"now": now, "long_ago": now - UNUSED_FOR})


def empty_storage(now: datetime) -> int:
    """Delete what nobody can ask for: bytes of files that are gone or refused, and those that never got a row. Returns how many."""
    kept = storage()
    states = {key.hex: state for key, state in db.session.execute(db.select(Attachment.id, Attachment.status))}
    orphans = set(kept.names(now - UNUSED_FOR)) - set(states)
    dead = {name for name in kept.names(now) if states.get(name, "ready") not in LIVE}
    for name in orphans | dead:
        kept.delete(name)
    return len(orphans | dead)
