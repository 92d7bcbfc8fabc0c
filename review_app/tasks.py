"""What runs outside a request: reactions to facts, mail, the sweeper, the clock. Ids in, operations called."""

import logging
import smtplib
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import celery
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from celery.schedules import crontab
from celery.signals import worker_process_init
from flask import current_app
from kombu.exceptions import OperationalError
from sqlalchemy.exc import OperationalError as DatabaseAway

from review_app import mailing
from review_app.extensions import db
from review_app.models import Entry
from review_app.operations import accounts, attachments, dispatching, findings, importing, reminders, rules, sent
from review_app.operations.attachments import SCAN_LEASE
from review_app.queries import checking, imports, invariants
from review_app.queries.attachments import unchecked
from review_app.queries.dispatching import due_notices, open_dispatches
from review_app.scanner import ScannerAway, verdict_on
from review_app.storage import storage

log = logging.getLogger(__name__)


def check_submission(entry: Entry, now: datetime) -> None:
    """The slow checks of what was just submitted."""
    if entry.report_id is not None:
        findings.check_report(entry.report_id, now=now)


def begin_import(entry: Entry, now: datetime) -> None:
    """Files wait to be read, or texts to be brought in."""
    _ring(work_import, entry.params["batch"])


# The slow work each fact asks for, besides its mail. It runs in one transaction with the note that it ran.
REACTIONS: dict[str, Sequence[dispatching.Reaction]] = {
    "report.submitted": (check_submission,),
    "report.resubmitted": (check_submission,),
    "report.imported": (check_submission,),
    "report.import_added": (check_submission,),
    "import.began": (begin_import,),
}

RECHECK_BATCH = 50
"""Reports a task checks before it lets others have the worker."""

CONFIGURATION: dict[str, Any] = {
    "task_ignore_result": True,
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_time_limit": 300,
    "task_publish_retry": False,
    "worker_prefetch_multiplier": 1,
    "worker_max_tasks_per_child": 2000,
    "worker_soft_shutdown_timeout": 30,
    "broker_connection_retry_on_startup": True,
    # Somebody waits for the page that rings: a broker that is away or hangs costs it a second, and no second try.
    "broker_transport_options": {
        "visibility_timeout": 900,
        "socket_connect_timeout": 1,
        "socket_timeout": 1,
        "socket_keepalive": True,
        "health_check_interval": 25,
        "max_retries": 0,
    },
    "timezone": "UTC",
}
# For the worker, for whom nobody waits.
PATIENT = {**CONFIGURATION["broker_transport_options"], "socket_connect_timeout": 3, "socket_timeout": 30, "max_retries": None}

