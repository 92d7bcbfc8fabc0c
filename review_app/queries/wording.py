"""Official words in the reader's language, picked out by the database."""

from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, func


def worded(texts: Any) -> ColumnElement[str]:
    """One text out of language -> text: that of the parameter `language`, else the English one."""
    return func.coalesce(texts[bindparam("language", type_=Text)].astext, texts["en"].astext)
