"""Texts are read: what stands in them, what cannot be read, what is there already, and when a batch is through."""

from typing import Any

import pytest
from sqlalchemy import func, select

from review_app.extensions import db as database
from review_app.models import Entry, ImportBatch, ImportText
from review_app.operations import importing
from review_app.permissions import SYSTEM
from review_app.queries.imports import PATIENCE, batches_with_work
from review_app.queries.invariants import broken
from review_app.readers.measures import read as read_measure
from tests.old_texts import GROUP, NOW, begin, measure, plan, statuses, text_named, work, zipped

LATER = NOW + PATIENCE * 2


def test_the_same_words_enter_a_cycle_once(db: Any) -> None:
    first = begin({"a.txt": measure("Barges"), "copy.txt": measure("Barges")})
    second = begin({"again.txt": measure("Barges")})

    assert sorted(statuses(first).values()) == ["duplicate", "waiting"]
    assert statuses(second) == {"again.txt": "duplicate"}
    other = begin({"a.txt": measure("Barges")}, slug="reports-2020")
    assert statuses(other) == {"a.txt": "waiting"}


def test_what_can_not_be_read_says_why_and_may_be_sent_again(db: Any) -> None:
    batch = begin({"scan.pdf": "%PDF-1.4 cut", "old.doc": "\x89nothing\0"})
    work(batch)

    assert statuses(batch) == {"scan.pdf": "refused", "old.doc": "refused"}
    assert {text_named("scan.pdf").problem, text_named("old.doc").problem} == {"broken", "unknown"}
    assert statuses(begin({"scan.pdf": "%PDF-1.4 cut"})) == {"scan.pdf": "waiting"}


def test_a_whole_report_becomes_a_text_a_measure(db: Any) -> None:
    page = "".join(f"<h2>{name}</h2><p>Describe the main features of the policy/measure:</p><p>Of {name}.</p>"
                   "<p>Results of the measure</p><p>Many.</p>" for name in ("Barges", "Quays"))  # fmt: skip
    batch = begin({"report.html": f"<html>{page}</html>"}, party="CL")
    work(batch)

    rows = database.session.execute(
        select(ImportText.part, ImportText.title, ImportText.party_code).order_by(ImportText.part)
    ).all()
    assert rows == [(1, "Barges", "CL"), (2, "Quays", "CL")]


def test_archives_are_opened_by_the_worker_and_what_is_wrong_with_one_holds_up_no_other(db: Any) -> None:
    """In the request of who sends it an archive is one file, however much is in it."""
    first, second = measure("Barges").encode(), measure("Quays").encode()
    members = {"copy.txt": first, "new.txt": second, "inner.zip": zipped({"more.txt": b"words"}), "._x": b"nothing"}
    damaged = zipped({"broken.txt": second * 9})
    given = {
        "a.txt": first, "old.zip": zipped(members), "cut.zip": damaged[:-30], "changed.zip": damaged.replace(b"Quays", b"Ports"),
        "known.zip": zipped({"b.txt": first}), "none.zip": zipped({".hidden": b"x"}), "shell.zip": zipped({"in.zip": zipped({})}),
    }  # fmt: skip
    cycle = plan()
    begun = importing.begin_with_files(
        SYSTEM, list(given.items()), cycle_id=cycle.id, group=GROUP, party_code=None, source="", now=NOW
    )
    assert statuses(begun.id) == dict.fromkeys(given, "waiting")

    work(begun.id)
    assert statuses(begun.id) == {
        "a.txt": "ready", "copy.txt": "duplicate", "new.txt": "ready", "inner.zip": "refused", "cut.zip": "refused",
        "changed.zip": "refused", "known.zip": "duplicate", "b.txt": "duplicate", "none.zip": "refused", "in.zip": "refused",
    }  # fmt: skip
    problems = database.session.execute(select(ImportText.name, ImportText.problem).where(ImportText.problem.is_not(None)))
    assert dict(problems.all()) == {
        "inner.zip": "inner_archive", "in.zip": "inner_archive", "cut.zip": "archive", "changed.zip": "archive",
        "none.zip": "empty",
    }  # fmt: skip
    kept = select(func.count()).where(ImportText.status == "duplicate", ImportText.content.is_not(None))
    assert database.session.scalar(kept) == 0, "the bytes of a file that is there already are kept again"
    assert broken() == {}


def test_a_text_says_its_party_only_when_it_is_one(db: Any) -> None:
    batch = begin(
        {
            "peru.txt": measure("Barges"),
            "nowhere.txt": measure("Quays", "Ruritania"),
            "france.txt": measure("Ports", "France"),
        }
    )
    work(batch)

    assert statuses(batch) == {"peru.txt": "ready", "nowhere.txt": "asking", "france.txt": "asking"}
    assert [doubt["why"] for doubt in text_named("france.txt").doubts] == ["no_party"]


def test_a_batch_stops_and_goes_on(db: Any) -> None:
    batch = begin({f"{number}.txt": measure(f"Barge {number}") for number in range(3)})
    importing.stop(SYSTEM, batch, is_stopped=True, now=NOW)
    work(batch)
    assert set(statuses(batch).values()) == {"waiting"}
    assert batches_with_work(LATER) == []

    importing.stop(SYSTEM, batch, is_stopped=False, now=NOW)
    assert batches_with_work(LATER) == [batch]
    work(batch)
    assert set(statuses(batch).values()) == {"ready"}
    assert batches_with_work(LATER) == []


def test_a_batch_of_nobody_tells_nobody_and_is_through(db: Any) -> None:
    batch = begin({"a.txt": measure("Barges")})
    work(batch)

    assert database.session.get_one(ImportBatch, batch).told_at == NOW
    assert batches_with_work(LATER) == []
    assert database.session.scalar(select(func.count()).select_from(Entry).where(Entry.fact == "import.finished")) == 0
    assert broken() == {}


def test_a_text_that_nobody_foresaw_is_refused_and_holds_up_no_other(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the reader stumbles over: here it is made to, since every text that is known to break it was mended."""
    batch = begin({"good.txt": measure("Barges"), "odd.txt": measure("Odd"), "last.txt": measure("Quays")})

    def stumble(text: str) -> Any:
        if text.startswith("Odd"):
            raise ZeroDivisionError
        return read_measure(text)

    monkeypatch.setattr(importing, "read", stumble)
    work(batch)
    assert statuses(batch) == {"good.txt": "ready", "odd.txt": "refused", "last.txt": "ready"}
