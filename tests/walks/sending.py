"""Files of the report: sent, put into the answer and taken out, scanned, forgotten."""

from functools import partial

from hypothesis import strategies
from hypothesis.stateful import precondition, rule

from review_app.extensions import db
from review_app.models import Report
from review_app.operations import attachments
from review_app.operations.answers import Typed
from review_app.permissions import Denied
from review_app.readers.attachments import Found
from tests.small_report import SECTION
from tests.walks.parts import File
from tests.walks.walk import Fact
from tests.walks.writing import BACK, CHOICE, WRITERS, Writing

PROOF = Found("proof.pdf", "pdf", b"%PDF-")  # what it would be after somebody has looked into it


class Sending(Writing):
    @precondition(lambda self: len(self.model.files) < 4)
    @rule(nick=strategies.sampled_from(WRITERS))
    def send_a_file(self, nick: str) -> None:
        model, nick = self.model, self.known(nick)
        if model.state not in ("draft", "revision") or not model.is_one_of(nick, ("coordinator", "contributor")):
            call = partial(
                attachments.take_in, self.actors[nick], self.small.report_id, section=SECTION, name="proof.pdf", content=b"",
                now=model.now,
            )  # fmt: skip
            self.attempt(call, Denied)
            return
        report = db.session.get_one(Report, self.small.report_id)
        key = self.attempt(partial(attachments.keep, self.actors[nick], report, PROOF, now=model.now), None).id
        model.files[key] = File(nick, model.now)
        self.put_a_file(nick, len(model.files) - 1, 0)

    @rule(nick=strategies.sampled_from(WRITERS), choice=CHOICE, back=BACK)
    def put_a_file(self, nick: str, choice: int, back: int) -> None:
        """Into the answer in the place of what is there, or nothing."""
        keys = [*self.model.files, None]
        key, proof = keys[choice % len(keys)], self.model.proof
        line = Typed("proof", [{"id": str(key), "caption": ""}] if key else [], max(0, len(proof.said) - back))
        self.save(self.known(nick), proof, line)

    @precondition(lambda self: self.model.files)
    @rule(choice=CHOICE, verdict=strategies.sampled_from(("away", None, None, "a virus")))
    def scan(self, choice: int, verdict: str | None) -> None:
        now, (key, file) = self.model.now, list(self.model.files.items())[choice % len(self.model.files)]
        is_due = file.status == "checking" and file.try_at <= now
        assert self.attempt(partial(attachments.claim, key, now=now), None) is is_due
        file.try_at = now + attachments.SCAN_LEASE if is_due else file.try_at
        if verdict == "away":
            return
        facts: list[Fact] = []
        if file.status == "checking":
            file.status = "refused" if verdict else "ready"
            facts = [("file.refused", None)] if verdict else []
        self.attempt(partial(attachments.hear, key, verdict, now=now), None, *facts)

    @precondition(lambda self: self.model.files)
    @rule()
    def forget_unused_files(self) -> None:
        self.model.forget_unused()
        self.attempt(partial(attachments.forget_unused, self.model.now), None)
