"""Verbs about parties: bring the list of those that report up to date."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy.dialects.postgresql import insert

from review_app.extensions import db
from review_app.models import Party
from review_app.permissions import Actor, require
from review_app.transaction import atomic


@dataclass(frozen=True)
class PartyLine:
    """One party as a list of parties has it: code, official name in each language, region."""

    code: str
    names: dict[str, str]
    region: str


@atomic
def load_parties(actor: Actor, lines: Sequence[PartyLine]) -> int:
    """Add the parties that are new and correct the names of the others; none is taken away. Returns how many were read.

    Safe to repeat. Raises Denied.
    """
    require(actor, "cycle.manage")
    if lines:
        statement = insert(Party).values([{**asdict(line), "is_active": True} for line in lines])
        new = {"names": statement.excluded.names, "region": statement.excluded.region}
        db.session.execute(statement.on_conflict_do_update(index_elements=["code"], set_=new))
    return len(lines)
