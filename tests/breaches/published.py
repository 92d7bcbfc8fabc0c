"""Breaches of what the public reads."""

from tests.breaches.rows import X, breach, copied

BLANK = """'{"raw": "", "value": null}'"""
UNNAMED = "a publication is not named in the journal"


def public_answer(question: str, value: str, *, item: str = "null") -> str:
    return f"""
        insert into published.answer (publication_id, item_id, section, question, position, value)
        values (:publication, {item}, 'budget', '{question}', 99, {value});"""


def publication(**other: str) -> str:
    """A second publication of the published report, numbered 2 and not current, but for `other` columns."""
    return copied("published.publication", "old.id = :publication", **{"id": "-1", "number": "2", "is_current": "false", **other})


BREACHES = {
    "a published report has no current publication": breach(
        "update published.publication set is_current = false where id = :publication"
    ),
    "something is public that was never published": breach(
        publication(report_id=":draft", number="1", slug="'x'"),
        UNNAMED, "a publication was made from no snapshot of its report",
        "a publication says it is of another party or edition than its report",
    ),
    "a publication was made from no snapshot of its report": breach(publication(sha256="repeat('a', 64)"), UNNAMED),
    "the publications of a report are not numbered 1, 2, 3": breach(
        "update published.publication set number = 5 where id = :publication;"
        """update entry set params = params || '{"publication": 5}' where report_id = :published and fact = 'report.published'"""
    ),
    "the public reads another text than the one last submitted": breach(
        """update published.publication set sha256 = (select sha256 from snapshot where report_id = :published and number = 1)
           where id = :publication""", UNNAMED,
    ),
    "the public reads a report that is not published": breach(
        publication(report_id=":taken", number="1", is_current="true", slug="'x'", subject="'taken'",
                    sha256="(select sha256 from snapshot where report_id = :taken)"),
        UNNAMED, "something is public that was never published",
    ),
    "two reports are public at one address": breach(
        """update published.publication set number = 2, slug = (select slug from published.publication where id = :publication)
           where party_code = 'PE' and origin = 'imported'""",
        UNNAMED, "the publications of a report are not numbered 1, 2, 3",
    ),
    UNNAMED: breach("update entry set params = params - 'publication' where report_id = :published and fact = 'report.published'"),
    "the public reads an answer that is not public": breach(public_answer("programme_contact", X)),
    "the public reads words that were not submitted": breach(public_answer("areas_named", X)),
    "the public reads what is confidential": breach(
        """update snapshot set content = replace(content, '"question":"programme_name","value":{',
             '"question":"programme_name","value":{"blank":{"reason":"confidential","until":""},')
           where sha256 = (select sha256 from published.publication where id = :publication)""",
        "a snapshot is not what its sha256 says",
    ),
    "the public reads an entry that its report does not have": breach(
        copied("published.item", "old.publication_id = :publication limit 1", id="gen_random_uuid()")
    ),
    "a publication counts other entries than it has": breach(
        "update published.publication set entries = 9 where id = :publication"
    ),
    "an answer is public without its entry": breach(public_answer("areas_named", BLANK, item="gen_random_uuid()")),
    "a publication says it is of another party or edition than its report": breach(
        "update published.publication set party_code = 'KE' where id = :publication"
    ),
}
