"""What a reviewer types: notes, points, and what goes with a step."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, Optional

from review_app.forms.fields import TEXT_LIMIT, Day, at_most, offered, stripped
from review_app.forms.ids import whole_number
from review_app.forms.restored import PageForm


def _written() -> list[Any]:
    return [DataRequired(_l("Write something first.")), at_most(TEXT_LIMIT)]


class StepForm(PageForm):
    """A button that takes a step: it carries the version of the report that the person saw."""

    seen = HiddenField(validators=[DataRequired()])

    @property
    def seen_version(self) -> int:
        """0 when the field was tampered with: no report has that version, so the step is stale."""
        return whole_number(str(self.seen.data or "")) or 0


class PlaceForm(PageForm):
    """What is said at a place of the section."""

    item = HiddenField()
    question = HiddenField()


class NoteForm(PlaceForm):
    """A note among reviewers."""

    text = TextAreaField(
        _l("Internal note"),
        description=_l("Only reviewers and administrators read it."),
        filters=[stripped],
        validators=_written(),
    )


class PointForm(PlaceForm):
    """A point for the country."""

    text = TextAreaField(
        _l("Point for the country"),
        description=_l("The country reads it, word for word, when you return the report."),
        filters=[stripped],
        validators=_written(),
    )
    weight = RadioField(
        _l("How much it weighs"),
        choices=offered((
            ("must", _l("Must be answered before the report can come back")),
            ("should", _l("Should be considered; the country decides")),
        )),
        default="must",
        validators=[AnyOf(("must", "should"), message=_l("Choose how much the point weighs."))],
        validate_choice=False,
    )


class ReturnForm(StepForm):
    """What goes with a return: the new due date and, if wanted, a letter."""

    new_due_on = Day(
        _l("New due date"),
        description=_l("The last day on which the country can send the report again."),
    )
    letter = TextAreaField(
        _l("Letter to the country (optional)"),
        description=_l("It stands above the points. Say what was good, and what the points have in common."),
        filters=[stripped],
        validators=[Optional(), at_most(TEXT_LIMIT)],
    )
