"""An old text laid on the form it was written for, so that the checks of reports can look at it."""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from review_app.checks.engine import Found, check
from review_app.checks.found import Context, Source
from review_app.questionnaire import values as shapes
from review_app.questionnaire.language import Option, Question, Questionnaire, Section, Text
from review_app.questionnaire.sheets import Cell, Sheet, SheetItem
from review_app.readers.fitting import fit
from review_app.readers.labels import DOMAIN_NAMES
from review_app.readers.measures import read
from review_app.readers.reading import Reading
from review_app.readers.sources import VALUES, source_of

_ENTRY = UUID(int=1)
_PARTNER_TYPES = (
    Option("public", Text(en="Public Sector", fr="Secteur public", es="Sector público"), means="public"),
    Option("private", Text(en="Private Sector", fr="Secteur privé", es="Sector privado"), means="private"),
    Option(
        "cso",
        Text(
            en="Civil Society Organization (CSO)", fr="Organisation de la société civile (OSC)",
            es="Organización de la sociedad civil (OSC)",
        ),
        means="cso",
    ),
)  # fmt: skip
_YOUTH = Option("Youth", Text(en="Youth", fr="Jeunesse", es="Juventud"), means="youth")
_COLUMNS = (
    Question("name", "text", Text(en="Name of partner", fr="Nom du partenaire", es="Nombre del socio"), role="partner_name"),
    Question(
        "type", "choice", Text(en="Type of entity", fr="Type d’entité", es="Tipo de entidad"), role="partner_type",
        options=_PARTNER_TYPES,
    ),
)  # fmt: skip


def _question(role: str, kind: Any, en: str, fr: str, es: str, **more: Any) -> Question:
    return Question(VALUES[role], kind, Text(en=en, fr=fr, es=es), role=role, **more)


_FORM = (
    _question("title", "text", "Name of the policy/measure", "Nom de la politique/mesure", "Nombre de la política/medida", required=True),
    _question("agency", "longtext", "Agency responsible", "Organisme responsable", "Organismo responsable", required=True),
    _question("website", "text", "Website", "Site web", "Sitio web"),
    _question("features", "longtext", "Main features", "Principales caractéristiques", "Principales características", required=True),
    _question("results", "longtext", "Results", "Résultats", "Resultados", required=True),
    _question(
        "money", "money", "Financial resources", "Ressources financières", "Recursos financieros", required=True, unit=Text(en="USD")
    ),
    _question("partners", "table", "Partners", "Partenaires", "Socios", columns=_COLUMNS),
    _question("evaluated", "yes_no", "Has it been evaluated?", "A-t-elle été évaluée ?", "¿Se ha evaluado?"),
    _question(
        "conclusions", "longtext", "Conclusions of the evaluation", "Conclusions de l’évaluation", "Conclusiones de la evaluación"
    ),
    _question("goals", "choices", "Goals", "Objectifs", "Objetivos"),
    _question(
        "domains", "choices", "Cultural domains", "Domaines culturels", "Dominios culturales",
        options=tuple(Option(domain, Text(en=label), means=domain) for domain, label in DOMAIN_NAMES.items()),
    ),
    _question("priorities", "choices", "Transversal priorities", "Priorités transversales", "Prioridades transversales"),
)  # fmt: skip
_UNPLACED = Question("unplaced", "longtext", Text(en="Other words", fr="Autres mots", es="Otras palabras"))
_NEWER_ONLY = frozenset({"evaluated", "partners", "priorities"})
_LAST_OF_SOCIETY = frozenset({"title", "agency", "features", "results", "goals", "domains"})


def check_text(text: str) -> tuple[Found, ...]:
    """What the rules say about one old text. `question` of a finding is a key of the reader's record."""
    return check_measure(*laid_out(read(text)))


def check_measure(sheet: Sheet, context: Context) -> tuple[Found, ...]:
    """What the rules say about the one measure of a sheet."""
    return check(sheet, items={_ENTRY}, context=context)


def laid_out(reading: Reading) -> tuple[Sheet, Context]:
    """What was read as the answers to a form with one measure, and what the rules are to know beside it."""
    source = source_of(reading)
    form = _form(tuple(_asked(reading, source)), reading.goals or (), reading.priorities or ())
    asked = form.question("measure").questions
    answers = {**fit(reading, asked, is_group=True).answers, "unplaced": "\n\n".join(reading.words("unplaced"))}
    cells: dict[tuple[UUID | None, str], Cell] = {
        (_ENTRY, question.code): _cell(question, answers.get(question.code), reading) for question in asked
    }
    known = tuple(filter(None, [reading.country]))
    sheet = Sheet(form, cells, [SheetItem(_ENTRY, "measure", 1)], known_words=known)
    period = (reading.year - 4, reading.year) if reading.year else None
    return sheet, Context(period=period, sources={_ENTRY: source})


def _asked(reading: Reading, source: Source) -> list[str]:
    """The roles of the form: after the end of a cut text nobody knows what was answered."""
    given = [role for role, code in VALUES.items() if getattr(reading, code) is not None or role in source.captions]
    if not source.captions:
        return given
    roles = list(VALUES)
    last = roles.index(given[-1] if given else roles[0]) if source.cut else len(roles)
    asked = [role for place, role in enumerate(roles) if role in given or (place < last and role != "website")]
    if source.is_older:
        asked = [role for role in asked if role not in _NEWER_ONLY or role in source.captions]
    return [role for role in asked if not reading.is_by_civil_society or role in _LAST_OF_SOCIETY]


@lru_cache(maxsize=256)
def _form(roles: tuple[str, ...], goals: tuple[str, ...], priorities: tuple[str, ...]) -> Questionnaire:
    """What a text is laid on. Goals and priorities are chosen in its words; most texts choose the same ones."""
    options = {"goals": tuple(map(_said, goals)), "priorities": (*map(_said, priorities), _YOUTH)}
    questions = [replace(one, options=options[one.role]) if one.role in options else one for one in _FORM if one.role in roles]
    group = Question("measure", "group", Text(en="Measure"), questions=(*questions, _UNPLACED), title_question="title")
    section = Section("measure", Text(en="Measure"), (group,))
    return Questionnaire("old text", "", Text(en="Old text"), (section,), "", languages=("en", "fr"))


def _said(words: str) -> Option:
    return Option(words, Text(en=words))


def _cell(question: Question, raw: Any, reading: Reading) -> Cell:
    """The answer as the importer keeps it; sums stay as they were read, with their country."""
    language = reading.narrative_language
    if question.type == "money":
        sums = [shapes.plain_sum(one) for one in reading.money or ()]
        return Cell({"raw": raw or "", "value": sums or None}, language, is_imported=True)
    return Cell(shapes.read(question, raw, language), language, is_imported=True)


def records(findings: Iterable[Found]) -> list[dict[str, str]]:
    """The findings as `review-app check-measures` prints them, in English."""
    return [
        {"rule": one.rule, "severity": one.severity, "field": one.question, "quote": one.quote, "message": str(one.message)}
        for one in findings
    ]
