"""An old text laid on the form it was written for, so that the checks of reports can look at it."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from review_app.checks import spam
from review_app.checks.engine import Found, check
from review_app.checks.found import Context, Source
from review_app.questionnaire import values as shapes
from review_app.questionnaire.language import Option, Question, Questionnaire, Section, Text, Type
from review_app.questionnaire.sheets import Cell, Sheet, SheetItem
from review_app.readers.captions import CAPTIONS
from review_app.readers.furniture import is_furniture
from review_app.readers.letters import squeezed
from review_app.readers.measures import read
from review_app.readers.reading import Reading

_ENTRY = UUID(int=1)
_LABELS = {
    "title": Text(en="Name of the policy/measure", fr="Nom de la politique/mesure", es="Nombre de la política/medida"),
    "agency": Text(en="Agency responsible", fr="Organisme responsable", es="Organismo responsable"),
    "website": Text(en="Website", fr="Site web", es="Sitio web"),
    "features": Text(en="Main features", fr="Principales caractéristiques", es="Principales características"),
    "results": Text(en="Results", fr="Résultats", es="Resultados"),
    "financial_resources_text": Text(en="Financial resources", fr="Ressources financières", es="Recursos financieros"),
    "partners": Text(en="Partners", fr="Partenaires", es="Socios"),
    "evaluated": Text(en="Has it been evaluated?", fr="A-t-elle été évaluée ?", es="¿Se ha evaluado?"),
    "evaluation": Text(en="Conclusions of the evaluation", fr="Conclusions de l’évaluation", es="Conclusiones de la evaluación"),
    "goals": Text(en="Goals", fr="Objectifs", es="Objetivos"),
    "domains": Text(en="Cultural domains", fr="Domaines culturels", es="Dominios culturales"),
    "priorities": Text(en="Transversal priorities", fr="Priorités transversales", es="Prioridades transversales"),
    "unplaced": Text(en="Other words", fr="Autres mots", es="Otras palabras"),
    "partner": Text(en="Name of partner", fr="Nom du partenaire", es="Nombre del socio"),
    "type": Text(en="Type of entity", fr="Type d’entité", es="Tipo de entidad"),
}
_ROLES = {
    "title": "title", "agency": "agency", "website": "website", "features": "features", "results": "results",
    "financial_resources_text": "money", "partners": "partners", "evaluated": "evaluated", "evaluation": "conclusions",
    "goals": "goals", "domains": "domains", "priorities": "priorities",
}
_TYPES: dict[str, Type] = {
    "title": "text", "website": "text", "financial_resources_text": "money", "partners": "table", "evaluated": "yes_no",
    "goals": "choices", "domains": "choices", "priorities": "choices",
}
_REQUIRED = frozenset({"title", "agency", "features", "results", "financial_resources_text"})
_PARTNER_TYPES = (
    Option("public", Text(en="Public Sector", fr="Secteur public", es="Sector público")),
    Option("private", Text(en="Private Sector", fr="Secteur privé", es="Sector privado")),
    Option("cso", Text(
        en="Civil Society Organization (CSO)", fr="Organisation de la société civile (OSC)",
        es="Organización de la sociedad civil (OSC)",
    )),
)
_DOMAINS = tuple(Option(code, Text(en=label)) for code, label in (
    ("cinema_audiovisual", "Cinema/ Audiovisual Arts"), ("design", "Design"), ("media_arts", "Media Arts"), ("music", "Music"),
    ("performing_arts", "Performing Arts"), ("publishing", "Publishing"), ("visual_arts", "Visual Arts"),
    ("multi_domain", "Multi-domain"),
))
_YOUTH = Option("Youth", Text(en="Youth"))
_CODES = {"who": "agency", "finance": "financial_resources_text", "conclusions": "evaluation", "partner_header": "partners"}
_OLDER = frozenset({"objectives", "scope", "nature", "context"})
_NEWER_ONLY = frozenset({"evaluated", "partners", "priorities"})
_LAST_OF_SOCIETY = frozenset({"title", "agency", "features", "results", "goals", "domains", "unplaced"})
_ORDER = tuple(_ROLES)
_ENDS = re.compile(r"(?:[.!?…;:)\]»”\"']|https?://\S+|\d)\s*$")


def check_text(text: str, now: datetime) -> tuple[Found, ...]:
    """What the rules say about one old text. `question` of a finding is a key of the reader's record."""
    reading = read(text)
    source = _source(reading)
    asked = _asked(reading, source)
    group = Question("measure", "group", Text(en="Measure"), questions=asked, title_question="title")
    section = Section("measure", Text(en="Measure"), (group,))
    form = Questionnaire("old text", "", Text(en="Old text"), (section,), "")
    cells: dict[tuple[UUID | None, str], Cell] = {(_ENTRY, question.code): _cell(question, reading) for question in asked}
    known = tuple(filter(None, [reading.country]))
    sheet = Sheet(form, cells, [SheetItem(_ENTRY, "measure", 1)], known_words=known)
    period = (reading.year - 4, reading.year) if reading.year else None
    return check(sheet, now, items={_ENTRY}, context=Context(period=period, languages=("en", "fr"), source=source))


