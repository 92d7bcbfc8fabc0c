"""How many public pages one address may read in a minute.

Counted in the memory of each web process: a public page asks nothing of Redis, and no limit of reads needs to be exact.
"""

import time
from collections import Counter

from flask import current_app, request
from werkzeug.exceptions import TooManyRequests

MINUTE = 60  # seconds


class Reads:
    """The reads of each address in the minute that runs."""

    def __init__(self) -> None:
        self._minute, self._counts = 0, Counter[str]()

    def count(self, address: str) -> int:
        """Count one more, and say how many there were."""
        minute = int(time.monotonic() // MINUTE)
        if minute != self._minute:
            self._minute, self._counts = minute, Counter()
        self._counts[address] += 1
        return self._counts[address]


def keep_within_limit() -> None:
    """Before each public page. Raises TooManyRequests."""
    most: int = current_app.config["PUBLIC_READS_PER_MINUTE"]
    if most and current_app.extensions["reads"].count(request.remote_addr or "") > most:
        raise TooManyRequests
