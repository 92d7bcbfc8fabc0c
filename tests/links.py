"""A desk that asks outside by a link: what tests of contribution links, and of whoever hands them on, share."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from review_app.extensions import db as database
from review_app.models import ContributionLink, Proposal, Save
from tests import desks
from tests.browser import Browser, Page
from tests.desks import CARLA, open_report

SOON = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()


class Desk(desks.Desk):
    """Whoever holds a link has a browser of their own."""

    @cached_property
    def outside(self) -> Browser:
        return self.new_client()

    def ask(self, place: str = "facts", **more: Any) -> str:
        """Ask somebody by the form; the address of the link, as the coordinator copies it."""
        page = self.carla.get(f"{self.home}/contributions").fill({
            "place": place, "name": "Red de Bibliotecas", "email": "red@example.org", "language": "Español", "until": SOON, **more,
        }).press("Make the link")  # fmt: skip
        return urlsplit(str(page.select("input[readonly]")[0]["value"])).path

    def send(self, address: str, answers: dict[str, str]) -> Page:
        """Write, go on to sending, say who it is."""
        page = self.outside.get(address).fill(answers).press("Guardar y pasar al envío")
        return page.fill({"writer": "Lucía Pérez", "organisation": "Red de Bibliotecas"}).press("Enviar al equipo")

    def rows(self, query: Any) -> list[Any]:
        return self.look(lambda: list(database.session.execute(query)))

    def links(self) -> Page:
        return self.carla.get(f"{self.home}/contributions")


@pytest.fixture
def desk(survey: None, app: Flask, new_client: Callable[[], Browser]) -> Desk:
    return Desk(app, open_report(app, "survey", CARLA), new_client)


def history(desk: Desk, question: str) -> list[tuple[Any, ...]]:
    """(text, writer of the contribution it was made from) of everything saved for a question."""
    query = (
        select(Save.value["raw"].astext, ContributionLink.writer)
        .outerjoin(Proposal, Proposal.id == Save.proposal_id).outerjoin(ContributionLink, ContributionLink.id == Proposal.link_id)
        .where(Save.question == question).order_by(Save.id)
    )  # fmt: skip
    return [tuple(row) for row in desk.rows(query)]
