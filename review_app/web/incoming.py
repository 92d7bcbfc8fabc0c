"""What comes in is made safe to look up and to keep before any page reads it."""

import re
from typing import Any

from flask import Flask, Request, abort, request
from werkzeug.datastructures import ImmutableMultiDict

HIGHEST_ID = 2**31 - 1  # what an integer column holds


# NUL, which PostgreSQL keeps nowhere, and the signs that make a whole line run backwards; no keyboard types either.
UNWANTED = re.compile("[\0\u202a-\u202e\u2066-\u2069]")


class Typed(ImmutableMultiDict[str, Any]):
    """Fields of a query or form without the signs that nobody types."""

    def __init__(self, mapping: Any = None) -> None:
        if mapping is not None and not hasattr(mapping, "items"):
            mapping = [(_clean(name), _clean(value)) for name, value in mapping]
        super().__init__(mapping)


class SafeRequest(Request):
    """Every field of it went through `Typed`."""

    parameter_storage_class = Typed


def _clean(value: Any) -> Any:
    return UNWANTED.sub("", value) if isinstance(value, str) else value


def register(app: Flask) -> None:
    """An address with a NUL, or with a number beyond every id, is the address of nothing; and no form is without end."""
    app.request_class = SafeRequest

    @app.url_value_preprocessor
    def _refuse(endpoint: str | None, values: dict[str, Any] | None) -> None:
        if request.mimetype == "application/x-www-form-urlencoded":  # read at once, which only the whole length can limit
            request.max_content_length = app.config["MAX_FORM_MEMORY_SIZE"]
        for value in (values or {}).values():
            if isinstance(value, str) and "\0" in value:
                abort(404)
            if isinstance(value, int) and value > HIGHEST_ID:
                abort(404)
