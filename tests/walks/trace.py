"""What a walk sees of the database: one row that tells its report whole, and any change that should not be."""

from sqlalchemy import text

LAST_ENTRY = text("select max(id) from entry")
# The first column changes with whatever a refused attempt might touch.
TRACE = text("""
    select md5(concat_ws('|', r::text, c::text,
      (select count(*) from entry), (select count(*) from dispatch), (select count(*) from snapshot),
      (select count(*) from claim), (select count(*) from extension), (select count(*) from finding),
      (select count(*) from finding_reply), (select count(*) from published.publication), (select count(*) from lasting_item),
      (select string_agg(concat(n.id, n.status, n.attempts), ',' order by n.id) from notice n),
      (select string_agg(p::text, ',' order by p.id) from point p),
      (select string_agg(a::text, ',' order by a.id) from answer a), (select count(*) from save),
      (select string_agg(i::text, ',' order by i.id) from item i),
      (select string_agg(f::text, ',' order by f.id) from attachment f),
      (select string_agg(l::text, ',' order by l.id) from contribution_link l),
      (select string_agg(o::text, ',' order by o.id) from proposal o),
      (select string_agg(m::text, ',' order by m.id) from membership m),
      (select string_agg(concat(w.id, w.active, w.fs_uniquifier), ',' order by w.id) from person w))) as digest,
      (select jsonb_agg(jsonb_build_object(
          'id', e.id, 'fact', e.fact, 'dest', e.dest_state, 'version', e.row_version,
          'actor', case e.actor_kind when 'link' then 'link' else (select lower(name) from person where id = e.actor_id) end,
          'subject', (select lower(name) from person where id = e.person_id),
          'told', array(select concat(coalesce(lower(w.name), 'link'), ' ', n.channel) as told
            from notice n left join person w on w.id = n.person_id where n.entry_id = e.id order by 1)) order by e.id)
        from entry e where e.id > :last) as news,
      jsonb_build_object(
        'things', (select coalesce(jsonb_object_agg(i.id,
            jsonb_build_array(i.fate, i.ended_at is not null, i.row_version, i.merged_into_id)), '{}')
          from item i where i.report_id = r.id),
        'answers', (select coalesce(jsonb_object_agg(coalesce(a.item_id::text, a.question), a.row_version), '{}')
          from answer a where a.report_id = r.id),
        'files', (select coalesce(jsonb_object_agg(f.id, jsonb_build_array(f.status, f.unused_since is not null)), '{}')
          from attachment f where f.report_id = r.id),
        'links', (select coalesce(jsonb_object_agg(l.id, jsonb_build_array(
            lower(w.name), l.answered_at is not null, l.withdrawn_at is not null, l.declared_sha256 is not null)), '{}')
          from contribution_link l join person w on w.id = l.person_id where l.report_id = r.id),
        'proposals', (select coalesce(jsonb_object_agg(o.id, o.outcome), '{}') from proposal o),
        'roles', (select jsonb_agg(concat_ws(' ', lower(w.name), m.role, coalesce(m.party_code, '-'))
          order by concat_ws(' ', lower(w.name), m.role, coalesce(m.party_code, '-')) collate "C")
          from membership m join person w on w.id = m.person_id)) as parts,
      r.state, r.row_version, r.round, (select lower(name) from person where id = r.reviewer_id), r.taken_at is not null,
      r.returned_at is not null, r.notices_leave_at, r.due_on, (select count(*) from snapshot where report_id = r.id),
      c.state, c.row_version
    from report r join cycle c on c.id = r.cycle_id where r.id = :report""")
