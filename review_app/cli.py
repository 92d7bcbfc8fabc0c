"""`review-app`: the command line of an installation. Each verb reads the settings and hands over to one other room."""

import gc
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config import Settings, SetupError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from review_app.questionnaire.crosswalk_loading import Editions
    from review_app.readers.blocks import Source

FILES_A_TRANSACTION = 200
NEW_OBJECTS = 10_000  # before garbage is looked for among them; a page makes some hundreds that last

# What a verb needs is imported inside it: `review-app --help` and the checks of files need no database driver.


def application() -> "Flask":
    """The application as the environment describes it: what a WSGI server is pointed at."""
    from review_app.wiring import create_app

    app = create_app(Settings.from_environment())
    keep_what_is_loaded()
    return app


def keep_what_is_loaded() -> None:
    """No garbage is looked for in what lives as long as the process: with an application that took 0.2 s every few pages."""
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)


@click.group(help=__doc__)
def command() -> None:
    pass


@command.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Address and port to listen on.")
@click.option("--workers", default=2, show_default=True, help="Processes.")
@click.option("--threads", default=4, show_default=True, help="Requests each process answers at a time.")
@click.option("--access-log/--no-access-log", default=False, help="One line a request on standard output.")
def web(bind: str, workers: int, threads: int, access_log: bool) -> None:
    """Answer HTTP requests (gunicorn with threads)."""
    argv = [
        sys.executable, "-m", "gunicorn", "review_app.cli:application()", "--bind", bind, "--worker-class", "gthread",
        "--workers", str(workers), "--threads", str(threads), "--timeout", "60", "--graceful-timeout", "20",
        # A socket of the user's home, which nobody here speaks to, and which a second installation would take away.
        "--no-control-socket",
        # Heartbeats on a disk that stalls would get healthy workers killed.
        *(["--worker-tmp-dir", "/dev/shm"] if os.path.isdir("/dev/shm") else []),
        *(["--access-logfile", "-"] if access_log else []),
    ]
    os.execv(sys.executable, argv)


@command.command()
@click.option("--concurrency", default=2, show_default=True, help="Processes that run tasks.")
@click.option("--log-level", default="INFO", show_default=True)
def worker(concurrency: int, log_level: str) -> None:
    """Run tasks: reactions to facts, checks, mail."""
    from review_app.tasks import PATIENT

    celery = application().extensions["celery"]
    celery.conf.broker_transport_options = PATIENT
    flags = ["--without-gossip", "--without-mingle", "--concurrency", str(concurrency), "--loglevel", log_level]
    celery.worker_main(["worker", *flags])


@command.command()
@click.option("--log-level", default="INFO", show_default=True)
def clock(log_level: str) -> None:
    """Start the tasks that run by time. Two clocks are harmless: due times are rows that one of them claims."""
    celery = application().extensions["celery"]
    # No schedule file: what has run is known from the database.
    celery.start(["beat", "--scheduler", "celery.beat:Scheduler", "--pidfile=", "--loglevel", log_level])


@command.group()
def database() -> None:
    """Prepare the database."""


@database.command("roles")
def database_roles() -> None:
    """Create the three roles and the database; needs DATABASE_ADMIN_URL. Safe to repeat."""
    from review_app.database import make_roles

    make_roles(Settings.from_environment())
    click.echo("Roles and database are there.")


@database.command("migrate")
def database_migrate() -> None:
    """Bring the tables up to date; needs DATABASE_OWNER_URL. Safe to repeat."""
    from review_app.database import DatabaseError, migrate
    from review_app.wiring import create_app

    settings = Settings.from_environment()
    if not settings.database_owner_url:
        raise DatabaseError("DATABASE_OWNER_URL is not set: only the owner may change tables.")
    migrate(create_app(replace(settings, database_url=settings.database_owner_url)))
    click.echo("Tables are up to date.")


