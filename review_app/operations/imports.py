"""Old reports enter here: published as they stand, with their source, through no gate, their findings kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select

from review_app.extensions import db
from review_app.models import Cycle, Item, Report
from review_app.operations.answers import lay_down
from review_app.operations.locks import held_report
from review_app.operations.publications import write_publication
from review_app.operations.snapshots import freeze
from review_app.permissions import Actor, NotFound, require
from review_app.queries.answers import sheet_of
from review_app.queries.reports import questionnaire_of
from review_app.questionnaire import values
from review_app.questionnaire.language import Question
from review_app.transaction import atomic, record
from workflows.engine import Blocked
from workflows.messages import Message


@dataclass(frozen=True)
class OldItem:
    """One entry of a repeated group: its group and raw answers by question code. `lang`: theirs, if not the report's."""

    group: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    lang: str | None = None
    id: UUID = field(default_factory=uuid4)


@atomic
def import_published(
    actor: Actor,
    *,
    cycle: Cycle,
    party_code: str,
    source: str,
    now: datetime,
    answers: Mapping[str, Any],
    items: Sequence[OldItem] = (),
    subject: str = "",
    lang: str = "en",
) -> Report:
    """Bring in a report that was published elsewhere. `answers`: question code -> raw value, as `values.read` takes it.

    An empty raw value is a blank row (the caption was there), a missing one no row. Raises NotFound for an unknown question.
    """
    require(actor, "report.import")
    report = _born_published(cycle, party_code, subject, source=source, now=now)
    try:
        for code, raw in answers.items():
            _bring_in(actor, report, None, questionnaire_of(report).find(code), raw, lang, now)
        _add_items(actor, report, items, lang=lang, now=now)
    except KeyError as unknown:
        raise NotFound(str(unknown)) from None
    number, sha256 = _publish(actor, report, now=now)
    record(
        "report.imported",
        actor=actor,
        now=now,
        report=report,
        step=("", "published", report.row_version),
        params={"source": source, "publication": number, "sha256": sha256, "round": 1},
    )
    return report


@atomic
def import_into(actor: Actor, report_id: int, items: Sequence[OldItem], *, now: datetime) -> Report:
    """Add old entries to a draft, or to a report that was itself imported: that is published anew.

    Raises NotFound for an unknown question, Blocked when the report is written here and has left its draft.
    """
    report = held_report(report_id)
    require(actor, "report.import", report)
    if report.state != "draft" and report.origin != "imported":
        raise Blocked(
            (Message("The report of this party has been submitted here: nothing can be brought into it now."),)
        )
    try:
        _add_items(actor, report, items, lang="en", now=now)
    except KeyError as unknown:
        raise NotFound(str(unknown)) from None
    if report.state == "draft":
        if report.started_at is None:
            report.started_at = now
            record("report.started", actor=actor, now=now, report=report)
        params: dict[str, Any] = {"items": len(items)}
    else:
        number, sha256 = _publish(actor, report, now=now)
        params = {"items": len(items), "publication": number, "sha256": sha256}
    record("report.import_added", actor=actor, now=now, report=report, params=params)
    return report


def _born_published(cycle: Cycle, party_code: str, subject: str, *, source: str, now: datetime) -> Report:
    report = Report(
        cycle=cycle, party_code=party_code, subject=subject, state="published", origin="imported", source=source, round=1,
        due_on=cycle.due_on, due_zone=cycle.due_zone,
        started_at=now, first_submitted_at=now, submitted_at=now, published_at=now,
    )  # fmt: skip
    db.session.add(report)
    db.session.flush()
    db.session.refresh(report)
    return report


def _publish(actor: Actor, report: Report, *, now: datetime) -> tuple[int, str]:
    """The number and sha256 of the new publication of what the report holds now."""
    db.session.flush()
    frozen = freeze(report, sheet_of(report), actor=actor, now=now)
    return write_publication(report, frozen.content, sha256=frozen.sha256, now=now), frozen.sha256


def _add_items(actor: Actor, report: Report, items: Sequence[OldItem], *, lang: str, now: datetime) -> None:
    """Write entries with their answers behind those that are there. Raises KeyError for an unknown question or group."""
    last: dict[str, int] = dict(
        db.session.execute(
            select(Item.group, func.max(Item.position)).where(Item.report_id == report.id).group_by(Item.group)
        ).all()
    )
    made = []
    for old in items:
        last[old.group] = last.get(old.group, 0) + 1
        made.append(Item(id=old.id, report_id=report.id, group=old.group, position=last[old.group], created_at=now))
    db.session.add_all(made)
    db.session.flush()
    questionnaire = questionnaire_of(report)
    for old, item in zip(items, made, strict=True):
        for code, raw in old.answers.items():
            _bring_in(actor, report, item, questionnaire.find(code, old.group), raw, old.lang or lang, now)


def _bring_in(
    actor: Actor, report: Report, item: Item | None, question: Question, raw: Any, lang: str, now: datetime
) -> None:
    lay_down(
        actor, report, item.id if item else None, question.code, value=values.read(question, raw, lang),
        lang=lang if question.has_language else None, origin="imported", now=now,
    )  # fmt: skip
