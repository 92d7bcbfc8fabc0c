"""What the reviewer asks, and the team answers: points."""

from functools import partial

from hypothesis import strategies
from hypothesis.stateful import precondition, rule

from review_app.operations import reviews
from review_app.permissions import Denied, NotFound
from tests.small_report import SECTION, TOLD
from tests.walks.parts import Demand
from tests.walks.walk import Walk

HOLDER = strategies.sampled_from((None, None, "rita", "rolf", "carla"))  # None: whoever has the report


class Reviewing(Walk):
    @precondition(lambda self: self.model.state in ("review", "published") and len(self.model.points) < 6)
    @rule(nick=HOLDER, weight=strategies.sampled_from(reviews.WEIGHTS))
    def draft_a_point(self, nick: str | None, weight: str) -> None:
        model = self.model
        nick = nick or model.reviewer or "ada"
        call = partial(
            reviews.add_point, self.actors[nick], self.small.report_id, section=SECTION, question=TOLD, text="Why?",
            weight=weight, now=model.now,
        )  # fmt: skip
        if self.model.state == "review" and model.is_one_of(nick, ("assigned_reviewer",)):
            point = self.attempt(call, None)
            model.points[point.id] = Demand(weight, model.round)
        else:
            self.attempt(call, Denied)

    @precondition(lambda self: self.model.points)
    @rule(nick=HOLDER, choice=strategies.integers(0, 9))
    def drop_a_point(self, nick: str | None, choice: int) -> None:
        model = self.model
        nick = nick or model.reviewer or "ada"
        point_id = list(model.points)[choice % len(model.points)]
        call = partial(reviews.drop_point, self.actors[nick], self.small.report_id, point_id)
        if model.state != "review" or not model.is_one_of(nick, ("assigned_reviewer",)):
            self.attempt(call, Denied)
        elif model.points[point_id].is_returned:
            self.attempt(call, NotFound)
        else:
            del model.points[point_id]
            self.attempt(call, None)

    @precondition(lambda self: self.model.points)
    @rule(nick=strategies.sampled_from(("carla", "caspar", "carla", "pia", "rita")), choice=strategies.integers(0, 9))
    def reply_to_a_point(self, nick: str, choice: int) -> None:
        model = self.model
        point_id = list(model.points)[choice % len(model.points)]
        point = model.points[point_id]
        call = partial(reviews.reply_to_point, self.actors[nick], self.small.report_id, point_id, reply="Because.", now=model.now)
        if model.state != "revision" or not model.is_one_of(nick, ("coordinator", "contributor")):
            self.attempt(call, Denied)
        elif not point.is_returned or point.round != model.round or model.is_held:
            self.attempt(call, NotFound)
        else:
            point.has_reply = True
            self.attempt(call, None)
