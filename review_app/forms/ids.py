"""Ids, versions and numbers of pages as browsers send them: nothing typed there may be too much for the database, or for Python."""

from uuid import UUID

from review_app.permissions import NotFound

HIGHEST_ID = 2**31 - 1  # what an integer column holds


def whole_number(text: str | None) -> int | None:
    """The number from 0 to HIGHEST_ID that a text is, written in ASCII digits; None for anything else."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > len(str(HIGHEST_ID)):
        return None
    number = int(text)
    return number if number <= HIGHEST_ID else None


def item_id_of(text: str | None) -> UUID | None:
    """The id of an item, None when none is named. Raises NotFound for a text that is no id."""
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound from None
