"""What the checks know of a report: what was found, with which rules, and which answers changed since."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, bindparam, exists, func, or_, select, union

from review_app.checks.engine import Progress, progress
from review_app.checks.found import SEVERITIES, Context, Found, Source
from review_app.checks.freshness import (
    AS_WRITTEN,
    Known,
    Setting,
    Settings,
    Standing,
    as_set,
    bring_up,
    marks,
    may_stop,
)
from review_app.checks.registry import QUICK
from review_app.extensions import db
from review_app.models import (
    Answer,
    Cycle,
    Finding,
    FindingReply,
    ImportText,
    Item,
    Recheck,
    Report,
    ReportCheck,
    RuleSetting,
)
from review_app.queries.answers import Places, all_replies, all_written, replies_of, sheet_of_content
from review_app.queries.reports import latest_snapshot, questionnaire_of
from review_app.questionnaire.sheets import Sheet
from workflows.messages import Message

SPAM = "SPAM-01"
"""The rule whose words a publication leaves out."""


@dataclass(frozen=True)
class Checking:
    """A report's answers, what stands about them, and the open rows behind it (fingerprint -> row)."""

    sheet: Sheet
    known: Known
    settings: Settings
    standing: Standing
    rows: dict[str, Finding]

    @property
    def found(self) -> tuple[Found, ...]:
        return self.standing.found

    @property
    def is_waiting(self) -> bool:
        """Whether the worker is still to check something: answers that changed, or all of them by rules that did."""
        return bool(self.standing.waiting and (self.known.changed or self.known.marks))

    def waiting_sections(self) -> set[str]:
        """The sections with answers that the worker is still to check."""
        groups = {item.id: item.group for item in self.sheet.items}
        codes = {groups.get(item_id, "") if item_id else code for item_id, code in self.known.changed} - {""}
        return {self.sheet.questionnaire.section_of(code).code for code in codes} if self.is_waiting else set()


def checking(report: Report, *, only: Collection[str] | None = None) -> Checking:
    """The findings about the answers as they are now; of the rules that are due, `only` these run. Writes nothing.

    Five queries, and those of `context_of` when needed.
    """
    return all_checking([report], only=only)[report.id]


def all_checking(reports: Sequence[Report], *, only: Collection[str] | None = None) -> dict[int, Checking]:
    """The same of each report, by its id: as many queries as for one."""
    marks_of = select(ReportCheck.report_id, ReportCheck.marks).where(ReportCheck.report_id.in_([report.id for report in reports]))
    ran_with = dict(db.session.execute(marks_of).all())
    return _checking(reports, _settings([report.cycle_id for report in reports]), ran_with, only)


def _checking(
    reports: Sequence[Report], settings: Mapping[int, Settings], ran_with: Mapping[int, dict[str, str]],
    only: Collection[str] | None, *which: ColumnElement[bool],
) -> dict[int, Checking]:
    """By the id of the report; `settings` by the id of the cycle."""
    sheets = all_written(reports)
    rows: dict[int, dict[str, Finding]] = {report.id: {} for report in reports}
    standing = Finding.report_id.in_(rows), Finding.settled_at.is_(None), *which
    for row in db.session.scalars(select(Finding).where(*standing).order_by(Finding.id)):
        rows[row.report_id][row.fingerprint] = row
    return {
        one.id: _stands(one, *sheets[one.id], rows[one.id], settings[one.cycle_id], ran_with.get(one.id) or {}, only)
        for one in reports
    }


def _stands(
    report: Report, sheet: Sheet, changed: Places, rows: dict[str, Finding], settings: Settings, ran_with: dict[str, str],
    only: Collection[str] | None,
) -> Checking:
    known = Known(tuple(_found(row, sheet) for row in rows.values()), ran_with, changed)
    standing = bring_up(sheet, known, settings=settings, context=partial(context_of, report, sheet), only=only)
    return Checking(sheet, known, settings, standing, rows)


