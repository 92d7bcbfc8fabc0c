"""What reading an old text and checking its measure cost beside parsing it as JSON and looking through it once; memory over many.

What `review-app check-measures` costs, which does both, is printed for information.
"""

import gc
import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.pages import pages
from review_app.cli import keep_what_is_loaded
from review_app.readers.checking import check_measure, check_text, laid_out
from review_app.readers.measures import read

TIMES = 10  # of the baseline, for reading and for checking alike
KEPT, GROWTH = 1000, 2.0  # texts before memory is looked at; MiB it may grow by afterwards
BATCHES, SIZE = 48, 25
WORD = re.compile(r"\w+")


def _pass(stored: str) -> list[str]:
    return WORD.findall(json.loads(stored)["text"])


BASE, BOTH = "JSON and one pass", "both, as one work"
# Name -> what is made ready of a text beforehand, and the work on that.
WORKS: dict[str, tuple[Callable[[str], Any], Callable[[Any], object]]] = {
    BASE: (lambda text: json.dumps({"text": text}), _pass),
    "reading a text": (str, read),
    "checking a measure": (lambda text: laid_out(read(text)), lambda measure: check_measure(*measure)),
    BOTH: (str, check_text),
}


def run(*, count: int) -> list[str]:
    """Measure, then read and check `count` texts for their memory; prints a line each and returns what was missed."""
    keep_what_is_loaded()  # as a worker does, and the commands for files
    times: dict[str, list[float]] = {name: [] for name in WORKS}
    found, length = pages(BATCHES * SIZE * len(WORKS)), 0
    for _ in range(BATCHES):
        for name, (prepared, work) in WORKS.items():  # each on texts that none has seen
            batch = list(islice(found, SIZE))
            length += sum(map(len, batch))
            given = [prepared(text) for text in batch]
            before = time.process_time()
            for one in given:
                work(one)
            times[name].append((time.process_time() - before) / SIZE * 1e6)
    base, missed = times.pop(BASE), []
    print(f"\nTexts of {length / (BATCHES * SIZE * len(WORKS)):.0f} characters, CPU time a text; {BASE}: {median(base):.0f} us")
    for name, taken in times.items():
        ratio = _times(taken, base)
        verdict = "" if name == BOTH else f"   asked {TIMES} x   {'met' if ratio <= TIMES else 'MISSED'}"
        missed += [name] if "MISSED" in verdict else []
        print(f"{name:<20}{median(taken):>8.0f} us{ratio:>8.1f} x{verdict}")
    return missed + _memory(pages(KEPT + count))


def _times(taken: Sequence[float], base: Sequence[float]) -> float:
    """Batch against the batch beside it, so that a busy machine is busy for both."""
    return median(one / other for one, other in zip(taken, base, strict=True))


def _memory(found: Iterable[str]) -> list[str]:
    """Memory over many texts: what is left behind by each would add up."""
    before, seen = 0.0, 0
    for seen, text in enumerate(found, start=1):
        check_text(text)
        if seen == KEPT:
            gc.collect()
            before = _resident()
    gc.collect()
    grown = _resident() - before
    missed = [] if grown <= GROWTH else ["memory over many texts"]
    verdict = "MISSED" if missed else "met"
    print(f"memory after {seen - KEPT:,} more texts were checked: {grown:+.1f} MiB   asked at most +{GROWTH:g} MiB   {verdict}\n")
    return missed


def _resident() -> float:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
