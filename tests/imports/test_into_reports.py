"""Texts become reports: from the files to the public page, a report for each party, drafts and cases."""

import io
import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import Settings
from review_app.extensions import db as database
from review_app.models import Answer, Cycle, Finding, Item, Report, Save
from review_app.operations import cycles, findings, importing, settling
from review_app.operations.answers import Typed, save_answers
from review_app.operations.settling import Correction
from review_app.permissions import SYSTEM
from review_app.queries.answers import sheet_of
from review_app.queries.imports import unplaced
from review_app.queries.invariants import broken
from review_app.transaction import atomic
from tests.browser import Browser, Page
from tests.old_texts import GROUP, NOW, begin, measure, objectives, plan, statuses, text_named, work, zipped
from tests.processes import running_worker
from tests.waiting import wait_until
from workflows.engine import Blocked


def upload(
    page: Page, button: str, files: list[tuple[str, bytes]], fields: dict[str, str] | None = None, *, status: int = 200
) -> Page:
    """Send files with the form that has this button, as a browser without scripts does."""
    form = next(found for found in page.soup.find_all("form") if button in found.get_text())
    hidden = {str(one["name"]): str(one.get("value", "")) for one in form.select("input[type=hidden]")}
    sent = [(io.BytesIO(content), name) for name, content in files]
    return page.browser.post(str(form["action"]), {**hidden, **(fields or {}), "files": sent}, status=status)


def test_from_the_files_to_the_public_page(app: Flask, settings: Settings, ada: Browser) -> None:
    page = ada.get("/en/office/imports").follow("Bring in old reports").follow("Reports 2016")
    archive = zipped({"old/second.html": f"<pre>{measure('Barges that sing')}</pre>".encode(), "__MACOSX/._x": b"nothing"})
    files = [
        ("first.txt", measure("Barges that read").encode()),
        ("more.zip", archive),
        ("third.txt", objectives("Quays").encode()),
    ]
    page = upload(page, "Read these files", files, {"group": GROUP, "party_code": "", "source": "The old platform"})
    address = page.url
    with app.app_context(), running_worker(app, settings):
        wait_until(lambda: set(statuses(1).values()) == {"ready", "asking"}, "all is read", left=lambda: statuses(1))
    page = ada.get(address)
    assert page.has("1 text needs you", "2 texts leave nothing to ask")

    page = page.follow("Quays")
    assert page.has(
        "Some words have no place. Put them into a field, or leave them out with a reason.", "That all may read."
    )
    assert page.value("name") == "Quays"
    page = page.fill({"partners-0-partner_name": "Guild of Rowers"}).press("Save and add another row")
    assert page.value("partners-0-partner_name") == "Guild of Rowers"
    assert page.value("partners-1-partner_name") == ""
    assert page.press("Bring it in", status=422).errors == [
        "Say for every stretch without a place where it belongs, or leave it out."
    ]
    page = ada.page.fill({"place-0": "features"}).press("Bring it in") if ada.page else page
    assert page.has("The text is being brought in.")
    page.press("Bring 2 texts in")
    with app.app_context():
        work(1)
        report = database.session.scalars(select(Report)).one()
        assert (report.party_code, report.state, report.origin, report.source) == (
            "PE",
            "published",
            "imported",
            "The old platform",
        )
        answers = database.session.scalars(select(Answer).where(Answer.report_id == report.id)).all()
        assert {answer.origin for answer in answers} == {"imported"}
        features = {answer.value["raw"] for answer in answers if answer.question == "features"}
        assert features == {
            "Barges that read carry books.",
            "Barges that sing carry books.",
            "Barges carry books.\n\nThat all may read.",
        }
        assert broken() == {}
    assert ada.get(address).has("Everything is through", "Brought in")
    assert "Barges that sing" in ada.get("/en/published/peru-reports-2016").text
    assert ada.get("/en/notices").follow("Your import is through: see what needs you").h1 == "Import into Reports 2016"


def test_texts_of_two_parties_go_into_a_report_each(db: Any) -> None:
    batch = begin({"peru.txt": measure("Barges"), "chile.txt": measure("Quays", "Chile")})
    work(batch)
    importing.accept_ready(SYSTEM, batch, now=NOW)
    work(batch)
    assert broken() == {}
    assert sorted(database.session.scalars(select(Report.party_code))) == ["CL", "PE"]


def test_a_report_that_was_brought_in_grows_and_a_submitted_one_does_not(db: Any) -> None:
    first = begin({"a.txt": measure("Barges")})
    work(first)
    importing.accept_ready(SYSTEM, first, now=NOW)
    work(first)
    second = begin({"b.txt": measure("Quays")})
    work(second)
    importing.accept_ready(SYSTEM, second, now=NOW)
    work(second)
    report = database.session.scalars(select(Report)).one()
    sheet = sheet_of(report)

    assert [sheet.title(item) for item in sheet.items] == ["Barges", "Quays"]
    assert text_named("b.txt").item_id == sheet.items[1].id
    assert broken() == {}
    _say_origin(report.id, "written")
    third = begin({"c.txt": measure("Ports")})
    work(third)
    importing.accept_ready(SYSTEM, third, now=NOW)
    work(third)
    assert (text_named("c.txt").status, text_named("c.txt").doubts) == (
        "asking",
        [{"why": "report_away", "question": "", "words": ""}],
    )
    assert database.session.scalar(select(func.count()).select_from(Item)) == 2
    _say_origin(report.id, "imported")


