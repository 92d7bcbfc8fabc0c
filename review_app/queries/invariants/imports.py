"""What must be true of the old texts that were brought in."""

INVARIANTS = {
    "a text was brought into a report of another party or cycle": """
        select t.id from import_text t join report r on r.id = t.report_id left join item i on i.id = t.item_id
        where (r.party_code, r.cycle_id) is distinct from (t.party_code, t.cycle_id) or i.report_id <> r.id""",
    "two texts were brought in as one entry": """
        select min(id) from import_text where item_id is not null group by item_id having count(*) > 1""",
    "a text was brought in, and its entry is not there": """
        select id from import_text where status = 'imported' and "group" <> '' and item_id is null""",
}