@database.command("reset")
@click.option("--yes-delete-everything", is_flag=True, help="Say that you mean it.")
def database_reset(yes_delete_everything: bool) -> None:
    """Delete the database and create it empty; needs DATABASE_ADMIN_URL. Run `database migrate` next."""
    from review_app.database import drop_database, make_roles

    settings = Settings.from_environment()
    if not yes_delete_everything:
        raise click.UsageError("This deletes every report. Add --yes-delete-everything if you mean it.")
    drop_database(settings)
    make_roles(settings)
    click.echo("The database is empty.")


@command.group()
def questionnaires() -> None:
    """Work on questionnaires."""


@questionnaires.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def questionnaires_check(paths: tuple[Path, ...]) -> None:
    """Read questionnaire and crosswalk files (or folders of them) and list every fault with file, line and question."""
    from review_app.questionnaire.library import crosswalk_files, questionnaire_files
    from review_app.questionnaire.loading import QuestionnaireError, load

    faulty, editions = 0, {}
    crosswalks = crosswalk_files(paths)
    # A crosswalk is read against the editions beside it.
    for path in dict.fromkeys((*questionnaire_files(paths), *questionnaire_files(file.parent for file in crosswalks))):
        try:
            found = load(path)
        except QuestionnaireError as error:
            faulty += 1
            click.echo(str(error), err=True)
        else:
            editions[found.name, found.edition] = found
            ours = sum(not question.official for question in found.every_question())
            click.echo(f"{path}: {found.name} {found.edition} is well-formed. Questions worded by us: {ours}.")
    faulty += sum(not _crosswalk_is_whole(path, editions) for path in crosswalks)
    if faulty:
        raise click.ClickException(f"{faulty} of these files cannot be used yet.")


def _crosswalk_is_whole(path: Path, editions: "Editions") -> bool:
    from review_app.questionnaire.crosswalk_loading import load_crosswalk
    from review_app.questionnaire.loading import QuestionnaireError

    try:
        found = load_crosswalk(path, editions)
    except QuestionnaireError as error:
        click.echo(str(error), err=True)
        return False
    for code in found.unmapped:
        click.echo(f"{path}: question {code}: no line says what becomes of it, or where it comes from: add one", err=True)
    if not found.unmapped:
        click.echo(f"{path}: {found.newer.name} {found.older.edition} to {found.newer.edition} is whole.")
    return not found.unmapped


@command.command("read-measures")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def read_measures(paths: tuple[Path, ...]) -> None:
    """Read old reports (text, HTML, DOCX, PDF): one JSON object a line for each measure, in their order. Needs no database.

    A plain text is one measure. Of a file with several, each line also has its `part`, counted from 1.
    """
    from review_app.readers.contract import record
    from review_app.readers.measures import read

    _print_measures(paths, lambda source: record(read(source.text), around=source.around))


@command.command("check-measures")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_measures(paths: tuple[Path, ...]) -> None:
    """Check old reports (text, HTML, DOCX, PDF): one JSON object a line for each measure, in their order. Needs no database."""
    from review_app.readers.checking import check_text, records

    _print_measures(paths, lambda source: {"findings": records(check_text(source.text))})


def _print_measures(paths: tuple[Path, ...], answer: "Callable[[Source], dict[str, Any]]") -> None:
    """One line for each measure of the files; those that cannot be read are named at the end."""
    import json

    from review_app.readers.files import FileProblem, sources

    keep_what_is_loaded()
    problems = 0
    for path in paths:
        try:
            found = sources(path.name, path.read_bytes())
        except FileProblem as problem:
            problems += 1
            click.echo(f"{path}: {problem}", err=True)
            continue
        for part, source in enumerate(found, start=1):
            place = {"path": str(path), "part": part} if len(found) > 1 else {"path": str(path)}
            click.echo(json.dumps({**place, **answer(source)}, ensure_ascii=False))
    if problems:
        raise click.ClickException(f"{problems} of {len(paths)} files could not be read.")


