"""What people type about themselves: signing in, joining, their account."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, Email

from review_app.forms.fields import NAME_LIMIT, at_most, offered, stripped, zones
from review_app.forms.languages import INTERFACE_LANGUAGES
from review_app.forms.passwords import weakness
from review_app.forms.restored import PageForm


def _name() -> StringField:
    return StringField(
        _l("Your name"),
        description=_l("As colleagues and the secretariat should see it."),
        filters=[stripped],
        validators=[DataRequired(_l("Enter your name.")), at_most(NAME_LIMIT)],
    )


def _language() -> SelectField:
    return SelectField(
        _l("Language"), description=_l("For the pages you see and the e-mails you get."), choices=offered(INTERFACE_LANGUAGES),
    )


def _new_password() -> PasswordField:
    return PasswordField(
        _l("New password"),
        description=_l("At least 12 characters. A few words in a row are easy to remember and hard to guess."),
        validators=[DataRequired(_l("Enter a new password."))],
    )


class NewPassword:
    """Refuses what is easy to guess. `about`: words of the person that a password must not be made of."""

    about: tuple[str, ...] = ()

    def validate_password(self, field: PasswordField) -> None:
        if found := weakness(field.data or "", self.about):
            raise ValidationError(gettext(found.id) % found.params)


class SignInForm(PageForm):
    """Address and password. What is wrong with them is never told apart."""

    email = EmailField(_l("E-mail address"), filters=[stripped], validators=[DataRequired(_l("Enter your e-mail address."))])
    password = PasswordField(_l("Password"), validators=[DataRequired(_l("Enter your password."))])


class ForgotForm(PageForm):
    """The address a link for a new password goes to."""

    email = EmailField(
        _l("E-mail address"),
        filters=[stripped],
        validators=[
            DataRequired(_l("Enter your e-mail address.")),
            Email(_l("Enter an e-mail address, such as name@example.org.")),
        ],
    )


class ResetForm(NewPassword, PageForm):
    """A new password, by a link."""

    password = _new_password()


class JoinForm(NewPassword, PageForm):
    """An invitation accepted."""

    name = _name()
    language = _language()
    password = _new_password()


class AccountForm(PageForm):
    """How the system addresses a person."""

    name = _name()
    language = _language()
    time_zone = SelectField(
        _l("Time zone"),
        description=_l("Times are shown in it. Due dates keep their own."),
        choices=offered(zones()),
    )


class PasswordForm(NewPassword, PageForm):
    """A new password by somebody who knows the old one."""

    current = PasswordField(_l("Current password"), validators=[DataRequired(_l("Enter your current password."))])
    password = _new_password()
