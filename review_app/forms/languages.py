"""The languages answers may be written in, each under its own name, and the direction they are written in."""

from flask_babel import lazy_gettext as _l

# Those of the interface first, then the other languages of the United Nations and Portuguese.
CONTENT_LANGUAGES = (
    ("en", "English"), ("fr", "Français"), ("es", "Español"),
    ("ar", "العربية"), ("pt", "Português"), ("ru", "Русский"), ("zh", "中文"),
)  # fmt: skip
INTERFACE_LANGUAGES = CONTENT_LANGUAGES[:3]
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})

YES_NO = (("yes", _l("Yes")), ("no", _l("No")))


def direction(language: str | None) -> str:
    """`rtl` or `ltr`, for the HTML attribute."""
    return "rtl" if (language or "")[:2] in RIGHT_TO_LEFT else "ltr"