@atomic
def _say_origin(report_id: int, origin: str) -> None:
    database.session.get_one(Report, report_id).origin = origin


def test_into_a_draft_the_entries_come_unpublished(db: Any) -> None:
    cycle = plan()
    cycles.expect(SYSTEM, cycle.id, party_code="PE", subject="", now=NOW)
    cycles.move_cycle(SYSTEM, cycle.id, "open", seen=cycle.row_version, now=NOW)
    batch = begin({"a.txt": measure("Barges")})
    work(batch)
    importing.accept_ready(SYSTEM, batch, now=NOW)
    work(batch)

    report = database.session.scalars(select(Report)).one()
    assert (report.state, report.origin) == ("draft", "written")
    assert {answer.origin for answer in database.session.scalars(select(Answer))} == {"imported"}
    assert database.session.scalar(select(func.count()).select_from(Save)) == database.session.scalar(
        select(func.count()).select_from(Answer)
    )
    assert broken() == {}


def test_the_rules_know_the_text_behind_an_entry_until_somebody_writes(db: Any) -> None:
    cycle = plan()
    cycles.expect(SYSTEM, cycle.id, party_code="PE", subject="", now=NOW)
    cycles.move_cycle(SYSTEM, cycle.id, "open", seen=cycle.row_version, now=NOW)
    blank = "Sitio web de la política/medida, si está disponible:\nTransversal Priority(ies)\n"
    batch = begin({"whole.txt": measure("Quays"), "gaps.txt": measure("Barges", more=blank)})
    work(batch)
    importing.accept_ready(SYSTEM, batch, now=NOW)
    work(batch)
    report = database.session.scalars(select(Report)).one()
    whole, gaps = (text_named(name).item_id for name in ("whole.txt", "gaps.txt"))

    assert about_sources(report.id, whole) == {("UI-02", "partners")}
    assert about_sources(report.id, gaps) == {
        ("LANG-01", "name"), ("REQ-02", "website"), ("TAG-03", "priorities"), ("UI-02", "partners"),
    }  # fmt: skip
    partners = [{"partner_name": "Guild", "entity_type": "cso"}]
    typed = {"name": "Barges, again", "website": "https://barges.example.org", "priorities": ["youth"], "partners": partners}
    lines = [Typed(code, raw, sheet_row(report, code, gaps)) for code, raw in typed.items()]
    save_answers(SYSTEM, report.id, lines, section="cultural_and_creative_sectors", item_id=gaps, now=NOW)

    assert about_sources(report.id, gaps) == set()
    assert about_sources(report.id, whole) == {("UI-02", "partners")}


def about_sources(report_id: int, item_id: Any) -> set[tuple[str, str]]:
    """The findings of an entry that are about the text it came from, after a check: (rule, question)."""
    findings.check_report(report_id, now=NOW)
    rules = ("LANG-01", "REQ-02", "TAG-03", "UI-01", "UI-02")
    found = select(Finding).where(Finding.item_id == item_id, Finding.rule.in_(rules), Finding.settled_at.is_(None))
    return {(one.rule, one.question or "") for one in database.session.scalars(found)}


def sheet_row(report: Report, code: str, item_id: Any) -> int:
    cell = sheet_of(report).cell(code, item_id)
    return cell.row_version if cell else 0


def test_an_archived_cycle_is_not_offered_and_takes_nothing(app: Flask, ada: Browser) -> None:
    with app.app_context():
        cycle = database.session.scalars(select(Cycle)).one()
        cycles.expect(SYSTEM, cycle.id, party_code="PE", subject="", now=NOW)
        for action in ("open", "close", "archive"):
            cycles.move_cycle(SYSTEM, cycle.id, action, seen=cycle.row_version, now=NOW)
        with pytest.raises(Blocked, match="takes no more reports"):
            begin({"a.txt": measure("Barges")})
    assert "Reports 2016" not in ada.get("/en/office/imports/new").main


def test_a_case_becomes_a_report_of_its_own(db: Any) -> None:
    cycle = plan("cases", ("case-study", "2020"))
    sheet = ("Cradle Visits\n\n- Implementing Agency:\nMinistry of Nurses\n- Funding Source:\nIn 2017, US$ 3.5 million came.\n"
        "- Scale:\nTwo towns\n"
             "- Location:\nPeru\nSummary of Intervention/Programme\nA nurse comes with a book.\n")  # fmt: skip
    batch = importing.begin_with_files(
        SYSTEM, [("case.txt", sheet.encode())], cycle_id=cycle.id, group="", party_code=None, source="", now=NOW,
    ).id  # fmt: skip
    work(batch)
    found = text_named("case.txt")
    pieces = dict.fromkeys(unplaced(found), "out")
    said = Correction(json.loads(json.dumps(found.answers)), pieces, "PE", "", "en", "Kept in the source.")
    settling.settle_text(SYSTEM, found.id, said, seen=found.row_version, is_accepted=True, now=NOW)
    work(batch)

    report = database.session.scalars(select(Report)).one()
    assert (report.subject, report.party_code, report.source, text_named("case.txt").item_id) == (
        "Cradle Visits",
        "PE",
        "case.txt",
        None,
    )
    assert broken() == {}
