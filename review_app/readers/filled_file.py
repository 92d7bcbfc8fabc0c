"""A filled-in form as it was sent: is it harmless, which kind is it, and what does it say."""

import zipfile
from collections.abc import Mapping
from io import BytesIO

from review_app.questionnaire.language import Questionnaire
from review_app.readers.archives import TooMuch, members
from review_app.readers.filled import Filled, Unreadable
from review_app.readers.filled_document import read_document
from review_app.readers.filled_workbook import read_workbook
from workflows.messages import Message

MOST_BYTES = 20_000_000
"""In all XML of the file once unpacked; pictures are never unpacked. A report of 67 answers and 27 measures, all full, has below 5 million."""
MOST_PARTS = 2_000
_OTHER = Message("This is neither a Word document nor an Excel workbook: send the form you downloaded here, filled in.")


def read_filled(data: bytes, questionnaire: Questionnaire, groups: Mapping[str, str]) -> Filled:
    """Read a .docx or .xlsx. `groups`: short id of each of the report's entries -> code of its group. Raises Unreadable."""
    names = _parts(data)
    if "word/document.xml" in names:
        filled = read_document(data, questionnaire, groups)
    elif "xl/workbook.xml" in names:
        filled = read_workbook(data, questionnaire, groups)
    else:
        raise Unreadable(_OTHER)
    if not filled.answers and not filled.entries:
        raise Unreadable(Message("No field of the form was found in the file: download the form again and fill in that one."))
    return filled


def _parts(data: bytes) -> set[str]:
    """The names of the parts, once it is sure that unpacking them is harmless."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = members(archive, most=MOST_PARTS, most_bytes=MOST_BYTES, of=lambda part: part.filename.endswith((".xml", ".rels")))
            if any(part.flag_bits & 1 for part in parts):
                raise Unreadable(Message("The file is protected by a password: save it without one and send it again."))
            return {part.filename for part in parts}
    except TooMuch:
        raise Unreadable(
            Message("The file holds far more than a form can: send the form itself, without pictures or other files in it.")
        ) from None
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise Unreadable(_OTHER) from None
