"""What must be true of answers, of the texts that were saved, and of entries."""

INVARIANTS = {
    "an answer belongs to an item of another report": """
        select a.id from answer a join item i on i.id = a.item_id where i.report_id <> a.report_id""",
    "an answer is not the last text that was accepted": """
        select a.id from answer a join lateral (
          select s.value, s.row_version from save s
          where s.report_id = a.report_id and s.question = a.question and s.item_id is not distinct from a.item_id
            and s.outcome = 'accepted' order by s.row_version desc limit 1
        ) last on true
        where last.row_version = a.row_version and last.value <> a.value""",
    "a lasting item has a chapter in a report of another party": """
        select i.id from item i join lasting_item l on l.id = i.lasting_item_id join report r on r.id = i.report_id
        where l.party_code <> r.party_code""",
    "an accepted text has no answer": """
        select s.id from save s where s.outcome = 'accepted' and not exists (
          select 1 from answer a where a.report_id = s.report_id and a.question = s.question
            and coalesce(a.item_id::text, '') = coalesce(s.item_id::text, ''))""",
    "an answer was never saved": """
        select a.id from answer a where not exists (
          select 1 from save s where s.report_id = a.report_id and s.question = a.question
            and coalesce(s.item_id::text, '') = coalesce(a.item_id::text, '') and s.outcome = 'accepted')""",
    "the accepted texts of an answer are not numbered 1, 2, 3": """
        select min(id) from save where outcome = 'accepted' group by report_id, item_id, question
        having min(row_version) <> 1 or max(row_version) <> count(*)""",
    "a text was refused although it was written on what stood there": """
        select s.id from save s join answer a on a.report_id = s.report_id and a.question = s.question
          and a.item_id is not distinct from s.item_id
        where s.outcome = 'refused' and s.seen_version = 0 and not exists (
          select 1 from save w where w.report_id = s.report_id and w.question = s.question
            and w.item_id is not distinct from s.item_id and w.outcome = 'accepted' and w.id < s.id)""",
    "an answer stands at a question that its questionnaire does not ask": """
        select a.id from answer a join report r on r.id = a.report_id join cycle c on c.id = r.cycle_id
          left join item i on i.id = a.item_id
        where not exists (
          select 1 from asked q where q.questionnaire = c.questionnaire and q.edition = c.edition
            and q.question = a.question and q."group" = coalesce(i."group", ''))""",
    "an entry belongs to a group that its questionnaire does not have": """
        select i.id from item i join report r on r.id = i.report_id join cycle c on c.id = r.cycle_id
        where not exists (
          select 1 from asked q where q.questionnaire = c.questionnaire and q.edition = c.edition and q."group" = i."group")""",
    "a saved text belongs to an entry of another report": """
        select s.id from save s join item i on i.id = s.item_id where i.report_id <> s.report_id""",
    "two entries of a report are chapters of one lasting item": """
        select min(id::text) from item where lasting_item_id is not null group by report_id, lasting_item_id
        having count(*) > 1""",
    "an entry was submitted without its lasting item": """
        select i.id from report r join cycle c on c.id = r.cycle_id join item i on i.report_id = r.id
        where r.state in ('review', 'published') and i.ended_at is null and i.lasting_item_id is null and exists (
          select 1 from asked q where q.questionnaire = c.questionnaire and q.edition = c.edition
            and q."group" = i."group" and q.lasting)""",
    "an entry is merged into one that its report does not have": """
        select i.id from item i join item x on x.id = i.merged_into_id
        where x.report_id <> i.report_id or x.ended_at is not null""",
    "a report was submitted without saying what became of an entry of the last one": """
        select i.id from item i join report r on r.id = i.report_id
        where i.fate = 'open' and r.state in ('review', 'published')""",
    "something was written in a report that was never started": """
        select distinct s.report_id from save s join report r on r.id = s.report_id
        where s.outcome = 'accepted' and s.actor_kind <> 'system' and r.started_at is null""",
}