def _captioned(reading: Reading) -> list[str]:
    """The fields whose captions the text has, in their order."""
    found = [CAPTIONS.get(squeezed(words)) for words in reading.words("captions")]
    return [one.field for one in found if one]


def _value(reading: Reading, code: str) -> Any:
    return {
        "agency": reading.agency, "title": reading.title, "website": reading.website, "features": reading.features,
        "results": reading.results, "financial_resources_text": reading.financial_resources_text,
        "partners": reading.partners, "evaluated": reading.evaluated, "evaluation": reading.evaluation,
        "goals": reading.goals, "domains": reading.domains, "priorities": reading.priorities,
        "unplaced": "\n\n".join(reading.words("unplaced")),
    }[code]


def _source(reading: Reading) -> Source:
    captions = _captioned(reading)
    blank = frozenset(code for field in captions if (code := _CODES.get(field, field)) in _ROLES and not _value(reading, code))
    furniture, stray, glued = [], [], []
    place = "title"
    for piece in reading.pieces:
        words = reading.text[piece.start:piece.end]
        if piece.place == "captions":
            caption = CAPTIONS.get(squeezed(words))
            place = _CODES.get(caption.field, caption.field) if caption else place
            if re.search(r"[a-zà-ÿ)][A-Z]", words):
                glued.append((place, words))
        elif piece.place == "junk" and is_furniture(words):
            furniture.append((place, words))
        elif piece.place == "junk" and spam.spans(words):
            stray.append((place, words))
    spoken = [min(one.languages) for words in reading.words("captions") if (one := CAPTIONS.get(squeezed(words)))]
    languages = tuple(sorted(set(spoken))) if reading.heading_language == "mixed" else ()
    is_older = bool(_OLDER & set(captions)) or (reading.year is not None and reading.year < 2019)
    return Source(blank, _cut(reading), is_older, languages, tuple(furniture), tuple(glued), tuple(stray))


def _cut(reading: Reading) -> str | None:
    """The field in which the text breaks off; None when it seems whole."""
    pieces = [piece for piece in reading.pieces if piece.place != "junk"]
    if reading.is_cut_in_caption:
        return "unplaced"
    if not pieces:
        return None
    last = pieces[-1]
    if last.place == "partner":
        return "partners"
    if reading.pieces[-1].place == "junk" or last.place in ("captions", "raw", "goals", "priorities", "title", "agency", "website"):
        return None
    return None if _ENDS.search(reading.text[last.start:last.end]) else last.place


def _asked(reading: Reading, source: Source) -> tuple[Question, ...]:
    """The questions of the form: after the end of a cut text nobody knows what was answered."""
    captions = {_CODES.get(field, field) for field in _captioned(reading)}
    codes = [code for code in _ORDER if _value(reading, code) is not None or code in captions]
    if captions:
        last = max((_ORDER.index(code) for code in codes), default=0) if source.cut else len(_ORDER)
        codes = [code for code in _ORDER if code in codes or (_ORDER.index(code) < last and code != "website")]
        if source.is_older:
            codes = [code for code in codes if code not in _NEWER_ONLY or code in captions]
        if reading.is_by_civil_society:
            codes = [code for code in codes if code in _LAST_OF_SOCIETY]
    return tuple(_question(code, reading) for code in [*codes, "unplaced"])


def _question(code: str, reading: Reading) -> Question:
    options: tuple[Option, ...] = ()
    if code == "domains":
        options = _DOMAINS
    elif code in ("goals", "priorities"):
        options = (*(Option(words, Text(en=words)) for words in _value(reading, code) or ()), *([_YOUTH] if code == "priorities" else []))
    columns: tuple[Question, ...] = ()
    if code == "partners":
        columns = (
            Question("name", "text", _LABELS["partner"], role="partner_name"),
            Question("type", "choice", _LABELS["type"], role="partner_type", options=_PARTNER_TYPES),
        )
    return Question(
        code, _TYPES.get(code, "longtext"), _LABELS[code], required=code in _REQUIRED, role=_ROLES.get(code), options=options,
        columns=columns, unit=Text(en="USD") if code == "financial_resources_text" else None,
    )


def _cell(question: Question, reading: Reading) -> Cell:
    value, language = _value(reading, question.code), reading.narrative_language
    if question.type == "money":
        sums = [shapes.plain_sum(one) for one in reading.money or ()]
        return Cell({"raw": value or "", "value": sums or None}, language)
    if question.type == "yes_no":
        return Cell(shapes.read(question, {True: "yes", False: "no"}.get(value, "")), language)
    if question.type == "table":
        rows = [{"name": one.name or "", "type": one.type or ""} for one in value or ()]
        return Cell(shapes.read(question, rows), language)
    return Cell(shapes.read(question, list(value or ()) if question.type == "choices" else value, language), language)


def records(findings: Iterator[Found] | tuple[Found, ...]) -> list[dict[str, str]]:
    """The findings as `review-app check-measures` prints them, in English."""
    return [
        {"rule": one.rule, "severity": one.severity, "field": one.question, "quote": one.quote, "message": str(one.message)}
        for one in findings
    ]
