"""One form, one effect: sent twice one after the other, and at the same moment by two real threads."""

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text, update
from sqlalchemy.orm import Session

from config import Settings
from review_app.extensions import db
from review_app.models import AnsweredForm, Comment, Entry, Item, Membership, Person, Report, Save, WebSession
from review_app.operations import cycles, sent
from review_app.permissions import SYSTEM
from review_app.queries.invariants import broken
from review_app.transaction import CommitOutsideAtomic, atomic, held
from tests import steps_http as steps
from tests.browser import Browser, form_of, send
from tests.databases import empty
from tests.people import PASSWORD, SIGNATORY, add_parties, make_person, person_named, sign_in
from tests.places import step, write_whole
from tests.servers import Ground
from tests.waiting import wait_until

EDITION = ("programme-monitoring", "2026")
People = Mapping[str, Browser]


@pytest.fixture(scope="module")
def people(shared_app: Flask, settings: Settings, ground: Ground) -> Iterator[People]:
    """carla and rita at their browsers; each test has a report of its own."""
    with shared_app.app_context():
        add_parties()
        make_person("carla", "coordinator", "CL")
        make_person("rita", "reviewer")
        steps.open_cycle(*EDITION, ("PE", "Not ours"))
    yield {nick: sign_in(Browser(shared_app, settings.public_base_url), nick) for nick in ("carla", "rita")}
    with shared_app.app_context():
        found = broken()
    empty(settings, ground)
    assert found == {}, "a form sent twice left a database that contradicts itself"


@pytest.fixture
def report_id(shared_app: Flask, people: People, request: pytest.FixtureRequest) -> int:
    """A draft of Chile."""
    with shared_app.app_context():
        subject, now = request.node.name[:200], datetime.now(UTC)
        cycle_id = db.session.scalars(select(Report.cycle_id).limit(1)).one()
        cycles.expect(SYSTEM, cycle_id, party_code="CL", subject=subject, now=now)
        return db.session.scalars(select(Report.id).where(Report.subject == subject)).one()


@pytest.fixture
def under_review(shared_app: Flask, people: People, report_id: int) -> int:
    """A report that rita has taken."""
    with shared_app.app_context():
        carla = person_named("carla")
        write_whole(carla, report_id, "CL", "untaken")
        step(carla, report_id, "submit", signatory=SIGNATORY)
    steps.take(people["rita"], report_id)
    return report_id


@pytest.fixture
def count(shared_app: Flask) -> Callable[..., int]:
    """How many rows fulfil some conditions."""

    def counted(model: Any, *conditions: Any) -> int:
        with shared_app.app_context():
            return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0

    return counted


class AtOnce:
    """Sends one form from two threads. The first stops before its commit until the second waits for it."""

    def __init__(self, browsers: tuple[Browser, Browser], target: str, form: Mapping[str, str]) -> None:
        self.browsers, self.target, self.form = browsers, target, form
        self.answers: dict[int, tuple[int, str]] = {}
        self.is_ready, self.may_commit, self.has_waited = threading.Event(), threading.Event(), False
        self.first: int | None = None

    def run(self) -> list[tuple[int, str]]:
        event.listen(Session, "before_commit", self._stop)
        try:
            threads = [self._start(0)]
            assert self.is_ready.wait(60), "the first one never came to its commit"
            threads.append(self._start(1))
            wait_until(self._is_second_stopped, "the second waits for the first, or went by")
            self.may_commit.set()
            for thread in threads:
                thread.join(60)
        finally:
            self.may_commit.set()
            event.remove(Session, "before_commit", self._stop)
        return [self.answers[0], self.answers[1]]

    def _start(self, number: int) -> threading.Thread:
        def run() -> None:
            if number == 0:
                self.first = threading.get_ident()
            self.answers[number] = send(self.browsers[number], self.target, self.form)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def _is_second_stopped(self) -> bool:
        self.has_waited = _is_waiting(self.browsers[0]._client.application)
        return self.has_waited or 1 in self.answers

    def _stop(self, session: Session) -> None:
        if threading.get_ident() == self.first and not self.is_ready.is_set():
            self.is_ready.set()
            self.may_commit.wait(60)


def _is_waiting(app: Flask) -> bool:
    waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    with app.app_context(), db.engine.connect() as connection:
        return bool(connection.scalar(text(waiting)))


def same_person(browser: Browser) -> Browser:
    """The same browser session in another thread."""
    other = Browser(browser._client.application, browser.base_url)
    other._client._cookies = dict(browser._client._cookies or {})
    return other


