"""What must be true of files that were sent with a report, and of what names them."""

_NAMED = """
  select a.id from :table a cross join lateral jsonb_array_elements(
    case jsonb_typeof(a.value -> 'raw') when 'array' then a.value -> 'raw' else '[]' end) named
  where jsonb_typeof(named) = 'object' and jsonb_exists(named, 'sha256')"""

INVARIANTS = {
    "an answer names a file that its report does not have, or another sum of it": _NAMED.replace(":table", "answer") + """
        and not exists (
          select 1 from attachment f where f.id::text = named ->> 'id' and f.report_id = a.report_id
            and f.sha256 = named ->> 'sha256')""",  # noqa: S608
    "a file was given up although an answer or a snapshot names it": """
        select f.id from attachment f where f.status = 'gone' and (
          exists (select 1 from snapshot s where s.report_id = f.report_id and strpos(s.content, f.id::text) > 0)
          or exists (select 1 from answer a where a.report_id = f.report_id
            and a.value -> 'raw' @> jsonb_build_array(jsonb_build_object('id', f.id::text))))""",
    "the public is offered a file that was not found clean": _NAMED.replace(":table", "published.answer") + """
        and exists (select 1 from attachment f where f.id::text = named ->> 'id' and f.status <> 'ready')""",  # noqa: S608
    "a file was refused without the journal saying so": """
        select f.id from attachment f where f.status = 'refused' and not exists (
          select 1 from entry e where e.report_id = f.report_id and e.fact = 'file.refused'
            and e.params ->> 'file' = f.id::text)""",
}
