"""Those without an account: asked by a link, they write or declare by it, and the team decides what of it goes in."""

from datetime import UTC, datetime, time, timedelta
from functools import partial
from uuid import UUID

from hypothesis import strategies
from hypothesis.stateful import precondition, rule

from review_app.extensions import db
from review_app.models import ContributionLink, Report
from review_app.operations import contributions
from review_app.operations.answers import Typed
from review_app.operations.contributions import Asked, LinkOver
from review_app.operations.declarations import declare
from review_app.permissions import Denied, NotFound
from review_app.queries.answers import sheet_of
from review_app.queries.declarations import text_sha256
from review_app.transaction import Stale
from tests.small_report import SECTION, TOLD
from tests.walks.model import Refusal
from tests.walks.parts import Link, Proposal, Texts
from tests.walks.walk import NEW
from tests.walks.writing import BACK, CHOICE, WRITERS, Writing
from workflows.engine import Blocked

COORDINATORS = ("carla", "carla", "carla", "caspar", NEW, "rita", "pia", "ada")
DAYS = strategies.sampled_from((60, 60, 2, 0, -1))
WORDS = ("They say so.", "They say more.", "")
BOTH = ("It is told by both.", "They say so.", "It is told.", "Alpha")


class Asking(Writing):
    def link(self, choice: int) -> tuple[ContributionLink, Link]:
        """One of the links, as whoever opens its page has it."""
        key = list(self.model.links)[choice % len(self.model.links)]
        return db.session.get_one(ContributionLink, key), self.model.links[key]

    def place(self, link: Link) -> tuple[str, Texts]:
        """The question it asks, and what stands there."""
        return ("thing", self.model.things[link.place].name) if isinstance(link.place, UUID) else (TOLD, self.model.told)

    def ends_at(self, days: int) -> datetime:
        return datetime.combine((self.model.now + timedelta(days=days + 1)).date(), time(), UTC)

    # By the coordinator

    @precondition(lambda self: len(self.model.links) < 5)
    @rule(
        nick=strategies.sampled_from(COORDINATORS), what=strategies.sampled_from((TOLD, "thing", None)), choice=CHOICE, days=DAYS
    )
    def ask(self, nick: str, what: str | None, choice: int, days: int) -> None:
        model, nick, (key, thing), ends_at = self.model, self.known(nick), self.thing(choice), self.ends_at(days)
        until = (model.now + timedelta(days=days)).date()
        place = {TOLD: (SECTION, TOLD, None), "thing": (SECTION, None, key), None: (None, None, None)}[what]
        asked = Asked(place, "The museums", "museums@example.org", "en", "", until)
        call = partial(contributions.ask, self.actors[nick], self.small.report_id, asked, now=model.now)
        refusal = self._cannot_ask(nick, ends_at) or (NotFound if what == "thing" and thing.is_ended else None)
        facts = [] if refusal else [("contribution.asked" if what else "declaration.asked", nick)]
        made = self.attempt(call, refusal, *facts)
        if made:
            model.links[made.id] = Link(key if what == "thing" else what, nick, ends_at)

    def _cannot_ask(self, nick: str, ends_at: datetime) -> Refusal | None:
        if not self.model.is_one_of(nick, ("coordinator",)) or not self.model.is_writable:
            return Denied
        return Blocked if ends_at <= self.model.now else None

    @precondition(lambda self: self.model.links)
    @rule(nick=strategies.sampled_from(COORDINATORS), choice=CHOICE, days=DAYS)
    def ask_again(self, nick: str, choice: int, days: int) -> None:
        nick, (row, link), ends_at = self.known(nick), self.link(choice), self.ends_at(days)
        until = (self.model.now + timedelta(days=days)).date()
        call = partial(
            contributions.send_again, self.actors[nick], self.small.report_id, row.id, until=until, now=self.model.now
        )
        refusal = self._cannot_ask(nick, ends_at)
        if refusal is not Denied and link.is_withdrawn:
            refusal = Blocked
        facts = [] if refusal else [("contribution.asked" if link.place else "declaration.asked", nick)]
        if refusal is None:
            link.ends_at, link.is_answered, link.declared, link.declared_at = ends_at, False, None, None
        self.attempt(call, refusal, *facts)

    @precondition(lambda self: self.model.links)
    @rule(nick=strategies.sampled_from(COORDINATORS), choice=CHOICE)
    def withdraw_a_link(self, nick: str, choice: int) -> None:
        nick, (row, link) = self.known(nick), self.link(choice)
        call = partial(contributions.withdraw, self.actors[nick], self.small.report_id, row.id, now=self.model.now)
        if not self.model.is_one_of(nick, ("coordinator",)):
            self.attempt(call, Denied)
            return
        facts = [] if link.is_withdrawn else [("contribution.withdrawn", nick)]
        link.is_withdrawn = True
        self.attempt(call, None, *facts)

    # By the receiver

    def _cannot_write(self, link: Link) -> Refusal | None:
        if link.is_answered or link.is_withdrawn or self.model.now >= link.ends_at or not self.model.is_writable:
            return LinkOver
        return NotFound if self._is_gone(link) or link.place is None else None

    @precondition(lambda self: self.model.links)
    @rule(choice=CHOICE, words=strategies.sampled_from(WORDS), back=BACK)
    def write_by_link(self, choice: int, words: str, back: int) -> None:
        row, link = self.link(choice)
        texts = Texts(nothing="", said=[one.words for one in link.texts.values()])
        line = Typed(self.place(link)[0], words, max(0, len(texts.said) - back), "en")
        call = partial(contributions.save_contribution, row, [line], now=self.model.now)
        refusal = self._cannot_write(link)
        outcomes = self.attempt(call, refusal)
        if refusal is None:
            result = texts.result(words, seen=line.seen)
            assert [one.result for one in outcomes] == [result]
            self.books.met["save_contribution", result] += 1
            if result == "saved":
                (key,) = self.trace.parts["proposals"].keys() - self.model.parts()["proposals"].keys()
                link.texts[int(key)] = Proposal(words)

    @precondition(lambda self: self.model.links)
    @rule(choice=CHOICE)
    def send_by_link(self, choice: int) -> None:
        row, link = self.link(choice)
        call = partial(contributions.send_contribution, row, writer="Ines", organisation="Museums", now=self.model.now)
        refusal = self._cannot_write(link)
        if refusal is None and not any(one.words for one in list(link.texts.values())[-1:]):
            refusal = Blocked
        link.is_answered |= refusal is None
        self.attempt(call, refusal, *([] if refusal else [("contribution.received", "link")]))

    @precondition(lambda self: self.model.links)
    @rule(choice=CHOICE, is_stale=strategies.sampled_from((False, False, True)))
    def declare_by_link(self, choice: int, is_stale: bool) -> None:
        """A second after everything else, so that one declaration is the last."""
        model, (row, link) = self.model, self.link(choice)
        model.now += timedelta(seconds=1)
        report = db.session.get_one(Report, self.small.report_id, populate_existing=True)
        read = "0" * 64 if is_stale else text_sha256(report, sheet_of(report))
        call = partial(declare, row, name="Ana Soto", position="Minister", read=read, now=model.now)
        refusal = self._cannot_write(link)
        if refusal is not LinkOver:
            refusal = Denied if link.place is not None else Stale if is_stale else None
        if refusal is None:
            link.is_answered, link.declared, link.declared_at = True, model.content, model.now
        self.attempt(call, refusal, *([] if refusal else [("declaration.made", "link")]))

    # By the team

    def _is_gone(self, link: Link) -> bool:
        """Whether it asks for an entry that was taken out: until that is back nothing can be written or decided."""
        return isinstance(link.place, UUID) and self.model.things[link.place].is_ended

    def _offer(self, choice: int) -> tuple[int, Link, Proposal | None]:
        """What waits, with its id; or nothing, with the id of what does not wait or is not there."""
        links = list(self.model.links.values())
        waiting = [link for link in links if link.offer and not self._is_gone(link)]
        among = waiting if waiting and choice < 8 else links
        link = among[choice % len(among)]
        if link.offer and not self._is_gone(link):
            return link.offer[0], link, link.offer[1]
        return next(iter(link.texts), 0), link, None

    @precondition(lambda self: self.model.links)
    @rule(nick=strategies.sampled_from(WRITERS), choice=CHOICE, off=strategies.sampled_from((0, 0, 0, 1)))
    def accept(self, nick: str, choice: int, off: int) -> None:
        nick, (key, link, offer) = self.known(nick), self._offer(choice)
        _, texts = self.place(link)
        seen = len(texts.said) + off
        call = partial(
            contributions.accept, self.actors[nick], self.small.report_id, key, seen=seen, now=self.model.now
        )
        refusal = NotFound if not offer else Stale if off else None if self.model.may_write(nick) else Denied
        facts = []
        if offer and refusal is None:
            read = texts.read(offer.words, None)
            if texts.result(read, seen=seen) == "saved":
                texts.save(read)
                facts = self.started(nick)
            offer.outcome = "accepted"
            facts.append(("contribution.decided", nick))
        self.attempt(call, refusal, *facts)

    @precondition(lambda self: self.model.links)
    @rule(nick=strategies.sampled_from(WRITERS), choice=CHOICE, words=strategies.sampled_from(BOTH), back=BACK)
    def merge(self, nick: str, choice: int, words: str, back: int) -> None:
        nick, (key, link, offer) = self.known(nick), self._offer(choice)
        question, texts = self.place(link)
        line = Typed(question, words, max(0, len(texts.said) - back), "en")
        call = partial(contributions.merge, self.actors[nick], self.small.report_id, key, line, now=self.model.now)
        refusal = NotFound if not offer else None if self.model.may_write(nick) else Denied
        facts, result = [], ""
        if offer and refusal is None:
            read = texts.read(line.raw, None)
            result = texts.result(read, seen=line.seen)
            if result == "saved":
                texts.save(read)
                facts = self.started(nick)
            if result != "conflict":
                offer.outcome = "merged"
                facts.append(("contribution.decided", nick))
        outcomes = self.attempt(call, refusal, *facts)
        if outcomes:
            assert [one.result for one in outcomes] == [result]
            self.books.met["merge", result] += 1

    @precondition(lambda self: self.model.links)
    @rule(nick=strategies.sampled_from(WRITERS), choice=CHOICE)
    def decline(self, nick: str, choice: int) -> None:
        nick, (key, _, offer) = self.known(nick), self._offer(choice)
        call = partial(contributions.decline, self.actors[nick], self.small.report_id, key, reason="", now=self.model.now)
        refusal = NotFound if not offer else None if self.model.may_write(nick) else Denied
        if offer and refusal is None:
            offer.outcome = "declined"
        self.attempt(call, refusal, *([] if refusal else [("contribution.decided", nick)]))
