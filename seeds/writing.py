"""How somebody of the demo fills in what a page of seeds/data holds: answers, blanks, entries, files, fates."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from review_app.models import Person, Report
from review_app.operations import answers, attachments, fates
from review_app.operations.answers import Typed
from review_app.queries.answers import sheet_of
from review_app.queries.fates import lasting_rows
from review_app.queries.reports import questionnaire_of
from review_app.questionnaire import values
from seeds import papers

Page = dict[str, Any]


def write(person: Person, report: Report, page: Page, *, at: datetime, submitted: datetime) -> list[UUID]:
    """Fill in the page section by section, then its entries, an hour each; the ids of the entries in their order."""
    questionnaire = questionnaire_of(report)
    page = {**page, "answers": {code: _dated(raw, submitted) for code, raw in page["answers"].items()}}
    for hour, section in enumerate(questionnaire.sections):
        moment = at + timedelta(hours=hour)
        typed = [one for one in _typed(page, page["lang"]) if questionnaire.section_of(one.question) == section]
        typed += [
            Typed(code, [_sent(person, report, section.code, one, now=moment) for one in sent], 0)
            for code, sent in page.get("files", {}).items() if questionnaire.section_of(code) == section
        ]  # fmt: skip
        if typed:
            answers.save_answers(person, report.id, typed, section=section.code, now=moment)
    return [
        _write_entry(person, report, line, page["lang"], now=at + timedelta(days=1, hours=hour))
        for hour, line in enumerate(page.get("items", ()), start=1)
    ]


def tell_fates(person: Person, report: Report, told: Mapping[str, str | list[str]], *, now: datetime) -> None:
    """Say what became of entries of the last report, by title: a fate, or what it was merged into."""
    rows = {row.title: row.item for row in lasting_rows(report)}
    for title, fate in told.items():
        into = rows[fate[1]].id if isinstance(fate, list) else None
        code = fate[0] if isinstance(fate, list) else fate
        fates.settle_items(person, report.id, [fates.ChosenFate(rows[title].id, code, into, rows[title].row_version)], now=now)


def _write_entry(person: Person, report: Report, line: Page, lang: str, *, now: datetime) -> UUID:
    """A new entry, or one of the last report (`last`: its title then) that is written anew; what is left of it is confirmed."""
    section = questionnaire_of(report).section_of(line["group"]).code
    typed = _typed(line, lang)
    if "last" in line:
        item_id = next(row.item.id for row in lasting_rows(report) if row.title == line["last"])
        cells = {code: cell for (item, code), cell in sheet_of(report).answers.items() if item == item_id}
        told = {one.question for one in typed}
        kept = {code: cell for code, cell in cells.items() if code not in told and not values.is_untouched(cell.value)}
        typed += [Typed(code, cell.value["raw"], 0, cell.lang) for code, cell in kept.items()]
        seen = {code: cell.row_version for code, cell in cells.items()}
        typed = [replace(one, seen=seen.get(one.question, 0), is_confirmed=True) for one in typed]
    else:
        item_id = answers.add_item(person, report.id, line["group"], now=now).id
    answers.save_answers(person, report.id, typed, section=section, item_id=item_id, now=now)
    return item_id


def _typed(line: Page, lang: str) -> list[Typed]:
    """`tongues` are answers in another language, `blank` those that are left out: a reason, and a day if it is planned."""
    typed = [Typed(code, raw, 0, line.get("tongues", {}).get(code, lang)) for code, raw in line["answers"].items()]
    left = {code: (*reason, "")[:2] for code, reason in line.get("blank", {}).items()}
    return typed + [Typed(code, "", 0, lang, blank=reason) for code, reason in left.items()]


def _sent(person: Person, report: Report, section: str, line: Page, *, now: datetime) -> Page:
    content = papers.picture() if line["name"].endswith(".png") else papers.leaflet(line["title"], line["text"])
    kept = attachments.take_in(person, report.id, section=section, name=line["name"], content=content, now=now)
    return {**kept, "caption": line["caption"]}


def _dated(raw: Any, submitted: datetime) -> Any:
    return submitted.date().isoformat() if raw == "on submission" else raw
