"""What the rules see in a measure's words: each with answers it speaks about, and answers it must leave alone."""

from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from review_app.checks.engine import RULES, Context, check
from review_app.questionnaire import values
from review_app.questionnaire.sheets import Cell, Sheet, SheetItem
from tests.sheets import GOOD, MEASURE, MONITORING, QPR, REPORT, sheet_of

PARAGRAPH = (
    "Every boat carries two thousand books in four languages, moors for three days at each island, and takes orders for others."
)

# Rule, severity, answers, and a piece of the finding's quote or message; None: the rule must be silent.
SAID: list[tuple[str, str, dict[str, Any], str | None]] = [
    ("REQ-03", "warning", {"results": "People are happier, and the region is better known than before."}, "no figure"),
    ("REQ-03", "warning", {"results": "The boats came once to each island, and people were glad of the books."}, "no figure"),
    ("REQ-03", "warning", {"results": "12 grants."}, "10 characters"),
    ("REQ-03", "", {"results": "Twelve of the towns have a library since the boats moor there."}, None),
    ("EVAL-02", "", {"evaluated": "no", "conclusions": "/"}, None),
    ("EVAL-02", "", {"evaluated": "no", "conclusions": "The evaluation will be carried out in 2028."}, None),
    ("EVAL-03", "warning", {"evaluated": "yes", "conclusions": "N/A"}, "no conclusions"),
    ("EVAL-04", "note", {"evaluated": "yes", "conclusions": "No formal evaluation has been made."}, "No formal"),
    ("EVAL-04", "note", {"evaluated": "yes", "conclusions": "La mesure sera évaluée en 2028."}, "sera évaluée"),
    ("EVAL-04", "note", {"evaluated": "yes", "conclusions": "No se ha evaluado todavía."}, "evaluado"),
    ("EVAL-04", "", {"evaluated": "yes", "conclusions": "The evaluation found that training will be needed."}, None),
    ("EVAL-04", "", {"evaluated": "yes", "conclusions": "Not only the evaluation shows that it works."}, None),
    ("EVAL-04", "", {"evaluated": "yes", "conclusions": "More boats. The next evaluation will be made in 2030."}, None),
    ("PART-03", "warning", {"partners": [("Secteur public", "public")]}, "is a type"),
    ("PART-03", "", {"partners": [("Public Sector Union of Teachers", "cso")]}, None),
    ("PART-03", "warning", {"partners": [("Guild of Rowers (Private Sector)", "public")]}, "“Private Sector” in the name"),
    ("PART-03", "warning", {"partners": [("Guild, Organisation de la société civile (OSC)", "cso")]}, "is a type"),
    ("PART-03", "", {"partners": [("Guild of Rowers (Private Sector Chapter)", "private")]}, None),
    ("PART-04", "warning", {"partners": [("All ministries", "public")]}, "could be many"),
    ("PART-04", "warning", {"partners": [("Société civile", "cso")]}, "could be many"),
    ("PART-04", "warning", {"partners": [("Ministry of Health, Ministry of Trade", "public")]}, "several partners"),
    ("PART-04", "warning", {"partners": [("A number of bodies of the lake", "public")]}, "could be many"),
    ("PART-04", "warning", {"partners": [("Governments of other member states of the Program", "public")]}, "could be many"),
    ("PART-04", "warning", {"partners": [("Civil society organisations related to the lake", "cso")]}, "could be many"),
    ("PART-04", "warning", {"partners": [("Ambassades", "public")]}, "could be many"),
    ("PART-04", "warning", {"partners": [("LOCAL PUBLIC ENTITIES", "public")]}, "could be many"),
    ("PART-04", "", {"partners": [("All India Radio", "public"), ("Ministry of Culture, Arts and Tourism", "public")]}, None),
    ("PART-04", "", {"partners": [("Museums, Libraries and Archives Council", "public"), ("Embassy of Peru", "public")]}, None),
    ("MON-01", "error", {"finance": "Ministry of Culture"}, "No sum"),
    ("MON-01", "warning", {"finance": "Two million dollars in all."}, "No sum"),
    ("MON-01", "", {"finance": "Aucun budget n’a été alloué."}, None),
    ("MON-02", "warning", {"finance": "242.840 USD (2019)"}, "242,840 or 242.84"),
    ("MON-02", "warning", {"finance": "1.72 Mil. USD in 2019"}, "1,720,000 or 1,720"),
    ("MON-02", "warning", {"finance": "2 800 0000 $US en 2019"}, "no known order"),
    ("MON-02", "", {"finance": "USD. 4.324.300,96 (2019)"}, None),
    ("MON-03", "error", {"finance": "Up to EU100,000 per project, 2019"}, "not in USD"),
    ("MON-03", "warning", {"finance": "5,000 pesos (2019)"}, "not in USD"),
    ("MON-03", "", {"finance": "EUR 100,000 (USD 112,000) in 2019"}, None),
    ("MON-04", "warning", {"finance": "60 000 000 FCFA soit 1 200 000 $US (2019)"}, "50.00 XOF"),
    ("MON-04", "", {"finance": "Budget 2020*: clp$2.623.972.000.-/usd $3.365.000.- *annual budget."}, None),
    ("MON-04", "", {"finance": "5,000,000 KES (USD 1,000) in 2019"}, None),
    ("MON-04", "", {"finance": "367,000 EGP (USD 21,880) in 2019"}, None),
    ("MON-04", "warning", {"finance": "EUR 10,000, soit 9 000 000 FCFA (2019)"}, "900 XOF to one EUR"),
    ("MON-04", "", {"finance": "EUR 10,000, soit 6 560 000 FCFA (2019)"}, None),
    ("MON-05", "warning", {"finance": "758,000 USD per year."}, "no year"),
    ("MON-05", "warning", {"finance": "As of 2019, an approximate amount of USD 11,782.5 was allocated."}, "one year or of all"),
    ("MON-05", "", {"finance": "In 2018, US$ 78.8 million"}, None),
    ("MON-05", "", {"finance": "2 986 411.8 USD /2016-2019/"}, None),
    (
        "MON-06",
        "warning",
        {"finance": "Annual contribution: $480,000.00 USD (150,000.00 USD per year)"},
        "both said to be for a year",
    ),
    ("MON-06", "warning", {"finance": "USD 100,000 in total: USD 40,000 in 2016 and USD 50,000 in 2017"}, "90,000"),
    ("MON-06", "", {"finance": "USD 90,000 in total: USD 40,000 in 2016 and USD 50,000 in 2017"}, None),
    ("MON-06", "", {"finance": "USD 216 870 was allocated (USD 108 435 in 2016 and 2017)"}, None),
    ("NUM-01", "note", {"results": "There are 169 points in 22 regions, of which 85 are here and 84 there."}, "85 + 84 = 169"),
    ("NUM-01", "warning", {"results": "It reached 40 artists: 25 women and 14 men."}, "25 + 14 = 39"),
    ("NUM-01", "note", {"finance": "USD 90,000 in total: USD 40,000 in 2016 and USD 50,000 in 2017"}, "40,000 + 50,000 = 90,000"),
    ("NUM-01", "note", {"finance": "USD 216 870 was allocated (USD 108 435 in 2016 and 2017)"}, "2 × 108,435 = 216,870"),
    ("NUM-01", "", {"finance": "USD 90,000 in 2019 (USD 45,000 in 2016)"}, None),
    ("NUM-01", "", {"results": "It reached 40 artists, of which 25 are women and 30 are young."}, None),
    ("NUM-01", "", {"results": "It reached 40 artists, including 25 painters and 14 dancers."}, None),
    ("NUM-02", "warning", {"features": "It has three aims:\n1. to read;\n2. to write."}, "three stated, 2 named"),
    ("NUM-02", "warning", {"features": "Il y a quatre volets : a) lire ; b) écrire ; c) chanter."}, "quatre stated, 3 named"),
    ("NUM-02", "warning", {"features": "Quatre volets, À savoir la lecture, la danse, la musique."}, "Quatre stated, 3 named"),
    (
        "NUM-02",
        "warning",
        {
            "features": "It runs in the regions: Arica, Tarapaca, Atacama, Coquimbo, Maule.",
            "results": "Present in 14 of the 16 regions.",
        },
        "14 stated, 5 named",
    ),
    ("NUM-02", "warning", {"features": "Six towns pay. The towns: Arica, Tarapaca, Coquimbo, Maule."}, "Six stated, 4"),
    ("NUM-02", "", {"features": "Twelve towns pay. One boat moors in the towns: Arica, Tarapaca, Coquimbo, Maule."}, None),
    ("NUM-02", "", {"features": "It has three aims:\n1. to read;\n2. to write;\n3. to sing."}, None),
    ("NUM-02", "", {"features": "Meetings in twelve cities, such as Trujillo, Lima and Cusco."}, None),
    ("NUM-02", "", {"features": "In the last three years: more readers; more boats."}, None),
    ("NUM-04", "warning", {"results": "Children aged 0-4: over 600 000\nChildren aged 4-5: 55 000"}, "overlap"),
    ("NUM-04", "", {"results": "Children aged 0-4: over 600 000\nChildren aged 5-9: 55 000"}, None),
    ("NUM-04", "warning", {"results": "Children aged 0-4 | 600 000\nChildren aged 4-5 | 55 000"}, "overlap"),
    ("TIME-01", "warning", {"results": "Last year 170 people took part."}, "Last year"),
    ("TIME-01", "warning", {"results": "À ce jour, 12 bateaux naviguent."}, "À ce jour"),
    ("TIME-01", "warning", {"results": "İzmir lent a boat. Last year 170 people took part."}, "Last year"),
    ("TIME-01", "warning", {"results": "Over the last three years 170 people took part."}, "last three years"),
    ("TIME-01", "", {"results": "Over the last three years, from 2017 to 2019, 170 people took part."}, None),
    ("TIME-01", "", {"results": "In 2019 and currently, 12 boats sail."}, None),
    ("TIME-01", "", {"results": "The results of each course shape the next year; 12 boats sail."}, None),
    ("TEXT-01", "warning", {"features": "the boats carry books to the islands. they moor where no library is, weekly."}, "small"),
    ("TEXT-01", "warning", {"name": "RESPECT FOR CULTURAL DIVERSITY FIRST"}, "capitals only"),
    ("TEXT-01", "", {"agency": "UNESCO"}, None),
    ("TEXT-02", "note", {"features": "It is The The programme of the islands."}, "The The"),
    ("TEXT-02", "", {"features": "Bora Bora had had its boats."}, None),
    ("TEXT-03", "note", {"features": "The DGIA runs the boats."}, "DGIA"),
    ("TEXT-03", "", {"features": "The General Fund for Island Boats (GFIB) and UNESCO. The GFIB pays in USD."}, None),
    ("TEXT-03", "", {"features": "The Network of Island Boats, NIB, grows. MAIN RESULTS follow."}, None),
    ("TEXT-05", "warning", {"finance": "EU21,000 (2018), USD 25,000"}, "EU21,000"),
    ("TEXT-05", "warning", {"features": "Aims of the law, ARTICLE 1deg, and others."}, "1deg"),
    ("TEXT-05", "warning", {"features": "Aims:\n? more books\n? more boats"}, "? more"),
    ("TEXT-05", "", {"features": "Why boats? Since 1998 the EU helps; 20 degrees."}, None),
    ("TEXT-03", "", {"features": "The Groep van Rivier en Boot (the rowers of the lake, GRB) rows."}, None),
    ("TEXT-03", "", {"agency": "Boats of the Lake with the National Office of Rowing, ORNA."}, None),
    ("TEXT-03", "note", {"features": "They row, sing, ORNA, and dance."}, "ORNA"),
    ("TEXT-06", "note", {"name": "1.4.2. Boats of the lake"}, "1.4.2."),
    ("TEXT-06", "note", {"name": "12. Domestic Content Incentive"}, "12."),
    ("TEXT-06", "note", {"name": "Promotion of reading 2017-2020: the programme."}, "full stop"),
    ("TEXT-06", "", {"name": "‘CONECTA’ Meeting"}, None),
    ("TAG-02", "warning", {"domains": ["cinema", "visual"], "results": "In 2019 it showed film, visual arts and music."}, "music"),
    ("TAG-02", "", {"domains": ["multi"], "results": "In 2019 it showed film, visual arts and music."}, None),
    ("TAG-02", "", {"domains": ["cinema", "visual"], "results": "In 2019 there was music at the opening."}, None),
    ("TAG-02", "warning", {"features": "For boys and young people between 7 and 19 years old."}, "Youth"),
    ("TAG-02", "warning", {"features": "Se dirige a niñas, niños y jóvenes de 12 a 18 años."}, "Youth"),
    ("TAG-02", "warning", {"features": "It focuses on poor villages as well as children."}, "children"),
    ("TAG-02", "", {"features": "Books for children are on the boats, too."}, None),
    ("TAG-02", "", {"features": "For young people between 7 and 19 years old.", "youth": "yes"}, None),
    ("SCOPE-01", "warning", {"features": "It follows the Convention on the Rights of the Child (1989)."}, "Rights of the Child"),
    (
        "SCOPE-01",
        "",
        {"features": "It follows the Convention on the Rights of the Child and the 2005 Convention."},
        None,
    ),
    ("UI-01", "note", {"results": "In 2019 there were 40 boats on the lake.\nRead the full report"}, "Read the full"),
]


