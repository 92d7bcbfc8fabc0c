"""Whole numbers that come from a browser: nothing typed there may be too large for the database, or for Python."""

HIGHEST_ID = 2**31 - 1  # what an integer column holds


def whole_number(text: str | None) -> int | None:
    """The number from 0 to HIGHEST_ID that a text is, written in ASCII digits; None for anything else."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > len(str(HIGHEST_ID)):
        return None
    number = int(text)
    return number if number <= HIGHEST_ID else None
