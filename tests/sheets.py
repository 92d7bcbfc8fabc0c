"""A report with one measure, as a sheet: what tests of rules change a little."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from review_app.questionnaire import values
from review_app.questionnaire.loading import load
from review_app.questionnaire.sheets import Cell, Sheet, SheetItem
from tests.whole_report import least

REPORTS = Path(__file__).parents[1] / "templates" / "reports"
QPR = load(REPORTS / "qpr" / "2019.yaml")
CASE = load(REPORTS / "case-study" / "2020.yaml")
RECOGNITION = load(REPORTS / "recognition" / "2026.yaml")
MONITORING = load(REPORTS / "programme-monitoring" / "2026.yaml")
MEASURE = UUID(int=1)

REPORT: dict[str, Any] = {
    "ratification_year": "2006",
    "point_of_contact": {"name": "Ana", "email": "ana@example.org"},
    "consultation_process": "We met.",
    "executive_summary_text": "A good year.",
    "a11_ministry": "yes",
    "a11_decentralised": "no",
    "a11_strategies": "no",
    "a11_training": ["none"],
    "a11_support": ["jobs"],
    "a11_statistics": ["none"],
    "signatory": {"name": "Luz", "email": "luz@example.org"},
    "signed_on": "2027-05-30",
}
for _section in QPR.sections[3:-1]:
    REPORT |= least(QPR, _section.code)
GOOD: dict[str, Any] = {
    "name": "Meeting",
    "agency": "Ministry of Culture",
    "domains": ["visual"],
    "features": "Since 2014 it brings people together.",
    "results": "Twelve meetings brought together 170 people in 2019.",
    "finance": "USD 11,782.5 (2019)",
    "evaluated": "no",
    "partners": [{"partner_name": "Directorates", "entity_type": "public"}],
}


def sheet_of(
    report: Mapping[str, Any] = REPORT,
    measure: Mapping[str, Any] | None = None,
    questionnaire: Any = QPR,
    group: str = "a11_measures",
) -> Sheet:
    cells: dict[tuple[UUID | None, str], Cell] = {}
    for code, raw in report.items():
        cells[(None, code)] = Cell(values.read(questionnaire.find(code), raw), "en", 1)
    for code, raw in (measure or {}).items():
        cells[(MEASURE, code)] = Cell(values.read(questionnaire.find(code, group), raw), "en", 1)
    items = [] if measure is None else [SheetItem(MEASURE, group, 1)]
    return Sheet(questionnaire, cells, items, known_words=("Peru", "PE"))
