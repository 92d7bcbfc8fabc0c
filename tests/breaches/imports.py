"""Breaches of imported texts."""

from tests.breaches.rows import breach

PERU = "(select id from report where origin = 'imported' and party_code = 'PE')"


def brought_in(*texts: str, report: str = PERU, item: str = f"(select id from item where report_id = {PERU})") -> str:
    """Texts of Peru's that count as brought in."""
    names = ", ".join(f"'{name}.txt'" for name in texts)
    return f"""
        update import_text set status = 'imported', party_code = 'PE', report_id = {report}, item_id = {item}
        where name in ({names});"""


BREACHES = {
    "a text was brought into a report of another party or cycle": breach(brought_in("ready", report=":draft", item="#draft")),
    "two texts were brought in as one entry": breach(brought_in("ready", "asking")),
    "a text was brought in, and its entry is not there": breach(brought_in("ready", item="null")),
}
