"""Breaches of the journal and who was told of it."""

from tests.breaches.rows import ENTRY, breach, fact

NEXT = "(select row_version + 1 from report where id = :recallable)"
OVERDUE = '{"due": "2026-01-01"}'
BREACHES = {
    "an entry of the journal has no line that says whether it was reacted to": breach(
        "delete from dispatch where entry_id = (select min(entry_id) from dispatch)"
    ),
    "somebody was told a fact on a channel that is not its own": breach(
        "update notice set channel = 'mail' where entry_id = " + ENTRY.format(":draft", "expected")
    ),
    "somebody was told a fact on one of its channels and not on the other": breach(
        "delete from notice where person_id = @carla and channel = 'mail' and entry_id = " + ENTRY.format(":taken", "submitted")
    ),
    "a person was not told what happened to their account": breach(
        "delete from notice where person_id = @rolf and entry_id in (select id from entry where fact = 'person.invited')"
    ),
    "a notice of one channel was recalled and that of the other was sent": breach(
        """update notice set status = case channel when 'inbox' then 'recalled' else 'sent' end,
             sent_at = case channel when 'mail' then now() end
           where person_id = @carla and entry_id = """ + ENTRY.format(":taken", "submitted")
    ),
    "a return was told although it was recalled": breach(
        fact("report.recalled", report=":recallable", step=f"'revision', 'review', {NEXT}")
        + """update point set returned_at = null where report_id = :recallable;
             update report set state = 'review', row_version = row_version + 1, returned_at = null, notices_leave_at = null
             where id = :recallable"""
    ),
    "a notice was sent or read before its time": breach(
        "update notice set read_at = not_before - interval '1 second' where channel = 'inbox' and person_id = @carla"
    ),
    "somebody was told a fact that is not for them": breach(
        "update notice set person_id = @pia where person_id = @carla and entry_id = " + ENTRY.format(":taken", "submitted")
    ),
    "somebody was not told a fact that is for them": breach(
        "update entry set created_at = created_at - interval '9 days' where fact = 'person.invited' and person_id = @carla;"
        "delete from notice where person_id = @carla and entry_id = " + ENTRY.format(":taken", "submitted")
    ),
    "a party was reminded twice of one date": breach(
        fact("report.overdue", report=":draft", params=OVERDUE) * 2
        + "insert into claim (key, created_at) values ('report.overdue:' || :draft || ':2026-01-01', now())"
    ),
    "a reminder was stated and not claimed": breach(fact("report.overdue", report=":draft", params=OVERDUE)),
}