@command.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--cycle", required=True, help="The short name of the cycle the reports go into.")
@click.option("--group", default="", help="The repeated group each text becomes an entry of; none for reports of their own.")
@click.option("--party", default="", help="Whose reports these are (code), when the texts do not say it themselves.")
@click.option("--source", default="", help="Where they were published; shown with the reports.")
def import_files(paths: tuple[Path, ...], cycle: str, group: str, party: str, source: str) -> None:
    """Bring in old reports: files, ZIP archives, folders. A worker reads them; the office's page of the import shows the rest."""
    from datetime import UTC, datetime

    from review_app.operations import importing
    from review_app.permissions import SYSTEM, NotFound
    from review_app.queries.office import cycle_with_slug
    from workflows.engine import Blocked

    names = [file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path]) if file.is_file()]
    with application().app_context():
        found = cycle_with_slug(cycle)
        if found is None:
            raise click.UsageError(f"There is no cycle {cycle!r}.")
        now = datetime.now(UTC)
        try:
            batch = importing.begin_batch(
                SYSTEM, cycle_id=found.id, group=group, party_code=party.upper() or None, source=source, now=now,
            )
            batch_id, added, duplicates = batch.id, 0, 0
            # A few hundred at a time: a worker begins at once, and a fault in one archive loses no other.
            for start in range(0, len(names), FILES_A_TRANSACTION):
                given = ((str(name), name.read_bytes()) for name in names[start:start + FILES_A_TRANSACTION])
                done = importing.add_files(SYSTEM, batch_id, given, now=now)
                added, duplicates = added + done.added, duplicates + done.duplicates
        except (Blocked, NotFound) as refused:
            reasons = refused.reasons if isinstance(refused, Blocked) else ("The questionnaire of this cycle is not installed.",)
            raise click.ClickException(" ".join(map(str, reasons))) from None
    click.echo(f"Import {batch_id}: {added} files are being read, {duplicates} were in this cycle already.")


@command.command()
@click.argument("email")
@click.option("--name", required=True, help="Whom the e-mail greets.")
@click.option("--language", type=click.Choice(("en", "fr", "es")), default="en", show_default=True, help="Of the e-mail.")
def administrator(email: str, name: str, language: str) -> None:
    """Invite an administrator: the first one of an installation, who invites everybody else on the web."""
    from datetime import UTC, datetime

    from review_app.operations.accounts import invite
    from review_app.permissions import SYSTEM, Denied
    from review_app.tokens import invitation_token

    app = application()
    with app.app_context():
        try:
            person = invite(SYSTEM, email=email, name=name, language=language, role="administrator", now=datetime.now(UTC))
        except Denied as denied:
            raise click.ClickException(str(denied.refusal)) from None
        home = f"{app.config['SETTINGS'].public_base_url}/{person.language}"
        click.echo(f"A worker mails the invitation to {person.email}. Should no mail come, this is its link:")
        click.echo(f"{home}/join/{invitation_token(person)}")


@command.command()
def workflow() -> None:
    """Print docs/workflow.md, drawn from the tables in workflows/."""
    from workflows.drawing import page

    click.echo(page(), nl=False)


@command.command()
def invariants() -> None:
    """Look for rows that contradict each other. Changes nothing; exits with 1 when it finds some."""
    from review_app.queries.invariants import INVARIANTS, broken

    app = application()
    with app.app_context():
        found = broken()
    for sentence, ids in found.items():
        click.echo(f"{sentence}: {', '.join(ids)}", err=True)
    if found:
        raise click.ClickException(f"{len(found)} of {len(INVARIANTS)} invariants are broken.")
    click.echo(f"All {len(INVARIANTS)} invariants hold.")


def main() -> None:
    """The entry point. Faults in settings or surroundings are told in a sentence, not in a traceback."""
    try:
        command()
    except SetupError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