@dataclass(frozen=True)
class HowFar:
    """How far the writing of a report is: its figures, and the findings that no reason answers."""

    sheet: Sheet
    progress: Progress
    found: list[Found]

    @classmethod
    def of(cls, state: Checking, replies: Collection[str]) -> "HowFar":
        found = [one for one in state.found if one.fingerprint not in replies]
        return cls(state.sheet, progress(state.sheet, found), found)


def how_far(reports: Sequence[Report]) -> dict[int, HowFar]:
    """Of each report, by its id, as its quick rules have it. As many queries for many as for one."""
    states, replies = all_checking(reports, only=QUICK), all_replies(reports)
    return {report.id: HowFar.of(states[report.id], replies[report.id]) for report in reports}


@dataclass(frozen=True)
class Gate:
    """How many errors nobody has answered, and the sheet when it was read to know them."""

    open_errors: int
    sheet: Sheet | None


_THIS = bindparam("report_id", type_=Integer)
_IS_ANSWERED = exists().where(FindingReply.report_id == Finding.report_id, FindingReply.fingerprint == Finding.fingerprint)
_GATE = select(
    select(ReportCheck.marks).where(ReportCheck.report_id == _THIS).scalar_subquery(),
    or_(*(exists().where(table.report_id == _THIS, table.checked_version < table.row_version) for table in (Answer, Item))),
    select(func.count()).select_from(Finding)
    .where(Finding.report_id == _THIS, Finding.settled_at.is_(None), Finding.severity == "error", ~_IS_ANSWERED).scalar_subquery(),
)  # fmt: skip


def gate(report: Report) -> Gate:
    """What the answers as they are now hold against a submission. Two queries when the worker has seen all of them.

    Else the rules that may find an error run wherever they are due.
    """
    settings = settings_of(report.cycle_id)
    ran_with, is_behind, open_errors = db.session.execute(_GATE, {"report_id": report.id}).one()
    if ran_with == marks(settings) and not is_behind:
        return Gate(open_errors, None)
    only = may_stop(settings)
    (state,) = _checking([report], {report.cycle_id: settings}, {report.id: ran_with or {}}, only, Finding.rule.in_(only)).values()
    found = {one.fingerprint for one in state.found if one.severity == "error"}
    return Gate(len(found - replies_of(report).keys()) if found else 0, state.sheet)


def _found(row: Finding, sheet: Sheet) -> Found:
    return Found(
        row.rule, row.severity, row.section, sheet.group(row.item_id), row.item_id, row.question or "",  # type: ignore[arg-type]
        row.row, row.column, row.quote, message_from_json(row.message), row.offer,  # type: ignore[arg-type]
    )


def message_from_json(stored: Mapping[str, Any]) -> Message:
    """What `operations.findings.message_to_json` stored. Messages within it stay JSON, which pages can say too."""
    sentence, params = stored["id"], stored["params"]
    return Message(sentence, params)


def settings_of(cycle_id: int) -> dict[str, Setting]:
    """Rule -> how the cycle sets it, for the rules that it does not leave as they are written."""
    return _settings([cycle_id])[cycle_id]


def _settings(cycle_ids: Sequence[int]) -> dict[int, dict[str, Setting]]:
    found: dict[int, dict[str, Setting]] = {cycle_id: {} for cycle_id in cycle_ids}
    for row in db.session.scalars(select(RuleSetting).where(RuleSetting.cycle_id.in_(found))):
        found[row.cycle_id][row.rule] = Setting(row.is_on, row.severity)  # type: ignore[arg-type]
    return found


def is_on(report: Report, rule_id: str) -> bool:
    """Whether the report's cycle has the rule switched on."""
    return settings_of(report.cycle_id).get(rule_id, AS_WRITTEN).is_on


def context_of(report: Report, sheet: Sheet, parts: Collection[str]) -> Context:
    """What rules may know besides the answers: the `parts` asked for. The last report costs three queries, imported texts one."""
    cycle = report.cycle
    period = (cycle.starts_on.year, cycle.ends_on.year) if cycle.starts_on and cycle.ends_on else None
    return Context(
        period=period,
        previous=_previous(report, sheet) if "previous" in parts else {},
        sources=_sources(report, sheet) if "source" in parts else {},
    )


