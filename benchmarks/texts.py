"""What reading and checking an old text costs beside parsing it as JSON and looking through it once, and whether memory grows."""

import gc
import json
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from benchmarks.world import measure_answers
from review_app.questionnaire.language import LANGUAGES, Questionnaire
from review_app.questionnaire.library import library
from review_app.readers.checking import check_text
from review_app.readers.measures import read

TIMES = 10  # of the baseline, for reading and for checking alike
KEPT, GROWTH = 500, 2.0  # texts before memory is looked at; MiB it may grow by afterwards
WORDS = re.compile(r"\w+")
CODES = (
    "name", "agency", "website", "features", "youth", "results", "finance", "partners", "evaluated", "conclusions", "goals",
)  # fmt: skip


def texts(count: int) -> list[str]:
    """As many old measures under the captions of the form, in all languages, no two alike."""
    form = library.get("qpr", "2019")
    return [_text(form, number, LANGUAGES[number % len(LANGUAGES)]) for number in range(count)]


def _text(form: Questionnaire, number: int, language: str) -> str:
    group = next(group for _, group in form.groups() if "features" in {question.role for question in group.questions})
    answers = measure_answers(number, f"Q{number:05}")
    lines = [answers["name"], "Chile", "2016"]
    by_role = {question.role or question.code: question for question in group.questions}
    for code in CODES:
        question = by_role.get("money" if code == "finance" else code) or by_role.get(code)
        if question and code != "name":
            lines += [question.label.within(language), _words(answers[code])]
    return "\n".join(lines)


def _words(answer: object) -> str:
    if isinstance(answer, list):
        return "\n".join(" ".join(one.values()) if isinstance(one, dict) else str(one) for one in answer)
    return {"yes": "YES", "no": "NO"}.get(str(answer), str(answer))


def run(*, count: int, at_a_time: int = 25) -> list[str]:
    """Measure on `count` texts; prints a line each and returns what was missed."""
    found = texts(at_a_time * 8)
    stored = [json.dumps({"text": text}) for text in found]
    length = sum(map(len, found)) / len(found)

    def plain(number: int) -> None:
        WORDS.findall(json.loads(stored[number])["text"])

    works: dict[str, Callable[[int], object]] = {
        "json and one pass": plain, "reading a text": lambda number: read(found[number]),
        "checking a text": lambda number: check_text(found[number]),
    }
    times: dict[str, list[float]] = {name: [] for name in works}
    for start in range(0, len(found), at_a_time):
        for name, work in works.items():
            before = time.process_time()
            for number in range(start, start + at_a_time):
                work(number)
            times[name].append((time.process_time() - before) / at_a_time * 1e6)
    base, missed = median(times.pop("json and one pass")), []
    print(f"\nTexts of {length:.0f} characters: CPU time a text; {base:.0f} us for JSON and one pass of a regular expression")
    for name, taken in times.items():
        ratio = median(taken) / base
        verdict = "met" if ratio <= TIMES else "MISSED"
        missed += [] if ratio <= TIMES else [name]
        print(f"{name:<18}{median(taken):>8.0f} us{ratio:>8.1f} x   asked {TIMES} x   {verdict}")
    return missed + _memory(found, count)


def _memory(found: Sequence[str], count: int) -> list[str]:
    """Memory over many texts: what is left behind by each would add up."""
    for number in range(KEPT):
        read(found[number % len(found)])
    gc.collect()
    before = _resident()
    for number in range(count):
        read(f"{found[number % len(found)]} ({number})")
    gc.collect()
    grown = _resident() - before
    is_flat = grown <= GROWTH
    print(f"memory after {count} more texts: {grown:+.1f} MiB   asked at most +{GROWTH:g} MiB   {'met' if is_flat else 'MISSED'}\n")
    return [] if is_flat else ["memory over many texts"]


def _resident() -> float:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