def told(sheet: Sheet, context: Context = Context()) -> list[tuple[str, str, str]]:
    return [(one.rule, one.severity, f"{one.quote} {one.message}") for one in check(sheet, context=context)]


def measure(changes: dict[str, Any]) -> dict[str, Any]:
    rows = changes.get("partners")
    if rows is not None:
        changes = {**changes, "partners": [{"partner_name": name, "entity_type": kind} for name, kind in rows]}
    return {**GOOD, **changes}


@pytest.mark.parametrize(("rule", "severity", "changes", "piece"), SAID)
def test_a_rule_speaks_and_is_silent(rule: str, severity: str, changes: dict[str, Any], piece: str | None) -> None:
    found = [(level, words) for name, level, words in told(sheet_of(measure=measure(changes))) if name == rule]

    if piece is None:
        assert found == []
    else:
        [(level, words)] = found
        assert level == severity
        assert piece in words


def test_accents_that_were_lost_are_missed_in_french_only() -> None:
    words = (
        "Le protocole etablit une cooperation etroite dans le domaine du cinema et de la creation pour les pays qui ont signe"
        " avec la societe civile et les ecoles, et il est suivi par le ministere de la culture dans les regions du pays."
    )

    def told_in(lang: str) -> set[str]:
        sheet = sheet_of(measure=GOOD)
        cell = Cell(values.read(QPR.find("features", "a11_measures"), words, lang), lang, 1)
        return {one.rule for one in check(sheet.replaced({(MEASURE, "features"): cell}))}

    assert "TEXT-05" in told_in("fr")
    assert "TEXT-05" not in told_in("en")


