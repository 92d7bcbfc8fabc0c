"""Who is at which section of a report right now. Known for some minutes in Redis, and nothing depends on it."""

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from redis import Redis, RedisError

KNOWN_FOR = timedelta(seconds=150)  # a page says once a minute that it is still looked at
WAITS = 0.2  # seconds for an answer, since a page waits too
RESTS = 15.0  # seconds after it could not be asked


@dataclass(frozen=True)
class Here:
    """Somebody at a report. `section` is its code, empty for the task list."""

    person_id: int
    name: str
    section: str


class Presence:
    """The people of each report. While Redis is away nobody is seen, and it is not asked for each page."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_timeout=WAITS, socket_connect_timeout=WAITS, decode_responses=True)
        self._rests_until = 0.0

    def note(self, report_id: int, me: Here, *, now: datetime) -> list[Here]:
        """Note where somebody is, and see who else is at the report, by name."""
        if time.monotonic() < self._rests_until:
            return []
        key, oldest = f"presence:{report_id}", (now - KNOWN_FOR).timestamp()
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                pipe.hset(key, str(me.person_id), json.dumps([me.name, me.section, now.timestamp()]))
                pipe.expire(key, KNOWN_FOR)
                pipe.hgetall(key)
                found = pipe.execute()[-1]
        except RedisError:
            self._rests_until = time.monotonic() + RESTS
            return []
        seen = [(int(person_id), *json.loads(row)) for person_id, row in found.items()]
        others = [Here(person_id, name, section) for person_id, name, section, at in seen if at > oldest]
        return sorted((one for one in others if one.person_id != me.person_id), key=lambda one: one.name)
