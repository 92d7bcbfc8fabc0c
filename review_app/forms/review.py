"""What a reviewer types: notes, points, and what goes with a step."""

from datetime import date
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import DateField, HiddenField, RadioField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, Length, Optional

from review_app.forms.numbers import whole_number
from review_app.forms.restored import PageForm

TEXT_LIMIT = 5_000
YEARS = range(1900, 2201)


class Day(DateField):
    """A day; what was typed stays in the field when it is no date."""

    kind = "day"

    data: date | None

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(gettext("This is not a date. Write it as in 2027-06-30.")) from error
        typed: date | None = self.data
        if typed is not None and typed.year not in YEARS:
            self.data = None
            raise ValueError(gettext("This is not a date. Write it as in 2027-06-30."))


def stripped(text: Any) -> str:
    """Typed text with plain line ends and nothing around it."""
    return str(text or "").replace("\r\n", "\n").strip()


def _written(limit: int = TEXT_LIMIT) -> list[Any]:
    return [
        DataRequired(lazy_gettext("Write something first.")),
        Length(max=limit, message=lazy_gettext("Shorten the text to %(max)d characters.")),
    ]


class StepForm(PageForm):
    """A button that takes a step: it carries the version of the report that the person saw."""

    seen = HiddenField(validators=[DataRequired()])

    @property
    def seen_version(self) -> int:
        """0 when the field was tampered with: no report has that version, so the step is stale."""
        return whole_number(str(self.seen.data or "")) or 0


class NoteForm(PageForm):
    """A note among reviewers, tied to a place of the section."""

    item = HiddenField()
    question = HiddenField()
    text = TextAreaField(
        lazy_gettext("Internal note"),
        description=lazy_gettext("Only reviewers and administrators read it."),
        filters=[stripped],
        validators=_written(),
    )


class PointForm(PageForm):
    """A point for the country, tied to a place of the section."""

    item = HiddenField()
    question = HiddenField()
    text = TextAreaField(
        lazy_gettext("Point for the country"),
        description=lazy_gettext("The country reads it, word for word, when you return the report."),
        filters=[stripped],
        validators=_written(),
    )
    weight = RadioField(
        lazy_gettext("How much it weighs"),
        choices=[
            ("must", lazy_gettext("Must be answered before the report can come back")),
            ("should", lazy_gettext("Should be considered; the country decides")),
        ],
        default="must",
        validators=[AnyOf(("must", "should"), message=lazy_gettext("Choose how much the point weighs."))],
        validate_choice=False,
    )


class ReturnForm(StepForm):
    """What goes with a return: the new due date and, if wanted, a letter."""

    new_due_on = Day(
        lazy_gettext("New due date"),
        description=lazy_gettext("The last day on which the country can send the report again."),
    )
    letter = TextAreaField(
        lazy_gettext("Letter to the country (optional)"),
        description=lazy_gettext("It stands above the points. Say what was good, and what the points have in common."),
        filters=[stripped],
        validators=[Optional(), Length(max=TEXT_LIMIT, message=lazy_gettext("Shorten the text to %(max)d characters."))],
    )
