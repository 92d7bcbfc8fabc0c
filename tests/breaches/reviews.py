"""Breaches of points, notes and replies to findings."""

from tests.breaches.rows import breach


def remark(report: str, *, item: str = "null", round: int = 1) -> str:
    return f"""
        insert into comment (report_id, round, section, item_id, text, person_id, created_at)
        values ({report}, {round}, 'budget', {item}, 'x', @rita, now());"""


def point(report: str, weight: str, returned_at: str) -> str:
    return f"""
        insert into point (report_id, round, section, text, weight, person_id, created_at, returned_at)
        values ({report}, 1, 'budget', 'x', '{weight}', @rita, now(), {returned_at});"""


BREACHES = {
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
