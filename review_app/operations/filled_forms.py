"""Verbs of working away from the web: take in a form that came back, and put what was chosen of it into the report."""

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import groupby
from uuid import UUID

from review_app.extensions import db
from review_app.models import FilledForm, Report
from review_app.operations.answers import Outcome, Typed, add_item, save_answers
from review_app.operations.locks import held_report
from review_app.permissions import Actor, NotFound, require
from review_app.queries.filled_forms import Change, Comparison, compare, filled_form, groups_of
from review_app.queries.reports import questionnaire_of
from review_app.questionnaire.paper import raw_of
from review_app.readers.filled import Unreadable
from review_app.readers.filled_file import read_filled
from review_app.transaction import atomic
from workflows.messages import Message


@atomic
def take_in(actor: Actor, report_id: int, *, name: str, data: bytes, now: datetime) -> FilledForm:
    """Read a form that came back and keep what it says; no answer changes, nothing is held. Raises Unreadable, Denied, NotFound."""
    report = db.session.get(Report, report_id)
    if report is None:
        raise NotFound
    require(actor, "report.write", report)
    filled = read_filled(data, questionnaire_of(report), groups_of(report))
    if filled.report_id not in (None, report.id):
        raise Unreadable(Message("This form belongs to another report: open that report and send it there."))
    form = FilledForm(
        report_id=report.id, name=name[:200], content=filled.as_json(), actor_kind=actor.kind, actor_id=actor.id, created_at=now
    )
    db.session.add(form)
    return form


@atomic
def put_in(
    actor: Actor, report_id: int, form_id: int, *, seen: Mapping[str, int], take: Collection[str], entries: Collection[int],
    now: datetime,
) -> list[Outcome]:
    """Save the chosen changes as if they had been typed, add the chosen entries, and close the form.

    `seen`: mark of a change -> row version the page showed beside it. An answer that changed since is refused and kept, as
    everywhere. Raises NotFound, Denied (nothing is put in then).
    """  # fmt: skip
    report = held_report(report_id)
    require(actor, "report.write", report)
    form = filled_form(report, form_id)
    if form.closed_at is not None:
        return []
    comparison = compare(report, form)
    chosen = [change for change in comparison.changes if change.mark in take and change.mark in seen]
    outcomes: list[Outcome] = []
    for (section, item_id), changes in groupby(chosen, key=_place):
        typed = [_typed(change, seen[change.mark], comparison) for change in changes]
        outcomes += save_answers(actor, report_id, typed, section=section, item_id=item_id, now=now)
    for entry in comparison.entries:
        if entry.number in entries:
            item = add_item(actor, report_id, entry.group.code, now=now)
            db.session.flush()
            typed = [
                Typed(question.code, raw_of(question, words, comparison.language), 0, comparison.language)
                for question, words in entry.words
            ]
            outcomes += save_answers(actor, report_id, typed, section=entry.section.code, item_id=item.id, now=now)
    form.closed_at = now
    return outcomes


def _place(change: Change) -> tuple[str, UUID | None]:
    return change.section.code, change.item.id if change.item else None


def _typed(change: Change, seen: int, comparison: Comparison) -> Typed:
    question = change.reading.question
    return Typed(question.code, raw_of(question, change.reading.theirs, comparison.language), seen, comparison.language)
