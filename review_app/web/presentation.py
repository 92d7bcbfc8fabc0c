"""What every page may use: globals and filters that put values into the reader's words."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates
from flask import Flask, g
from flask_babel import force_locale, get_locale, get_translations, gettext
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from review_app import permissions
from review_app.forms.countries import by_name
from review_app.models import Cycle, Point, Report
from review_app.moments import clock
from review_app.notices import headline
from review_app.operations.publications import slug_of
from review_app.prose import prose
from review_app.queries.notices import unread_count
from review_app.queries.people import parties
from review_app.queries.reports import due_moment, is_late
from review_app.questionnaire.language import Question, Questionnaire, day_in_words
from review_app.questionnaire.library import library
from review_app.questionnaire.paper import reason_words
from review_app.questionnaire.sheets import Sheet
from review_app.web import access, files, keeping, once
from workflows.messages import Message
from workflows.states import CYCLE_NAMES, NAMES, WAITS_FOR, CycleState, State

_SECRETARIAT = Message("The secretariat")
_catalogues: dict[str, Any] = {}


def catalogue() -> Any:
    """The sentences of the address's language, else of the one in force. Flask-Babel looks far each time."""
    language = current_language()
    if language not in _catalogues:
        with force_locale(language):
            _catalogues[language] = get_translations()
    return _catalogues[language]


def words(text: Mapping[str, str] | str | None) -> str:
    """A text in the reader's language, else in English."""
    if not text:
        return ""
    return text if isinstance(text, str) else text.get(current_language()) or text.get("en") or ""


def party_choices() -> list[tuple[str, str]]:
    """Code and name of every active party, in the order of the names."""
    return by_name((party.code, words(party.names)) for party in parties())


def say(message: Message | Mapping[str, Any] | str) -> str:
    """A Message, or its stored JSON, in the reader's language."""
    if isinstance(message, str):
        return str(catalogue().ugettext(message))
    identifier, params = (
        (message.id, message.params) if isinstance(message, Message) else (message["id"], message["params"])
    )
    sentence = str(catalogue().ugettext(identifier))
    return sentence % {name: _param(value) for name, value in params.items()} if params else sentence


def _param(value: Any) -> str:
    if isinstance(value, Message) or (isinstance(value, Mapping) and set(value) == {"id", "params"}):
        return say(value)
    return words(value) if isinstance(value, Mapping) else str(value)


def why_blank(value: Mapping[str, Any] | None) -> str:
    """Why an answer was left blank, in the reader's language; "" without a reason."""
    return reason_words(value, current_language())


def current_language() -> str:
    """The language of the address."""
    return g.get("lang") or str(get_locale() or "en")[:2]


def zone() -> ZoneInfo:
    """The reader's zone; UTC for the public."""
    person = access.person_or_none()
    return ZoneInfo(person.time_zone if person else "UTC")


