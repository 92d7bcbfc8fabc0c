"""What looking into hostile attachments costs: CPU time and memory of the confined process, one line a file."""

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import PurePosixPath

from review_app.readers.attachments import ENDINGS, looked_into, plain_name
from review_app.readers.files import FileProblem
from tests.hostile_files import HOSTILE, Hostile

MOST_SECONDS, MOST_MIB = 5.0, 100.0


# A small process between us and what is measured: a child counts the memory of the process it was forked from as its own.
_MEASURE = """
import os, sys
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
used = os.wait4(child, 0)[2]
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def run() -> list[str]:
    """Print seconds and MiB of each; the names of those that take too much of either."""
    print(f"\nHostile attachments: at most {MOST_SECONDS:.0f} s and {MOST_MIB:.0f} MiB each")
    print(f"{'way':18}{'name':24}{'bytes':>10}{'seconds':>9}{'MiB':>7}  outcome")
    missed = []
    for case in HOSTILE:
        seconds, mib, size = _cost(case)
        name = plain_name(case.name)[:22]
        print(f"{case.way:18}{name:24}{size:10}{seconds:9.2f}{mib:7.0f}  {case.outcome}", flush=True)
        missed += [f"{case.way} {name}"] if seconds > MOST_SECONDS or mib > MOST_MIB else []
    return missed


def _cost(case: Hostile) -> tuple[float, float, int]:
    """CPU seconds here and in the confined process, memory of that process in MiB, and the bytes of the file."""
    content, began = case.make(), time.process_time()
    with suppress(FileProblem):
        looked_into(case.name, content)
    here = time.process_time() - began
    kind = ENDINGS.get(PurePosixPath(plain_name(case.name)).suffix.lower().lstrip("."))
    if kind is None or not content:
        return here, 0.0, len(content)
    argv = [sys.executable, "-m", "review_app.readers.confined", f"attached-{kind}"]
    told = subprocess.run([sys.executable, "-c", _MEASURE, *argv], input=content, capture_output=True, check=True)
    seconds, kib = map(float, told.stdout.splitlines()[-1].split())
    return here + seconds, kib / 1024, len(content)
