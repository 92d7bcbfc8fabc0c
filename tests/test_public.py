"""What the public reads: only what was published, clean, at addresses that stay, through a role of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
import yaml
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from config import Settings
from review_app.extensions import db as database
from review_app.models import Cycle, Party, Report
from review_app.models import published as tables
from review_app.operations.publications import slug_of, write_publication
from review_app.queries.public import addresses, public_engine
from review_app.questionnaire import values
from review_app.questionnaire.library import library
from review_app.transaction import atomic
from tests.browser import Browser

pytestmark = pytest.mark.by_hand("publications are written without the report that led to them", "reports", "published")

NOW = datetime(2027, 7, 1, 12, tzinfo=UTC)
NAMES = {"PER": {"en": "Peru", "fr": "Pérou", "es": "Perú"}, "CHL": {"en": "Chile", "fr": "Chili", "es": "Chile"}}
SHA = "a" * 64
REPORT = "published/peru-country-report-2026"


def w(en: str, fr: str = "") -> dict[str, str]:
    return {"en": en, "fr": fr or f"{en} (fr)", "es": f"{en} (es)"}


DOMAINS = [{"id": "music", "label": w("Music", "Musique")}, {"id": "design", "label": w("Design")}]
MEASURES = {
    "code": "measures", "type": "group", "label": w("Measures"), "item_label": w("Measure", "Mesure"), "lasting": True,
    "page": True, "title_question": "name",
    "questions": [
        {"code": "name", "type": "text", "label": w("Name of the measure"), "role": "title"},
        {"code": "agency", "type": "text", "label": w("Agency"), "role": "agency"},
        {"code": "domains", "type": "choices", "label": w("Domains"), "role": "domains", "options": DOMAINS},
        {"code": "features", "type": "longtext", "label": w("Main features"), "role": "features"},
        {"code": "results", "type": "longtext", "label": w("Results so far"), "role": "results"},
        {"code": "finance", "type": "money", "label": w("Resources"), "role": "money"},
        {"code": "partners", "type": "table", "label": w("Partners"), "role": "partners", "columns": [
            {"code": "partner", "type": "text", "label": w("Name of partner"), "role": "partner_name"},
            {"code": "kind", "type": "choice", "label": w("Type of entity"), "role": "partner_type", "options": [
                {"id": "public", "label": w("Public Sector")}]}]},
        {"code": "evaluated", "type": "yes_no", "label": w("Evaluated?"), "role": "evaluated"},
        {"code": "conclusions", "type": "longtext", "label": w("Conclusions"), "role": "conclusions",
         "when": {"question": "evaluated", "equals": True}},
        {"code": "youth", "type": "yes_no", "label": w("Young people?")},
        {"code": "phone", "type": "text", "label": w("Telephone of the office"), "public": False},
    ],
}
COUNTRY_REPORT = {
    "name": "country-report", "edition": "1", "title": w("Country report", "Rapport du pays"),
    "sections": [
        {"code": "general", "title": w("General"), "questions": [
            {"code": "overview", "type": "longtext", "label": w("Overview")},
            {"code": "places", "type": "table", "label": w("Places"), "columns": [
                {"code": "place", "type": "text", "label": w("Place")}]},
            {"code": "has_law", "type": "yes_no", "label": w("Is there a law?")},
            {"code": "law", "type": "text", "label": w("Which law?"), "when": {"question": "has_law", "equals": True}},
            {"code": "officer", "type": "text", "label": w("Officer in charge"), "public": False}]},
        {"code": "actions", "title": w("Actions"), "questions": [MEASURES, {
            "code": "figures", "type": "group", "label": w("Figures"), "title_question": "figure", "questions": [
                {"code": "figure", "type": "text", "label": w("Figure")},
                {"code": "amount", "type": "number", "label": w("How much")},
                {"code": "remark", "type": "longtext", "label": w("Remark")}]}]},
    ],
}
CASE = {
    "name": "one-case", "edition": "1", "title": w("Case"), "subject": w("Case"), "page": True,
    "title_question": "name",
    "sections": [{"code": "story", "title": w("The story"), "questions": [
        {"code": "name", "type": "text", "label": w("Title"), "role": "title"},
        {"code": "line", "type": "text", "label": w("In one line"), "role": "summary"},
        {"code": "who", "type": "text", "label": w("Implementing agency"), "role": "agency"},
        {"code": "what", "type": "longtext", "label": w("What happened")},
        {"code": "lessons", "type": "group", "label": w("What worked"), "title_question": "head", "questions": [
            {"code": "head", "type": "text", "label": w("Heading")},
            {"code": "told", "type": "longtext", "label": w("Text")}]}]}],
}

Answers = Mapping[str, Any]


@pytest.fixture
def press(app: Any, settings: Settings, tmp_path: Path) -> Iterator["Press"]:
    """Publishes reports of questionnaires made up for these tests."""
    for questionnaire in (COUNTRY_REPORT, CASE):
        (tmp_path / f"{questionnaire['name']}.yaml").write_text(yaml.safe_dump(questionnaire), encoding="utf-8")
    library.configure([*settings.questionnaire_paths, tmp_path])
    with app.app_context():
        yield Press()
    library.configure(settings.questionnaire_paths)


class Press:
    """Makes a cycle, a report and its publication in one go."""

    def __init__(self) -> None:
        self.lasting = uuid4()

    @atomic
    def report(
        self, party: str = "PER", year: int = 2026, *, name: str = "country-report", subject: str = "",
        origin: str = "imported",
    ) -> int:
        if database.session.get(Party, party) is None:
            database.session.add(Party(code=party, names=NAMES[party], region="Latin America and the Caribbean"))
        slug = f"{name}-{year}"
        cycle = database.session.scalar(select(Cycle).where(Cycle.slug == slug)) or Cycle(
            slug=slug, titles=w(f"Reports of {year}"), questionnaire=name, edition="1", checksum=SHA, state="open",
            starts_on=date(year - 3, 1, 1), ends_on=date(year, 12, 31), due_on=date(year, 12, 31), opened_at=NOW,
        )
        database.session.add(cycle)
        database.session.flush()
        report = Report(
            cycle_id=cycle.id, party_code=party, subject=subject, state="published", round=1, origin=origin,
            source="https://example.org/old/report" if origin == "imported" else None,
            first_submitted_at=NOW, submitted_at=NOW, published_at=NOW,
        )
        database.session.add(report)
        database.session.flush()
        return report.id

    @atomic
    def publish(
        self, report_id: int, answers: Answers, items: Sequence[tuple[str, Answers]] = (), *, now: datetime = NOW,
        replied: list[str] | None = None, ids: Sequence[UUID] = (), slugs: Sequence[str] = (),
    ) -> int:
        report = database.session.get_one(Report, report_id)
        questionnaire = library.get(report.cycle.questionnaire, "1")
        entries, cells = [], [self._cell(questionnaire.find(code), None, raw) for code, raw in answers.items()]
        for position, (group, inner) in enumerate(items):
            item_id = str(ids[position] if ids else uuid4())
            slug = slugs[position] if slugs else None
            entries.append({
                "id": item_id, "group": group, "position": position + 1, "slug": slug,
                "lasting_item_id": str(self.lasting) if slug else None,
            })
            cells += [self._cell(questionnaire.find(code, group), item_id, raw) for code, raw in inner.items()]
        content = {
            "questionnaire": {"name": questionnaire.name, "edition": "1", "checksum": questionnaire.checksum},
            "party": report.party_code, "cycle": report.cycle.slug, "subject": report.subject, "round": report.round,
            "items": entries, "answers": cells, "replied_findings": replied or [],
        }
        return write_publication(report, content, sha256=SHA, now=now)

    @staticmethod
    def _cell(question: Any, item_id: str | None, raw: Any) -> dict[str, Any]:
        lang = "es" if question.type in ("text", "longtext", "table") else None
        return {"item": item_id, "question": question.code, "value": values.read(question, raw), "lang": lang}


MEASURE = {
    "name": "Puntos de Cultura", "agency": "Ministerio de Cultura", "domains": ["music"],
    "features": "Una red.\n\n- uno\n- dos", "results": "169 puntos.",
    "finance": "Approximately USD 125,000.00 per year.",
    "partners": [{"partner": "Municipalidades", "kind": "public"}], "evaluated": "",
    "youth": "yes", "phone": "555-0100",
}


def test_the_house_is_empty_before_the_first_report(client: Browser) -> None:
    assert client.get("/en/").has("Nothing is published yet.", "0 reports")
    assert client.get("/en/entries").has("Nothing is published yet.")
    assert client.get("/fr/about").status == 200


def test_a_reader_finds_a_report_by_country_kind_year_and_words(press: Press, client: Browser) -> None:
    press.publish(press.report("PER", 2026), {"overview": "Visión"}, [("measures", MEASURE)])
    press.publish(press.report("CHL", 2022), {"overview": "Otra"})
    press.publish(press.report("CHL", 2026, name="one-case", subject="ChCC"), {"name": "Chile Crece Contigo"})
    page = client.get("/en/")
    assert page.has("3 reports", "2 countries", "Peru: Country report", "2023–2026", "1 July 2027")
    assert page.has("Chile Crece Contigo")
    assert client.get("/en/?party=PER").has("1 report", "Show all")
    assert client.get("/en/?questionnaire=one-case").has("1 report")
    assert client.get("/en/?year=2022").has("1 report")
    assert client.get("/fr/?q=p%C3%A9rou").text.count("Pérou : Rapport du pays") == 1
    assert client.get("/en/?q=puntos").has("1 report", "Peru: Country report")
    for odd in ("%25", "%27", "_", "%5C", "%00", "zzz", "%3Cscript%3E"):
        assert client.get(f"/en/?q={odd}x").has("No report fits.")
    client.get("/en/").fill({"party": "CHL", "q": "crece"}).press("Search")
    assert client.page and client.page.has("1 report", "Chile Crece Contigo")
    assert client.page.value("party") == "CHL" and client.page.value("q") == "crece"


def test_words_are_found_without_their_accents_in_any_order_and_nowhere_else(press: Press, client: Browser) -> None:
    measures = [("measures", {"name": name}) for name in ("Música para niñas", "Puntos", "Talleres")]
    press.publish(press.report("PER", 2026), {}, measures[:2], slugs=["musica", "puntos"])
    press.publish(press.report("CHL", 2026), {}, measures[2:], slugs=["talleres"])
    for words in ("musica", "NINAS MUSICA", "perou música", "niñ mu\u0301sica"):
        assert client.get(f"/fr/entries?q={quote(words)}").has("1 entrée", "Música para niñas")
        assert client.get(f"/fr/?q={quote(words)}").has("1 rapport", "Pérou")
    assert client.get("/en/entries?q=peru").has("2 entries", "Puntos")
    assert client.get("/en/entries?q=musica%20chile").has("Nothing fits.")
    assert client.get("/en/?q=puntos%20talleres").has("No report fits.")
    for key in ("%22en%22", "%22fr%22%3A", "%7B"):  # how names are stored is nothing a reader looks for
        assert client.get(f"/en/?q={key}").has("No report fits.")
        assert client.get(f"/en/entries?q={key}").has("Nothing fits.")


def test_a_report_reads_in_order_and_keeps_to_itself_what_is_not_public(press: Press, client: Browser) -> None:
    report_id = press.report()
    answers = {"overview": "**Visión** general", "has_law": "no", "law": "Ley 1", "officer": "Señora Secreta"}
    figures = ("figures", {"figure": "Jobs", "amount": "1200", "remark": "Puestos"})
    press.publish(report_id, answers, [("measures", MEASURE), figures])
    page = client.get("/en/").follow("Peru: Country report")
    assert page.url == "/en/published/peru-country-report-2026"
    assert [words.get_text() for words in page.select("main h2")][:3] == ["Contents", "General", "Actions"]
    assert page.has("Overview", "Is there a law?", "No", "Jobs", "1,200", "Puestos", "SHA-256", SHA, "How to cite")
    assert page.has("https://example.org/old/report")
    assert page.select("strong")[0].get_text() == "Visión"
    assert page.select("[lang=es]")
    for hidden in ("Which law?", "Ley 1", "Señora Secreta", "Officer in charge", "555-0100", "Telephone"):
        assert hidden not in page.text
    french = client.get("/fr/published/peru-country-report-2026")
    assert french.has("Rapport du pays", "Overview (fr)", "Pérou")
    assert page.follow("Puntos de Cultura").h1 == "Puntos de Cultura"


def test_what_was_not_answered_is_said_only_where_the_question_was_seen(press: Press, client: Browser) -> None:
    press.publish(press.report("PER", origin="imported"), {"has_law": ""})
    imported = client.get("/en/published/peru-country-report-2026")
    assert imported.has("Is there a law?", "Not provided")
    assert "Overview" not in imported.text
    press.publish(press.report("CHL", origin="written"), {"has_law": ""})
    written = client.get("/en/published/chile-country-report-2026")
    assert written.has("Overview", "Is there a law?") and written.text.count("Not provided") == 3


def test_an_entry_reads_like_an_article(press: Press, client: Browser) -> None:
    press.publish(press.report("PER", 2022), {}, [("measures", {"name": "Puntos, antes"})], slugs=["puntos-de-cultura"])
    press.publish(press.report("PER", 2026), {}, [("measures", MEASURE)], slugs=["puntos-de-cultura"])
    page = client.get("/en/entries?domain=music").follow("Puntos de Cultura")
    assert page.url == "/en/published/peru-country-report-2026/entries/puntos-de-cultura"
    headings = [heading.get_text() for heading in page.select(".article h2")]
    assert headings[:4] == ["What it is", "What came of it", "What it cost", "Who took part"]
    assert headings[4:] == ["What was learned", "In detail"]
    assert page.has("Where Peru", "When 2023–2026", "Who Ministerio de Cultura")
    assert page.has("Approximately USD 125,000.00 per year.", "125,000", "Municipalidades", "Public Sector", "Music")
    assert page.has("Evaluated? Not provided", "Young people? Yes")
    assert "Conclusions" not in page.text and "555-0100" not in page.text
    earlier = page.follow("Puntos, antes")
    assert earlier.url == "/en/published/peru-country-report-2022/entries/puntos-de-cultura"
    assert client.get("/en/entries?domain=design").has("Nothing fits.")
    assert client.get("/fr/published/peru-country-report-2026/entries/puntos-de-cultura").has("Musique", "Mesure")


def test_a_case_is_one_article(press: Press, client: Browser) -> None:
    answers = {"name": "Chile Crece", "line": "Para cada niño", "who": "Ministerio", "what": "Empezó en 2007."}
    lessons = [("lessons", {"head": "Juntos", "told": "Trabajo conjunto."})]
    press.publish(press.report("CHL", name="one-case", subject="Chile Crece"), answers, lessons)
    page = client.get("/en/published/chile-one-case-2026-chile-crece")
    assert page.h1 == "Chile Crece"
    assert page.has("Para cada niño", "Who Ministerio", "What happened", "Empezó en 2007.")
    assert page.has("What worked", "Juntos", "Trabajo conjunto.")
    assert page.text.count("Para cada niño") == 1


def test_an_unanswered_token_goes_out_on_no_page(press: Press, client: Browser) -> None:
    spam = "bestbonus.biz eokul365.com"
    measure = {**MEASURE, "evaluated": "yes", "conclusions": f"Se aprendió mucho.\n{spam}", "results": spam}
    answers = {"overview": f"Visión.\n\n{spam}", "places": [{"place": f"Trujillo\n{spam}"}, {"place": "Cusco"}]}
    press.publish(press.report(), answers, [("measures", measure)], slugs=["puntos"])
    for address in ("", "entries", REPORT, f"{REPORT}/entries/puntos"):
        html = client.get(f"/en/{address}").response.get_data(as_text=True)
        assert "bestbonus" not in html and "eokul" not in html
    page = client.get(f"/en/{REPORT}/entries/puntos")
    assert page.has("Se aprendió mucho.", "Results so far Not provided")
    assert client.get(f"/en/{REPORT}").has("Visión.", "Trujillo", "Cusco")
    with public_engine().connect() as connection:
        rows = connection.execute(select(tables.answer.c.value)).scalars().all()
    assert rows and "bestbonus" not in str(rows) and "eokul" not in str(rows)


def test_a_token_that_was_answered_for_stays(press: Press, client: Browser) -> None:
    from review_app.checks.engine import check
    from review_app.questionnaire.sheets import Cell, Sheet

    questionnaire = library.get("country-report", "1")
    raw = "Visión.\n\nbestbonus.biz"
    sheet = Sheet(questionnaire, {(None, "overview"): Cell(values.read(questionnaire.find("overview"), raw), "es")})
    replied = [found.fingerprint for found in check(sheet) if found.rule == "SPAM-01"]
    press.publish(press.report(), {"overview": raw}, replied=replied)
    assert client.get("/en/published/peru-country-report-2026").has("bestbonus.biz")


def test_published_again_the_older_version_keeps_its_address(press: Press, client: Browser) -> None:
    report_id, item_id = press.report(), uuid4()
    measures = [("measures", MEASURE)]
    assert press.publish(report_id, {"overview": "Antes"}, measures, ids=[item_id], slugs=["puntos"]) == 1
    later = datetime(2027, 9, 1, tzinfo=UTC)
    changed = {**MEASURE, "results": "170 puntos."}
    measures = [("measures", changed)]
    again = press.publish(report_id, {"overview": "Después"}, measures, ids=[item_id], slugs=["puntos"], now=later)
    assert again == 2
    newest = client.get("/en/published/peru-country-report-2026")
    assert newest.has("Después", "Version 1", "the newest") and "Antes" not in newest.text
    older = newest.follow("Version 1")
    assert older.url == "/en/published/peru-country-report-2026/1"
    assert older.has("Antes", "This is version 1.") and older.select("meta[name=robots]")
    entry = older.follow("Puntos de Cultura")
    assert entry.url == "/en/published/peru-country-report-2026/1/entries/puntos"
    assert entry.has("169 puntos.") and entry.follow("Read the newest version").has("170 puntos.")
    assert client.get("/en/").has("1 report") and client.get("/en/entries").has("1 entry")
    assert addresses([report_id]) == {report_id: "peru-country-report-2026"}


def test_two_subjects_that_read_alike_get_two_addresses(press: Press) -> None:
    first = press.report("CHL", name="one-case", subject="A & B")
    press.publish(first, {"name": "Uno"})
    second = press.report("CHL", name="one-case", subject="A - B")
    press.publish(second, {"name": "Dos"})
    slugs = [slug_of(database.session.get_one(Report, report_id)) for report_id in (first, second)]
    assert slugs == ["chile-one-case-2026-a-b", f"chile-one-case-2026-a-b-{second}"]


def test_what_was_typed_stays_text(press: Press, client: Browser) -> None:
    nasty = '<script>alert(1)</script><img src=x onerror=alert(1)> "quoted"'
    measure = {**MEASURE, "name": nasty, "agency": nasty, "features": nasty, "finance": nasty}
    press.publish(press.report(), {"overview": nasty}, [("measures", measure)], slugs=["x"])
    for address in ("entries", REPORT, f"{REPORT}/entries/x"):
        page = client.get(f"/en/{address}")
        assert not page.select("main script") and not page.select("main img")
        assert page.has("<script>alert(1)</script>")


@pytest.mark.parametrize("address", [
    "published/nowhere", "published/nowhere/1", f"{REPORT}/7", f"{REPORT}/99999999999", f"{REPORT}/entries/nothing",
    "published/%00", "?page=2", "entries?page=2", "?page=99999999999",
])
def test_what_is_not_there_is_not_found(press: Press, client: Browser, address: str) -> None:
    press.publish(press.report(), {"overview": "Visión"})
    client.get(f"/en/{address}", status=404)


def test_odd_filters_find_nothing_and_break_nothing(press: Press, client: Browser) -> None:
    press.publish(press.report(), {"overview": "Visión"})
    for query in ("year=99999999999", "year=x", "page=x", "page=-3", "endpoint=x", "_external=1&_scheme=x", "lang=de"):
        assert client.get(f"/en/?{query}").has("1 report")
    assert client.get("/en/?party=ZZZ").has("0 reports", "No report fits.")


def test_public_pages_set_no_cookie_and_may_be_kept(press: Press, client: Browser) -> None:
    press.publish(press.report(), {"overview": "Visión"}, [("measures", MEASURE)], slugs=["puntos"])
    for address in ("", "entries", "about", REPORT, f"{REPORT}/entries/puntos"):
        response = client.get(f"/en/{address}").response
        assert "Set-Cookie" not in response.headers
        assert (response.cache_control.public, response.cache_control.max_age) == (True, 60)
        assert "csrf_token" not in response.get_data(as_text=True)


def test_the_public_role_reads_the_published_and_nothing_else(press: Press) -> None:
    press.publish(press.report(), {"overview": "Visión"})
    with public_engine().connect() as connection:
        assert connection.execute(select(tables.publication.c.slug)).scalars().all() == ["peru-country-report-2026"]
        for statement in ("select 1 from report", "select 1 from answer", "select 1 from person",
                          "delete from published.answer", "update published.publication set title = 'x'"):
            with pytest.raises(ProgrammingError):
                connection.execute(text(statement))


def test_queries_do_not_grow_with_the_rows(press: Press, client: Browser, count_queries: Callable[[], Any]) -> None:
    first = "published/peru-country-report-2000"
    pages = {"": 2, "entries": 2, first: 4, f"{first}/entries/m-0": 1}
    for many in (1, 30):
        for year in range(2000, 2000 + many):
            if many == 30 and year == 2000:
                continue
            press.publish(press.report("PER", year), {"overview": "x"}, [
                ("measures", {**MEASURE, "name": f"M {number}"}) for number in range(many)
            ], slugs=[f"m-{number}" for number in range(many)])
        for address, exactly in pages.items():
            with count_queries() as counted:
                client.get(f"/en/{address}")
            assert counted.count == exactly, f"{address or 'home'} with {many} reports: {counted}"


def test_long_lists_come_in_pages_and_keep_the_filters(press: Press, client: Browser) -> None:
    press.publish(press.report(), {}, [("measures", {"name": f"Medida {number:02}"}) for number in range(60)])
    first = client.get("/en/entries?party=PER&_anchor=x&endpoint=x")
    assert first.has("60 entries", "Medida 00", "Page 1 of 2") and "Medida 50" not in first.text
    second = first.follow("Next page")
    assert "party=PER" in second.url and "_anchor" not in second.url
    assert second.has("Medida 59", "Page 2 of 2") and "Medida 49" not in second.text
