"""Rules that hold the words of a measure against its tags, and against the Convention it is reported under."""

import re
from collections.abc import Iterator

from review_app.checks.found import Found, Place
from review_app.checks.sentences import sentence, small, starts_of
from review_app.questionnaire import values as shapes
from review_app.questionnaire.language import Question
from workflows.messages import Message

# What an option means -> how a text names it, in small letters.
_DOMAINS: dict[str, re.Pattern[str]] = {
    key: re.compile(rf"\b(?:{words})\b")
    for key, words in {
        "cinema_audiovisual": r"cinema|film|films|audio-?visual|cinéma|audiovisuels?|cine|audiovisual(?:es)?",
        "music": r"music|musique|música",
        "performing_arts": r"performing(?:,? and visual)? arts|performing|theat(?:re|er)|dance|arts de la scène|théâtre|danse|artes escénicas|teatro|danza",
        "publishing": r"publishing|books?|literature|édition|livres?|littérature|industria editorial|libros?|literatura",
        "visual_arts": r"visual(?:,? and performing)? arts|visual|arts visuels|arts plastiques|artes visuales|artes plásticas",
        "design": r"(?:graphic|fashion|industrial|interior|product|web) design|design(?=,? (?:and|et|y) (?:crafts?|fashion|architecture|mode|moda))"
                  r"|design gráfico|diseño (?:gráfico|industrial|de modas?)|design graphique",
        "media_arts": r"media arts|arts médiatiques|artes mediáticas",
    }.items()
}
_ALL = "multi_domain"
_YOUTH = re.compile(
    r"\b(?:young people|youths?|young (?:artists|persons|adults|men|women|girls|boys|professionals|creators|talents?|audiences?)|children|adolescents?|teenagers?|jeunes|jeunesse|enfants|niñ[oa]s|jóvenes"
    r"|juventud|adolescentes)\b", re.IGNORECASE,
)
_YOUTH_PARTS = ("young", "youth", "child", "adolesc", "teen", "jeune", "enfant", "niñ", "jóven", "juvent")
_TARGETED = re.compile(
    r"\b(?:special emphasis on|emphasis on|aimed at|aims? at|addressed to|targets?|targeted|targeting|intended for|geared to(?:wards)?|dedicated to"
    r"|especially for|specifically for|for|of|among|with|destinée?s? aux?|à destination des|pour les|en faveur des|auprès des|dirigid[oa]s? a"
    r"|destinad[oa]s? a|(?:se )?dirige a|s['’]adresse aux?|para)\s+(?:[\w,'’-]+\s+){0,4}$", re.IGNORECASE,
)
_SINGLED_OUT = re.compile(
    r"\b(?:emphasis on|aimed at|aims? at|addressed to|target(?:s|ed|ing)?(?: in particular)?|focus(?:es|ed|ing)? (?:[a-z]+ly )?on|intended for|geared to(?:wards)?"
    r"|dedicated to|(?:e?specially|specifically) for|benefits?|destinée?s? aux?|à destination des|en faveur des|dirigid[oa]s? a|destinad[oa]s? a"
    r"|(?:se )?dirige a|s['’]adresse aux?)\s+(?:[\w,'’-]+\s+){0,8}$", re.IGNORECASE,
)
_YEARS_OLD = re.compile(r"\b(?:between|from|aged?|entre|de)\s+[0-9]{1,2}\s+(?:and|to|et|à|y|a)\s+[0-9]{1,2}\s+(?:years|ans|años)", re.IGNORECASE)
_OTHER_TREATY = re.compile(
    r"\b(?:convention (?:on|for|against|concerning|relating to) (?!the protection and promotion of the diversity)"
    r"|convention (?:relative|sur|pour|contre|concernant)\b(?! la protection et la promotion de la diversité)"
    r"|convención (?:sobre|para|contra|relativa)\b(?! la protección y (?:la )?promoción de la diversidad))[^.;,(\n]{3,70}", re.IGNORECASE,
)
_THIS_TREATY = re.compile(
    r"2005 (?:unesco )?convention|convention (?:de |of )?2005|unesco(?:'s|’s)? 2005|convención (?:de )?2005|unesco convention|convention de l['’]unesco"
    r"|diversity of cultural expressions|diversité des expressions culturelles|diversidad de las expresiones culturales", re.IGNORECASE,
)


