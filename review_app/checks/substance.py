"""Rules about what a policy, measure or programme has to say of itself. They ask for roles, never for codes."""

import re
from collections.abc import Iterator

from review_app.checks.found import Found, Place
from review_app.checks.sentences import bounds, sentence
from review_app.checks.wording import is_placeholder
from review_app.checks.words import has_figure
from review_app.questionnaire import values as shapes
from workflows.messages import Message

_NONE_YET = re.compile(
    r"\b(?:no|not(?! only)|never|without)\b(?:\s+(?!only)[\w-]+){0,2}?\s+(?:evaluat(?:ion|ed)|assess(?:ment|ed))\b"
    r"|\b(?:will|shall|to)\s+(?:also\s+|soon\s+|then\s+)?be\s+(?:evaluated|assessed)\b|\btoo early to (?:evaluate|assess)\b"
    r"|\b(?:evaluation|assessment)\b(?:\s+of\s[^.;,]{3,60}?)?\s+(?:(?:will|shall)\s+(?:\w+\s+){0,2}?(?:be|take place|follow|come)"
    r"|is\s+(?:\w+\s+)?(?:planned|foreseen|scheduled|under ?way|ongoing)|(?:has|is)\s+not\s+yet)\b"
    r"|\b(?:pas|aucune|sans|jamais)\b(?:\s+[\w'’-]+){0,3}?\s+(?:d['’])?(?:évaluation|évaluée?|evaluation|evaluee?)\b"
    r"|\b(?:sera|seront)\s+évaluée?s?\b|\bévaluation\b(?:\s+d\w*\s[^.;,]{3,60}?)?\s+(?:sera|est\s+(?:prévue|en cours)|n['’]a pas encore)\b"
    r"|\b(?:no|sin|ninguna)\b(?:\s+\w+){0,3}?\s+(?:evaluaci[óo]n|evaluad[oa])\b"
    r"|\bser[áa]\s+evaluad[oa]\b|\bevaluaci[óo]n\b(?:\s+de\w*\s[^.;,]{3,60}?)?\s+(?:se\s+realizará|está\s+(?:prevista|en curso))\b", re.IGNORECASE,
)
_OPENS_WITH_NO = re.compile(r"(?:no|non)\b\s*[,.;:–—-]", re.IGNORECASE)
_SHORT = 40


def says_none(words: str) -> bool:
    """Whether a text about an evaluation says that there was none, or none yet."""
    return _none(words) is not None


def _none(words: str) -> re.Match[str] | None:
    small = words.lower()
    return _OPENS_WITH_NO.match(words) or (_NONE_YET.search(words) if "valu" in small or "assess" in small else None)


def denied_evaluation(place: Place) -> Iterator[Found]:
    """EVAL-04: the conclusions say that there was no evaluation, or that it is still to come."""
    question = place.with_role("conclusions")
    words = place.clean(question) if question else None
    match = _none(words) if words else None
    asked = place.with_role("evaluated")
    if match and words and asked and place.clean(asked) is True and bounds(words, match.start(), match.end())[0] > 0:
        return  # an evaluation that was made may announce the next one
    if question and words and match:
        text = Message(
            "The conclusions speak of an evaluation that is missing or still to come (“%(words)s”): say what they rest on.", {"words": match.group().strip(" ,.;:–—-")}
        )
        yield place.found("EVAL-04", "note", question=question, message=text, quote=sentence(words, *match.span()))


def thin_results(place: Place) -> Iterator[Found]:
    """REQ-03: results that are very short, or without a figure. Expected results need none."""
    question = place.with_role("results")
    words = place.clean(question) if question else None
    if not question or not isinstance(words, str) or is_placeholder(words) or place.is_cut(question):
        return
    if (source := place.source_behind(question)) and source.is_older:
        return
    if not has_figure(words):
        text = Message("The results give no figure: say how many, for whom and since when.")
    elif len(words) < _SHORT:
        text = Message("The results are %(count)s characters long: say what has changed, for whom and since when.", {"count": len(words)})
    else:
        return
    yield place.found("REQ-03", "warning", question=question, message=text, quote=words[:200])


def unanswered_evaluation(place: Place) -> Iterator[Found]:
    """EVAL-01: nobody said whether there was an evaluation. Blank is unknown, never no."""
    asked = place.with_role("evaluated")
    if asked is not None and shapes.is_blank(place.value(asked)):
        text = Message("“%(question)s” has no answer: choose yes or no. Blank is not no.", {"question": asked.label})
        yield place.found("EVAL-01", "error", question=asked, message=text)


def conclusions_without_evaluation(place: Place) -> Iterator[Found]:
    """EVAL-02: there are conclusions, but the answer is no or missing."""
    asked, conclusions = place.with_role("evaluated"), place.with_role("conclusions")
    words = place.clean(conclusions) if conclusions else None
    if not asked or not conclusions or not words or is_placeholder(words) or place.clean(asked) is True:
        return
    if place.clean(asked) is not False or not says_none(words):
        text = Message(
            "There are conclusions of an evaluation, but the answer to “%(question)s” is not yes: "
            "answer yes, or say what the conclusions rest on.", {"question": asked.label},
        )
        yield place.found("EVAL-02", "warning", question=conclusions, message=text, quote=words[:200])


def evaluation_without_conclusions(place: Place) -> Iterator[Found]:
    """EVAL-03: the answer is yes, and nothing is concluded."""
    asked, conclusions = place.with_role("evaluated"), place.with_role("conclusions")
    words = place.clean(conclusions) if conclusions else None
    if asked and conclusions and place.clean(asked) is True and (not words or is_placeholder(words)):
        text = Message(
            "The answer to “%(question)s” is yes, but there are no conclusions: "
            "write the main ones, or say where they can be read.", {"question": asked.label},
        )
        yield place.found("EVAL-03", "warning", question=conclusions, message=text)
