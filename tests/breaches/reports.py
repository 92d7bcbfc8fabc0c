"""Breaches of reports, their cycles, steps and snapshots."""

from tests.breaches.rows import ENTRY, UNSTARTED, breach

HASH = "encode(sha256(convert_to(content, 'UTF8')), 'hex')"
BREACHES = {
    "a submitted report has no snapshot of its round": breach("delete from snapshot where report_id = :untaken"),
    "a snapshot is not what its sha256 says": breach("update snapshot set content = content || ' ' where report_id = :untaken"),
    "the state of a report is not where its journal ends": breach(
        "update report set row_version = row_version + 1 where id = :draft"
    ),
    "a report that left its draft has no step in the journal": breach(
        "update report set row_version = 2 where id = :draft; update entry set row_version = null where report_id = :draft"
    ),
    "a step starts from a state the step before did not reach": breach(
        "update entry set source_state = 'published' where id = " + ENTRY.format(":taken", "taken")
    ),
    "the snapshots of a report are not numbered 1, 2, 3": breach("update snapshot set number = 3 where report_id = :untaken"),
    "the round of a report is not the number of its returns": breach(
        "update report set round = 2 where id = :untaken", "a submitted report has no snapshot of its round"
    ),
    "a cycle that was opened expects a report that is not there": breach(
        "insert into cycle_party (cycle_id, party_code, subject) select id, 'KE', 'x' from cycle where slug = 'opened'"
    ),
    "the state of a cycle is not where its journal ends": breach("update cycle set state = 'archived' where slug = 'closed'"),
    "a cycle was opened with an edition that is not there or has changed": breach(
        "update cycle set checksum = 'x' where slug = 'opened'"
    ),
    "a report is written for a cycle that is still planned": breach(
        """insert into report (cycle_id, party_code, subject, state, row_version, round, origin, due_zone)
           select cycle_id, party_code, subject, 'draft', 1, 0, 'written', 'UTC' from cycle_party
           where subject = 'A programme of planned'"""
    ),
    "a report is there that its cycle does not expect": breach(
        "delete from cycle_party where subject = 'draft' and party_code = 'CL'"
    ),
    "a snapshot is not named in the journal": breach(
        "update entry set params = params - 'sha256' where id = " + ENTRY.format(":untaken", "submitted")
    ),
    "a report that was never submitted has a snapshot": breach(
        """insert into snapshot (report_id, number, round, content, sha256, actor_kind, created_at)
           select :draft, 1, 0, content, sha256, 'system', now() from snapshot where report_id = :untaken""",
        "a snapshot is not named in the journal", "a snapshot is of a report of another name",
    ),
    "a snapshot is of a report of another name": breach(
        f"""update snapshot set content = replace(content, '"subject":"untaken"', '"subject":"x"') where report_id = :untaken;
            update snapshot set sha256 = {HASH} where report_id = :untaken;
            update entry set params = jsonb_set(params, '{{sha256}}', to_jsonb(s.sha256)) from snapshot s
            where s.report_id = :untaken and entry.id = {ENTRY.format(":untaken", "submitted")}"""
    ),
    "a report was submitted or published at another moment than its journal says": breach(
        "update report set submitted_at = submitted_at + interval '1 second' where id = :untaken"
    ),
    UNSTARTED: breach("delete from entry where id = " + ENTRY.format(":draft", "started")),
    "a later date that was given is not in the journal": breach(
        """insert into extension (report_id, new_due_on, reason, person_id, created_at)
           values (:draft, '2030-01-01', 'x', @rita, now())"""
    ),
}
