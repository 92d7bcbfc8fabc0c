"""Breaches of findings and rechecks."""

from tests.breaches.rows import breach


def finding(*, item: str = "null", round: int = 1) -> str:
    """A finding about Chile's draft."""
    return f"""
        insert into finding (report_id, round, fingerprint, rule, rule_version, severity, section, item_id, quote, message,
                             versions, fired_at)
        values (:draft, {round}, repeat('b', 64), 'TEXT-04', 1, 'note', 'budget', {item}, '', '{{}}', '{{}}', now());"""


BREACHES = {
    "a finding is open although its rule was off when its report was checked": breach(
        finding() + """insert into report_check (report_id, marks, checked_at) values (:draft, '{"TEXT-04": "off"}', now())
            on conflict (report_id) do update set marks = excluded.marks"""
    ),
    "a finding is open of a rule that its cycle has switched off, and nobody is to look": breach(
        finding() + "update rule_setting set is_on = false; delete from recheck"
    ),
    "a finding is about a text that is still to be written": breach(finding(round=7)),
    "a finding is open in an entry that was taken out, and nobody is to look": breach(
        finding(item="#draft") + "update item set fate = 'ended', ended_at = now(), checked_version = row_version where id = #draft"
    ),
    "an answer counts as checked in a report that was never checked": breach(
        "delete from report_check where report_id = :published"
    ),
    "a recheck has come to its end, but not to all of its reports": breach(
        "update recheck set status = 'done', ended_at = now()"
    ),
}
