"""What must be true of points, notes, and the answers to findings."""

INVARIANTS = {
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
    "a remark is tied to an entry of another report": """
        select said.id from (
          select 'point ' || id, report_id, item_id from point union all select 'comment ' || id, report_id, item_id from comment
          union all select 'finding ' || id, report_id, item_id from finding
        ) said (id, report_id, item_id) join item i on i.id = said.item_id
        where i.report_id <> said.report_id""",
    "a point or note is of a round that has not come": """
        select said.id from (
          select 'point ' || id, report_id, round from point union all select 'comment ' || id, report_id, round from comment
        ) said (id, report_id, round) join report r on r.id = said.report_id
        where said.round > (select coalesce(max(s.round), 0) from snapshot s where s.report_id = r.id)""",
    "a finding was answered without the journal saying so": """
        select f.id from finding_reply f where not exists (
          select 1 from entry e where e.report_id = f.report_id and e.fact = 'finding.answered'
            and e.params ->> 'fingerprint' = f.fingerprint)""",
    "a point was returned at another moment than any return": """
        select p.id from point p join report r on r.id = p.report_id
        where p.returned_at is not null and not exists (
          select 1 from entry e where e.report_id = r.id and e.fact = 'report.returned' and e.created_at = p.returned_at)""",
}
