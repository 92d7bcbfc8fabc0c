"""What breaches of several nouns are made of: rows as SQL, and what else is true once they are there."""

from dataclasses import dataclass

X = """'{"raw": "x", "value": "x"}'"""
ENTRY = "(select id from entry where report_id = {} and fact = 'report.{}')"
UNSTARTED = "a report was started without the journal saying so"


def fact(name: str, *, report: str = "null", person: str = "null", params: str = "{}", step: str = "null, null, null") -> str:
    """State a fact that nobody is told. `step`: state before, state after, row version."""
    return f"""
        with stated as (
          insert into entry (fact, report_id, person_id, actor_kind, params, created_at, source_state, dest_state, row_version)
          values ('{name}', {report}, {person}, 'system', '{params}', now() - interval '9 days', {step}) returning id
        ) insert into dispatch (entry_id, attempts) select id, 0 from stated;"""


def save(report: str, item: str, question: str, *, seen: int = 0, version: str = "null") -> str:
    """A text that was refused, or with a version accepted."""
    outcome = "refused" if version == "null" else "accepted"
    return f"""
        insert into save (report_id, item_id, question, value, actor_kind, seen_version, row_version, outcome, created_at)
        values ({report}, {item}, '{question}', {X}, 'system', {seen}, {version}, '{outcome}', now());"""


def copied(table: str, which: str, **other: str) -> str:
    """A copy of one row, but for `other` columns."""
    changed = ", ".join(f"'{name}', {value}" for name, value in other.items())
    return f"""
        insert into {table} select (jsonb_populate_record(old, jsonb_build_object({changed}))).* from {table} old where {which};"""


@dataclass(frozen=True)
class Breach:
    """`also`: other sentences that are true then too."""

    sql: str
    also: frozenset[str] = frozenset()


def breach(sql: str, *also: str) -> Breach:
    return Breach(sql, frozenset(also))
