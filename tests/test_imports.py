"""Old reports come in: files are sent, read by a worker, settled by a person beside their source, and become answers."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from config import Settings
from review_app.extensions import db as database
from review_app.models import Answer, Cycle, Entry, Finding, ImportBatch, ImportText, Item, Report, Save
from review_app.operations import cycles, findings, importing, settling
from review_app.operations.answers import Typed, save_answers
from review_app.operations.settling import Settled
from review_app.permissions import SYSTEM
from review_app.queries.answers import sheet_of
from review_app.queries.imports import PATIENCE, batches_with_work, unplaced
from review_app.queries.invariants import broken
from review_app.questionnaire.library import library
from review_app.readers.measures import read as read_measure
from review_app.transaction import Stale, atomic
from tests.browser import Browser, Page
from tests.conftest import running_worker
from tests.people import add_parties, make_person, sign_in
from tests.waiting import wait_until
from workflows.engine import Blocked

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LATER = NOW + PATIENCE * 2
GROUP = "a11_measures"


def measure(name: str, country: str = "Peru", more: str = "") -> str:
    return (
        f"{name}\n\nWhere\n{country}\nWho\nMinistry of the Harbour\n"
        f"Describe the main features of the policy/measure:\n\n{name} carry books.\n\n"
        "What are the results achieved so far through the implementation of the policy/measure?:\n\n120 children came in 2019.\n"
        "Financial resources allocated to the policy/measure in USD:\nUSD 12,000.00 per year (2018)\n"
        "Partner(s) engaged in the implementation of the measure:\nName of partnerType of entity\nGuild of Rowers\nPrivate Sector\n"
        "Has the implementation of the policy/measure been evaluated?:\nNO\n"
        f"Cultural Domain(s)\nPublishing\n{more}"
    )


def objectives(name: str) -> str:
    """A text with an answer that the questionnaire has no question for."""
    captions = "Key objectives of the measure:\nThat all may read.\nMain feature of the measure:\nBarges carry books.\n"
    return f"{name}\n\nWhere\nPeru\n{captions}"


@atomic
def plan(slug: str = "reports-2016", edition: tuple[str, str] = ("qpr", "2019")) -> Cycle:
    add_parties()
    return cycles.plan_cycle(
        SYSTEM, slug=slug, titles={"en": "Reports 2016"}, questionnaire=edition[0], edition=edition[1],
        due_on=date(2016, 4, 30), now=NOW,
    )  # fmt: skip


def begin(texts: dict[str, str], *, party: str | None = None, slug: str = "reports-2016") -> int:
    """A batch with these texts, by the system; its id."""
    cycle = database.session.scalar(select(Cycle).where(Cycle.slug == slug)) or plan(slug)
    files = [(name, words.encode()) for name, words in texts.items()]
    return importing.begin_with_files(
        SYSTEM, files, cycle_id=cycle.id, group=GROUP, party_code=party, source="", now=NOW
    ).id


def work(batch_id: int) -> None:
    """All the turns a worker would take."""
    while importing.work_on(batch_id, now=NOW):
        pass
    importing.tell_when_done(batch_id, now=NOW)


def text_named(name: str) -> ImportText:
    database.session.expire_all()
    return database.session.scalars(select(ImportText).where(ImportText.name == name)).one()


def statuses(batch_id: int) -> dict[str, str]:
    rows = database.session.execute(select(ImportText.name, ImportText.status).where(ImportText.batch_id == batch_id))
    return dict(rows.all())


def upload(
    page: Page, button: str, files: list[tuple[str, bytes]], fields: dict[str, str] | None = None, *, status: int = 200
) -> Page:
    """Send files with the form that has this button, as a browser without scripts does."""
    form = next(found for found in page.soup.find_all("form") if button in found.get_text())
    hidden = {str(one["name"]): str(one.get("value", "")) for one in form.select("input[type=hidden]")}
    sent = [(io.BytesIO(content), name) for name, content in files]
    return page.browser.post(str(form["action"]), {**hidden, **(fields or {}), "files": sent}, status=status)


@pytest.fixture
def ada(app: Flask, client: Browser) -> Browser:
    with app.app_context():
        plan()
        make_person("ada", "administrator")
    return sign_in(client, "ada")


def test_from_the_files_to_the_public_page(app: Flask, settings: Settings, ada: Browser) -> None:
    page = ada.get("/en/office/imports").follow("Bring in old reports").follow("Reports 2016")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("old/second.html", f"<pre>{measure('Barges that sing')}</pre>")
        packed.writestr("__MACOSX/._x", "nothing")
    files = [
        ("first.txt", measure("Barges that read").encode()),
        ("more.zip", archive.getvalue()),
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


def test_the_same_words_enter_a_cycle_once(db: Any) -> None:
    first = begin({"a.txt": measure("Barges"), "copy.txt": measure("Barges")})
    second = begin({"again.txt": measure("Barges")})

    assert sorted(statuses(first).values()) == ["duplicate", "waiting"]
    assert statuses(second) == {"again.txt": "duplicate"}
    other = begin({"a.txt": measure("Barges")}, slug="reports-2020")
    assert statuses(other) == {"a.txt": "waiting"}


def test_what_can_not_be_read_says_why_and_may_be_sent_again(db: Any) -> None:
    batch = begin({"scan.pdf": "%PDF-1.4 cut", "old.doc": "\x89nothing\0"})
    work(batch)

    assert statuses(batch) == {"scan.pdf": "refused", "old.doc": "refused"}
    assert {text_named("scan.pdf").problem, text_named("old.doc").problem} == {"broken", "unknown"}
    assert statuses(begin({"scan.pdf": "%PDF-1.4 cut"})) == {"scan.pdf": "waiting"}


def test_a_whole_report_becomes_a_text_a_measure(db: Any) -> None:
    page = "".join(f"<h2>{name}</h2><p>Describe the main features of the policy/measure:</p><p>Of {name}.</p>"
                   "<p>Results of the measure</p><p>Many.</p>" for name in ("Barges", "Quays"))  # fmt: skip
    batch = begin({"report.html": f"<html>{page}</html>"}, party="CL")
    work(batch)

    rows = database.session.execute(
        select(ImportText.part, ImportText.title, ImportText.party_code).order_by(ImportText.part)
    ).all()
    assert rows == [(1, "Barges", "CL"), (2, "Quays", "CL")]


def test_a_text_says_its_party_only_when_it_is_one(db: Any) -> None:
    batch = begin(
        {
            "peru.txt": measure("Barges"),
            "nowhere.txt": measure("Quays", "Ruritania"),
            "france.txt": measure("Ports", "France"),
        }
    )
    work(batch)

    assert statuses(batch) == {"peru.txt": "ready", "nowhere.txt": "asking", "france.txt": "asking"}
    assert [doubt["why"] for doubt in text_named("france.txt").doubts] == ["no_party"]


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


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_archives_are_opened_by_the_worker_and_what_is_wrong_with_one_holds_up_no_other(db: Any) -> None:
    """In the request of who sends it an archive is one file, however much is in it."""
    first, second = measure("Barges").encode(), measure("Quays").encode()
    members = {"copy.txt": first, "new.txt": second, "inner.zip": zipped({"more.txt": b"words"}), "._x": b"nothing"}
    damaged = zipped({"broken.txt": second * 9})
    given = {
        "a.txt": first, "old.zip": zipped(members), "cut.zip": damaged[:-30], "changed.zip": damaged.replace(b"Quays", b"Ports"),
        "known.zip": zipped({"b.txt": first}), "none.zip": zipped({".hidden": b"x"}), "shell.zip": zipped({"in.zip": zipped({})}),
    }  # fmt: skip
    cycle = plan()
    begun = importing.begin_with_files(
        SYSTEM, list(given.items()), cycle_id=cycle.id, group=GROUP, party_code=None, source="", now=NOW
    )
    assert statuses(begun.id) == dict.fromkeys(given, "waiting")

    work(begun.id)
    assert statuses(begun.id) == {
        "a.txt": "ready", "copy.txt": "duplicate", "new.txt": "ready", "inner.zip": "refused", "cut.zip": "refused",
        "changed.zip": "refused", "known.zip": "duplicate", "b.txt": "duplicate", "none.zip": "refused", "in.zip": "refused",
    }  # fmt: skip
    problems = database.session.execute(select(ImportText.name, ImportText.problem).where(ImportText.problem.is_not(None)))
    assert dict(problems.all()) == {
        "inner.zip": "inner_archive", "in.zip": "inner_archive", "cut.zip": "archive", "changed.zip": "archive",
        "none.zip": "empty",
    }  # fmt: skip
    assert broken() == {}


def test_an_archived_cycle_is_not_offered_and_takes_nothing(app: Flask, ada: Browser) -> None:
    with app.app_context():
        cycle = database.session.scalars(select(Cycle)).one()
        cycles.expect(SYSTEM, cycle.id, party_code="PE", subject="", now=NOW)
        for action in ("open", "close", "archive"):
            cycles.move_cycle(SYSTEM, cycle.id, action, seen=cycle.row_version, now=NOW)
        with pytest.raises(Blocked, match="takes no more reports"):
            begin({"a.txt": measure("Barges")})
    assert "Reports 2016" not in ada.get("/en/office/imports/new").main


def test_a_text_that_was_left_out_is_read_and_not_written(app: Flask, ada: Browser) -> None:
    with app.app_context():
        batch = begin({"a.txt": measure("Barges")})
        work(batch)
        found = text_named("a.txt")
        settling.leave_out(SYSTEM, found.id, seen=found.row_version, reason="Twice here.", now=NOW)
        address = f"/en/office/imports/{batch}/texts/{found.id}"
    page = ada.get(address)
    assert page.has("This text was left out", "Twice here.", "Barges carry books.", "Peru")
    assert page.select("main textarea, main input:not([type=hidden]), main select") == []


def test_two_people_settle_one_text_and_the_second_is_told(db: Any) -> None:
    batch = begin({"a.txt": objectives("Quays")})
    work(batch)
    found = text_named("a.txt")
    said = Settled({"name": "Quays and Ports"}, {"0": "out"}, "PE", GROUP, "en", "")
    settled = settling.settle_text(SYSTEM, found.id, said, seen=found.row_version, is_accepted=False, now=NOW)

    assert (settled.title, settled.status, settled.doubts) == ("Quays and Ports", "ready", [])
    with pytest.raises(Stale):
        settling.settle_text(SYSTEM, found.id, said, seen=settled.row_version - 1, is_accepted=True, now=NOW)
    with pytest.raises(Blocked) as blocked:
        settling.settle_text(SYSTEM, found.id, said, seen=text_named("a.txt").row_version, is_accepted=True, now=NOW)
    assert [str(reason) for reason in blocked.value.reasons] == ["Say why words are left out."]
    with pytest.raises(Blocked):
        settling.leave_out(SYSTEM, found.id, seen=text_named("a.txt").row_version, reason=" ", now=NOW)
    left = settling.leave_out(
        SYSTEM, found.id, seen=text_named("a.txt").row_version, reason="A copy of another.", now=NOW
    )
    assert (left.status, left.reason) == ("left_out", "A copy of another.")


def test_a_batch_stops_and_goes_on(db: Any) -> None:
    batch = begin({f"{number}.txt": measure(f"Barge {number}") for number in range(3)})
    importing.stop(SYSTEM, batch, is_stopped=True, now=NOW)
    work(batch)
    assert set(statuses(batch).values()) == {"waiting"}
    assert batches_with_work(LATER) == []

    importing.stop(SYSTEM, batch, is_stopped=False, now=NOW)
    assert batches_with_work(LATER) == [batch]
    work(batch)
    assert set(statuses(batch).values()) == {"ready"}
    assert batches_with_work(LATER) == []


def is_in_the_middle_of_a_turn() -> bool:
    return bool(database.session.scalar(text("select count(*) from pg_locks where locktype = 'advisory' and granted")))


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
    said = Settled(json.loads(json.dumps(found.answers)), pieces, "PE", "", "en", "Kept in the source.")
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


def test_only_an_administrator_brings_in_and_files_are_never_shown(
    app: Flask, ada: Browser, new_client: Callable[[], Browser]
) -> None:
    with app.app_context():
        make_person("rita", "reviewer")
        batch = begin({"evil.html": "<html><script>alert(1)</script><p>Words</p></html>"})
        text_id = text_named("evil.html").id
    sign_in(new_client(), "rita").get(f"/en/office/imports/{batch}", status=403)
    page = ada.get(f"/en/office/imports/{batch}/texts/{text_id}/file")

    assert page.response.headers["Content-Disposition"] == "attachment; filename=evil.html"
    assert page.response.headers["X-Content-Type-Options"] == "nosniff"
    assert page.response.mimetype == "application/octet-stream"
    ada.get(f"/en/office/imports/{batch + 1}/texts/{text_id}", status=404)


def test_lists_cost_the_same_for_one_text_and_thirty(
    app: Flask, ada: Browser, count_queries: Callable[[], Any]
) -> None:
    def cost(address: str) -> int:
        ada.get(address)
        with count_queries() as counted:
            ada.get(address)
        return int(counted.count)

    with app.app_context():
        batch = begin({"0.txt": measure("Barge 0"), "x.txt": "Nothing known"})
        work(batch)
    pages = ("/en/office/imports", f"/en/office/imports/{batch}")
    few = [cost(address) for address in pages]
    with app.app_context():
        importing.add_files(
            SYSTEM, batch, [(f"{n}.txt", measure(f"Barge {n}").encode()) for n in range(1, 30)], now=NOW
        )
        work(batch)
        for number in range(30):
            begin({f"other{number}.txt": measure(f"Other {number}")})
    assert [cost(address) for address in pages] == few


def test_a_batch_of_nobody_tells_nobody_and_is_through(db: Any) -> None:
    batch = begin({"a.txt": measure("Barges")})
    work(batch)

    assert database.session.get_one(ImportBatch, batch).told_at == NOW
    assert batches_with_work(LATER) == []
    assert database.session.scalar(select(func.count()).select_from(Entry).where(Entry.fact == "import.finished")) == 0
    assert broken() == {}


def test_a_text_that_nobody_foresaw_is_refused_and_holds_up_no_other(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the reader stumbles over: here it is made to, since every text that is known to break it was mended."""
    batch = begin({"good.txt": measure("Barges"), "odd.txt": measure("Odd"), "last.txt": measure("Quays")})

    def stumble(text: str) -> Any:
        if text.startswith("Odd"):
            raise ZeroDivisionError
        return read_measure(text)

    monkeypatch.setattr(importing, "read", stumble)
    work(batch)
    assert statuses(batch) == {"good.txt": "ready", "odd.txt": "refused", "last.txt": "ready"}


def test_a_text_that_becomes_something_else_is_read_anew_and_shown_before_it_goes_in(db: Any) -> None:
    batch = begin({"a.txt": measure("Barges", more="\nYOUTH\nYes\n")})
    work(batch)
    found = text_named("a.txt")
    known = dict(found.answers or {})
    other = next(
        group.code for _, group in library.get("qpr", "2019").groups() if group.lasting and group.code != GROUP
    )
    said = Settled({}, {}, "PE", other, "en", "")
    settled = settling.settle_text(SYSTEM, found.id, said, seen=found.row_version, is_accepted=True, now=NOW)
    assert (settled.status, settled.group, settled.title) == ("asking", other, "Barges")
    kept = settled.answers or {}
    assert {code: kept[code] for code in ("name", "features")} == {code: known[code] for code in ("name", "features")}

