"""What must be true of facts, and of who is told of them."""

INVARIANTS = {
    "an entry of the journal has no line that says whether it was reacted to": """
        select e.id from entry e where not exists (select 1 from dispatch d where d.entry_id = e.id)""",
    "somebody was told a fact on a channel that is not its own": """
        select n.id from notice n join entry e on e.id = n.entry_id
          left join told on told.fact = e.fact
        where told.fact is null or not n.channel = any (told.channels)""",
    "somebody was told a fact on one of its channels and not on the other": """
        select n.entry_id from notice n join entry e on e.id = n.entry_id
          join told on told.fact = e.fact
        group by n.entry_id, n.person_id, told.channels having count(*) <> cardinality(told.channels)""",
    "a person was not told what happened to their account": """
        select e.id from entry e
          join told on told.fact = e.fact
        where 'person' = any (told.audience)
          and not exists (select 1 from notice n where n.entry_id = e.id and n.person_id = e.person_id)""",
    "a notice of one channel was recalled and that of the other was sent": """
        select n.entry_id from notice n join notice m on m.entry_id = n.entry_id and m.person_id = n.person_id
        where n.channel = 'inbox' and n.status = 'recalled' and m.status in ('sending', 'sent', 'failed')""",
    "a return was told although it was recalled": """
        select n.id from notice n join entry e on e.id = n.entry_id
          join entry after on after.report_id = e.report_id and after.row_version = e.row_version + 1
        where e.fact = 'report.returned' and after.fact = 'report.recalled' and n.status <> 'recalled'""",
    "a notice was sent or read before its time": """
        select id from notice where sent_at < not_before or read_at < not_before""",
    "somebody was told a fact that is not for them": """
        select n.id from notice n join entry e on e.id = n.entry_id join told on told.fact = e.fact
          left join report r on r.id = e.report_id
        where not (
          'person' = any (told.audience) and n.person_id = e.person_id
          or 'actor' = any (told.audience) and n.person_id = e.actor_id
          or 'receiver' = any (told.audience) and n.link_id = (e.params ->> 'link')::int
          or 'previous_reviewer' = any (told.audience) and n.person_id = (e.params ->> 'previous_reviewer_id')::int
          or exists (
            select 1 from (
              select person_id, party_code, role from membership
              union all select person_id, params ->> 'party', params ->> 'role' from entry where fact = 'person.role_ended'
            ) m where m.person_id = n.person_id and (
              m.party_code = r.party_code
                and ('team' = any (told.audience) or m.role = 'coordinator' and 'coordinators' = any (told.audience))
              or m.party_code is null and m.role || 's' = any (told.audience))))""",
    # Membership and accounts as the journal has them. Who came, left or came back within a minute of the fact may or
    # may not have been seen by its transaction.
    "somebody was not told a fact that is for them": """
        select e.id from entry e join told on told.fact = e.fact join report r on r.id = e.report_id
          join entry i on i.fact = 'person.invited' and i.id < e.id and i.created_at < e.created_at - interval '1 minute' and (
            i.params ->> 'party' = r.party_code and ('team' = any (told.audience)
              or i.params ->> 'role' = 'coordinator' and 'coordinators' = any (told.audience))
            or i.params ->> 'party' is null and (i.params ->> 'role') || 's' = any (told.audience)
              and i.person_id is distinct from e.actor_id
              and not exists (select 1 from membership m where m.person_id = i.person_id and m.party_code = r.party_code))
            and not exists (
              select 1 from entry d where d.person_id = i.person_id and d.fact = 'person.role_ended' and d.id > i.id
                and d.created_at < e.created_at + interval '1 minute' and d.params ->> 'role' = i.params ->> 'role'
                and d.params ->> 'party' is not distinct from i.params ->> 'party')
        where not exists (select 1 from notice n where n.entry_id = e.id and n.person_id = i.person_id) and not exists (
          select 1 from entry d where d.person_id = i.person_id and d.fact = 'person.deactivated'
            and d.created_at < e.created_at + interval '1 minute' and not exists (
              select 1 from entry back where back.person_id = i.person_id and back.fact = 'person.reactivated'
                and back.id between d.id and e.id and back.created_at < e.created_at - interval '1 minute'))""",
    "a party was reminded twice of one date": """
        select min(id) from entry where fact in ('report.due_in_30_days', 'report.overdue')
        group by fact, report_id, params ->> 'due' having count(*) > 1""",
    "a reminder was stated and not claimed": """
        select e.id from entry e where e.fact in ('report.due_in_30_days', 'report.overdue') and not exists (
          select 1 from claim c where c.key = concat_ws(':', e.fact, e.report_id, e.params ->> 'due'))""",
}
