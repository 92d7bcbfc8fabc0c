"""How each invariant is broken by hand, as SQL, in the world of tests/world.py.

`:draft` and its like are Chile's report at that stage, `#draft` is that report's entry, `@rita` a person, `:publication` the
publication of the published report.
"""

from dataclasses import dataclass

X = """'{"raw": "x", "value": "x"}'"""
BLANK = """'{"raw": "", "value": null}'"""
ENTRY = "(select id from entry where report_id = {} and fact = 'report.{}')"
NEXT = "(select row_version + 1 from report where id = :recallable)"
OVERDUE = '{"due": "2026-01-01"}'
HASH = "encode(sha256(convert_to(content, 'UTF8')), 'hex')"


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


def answer(report: str, item: str, question: str) -> str:
    return f"""
        insert into answer (report_id, item_id, question, value, row_version, actor_kind, origin, updated_at)
        values ({report}, {item}, '{question}', {X}, 1, 'system', 'typed', now());"""


def remark(report: str, *, item: str = "null", round: int = 1) -> str:
    return f"""
        insert into comment (report_id, round, section, item_id, text, person_id, created_at)
        values ({report}, {round}, 'budget', {item}, 'x', @rita, now());"""


def point(report: str, weight: str, returned_at: str) -> str:
    return f"""
        insert into point (report_id, round, section, text, weight, person_id, created_at, returned_at)
        values ({report}, 1, 'budget', 'x', '{weight}', @rita, now(), {returned_at});"""


def public_answer(question: str, value: str, *, item: str = "null") -> str:
    return f"""
        insert into published.answer (publication_id, item_id, section, question, position, value)
        values (:publication, {item}, 'budget', '{question}', 99, {value});"""


def copied(table: str, which: str, **other: str) -> str:
    """A copy of one row, but for `other` columns."""
    changed = ", ".join(f"'{name}', {value}" for name, value in other.items())
    return f"""
        insert into {table} select (jsonb_populate_record(old, jsonb_build_object({changed}))).* from {table} old where {which};"""


def publication(**other: str) -> str:
    """A second publication of the published report, numbered 2 and not current, but for `other` columns."""
    return copied("published.publication", "old.id = :publication", **{"id": "-1", "number": "2", "is_current": "false", **other})


def kept_form(fields: str, age: str) -> str:
    return f"""
        insert into kept_form (person_id, page, target, fields, created_at)
        values (@rita, '/', '/', '{fields}', now() - interval '{age}');"""


def web_session(person: str, content: str) -> str:
    return f"""
        insert into web_session (key, person_id, content, expires_at)
        values ('k', {person}, {content}, now() + interval '1 hour');"""


@dataclass(frozen=True)
class Breach:
    """`also`: other sentences that are true then too."""

    sql: str
    also: frozenset[str] = frozenset()


def breach(sql: str, *also: str) -> Breach:
    return Breach(sql, frozenset(also))


UNNAMED = "a publication is not named in the journal"
STRANGE = "an answer stands at a question that its questionnaire does not ask"
MISPLACED = "a contribution answers what its link does not ask"
UNSTARTED = "a report was started without the journal saying so"

