"""A reading laid on the questions of a questionnaire: raw answers by code, and what a person should look at, with why."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from review_app.questionnaire.language import Question
from review_app.readers.countries import code_of
from review_app.readers.fields import yes_or_no
from review_app.readers.labels import printed
from review_app.readers.letters import squeezed
from review_app.readers.partners import Partner
from review_app.readers.reading import Reading
from workflows.messages import Message

WHY = {
    "no_title": Message("No title was found. Write it."),
    "no_party": Message("The text does not say whose it is. Choose the party."),
    "no_form": Message("No caption of the form was recognised. Put the words where they belong."),
    "other_form": Message("This is the sheet of a case and not a measure. It belongs in a cycle of case studies."),
    "unplaced": Message("Some words have no place. Put them into a field, or leave them out with a reason."),
    "cut": Message("The text ends in the middle of the form: what followed is lost."),
    "unread_sum": Message("An amount can be read in two ways. Write it so that it can be read in one."),
    "no_sum": Message("There are words about money, but no amount."),
    "nameless": Message("A partner has a kind but no name."),
    "kindless": Message("A partner has a name but no kind."),
    "unsaid": Message("Yes or no was not said; the conclusions do not prove it."),
    "unknown_label": Message("A label is not in the list of this question: %(words)s"),
    "kept_behind": Message("These words have no question here; they stay in the source: %(words)s"),
    "no_place_here": Message("These words have no question in this questionnaire: %(words)s"),
    "failed": Message("This could not be brought in, and it is not known why. Ask whoever looks after the system to read its log."),
    "report_away": Message("A report of this party was submitted here, or there is one about this already: nothing can be brought into it."),
    "other_edition": Message("The questionnaire has changed: it no longer has a question that was answered. Look at the fields again."),
}  # fmt: skip
ASKING = frozenset({"failed", "report_away", "other_edition", "no_title", "no_party", "no_form", "other_form", "unplaced", "unread_sum", "unknown_label", "no_place_here"})
"""Doubts that only a person can settle; the others are marked and kept as they are."""


@dataclass(frozen=True)
class Doubt:
    """Why a person should look: `why` is a key of WHY, `question` the code of the field, "" for the whole text."""

    why: str
    question: str = ""
    words: str = ""

    @property
    def is_asking(self) -> bool:
        return self.why in ASKING


@dataclass(frozen=True)
class Fitted:
    """Raw answers by question code, as `values.read` takes them; a caption that was not there has none."""

    answers: dict[str, Any]
    doubts: tuple[Doubt, ...]


def fit(reading: Reading, questions: Sequence[Question], *, is_group: bool) -> Fitted:
    """Lay a reading on `questions`. `is_group`: they are the questions of a repeated group, as measures are."""
    answers: dict[str, Any] = {}
    doubts: list[Doubt] = []
    used: set[str] = set()
    for question in questions:
        if taker := _TAKERS.get(question.role or ""):
            used.add(question.role or "")
            value = taker(reading, question, doubts)
            if value is not None:
                answers[question.code] = value
    doubts += _homeless(reading, used)
    doubts += [Doubt("no_title")] if reading.title is None else []
    if is_group and reading.form == "case-study":
        doubts.append(Doubt("other_form"))
    if reading.features is None and reading.results is None:
        doubts.append(Doubt("no_form"))
    if reading.words("unplaced"):
        doubts.append(Doubt("unplaced"))
    if reading.is_cut_in_caption:
        doubts.append(Doubt("cut"))
    return Fitted(answers, tuple(dict.fromkeys(doubts)))


def _homeless(reading: Reading, used: Collection[str]) -> list[Doubt]:
    """What was read and has no question here."""
    values = {
        "title": reading.title, "agency": reading.agency, "website": reading.website, "features": reading.features,
        "results": reading.results, "money": reading.financial_resources_text, "conclusions": reading.evaluation,
        "partners": "; ".join(map(_partner_said, reading.partners or ())),
        "evaluated": "" if reading.evaluated is None else printed("yes" if reading.evaluated else "no"),
        "goals": "; ".join(reading.goals or ()), "domains": "; ".join(map(printed, reading.domains or ())),
        "priorities": "; ".join(reading.priorities or ()),
    }  # fmt: skip
    homeless = [Doubt("no_place_here", words=words[:300]) for role, words in values.items() if words and role not in used]
    return homeless + [
        Doubt("kept_behind", words=f"{caption}: {words}"[:300]) for field, caption, words in reading.coded if field not in used
    ]


def _partner_said(one: Partner) -> str:
    kind = printed(one.type) if one.type else ""
    return f"{one.name} ({kind})" if one.name and kind else one.name or kind


def _text(name: str) -> Callable[[Reading, Question, list[Doubt]], Any]:
    return lambda reading, question, doubts: getattr(reading, name)


def _money(reading: Reading, question: Question, doubts: list[Doubt]) -> Any:
    words = reading.financial_resources_text
    if words and any(one.amount is None for one in reading.money or ()):
        doubts.append(Doubt("unread_sum", question.code))
    elif words and not reading.money:
        doubts.append(Doubt("no_sum", question.code))
    return words


def _partners(reading: Reading, question: Question, doubts: list[Doubt]) -> Any:
    columns = {column.role: column for column in question.columns}
    name, kind = columns.get("partner_name"), columns.get("partner_type")
    if reading.partners is None:
        return None
    if name is None:
        doubts += [Doubt("no_place_here", question.code, _partner_said(one)[:300]) for one in reading.partners]
        return None
    ids = _meant(kind) if kind else {}
    if any(not one.name for one in reading.partners):
        doubts.append(Doubt("nameless", question.code))
    if any(not one.type for one in reading.partners):
        doubts.append(Doubt("kindless", question.code))
    unknown = dict.fromkeys(one.type for one in reading.partners if one.type and one.type not in ids)
    doubts += [Doubt("unknown_label", question.code, printed(said)) for said in unknown]
    return [
        {name.code: one.name or "", **({kind.code: ids.get(one.type or "", "")} if kind else {})} for one in reading.partners
    ] or ""


def _said_yes(reading: Reading, question: Question, doubts: list[Doubt]) -> Any:
    """A yes or no that a reading keeps under the name of the role."""
    said = [words for field, _, words in reading.coded if field == question.role]
    answers = {yes_or_no(words) for words in said}
    if len(answers) == 1 and (answer := answers.pop()) is not None:
        return "yes" if answer else "no"
    doubts += [Doubt("unknown_label", question.code, words[:300]) for words in said]
    return None


def _meant(question: Question) -> dict[str, str]:
    """What an option means -> its id."""
    return {option.means: option.id for option in question.options if option.means}


def _evaluated(reading: Reading, question: Question, doubts: list[Doubt]) -> Any:
    if reading.evaluated is None:
        if reading.evaluation:
            doubts.append(Doubt("unsaid", question.code))
        return "" if reading.evaluation is not None else None
    return "yes" if reading.evaluated else "no"


def _domains(reading: Reading, question: Question, doubts: list[Doubt]) -> Any:
    if reading.domains is None:
        return None
    ids = _meant(question)
    doubts += [Doubt("unknown_label", question.code, printed(domain)) for domain in reading.domains if domain not in ids]
    return [ids[domain] for domain in reading.domains if domain in ids] or ""


def _labels(name: str) -> Callable[[Reading, Question, list[Doubt]], Any]:
    """Options by their printed labels, in any of the languages."""

    def take(reading: Reading, question: Question, doubts: list[Doubt]) -> Any:
        shown: tuple[str, ...] | None = getattr(reading, name)
        if shown is None:
            return None
        ids = {squeezed(label): option.id for option in question.options for label in option.label.values()}
        doubts += [Doubt("unknown_label", question.code, words[:300]) for words in shown if squeezed(words) not in ids]
        return [ids[squeezed(words)] for words in shown if squeezed(words) in ids] or ""

    return take


def _country(reading: Reading, question: Question, doubts: list[Doubt]) -> Any:
    code = code_of(reading.country) if reading.country else None
    if reading.country and code is None:
        doubts.append(Doubt("unknown_label", question.code, reading.country[:300]))
    return code


_TAKERS: dict[str, Callable[[Reading, Question, list[Doubt]], Any]] = {
    "title": _text("title"), "agency": _text("agency"), "website": _text("website"), "features": _text("features"),
    "results": _text("results"), "conclusions": _text("evaluation"), "money": _money, "partners": _partners,
    "evaluated": _evaluated, "domains": _domains, "goals": _labels("goals"), "priorities": _labels("priorities"),
    "country": _country, "youth": _said_yes, "ifcd": _said_yes,
}  # fmt: skip
