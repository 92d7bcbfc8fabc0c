"""Verbs of a person about one imported text: correct what was read, have it brought in, leave it out."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from review_app.extensions import db
from review_app.models import ImportText, Person
from review_app.permissions import Actor, Denied, NotFound, require
from review_app.queries.imports import questions_of, title_of, unplaced
from review_app.readers.fitting import Doubt, fit
from review_app.readers.measures import read
from review_app.transaction import Stale, atomic
from workflows.engine import Blocked
from workflows.messages import Message

OWN_PARTY = Message("You belong to this party: somebody else of the secretariat has to bring its reports in.")


@dataclass(frozen=True)
class Correction:
    """What a person made of one text. `placed`: number of an unplaced piece -> question code, or "out"."""

    answers: Mapping[str, Any]
    placed: Mapping[str, str]
    party_code: str
    group: str
    lang: str
    reason: str


@atomic
def settle_text(
    actor: Actor, text_id: int, said: Correction, *, seen: int, is_accepted: bool, now: datetime
) -> ImportText:
    """Keep what a person corrected; `is_accepted` has it brought in. Raises Denied, NotFound, Stale, Blocked with every reason.

    A text that becomes something else is read anew for it, and waits until somebody has seen its new fields.
    """
    text = _held_text(actor, text_id, seen, ("asking", "ready"))
    pieces = unplaced(text)
    questions = {question.code: question for question in questions_of(text.batch.cycle, said.group)}
    answers = {code: raw for code, raw in said.answers.items() if code in questions}
    if said.group != text.group:
        fitted = fit(read(text.text or ""), list(questions.values()), is_group=bool(said.group))
        answers, is_accepted = {**fitted.answers, **answers}, False
        text.doubts = [*map(asdict, fitted.doubts), *(one for one in text.doubts if one["why"] == "no_party")]
    kept = {
        number: code
        for number, code in said.placed.items()
        if number in pieces and (code == "out" or code in questions)
    }
    for number, code in kept.items():
        if text.placed.get(number) != code and code != "out":
            answers[code] = "\n\n".join(filter(None, (str(answers.get(code) or "").strip(), pieces[number])))
    text.answers, text.placed, text.reason = answers, kept, said.reason.strip()
    text.party_code, text.lang, text.group = said.party_code or None, said.lang, said.group
    text.title = title_of(list(questions.values()), answers)
    text.person_id, text.changed_at, text.row_version = actor.id, now, seen + 1
    left = [doubt for doubt in text.doubts if not _is_settled(doubt, text, pieces)]
    reasons = _reasons(text, pieces) if is_accepted else []
    if is_accepted and text.party_code in parties_of(actor):
        raise Denied(OWN_PARTY)
    if reasons:
        raise Blocked(tuple(reasons))
    text.doubts = left
    text.status = "accepted" if is_accepted else "asking" if any(Doubt(**one).is_asking for one in left) else "ready"
    return text


def parties_of(actor: Actor) -> frozenset[str]:
    """The parties whose reports an actor may not bring in, being one of theirs."""
    return frozenset(actor.party_codes) if isinstance(actor, Person) else frozenset()


def _is_settled(doubt: Mapping[str, Any], text: ImportText, pieces: Mapping[str, str]) -> bool:
    why = doubt["why"]
    if why == "no_title":
        return bool(text.title)
    if why == "no_party":
        return text.party_code is not None
    return why == "unplaced" and set(pieces) == set(text.placed)


def _reasons(text: ImportText, pieces: Mapping[str, str]) -> list[Message]:
    """What stands against bringing a text in."""
    reasons = []
    if not text.party_code:
        reasons.append(Message("Choose the party."))
    if not text.title:
        reasons.append(Message("Write the title."))
    if set(pieces) != set(text.placed):
        reasons.append(Message("Say for every stretch without a place where it belongs, or leave it out."))
    if "out" in text.placed.values() and not text.reason:
        reasons.append(Message("Say why words are left out."))
    return reasons


@atomic
def leave_out(actor: Actor, text_id: int, *, seen: int, reason: str, now: datetime) -> ImportText:
    """Leave a text out, with the reason. It is kept. Raises Denied, NotFound, Stale, Blocked (no reason)."""
    text = _held_text(actor, text_id, seen, ("asking", "ready", "waiting"))
    if not reason.strip():
        raise Blocked((Message("Say why this text is left out."),))
    text.status, text.reason, text.person_id = "left_out", reason.strip(), actor.id
    text.changed_at, text.row_version = now, seen + 1
    return text


def _held_text(actor: Actor, text_id: int, seen: int, statuses: Sequence[str]) -> ImportText:
    require(actor, "import.manage")
    everything = (undefer(ImportText.text), undefer(ImportText.reading), undefer(ImportText.answers))
    query = select(ImportText).where(ImportText.id == text_id).options(*everything).with_for_update(of=ImportText)
    text: ImportText | None = db.session.scalar(query.execution_options(populate_existing=True))
    if text is None:
        raise NotFound
    if text.row_version != seen or text.status not in statuses:
        raise Stale
    return text
