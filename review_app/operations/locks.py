"""Rows held for the length of an operation, people before reports before parties, so that no two operations wait for each other."""

from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from review_app.extensions import db
from review_app.models import Party, Person, Report
from review_app.permissions import Actor, NotFound


def hold_actor(actor: Actor) -> None:
    """Look once more whether the actor's account is open, and keep it as it is until the commit.

    Whoever closes the account waits, and then finds the report that was taken meanwhile.
    """
    if isinstance(actor, Person):
        is_active = select(Person.active).where(Person.id == actor.id).with_for_update(read=True)
        set_committed_value(actor, "active", bool(db.session.scalar(is_active)))


def hold_accounts(*people: Actor) -> None:
    """Keep several accounts for oneself until the commit, and look at them again."""
    ids = sorted(person.id for person in people if isinstance(person, Person))
    of_them = select(Person).where(Person.id.in_(ids)).order_by(Person.id).with_for_update(of=Person, key_share=True)
    db.session.scalars(of_them.execution_options(populate_existing=True)).all()


def held_report(report_id: int, *, is_shared: bool = False) -> Report:
    """The report as it is now, locked until the commit: FOR UPDATE, or FOR SHARE when `is_shared`. Raises NotFound.

    Steps and saves hold it alone: no answer slips in behind a snapshot, and of two that save the same answer the second
    finds the first one's text. Who shares it must not write to it.
    """
    lock = {"of": Report, "read": is_shared}
    report = db.session.get(Report, report_id, with_for_update=lock, populate_existing=True)
    if report is None:
        raise NotFound
    return report


def hold_party(code: str) -> None:
    """Keep for oneself until the commit what the reports of a party share: its lasting items."""
    db.session.execute(select(Party.code).where(Party.code == code).with_for_update(key_share=True))
