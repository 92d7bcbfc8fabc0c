"""What the team writes: texts, reasons for blanks and for findings, entries and what became of them."""

from functools import partial
from uuid import UUID

from hypothesis import strategies
from hypothesis.stateful import precondition, rule

from review_app.models.items import FATES
from review_app.operations import findings
from review_app.operations.answers import Typed, add_item, end_item, save_answers
from review_app.operations.fates import ChosenFate, settle_items
from review_app.permissions import Denied, NotFound
from review_app.transaction import Stale
from tests.small_report import SECTION, TOLD
from tests.walks.model import Refusal
from tests.walks.parts import Texts, Thing
from tests.walks.walk import NEW, Walk
from workflows.engine import Blocked

# A text, and what is said of why there is none: nothing at all, that there is no reason, or a reason.
TEXTS = (("It is told.", None), ("It is told again.", None), ("", None), ("It is told in the end.", ""), ("", "no_data"))
NAMES = ("Alpha", "Gamma")
WRITERS = ("carla", "caspar", NEW) * 3 + ("rita", "pia", "ada")
BACK = strategies.sampled_from((0, 0, 0, 1, 2))
CHOICE = strategies.integers(0, 9)


class Writing(Walk):
    def save(self, nick: str, texts: Texts, line: Typed, *, item_id: UUID | None = None) -> None:
        model = self.model
        call = partial(
            save_answers, self.actors[nick], self.small.report_id, [line], section=SECTION, item_id=item_id, now=model.now
        )
        if not model.may_write(nick):
            self.attempt(call, Denied)
            return
        read = model.live(line.raw) if line.question == "proof" else texts.read(line.raw, line.blank and line.blank[0])
        result = texts.result(read, seen=line.seen, is_confirmed=line.is_confirmed)
        facts = self.started(nick) if result == "saved" else []
        if result == "saved":
            texts.save(read)
        (outcome,) = self.attempt(call, None, *facts)
        assert outcome.result == result
        self.books.met["save_answers", result] += 1

    @rule(nick=strategies.sampled_from(WRITERS), text=strategies.sampled_from(TEXTS), back=BACK)
    def write(self, nick: str, text: tuple[str, str | None], back: int) -> None:
        texts, (words, reason) = self.model.told, text
        seen = max(0, len(texts.said) - back)
        self.save(self.known(nick), texts, Typed(TOLD, words, seen, "en", blank=None if reason is None else (reason, "")))

    @rule(nick=strategies.sampled_from(WRITERS))
    def give_a_reason(self, nick: str) -> None:
        """Answer the finding that nothing is told."""
        model, nick = self.model, self.known(nick)
        call = partial(
            findings.reply, self.actors[nick], self.small.report_id, self.small.gap, reason="It is meant.", now=model.now
        )
        if not model.may_write(nick):
            self.attempt(call, Denied)
        elif model.is_told:
            self.attempt(call, NotFound)
        else:
            model.has_reason = True
            self.attempt(call, None, ("finding.answered", nick))

    # Entries

    def thing(self, choice: int) -> tuple[UUID, Thing]:
        things = list(self.model.things.items())
        return things[choice % len(things)]

    @rule(
        nick=strategies.sampled_from(WRITERS), choice=CHOICE, name=strategies.sampled_from(NAMES), back=BACK,
        is_confirmed=strategies.booleans(),
    )  # fmt: skip
    def name_an_entry(self, nick: str, choice: int, name: str, back: int, is_confirmed: bool) -> None:
        key, thing = self.thing(choice)
        seen = max(0, len(thing.name.said) - back)
        line = Typed("thing", name, seen, "en", is_confirmed=is_confirmed)
        self.save(self.known(nick), thing.name, line, item_id=key)

    @precondition(lambda self: len(self.model.things) < 4)
    @rule(nick=strategies.sampled_from(WRITERS))
    def add_an_entry(self, nick: str) -> None:
        nick = self.known(nick)
        call = partial(add_item, self.actors[nick], self.small.report_id, "things", now=self.model.now)
        if not self.model.may_write(nick):
            self.attempt(call, Denied)
            return
        key = self.attempt(call, None).id
        self.model.things[key] = Thing(Texts())
        self.save(nick, self.model.things[key].name, Typed("thing", "Gamma", 0, "en"), item_id=key)

    @rule(nick=strategies.sampled_from(WRITERS), choice=CHOICE, is_ended=strategies.booleans())
    def end_an_entry_or_bring_it_back(self, nick: str, choice: int, is_ended: bool) -> None:
        nick, (key, thing) = self.known(nick), self.thing(choice)
        call = partial(
            end_item, self.actors[nick], self.small.report_id, key, is_ended=is_ended, now=self.model.now
        )
        if not self.model.may_write(nick):
            self.attempt(call, Denied)
            return
        thing.settle(("ended" if is_ended else "open") if thing.fate else None)
        thing.is_ended = is_ended
        for merged in self.model.things.values():
            if is_ended and merged.into == key:
                merged.settle("open")
        self.attempt(call, None)

    @rule(
        nick=strategies.sampled_from(WRITERS), choice=CHOICE, other=CHOICE, fate=strategies.sampled_from((*FATES, "merged")),
        off=strategies.sampled_from((0, 0, 0, -1)),
    )  # fmt: skip
    def settle(self, nick: str, choice: int, other: int, fate: str, off: int) -> None:
        nick, (key, thing) = self.known(nick), self.thing(choice)
        into = self.thing(other)[0] if fate == "merged" else None
        chosen = ChosenFate(key, fate, into, thing.version + off)
        call = partial(settle_items, self.actors[nick], self.small.report_id, [chosen], now=self.model.now)
        refusal = Denied if not self.model.may_write(nick) else self._wrong_with(chosen)
        if refusal is None and (thing.fate, thing.into) != (fate, into):
            thing.settle(fate, into)
        self.attempt(call, refusal)

    def _wrong_with(self, chosen: ChosenFate) -> Refusal | None:
        things = self.model.things
        thing = things[chosen.item_id]
        if thing.fate is None:
            return NotFound
        if (thing.fate, thing.into) == (chosen.fate, chosen.into):
            return None
        if chosen.seen != thing.version:
            return Stale
        others = {key: one for key, one in things.items() if key != chosen.item_id}
        is_over = chosen.fate in ("merged", "ended", "not_followed_up")
        is_merged_into_nothing = chosen.fate == "merged" and (chosen.into not in others or others[chosen.into].is_ended)
        loses_its_own = is_over and any(one.into == chosen.item_id for one in others.values())
        return Blocked if is_merged_into_nothing or loses_its_own else None

    @rule(nick=strategies.sampled_from(("caspar", "carla")))
    def tell_what_is_missing(self, nick: str) -> None:
        """Nobody who may write leaves a gap: of the last report's entries the first goes on, the others have ended."""
        model = self.model
        if not model.may_write(nick):
            return
        if not model.is_told:
            self.write(nick, TEXTS[0], 0)
        first, *_ = model.things
        open_ones = {key: thing for key, thing in model.things.items() if thing.fate == "open"}
        fates = [ChosenFate(key, "continues" if key == first else "ended", None, thing.version) for key, thing in open_ones.items()]
        for one in fates:
            model.things[one.item_id].settle(one.fate)
        self.attempt(partial(settle_items, self.actors[nick], self.small.report_id, fates, now=model.now), None)
        for key, thing in model.things.items():
            if thing.name.is_carried and not thing.is_ended:
                words, seen = thing.name.standing[0], len(thing.name.said)
                self.save(nick, thing.name, Typed("thing", words, seen, "en", is_confirmed=True), item_id=key)
