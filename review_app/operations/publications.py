"""Publishing: what a snapshot holds for the public becomes rows of the schema `published`. Commits nothing."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, func, insert, select, update

from review_app.checks.wording import without_strays
from review_app.extensions import db
from review_app.models import Report
from review_app.models import published as tables
from review_app.operations.lasting import slug_from
from review_app.operations.locks import hold_party
from review_app.prose import gist
from review_app.queries.answers import known_words, sheet_of_content
from review_app.queries.attachments import without_refused
from review_app.queries.checking import SPAM, is_on
from review_app.questionnaire import values
from review_app.questionnaire.language import Question, Questionnaire
from review_app.questionnaire.library import library
from review_app.questionnaire.sheets import Cell, Sheet, SheetItem


def slug_of(report: Report) -> str:
    """The public address of a report: the one it was published under, else the one it will get."""
    table = tables.publication.c
    known: str | None = db.session.scalar(select(table.slug).where(table.report_id == report.id).limit(1))
    if known is not None:
        return known
    parts = [slug_from(report.party.names.get("en") or report.party_code), report.cycle.slug]
    slug = "-".join(parts + ([slug_from(report.subject)] if report.subject else []))[:180]
    # Two subjects may differ only in what an address cannot show.
    is_taken = db.session.scalar(select(func.count()).where(table.slug == slug))
    return f"{slug}-{report.id}" if is_taken else slug


def write_publication(report: Report, content: dict[str, Any], *, sha256: str, now: datetime) -> int:
    """Publish a snapshot's content as the report's next number, current from now on. Returns that number.

    Older numbers stay at their address. Only public answers to asked questions go out, without what is confidential, without
    the words that an unanswered SPAM-01 finding quotes, and without files that were refused. The caller has locked the report's
    row and runs in a transaction.
    """
    questionnaire = library.get(content["questionnaire"]["name"], content["questionnaire"]["edition"])
    said = without_refused(sheet_of_content(questionnaire, content, known_words=known_words(report)))
    dirty = _without_confidential(said)
    sheet = without_strays(dirty, content["replied_findings"]) if is_on(report, SPAM) else dirty
    table = tables.publication
    number = (db.session.scalar(select(func.max(table.c.number)).where(table.c.report_id == report.id)) or 0) + 1
    if number == 1:  # another report of the party, published at this moment, may ask for the same address
        hold_party(report.party_code)
    slug = slug_of(report)
    db.session.execute(update(table).where(table.c.report_id == report.id, table.c.is_current).values(is_current=False))
    row = {**_about(report), "number": number, "is_current": True, "slug": slug, "title": _title(questionnaire, sheet),
           "questionnaire": questionnaire.name, "edition": questionnaire.edition, "sha256": sha256, "published_at": now,
           "contributors": content.get("contributors", [])}
    told_by = report.cycle.due_on or row["ends_on"] or now
    row["year"] = told_by.year
    items = _item_rows(sheet, {UUID(entry["id"]): entry for entry in content["items"]})
    row["entries"] = sum(item["slug"] is not None for item in items)
    publication_id: int = db.session.execute(insert(table).returning(table.c.id), row).scalar_one()
    _write(tables.item, [{"publication_id": publication_id, **item} for item in items])
    _write_answers(publication_id, sheet, fills_gaps=report.origin == "written")
    told = (fate for fate in content.get("fates", ()) if questionnaire.question(fate["group"]).public)
    if fates := [_fate_row(publication_id, fate) for fate in told]:
        db.session.execute(insert(tables.fate), fates)
    return number


def _without_confidential(sheet: Sheet) -> Sheet:
    """The sheet as if what is confidential had never been answered: nobody can tell the two apart."""
    told = {place: cell for place, cell in sheet.answers.items() if values.reason_of(cell.value) == "confidential"}
    groups: dict[UUID | None, str] = {item.id: item.group for item in sheet.items}
    blank = {
        (item_id, code): values.read(sheet.questionnaire.find(code, groups.get(item_id)), None) for item_id, code in told
    }  # fmt: skip
    return sheet.replaced({place: Cell(value) for place, value in blank.items()})


def _about(report: Report) -> dict[str, Any]:
    """What a publication repeats of its report, so that the public role needs no other table."""
    return {
        "report_id": report.id, "party_code": report.party_code, "party_names": report.party.names,
        "region": report.party.region, "cycle_titles": report.cycle.titles, "subject": report.subject,
        "starts_on": report.cycle.starts_on, "ends_on": report.cycle.ends_on, "origin": report.origin,
        "source": report.source,
    }


def _title(questionnaire: Questionnaire, sheet: Sheet) -> str:
    """What the report calls itself, when the question that says so is public; else ""."""
    code = questionnaire.title_code
    return sheet.report_title()[:500] if code and questionnaire.question(code).public else ""


def _published_items(sheet: Sheet) -> Iterator[tuple[str, Question, SheetItem]]:
    """Section code, group and item of every entry of a public group that is asked, in order."""
    for section in sheet.questionnaire.sections:
        for group in sheet.asked_groups(section.code):
            for item in sheet.items_of(group.code) if group.public else ():
                yield section.code, group, item


def _item_rows(sheet: Sheet, entries: Mapping[UUID, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the published entries, all but the publication; `entries` is how the snapshot has them, by id."""
    rows: list[dict[str, Any]] = []
    taken: set[str] = set()
    for section, group, item in _published_items(sheet):
        titled = group.by_code.get(group.title_code or "")
        title = sheet.title(item)[:500] if titled is None or titled.public else ""
        slug = (entries[item.id].get("slug") or slug_from(title)) if group.page else None
        if slug in taken:
            slug = f"{slug}-{item.id.hex[:6]}"
        taken.update({slug} if slug else ())
        lasting_id = entries[item.id].get("lasting_item_id")
        rows.append({
            "id": item.id, "slug": slug, "group": group.code, "section": section, "position": item.position, "title": title,
            "lasting_item_id": UUID(lasting_id) if lasting_id else None, **_gist(sheet, group, item),
        })
    return rows