def _sources(report: Report, sheet: Sheet) -> dict[UUID | None, Source]:
    """The texts that entries (None: the report itself) were read out of."""
    if not any(cell.is_imported for cell in sheet.answers.values()):
        return {}
    kept = ImportText.reading["source"]
    rows = db.session.execute(select(ImportText.item_id, kept).where(ImportText.report_id == report.id, kept.is_not(None)))
    return {item_id: Source.from_json(source) for item_id, source in rows if source}


def _previous(report: Report, sheet: Sheet) -> dict[UUID | None, Mapping[str, Any]]:
    """The clean values of the party's last report by the same questionnaire: its own, and those of each entry that it had too."""
    if report.cycle.ends_on is None:
        return {}
    before = db.session.scalar(
        select(Report)
        .join(Cycle, Cycle.id == Report.cycle_id)
        .where(
            Report.party_code == report.party_code, Report.subject == report.subject, Report.round > 0,
            Cycle.questionnaire == report.cycle.questionnaire, Cycle.ends_on < report.cycle.ends_on,
        )
        .order_by(Cycle.ends_on.desc(), Report.id.desc())
        .limit(1)
    )  # fmt: skip
    snapshot = latest_snapshot(before) if before else None
    if before is None or snapshot is None:
        return {}
    content = json.loads(snapshot.content)
    then = sheet_of_content(questionnaire_of(before), content)
    lasting = {entry["lasting_item_id"]: UUID(entry["id"]) for entry in content["items"] if entry["lasting_item_id"]}
    titles = {(item.group, then.title(item).casefold()): item.id for item in then.items}
    tied = dict(db.session.execute(select(Item.id, Item.lasting_item_id).where(Item.report_id == report.id)).all())
    values: dict[UUID | None, Mapping[str, Any]] = {None: then.values()}
    for item in sheet.items:
        chapter = lasting.get(str(tied.get(item.id))) or titles.get((item.group, sheet.title(item).casefold()))
        if chapter:
            values[item.id] = then.values(chapter)
    return values


def text_round(report: Report) -> int:
    """The round of the submission that the present answers are in, or will be in."""
    return {"draft": 1, "revision": report.round + 1}.get(report.state, report.round)


def findings_of(report: Report, sheet: Sheet) -> list[Found]:
    """What was found about the last submission (`sheet`), gravest first, as the cycle sets the rules."""
    stood = Finding.settled_at.is_(None) | ((Finding.settled_round > report.round) & (Finding.settled_how == "changed"))
    mine = select(Finding).where(Finding.report_id == report.id, Finding.round <= report.round, stood).order_by(Finding.id)
    rows, settings = db.session.scalars(mine), settings_of(report.cycle_id)
    found = [as_set(_found(row, sheet), settings) for row in rows if settings.get(row.rule, AS_WRITTEN).is_on]
    return sorted(found, key=lambda one: SEVERITIES.index(one.severity))


def is_recheck_due(report: Report) -> bool:
    """Whether rules changed since the report was checked."""
    ran_with = db.session.scalar(select(ReportCheck.marks).where(ReportCheck.report_id == report.id))
    return ran_with is not None and ran_with != marks(settings_of(report.cycle_id))


def unchecked_reports() -> list[int]:
    """Reports with answers or entries that changed since the checks looked: those of one sweep."""
    changed = union(
        select(Answer.report_id).where(Answer.checked_version < Answer.row_version),
        select(Item.report_id).where(Item.checked_version < Item.row_version),
    )
    return list(db.session.scalars(select(changed.subquery().c.report_id).limit(100)))


def open_rechecks() -> list[int]:
    """Rechecks that are under way."""
    return list(db.session.scalars(select(Recheck.id).where(Recheck.status == "running").order_by(Recheck.id)))
