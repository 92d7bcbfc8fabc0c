"""What must be true of what the public reads."""

INVARIANTS = {
    "a published report has no current publication": """
        select r.id from report r where r.state = 'published'
          and not exists (select 1 from published.publication p where p.report_id = r.id and p.is_current)""",
    "something is public that was never published": """
        select p.id from published.publication p
        where not exists (select 1 from entry e where e.report_id = p.report_id and e.dest_state = 'published')""",
    "a publication was made from no snapshot of its report": """
        select p.id from published.publication p
        where not exists (select 1 from snapshot s where s.report_id = p.report_id and s.sha256 = p.sha256)""",
    "the publications of a report are not numbered 1, 2, 3": """
        select report_id from published.publication group by report_id having min(number) <> 1 or max(number) <> count(*)""",
    "the public reads another text than the one last submitted": """
        select p.id from published.publication p join report r on r.id = p.report_id
        where p.is_current and p.sha256 is distinct from (
          select s.sha256 from snapshot s where s.report_id = r.id and s.round <= r.round order by s.number desc limit 1)""",
    "the public reads a report that is not published": """
        select p.id from published.publication p join report r on r.id = p.report_id
        where p.is_current and r.state <> 'published'""",
    "two reports are public at one address": """
        select min(report_id) from published.publication group by slug having count(distinct report_id) > 1""",
    "a publication is not named in the journal": """
        select p.id from published.publication p where not exists (
          select 1 from entry e where e.report_id = p.report_id
            and e.fact in ('report.published', 'report.imported', 'report.import_added')
            and e.params ->> 'sha256' = p.sha256 and (e.params ->> 'publication')::int = p.number)""",
    "the public reads an answer that is not public": """
        select a.id from published.answer a join published.publication p on p.id = a.publication_id
          left join published.item i on i.publication_id = p.id and i.id = a.item_id
        where not exists (
          select 1 from asked q where q.questionnaire = p.questionnaire and q.edition = p.edition
            and q.question = a.question and q."group" = coalesce(i."group", '') and q.public)""",
    "the public reads words that were not submitted": """
        select a.id from published.answer a join published.publication p on p.id = a.publication_id
          left join (
            select s.report_id, s.sha256, said ->> 'item' as item, said ->> 'question' as question
            from snapshot s cross join lateral jsonb_array_elements(s.content::jsonb -> 'answers') said
            where s.sha256 in (select sha256 from published.publication)
          ) said on said.report_id = p.report_id and said.sha256 = p.sha256 and said.question = a.question
            and coalesce(said.item, '') = coalesce(a.item_id::text, '')
        where said.question is null and a.value -> 'value' not in ('null', '""', '[]', '{}')""",
    "the public reads what is confidential": """
        select a.id from published.answer a join published.publication p on p.id = a.publication_id
          join snapshot s on s.report_id = p.report_id and s.sha256 = p.sha256
          cross join lateral jsonb_array_elements(s.content::jsonb -> 'answers') said
        where s.content like '%"reason":"confidential"%' and said -> 'value' -> 'blank' ->> 'reason' = 'confidential'
          and said ->> 'question' = a.question and coalesce(said ->> 'item', '') = coalesce(a.item_id::text, '')
          and a.value -> 'value' not in ('null', '""', '[]', '{}')""",
    "the public reads an entry that its report does not have": """
        select i.id from published.item i join published.publication p on p.id = i.publication_id
        where not exists (select 1 from item x where x.id = i.id and x.report_id = p.report_id)""",
    "an answer is public without its entry": """
        select a.id from published.answer a where a.item_id is not null and not exists (
          select 1 from published.item i where i.publication_id = a.publication_id and i.id = a.item_id)""",
    "a publication says it is of another party or edition than its report": """
        select p.id from published.publication p join report r on r.id = p.report_id join cycle c on c.id = r.cycle_id
        where (p.party_code, p.subject, p.questionnaire, p.edition, p.origin)
          <> (r.party_code, r.subject, c.questionnaire, c.edition, r.origin)""",
    "a publication counts other entries than it has": """
        select p.id from published.publication p where p.entries <> (
          select count(*) from published.item i where i.publication_id = p.id and i.slug is not null)""",
}
