"""Verbs of delivery: run an entry's reactions once, lease a mail notice to one sender, claim what happens once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from review_app.extensions import db
from review_app.models import Claim, Dispatch, Entry, Notice
from review_app.queries.dispatching import may_be_sent
from review_app.transaction import atomic

Reaction = Callable[[Entry, datetime], object]

# A sender has this long for one mail, so whoever holds a lease to its end is dead. The sweeper then comes within seconds.
SECONDS_TO_SEND = 60
LEASE = timedelta(seconds=90)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=4)
# 1 + 2 + ... + 128 minutes, then every 4 hours: about three days, as long as mail servers themselves keep trying.
MOST_ATTEMPTS = 24


@atomic
def run_dispatch(entry_id: int, reactions: Mapping[str, Sequence[Reaction]], *, now: datetime) -> bool:
    """Run every reaction to one entry and mark it done, in one transaction. False: done before, or running elsewhere.

    What a reaction raises undoes all of them; the caller then states it with `fail_dispatch`.
    """
    dispatch = db.session.get(Dispatch, entry_id, with_for_update={"skip_locked": True}, populate_existing=True)
    entry = db.session.get(Entry, entry_id)
    if dispatch is None or entry is None or dispatch.done_at is not None:
        return False
    for reaction in reactions.get(entry.fact, ()):
        reaction(entry, now)
    dispatch.done_at, dispatch.error = now, None
    return True


@atomic
def fail_dispatch(entry_id: int, *, error: str) -> None:
    """Note why an entry's reactions failed; the sweeper tries again, each time after twice the wait."""
    db.session.execute(
        update(Dispatch)
        .where(Dispatch.entry_id == entry_id, Dispatch.done_at.is_(None))
        .values(attempts=Dispatch.attempts + 1, error=error)
    )


@atomic
def claim_notice(notice_id: int, *, now: datetime) -> bool:
    """Lease a mail notice to this sender. False: sent, recalled, not due, held by another, or the death of too many senders."""
    attempts = db.session.scalar(
        update(Notice)
        .where(Notice.id == notice_id, may_be_sent(now))
        .values(status="sending", leased_until=now + LEASE, attempts=Notice.attempts + 1)
        .returning(Notice.attempts)
    )
    if attempts is not None and attempts > MOST_ATTEMPTS:
        _close(notice_id, status="failed", leased_until=None, error="No sender of this mail came back.")
        return False
    return attempts is not None


@atomic
def notice_sent(notice_id: int, *, now: datetime) -> None:
    """The mail server has taken the mail."""
    _close(notice_id, status="sent", sent_at=now, leased_until=None, error=None)


@atomic
def notice_failed(notice_id: int, *, error: str, permanent: bool, now: datetime) -> None:
    """The mail was not taken: try again after 1, 2, 4 ... minutes (at most 4 hours), or give up for all to see."""
    attempts = db.session.scalar(select(Notice.attempts).where(Notice.id == notice_id)) or 1
    if permanent or attempts >= MOST_ATTEMPTS:
        _close(notice_id, status="failed", leased_until=None, error=error)
    else:
        _close(notice_id, status="pending", leased_until=now + wait_after(attempts), error=error)


@atomic
def withhold_notice(notice_id: int, *, reason: str) -> None:
    """The mail shall not be sent after all, for example because the account was closed."""
    _close(notice_id, status="recalled", leased_until=None, error=reason)


def wait_after(attempts: int) -> timedelta:
    """How long to wait after this many attempts that failed."""
    # The exponent is bounded: timedelta overflows long before an int does.
    return min(FIRST_WAIT * (1 << min(attempts - 1, 16)), LONGEST_WAIT)


def _close(notice_id: int, **values: Any) -> None:
    # Only from `sending`: a sender that outlived its lease must not undo what the next one did.
    db.session.execute(update(Notice).where(Notice.id == notice_id, Notice.status == "sending").values(**values))


@atomic
def claim_once(key: str, *, now: datetime) -> bool:
    """Whether this is the first claim of `key`, ever. Of two clocks that ask at once, one waits and is told no."""
    row = insert(Claim).values(key=key, created_at=now).on_conflict_do_nothing().returning(Claim.key)
    return db.session.scalar(row) is not None