def test_an_address_in_the_wrong_place() -> None:
    contact = {"name": "Ana", "email": "ana@example.org", "address": "luz@example.org"}
    found = told(sheet_of({**REPORT, "point_of_contact": contact}))

    assert [(rule, severity) for rule, severity, _ in found] == [("CONT-01", "warning")]


def test_what_stood_in_the_last_report() -> None:
    before = {"results": f"In 2021 there were 283 culture points. \n{PARAGRAPH}", "features": "Boats."}
    sheet = sheet_of(measure={**GOOD, "results": f"In 2026 there are 169 culture points.\n{PARAGRAPH}"})
    found = told(sheet, Context(previous={MEASURE: before}))

    assert [(rule, severity) for rule, severity, _ in found] == [("NUM-03", "note"), ("COPY-02", "note")]
    assert "“283 culture points”, this one “169 culture points”" in found[0][2]
    assert told(sheet) == []


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [("en", "242,840", "242.84"), ("fr", "242\u202f840", "242,84"), ("es", "242.840", "242,84")],
)
def test_each_reader_is_told_figures_as_their_language_writes_them(language: str, one: str, other: str) -> None:
    [found] = [found for found in check(sheet_of(measure={**GOOD, "finance": "242.840 USD (2019)"})) if found.rule == "MON-02"]

    assert [found.message.params[name].within(language) for name in ("first", "second")] == [one, other]