def _fate_row(publication_id: int, fate: Mapping[str, Any]) -> dict[str, Any]:
    into = fate["into_lasting_item_id"]
    return {
        "publication_id": publication_id, "lasting_item_id": UUID(fate["lasting_item_id"]), "fate": fate["fate"],
        "into_lasting_item_id": UUID(into) if into else None,
    }  # fmt: skip


def _gist(sheet: Sheet, group: Question, item: SheetItem) -> dict[str, str | None]:
    """What a list says of an entry besides its title: the language of the title, the start of its description, and of that."""
    asked = {question.role: question.code for question in sheet.asked_in(item) if question.public and question.role}
    title = sheet.cell(group.title_question or asked.get("title", ""), item.id)
    features = sheet.cell(asked.get("features", ""), item.id)
    return {
        "title_lang": title.lang if title else None,
        "gist": gist(features.value.get("value") or "") if features else "", "gist_lang": features.lang if features else None,
    }


def _write_answers(publication_id: int, sheet: Sheet, *, fills_gaps: bool) -> None:
    """Rows of every public answer, in the questionnaire's order.

    A blank row stays blank. `fills_gaps` adds a blank row for an asked question that has none: whoever wrote the report
    here saw the question; an imported source that never had the caption gets no row.
    """
    rows: list[dict[str, Any]] = []

    def add(section: str, item_id: UUID | None, question: Question) -> None:
        cell = sheet.cell(question.code, item_id)
        if question.public and (cell or fills_gaps):
            rows.append({
                "publication_id": publication_id, "item_id": item_id, "section": section, "question": question.code,
                "position": len(rows), "value": cell.value if cell else values.read(question, None),
                "lang": cell.lang if cell else None,
            })

    for section in sheet.questionnaire.sections:
        for question in sheet.asked(section.code):
            add(section.code, None, question)
    for code, _, item in _published_items(sheet):
        for question in sheet.asked_in(item):
            add(code, item.id, question)
    _write(tables.answer, rows)


def _write(table: Table, rows: list[dict[str, Any]]) -> None:
    """All rows in one statement (a thousand at most): what is returned keeps SQLAlchemy from sending each on its own."""
    if rows:
        db.session.execute(insert(table).returning(table.c.publication_id), rows)
