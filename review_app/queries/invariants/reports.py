"""What must be true of cycles and reports, their states, rounds and snapshots."""

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
    "the snapshots of a report are not numbered 1, 2, 3": """
        select report_id from snapshot group by report_id having min(number) <> 1 or max(number) <> count(*)""",
    "the round of a report is not the number of its returns": """
        select r.id from report r join lateral (
          select count(*) filter (where e.fact = 'report.returned') - count(*) filter (where e.fact = 'report.recalled')
          from entry e where e.report_id = r.id and e.row_version is not null
        ) returns (made) on true
        where r.origin = 'written'
          and not case r.state when 'draft' then returns.made = 0 and r.round in (0, 1)
                  when 'revision' then r.round = returns.made else r.round = returns.made + 1 end""",
    "a cycle that was opened expects a report that is not there": """
        select c.id from cycle c join cycle_party e on e.cycle_id = c.id
        where c.state <> 'planned' and not exists (
          select 1 from report r where r.cycle_id = c.id and r.party_code = e.party_code and r.subject = e.subject)""",
    "the state of a cycle is not where its journal ends": """
        select c.id from cycle c left join lateral (
          select e.params ->> 'dest' as state from entry e
          where e.cycle_id = c.id and e.fact in ('cycle.opened', 'cycle.closed', 'cycle.archived') order by e.id desc limit 1
        ) last on true
        where coalesce(last.state, 'planned') <> c.state""",
    "a cycle was opened with an edition that is not there or has changed": """
        select c.id from cycle c where c.state <> 'planned' and not exists (
          select 1 from asked q where q.questionnaire = c.questionnaire and q.edition = c.edition and q.checksum = c.checksum)""",
    "a report is written for a cycle that is still planned": """
        select r.id from report r join cycle c on c.id = r.cycle_id where r.origin = 'written' and c.state = 'planned'""",
    "a report is there that its cycle does not expect": """
        select r.id from report r where r.origin = 'written' and not exists (
          select 1 from cycle_party e where e.cycle_id = r.cycle_id and e.party_code = r.party_code and e.subject = r.subject)""",
    "a snapshot is not named in the journal": """
        select s.id from snapshot s where not exists (
          select 1 from entry e where e.report_id = s.report_id and e.params ->> 'sha256' = s.sha256
            and e.fact in ('report.submitted', 'report.resubmitted', 'report.imported', 'report.import_added'))""",
    "a report that was never submitted has a snapshot": """
        select r.id from report r where r.round = 0 and exists (select 1 from snapshot s where s.report_id = r.id)""",
    "a snapshot is of a report of another name": """
        select s.id from snapshot s join report r on r.id = s.report_id join cycle c on c.id = r.cycle_id
        where (s.content::jsonb ->> 'party', s.content::jsonb ->> 'subject', s.content::jsonb ->> 'cycle',
            (s.content::jsonb ->> 'round')::int)
          <> (r.party_code, r.subject, c.slug, s.round)""",
    "a report was submitted or published at another moment than its journal says": """
        select r.id from report r join lateral (
          select max(e.created_at) filter (where e.fact in ('report.submitted', 'report.resubmitted', 'report.imported')),
            max(e.created_at) filter (where e.dest_state = 'published')
          from entry e where e.report_id = r.id
        ) said (submitted_at, published_at) on true
        where r.submitted_at is distinct from said.submitted_at or r.published_at is distinct from said.published_at""",
    "a report was started without the journal saying so": """
        select r.id from report r where (r.started_at is not null) <> exists (
          select 1 from entry e where e.report_id = r.id and e.fact in ('report.started', 'report.imported'))""",
    "a later date that was given is not in the journal": """
        select x.id from extension x where not exists (
          select 1 from entry e where e.report_id = x.report_id and e.fact = 'report.extended'
            and e.params ->> 'new' = x.new_due_on::text and e.created_at = x.created_at)""",
}
