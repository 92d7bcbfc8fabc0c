"""What must be true of the whole database at any moment, as SQL that finds the rows where it is not.

Constraints hold what one row can tell by itself; these look at several. `review-app invariants` runs them, the clock every
day, the office's page, and the tests. Each module holds those of its noun: what is broken -> a query for the ids that show it.
Besides the tables a query may read `told`, the lines of `notices.NOTICES`, and `asked`, the questions of every edition.
"""

import json

from sqlalchemy import text

from review_app.extensions import db
from review_app.notices import NOTICES
from review_app.queries.invariants import (
    accounts,
    answers,
    attachments,
    contributions,
    findings,
    imports,
    notices,
    published,
    reports,
    reviews,
)
from review_app.questionnaire.language import Question, Questionnaire
from review_app.questionnaire.library import library

INVARIANTS: dict[str, str] = {
    **accounts.INVARIANTS, **answers.INVARIANTS, **attachments.INVARIANTS, **contributions.INVARIANTS,
    **findings.INVARIANTS, **imports.INVARIANTS,
    **notices.INVARIANTS, **published.INVARIANTS, **reports.INVARIANTS, **reviews.INVARIANTS,
}  # fmt: skip

_READ = """
    with told as materialized (
      select * from jsonb_to_recordset(cast(:told as jsonb)) told (fact text, channels text[], audience text[])
    ), asked as materialized (
      select * from jsonb_to_recordset(cast(:asked as jsonb)) asked (
        questionnaire text, edition text, checksum text, "group" text, question text, public boolean, lasting boolean)
    )"""


def _statement() -> str:
    """All of them in one statement: (number of the invariant, id)."""
    found = (
        f"(select {number} as number, id::text from ({query}) broken (id) limit 10)"  # noqa: S608 (our own queries)
        for number, query in enumerate(INVARIANTS.values())
    )
    return f"{_READ} {' union all '.join(found)} order by 1, 2"


def _told() -> list[dict[str, object]]:
    return [{"fact": fact, "channels": told.channels, "audience": told.audience} for fact, told in NOTICES.items()]


def _asked() -> list[dict[str, object]]:
    """Every question of every edition; `group` is "" for those that are asked once a report."""
    return [line for one in library.editions() for line in _asked_by(one)]


def _asked_by(one: Questionnaire) -> list[dict[str, object]]:
    plain = [(None, question) for question in one.plain_questions]
    grouped = [(group, question) for _, group in one.groups() for question in group.questions]
    return [_line(one, group, question) for group, question in [*plain, *grouped]]


def _line(one: Questionnaire, group: Question | None, question: Question) -> dict[str, object]:
    return {
        "questionnaire": one.name, "edition": one.edition, "checksum": one.checksum,
        "group": group.code if group else "", "question": question.code, "lasting": bool(group and group.lasting),
        "public": question.public and (group is None or group.public),
    }  # fmt: skip


def broken() -> dict[str, list[str]]:
    """What is broken -> up to ten ids that show it. Empty when all is well. One query."""
    sentences, found = list(INVARIANTS), dict[str, list[str]]()
    given = {"told": json.dumps(_told()), "asked": json.dumps(_asked())}
    for number, key in db.session.execute(text(_statement()), given):
        found.setdefault(sentences[number], []).append(key)
    return found
