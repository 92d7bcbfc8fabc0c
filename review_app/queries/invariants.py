"""What must be true of the whole database at any moment, as SQL that finds the rows where it is not."""

import json

from sqlalchemy import text

from review_app.extensions import db
from review_app.notices import NOTICES

# The table of notices, as the queries read it: `:told`.
TOLD = [{"fact": fact, "channels": told.channels, "audience": told.audience} for fact, told in NOTICES.items()]

# What is broken -> a query for the ids of the rows that break it. Constraints hold what one row can tell by itself;
# these look at several. `review-app invariants` runs them, the clock every day, the office's page, and the tests.
INVARIANTS = {
    "a submitted report has no snapshot of its round": """
        select r.id from report r
        where r.round > 0 and not exists (select 1 from snapshot s where s.report_id = r.id and s.round = r.round)""",
    "a snapshot is not what its sha256 says": """
        select id from snapshot where sha256 <> encode(sha256(convert_to(content, 'UTF8')), 'hex')""",
    "the state of a report is not where its journal ends": """
        select r.id from report r join lateral (
          select e.dest_state, e.row_version from entry e
          where e.report_id = r.id and e.row_version is not null order by e.row_version desc limit 1
        ) last on true
        where (last.dest_state, last.row_version) <> (r.state, r.row_version)""",
    "a report that left its draft has no step in the journal": """
        select r.id from report r
        where r.row_version > 1
          and not exists (select 1 from entry e where e.report_id = r.id and e.row_version is not null)""",
    "a step starts from a state the step before did not reach": """
        select id from (
          select id, source_state, lag(dest_state) over (partition by report_id order by row_version) as reached
          from entry where report_id is not null and row_version is not null
        ) steps where reached is not null and reached <> source_state""",
    "a published report has no current publication": """
        select r.id from report r where r.state = 'published'
          and not exists (select 1 from published.publication p where p.report_id = r.id and p.is_current)""",
    "something is public that was never published": """
        select p.id from published.publication p
        where not exists (select 1 from entry e where e.report_id = p.report_id and e.dest_state = 'published')""",
    "a publication was made from no snapshot of its report": """
        select p.id from published.publication p
        where not exists (select 1 from snapshot s where s.report_id = p.report_id and s.sha256 = p.sha256)""",
    "an entry of the journal has no line that says whether it was reacted to": """
        select e.id from entry e where not exists (select 1 from dispatch d where d.entry_id = e.id)""",
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
    "the snapshots of a report are not numbered 1, 2, 3": """
        select report_id from snapshot group by report_id having min(number) <> 1 or max(number) <> count(*)""",
    "the publications of a report are not numbered 1, 2, 3": """
        select report_id from published.publication group by report_id having min(number) <> 1 or max(number) <> count(*)""",
    "the public reads another text than the one last submitted": """
        select p.id from published.publication p join report r on r.id = p.report_id
        where p.is_current and p.sha256 is distinct from (
          select s.sha256 from snapshot s where s.report_id = r.id and s.round <= r.round order by s.number desc limit 1)""",
    "the public reads a report that is not published": """
        select p.id from published.publication p join report r on r.id = p.report_id
        where p.is_current and r.state <> 'published'""",
    "the round of a report is not the number of its returns": """
        select r.id from report r join lateral (
          select count(*) filter (where e.fact = 'report.returned') - count(*) filter (where e.fact = 'report.recalled')
          from entry e where e.report_id = r.id and e.row_version is not null
        ) returns (made) on true
        where r.origin = 'written'
          and not case r.state when 'draft' then returns.made = 0 and r.round in (0, 1)
                  when 'revision' then r.round = returns.made else r.round = returns.made + 1 end""",
    "a reviewer whose account is closed holds a report": """
        select r.id from report r join person p on p.id = r.reviewer_id
        where r.state = 'review' and r.taken_at is not null and not p.active""",
    "a closed account has a session that still fits it": """
        select p.id from person p join web_session s on s.person_id = p.id
        where not p.active and s.expires_at > now() and s.content ->> '_user_id' = p.fs_uniquifier""",
    "a cycle that was opened expects a report that is not there": """
        select c.id from cycle c join cycle_party e on e.cycle_id = c.id
        where c.state <> 'planned' and not exists (
          select 1 from report r where r.cycle_id = c.id and r.party_code = e.party_code and r.subject = e.subject)""",
    "the party was never told of a point it has answered": """
        select id from point where reply is not null and returned_at is null""",
    "a point was returned later than its report": """
        select p.id from point p join report r on r.id = p.report_id
        where p.returned_at is not null and (r.returned_at is null or p.returned_at > r.returned_at)""",
    "a report was returned without a point": """
        select r.id from report r where r.returned_at is not null
          and not exists (select 1 from point p where p.report_id = r.id and p.returned_at = r.returned_at)""",
    "a report was published over a point that must be answered": """
        select p.id from point p join report r on r.id = p.report_id
        where r.state = 'published' and p.weight = 'must' and p.returned_at is null""",
    "an accepted text has no answer": """
        select s.id from save s where s.outcome = 'accepted' and not exists (
          select 1 from answer a where a.report_id = s.report_id and a.question = s.question
            and a.item_id is not distinct from s.item_id)""",
    "the accepted texts of an answer are not numbered 1, 2, 3": """
        select min(id) from save where outcome = 'accepted' group by report_id, item_id, question
        having min(row_version) <> 1 or max(row_version) <> count(*)""",
    "a text was refused although it was written on what stood there": """
        select s.id from save s join answer a on a.report_id = s.report_id and a.question = s.question
          and a.item_id is not distinct from s.item_id
        where s.outcome = 'refused' and s.seen_version = 0 and not exists (
          select 1 from save w where w.report_id = s.report_id and w.question = s.question
            and w.item_id is not distinct from s.item_id and w.outcome = 'accepted' and w.id < s.id)""",
    "somebody was told a fact on a channel that is not its own": """
        select n.id from notice n join entry e on e.id = n.entry_id
          left join jsonb_to_recordset(cast(:told as jsonb)) told (fact text, channels text[]) on told.fact = e.fact
        where told.fact is null or not n.channel = any (told.channels)""",
    "somebody was told a fact on one of its channels and not on the other": """
        select n.entry_id from notice n join entry e on e.id = n.entry_id
          join jsonb_to_recordset(cast(:told as jsonb)) told (fact text, channels text[]) on told.fact = e.fact
        group by n.entry_id, n.person_id, told.channels having count(*) <> cardinality(told.channels)""",
    "a person was not told what happened to their account": """
        select e.id from entry e
          join jsonb_to_recordset(cast(:told as jsonb)) told (fact text, audience text[]) on told.fact = e.fact
        where 'person' = any (told.audience)
          and not exists (select 1 from notice n where n.entry_id = e.id and n.person_id = e.person_id)""",
    "a notice of one channel was recalled and that of the other was sent": """
        select n.entry_id from notice n join notice m on m.entry_id = n.entry_id and m.person_id = n.person_id
        where n.channel = 'inbox' and n.status = 'recalled' and m.status in ('sending', 'sent', 'failed')""",
    "a return was told although it was recalled": """
        select n.id from notice n join entry e on e.id = n.entry_id
          join entry after on after.report_id = e.report_id and after.row_version = e.row_version + 1
        where e.fact = 'report.returned' and after.fact = 'report.recalled' and n.status <> 'recalled'""",
    "what somebody sent too late is kept for longer than a day": """
        select id from kept_form where created_at < now() - interval '26 hours'""",
    "a secret is kept with a form": """
        select id from kept_form k where exists (
          select 1 from jsonb_array_elements(k.fields) field where field ->> 0 in ('password', 'current', 'csrf_token'))""",
    "a notice was sent or read before its time": """
        select id from notice where sent_at < not_before or read_at < not_before""",
}


def broken() -> dict[str, list[str]]:
    """What is broken -> up to ten ids that show it. Empty when all is well."""
    found, told = {}, json.dumps(TOLD)
    for sentence, query in INVARIANTS.items():
        given = {"told": told} if ":told" in query else {}
        ids = [str(row[0]) for row in db.session.execute(text(f"{query} limit 10"), given)]
        if ids:
            found[sentence] = ids
    return found
