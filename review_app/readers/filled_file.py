"""A filled-in form as it was sent: taken apart in a child process, put together here."""

import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from review_app.questionnaire.language import Questionnaire
from review_app.readers.archives import BROKEN, TooMuch, members
from review_app.readers.files import FileProblem, confined
from review_app.readers.filled import Filled, Unreadable
from review_app.readers.filled_document import boxes_of, read_boxes
from review_app.readers.filled_workbook import HIDDEN, read_sheets, sheets_of
from workflows.messages import Message

MOST_BYTES = 60_000_000
"""In all that is in the file, once unpacked. A report of 67 answers and 27 measures, all full, has below 5 million."""
MOST_PARTS = 2_000
_OTHER = Message("This is neither a Word document nor an Excel workbook: send the form you downloaded here, filled in.")
_DAMAGED = Message("The file is damaged: open it in Word or Excel, save it again and send that file.")
PROBLEMS = {
    "unknown": _OTHER,
    "bomb": Message("The file holds far more than a form can: send the form itself, without pictures or other files in it."),
    "too_slow": Message("The file holds far more than a form can: send the form itself, without pictures or other files in it."),
    "locked": Message("The file is protected by a password: save it without one and send it again."),
}


def read_filled(data: bytes, questionnaire: Questionnaire, groups: Mapping[str, str]) -> Filled:
    """Read a .docx or .xlsx. `groups`: short id of each of the report's entries -> code of its group. Raises Unreadable."""
    try:
        parts = confined("form", data)
    except FileProblem as problem:
        raise Unreadable(PROBLEMS.get(problem.key, _DAMAGED)) from None
    return put_together(parts, questionnaire, groups)


def taken_apart(data: bytes) -> dict[str, Any]:
    """Everything the file says that might be of a form, as JSON types: for the child process. Raises FileProblem, and more."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = members(archive, most=MOST_PARTS, most_bytes=MOST_BYTES)
    except TooMuch:
        raise FileProblem("bomb") from None
    except BROKEN:
        raise FileProblem("unknown") from None
    if any(part.flag_bits & 1 for part in parts):
        raise FileProblem("locked")
    names = {part.filename for part in parts}
    if "word/document.xml" in names:
        return {"document": boxes_of(data)}
    if "xl/workbook.xml" in names:
        return {"workbook": sheets_of(data)}
    raise FileProblem("unknown")


def put_together(parts: Mapping[str, Any], questionnaire: Questionnaire, groups: Mapping[str, str]) -> Filled:
    """What `taken_apart` found, as answers. Raises Unreadable when it is no form."""
    if "workbook" in parts and HIDDEN not in parts["workbook"]:
        raise Unreadable(Message("This workbook is no form of ours: download the form again and fill in that one."))
    if "document" in parts:
        filled = read_boxes(parts["document"], questionnaire, groups)
    else:
        filled = read_sheets(parts["workbook"], questionnaire, groups)
    if not filled.answers and not filled.entries:
        raise Unreadable(Message("No field of the form was found in the file: download the form again and fill in that one."))
    return filled
