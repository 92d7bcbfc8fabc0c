"""Delivery: each reaction runs once, each mail is sent by one sender, and nothing is lost when one of them dies."""

import socket
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import event, make_url, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from review_app import tasks, transaction
from review_app.database import plain
from review_app.models import Dispatch, Notice, Person, Report
from review_app.operations import dispatching
from review_app.operations.dispatching import LEASE, MOST_ATTEMPTS, wait_after
from review_app.queries.dispatching import due_notices, open_dispatches
from tests.delivery import NOW, change, dispatch, mails, make_world, rung, state
from tests.processes import running_worker
from tests.waiting import wait_until

__all__ = ["rung"]  # a fixture
IDLE = 3
pytestmark = pytest.mark.by_hand("a report is put into a state and a fact is stated, to see what follows", "reports", "reviews")


def published_mail(world) -> int:
    """One mail notice to the coordinator."""
    entry = state("report.published", world)
    return next(notice.id for notice in mails(entry) if notice.person_id == world.coordinator)


def notice(db, notice_id) -> Notice:
    db.session.rollback()
    return db.session.get_one(Notice, notice_id)


def test_a_mail_is_sent_once(db, smtp):
    notice_id = published_mail(make_world())
    tasks.send_notice(notice_id)
    tasks.send_notice(notice_id)
    (message,) = smtp.messages
    assert message["To"] == "Rosa Díaz <rosa@example.org>"
    assert message["X-Relata-Fact"] == "report.published"
    sent = notice(db, notice_id)
    assert (sent.status, sent.attempts, sent.leased_until, sent.error) == ("sent", 1, None, None)
    assert sent.sent_at is not None


def test_a_server_that_refuses_for_good_is_seen(db, smtp):
    smtp.refusal = "550 no such person"
    notice_id = published_mail(make_world())
    tasks.send_notice(notice_id)
    failed = notice(db, notice_id)
    assert (failed.status, failed.attempts) == ("failed", 1)
    assert failed.error and "no such person" in failed.error
    assert due_notices(datetime.now(UTC) + timedelta(days=9)) != [notice_id]


def test_a_server_that_is_busy_is_tried_again_later(db, smtp):
    smtp.refusal = "451 later"
    notice_id = published_mail(make_world())
    tasks.send_notice(notice_id)
    waiting = notice(db, notice_id)
    assert waiting.status == "pending" and waiting.error and "later" in waiting.error
    assert not dispatching.claim_notice(notice_id, now=datetime.now(UTC) + timedelta(seconds=50))
    later = datetime.now(UTC) + timedelta(seconds=61)
    assert notice_id in due_notices(later)
    assert dispatching.claim_notice(notice_id, now=later)


def test_a_mail_that_is_not_taken_waits_twice_as_long_each_time(db):
    notice_id, now = published_mail(make_world()), NOW
    for minutes in (1, 2, 4):
        assert dispatching.claim_notice(notice_id, now=now)
        dispatching.notice_failed(notice_id, error="away", permanent=False, now=now)
        now += timedelta(minutes=minutes)
        assert notice_id not in due_notices(now - timedelta(seconds=1))
    assert dispatching.claim_notice(notice_id, now=now)
    dispatching.notice_sent(notice_id, now=now)
    assert (notice(db, notice_id).status, notice(db, notice_id).error) == ("sent", None)


def test_waits_double_up_to_four_hours_and_end():
    minutes = [wait_after(attempt).total_seconds() / 60 for attempt in range(1, 11)]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240]
    assert wait_after(10_000) == timedelta(hours=4)
    assert timedelta(days=2) < sum((wait_after(n) for n in range(1, MOST_ATTEMPTS)), timedelta()) < timedelta(days=4)


def test_after_the_last_attempt_a_mail_has_failed_for_all_to_see(db):
    notice_id = published_mail(make_world())
    change(Notice, notice_id, attempts=MOST_ATTEMPTS - 1)
    assert dispatching.claim_notice(notice_id, now=NOW)
    dispatching.notice_failed(notice_id, error="away", permanent=False, now=NOW)
    assert notice(db, notice_id).status == "failed"


def test_a_mail_that_kills_every_sender_has_failed_for_all_to_see(db):
    notice_id = published_mail(make_world())
    claims = [dispatching.claim_notice(notice_id, now=NOW + (LEASE * attempt)) for attempt in range(MOST_ATTEMPTS + 1)]
    assert claims == [True] * MOST_ATTEMPTS + [False]
    failed = notice(db, notice_id)
    assert (failed.status, failed.error) == ("failed", "No sender of this mail came back.")