def twice(how: str, browser: Browser, target: str, form: Mapping[str, str]) -> list[tuple[int, str]]:
    if how == "one after the other":
        return [send(browser, target, form), send(browser, target, form)]
    race = AtOnce((browser, same_person(browser)), target, form)
    answers = race.run()
    assert race.has_waited, "the second one went by while the first was open"
    return answers


@pytest.mark.parametrize("how", ["one after the other", "at once"])
class TestSentTwice:
    """Forms that are protected by a version, by a lock, and by nothing but the key."""

    def test_a_saved_answer(self, how: str, people: People, report_id: int, count: Callable[..., int]) -> None:
        target = f"/en/desk/reports/{report_id}/sections/budget"
        form = form_of(people["carla"].get(target), target, funding_sources="The lottery.")
        answers = twice(how, people["carla"], target, form)
        assert answers[0] == answers[1] and answers[0][0] == 302
        assert count(Save, Save.report_id == report_id) == 1
        assert "Saved." in people["carla"].get(answers[1][1]).text

    def test_a_new_entry(self, how: str, people: People, report_id: int, count: Callable[..., int]) -> None:
        page = f"/en/desk/reports/{report_id}/sections/indicators_section"
        target = f"/en/desk/reports/{report_id}/groups/indicators"
        form = form_of(people["carla"].get(page), target)
        answers = twice(how, people["carla"], target, form)
        assert answers[0] == answers[1] and "/items/" in answers[0][1]
        assert count(Item, Item.report_id == report_id) == 1

    def test_a_note(self, how: str, people: People, under_review: int, count: Callable[..., int]) -> None:
        report_id = under_review
        page = f"/en/review/reports/{report_id}/sections/budget?write=note"
        target = f"/en/review/reports/{report_id}/sections/budget/comments"
        form = form_of(people["rita"].get(page), target, text="Compare with the last one.")
        answers = twice(how, people["rita"], target, form)
        assert answers[0] == answers[1] and answers[0][0] == 302
        assert count(Comment, Comment.report_id == report_id) == 1

    def test_a_step(self, how: str, people: People, under_review: int, count: Callable[..., int]) -> None:
        report_id = under_review
        page = f"/en/review/reports/{report_id}"
        form = form_of(people["rita"].get(page), f"{page}/release")
        answers = twice(how, people["rita"], f"{page}/release", form)
        assert answers == [(302, page)] * 2
        assert count(Entry, Entry.report_id == report_id, Entry.fact == "report.released") == 1
        assert people["rita"].get(page).text.count("any reviewer can take it") == 1

    def test_an_invitation(self, how: str, people: People, report_id: int, count: Callable[..., int]) -> None:
        target, email = f"/en/desk/reports/{report_id}/team", f"new{report_id}@example.org"
        form = form_of(people["carla"].get(target), target, name="Ines", email=email, language="es", role="contributor")
        answers = twice(how, people["carla"], target, form)
        assert answers == [(302, target)] * 2
        them = select(Person.id).where(Person.email == email).scalar_subquery()
        assert count(Entry, Entry.person_id == them, Entry.fact == "person.invited") == 1
        assert count(Membership, Membership.person_id == them) == 1


def test_an_edited_form_of_the_same_page_is_another_form(people: People, report_id: int, count: Callable[..., int]) -> None:
    target = f"/en/desk/reports/{report_id}/sections/budget"
    form = form_of(people["carla"].get(target), target)
    for number, words in enumerate(("The lottery.", "The lottery and gifts."), 1):
        typed = {**form, "funding_sources": words, "seen-funding_sources": str(number - 1)}
        assert send(people["carla"], target, typed)[0] == 302
        assert count(Save, Save.report_id == report_id) == number


def test_the_same_words_of_a_page_opened_anew_are_another_form(people: People, report_id: int, count: Callable[..., int]) -> None:
    page = f"/en/desk/reports/{report_id}/sections/indicators_section"
    target = f"/en/desk/reports/{report_id}/groups/indicators"
    for number in (1, 2):
        send(people["carla"], target, form_of(people["carla"].get(page), target))
        assert count(Item, Item.report_id == report_id) == number


def test_another_person_with_the_same_key_does_what_they_do(people: People, under_review: int) -> None:
    report_id = under_review
    page = f"/en/review/reports/{report_id}"
    form = form_of(people["rita"].get(page), f"{page}/release")
    assert send(people["rita"], f"{page}/release", form)[0] == 302
    own = form_of(people["carla"].get("/en/desk"), "/en/sign-out")
    theirs = {**form, "csrf_token": own["csrf_token"]}
    assert send(people["carla"], f"{page}/release", theirs) == (403, "")  # not rita's answer


