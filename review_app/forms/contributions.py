"""What is typed about contributions: whom to ask for what, who answers, and why a text is declined."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Email, Optional

from review_app.forms.fields import NAME_LIMIT, TEXT_LIMIT, Day, at_most, offered, stripped
from review_app.forms.languages import INTERFACE_LANGUAGES
from review_app.forms.restored import PageForm


class AskForm(PageForm):
    """One receiver and what they are asked for. The choices of `place` are those of the questionnaire."""

    place = SelectField(_l("What to ask for"))
    name = StringField(
        _l("Whom you ask"), description=_l("The name of the person or office. It stands at the top of their page."),
        filters=[stripped], validators=[DataRequired(_l("Enter whom you ask")), at_most(NAME_LIMIT)],
    )  # fmt: skip
    email = EmailField(
        _l("E-mail address (optional)"),
        description=_l("Without one, copy the link from the list on this page and send it yourself."),
        filters=[stripped],
        validators=[Optional(), Email(_l("Enter an e-mail address such as name@example.org")), at_most(254)],
    )  # fmt: skip
    language = SelectField(_l("Language of the page and the e-mail"), choices=offered(INTERFACE_LANGUAGES))
    message = TextAreaField(
        _l("Your message (optional)"), filters=[stripped],
        validators=[at_most(TEXT_LIMIT)],
    )  # fmt: skip
    until = Day(
        _l("Last day of the link"), description=_l("The link stops working at the end of this day."),
        validators=[DataRequired(_l("Choose the last day of the link"))],
    )  # fmt: skip
    shows_answers = BooleanField(_l("Show them what we have so far for these questions"))


class AgainForm(PageForm):
    """A later last day for a link."""

    until = Day(_l("Until"), validators=[DataRequired(_l("Choose the last day of the link"))])


class SenderForm(PageForm):
    """Who sends a contribution. The link itself lets them in, so there is no session whose token could run out."""

    class Meta(PageForm.Meta):
        csrf = False

    writer = StringField(
        _l("Your name"), filters=[stripped], validators=[DataRequired(_l("Enter your name")), at_most(NAME_LIMIT)]
    )
    organisation = StringField(
        _l("Your organisation"), filters=[stripped],
        validators=[DataRequired(_l("Enter the name of your organisation")), at_most(NAME_LIMIT)],
    )  # fmt: skip


class DeclareForm(PageForm):
    """The declaration of the signing official, by a link."""

    class Meta(PageForm.Meta):
        csrf = False

    name = StringField(
        _l("Your name"), filters=[stripped], validators=[DataRequired(_l("Enter your name")), at_most(NAME_LIMIT)]
    )
    position = StringField(
        _l("Your position"), filters=[stripped], validators=[DataRequired(_l("Enter your position")), at_most(NAME_LIMIT)]
    )
    is_declared = BooleanField(
        _l("I have read this report, and declare it on behalf of the government."),
        validators=[DataRequired(_l("Tick the declaration"))],
    )


class DeclineForm(PageForm):
    """Why a text is not taken."""

    reason = TextAreaField(
        _l("Reason (optional)"), description=_l("Whoever wrote the text sees it on their page."), filters=[stripped],
        validators=[at_most(TEXT_LIMIT)],
    )  # fmt: skip
