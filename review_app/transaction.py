"""The only commit, and the only way to state a fact. Everything a fact entails is a row of the same commit."""

import functools
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, ParamSpec, TypeVar

from flask import current_app
from kombu.exceptions import OperationalError
from sqlalchemy import ARRAY, Executable, Integer, String, bindparam, event, func, insert, literal, select, true
from sqlalchemy.orm import Session

from review_app.extensions import db, start_reading, stop_reading
from review_app.models import ContributionLink, Cycle, Dispatch, Entry, Notice, Person, Report
from review_app.notices import NOTICES, Told
from review_app.permissions import Actor
from review_app.queries.people import audience

P = ParamSpec("P")
R = TypeVar("R")
log = logging.getLogger(__name__)


class CommitOutsideAtomic(RuntimeError):
    """Somebody called commit() outside an operation."""


class Stale(Exception):
    """What the actor saw has changed since. Nothing was done."""


def atomic(operation: Callable[P, R]) -> Callable[P, R]:
    """Run an operation as one transaction. The outermost commits, then rings the worker; any error undoes everything.

    Within `held` the commit waits for its end.
    """

    @functools.wraps(operation)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        session = db.session()
        if session.info.get("is_atomic"):
            return operation(*args, **kwargs)
        is_held = session.info.get("is_held", False)
        was_reading = stop_reading(session)
        if not is_held:
            _forget_rings(session)
        session.info["is_atomic"] = True
        try:
            result = operation(*args, **kwargs)
            session.flush()
            if not is_held:
                session.commit()
        except BaseException:
            session.rollback()
            _forget_rings(session)
            raise
        finally:
            session.info["is_atomic"] = False
        if not is_held:
            _ring_all(session)
        if was_reading:
            start_reading()
        return result

    return wrapper


@contextmanager
def held() -> Iterator[None]:
    """Everything done inside is one transaction with one commit at its end. An operation that fails undoes those before it."""
    session = db.session()
    stop_reading(session)
    _forget_rings(session)
    session.info["is_held"] = True
    try:
        yield
        session.flush()
        session.info["is_atomic"] = True
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.update(is_held=False, is_atomic=False)
    _ring_all(session)


def wake_sweeper() -> None:
    """Have the sweeper look at once after the commit, at what is no entry of the journal."""
    db.session.info["wakes_sweeper"] = True


def _forget_rings(session: Session) -> None:
    session.info.update(entry_ids=[], wakes_sweeper=False)


def _ring_all(session: Session) -> None:
    _ring(session.info["entry_ids"])
    if session.info["wakes_sweeper"]:
        _send("review_app.tasks.sweep")


@event.listens_for(Session, "before_commit")
def _refuse_stray_commits(session: Session) -> None:
    if not session.info.get("is_atomic"):
        raise CommitOutsideAtomic("Only @atomic commits. Wrap this in an operation.")


@event.listens_for(Session, "before_flush")
def _refuse_stray_writes(session: Session, *_: Any) -> None:
    """Only operations write: what a page changed by the way is not committed at once, nor rides along with their commit."""
    is_watched = session.info.get("is_held") or session.info.get("is_reading")
    if is_watched and not session.info.get("is_atomic") and (session.new or session.dirty or session.deleted):
        raise CommitOutsideAtomic("Only @atomic writes. Wrap this in an operation.")


def _ring(entry_ids: list[int]) -> None:
    """Tell the worker which entries are new.

    The commit stands, so nothing about the queue may look like an error to the person: the sweeper finds the rows.
    """
    for entry_id in entry_ids:
        if not _send("review_app.tasks.react", entry_id):
            return


def _send(task: str, *args: int) -> bool:
    """Whether the broker took it. A dead one is no error: the sweeper finds the rows."""
    try:
        current_app.extensions["celery"].send_task(task, args=args, retry=False)
    except OperationalError:
        log.warning("The broker is away; the sweeper will do %s%s.", task, args)
        return False
    except Exception:
        log.exception("The broker refused; the sweeper will do %s%s.", task, args)
        return False
    return True


def _recording() -> Executable:
    """Entry, dispatch row and notices of one fact in one statement. It tells the id of the entry."""
    # SQLAlchemy fills in no defaults of a model inside a CTE: attempts and status are said here.
    entries, now = Entry.__table__.c, bindparam("now", type_=Entry.__table__.c.created_at.type)
    names = [name for name in entries.keys() if name not in ("id", "created_at")]  # noqa: SIM118 (columns, not names)
    fact = {name: bindparam(name, type_=entries[name].type) for name in names} | {"created_at": now}
    stated = insert(Entry.__table__).from_select(list(fact), select(*fact.values())).returning(entries.id).cte("stated")
    to_do = insert(Dispatch.__table__).from_select(["entry_id", "attempts"], select(stated.c.id, literal(0))).cte("to_do")
    readers = (bindparam(name, type_=ARRAY(kind)) for name, kind in (("people", Integer), ("links", Integer), ("channels", String)))
    told = func.unnest(*readers).table_valued("person_id", "link_id", "channel").render_derived(name="told")
    notice = {
        "entry_id": stated.c.id, **{column.name: column for column in told.c},
        "not_before": bindparam("from_when", type_=now.type), "created_at": now,
        "attempts": literal(0), "status": literal("pending"),
    }  # fmt: skip
    notices = select(*notice.values()).join_from(stated, told, true())
    noted = insert(Notice.__table__).from_select(list(notice), notices).cte("noted")
    return select(stated.c.id).add_cte(to_do, noted)


_RECORDING = _recording()


def record(
    fact: str,
    *,
    actor: Actor,
    now: datetime,
    report: Report | None = None,
    cycle: Cycle | None = None,
    person: Person | None = None,
    link: ContributionLink | None = None,
    step: tuple[str, str, int] | None = None,
    params: dict[str, Any] | None = None,
) -> int:
    """State a fact inside an operation: its journal entry, its dispatch row, and one notice a person and channel. The entry's id.

    `step`: state before, state after, the row version it made. Raises KeyError for a fact without a line in `notices.NOTICES`.
    """
    told = NOTICES[fact]
    source, dest, version = step or (None, None, None)
    db.session.flush()
    stated = {
        "fact": fact, "report_id": report.id if report else None, "cycle_id": cycle.id if cycle else None,
        "person_id": person.id if person else None, "actor_kind": actor.kind, "actor_id": actor.id,
        "source_state": source, "dest_state": dest, "row_version": version,
        "params": {**(params or {}), **({"link": link.id, "who": link.who} if link else {})},
    }  # fmt: skip
    notices = _notices_of(told, stated, report, link)
    wait = timedelta(seconds=current_app.config["RECALL_SECONDS"]) if told.delay == "recall" else timedelta()
    readers = {name: [one[place] for one in notices] for place, name in enumerate(("people", "links", "channels"))}
    entry_id: int = db.session.execute(_RECORDING, {**stated, **readers, "now": now, "from_when": now + wait}).scalar_one()
    db.session.info["entry_ids"].append(entry_id)
    return entry_id


def _notices_of(
    told: Told, stated: Mapping[str, Any], report: Report | None, link: ContributionLink | None
) -> list[tuple[int | None, int | None, str]]:
    """Of a fact: the id of a person or of a link, and the channel."""
    people = sorted(audience(told.audience, fact=stated, report=report))
    notices: list[tuple[int | None, int | None, str]] = [(one, None, channel) for one in people for channel in told.channels]
    if link is not None and link.email and "receiver" in told.audience:
        notices.append((None, link.id, "mail"))
    return notices
