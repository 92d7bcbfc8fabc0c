"""`review-app check-measures`: one line a measure, findings that quote, silence about what was cut off."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from review_app.readers.checking import check_text, records


def printed(*paths: Path) -> list[dict[str, Any]]:
    run = subprocess.run(
        [sys.executable, "-m", "review_app.cli", "check-measures", *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_a_finding_quotes_the_sentence(tmp_path: Path) -> None:
    path = tmp_path / "boats.txt"
    path.write_text(
        "The Reading Boats\n\nMinistry of the Harbour\n"
        "Describe the main features of the policy/measure:\n\nBoats with shelves. They moor where no library is.\n\n"
        "What are the results achieved so far through the implementation of the policy/measure?:\n\n"
        "In 2019 there were 40 boats, of which 25 on the lake and 14 on the river.\n\n"
        "Financial resources allocated to the policy/measure in USD:\n\nUSD 1,200 (2019)\n\n"
        "Has the implementation of the policy/measure been evaluated?:\nNO\n\n"
        "Goal(s) of UNESCO's 2005 Convention\nSupport sustainable systems of governance for culture\n"
        "Cultural Domain(s)\nPublishing\n",
        encoding="utf-8",
    )

    [line] = printed(path)

    assert line["path"] == str(path)
    assert [one for one in line["findings"] if one["severity"] != "note"] == [
        {
            "rule": "NUM-01",
            "severity": "warning",
            "field": "results",
            "quote": "In 2019 there were 40 boats, of which 25 on the lake and 14 on the river.",
            "message": "25 + 14 = 39, but the text says 40: correct the total or a part.",
        }
    ]


def test_nothing_is_said_about_what_was_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "cut.txt"
    path.write_text(
        "The Reading Boats\n\nMinistry of the Harbour\n"
        "Describe the main features of the policy/measure:\n\nBoats with shelves. They moor where no libr",
        encoding="utf-8",
    )

    assert printed(path) == [{"path": str(path), "findings": []}]


def test_a_sum_in_which_the_text_breaks_off_is_not_doubted() -> None:
    text = "The Boats\n\nMinistry of the Harbour\nResults achieved\n\n40 boats.\n\nFinancial resources allocated to the policy\n\n"

    def doubted(words: str) -> list[str]:
        return [one["quote"] for one in records(check_text(text + words)) if one["rule"] == "MON-02"]

    assert doubted("2018: USD 7.2 mi") == []
    assert doubted("2018: USD 7.250; 2019: USD 7.2 mi") == ["USD 7.250"]


@given(st.text(alphabet="abcAB 12,.;:()'’\n?-%€$œé", max_size=600))
@settings(max_examples=60, deadline=None)
def test_no_text_makes_a_rule_raise(text: str) -> None:
    words = f"The Boats\n\nMinistry\nResults achieved\n{text}\nFinancial resources allocated to the policy\n{text}"

    assert all(set(one) == {"rule", "severity", "field", "quote", "message"} for one in records(check_text(words)))