def test_money_is_compared_with_the_last_report_in_its_own_currency() -> None:
    before = {"finance": [{"amount": "10000", "currency": "EUR"}]}
    moved, other = (sheet_of(measure={**GOOD, "finance": f"{unit} 30,000 (2019)"}) for unit in ("EUR", "USD"))
    context = Context(previous={MEASURE: before})

    assert ("NUM-03", "note") in [(rule, severity) for rule, severity, _ in told(moved, context)]
    assert told(other, context) == []


def test_groups_of_a_table_overlap_within_a_year() -> None:
    def rows(*ages: tuple[str, str, str]) -> list[dict[str, str]]:
        told = ({"age_from": low, "age_to": high, "reach_year": year} for low, high, year in ages)
        return [{"reach_group": "Children", "people": "9", **row} for row in told]

    def found(*ages: tuple[str, str, str]) -> list[str]:
        sheet = sheet_of({"reach": rows(*ages)}, questionnaire=MONITORING)
        return [one.quote for one in check(sheet, only={"NUM-04"})]

    assert found(("0", "4", "2019"), ("4", "5", "2019")) == ["Children 0–4 / Children 4–5"]
    assert found(("0", "4", "2018"), ("0", "4", "2019"), ("5", "9", "2019"), ("", "", "2019")) == []


