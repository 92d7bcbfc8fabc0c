"""Copies of one report by SQL: every row of it once more for each place, with new ids and texts of its own."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.world import MARK

PREPARE = """
create temp table place (n int, party text, cycle int, id int default nextval('report_id_seq'), mark text, slug text);
create temp table new_item (n int, old uuid, new uuid default gen_random_uuid());
create temp table new_lasting (party text, old uuid, new uuid);
create temp table new_entry (n int, old int, new int default nextval('entry_id_seq'));
create temp table new_publication (n int, old int, new int default nextval('published.publication_id_seq'));
create temp table new_snapshot (n int, content text, sha256 text);
"""
# Each row of a copy looks its new ids up here.
INDEX = """
create index on place (n); create index on new_item (n, old); create index on new_lasting (party, old);
create index on new_entry (n, old); create index on new_publication (n); create index on new_snapshot (n);
analyze place; analyze new_item; analyze new_lasting; analyze new_entry; analyze new_publication; analyze new_snapshot;
"""
FILL = (
    "insert into new_item (n, old) select p.n, i.id from place p, item i where i.report_id = %(source)s",
    # What a country reported on before goes on.
    """insert into new_lasting (party, old, new)
       select p.party, l.id, coalesce(own.id, gen_random_uuid())
       from (select distinct party from place) p cross join lasting_item l
       left join lasting_item own on own.party_code = p.party and own.slug = l.slug
       where l.id in (select lasting_item_id from item where report_id = %(source)s)""",
    "insert into new_entry (n, old) select p.n, e.id from place p, entry e where e.report_id = %(source)s order by p.n, e.id",
    """insert into new_publication (n, old)
       select p.n, b.id from place p, published.publication b where b.report_id = %(source)s order by p.n""",
)
ITEM = "(select i.new from new_item i where i.n = p.n and i.old = t.{column})"
LASTING = "(select l.new from new_lasting l where l.party = p.party and l.old = t.lasting_item_id)"
SHA = "coalesce((select s.sha256 from new_snapshot s where s.n = p.n), t.sha256)"
PARAMS = """replace(t.params::text, (select s.sha256 from snapshot s where s.report_id = %(source)s),
                    (select s.sha256 from new_snapshot s where s.n = p.n))::jsonb"""  # the journal names the copies it speaks of
PUBLISHED = "(select b.new from new_publication b where b.n = p.n)"
ENTRY = "(select e.new from new_entry e where e.n = p.n and e.old = t.{column})"

# Table -> which of its rows belong to the source, and what differs in a copy: column -> SQL over the row `t` and the place `p`.
# In every other column of text or JSON the mark of the source becomes that of the copy; an `id` counted by the table is made anew.
ROWS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("report", "t.id = %(source)s", {"id": "p.id", "cycle_id": "p.cycle", "party_code": "p.party"}),
    ("item", "t.report_id = %(source)s", {"id": ITEM.format(column="id"), "lasting_item_id": LASTING}),
    ("answer", "t.report_id = %(source)s", {}),
    ("save", "t.report_id = %(source)s", {}),
    ("snapshot", "t.report_id = %(source)s", {
        "content": "(select s.content from new_snapshot s where s.n = p.n)", "sha256": SHA}),
    ("entry", "t.report_id = %(source)s", {"id": ENTRY.format(column="id"), "params": PARAMS}),
    ("dispatch", "t.entry_id in (select id from entry where report_id = %(source)s)", {}),
    # The team of another country is not told; it has nobody here.
    ("notice", """t.entry_id in (select id from entry where report_id = %(source)s)
                  and not exists (select 1 from membership m where m.person_id = t.person_id and m.party_code is not null)""", {}),
    ("published.publication", "t.report_id = %(source)s", {
        "id": PUBLISHED, "party_code": "p.party", "slug": "p.slug", "sha256": SHA,
        "party_names": "(select names from party where code = p.party)",
        "year": "(select extract(year from ends_on) from cycle where id = p.cycle)",
        "published_at": "t.published_at - p.n * interval '1 hour'",
    }),
    ("published.item", "t.publication_id in (select old from new_publication)", {
        "publication_id": PUBLISHED, "id": ITEM.format(column="id"), "lasting_item_id": LASTING}),
    ("published.answer", "t.publication_id in (select old from new_publication)", {"publication_id": PUBLISHED}),
)  # fmt: skip
ALWAYS = {
    "report_id": "p.id", "item_id": ITEM.format(column="item_id"), "entry_id": ENTRY.format(column="entry_id"),
}


def copy(owner: psycopg.Connection, source: int, places: Iterable[Mapping[str, Any]]) -> None:
    """Copy the report `source` to each place: {"n", "party", "cycle"}, `n` unlike any before."""
    with owner.transaction():
        owner.execute(PREPARE)
        owner.cursor().executemany("insert into place (n, party, cycle) values (%(n)s, %(party)s, %(cycle)s)", list(places))
        owner.execute("""update place set mark = 'Q' || lpad(n::text, 4, '0'),
                                          slug = 'country-' || lower(party) || '-bench-' || cycle""")
        for statement in FILL:
            owner.execute(statement, {"source": source})
        owner.execute("""insert into lasting_item (id, party_code, slug, title)
                         select l.new, l.party, i.slug, i.title from new_lasting l join lasting_item i on i.id = l.old
                         on conflict (id) do nothing""")
        owner.execute("insert into cycle_party (cycle_id, party_code, subject) select cycle, party, '' from place")
        _snapshots(owner, source)
        owner.execute(INDEX)
        for table, condition, changed in ROWS:
            _rows(owner, table, condition, changed, source)
        owner.execute("drop table place, new_item, new_lasting, new_entry, new_publication, new_snapshot")


def published_measures(owner: psycopg.Connection) -> int:
    """How many entries with a page of their own the public sees."""
    row = owner.execute(
        """select count(*) from published.item i join published.publication p on p.id = i.publication_id
           where p.is_current and i.slug is not null"""
    ).fetchone()
    return row[0] if row else 0


def settle(owner: psycopg.Connection, admin_url: str) -> None:
    """Leave the tables as a running installation has them."""
    owner.execute("vacuum analyze")
    with psycopg.connect(admin_url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute("checkpoint")


def _snapshots(owner: psycopg.Connection, source: int) -> None:
    """The frozen copies: a snapshot names items, party and cycle inside its text."""
    found = owner.execute("select content from snapshot where report_id = %s", [source]).fetchone()
    about = owner.execute("select r.party_code, c.slug from report r join cycle c on c.id = r.cycle_id where r.id = %s", [source])
    party, cycle = about.fetchone() or ("", "")
    content = found[0] if found else ""
    rows = owner.execute("select p.n, p.mark, p.party, c.slug, p.cycle from place p join cycle c on c.id = p.cycle").fetchall()
    ids: dict[int, list[tuple[str, str]]] = {row[0]: [] for row in rows}
    for n, old, new in owner.execute("select n, old::text, new::text from new_item"):
        ids[n].append((old, new))
    lasting: dict[str, list[tuple[str, str]]] = {}
    for code, old, new in owner.execute("select party, old::text, new::text from new_lasting"):
        lasting.setdefault(code, []).append((old, new))
    with owner.cursor().copy("copy new_snapshot from stdin") as out:
        for n, mark, code, slug, _ in rows:
            own = content.replace(MARK, mark).replace(f'"party":"{party}"', f'"party":"{code}"').replace(f'"{cycle}"', f'"{slug}"')
            for old, new in (*ids[n], *lasting.get(code, ())):
                own = own.replace(old, new)
            out.write_row((n, own, hashlib.sha256(own.encode()).hexdigest()))


def _rows(owner: psycopg.Connection, table: str, condition: str, changed: dict[str, str], source: int) -> None:
    schema, _, name = table.rpartition(".")
    columns = owner.execute(
        """select column_name, data_type, column_default like 'nextval%%' from information_schema.columns
           where table_schema = %s and table_name = %s and is_generated = 'NEVER'""", [schema or "public", name],
    ).fetchall()
    values = {
        column: changed.get(column) or ALWAYS.get(column) or _marked(column, kind)
        for column, kind, is_counted in columns
        if column in changed or not is_counted
    }
    statement = sql.SQL("insert into {} ({}) select {} from {} t, place p where " + condition).format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ".join(values.values())), sql.Identifier(*table.split(".")),
    )
    owner.execute(statement, {"source": source})


def _marked(column: str, kind: str) -> str:
    if kind == "jsonb":
        return f"replace(t.\"{column}\"::text, '{MARK}', p.mark)::jsonb"
    return f"replace(t.\"{column}\", '{MARK}', p.mark)" if kind == "text" else f't."{column}"'
