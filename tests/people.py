"""The people of the tests: one of each kind, who join through the same operations as everybody, and sign in through the page."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask_security.utils import hash_password
from sqlalchemy import select

from review_app.extensions import db
from review_app.models import Party, Person
from review_app.operations import accounts
from review_app.permissions import SYSTEM
from review_app.transaction import atomic
from tests.browser import Browser

PASSWORD = "a heron over the harbour"
PARTIES = {
    "CL": {"en": "Chile", "fr": "Chili", "es": "Chile"},
    "PE": {"en": "Peru", "fr": "Pérou", "es": "Perú"},
    "KE": {"en": "Kenya", "fr": "Kenya", "es": "Kenya"},
}
SIGNATORY = {"name": "Ana Soto", "position": "Minister of Culture"}  # who signs a report
_hashed: dict[str, str] = {}


@atomic
def add_parties() -> None:
    """Chile, Peru and Kenya."""
    for code, names in PARTIES.items():
        if db.session.get(Party, code) is None:
            db.session.add(
                Party(code=code, names=names, region="Latin America and the Caribbean" if code != "KE" else "Africa")
            )


def make_person(
    nick: str, role: str, party: str | None = None, *, language: str = "en", sections: list[str] | None = None
) -> Person:
    """Somebody who was invited and has joined: `nick`@example.org with PASSWORD."""
    now = datetime.now(UTC)
    if PASSWORD not in _hashed:
        _hashed[PASSWORD] = str(hash_password(PASSWORD))
    person = accounts.invite(
        SYSTEM, email=f"{nick}@example.org", name=nick.capitalize(), language=language, role=role, party_code=party,
        sections=sections, now=now,
    )  # fmt: skip
    accounts.join(person, name=nick.capitalize(), password=_hashed[PASSWORD], language=language, now=now)
    return person


def person_named(nick: str) -> Person:
    """Who joined as `nick`@example.org."""
    return db.session.scalars(select(Person).where(Person.email == f"{nick}@example.org")).one()


def sign_in(browser: Browser, nick: str) -> Browser:
    """Through the page, as `nick`@example.org."""
    browser.get("/en/sign-in").fill({"email": f"{nick}@example.org", "password": PASSWORD}).press("Sign in")
    return browser


def cast(new_client: Callable[[], Browser]) -> dict[str, Browser]:
    """Everybody a walk needs, signed in: ada (administrator), rita and rolf (reviewers), carla (coordinator of Chile),
    caspar (contributor of Chile), pia (coordinator of Peru)."""
    add_parties()
    make_person("ada", "administrator")
    make_person("rita", "reviewer")
    make_person("rolf", "reviewer")
    make_person("carla", "coordinator", "CL")
    make_person("caspar", "contributor", "CL")
    make_person("pia", "coordinator", "PE")
    return {nick: sign_in(new_client(), nick) for nick in ("ada", "rita", "rolf", "carla", "caspar", "pia")}