ACCOUNTS = {
    "a reviewer whose account is closed holds a report": breach("update person set active = false where id = @rita"),
    "a closed account has a session that still fits it": breach(
        "update person set active = false where id = @rolf;"
        + web_session("@rolf", "(select jsonb_build_object('_user_id', fs_uniquifier) from person where id = @rolf)")
    ),
    "a report is held by somebody who may not review it": breach(
        "insert into membership (person_id, party_code, role) values (@rita, 'CL', 'contributor')"
    ),
    "something was done by a person who is not there": breach("update answer set actor_id = 0 where report_id = :draft"),
    "a session belongs to a person who is not there": breach(web_session("0", "'{}'")),
    "what somebody sent too late is kept for longer than a day": breach(kept_form("[]", "27 hours")),
    "a secret is kept with a form": breach(kept_form('[["password", "x"]]', "1 hour")),
    "a team has lost its last coordinator": breach("update person set active = false where id in (@pia, @alba)"),
    "a role stands that was taken away": breach(
        fact("person.role_ended", person="@rolf", params='{"role": "reviewer"}'),
        "a person was not told what happened to their account",
    ),
    "an account is closed or open against its journal": breach(fact("person.deactivated", person="@rolf")),
}
ANSWERS = {
    "an answer belongs to an item of another report": breach(
        answer(":draft", "#taken", "evidence_address") + save(":draft", "#taken", "evidence_address", version="1"),
        "a saved text belongs to an entry of another report",
    ),
    "an answer is not the last text that was accepted": breach(f"update answer set value = {X} where report_id = :draft"),
    "an answer was never saved": breach(answer(":taken", "null", "areas_named")),
    "an answer stands at a question that its questionnaire does not ask": breach(
        answer(":draft", "null", "nowhere") + save(":draft", "null", "nowhere", version="1")
    ),
    "an entry belongs to a group that its questionnaire does not have": breach(
        """insert into item (id, report_id, "group", position, row_version, created_at)
           values (gen_random_uuid(), :draft, 'nowhere', 9, 1, now())"""
    ),
    "a saved text belongs to an entry of another report": breach(save(":draft", "#taken", "evidence_address")),
    "two entries of a report are chapters of one lasting item": breach(
        """update item set lasting_item_id = (select lasting_item_id from item where id = #taken) where report_id = :taken"""
    ),
    "an entry was submitted without its lasting item": breach("update item set lasting_item_id = null where id = #taken"),
    "something was written in a report that was never started": breach(
        "update report set started_at = null where id = :draft", UNSTARTED
    ),
    "an entry is merged into one that its report does not have": breach(
        "update item set fate = 'merged', ended_at = now(), merged_into_id = #taken where id = #draft"
    ),
    "a report was submitted without saying what became of an entry of the last one": breach(
        "update item set fate = 'open' where id = #taken"
    ),
    "a lasting item has a chapter in a report of another party": breach(
        "update lasting_item set party_code = 'PE' where id = (select lasting_item_id from item where id = #taken)"
    ),
    "an accepted text has no answer": breach(save(":draft", "null", "areas_named", version="1")),
    "the accepted texts of an answer are not numbered 1, 2, 3": breach(
        "update save set row_version = row_version + 1 where report_id = :draft and outcome = 'accepted'"
    ),
    "a text was refused although it was written on what stood there": breach(
        save(":draft", "null", "budget_allotted") + "update save set id = -1 where id = (select max(id) from save)"
    ),
}
ATTACHMENTS = {
    "an answer names a file that its report does not have, or another sum of it": breach(
        "update attachment set sha256 = repeat('0', 64) where report_id = :draft"
    ),
    "a file was given up although an answer or a snapshot names it": breach(
        "update attachment set status = 'gone' where report_id = :taken"
    ),
    "the public is offered a file that was not found clean": breach(
        "update attachment set status = 'checking', try_at = now() where report_id = :published"
    ),
    "a file was refused without the journal saying so": breach(
        "update attachment set status = 'refused', verdict = 'x' where report_id = :draft"
    ),
}
NOTICES = {
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
PUBLISHED = {
    "a published report has no current publication": breach(
        "update published.publication set is_current = false where id = :publication"
    ),
    "something is public that was never published": breach(
        publication(report_id=":draft", number="1", slug="'x'"),
        UNNAMED, "a publication was made from no snapshot of its report",
        "a publication says it is of another party or edition than its report",
    ),
    "a publication was made from no snapshot of its report": breach(publication(sha256="repeat('a', 64)"), UNNAMED),
    "the publications of a report are not numbered 1, 2, 3": breach(
        "update published.publication set number = 5 where id = :publication;"
        """update entry set params = params || '{"publication": 5}' where report_id = :published and fact = 'report.published'"""
    ),
    "the public reads another text than the one last submitted": breach(
        """update published.publication set sha256 = (select sha256 from snapshot where report_id = :published and number = 1)
           where id = :publication""", UNNAMED,
    ),
    "the public reads a report that is not published": breach(
        publication(report_id=":taken", number="1", is_current="true", slug="'x'", subject="'taken'",
                    sha256="(select sha256 from snapshot where report_id = :taken)"),
        UNNAMED, "something is public that was never published",
    ),
    "two reports are public at one address": breach(
        """update published.publication set number = 2, slug = (select slug from published.publication where id = :publication)
           where party_code = 'PE' and origin = 'imported'""",
        UNNAMED, "the publications of a report are not numbered 1, 2, 3",
    ),
    UNNAMED: breach("update entry set params = params - 'publication' where report_id = :published and fact = 'report.published'"),
    "the public reads an answer that is not public": breach(public_answer("programme_contact", X)),
    "the public reads words that were not submitted": breach(public_answer("areas_named", X)),
    "the public reads what is confidential": breach(
        """update snapshot set content = replace(content, '"question":"programme_name","value":{',
             '"question":"programme_name","value":{"blank":{"reason":"confidential","until":""},')
           where sha256 = (select sha256 from published.publication where id = :publication)""",
        "a snapshot is not what its sha256 says",
    ),
    "the public reads an entry that its report does not have": breach(
        copied("published.item", "old.publication_id = :publication limit 1", id="gen_random_uuid()")
    ),
    "a publication counts other entries than it has": breach(
        "update published.publication set entries = 9 where id = :publication"
    ),
    "an answer is public without its entry": breach(public_answer("areas_named", BLANK, item="gen_random_uuid()")),
    "a publication says it is of another party or edition than its report": breach(
        "update published.publication set party_code = 'KE' where id = :publication"
    ),
}
REPORTS = {
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
REVIEWS = {
    "the party was never told of a point it has answered": breach(
        "update point set reply = 'x', replied_at = now() where report_id = :taken"
    ),
    "a point was returned later than its report": breach(
        "update point set returned_at = returned_at + interval '1 hour' where report_id = :revision",
        "a point was returned at another moment than any return", "a report was returned without a point",
    ),
    "a report was returned without a point": breach("delete from point where report_id = :revision"),
    "a report was published over a point that must be answered": breach(point(":published", "must", "null")),
    "a point was returned at another moment than any return": breach(point(":published", "should", "'2020-01-01'")),
    "a remark is tied to an entry of another report": breach(remark(":taken", item="#revision")),
    "a point or note is of a round that has not come": breach(remark(":taken", round=7)),
    "a finding was answered without the journal saying so": breach(
        """insert into finding_reply (report_id, fingerprint, reason, person_id, created_at)
           values (:draft, repeat('a', 64), 'x', @carla, now())"""
    ),
}


def finding(*, item: str = "null", round: int = 1) -> str:
    """A finding about Chile's draft."""
    return f"""
        insert into finding (report_id, round, fingerprint, rule, rule_version, severity, section, item_id, quote, message,
                             versions, fired_at)
        values (:draft, {round}, repeat('b', 64), 'TEXT-04', 1, 'note', 'budget', {item}, '', '{{}}', '{{}}', now());"""


FINDINGS = {
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


PERU = "(select id from report where origin = 'imported' and party_code = 'PE')"


def brought_in(*texts: str, report: str = PERU, item: str = f"(select id from item where report_id = {PERU})") -> str:
    """Texts of Peru's that count as brought in."""
    names = ", ".join(f"'{name}.txt'" for name in texts)
    return f"""
        update import_text set status = 'imported', party_code = 'PE', report_id = {report}, item_id = {item}
        where name in ({names});"""


IMPORTS = {
    "a text was brought into a report of another party or cycle": breach(brought_in("ready", report=":draft", item="#draft")),
    "two texts were brought in as one entry": breach(brought_in("ready", "asking")),
    "a text was brought in, and its entry is not there": breach(brought_in("ready", item="null")),
}


def proposal(**other: str) -> str:
    """A second text of the contribution to Chile's taken report, of a place of its own, but for `other` columns."""
    given = {"id": "-1", "question": "'areas_named'", **other}
    return copied("proposal", "old.id = :proposal limit 1", **given)


THEIR_LINK = "(select id from contribution_link where item_id is null and report_id = :taken limit 1)"
CONTRIBUTIONS = {
    "a link asks for an entry of another report": breach(
        f"update contribution_link set item_id = #draft, question = null where id = {THEIR_LINK}", MISPLACED
    ),
    "a link was sent, answered or withdrawn without the journal saying so": breach(
        f"update contribution_link set withdrawn_at = now() where id = {THEIR_LINK}"
    ),
    "the texts of a contribution are not numbered 1, 2, 3": breach("update proposal set version = 2 where id = :proposal"),
    MISPLACED: breach("update proposal set question = 'nothing' where id = :proposal"),
    "one new entry of a contribution belongs to two groups": breach(
        proposal(group="'indicators'", entry="1", question="'baseline'")
        + proposal(id="-2", group="'reach_section'", entry="1", question="'evidence'"), MISPLACED,
    ),
    "a contribution was decided on that was never sent": breach(
        """update proposal set outcome = 'declined', decided_by = @carla, decided_at = created_at - interval '1 day'
           where id = :proposal"""
    ),
    "an earlier text of a contribution was decided on after a later one was sent": breach(
        "update proposal set outcome = 'declined', decided_by = @carla, decided_at = now() where id = :proposal;"
        + proposal(question="'target_group'", version="2", outcome="null", decided_by="null", decided_at="null")
    ),
    "a text was made from a contribution that was not taken, or to another question": breach(
        """update save set proposal_id = :proposal
           where id = (select min(id) from save where report_id = :taken and outcome = 'accepted')"""
    ),
    "a declaration is on another text than the journal says": breach(
        f"""update contribution_link set declared_sha256 = 'other', section = null where id = {THEIR_LINK}""",
        "a link was sent, answered or withdrawn without the journal saying so",
    ),
    "a submission bears a declaration that was not made": breach(
        """update snapshot set signatory = signatory || '{"link": "1", "declared_at": "2026-01-01T00:00:00+00:00"}'
           where report_id = :taken"""
    ),
    "the public is told of contributors whom the snapshot does not name": breach(
        """update published.publication set contributors = '[{"name": "x", "organisation": "y"}]' where id = :publication"""
    ),
}
BREACHES = {
    **ACCOUNTS, **ANSWERS, **ATTACHMENTS, **CONTRIBUTIONS, **FINDINGS, **IMPORTS, **NOTICES, **PUBLISHED, **REPORTS, **REVIEWS,
}