def test_a_lease_keeps_others_out_until_its_holder_is_dead(db):
    notice_id = published_mail(make_world())
    assert dispatching.claim_notice(notice_id, now=NOW)
    assert not dispatching.claim_notice(notice_id, now=NOW + LEASE - timedelta(seconds=1))
    assert notice_id not in due_notices(NOW)
    assert dispatching.claim_notice(notice_id, now=NOW + LEASE)
    dispatching.notice_sent(notice_id, now=NOW + LEASE)
    # The first holder was only slow: what it reports now changes nothing.
    dispatching.notice_failed(notice_id, error="too late", permanent=True, now=NOW + LEASE)
    assert notice(db, notice_id).status == "sent"


def test_a_mail_that_cannot_be_written_waits_with_its_error(db, smtp, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("no such template")

    monkeypatch.setattr(tasks.mailing, "compose", broken)
    notice_id = published_mail(make_world())
    tasks.send_notice(notice_id)
    found = notice(db, notice_id)
    assert (found.status, found.error) == ("pending", "RuntimeError: no such template")


def test_a_return_waits_and_a_recalled_one_never_leaves(db, smtp, settings):
    world = make_world(state="revision")
    now = datetime.now(UTC)
    entry = state("report.returned", world, actor=world.reviewer, now=now)
    ids = [found.id for found in mails(entry)]
    assert ids
    tasks.react(entry)
    for notice_id in ids:
        tasks.send_notice(notice_id)
    assert not smtp.messages
    left = now + timedelta(seconds=settings.recall_seconds)
    assert set(due_notices(left)) == set(ids)
    change(Notice, ids[0], status="recalled")
    assert not dispatching.claim_notice(ids[0], now=left)
    assert set(due_notices(left)) == set(ids[1:])


def test_nobody_writes_to_a_closed_account(db, smtp):
    world = make_world()
    notice_id = published_mail(world)
    change(Person, world.coordinator, active=False)
    tasks.send_notice(notice_id)
    assert not smtp.messages
    assert notice(db, notice_id).status == "recalled"


def test_the_doorbell_rings_after_the_commit(db, app, settings, monkeypatch):
    """Whoever hears it finds the entry: looked for at that very moment, on a connection of its own."""
    found = []

    def hear(name, args, **options):
        with psycopg.connect(plain(make_url(settings.database_url))) as elsewhere:
            found.append(elsewhere.execute("select id from entry where id = %s", args).fetchone())

    monkeypatch.setattr(app.extensions["celery"], "send_task", hear)
    entry = state("report.published", make_world())
    assert found == [(entry,)], "the doorbell rang before the commit: nobody finds the entry"


def test_reactions_run_once_and_then_the_mail(db, monkeypatch, rung):
    ran = []
    monkeypatch.setitem(tasks.REACTIONS, "report.published", (lambda entry, now: ran.append(entry.id),))
    entry = state("report.published", make_world())
    tasks.react(entry)
    tasks.react(entry)
    assert ran == [entry]
    assert dispatch(entry).done_at is not None
    assert set(rung) == {("send_notice", found.id) for found in mails(entry)}


def test_a_reaction_that_fails_undoes_its_work_and_holds_up_no_mail(db, monkeypatch, rung):
    def half(entry, now):
        db.session.get(Report, entry.report_id).subject = "half done"
        raise RuntimeError("no")

    monkeypatch.setitem(tasks.REACTIONS, "report.published", (half,))
    world = make_world()
    entry = state("report.published", world)
    tasks.react(entry)
    left = dispatch(entry)
    assert (left.done_at, left.attempts, left.error) == (None, 1, "RuntimeError: no")
    assert db.session.get(Report, world.report).subject == ""
    assert ("send_notice", mails(entry)[0].id) in rung


def test_the_sweeper_finds_what_no_doorbell_announced(db, rung):
    entry = state("report.published", make_world())
    assert open_dispatches(NOW + timedelta(seconds=4)) == []
    assert open_dispatches(NOW + timedelta(seconds=5)) == [entry]
    tasks.sweep()
    assert ("react", entry) in rung
    assert {("send_notice", found.id) for found in mails(entry)} <= set(rung)
    dispatching.fail_dispatch(entry, error="no")
    assert open_dispatches(NOW + timedelta(seconds=9)) == []
    assert open_dispatches(NOW + timedelta(seconds=10)) == [entry]
    assert dispatching.run_dispatch(entry, {}, now=NOW)
    # Another worker, who failed at it meanwhile, changes nothing any more.
    dispatching.fail_dispatch(entry, error="late")
    assert (dispatch(entry).done_at, dispatch(entry).attempts, dispatch(entry).error) == (NOW, 1, None)


def test_what_waits_longest_comes_first(db):
    world = make_world()
    young, old = (state("report.published", world, now=NOW + timedelta(minutes=minutes)) for minutes in (5, 0))
    later = NOW + timedelta(minutes=10)
    assert open_dispatches(later) == [young, old]
    assert open_dispatches(later, limit=1) == [young]
    assert due_notices(later) == [*sorted(found.id for found in mails(old)), *sorted(found.id for found in mails(young))]
    assert due_notices(later, limit=1) == [min(found.id for found in mails(old))]


def test_a_reaction_that_failed_however_often_holds_up_no_sweeper(db):
    world = make_world()
    failed, other = (state("report.published", world) for _ in range(2))
    change(Dispatch, failed, attempts=10_000)
    assert open_dispatches(NOW + timedelta(seconds=5)) == [other]


def test_a_real_worker_hears_the_doorbell_and_sends(db, smtp, worker):
    entry = state("report.published", make_world(), now=datetime.now(UTC))
    assert len(smtp.wait(1, to="rosa@example.org")) == 1
    wait_until(lambda: {found.status for found in mails(entry)} == {"sent"}, "every mail counts as sent")
    assert dispatch(entry).done_at is not None


def test_a_broker_that_refuses_does_not_undo_what_was_committed(db, ground):
    import redis

    with redis.Redis.from_url(ground.valkey.url) as queue:
        queue.config_set("maxmemory", 1)
        try:
            entry = state("report.published", make_world())
        finally:
            queue.config_set("maxmemory", 0)
    assert open_dispatches(NOW + timedelta(seconds=5)) == [entry]


@pytest.fixture
def pool(db):
    """The connections of the application's pool, some of them open and idle, as in a process that has done much."""
    db.session.remove()
    with ExitStack() as stack:
        for _ in range(IDLE):
            stack.enter_context(db.engine.connect())
    assert db.engine.pool.checkedin() >= IDLE
    return db.engine.pool


def lose_the_database(settings, pool):
    """End every connection the application has, as a PostgreSQL that falls does."""
    with psycopg.connect(plain(make_url(settings.database_admin_url)), autocommit=True) as admin:
        ended = admin.execute("""
            select pg_terminate_backend(pid, 10000) from pg_stat_activity where usename = 'relata_app'""").fetchall()
    assert len(ended) >= pool.checkedin() + pool.checkedout() >= IDLE and {is_gone for (is_gone,) in ended} == {True}


def test_a_database_that_is_lost_when_the_mail_is_out_is_waited_for(db, smtp, settings, pool):
    """Its connections are gone, idle ones too, and nobody tells it."""
    notice_id, commits = published_mail(make_world()), []
    db.session.remove()

    def lose(session):
        commits.append(session)
        if len(commits) == 2:
            lose_the_database(settings, pool)

    event.listen(Session, "before_commit", lose)
    try:
        tasks.send_notice(notice_id)
    finally:
        event.remove(Session, "before_commit", lose)
    assert len(commits) == 3
    assert (notice(db, notice_id).status, len(smtp.messages)) == ("sent", 1)


def test_connections_that_ended_while_nobody_spoke_on_them_are_not_taken(db, settings, pool):
    """Of a server that fell in the night the first request in the morning knows nothing."""
    db.session.remove()
    lose_the_database(settings, pool)
    with ExitStack() as stack:
        taken = [stack.enter_context(db.engine.connect()) for _ in range(IDLE)]
        assert [connection.scalar(select(1)) for connection in taken] == [1] * IDLE


def test_a_database_that_is_lost_before_the_mail_is_out_does_not_count_as_a_refusal(db, smtp, settings, pool):
    notice_id, reads = published_mail(make_world()), []
    db.session.remove()

    def lose(connection, cursor, statement, *_):
        if "from notice" in statement.lower():
            reads.append(statement)
        if len(reads) == 1:
            lose_the_database(settings, pool)

    event.listen(Engine, "before_cursor_execute", lose)
    try:
        with pytest.raises(OperationalError):
            tasks.send_notice(notice_id)
    finally:
        event.remove(Engine, "before_cursor_execute", lose)
    left = notice(db, notice_id)
    assert (left.status, left.error, smtp.messages) == ("sending", None, [])
    assert dispatching.claim_notice(notice_id, now=datetime.now(UTC) + LEASE)


def test_a_mail_server_that_never_answers_holds_a_sender_for_a_bounded_time(db, app, settings, monkeypatch):
    monkeypatch.setattr(transaction, "_ring", lambda entry_ids: None)
    notice_id = published_mail(make_world())
    with socket.create_server(("127.0.0.1", 0)) as silent, ExitStack() as stack:
        stack.enter_context(running_worker(app, replace(settings, smtp_port=silent.getsockname()[1])))
        # Long enough that even a busy machine has come to the mail server by then.
        tasks.send_notice.apply_async(args=[notice_id], soft_time_limit=8)
        wait_until(lambda: notice(db, notice_id).error, "the sender gives up")
    left = notice(db, notice_id)
    assert (left.status, left.attempts, left.error) == ("pending", 1, "SoftTimeLimitExceeded: SoftTimeLimitExceeded()")
