"""Fills a database.

    python -m seeds               build the demo world, once: nothing happens when there are people already
    python -m seeds --people      the people of the demo, their passwords, and what can be tried
    python -m seeds --reference   only what every installation needs: the parties
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from config import Settings, SetupError
from review_app.database import is_empty
from review_app.extensions import db
from review_app.wiring import create_app
from seeds import demo, reference
from seeds.reference import read_data


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m seeds", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--people", action="store_true", help="only print who may sign in to the demo, and what to try")
    what.add_argument("--reference", action="store_true", help="only load the parties")
    given = parser.parse_args()
    if given.people:
        print(people_table(), tries_table(), sep="\n\n")
        return
    try:
        print(fill(Settings.from_environment(), only_reference=given.reference))
    except SetupError as error:
        sys.exit(str(error))


def people_table() -> str:
    """Who may sign in to the demo, for a terminal."""
    rows = [("Who", "Role", "Language", "Sign in with", "Password")]
    for line in read_data("people"):
        role = f"{line['role']} {line.get('party', '')}".strip() + (" (one section)" if line.get("sections") else "")
        rows.append((line["name"], role, line["language"], line["email"], line.get("password", "(invited, not joined yet)")))
    return _columns(rows)


def tries_table() -> str:
    """What can be tried in the demo, and as whom, for a terminal."""
    return _columns([("As", "Try"), *((line["as"], line["try"]) for line in read_data("tries"))])


def _columns(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def fill(settings: Settings, *, only_reference: bool = False) -> str:
    """Load the parties, or build the demo world; returns what was done. Raises SetupError outside a demo."""
    if not only_reference and not settings.is_demo:
        raise SetupError(
            "The demo world has people whose passwords everybody knows: it is built only where DEMO=yes is set.\n"
            "A real installation needs `python -m seeds --reference`."
        )
    if not only_reference and not is_empty(settings):
        return "There are people already: nothing was done."
    with create_app(settings).app_context():
        try:
            if only_reference:
                return f"{reference.load_parties()} parties are up to date."
            demo.build_world(datetime.now(UTC))
            return "The demo world is built."
        finally:
            db.session.remove()
            db.engine.dispose()


if __name__ == "__main__":
    main()
