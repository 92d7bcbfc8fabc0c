"""Files that somebody sent, handed out: always to be kept, never to be shown by the browser as a page of ours."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import g, request, send_file, url_for
from flask_babel import format_decimal
from werkzeug.exceptions import Gone
from werkzeug.wrappers import Response

from review_app.queries.attachments import states_of
from review_app.readers.attachments import KINDS
from review_app.storage import storage

POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"


def handed_out(file: Mapping[str, Any]) -> Response:
    """The bytes of a file, as `values.FILE_FACTS` tell of it."""
    try:
        stream = storage().open(UUID(str(file["id"])).hex)
    except FileNotFoundError:
        raise Gone from None
    media_type = KINDS[file["kind"]].media_type if file["kind"] in KINDS else "application/octet-stream"
    response: Response = send_file(stream, mimetype=media_type, as_attachment=True, download_name=file["name"])
    response.content_length = file["size"]
    response.cache_control.clear()
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def label_of(file: Mapping[str, Any]) -> str:
    """What it is and how large: "PDF, 1.2 MB"."""
    kind, size = KINDS.get(file["kind"]), int(file["size"])
    shown = f"{format_decimal(size / 1e6, '0.0')} MB" if size >= 100_000 else f"{max(1, round(size / 1000))} kB"
    return ", ".join(filter(None, (kind.label if kind else "", shown)))


def address_of(file: Mapping[str, Any]) -> str | None:
    """Where the page being shown leads to a file of it; None where it leads nowhere."""
    given, where = request.view_args or {}, request.blueprint
    if where == "public" and "slug" in given:
        return url_for("public.file", slug=given["slug"], file_id=file["id"])
    if where in ("desk", "review") and "report_id" in given:
        is_there = state_of(file) in ("ready", "checking")
        return url_for(f"{where}.file", report_id=_report_id(), file_id=file["id"]) if is_there else None
    return None


def state_of(file: Mapping[str, Any]) -> str:
    """The state of a file of the report that the page is about; what is published is ready. One query a page."""
    if request.blueprint not in ("desk", "review"):
        return "ready"
    if "file_states" not in g:
        g.file_states = states_of(_report_id())
    return str(g.file_states.get(str(file["id"]), "gone"))


def _report_id() -> int:
    return int((request.view_args or {})["report_id"])