def tags(place: Place) -> Iterator[Found]:
    """TAG-01: no goal, or no domain."""
    goals, domains = place.with_role("goals"), place.with_role("domains")
    if goals and shapes.is_blank(place.value(goals)):
        text = Message("No goal is chosen: choose at least one, so that the entry can be found by its goal.")
        yield place.found("TAG-01", "error", question=goals, message=text)
    if domains and shapes.is_blank(place.value(domains)):
        text = Message("No domain is chosen: choose at least one, so that the entry can be found by its domain.")
        yield place.found("TAG-01", "error", question=domains, message=text)


def missing_tags(place: Place) -> Iterator[Found]:
    """TAG-02: the text names a domain beside those that are tagged, or young people as its target, without the tag."""
    yield from _missing_domains(place)
    yield from _missing_youth(place)


def _missing_domains(place: Place) -> Iterator[Found]:
    question = place.with_role("domains")
    chosen = place.clean(question) if question else None
    if question is None or not chosen:
        return
    options = {option.means: option for option in question.options if option.means}
    tagged = {meaning for meaning, option in options.items() if option.id in chosen}
    if _ALL in tagged or len(tagged) < 2:
        return
    for _, words in _about(place):
        for untagged in sorted(_DOMAINS.keys() & options.keys() - tagged):
            for match in _DOMAINS[untagged].finditer(small(words)):
                around = sentence(words, *match.span())
                if sum(bool(_DOMAINS[meaning].search(small(around))) for meaning in tagged) >= 2:
                    text = Message(
                        "The text names “%(words)s” beside the domains that are chosen, and “%(domain)s” is not: choose it, or reply why not.",
                        {"words": words[match.start():match.end()], "domain": options[untagged].label},
                    )
                    yield place.found("TAG-02", "warning", question=question, message=text, quote=around)
                    return


def _missing_youth(place: Place) -> Iterator[Found]:
    """Where neither a priority nor a question about young people says so."""
    priorities = place.with_role("priorities")
    youth = next((option for option in priorities.options if option.means == "youth"), None) if priorities else None
    if priorities is None or youth is None or youth.id in (place.clean(priorities) or ()):
        return
    if not any(part in place.small for part in _YOUTH_PARTS):
        return
    hits: list[tuple[str, re.Match[str]]] = []
    singled_out: list[tuple[str, re.Match[str]]] = []
    for question, words in _about(place):
        if question.role != "conclusions":
            named = [(match, words[max(0, match.start() - 90):match.start()]) for match in _named_youth(words)]
            singled_out += [(words, match) for match, before in named if _SINGLED_OUT.search(before)]
            hits += [(words, match) for match, before in named if _TARGETED.search(before[-60:])]
    is_meant = singled_out or len(hits) >= 2 or (hits and _YEARS_OLD.search(hits[0][0]))
    asked = place.with_role("youth")
    if is_meant and (asked is None or place.clean(asked) is None):
        words, match = (hits or singled_out)[0]
        text = Message(
            "The text names “%(words)s” as those it is for, and “%(priority)s” is not chosen: choose it, or reply why not.",
            {"words": match.group(), "priority": youth.label},
        )
        yield place.found("TAG-02", "warning", question=priorities, message=text, quote=sentence(words, *match.span()))


def _named_youth(words: str) -> Iterator[re.Match[str]]:
    """Where the words for young people stand: looked at where one of them may begin."""
    lowered = small(words)
    starts = sorted(start for part in _YOUTH_PARTS for start in starts_of(part, lowered))
    return filter(None, (_YOUTH.match(words, start) for start in starts))


def foreign_scope(place: Place) -> Iterator[Found]:
    """SCOPE-01: another convention is cited, and this one never."""
    answers = list(_about(place)) if "onven" in place.small else []
    cited = [(question, words, match) for question, words in answers for match in _OTHER_TREATY.finditer(words)]
    if cited and not any(_THIS_TREATY.search(words) for _, words in answers):
        question, words, match = cited[0]
        text = Message(
            "“%(words)s” is cited, and the 2005 Convention is not: say how the measure serves the diversity of cultural expressions.",
            {"words": match.group().strip()},
        )
        yield place.found("SCOPE-01", "warning", question=question, message=text, quote=sentence(words, *match.span()))


def _about(place: Place) -> Iterator[tuple[Question, str]]:
    """What is written about the measure itself."""
    for question in place.asked:
        if question.role in ("features", "results", "conclusions") and isinstance(words := place.clean(question), str):
            yield question, words
