"""What must be true of contribution links, of the texts they saved, and of what became of them."""

INVARIANTS = {
    "a link asks for an entry of another report": """
        select l.id from contribution_link l join item i on i.id = l.item_id where i.report_id <> l.report_id""",
    "a link was sent, answered or withdrawn without the journal saying so": """
        select l.id from contribution_link l where not exists (
            select 1 from entry e where e.report_id = l.report_id and (e.params ->> 'link')::int = l.id
              and e.fact = case when l.section is null then 'declaration.asked' else 'contribution.asked' end)
          or l.answered_at is not null and not exists (
            select 1 from entry e where e.actor_kind = 'link' and e.actor_id = l.id and e.created_at = l.answered_at
              and e.fact = case when l.section is null then 'declaration.made' else 'contribution.received' end)
          or l.withdrawn_at is not null and not exists (
            select 1 from entry e where e.fact = 'contribution.withdrawn' and (e.params ->> 'link')::int = l.id)""",
    "the texts of a contribution are not numbered 1, 2, 3": """
        select min(id) from proposal group by link_id, entry, question having min(version) <> 1 or max(version) <> count(*)""",
    "a contribution answers what its link does not ask": """
        select p.id from proposal p join contribution_link l on l.id = p.link_id join report r on r.id = l.report_id
          join cycle c on c.id = r.cycle_id left join item i on i.id = l.item_id
        where l.question is not null and l.question <> coalesce(p."group", p.question) or not exists (
          select 1 from asked q where q.questionnaire = c.questionnaire and q.edition = c.edition
            and q.question = p.question and q."group" = coalesce(p."group", i."group", ''))""",
    "one new entry of a contribution belongs to two groups": """
        select min(id) from proposal where entry is not null group by link_id, entry having count(distinct "group") > 1""",
    "a contribution was decided on that was never sent": """
        select p.id from proposal p where p.outcome is not null and not exists (
          select 1 from entry e where e.fact = 'contribution.received' and (e.params ->> 'link')::int = p.link_id
            and e.created_at between p.created_at and p.decided_at)""",
    "an earlier text of a contribution was decided on after a later one was sent": """
        select p.id from proposal p join proposal later on later.link_id = p.link_id and later.question = p.question
          and later.entry is not distinct from p.entry and later.version > p.version
          join entry e on e.fact = 'contribution.received' and (e.params ->> 'link')::int = p.link_id
            and e.created_at >= later.created_at and e.created_at < p.decided_at""",
    "a text was made from a contribution that was not taken, or to another question": """
        select s.id from save s join proposal p on p.id = s.proposal_id join contribution_link l on l.id = p.link_id
        where s.outcome = 'accepted' and (p.outcome is null or p.outcome = 'declined' or s.report_id <> l.report_id
          or s.question <> p.question or p.entry is null and s.item_id is distinct from l.item_id)""",
    "a declaration is on another text than the journal says": """
        select l.id from contribution_link l where l.declared_sha256 is not null and not exists (
          select 1 from entry e where e.fact = 'declaration.made' and e.actor_id = l.id and e.created_at = l.answered_at
            and e.params ->> 'sha256' = l.declared_sha256)""",
    "a submission bears a declaration that was not made": """
        select s.id from snapshot s where s.signatory ? 'link' and not exists (
          select 1 from entry e where e.fact = 'declaration.made' and e.report_id = s.report_id and e.created_at <= s.created_at
            and e.actor_id = (s.signatory ->> 'link')::int and e.created_at = (s.signatory ->> 'declared_at')::timestamptz
            and e.params ->> 'sha256' = s.signatory ->> 'text_sha256')""",
    "the public is told of contributors whom the snapshot does not name": """
        select p.id from published.publication p join snapshot s on s.report_id = p.report_id and s.sha256 = p.sha256
        where p.contributors <> coalesce(s.content::jsonb -> 'contributors', '[]')""",
}
