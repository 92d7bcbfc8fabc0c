"""Fills a database.

    python -m seeds               build the demo world, once: nothing happens when there are people already
    python -m seeds --people      the people of the demo and their passwords
    python -m seeds --reference   only what every installation needs: the parties
"""

import argparse
import sys
from datetime import UTC, datetime

from config import Settings, SetupError
from review_app.database import is_empty
from review_app.extensions import db
from review_app.wiring import create_app
from seeds import demo, reference


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m seeds", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--people", action="store_true", help="only print who may sign in to the demo")
    what.add_argument("--reference", action="store_true", help="only load the parties")
    given = parser.parse_args()
    if given.people:
        print(demo.people_table())
        return
    try:
        print(fill(Settings.from_environment(), only_reference=given.reference))
    except SetupError as error:
        sys.exit(str(error))


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
