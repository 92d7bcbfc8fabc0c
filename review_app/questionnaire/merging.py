"""A filled-in file against the report: three readings of each answer (as it was handed out, as it stands, as the file says)."""

from dataclasses import dataclass
from typing import Literal

from review_app.questionnaire.language import Question
from review_app.questionnaire.paper import Words, is_same


@dataclass(frozen=True)
class Reading:
    """One answer in its three readings, each as `paper.Words`."""

    question: Question
    base: Words
    ours: Words
    theirs: Words


Kind = Literal["file", "both"]


def verdict(reading: Reading) -> Kind | None:
    """None: the file brings nothing new · "file": only the file changed it · "both": it was changed here as well."""
    question = reading.question
    if is_same(question, reading.theirs, reading.base) or is_same(question, reading.theirs, reading.ours):
        return None
    return "file" if is_same(question, reading.ours, reading.base) else "both"
