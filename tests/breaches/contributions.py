"""Breaches of what outsiders write by a link."""

from tests.breaches.rows import breach, copied

MISPLACED = "a contribution answers what its link does not ask"
THEIR_LINK = "(select id from contribution_link where item_id is null and report_id = :taken limit 1)"


def proposal(**other: str) -> str:
    """A second text of the contribution to Chile's taken report, of a place of its own, but for `other` columns."""
    given = {"id": "-1", "question": "'areas_named'", **other}
    return copied("proposal", "old.id = :proposal limit 1", **given)


BREACHES = {
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
