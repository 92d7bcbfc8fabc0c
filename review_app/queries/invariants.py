"""What must be true of the whole database at any moment, as SQL that finds the rows where it is not."""

from sqlalchemy import text

from review_app.extensions import db

# What is broken -> a query for the ids of the rows that break it. Constraints hold what one row can tell by itself;
# these look at several tables. `review-app invariants` runs them, by hand or by the hour, and so do the tests.
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
}


def broken() -> dict[str, list[str]]:
    """What is broken -> up to ten ids that show it. Empty when all is well."""
    found = {}
    for sentence, query in INVARIANTS.items():
        ids = [str(row[0]) for row in db.session.execute(text(f"{query} limit 10"))]
        if ids:
            found[sentence] = ids
    return found
