"""The reader against texts with labels, where they are at hand: they are no part of the project."""

import subprocess
import sys
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2].parent / "shared"
SCORER = SHARED / "tools" / "score_import.py"


@pytest.mark.skipif(not SCORER.exists(), reason="The texts with labels are not on this machine.")
def test_labelled_texts_are_read_right_and_lose_nothing() -> None:
    reader = [sys.executable, "-m", "review_app.cli", "read-measures"]
    scored = subprocess.run(
        [sys.executable, str(SCORER), "--fail-under", "0.95", "--verbose", "--", *reader],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )

    assert scored.returncode == 0, scored.stdout + scored.stderr
    assert "lost 0, changed or said twice 0" in scored.stdout
