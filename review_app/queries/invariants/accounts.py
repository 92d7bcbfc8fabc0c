"""What must be true of people, their roles and sessions, and of who did what."""

INVARIANTS = {
    "a reviewer whose account is closed holds a report": """
        select r.id from report r join person p on p.id = r.reviewer_id
        where r.state = 'review' and r.taken_at is not null and not p.active""",
    "a closed account has a session that still fits it": """
        select p.id from person p join web_session s on s.person_id = p.id
        where not p.active and s.expires_at > now() and s.content ->> '_user_id' = p.fs_uniquifier""",
    "a report is held by somebody who may not review it": """
        select r.id from report r where r.state = 'review' and r.taken_at is not null and (
          not exists (select 1 from membership m where m.person_id = r.reviewer_id and m.role = 'reviewer')
          or exists (select 1 from membership m where m.person_id = r.reviewer_id and m.party_code = r.party_code))""",
    "something was done by a person who is not there": """
        select done.id from (
          select 'entry ' || id, actor_kind, actor_id from entry union all select 'answer ' || id, actor_kind, actor_id from answer
          union all select 'save ' || id, actor_kind, actor_id from save
          union all select 'snapshot ' || id, actor_kind, actor_id from snapshot
          union all select 'form ' || id, actor_kind, actor_id from filled_form
        ) done (id, actor_kind, actor_id)
        where case actor_kind when 'person' then not exists (select 1 from person p where p.id = done.actor_id)
          when 'link' then not exists (select 1 from contribution_link l where l.id = done.actor_id)
          else actor_id is not null end""",
    "a session belongs to a person who is not there": """
        select s.key from web_session s
        where s.person_id is not null and not exists (select 1 from person p where p.id = s.person_id)""",
    "an account is closed or open against its journal": """
        select p.id from person p join lateral (
          select e.fact from entry e where e.person_id = p.id and e.fact in ('person.deactivated', 'person.reactivated')
          order by e.id desc limit 1
        ) last on true
        where p.active <> (last.fact = 'person.reactivated')""",
    "a team has lost its last coordinator": """
        select distinct e.params ->> 'party' from entry e
          join report r on r.party_code = e.params ->> 'party' and r.origin = 'written' and r.state <> 'published'
        where e.fact = 'person.invited' and e.params ->> 'role' = 'coordinator' and not exists (
          select 1 from membership m join person p on p.id = m.person_id
          where m.party_code = r.party_code and m.role = 'coordinator' and p.active)""",
    "a role stands that was taken away": """
        select m.id from membership m join lateral (
          select e.fact from entry e where e.person_id = m.person_id and e.fact in ('person.invited', 'person.role_ended')
          and e.params ->> 'role' = m.role and e.params ->> 'party' is not distinct from m.party_code
          order by e.id desc limit 1
        ) last on true
        where last.fact = 'person.role_ended'""",
    "what somebody sent too late is kept for longer than a day": """
        select id from kept_form where created_at < now() - interval '26 hours'""",
    "a secret is kept with a form": """
        select id from kept_form k where exists (
          select 1 from jsonb_array_elements(k.fields) field where field ->> 0 in ('password', 'current', 'csrf_token'))""",
}
