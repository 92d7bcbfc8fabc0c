"""Reference data that every installation needs, demo or not: the parties that report."""

from pathlib import Path
from typing import Any

import yaml

from review_app.operations import parties
from review_app.operations.parties import PartyLine
from review_app.permissions import SYSTEM
from review_app.questionnaire.language import LANGUAGES

DATA = Path(__file__).parent / "data"


def read_data(name: str) -> Any:
    """The content of seeds/data/<name>.yaml."""
    return yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))


def load_parties() -> int:
    """Bring the parties of the database up to date with seeds/data/parties.yaml; returns how many there are."""
    lines = [
        PartyLine(line["code"], {language: line[language] for language in LANGUAGES}, line["region"])
        for line in read_data("parties")
    ]
    return parties.load_parties(SYSTEM, lines)
