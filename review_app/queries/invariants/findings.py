"""What must be true of findings, of what was checked, and of the rules as each cycle sets them."""

INVARIANTS = {
    "a finding is open although its rule was off when its report was checked": """
        select f.id from finding f join report_check c on c.report_id = f.report_id
        where f.settled_at is null and c.marks ->> f.rule = 'off'""",
    "a finding is open of a rule that its cycle has switched off, and nobody is to look": """
        select f.id from finding f join report r on r.id = f.report_id
          join rule_setting s on s.cycle_id = r.cycle_id and s.rule = f.rule
        where f.settled_at is null and not s.is_on and not exists (
          select 1 from recheck x where x.cycle_id = r.cycle_id and x.status <> 'done' and x.last_report_id < r.id)""",
    "a finding is about a text that is still to be written": """
        select f.id from finding f join report r on r.id = f.report_id
        where greatest(f.round, coalesce(f.settled_round, 0))
          > case r.state when 'draft' then 1 when 'revision' then r.round + 1 else r.round end""",
    "a finding is open in an entry that was taken out, and nobody is to look": """
        select f.id from finding f join item i on i.id = f.item_id
        where f.settled_at is null and i.ended_at is not null and i.checked_version = i.row_version""",
    "an answer counts as checked in a report that was never checked": """
        select a.id from answer a where a.checked_version > 0
          and not exists (select 1 from report_check c where c.report_id = a.report_id)""",
    "a recheck has come to its end, but not to all of its reports": """
        select id from recheck where status = 'done' and done < total""",
}
