"""The rules of the house, held by machine: each says which line to mend."""

import ast
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.exc import InternalError

from review_app.extensions import db as database
from review_app.extensions import start_reading
from review_app.models import Party
from review_app.notices import HEADLINES, NOTICES
from review_app.permissions import ACTIONS
from review_app.transaction import CommitOutsideAtomic
from workflows import drawing

ROOT = Path(__file__).parent.parent
SOURCES = [
    path
    for folder in ("review_app", "seeds")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
]
WORN = {"public", "open", "signed_in", *ACTIONS}


def trees() -> Iterator[tuple[Path, ast.AST]]:
    for path in SOURCES:
        yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def test_every_route_wears_an_access_rule(app: Flask) -> None:
    """A route without a rule is open to the world by mistake."""
    bare = {
        rule.endpoint: getattr(app.view_functions[rule.endpoint], "access_rule", None)
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static" and getattr(app.view_functions[rule.endpoint], "access_rule", None) not in WORN
    }
    assert bare == {}


def test_every_page_with_a_report_in_its_address_loads_it_through_the_actors_sight(app: Flask) -> None:
    loose = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "report_id" in rule.arguments
        and not str(getattr(app.view_functions[rule.endpoint], "access_rule", "")).startswith("report.")
    ]
    assert loose == []


def test_only_one_place_commits() -> None:
    found = {
        str(path)
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    }
    assert found == {"review_app/transaction.py"}


def test_a_commit_outside_an_operation_is_refused(db: object) -> None:
    database.session.add(Party(code="XX", names={"en": "Nowhere"}))
    with pytest.raises(CommitOutsideAtomic):
        database.session.commit()


def test_a_page_writes_nothing_outside_an_operation_not_even_in_plain_sql(app: Flask) -> None:
    with app.test_request_context():
        start_reading()
        with pytest.raises(InternalError, match="read-only transaction"):
            database.session.execute(insert(Party).values(code="XX", names={"en": "Nowhere"}))
        assert database.session.scalars(select(Party)).all() == []


def test_statements_that_write_are_made_by_operations_and_the_plumbing_below() -> None:
    """One that a page sends before it calls an operation within `held` would ride along with its commit."""
    writing = {"insert", "update", "delete"}
    found = {
        str(path)
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("sqlalchemy") and "operations" not in path.parts
        and writing & {name.name for name in node.names}
    }  # fmt: skip
    assert found == {"review_app/sessions.py", "review_app/transaction.py"}


def _writes_state(node: ast.AST, path: Path) -> bool:
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Attribute) and target.attr == "state" for target in node.targets)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "values":
        return any(word.arg == "state" for word in node.keywords)
    is_operation = "operations" in path.parts
    return (
        is_operation
        and isinstance(node, ast.Dict)
        and any(isinstance(k, ast.Constant) and k.value == "state" for k in node.keys)
    )


def test_only_the_steps_write_the_state_of_a_report_or_a_cycle() -> None:
    """By attribute, by `values(state=...)` or by a dict of column values. New rows may be born in a state."""
    writers = {str(path) for path, tree in trees() for node in ast.walk(tree) if _writes_state(node, path)}
    assert writers == {"review_app/operations/steps.py", "review_app/operations/cycles.py"}


def stated_facts() -> set[str]:
    """Every fact that an operation or a table of steps names."""
    pattern = re.compile(r'"((?:person|cycle|report|finding|answer|file|contribution)\.[a-z_0-9]+)"')
    places = [*(ROOT / "review_app" / "operations").glob("*.py"), *(ROOT / "workflows").glob("*.py")]
    found = {fact for path in places for fact in pattern.findall(path.read_text(encoding="utf-8"))}
    return found - set(ACTIONS)


def test_every_fact_has_its_line_in_the_notices_and_no_line_is_idle() -> None:
    assert stated_facts() - set(NOTICES) == set()
    assert set(HEADLINES) == set(NOTICES)


def test_every_mailed_fact_has_its_mail_in_two_forms() -> None:
    folder = ROOT / "templates" / "emails"
    mailed = {fact.replace(".", "_") for fact, told in NOTICES.items() if "mail" in told.channels}
    for suffix in ("txt", "html"):
        assert {path.stem for path in folder.glob(f"*_*.{suffix}") if not path.stem.startswith("_")} == mailed


def test_the_drawing_of_the_workflow_is_current() -> None:
    assert (ROOT / "docs" / "workflow.md").read_text(encoding="utf-8") == drawing.page(), "run `make docs`"


def test_the_editions_that_were_released_have_not_changed() -> None:
    """What a cycle may have been opened with stays as it is, byte by byte: make a new edition instead."""
    own = ROOT / "templates" / "reports"
    lines = (own / "checksums.txt").read_text(encoding="utf-8").splitlines()
    listed = {name: checksum for checksum, name in (line.split(maxsplit=1) for line in lines)}
    found = {str(path.relative_to(own)): hashlib.sha256(path.read_bytes()).hexdigest() for path in own.rglob("*.yaml")}
    assert found == listed


def test_the_tables_are_those_of_the_models(app: Flask) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from review_app.extensions import Base
    from review_app.models import published

    with app.app_context(), database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "compare_type": True,
                "include_name": lambda n, kind, _: kind != "schema" or n in (None, "published"),
            },
        )
        differences = compare_metadata(context, [Base.metadata, published.metadata])  # type: ignore[arg-type]
    assert [d for d in differences if "alembic_version" not in str(d)] == []


@pytest.mark.parametrize(
    "statement",
    [
        "update entry set fact = 'x'",
        "delete from entry",
        "update snapshot set content = ''",
        "delete from save",
        "update published.answer set value = '{}'",
        "delete from published.publication",
    ],
)
def test_the_app_role_cannot_change_what_is_for_ever(app: Flask, statement: str) -> None:
    from sqlalchemy.exc import ProgrammingError

    with (
        app.app_context(),
        database.engine.connect() as connection,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        connection.execute(text(statement))


@pytest.mark.parametrize("table", ["report", "answer", "person", "entry", "snapshot"])
def test_the_public_role_reads_nothing_but_what_was_published(app: Flask, table: str) -> None:
    from sqlalchemy.exc import ProgrammingError

    engine = app.extensions["public_engine"]
    with engine.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text(f"select * from {table}"))
    with engine.connect() as connection:
        assert connection.execute(text("select count(*) from published.publication")).scalar() == 0
