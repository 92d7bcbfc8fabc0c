"""What forms of several pages have in common: a day, plain text, and what is offered to choose from."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from functools import cache
from itertools import starmap
from typing import Any
from zoneinfo import available_timezones

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import Length

from review_app.questionnaire.values import YEARS

Choices = Sequence[tuple[str, Any]]
"""What can be chosen, and the words for it."""

NO_PLACE = ("Etc/", "SystemV/", "posix/", "right/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/")
NAME_LIMIT, TEXT_LIMIT = 200, 5_000  # characters


class Day(DateField):
    """A day; what was typed stays in the field when it is no date."""

    kind = "day"

    data: date | None

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        with suppress(ValueError):
            super().process_formdata(valuelist)
        typed: date | None = self.data
        if typed is None or typed.year not in YEARS:
            self.data = None
            raise ValueError(gettext("This is not a day between 1900 and 2100. Write it as in 2027-06-30."))


def stripped(text: Any) -> str:
    """Typed text with plain line ends and nothing around it."""
    return str(text or "").replace("\r\n", "\n").strip()


def offered(choices: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """What can be chosen, as a field of WTForms takes it."""
    return list(starmap(SelectChoice, choices))


def at_most(length: int) -> Length:
    """Refuses more characters than that."""
    return Length(max=length, message=_l("Shorten the text to %(max)d characters."))


@cache
def zones() -> tuple[tuple[str, str], ...]:
    """Time zones by place, UTC first; legacy names are left out."""
    places = sorted(name for name in available_timezones() if "/" in name and not name.startswith(NO_PLACE))
    return (("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places))