# A stale ring of the clock is worth nothing: the next one does all its work.
SCHEDULE: dict[str, Any] = {
    "sweep": {"task": "review_app.tasks.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "remind": {"task": "review_app.tasks.remind", "schedule": 60.0, "options": {"expires": 60}},
    "forget": {"task": "review_app.tasks.forget", "schedule": crontab(minute=37), "options": {"expires": 3000}},
    "tidy": {"task": "review_app.tasks.tidy", "schedule": crontab(hour=2, minute=47), "options": {"expires": 3000}},
    "look": {"task": "review_app.tasks.look", "schedule": crontab(hour=3, minute=17), "options": {"expires": 3000}},
}


class FlaskTask(celery.Task):
    """Runs each task within the application that the Celery app carries as `flask_app`."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with self.app.flask_app.app_context():
            return self.run(*args, **kwargs)


@worker_process_init.connect
def _forget_inherited_connections(**_: Any) -> None:
    """A forked child must not talk on its parent's database connections."""
    application = celery.current_app.flask_app
    with application.app_context():
        db.engine.dispose(close=False)


@shared_task(name="review_app.tasks.react")
def react(entry_id: int) -> None:
    """Do what one entry asks for: its reactions, then its mail. Harmless to repeat."""
    now = datetime.now(UTC)
    try:
        dispatching.run_dispatch(entry_id, REACTIONS, now=now)
    except Exception as error:
        log.exception("The reactions to entry %s failed.", entry_id)
        dispatching.fail_dispatch(entry_id, error=_told(error))
    _ring_for(due_notices(now, entry_id=entry_id))


@shared_task(name="review_app.tasks.send_notice", soft_time_limit=dispatching.SECONDS_TO_SEND)
def send_notice(notice_id: int) -> None:
    """Send one mail: lease, commit, send, commit. Killed in between, the lease runs out and another sender takes it."""
    if not dispatching.claim_notice(notice_id, now=datetime.now(UTC)):
        return
    settings = current_app.config["SETTINGS"]
    try:
        message = mailing.compose(notice_id, settings=settings)
        if message is not None:
            mailing.deliver(message, settings=settings)
    except DatabaseAway:
        # Not the mail's fault, and nothing can be written: the lease runs out.
        raise
    except Exception as error:
        if not isinstance(error, smtplib.SMTPException | OSError | SoftTimeLimitExceeded):
            log.exception("Notice %s cannot be written.", notice_id)
        permanent = mailing.is_permanent(error)
        dispatching.notice_failed(notice_id, error=_told(error), permanent=permanent, now=datetime.now(UTC))
        return
    if message is None:
        dispatching.withhold_notice(notice_id, reason="The account or the link is closed.")
    else:
        _note_sent(notice_id)


def _note_sent(notice_id: int) -> None:
    """Once the mail is out, a database that is just starting again is worth waiting for: else the mail goes out twice."""
    for seconds in (1, 2, 4, 8):
        try:
            dispatching.notice_sent(notice_id, now=datetime.now(UTC))
        except DatabaseAway:
            time.sleep(seconds)
        else:
            return
    dispatching.notice_sent(notice_id, now=datetime.now(UTC))


@shared_task(name="review_app.tasks.sweep")
def sweep() -> None:
    """Ring for whatever is due and was not done: held notices, retries, doorbells that a broker lost, answers to check.

    Saves ring no bell of their own: however often a report is saved, it is checked once between two sweeps.
    """
    now = datetime.now(UTC)
    for entry_id in open_dispatches(now):
        _ring(react, entry_id)
    _ring_for(due_notices(now))
    for batch_id in imports.batches_with_work(now):
        _ring(work_import, batch_id)
    for report_id in checking.unchecked_reports():
        _ring(check, report_id)
    for recheck_id in checking.open_rechecks():
        _ring(recheck, recheck_id)
    for file_id in unchecked(now):
        _ring(scan, str(file_id))
    # What writes comes last: should it fail, all that waits has been rung for.
    accounts.answer_resets(now)
    rules.notice_new_versions(now=now)


@shared_task(name="review_app.tasks.work_import")
def work_import(batch_id: int) -> None:
    """Do a turn of an import, and ring for the next one until nothing is left to do. Harmless to repeat."""
    if importing.work_on(batch_id, now=datetime.now(UTC)):
        _ring(work_import, batch_id)
    else:
        importing.tell_when_done(batch_id, now=datetime.now(UTC))


@shared_task(name="review_app.tasks.check")
def check(report_id: int) -> None:
    """Check what was written in a report since the last time. Harmless to repeat."""
    done = findings.check_report(report_id, now=datetime.now(UTC))
    log.info("Report %s: %s runs of rules, %s new findings, %s ended.", report_id, len(done.ran), done.fired, done.settled)


@shared_task(name="review_app.tasks.recheck")
def recheck(recheck_id: int) -> None:
    """Check the next reports that a change of rules concerns; the sweeper rings for the rest."""
    for _ in range(RECHECK_BATCH):
        if not rules.recheck_next(recheck_id, now=datetime.now(UTC)):
            return


@shared_task(name="review_app.tasks.scan", soft_time_limit=SCAN_LEASE.seconds)
def scan(file_id: str) -> None:
    """Ask the virus scanner about one file. While it is away the file waits; each lease that runs out is another try."""
    key, url = UUID(file_id), current_app.config["CLAMD_URL"]
    if not url or not attachments.claim(key, now=datetime.now(UTC)):
        return
    try:
        with storage().open(key.hex) as stream:
            verdict = verdict_on(stream, url)
    except (ScannerAway, OSError) as error:
        log.warning("File %s was not scanned: %s", key, error)
        return
    attachments.hear(key, verdict, now=datetime.now(UTC))
    if verdict:
        storage().delete(key.hex)


@shared_task(name="review_app.tasks.remind")
def remind() -> None:
    """State what is due within 30 days, and what is late."""
    reminders.state_due_reminders(datetime.now(UTC))


@shared_task(name="review_app.tasks.forget")
def forget() -> None:
    """Delete what browsers sent and nobody came back for."""
    sent.forget_old(datetime.now(UTC))


@shared_task(name="review_app.tasks.tidy")
def tidy() -> None:
    """Give up files that nothing has named for long, and delete the bytes nobody can ask for."""
    now = datetime.now(UTC)
    attachments.forget_unused(now)
    log.info("Files deleted: %s.", attachments.empty_storage(now))


@shared_task(name="review_app.tasks.look")
def look() -> None:
    """Look for rows that contradict each other, and say so in the log. The office's page of health shows the same."""
    for sentence, ids in invariants.broken().items():
        log.error("The database contradicts itself: %s (%s).", sentence, ", ".join(ids))


def _ring_for(notice_ids: Sequence[int]) -> None:
    for notice_id in notice_ids:
        _ring(send_notice, notice_id)


def _ring(task: Any, *args: int | str) -> None:
    """Queue a task. A dead broker is no error: the sweeper rings again."""
    with suppress(OperationalError):
        # Rings do not pile up behind a worker that is away: they lapse, and the rows stay.
        task.apply_async(args=args, expires=60)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:1000]
