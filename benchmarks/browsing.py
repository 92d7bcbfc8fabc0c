"""One person's browser, fast enough to be left out of the account: it keeps a connection, cookies, and what a page holds."""

import http.client
import itertools
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from bs4 import BeautifulSoup

KEPT_ALIVE = 1.0  # seconds; gunicorn keeps an idle connection for two
_ADDRESSES = itertools.count(2)


@dataclass
class Browser:
    """Asks one server. Every browser has a loopback address of its own, as readers have."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        own = next(_ADDRESSES)
        source = (f"127.1.{own // 250}.{own % 250 + 1}", 0)
        self._http = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60, source_address=source)
        self._asked_at = 0.0

    def get(self, address: str, *, status: int = 200) -> str:
        return self._ask("GET", address, None, status)

    def post(self, address: str, fields: Mapping[str, Any], *, status: int = 302) -> str:
        return self._ask("POST", address, urlencode(fields, doseq=True), status)

    def _ask(self, method: str, address: str, body: str | None, status: int) -> str:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if time.monotonic() - self._asked_at > KEPT_ALIVE:
            self._http.close()
        self._asked_at = time.monotonic()
        self._http.request(method, address, body, headers)
        answer = self._http.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, value = line.split(";", 1)[0].split("=", 1)
            self.cookies[name] = value
        if answer.status != status:
            words = " ".join(BeautifulSoup(text, "html.parser").get_text(" ").split())
            raise SystemExit(f"{method} {address} answered {answer.status}, not {status}: {words[:500]}")
        return text

    def form(self, address: str, wanted: str = "main form[method=post]") -> dict[str, list[str]]:
        """What a person would send who opens the page and presses a button: the fields of its last such form."""
        page = BeautifulSoup(self.get(address), "html.parser")
        form = page.select(wanted)[-1]
        fields: dict[str, list[str]] = {}
        for control in form.select("input[name], textarea[name], select[name]"):
            if control.name == "textarea":
                value = re.sub(r"^\n", "", control.get_text())
            elif control.name == "select":
                chosen = control.select_one("option[selected]") or control.select_one("option")
                value = str(chosen["value"]) if chosen else ""
            elif control.get("type") in ("radio", "checkbox") and not control.has_attr("checked"):
                continue
            else:
                value = str(control.get("value", ""))
            fields.setdefault(str(control["name"]), []).append(value)
        return fields