def moment(at: datetime | str | None) -> str:
    """A moment in the reader's zone, the zone named. A snapshot has its moments as ISO 8601."""
    if at is None:
        return ""
    local = (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(zone())
    return f"{clock(local, current_language())} {local.tzname()}"


def day(on: date | None) -> str:
    """A civil date in words."""
    return day_in_words(on, current_language()) if on else ""


def far(on: date | None, zone_name: str = "UTC") -> str:
    """How far a due date is from now: "in 12 days", "3 days ago", "today"."""
    if on is None:
        return ""
    days = (on - access.now().astimezone(ZoneInfo(zone_name)).date()).days
    if days == 0:
        return gettext("today")
    return dates.format_timedelta(
        timedelta(days=days), granularity="day", threshold=1e9, add_direction=True, locale=get_locale()
    )


def state_name(report: Report | str, audience: str) -> str:
    """The state's name as `ministry`, `secretariat` or `public` knows it."""
    return say(NAMES[State(report if isinstance(report, str) else report.state)][audience])


def waits_for(report: Report) -> str:
    """Who must act, in words; empty when nobody."""
    taken_by = report.reviewer.name if report.is_taken and report.reviewer else None
    return side(report.state, party=words(report.party.names), taken_by=taken_by)


def side(state: str, *, party: str, taken_by: str | None) -> str:
    """Who must act on a report in this state: the party, or the reviewer who took it; empty when nobody."""
    who = WAITS_FOR[State(state)]
    if who == "ministry":
        return party
    return (taken_by or say(_SECRETARIAT)) if who == "secretariat" else ""


def edition_name(cycle: Cycle) -> str:
    """The questionnaire of a cycle in words; its name when it is not installed any more."""
    try:
        title = words(library.get(cycle.questionnaire, cycle.edition).title)
    except KeyError:
        title = cycle.questionnaire
    return f"{title}, {gettext('edition %(edition)s', edition=cycle.edition)}"


def report_title(report: Report) -> str:
    """What a report is called everywhere: its subject, or its cycle."""
    return report.subject or words(report.cycle.titles)


def point_question(questionnaire: Questionnaire, sheet: Sheet, point: Point) -> Question | None:
    """The question a point is tied to, also when its item has been taken out since."""
    if point.question is None:
        return None
    groups = list(questionnaire.section(point.section).groups) if point.item_id else []
    named = next((item.group for item in sheet.items if item.id == point.item_id), groups[0].code if groups else None)
    return questionnaire.find(point.question, named)


def nav_can(action: str, subject: Any = None, **options: Any) -> bool:
    """Whether to show a button: the same table that the operations enforce."""
    return bool(permissions.can(access.person_or_none(), action, subject, **options))


def hidden_fields() -> Markup:
    """What every form that is posted carries unseen: its token, its key, and which kept form it shows again."""
    fields = [("csrf_token", generate_csrf()), (once.FIELD, once.key_of_page())]
    if g.get("kept"):
        fields.append(("kept", g.kept.id))
    return Markup("").join(Markup('<input type="hidden" name="{}" value="{}">').format(*field) for field in fields)


def _unread() -> int:
    person = access.person_or_none()
    return unread_count(person, access.now()) if person else 0


def register(app: Flask) -> None:
    """Give the templates their globals and filters."""
    static = Path(app.static_folder or "")

    @app.url_defaults
    def _of_these_bytes(endpoint: str, values: dict[str, Any]) -> None:
        """A file that changes has another address, so that browsers may keep each for a year."""
        if endpoint == "static":
            values["v"] = _mark(static / values["filename"])

    env = app.jinja_env
    env.filters.update(words=words, say=say, moment=moment, day=day, far=far, prose=prose, why_blank=why_blank)
    env.globals.update(
        can=nav_can,
        state_name=state_name,
        waits_for=waits_for,
        side=side,
        report_title=report_title,
        edition_name=edition_name,
        is_late=lambda report: is_late(report, access.now()),
        due_moment=due_moment,
        headline=headline,
        slug_of=slug_of,
        point_question=point_question,
        cycle_state_name=lambda state: say(CYCLE_NAMES[CycleState(state)]),
        hidden_fields=hidden_fields,
        readable=keeping.readable,
        file_address=files.address_of,
        file_label=files.label_of,
        file_state=files.state_of,
    )

    @app.context_processor
    def _of_this_request() -> dict[str, Any]:
        return {
            "lang": current_language(),
            "person": access.person_or_none(),
            "now": access.now(),
            "unread": _Lazy(_unread),
            "kept_form": g.get("kept"), "also_kept": g.get("also_kept"),
        }


@lru_cache(maxsize=64)
def _mark(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


class _Lazy:
    """A number asked for only by the pages that show it."""

    def __init__(self, count: Callable[[], int]) -> None:
        self._count = count
        self._known: int | None = None

    def __int__(self) -> int:
        if self._known is None:
            self._known = self._count()
        return self._known

    def __bool__(self) -> bool:
        return int(self) > 0

    def __str__(self) -> str:
        return str(int(self))
