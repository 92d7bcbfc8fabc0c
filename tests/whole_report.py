"""The answers a questionnaire cannot do without, for tests that need a whole report and are about something else."""

from collections.abc import Collection

from review_app.questionnaire.language import Question, Questionnaire
from tests.browser import Browser

_WORDS = {"yes_no": "no", "text": "Told in short.", "longtext": "Told in a few words.", "year": "2024", "number": "3"}


def least(questionnaire: Questionnaire, section: str) -> dict[str, str | list[str]]:
    """Question -> raw answer, for each question of the section that needs one and that no condition hides."""
    plain = questionnaire.section(section).plain_questions
    return {question.code: _raw(question) for question in plain if question.required and question.when is None}


def _raw(question: Question) -> str | list[str]:
    if question.type == "choices":
        return [question.options[-1].id]
    return question.options[-1].id if question.type == "choice" else _WORDS[question.type]


def write_the_rest(browser: Browser, report_url: str, questionnaire: Questionnaire, *, but: Collection[str]) -> None:
    """Over HTTP, what is needed in every section that is not named."""
    for section in questionnaire.sections:
        answers = {} if section.code in but else least(questionnaire, section.code)
        if answers:
            browser.get(f"{report_url}/sections/{section.code}").fill(answers).press("Save and come back later")
