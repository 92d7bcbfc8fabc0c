"""How well the labelled old texts are read, by the scorer that came with them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.figures.conftest import Figure

SCORER = Path(__file__).parents[3] / "shared" / "tools" / "score_import.py"


@pytest.mark.skipif(not SCORER.exists(), reason="the labelled texts are not beside the project")
def test_the_labelled_texts_are_read(figure: Figure) -> None:
    reader = [sys.executable, "-m", "review_app.cli", "read-measures"]
    run = subprocess.run([sys.executable, str(SCORER), "--", *reader], capture_output=True, text=True, check=True)
    lost, changed, f1 = re.findall(r"lost (\d+), changed or said twice (\d+)\n.*overall F1 ([\d.]+)", run.stdout)[0]
    figure("F1 of reading the labelled texts", float(f1), at_least=0.95)
    figure("letters lost, changed or said twice in reading", int(lost) + int(changed), exactly=0)
