"""The base of all forms: on a page that was asked to show a kept form again, that form's fields hold what was kept."""

from typing import Any

from flask import g
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field


class PageForm(FlaskForm):
    """A form whose values are those posted, else those kept for its reader (`g.kept`), else those it is given."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What the fields read: kept text also where a page gives None, which says only that nothing was posted."""
            given = super().wrap_formdata(form, formdata)
            return _kept_for(form) if given is None else given


def kept_fields() -> dict[str, str]:
    """What was kept for the reader of this page: name -> text."""
    kept = g.get("kept")
    return dict(kept.fields) if kept else {}


def _kept_for(form: PageForm) -> MultiDict[str, str] | None:
    kept = g.get("kept")
    if kept is None or not any(_belongs(name, field) for name, _ in kept.fields for field in form):
        return None
    return MultiDict((name, text) for name, text in kept.fields)


def _belongs(name: str, field: Field) -> bool:
    """Whether a posted name is that of a field, or of a part of it; every form has a token, which tells nothing."""
    return field.short_name != "csrf_token" and (name == field.name or name.startswith(f"{field.name}-"))
