"""Breaches of people, their roles, sessions and kept forms."""

from tests.breaches.rows import breach, fact


def kept_form(fields: str, age: str) -> str:
    return f"""
        insert into kept_form (person_id, page, target, fields, created_at)
        values (@rita, '/', '/', '{fields}', now() - interval '{age}');"""


def web_session(person: str, content: str) -> str:
    return f"""
        insert into web_session (key, person_id, content, expires_at)
        values ('k', {person}, {content}, now() + interval '1 hour');"""


BREACHES = {
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
