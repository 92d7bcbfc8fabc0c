"""Where the tests of rules at work begin: a diary of two days, and the people around it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from config import Settings
from review_app.extensions import db as database
from review_app.models import Answer, Finding, Report
from review_app.operations import cycles, findings
from review_app.operations.answers import Typed, add_item, save_answers
from review_app.operations.findings import Checked
from review_app.operations.steps import situation_of, take_step
from review_app.permissions import SYSTEM
from review_app.queries import rules as queries
from review_app.queries.rules import Worth
from review_app.questionnaire.library import library
from tests.people import add_parties, make_person, person_named

NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
DUE = NOW.date() + timedelta(days=90)
DIARY = """
name: diary
edition: "1"
title: {en: Diary, fr: Journal, es: Diario}
summary: {en: A diary., fr: Un journal., es: Un diario.}
declaration: {en: I stand by it., fr: Je m’en porte garant., es: Respondo de ello.}
sections:
  - code: days
    title: {en: Days, fr: Jours, es: Días}
    questions:
      - {code: summary, type: longtext, label: {en: Summary, fr: Résumé, es: Resumen}}
      - code: day
        type: group
        label: {en: Days, fr: Jours, es: Días}
        item_label: {en: Day, fr: Jour, es: Día}
        title_question: name
        questions:
          - {code: name, type: text, role: title, required: true, label: {en: Name, fr: Nom, es: Nombre}}
          - {code: results, type: longtext, role: results, label: {en: Results, fr: Résultats, es: Resultados}}
          - {code: evaluated, type: yes_no, role: evaluated, label: {en: Evaluated, fr: Évalué, es: Evaluado}}
          - {code: conclusions, type: longtext, role: conclusions, label: {en: Conclusions, fr: Conclusions, es: Conclusiones}}
"""
STRAY = "Many came.\ncontractors.example.com"


class Desk:
    """Chile's diary with two days in it, both whole, and the people around it. What the office opens first is its cycle."""

    def __init__(self, *parties: str) -> None:
        add_parties()
        for nick, role, party in (("carla", "coordinator", "CL"), ("rita", "reviewer", None), ("ada", "administrator", None)):
            make_person(nick, role, party)
        self.cycle_id, reports = self.open_cycle("diary", ("CL", *parties))
        self.report_id = reports[0]
        self.days = [self.add_day(report_id, number) for report_id in reports for number in (1, 2)][:2]

    def open_cycle(self, slug: str, parties: Sequence[str], *, year: int = 2026) -> tuple[int, list[int]]:
        cycle = cycles.plan_cycle(
            SYSTEM, slug=slug, titles={"en": slug.title()}, questionnaire="diary", edition="1", due_on=DUE, now=NOW,
            starts_on=date(year, 1, 1), ends_on=date(year, 12, 31), expected=[(party, "") for party in parties],
        )  # fmt: skip
        cycles.move_cycle(SYSTEM, cycle.id, "open", seen=cycle.row_version, now=NOW)
        mine = select(Report.id).where(Report.cycle_id == cycle.id).order_by(Report.party_code)
        return cycle.id, list(database.session.scalars(mine))

    def add_day(self, report_id: int, number: int) -> UUID:
        day = add_item(SYSTEM, report_id, "day", now=NOW).id
        for code, raw in (("name", f"Day {number}"), ("results", f"{number + 1} people came."), ("evaluated", "no")):
            self.save(day, code, raw, report_id=report_id)
        return day

    @property
    def report(self) -> Report:
        return database.session.get_one(Report, self.report_id, populate_existing=True)

    def save(self, day: UUID | None, code: str, raw: str, *, report_id: int = 0, now: datetime = NOW) -> None:
        report_id = report_id or self.report_id
        place = Answer.item_id == day if day else Answer.item_id.is_(None)
        mine = select(Answer.row_version).where(Answer.report_id == report_id, place, Answer.question == code)
        line = Typed(code, raw, database.session.scalar(mine) or 0, "en")
        (outcome,) = save_answers(SYSTEM, report_id, [line], section="days", item_id=day, now=now)
        assert outcome.result == "saved"

    def check(self, *, after: int = 0) -> Checked:
        return findings.check_report(self.report_id, now=NOW + timedelta(hours=after))

    def step(self, nick: str, action: str, **extras: Any) -> None:
        take_step(person_named(nick), self.report_id, action, seen=self.report.row_version, now=NOW, **extras)

    def errors(self) -> int:
        """How many errors stand in the way of a submission."""
        return situation_of(person_named("carla"), self.report, now=NOW).open_errors

    def rows(self, rule: str) -> list[Finding]:
        mine = Finding.report_id == self.report_id, Finding.rule == rule
        return list(database.session.scalars(select(Finding).where(*mine).order_by(Finding.id)))

    def worth(self, rule: str) -> Worth:
        return next(row.worth for row in queries.rules() if row.rule.id == rule)


@pytest.fixture  # to be named before `app` and `db`: their last look at the database reads the questionnaire
def diary(shared_app: Flask, settings: Settings, tmp_path: Path) -> Iterator[None]:
    (tmp_path / "diary.yaml").write_text(DIARY, encoding="utf-8")
    library.configure((tmp_path / "diary.yaml",))
    yield
    library.configure(settings.questionnaire_paths)


@pytest.fixture
def desk(diary: None, db: SQLAlchemy) -> Desk:
    return Desk()