def test_results_from_before_the_period() -> None:
    early = sheet_of(measure={**GOOD, "results": "In 2016 and 2017 twelve boats sailed the lake."})
    lasting = sheet_of(measure={**GOOD, "results": "Since 2016 twelve boats have sailed the lake."})
    period = Context(period=(2020, 2024))

    assert [(rule, severity) for rule, severity, _ in told(early, period)] == [("TIME-02", "warning")]
    assert told(lasting, period) == told(early) == []


def test_a_language_the_official_version_may_not_be_in() -> None:
    sheet = sheet_of(measure=GOOD)
    cell = Cell(values.read(QPR.find("features", "a11_measures"), "Barcos con libros.", "es"), "es", 1)
    spanish = sheet.replaced({(MEASURE, "features"): cell})

    [(rule, severity, words)] = told(spanish)
    assert (rule, severity) == ("LANG-02", "warning")
    assert "(Spanish)" in words and "(English, French)" in words
    assert told(sheet) == []


def entries(count: int, kind: type[Sheet] = Sheet) -> Sheet:
    """A report with so many measures of the same words."""
    first = sheet_of(measure={**GOOD, "features": PARAGRAPH})
    cells = {place: cell for place, cell in first.answers.items() if place[0] is None}
    for number in range(1, count + 1):
        cells |= {(UUID(int=number), code): cell for (item_id, code), cell in first.answers.items() if item_id}
    items = [SheetItem(UUID(int=number), "a11_measures", number) for number in range(1, count + 1)]
    return kind(QPR, cells, items, known_words=("Peru", "PE"))


def test_one_paragraph_in_several_entries() -> None:
    found = check(entries(3))

    assert [(one.rule, one.severity, one.item_id) for one in found] == [
        ("COPY-01", "warning", UUID(int=2)), ("COPY-01", "warning", UUID(int=3)),
    ]  # fmt: skip
    assert "also stands in “Meeting”" in str(found[0].message)


def test_twice_the_entries_are_twice_the_work() -> None:
    """Comparing each entry with all the others stalled a worker on an import of 1,500 entries."""
    looks: Counter[int] = Counter()

    class Watched(Sheet):
        def value(self, question: str, item_id: UUID | None = None) -> Any:
            looks[len(self.items)] += 1
            return super().value(question, item_id)

    for count in (10, 20, 30):
        check(entries(count, Watched))

    assert looks[30] - looks[20] == looks[20] - looks[10]


def test_every_rule_is_named_in_a_test() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parents[1].rglob("*.py"))

    assert [rule.id for rule in RULES if rule.id not in tests] == []
