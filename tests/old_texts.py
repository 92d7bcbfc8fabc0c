"""Old reports as texts of one measure each, and the steps that bring them in."""

import io
import zipfile
from datetime import UTC, date, datetime

from sqlalchemy import select

from review_app.extensions import db as database
from review_app.models import Cycle, ImportText
from review_app.operations import cycles, importing
from review_app.permissions import SYSTEM
from review_app.transaction import atomic
from tests.people import add_parties

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
GROUP = "a11_measures"


def measure(name: str, country: str = "Peru", more: str = "") -> str:
    return (
        f"{name}\n\nWhere\n{country}\nWho\nMinistry of the Harbour\n"
        f"Describe the main features of the policy/measure:\n\n{name} carry books.\n\n"
        "What are the results achieved so far through the implementation of the policy/measure?:\n\n120 children came in 2019.\n"
        "Financial resources allocated to the policy/measure in USD:\nUSD 12,000.00 per year (2018)\n"
        "Partner(s) engaged in the implementation of the measure:\nName of partnerType of entity\nGuild of Rowers\nPrivate Sector\n"
        "Has the implementation of the policy/measure been evaluated?:\nNO\n"
        f"Cultural Domain(s)\nPublishing\n{more}"
    )


def objectives(name: str) -> str:
    """A text with an answer that the questionnaire has no question for."""
    captions = "Key objectives of the measure:\nThat all may read.\nMain feature of the measure:\nBarges carry books.\n"
    return f"{name}\n\nWhere\nPeru\n{captions}"


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@atomic
def plan(slug: str = "reports-2016", edition: tuple[str, str] = ("qpr", "2019")) -> Cycle:
    add_parties()
    return cycles.plan_cycle(
        SYSTEM, slug=slug, titles={"en": "Reports 2016"}, questionnaire=edition[0], edition=edition[1],
        due_on=date(2016, 4, 30), now=NOW,
    )  # fmt: skip


def begin(texts: dict[str, str], *, party: str | None = None, slug: str = "reports-2016") -> int:
    """A batch with these texts, by the system; its id."""
    cycle = database.session.scalar(select(Cycle).where(Cycle.slug == slug)) or plan(slug)
    files = [(name, words.encode()) for name, words in texts.items()]
    return importing.begin_with_files(
        SYSTEM, files, cycle_id=cycle.id, group=GROUP, party_code=party, source="", now=NOW
    ).id


def work(batch_id: int) -> None:
    """All the turns a worker would take."""
    while importing.work_on(batch_id, now=NOW):
        pass
    importing.tell_when_done(batch_id, now=NOW)


def text_named(name: str) -> ImportText:
    database.session.expire_all()
    return database.session.scalars(select(ImportText).where(ImportText.name == name)).one()


def statuses(batch_id: int) -> dict[str, str]:
    rows = database.session.execute(select(ImportText.name, ImportText.status).where(ImportText.batch_id == batch_id))
    return dict(rows.all())
