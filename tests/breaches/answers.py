"""Breaches of answers, saved texts and entries."""

from tests.breaches.rows import UNSTARTED, X, breach, save


def answer(report: str, item: str, question: str) -> str:
    return f"""
        insert into answer (report_id, item_id, question, value, row_version, actor_kind, origin, updated_at)
        values ({report}, {item}, '{question}', {X}, 1, 'system', 'typed', now());"""


BREACHES = {
    "an answer belongs to an item of another report": breach(
        answer(":draft", "#taken", "evidence_address") + save(":draft", "#taken", "evidence_address", version="1"),
        "a saved text belongs to an entry of another report",
    ),
    "an answer is not the last text that was accepted": breach(f"update answer set value = {X} where report_id = :draft"),
    "an answer was never saved": breach(answer(":taken", "null", "areas_named")),
    "an answer stands at a question that its questionnaire does not ask": breach(
        answer(":draft", "null", "nowhere") + save(":draft", "null", "nowhere", version="1")
    ),
    "an entry belongs to a group that its questionnaire does not have": breach(
        """insert into item (id, report_id, "group", position, row_version, created_at)
           values (gen_random_uuid(), :draft, 'nowhere', 9, 1, now())"""
    ),
    "a saved text belongs to an entry of another report": breach(save(":draft", "#taken", "evidence_address")),
    "two entries of a report are chapters of one lasting item": breach(
        """update item set lasting_item_id = (select lasting_item_id from item where id = #taken) where report_id = :taken"""
    ),
    "an entry was submitted without its lasting item": breach("update item set lasting_item_id = null where id = #taken"),
    "something was written in a report that was never started": breach(
        "update report set started_at = null where id = :draft", UNSTARTED
    ),
    "an entry is merged into one that its report does not have": breach(
        "update item set fate = 'merged', ended_at = now(), merged_into_id = #taken where id = #draft"
    ),
    "a report was submitted without saying what became of an entry of the last one": breach(
        "update item set fate = 'open' where id = #taken"
    ),
    "a lasting item has a chapter in a report of another party": breach(
        "update lasting_item set party_code = 'PE' where id = (select lasting_item_id from item where id = #taken)"
    ),
    "an accepted text has no answer": breach(save(":draft", "null", "areas_named", version="1")),
    "the accepted texts of an answer are not numbered 1, 2, 3": breach(
        "update save set row_version = row_version + 1 where report_id = :draft and outcome = 'accepted'"
    ),
    "a text was refused although it was written on what stood there": breach(
        save(":draft", "null", "budget_allotted") + "update save set id = -1 where id = (select max(id) from save)"
    ),
}
