"""What the ministry types besides its answers: replies, invitations, the declaration."""

from datetime import datetime

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Email, Optional, ValidationError

from review_app.forms.fields import NAME_LIMIT, Day, at_most, offered, stripped
from review_app.forms.languages import INTERFACE_LANGUAGES
from review_app.forms.restored import PageForm

FATE_NAMES = (
    ("open", _l("Not said yet")), ("continues", _l("Goes on")), ("renamed", _l("Goes on under another name")),
    ("merged", _l("Merged into another entry")), ("ended", _l("Ended")), ("not_followed_up", _l("Not followed up")),
)  # fmt: skip


class FateForm(PageForm):
    """What became of one entry of the last report; one a row of the page, each with a prefix of its own."""

    fate = SelectField(_l("What became of it"), choices=offered(FATE_NAMES))
    into = SelectField(_l("If merged: into which entry"), choices=[], validate_choice=False)
    seen = HiddenField()


class ReplyForm(PageForm):
    """The answer to one point, or the reason for one finding."""

    reply = TextAreaField(_l("Your answer"))
    seen = HiddenField()  # when the answer was given that the page showed

    @property
    def is_unsaved(self) -> bool:
        """Whether its text is another than the one that stands."""
        return (self.reply.data or "") != (self.reply.object_data or "")

    @property
    def seen_at(self) -> datetime | None:
        """None when no answer stood there."""
        try:
            return datetime.fromisoformat(self.seen.data or "")
        except ValueError:
            return None


class FilledFormForm(PageForm):
    """A form that comes back filled in."""

    file = FileField(
        _l("The filled-in form"),
        description=_l("The Word or Excel file you downloaded here, up to 12 MB."),
        validators=[FileRequired(_l("Choose the file first"))],
    )


class InviteForm(PageForm):
    """Somebody for the national team. No section ticked = the whole report."""

    name = StringField(
        _l("Name"), filters=[stripped], validators=[DataRequired(_l("Enter the person's name")), at_most(NAME_LIMIT)]
    )
    email = EmailField(
        _l("E-mail address"),
        filters=[stripped],
        validators=[
            DataRequired(_l("Enter an e-mail address")),
            Email(_l("Enter an e-mail address such as name@example.org")),
        ],
    )
    language = SelectField(_l("Language of the invitation"), choices=offered(INTERFACE_LANGUAGES))
    role = RadioField(
        _l("Role"),
        choices=offered((
            ("contributor", _l("Contributor: writes answers")),
            ("coordinator", _l("Coordinator: also invites and submits")),
        )),
        default="contributor",
    )
    sections = SelectMultipleField(
        _l("What a contributor writes"), choices=[],
        description=_l("Sections or single questions. Tick none to give the whole report."),
    )


class LeaveForm(PageForm):
    """Who takes over the lead, and what they must know. The choices are the team's."""

    successor = RadioField(_l("Who takes over"), validators=[DataRequired(_l("Choose who takes over"))])
    name = StringField(_l("Name"), filters=[stripped], validators=[at_most(NAME_LIMIT)])
    email = EmailField(_l("E-mail address"), filters=[stripped])
    language = SelectField(_l("Language of the invitation"), choices=offered(INTERFACE_LANGUAGES))
    note = TextAreaField(
        _l("Briefing"), filters=[stripped],
        description=_l("Written by the system from where things stand now. Add what only you know."),
        validators=[at_most(20_000)],
    )  # fmt: skip
    stays = BooleanField(_l("I stay in the team as a contributor"))

    def validate_name(self, field: StringField) -> None:
        if self.successor.data == "new" and not field.data:
            raise ValidationError(gettext("Enter the person's name"))

    def validate_email(self, field: EmailField) -> None:
        if self.successor.data == "new":
            Email(gettext("Enter an e-mail address such as name@example.org"))(self, field)


class DeclarationForm(PageForm):
    """The declaration of the signing official, who need not be the person at the keyboard."""

    name = StringField(
        _l("Name of the signing official"),
        filters=[stripped],
        validators=[DataRequired(_l("Enter the name of the signing official")), at_most(NAME_LIMIT)],
    )
    position = StringField(
        _l("Position"), filters=[stripped], validators=[DataRequired(_l("Enter the official's position")), at_most(NAME_LIMIT)]
    )
    signed_on = Day(_l("Date of signature"), description=_l("Today when it is left empty."), validators=[Optional()])
    is_declared = BooleanField(
        _l("The official named here has read this report and submits it on behalf of the government."),
        validators=[DataRequired(_l("Tick the declaration before you submit"))],
    )