def test_a_refusal_is_no_answer_that_is_kept(shared_app: Flask, people: People, under_review: int) -> None:
    """What was not done may be tried again with the same form."""
    report_id = under_review
    page = f"/en/review/reports/{report_id}"
    form = form_of(people["rita"].get(page), f"{page}/release")
    with shared_app.app_context():
        _set_version(report_id, 4)
    assert send(people["rita"], f"{page}/release", form)[0] == 409
    with shared_app.app_context():
        _set_version(report_id, 3)
    assert send(people["rita"], f"{page}/release", form) == (302, page)


@atomic
def _set_version(report_id: int, row_version: int) -> None:
    db.session.execute(update(Report).where(Report.id == report_id).values(row_version=row_version))


def test_a_crash_before_the_commit_leaves_neither_effect_nor_answer(
    people: People, report_id: int, count: Callable[..., int]
) -> None:
    page = f"/en/desk/reports/{report_id}/sections/indicators_section"
    target = f"/en/desk/reports/{report_id}/groups/indicators"
    form, before = form_of(people["carla"].get(page), target), count(AnsweredForm)

    def crash(session: Session) -> None:
        raise KeyboardInterrupt

    event.listen(Session, "before_commit", crash)
    try:
        with pytest.raises(KeyboardInterrupt):
            send(people["carla"], target, form)
    finally:
        event.remove(Session, "before_commit", crash)
    assert (count(Item, Item.report_id == report_id), count(AnsweredForm)) == (0, before)
    assert send(people["carla"], target, form)[0] == 302
    assert (count(Item, Item.report_id == report_id), count(AnsweredForm)) == (1, before + 1)


def test_a_save_with_the_key_takes_no_more_statements_than_without(
    people: People, report_id: int, count_queries: Callable[[], Any]
) -> None:
    target = f"/en/desk/reports/{report_id}/sections/budget"
    form = form_of(people["carla"].get(target), target)
    costs = []
    for number, key in enumerate((form["once"], "", form["once"])):  # the first save also starts the report
        typed = {**form, "once": key, "funding_sources": f"Version {number}.", "seen-funding_sources": str(number)}
        with count_queries() as counted:
            assert send(people["carla"], target, typed)[0] == 302
        costs.append(counted.count)
    _, without, with_key = costs
    # One more for the key; fewer since nothing is read anew after a commit in the middle.
    assert with_key <= without, f"{with_key} statements with the key, {without} without"
    assert costs[-1] == 6, "the session, the report, its lock, its answers, the write, the key"


def test_signing_in_and_out_twice_is_no_error(
    shared_app: Flask, settings: Settings, people: People
) -> None:
    browser = Browser(shared_app, settings.public_base_url)
    form = form_of(browser.get("/en/sign-in"), "/en/sign-in", email="rita@example.org", password=PASSWORD)
    first, second = twice("one after the other", browser, "/en/sign-in", form)
    assert first == second == (302, "/en/review")
    leave = form_of(browser.get("/en/review"), "/en/sign-out")
    assert twice("one after the other", browser, "/en/sign-out", leave) == [(302, "/en/")] * 2
    assert browser.get("/en/review").url.startswith("/en/sign-in")


def test_answers_and_ended_sessions_are_forgotten_after_a_day(
    shared_app: Flask, people: People, report_id: int, count: Callable[..., int]
) -> None:
    target = f"/en/desk/reports/{report_id}/sections/budget"
    form = form_of(people["carla"].get(target), target, funding_sources="Gifts.")
    send(people["carla"], target, form)
    now = datetime.now(UTC)
    left = []
    for hours in (23, 25, 37):  # a session is good for twelve
        with shared_app.app_context():
            sent.forget_old(now + timedelta(hours=hours))
        left.append((count(AnsweredForm) > 0, count(WebSession) > 0))
    assert left == [(True, True), (False, True), (False, False)]


def test_what_a_page_changes_by_the_way_does_not_ride_along_with_an_operation(shared_app: Flask, people: People) -> None:
    """One commit for all that a form does is no leave for pages to write."""
    with shared_app.app_context(), pytest.raises(CommitOutsideAtomic), held():
        db.session.scalars(select(Person)).first().name = "Written by a page"  # type: ignore[union-attr]

