"""When something ends, in words: one way for pages and mails."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from flask_babel import gettext

from review_app.queries.reports import due_moment
from review_app.questionnaire.language import day_in_words


def clock(local: datetime, language: str) -> str:
    """A moment as it stands, day and time."""
    return f"{day_in_words(local.date(), language)}, {local:%H:%M}"


def deadline(on: date, zone: str, language: str) -> str:
    """The last minute of a due date where it was set, and in UTC when that differs; in the language that is in force."""
    last = due_moment(on, zone) - timedelta(minutes=1)
    there = clock(last.astimezone(ZoneInfo(zone)), language)
    if zone == "UTC":
        return f"{there} UTC"
    place = get_timezone_location(zone, locale=language, return_city=True)
    return gettext("%(there)s, time of %(place)s (%(utc)s UTC)", there=there, place=place, utc=clock(last, language))
