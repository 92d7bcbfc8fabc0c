"""How many findings on old texts are right, as one reader judged them, and whether the client's documents get those asked for."""

import csv
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from review_app.checks.found import Found
from review_app.readers.checking import check_text
from tests.figures.conftest import Figure

SHARED = Path(__file__).parents[3] / "shared"
SEEDS = sorted((SHARED / "seeds").glob("*.txt"))
TEXTS = [*SEEDS, *sorted((SHARED / "corpus" / "texts").glob("*.txt"))]
Key = tuple[str, str, str, int]

with (Path(__file__).parent / "judged.csv").open(encoding="utf-8", newline="") as file:
    JUDGED = {
        (row["text"], row["rule"], row["field"], int(row["offset"])): row["judgement"] for row in csv.DictReader(file)
    }

# Seed -> (error, warning, note, never). TMPL-01 is not asked for: the case study has its own form.
EXPECTED: dict[str, tuple[str, str, str, str]] = {
    "000": (
        "EVAL-01 TAG-01",
        "REQ-02 EVAL-02 NUM-02 TIME-01 TEXT-01 SCOPE-01 TAG-02",
        "EVAL-04 PART-05 TEXT-03 UI-01",
        "REQ-01 MON-01 MON-02 MON-04 SPAM-01",
    ),
    "001": (
        "EVAL-01 TAG-01",
        "EVAL-02 TIME-01 MON-05 TAG-02 TAG-03",
        "PART-05 NUM-01",
        "REQ-01 REQ-03 PART-01 MON-01 SPAM-01",
    ),
    "002": (
        "EVAL-01 TAG-01",
        "EVAL-02 PART-04",
        "LANG-01 UI-02 TEXT-03",
        "PART-01 MON-01 MON-05 SPAM-01",
    ),
    "003": (
        "EVAL-01 PART-01 TAG-01 SPAM-01",
        "EVAL-02 TIME-01 MON-05 TAG-02",
        "LANG-01 UI-02",
        "NUM-02 MON-02",
    ),
    "004": ("", "NUM-04", "UI-01", "MON-01 SPAM-01"),
}
TAGS = {"000": {"goals", "domains"}, "001": {"goals"}, "002": {"goals", "domains"}, "003": {"goals"}, "004": set()}


@cache
def found(path: Path) -> tuple[tuple[Key, Found], ...]:
    """Every finding on a text, with where its quote begins (-1: it quotes nothing)."""
    text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8-sig"))
    return tuple(
        ((path.stem, one.rule, one.question, text.find(one.quote) if one.quote else -1), one)
        for one in check_text(text)
    )


@pytest.mark.skipif(not TEXTS, reason="the labelled texts are not beside the project")
def test_nine_findings_of_ten_are_right(figure: Figure) -> None:
    keys = Counter(key for path in TEXTS for key, _ in found(path))
    right = sum(times for key, times in keys.items() if JUDGED.get(key) == "right")

    unjudged = set(keys) - set(JUDGED)
    percent = round(100 * right / keys.total(), 1)
    figure("findings on the labelled texts judged right, in percent", percent, at_least=90, shown=f"unjudged: {unjudged}")
    assert set(JUDGED) - set(keys) == set()
    assert set(JUDGED.values()) == {"right", "wrong"}


@pytest.mark.skipif(not TEXTS, reason="the client's documents are not beside the project")
def test_the_documents_of_the_client(figure: Figure) -> None:
    missed: list[tuple[str, str]] = []
    for path in SEEDS:
        error, warning, note, never = (set(rules.split()) for rules in EXPECTED[path.stem[:3]])
        told = {(one.severity, one.rule) for _, one in found(path)}
        for severity, rules in (("error", error), ("warning", warning), ("note", note)):
            missed += [(path.stem, rule) for rule in rules if (severity, rule) not in told]
        missed += [(path.stem, f"not {rule}") for _, rule in told if rule in never]
        tagged = {one.question for _, one in found(path) if one.rule == "TAG-01"}
        assert tagged == TAGS[path.stem[:3]], path.stem

    figure("findings asked for on the client's documents that are missing or ruled out", len(missed), exactly=0, shown=missed)
