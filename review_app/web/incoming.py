"""What comes in is made safe to look up and to keep before any page reads it."""

import json
import re
from io import BytesIO
from typing import IO, Any

from flask import Flask, Request, abort, current_app, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from review_app.forms.ids import HIGHEST_ID

FORM, WITH_FILES, PAIRS = "application/x-www-form-urlencoded", "multipart/form-data", "application/json"
# Bytes of a form with files that are read, past every file, for the words beside them.
LONGEST_PASSED_OVER = 64 * 1024 * 1024
# Files come beside answers here: of a form with too big a file only that file is lost.
TAKES_FILES = frozenset({"desk.save_section", "desk.save_item", "desk.conflict"})

# NUL, which PostgreSQL keeps nowhere, and the signs that make a whole line run backwards; no keyboard types either.
UNWANTED = re.compile("[\0\u202a-\u202e]")
# Half a sign, which JSON can say and nothing else.
SURROGATE = re.compile("[\ud800-\udfff]")
# Isolates set off a word of the other direction within Arabic and Hebrew text. One without its end would reach beyond
# the text it stands in, so only pairs within a line are kept.
ISOLATES, END_OF_ISOLATE = "\u2066\u2067\u2068", "\u2069"
ANY_ISOLATE = re.compile(f"[{ISOLATES}{END_OF_ISOLATE}]")


class Typed(ImmutableMultiDict[str, Any]):
    """Fields of a query or form without the signs that nobody types."""

    def __init__(self, mapping: Any = None) -> None:
        if mapping is not None and not hasattr(mapping, "items"):
            mapping = [(_clean(name), _clean(value)) for name, value in mapping]
        super().__init__(mapping)


class FormParser(FormDataParser):
    """Reads one shape more: JSON as [[name, text], ...], in which a script sends what a form would, each sign in its own bytes."""

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> tuple[IO[bytes], MultiDict[str, Any], MultiDict[str, Any]]:
        if mimetype != PAIRS:
            return super().parse(stream, mimetype, content_length, options)
        try:
            pairs = json.loads(stream.read())
        except (ValueError, RecursionError):
            raise BadRequest from None
        if not isinstance(pairs, list) or not all(map(_is_pair, pairs)):
            raise BadRequest
        if len(pairs) > (self.max_form_parts or 0):
            raise RequestEntityTooLarge
        whole = [(SURROGATE.sub("\ufffd", name), SURROGATE.sub("\ufffd", text)) for name, text in pairs]
        return stream, self.cls(whole), self.cls()


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)


class Nowhere(BytesIO):
    """Where a file goes that nobody wants."""

    def write(self, data: Any) -> int:
        """Nothing is kept."""
        return len(data)


class SafeRequest(Request):
    """Every field of it went through `Typed`."""

    parameter_storage_class = Typed
    form_data_parser_class = FormParser
    wants_files = True
    was_measured = False

    def _get_file_stream(self, *args: Any, **kwargs: Any) -> Any:
        return super()._get_file_stream(*args, **kwargs) if self.wants_files else Nowhere()

    def _load_form_data(self) -> None:
        """Refuse words of more than a form may hold. Those beside files were read to know it, so they can be shown."""
        super()._load_form_data()
        if self.mimetype == WITH_FILES and not self.was_measured:
            self.was_measured = True
            if sum(map(len, self.form.values())) > current_app.config["MAX_FORM_MEMORY_SIZE"]:
                raise RequestEntityTooLarge


def _clean(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    value = UNWANTED.sub("", value)
    return "\n".join(map(_balanced, value.split("\n"))) if ANY_ISOLATE.search(value) else value


def _balanced(line: str) -> str:
    """A line without the isolates that do not end in it, and without ends of none."""
    kept, opened = list(line), []
    for at, sign in enumerate(line):
        if sign in ISOLATES:
            opened.append(at)
        elif sign == END_OF_ISOLATE:
            if opened:
                opened.pop()
            else:
                kept[at] = ""
    for at in opened:
        kept[at] = ""
    return "".join(kept)


def read_all(refused: Any) -> bool:
    """Read a form that was refused for its length, so that its words can be shown. False: it is longer than anything is read."""
    if refused.was_measured:
        return True
    if refused.mimetype not in (FORM, WITH_FILES) or refused.content_length is None:
        return False
    longest = refused.max_form_memory_size = current_app.config["MAX_CONTENT_LENGTH"]
    refused.max_content_length = longest if refused.mimetype == FORM else LONGEST_PASSED_OVER
    refused.wants_files = False
    for name in ("form", "files", "stream", "values"):  # what was remembered of the attempt
        refused.__dict__.pop(name, None)
    try:
        return bool(refused.form)
    except HTTPException:
        return False


def register(app: Flask) -> None:
    """An address with a NUL, or with a number beyond every id, is the address of nothing; and no form is without end."""
    app.request_class = SafeRequest

    @app.url_value_preprocessor
    def _refuse(endpoint: str | None, values: dict[str, Any] | None) -> None:
        if request.mimetype in (FORM, PAIRS):  # read at once, which only the whole length can limit
            request.max_content_length = app.config["MAX_FORM_MEMORY_SIZE"]
        elif request.mimetype == WITH_FILES:  # measured when it was read
            request.max_form_memory_size = app.config["MAX_CONTENT_LENGTH"]
            if endpoint in TAKES_FILES:
                request.max_content_length = app.config["MAX_UPLOAD_LENGTH"]
        for value in (values or {}).values():
            if isinstance(value, str) and "\0" in value:
                abort(404)
            if isinstance(value, int) and value > HIGHEST_ID:
                abort(404)
