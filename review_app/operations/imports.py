"""Old reports enter here: published as they stand, with their source, through no gate, their findings kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from review_app.extensions import db
from review_app.models import Answer, Cycle, Item, Report, Save
from review_app.operations.findings import check_report
from review_app.operations.lasting import tie_items
from review_app.operations.publications import write_publication
from review_app.operations.snapshots import content_of, freeze
from review_app.permissions import Actor, NotFound, require
from review_app.queries.answers import sheet_of
from review_app.queries.reports import questionnaire_of
from review_app.questionnaire import values
from review_app.questionnaire.language import Question
from review_app.transaction import atomic, record


@dataclass(frozen=True)
class OldItem:
    """One entry of a repeated group: its group and raw answers by question code."""

    group: str
    answers: Mapping[str, Any] = field(default_factory=dict)


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
    report = Report(
        cycle=cycle,
        party_code=party_code,
        subject=subject,
        state="published",
        origin="imported",
        source=source,
        round=1,
        due_on=cycle.due_on,
        due_zone=cycle.due_zone,
        started_at=now,
        first_submitted_at=now,
        submitted_at=now,
        published_at=now,
    )
    db.session.add(report)
    db.session.flush()
    db.session.refresh(report)
    questionnaire = questionnaire_of(report)
    try:
        for code, raw in answers.items():
            _bring_in(actor, report, None, questionnaire.find(code), raw, lang, now)
        for position, old in enumerate(items, start=1):
            item = Item(id=uuid4(), report_id=report.id, group=old.group, position=position, created_at=now)
            db.session.add(item)
            db.session.flush()
            for code, raw in old.answers.items():
                _bring_in(actor, report, item, questionnaire.find(code, old.group), raw, lang, now)
    except KeyError as unknown:
        raise NotFound(str(unknown)) from None
    db.session.flush()
    tie_items(report, sheet_of(report))
    db.session.flush()
    snapshot = freeze(report, actor=actor, now=now)
    db.session.flush()
    number = write_publication(report, content_of(report), sha256=snapshot.sha256, now=now)
    check_report(report.id, now=now)
    record(
        "report.imported",
        actor=actor,
        now=now,
        report=report,
        step=("", "published", report.row_version),
        params={"source": source, "publication": number, "sha256": snapshot.sha256, "round": 1},
    )
    return report


def _bring_in(
    actor: Actor, report: Report, item: Item | None, question: Question, raw: Any, lang: str, now: datetime
) -> None:
    value = values.read(question, raw, lang)
    place: dict[str, Any] = {
        "report_id": report.id,
        "item_id": item.id if item else None,
        "question": question.code,
        "value": value,
        "lang": lang if question.type in ("text", "longtext", "table") else None,
        "row_version": 1,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
    }
    db.session.add(Answer(**place, origin="imported", updated_at=now))
    db.session.add(Save(**place, seen_version=0, outcome="accepted", created_at=now))
