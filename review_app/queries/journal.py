"""Reads of the journal: what happened to a report or a cycle, with the names of who acted."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from review_app.extensions import db
from review_app.models import Cycle, Entry, Person, Report

JOURNAL_LENGTH = 200


@dataclass(frozen=True)
class JournalRow:
    """A fact with the names of who acted and whom it was about (empty for the system)."""

    entry: Entry
    actor_name: str
    person_name: str


def journal(*, report: Report | None = None, cycle: Cycle | None = None) -> list[JournalRow]:
    """The newest facts of a report, or of a cycle (those of its reports are in theirs), newest first."""
    statement = select(Entry).order_by(Entry.id.desc()).limit(JOURNAL_LENGTH)
    if report is not None:
        statement = statement.where(Entry.report_id == report.id)
    if cycle is not None:
        statement = statement.where(Entry.cycle_id == cycle.id, Entry.report_id.is_(None))
    entries = list(db.session.scalars(statement))
    names = _names(entries)
    return [
        JournalRow(
            entry,
            names.get(entry.actor_id or 0, "") if entry.actor_kind == "person" else entry.params.get("who", ""),
            names.get(entry.person_id or 0, ""),
        )
        for entry in entries
    ]


def _names(entries: Sequence[Entry]) -> dict[int, str]:
    ids = {entry.actor_id for entry in entries if entry.actor_kind == "person"} | {entry.person_id for entry in entries}
    return dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids - {None}))).all())
