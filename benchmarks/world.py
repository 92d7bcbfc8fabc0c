"""What is measured on: one report written through the operations, and as many copies of it as asked for, made by SQL.

Every copy keeps what `review-app invariants` demands; its texts carry a mark of their own, so that no two are equal.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from flask_security.utils import hash_password

from config import Settings
from review_app.checks.engine import check
from review_app.extensions import db
from review_app.models import Party, Person, Report
from review_app.operations import accounts, cycles, findings
from review_app.operations.answers import Typed, add_item, save_answers
from review_app.operations.steps import take_step
from review_app.permissions import SYSTEM
from review_app.queries.answers import replies_of, sheet_of
from review_app.questionnaire.language import Question, Section
from review_app.questionnaire.library import library
from review_app.transaction import atomic

MEASURES = 27  # of a report
PLAIN = 67  # answers of a report besides its measures
PARTIES = 150
CYCLES = 3  # that the public sees
SECTION = "first"
MARK = "Q0000"  # in every text of the report that is copied
PASSWORD = "a heron over the harbour"
NAME, EDITION = "bench-report", "1"
SENTENCE = (
    "In 2024 the ministry opened the fund to cooperatives outside of the capital and published the rules beforehand; "
    "the regional councils name the juries, and every decision is explained to those who applied. "
)


def _w(text: str) -> dict[str, str]:
    return {"en": text, "fr": f"{text} (fr)", "es": f"{text} (es)"}


def _q(code: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "type": kind, "label": _w(f"The {kind} called {code}"), **more}


OPTIONS = [{"id": f"option_{number}", "label": _w(f"Option {number}")} for number in range(1, 9)]
TWELVE = [
    _q("f_name", "text", required=True, limit=300), _q("f_story", "longtext", required=True, limit=3500),
    _q("f_has_law", "yes_no", required=True), _q("f_law", "longtext", limit=2000), _q("f_kind", "choice", options=OPTIONS),
    _q("f_areas", "choices", options=OPTIONS), _q("f_count", "number"), _q("f_share", "percent"), _q("f_year", "year"),
    _q("f_site", "url"), _q("f_cost", "money"), _q("f_since", "date"),
]
MEASURE = [
    _q("name", "text", role="title", required=True, limit=300), _q("agency", "longtext", role="agency", required=True, limit=1000),
    _q("domains", "choices", role="domains", options=OPTIONS, required=True), _q("website", "url", role="website"),
    _q("features", "longtext", role="features", required=True, limit=3500), _q("youth", "yes_no"), _q("ifcd", "yes_no"),
    _q("results", "longtext", role="results", required=True, limit=3500), _q("finance", "money", role="money", required=True),
    _q("partners", "table", role="partners", columns=[
        _q("partner_name", "text", role="partner_name"),
        _q("partner_type", "choice", role="partner_type", options=OPTIONS[:3])]),
    _q("evaluated", "yes_no", role="evaluated", required=True), _q("conclusions", "longtext", role="conclusions", limit=3500),
    _q("goals", "choices", role="goals", options=OPTIONS[:4], required=True), _q("priorities", "choices", options=OPTIONS[:4]),
]  # fmt: skip
FORM: dict[str, Any] = {
    "f_name": "A name of a programme", "f_story": "long", "f_has_law": "yes", "f_law": "Law 12 of 2019 and its rules.",
    "f_kind": "option_2", "f_areas": ["option_1", "option_5"], "f_count": "1200", "f_share": "12.5", "f_year": "2024",
    "f_site": "https://example.org/programme", "f_cost": "USD 125,000.00", "f_since": "2024-03-01",
}


def questionnaire() -> dict[str, Any]:
    """Twelve questions of all kinds, fifty-five more texts and figures on five pages, and a page of measures."""
    kinds = ("longtext", "yes_no", "number", "longtext", "choices")
    more = [
        _q(f"q{number}", kinds[number % 5], **({"options": OPTIONS} if number % 5 == 4 else {})) for number in range(PLAIN - 12)
    ]
    pages = [{"code": f"page{start // 11}", "title": _w(f"Page {start // 11}"), "questions": more[start:start + 11]}
             for start in range(0, len(more), 11)]
    group = _q("measures", "group", questions=MEASURE, lasting=True, page=True, item_label=_w("Measure"), title_question="name")
    return {
        "name": NAME, "edition": EDITION, "title": _w("Bench report"), "declaration": _w("I declare it."),
        "sections": [{"code": SECTION, "title": _w("First page"), "questions": TWELVE}, *pages,
                     {"code": "measures_page", "title": _w("Measures"), "questions": [group]}],
    }  # fmt: skip


def section() -> Section:
    """The page of twelve questions, for whoever knows the questionnaire only from here."""
    from review_app.questionnaire.loading import load

    if (NAME, EDITION) in {(one.name, one.edition) for one in library.editions()}:
        return library.get(NAME, EDITION).section(SECTION)
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return load(_written(Path(folder))).section(SECTION)


def _written(folder: Path) -> Path:
    file = folder / "bench.yaml"
    file.write_text(yaml.safe_dump(questionnaire()), encoding="utf-8")
    return file


def text(words: int, mark: str) -> str:
    """A text of about so many words, in paragraphs."""
    sentence = f"{SENTENCE}({mark}) "
    count = max(1, words // len(sentence.split()))
    return "\n\n".join((sentence * min(3, count - at)).strip() for at in range(0, count, 3))


def measure_answers(number: int, mark: str) -> dict[str, Any]:
    """Raw answers of one measure, about 500 words in all."""
    return {
        "name": f"Fund for the performing arts, part {number}", "agency": f"Ministry of Culture, directorate {number} ({mark})",
        "domains": ["option_1", "option_3"], "website": f"https://example.org/fund/{number}", "features": text(200, mark),
        "youth": "no", "ifcd": "no", "results": text(140, mark), "finance": "USD 125,000.00",
        "partners": [{"partner_name": f"Union of musicians {one} ({mark})", "partner_type": "option_1"} for one in range(3)],
        "evaluated": "yes", "conclusions": text(100, mark), "goals": ["option_1"], "priorities": ["option_2", "option_3"],
    }  # fmt: skip


def _plain_answer(question: Question) -> Any:
    if question.code in FORM:
        return text(150, MARK) if FORM[question.code] == "long" else FORM[question.code]
    return {"longtext": text(70, MARK), "yes_no": "yes", "number": "17", "choices": ["option_2"]}[question.type]


class Made:
    """What the measured pages need to know: the ids of the report that is written, and of those that are copied."""

    def __init__(self, settings: Settings) -> None:
        _written(settings.questionnaire_paths[-1])
        library.configure(settings.questionnaire_paths)
        now = datetime.now(UTC)
        _add_people(now)
        self.cycles = [_cycle(number, now) for number in range(CYCLES + 2)]
        self.public = self._report(0, now, with_measures=True, until="publish")
        self.waiting = self._report(CYCLES, now, with_measures=False, until="submit")
        self.live = self._report(CYCLES + 1, now, with_measures=True, until="")

    def _report(self, cycle: int, now: datetime, *, with_measures: bool, until: str) -> int:
        cycles.expect(SYSTEM, self.cycles[cycle], party_code="AAA", subject="", now=now)
        carla, rita = person("carla"), person("rita")
        report_id: int = db.session.query(Report.id).filter_by(cycle_id=self.cycles[cycle], party_code="AAA").scalar()
        edition = library.get(NAME, EDITION)
        for part in edition.sections:
            typed = [Typed(one.code, _plain_answer(one), 0, "en") for one in part.plain_questions]
            save_answers(carla, report_id, typed, section=part.code, now=now)
        for number in range(1, MEASURES + 1) if with_measures else ():
            item = add_item(carla, report_id, "measures", now=now)
            typed = [Typed(code, raw, 0, "en") for code, raw in measure_answers(number, MARK).items()]
            save_answers(carla, report_id, typed, section="measures_page", item_id=item.id, now=now)
        _explain(report_id, now)
        if not until:
            findings.check_report(report_id, now=now)  # as the worker does after each save
        steps = {"": (), "submit": ("submit",), "publish": ("submit", "take", "publish")}[until]
        for step in steps:
            report = db.session.get_one(Report, report_id)
            who = carla if step == "submit" else rita
            take_step(who, report_id, step, seen=report.row_version, now=now, signatory={"name": "C", "position": "M"})
        return report_id


def _explain(report_id: int, now: datetime) -> None:
    """Answer every error a check may see in the texts, so that the report can be submitted."""
    report = db.session.get_one(Report, report_id)
    for found in check(sheet_of(report)):
        if found.severity == "error" and found.fingerprint not in replies_of(report):
            findings.reply(person("carla"), report_id, found.fingerprint, reason="It is so.", now=now)


def person(nick: str) -> Person:
    return db.session.query(Person).filter_by(email=f"{nick}@example.org").one()


def codes() -> list[str]:
    """Codes of the parties."""
    return [f"{chr(65 + n // 26 // 26)}{chr(65 + n // 26 % 26)}{chr(65 + n % 26)}" for n in range(PARTIES)]


@atomic
def _add_parties() -> None:
    db.session.add_all(Party(code=code, names=_w(f"Country {code}"), region="Africa") for code in codes())


def _add_people(now: datetime) -> None:
    _add_parties()
    hashed = str(hash_password(PASSWORD))
    for nick, role, party in (("carla", "coordinator", "AAA"), ("caspar", "contributor", "AAA"), ("rita", "reviewer", None)):
        one = accounts.invite(SYSTEM, email=f"{nick}@example.org", name=nick.title(), language="en", role=role, party_code=party,
                              sections=None, now=now)  # fmt: skip
        accounts.join(one, name=nick.title(), password=hashed, language="en", now=now)


def _cycle(number: int, now: datetime) -> int:
    year = now.year - 4 * (CYCLES - number) if number <= CYCLES else now.year
    made = cycles.plan_cycle(
        SYSTEM, slug=f"bench-{number}", titles=_w(f"Reports {number}"), questionnaire=NAME, edition=EDITION, now=now,
        starts_on=date(year - 4, 1, 1), ends_on=date(year, 1, 1), due_on=now.date() + timedelta(days=200),
        expected=[("AAB", "")],
    )  # fmt: skip
    cycles.move_cycle(SYSTEM, made.id, "open", seen=made.row_version, now=now)
    return made.id


def places(made: Made, reports: int) -> Iterable[Mapping[str, Any]]:
    """Where copies of the published report go: every country in one cycle, then in the next."""
    free = [(code, cycle) for cycle in made.cycles[:CYCLES] for code in codes()[2:]]
    return [{"n": n, "party": code, "cycle": cycle} for n, (code, cycle) in enumerate(_first(reports, free), start=1)]


def waiting_places(made: Made, reports: int) -> Iterable[Mapping[str, Any]]:
    """Where copies of the report that waits for review go: every country in the cycle that is under way."""
    free = _first(reports, codes()[2:])
    return [{"n": n, "party": code, "cycle": made.cycles[CYCLES]} for n, code in enumerate(free, start=5001)]


def _first(count: int, free: Sequence[Any]) -> Sequence[Any]:
    if count > len(free):
        raise SystemExit(f"There are places for {len(free)} copies, and {count} are asked for: raise PARTIES.")
    return free[:count]
