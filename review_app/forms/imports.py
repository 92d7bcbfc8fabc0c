"""What the office types about an import: what it is of, its files, and what becomes of one text."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf.file import MultipleFileField
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from review_app.forms.restored import PageForm
from review_app.forms.review import stripped

Choices = Sequence[tuple[str, Any]]


class BatchForm(PageForm):
    """A new import into a cycle that is already chosen."""

    group = SelectField(lazy_gettext("Each text becomes"))
    party_code = SelectField(
        lazy_gettext("Whose reports these are"),
        description=lazy_gettext("Choose nothing when each text says its own country."),
    )
    source = StringField(
        lazy_gettext("Where they were published (optional)"),
        description=lazy_gettext("A web address or a title. It is shown with the report."),
        filters=[stripped],
        validators=[Length(max=1_000, message=lazy_gettext("Shorten the text to %(max)d characters."))],
    )

    def offer(self, groups: Choices, parties: Choices) -> "BatchForm":
        """Put what can be chosen into the fields."""
        self.group.choices = list(groups)
        self.party_code.choices = [("", lazy_gettext("As each text says")), *parties]
        return self


class FilesForm(PageForm):
    """Files of an import: single ones, or a folder."""

    files = MultipleFileField(
        lazy_gettext("Files"),
        description=lazy_gettext(
            "Text, HTML, Word (DOCX), PDF, or a ZIP of these; 12 MB at a time. You can send more afterwards."
        ),
    )
    folder = MultipleFileField(
        lazy_gettext("Or a folder"), description=lazy_gettext("Everything in it, where your browser can send folders.")
    )

    @property
    def given(self) -> list[tuple[str, bytes]]:
        """Name and content of each file that was sent."""
        return [(one.filename or "", one.read()) for one in (*(self.files.data or ()), *(self.folder.data or ()))]

    def validate_files(self, field: MultipleFileField) -> None:
        if not field.data and not self.folder.data:
            raise ValidationError(gettext("Choose the files to bring in."))


class SettleForm(PageForm):
    """What belongs to a text besides its answers. Its names begin with `import-`, so that no question can be called the same."""

    class Meta(PageForm.Meta):
        csrf = False  # the form of the answers around it has the token

    party_code = SelectField(lazy_gettext("Party"))
    group = SelectField(lazy_gettext("This text becomes"))
    reason = TextAreaField(
        lazy_gettext("Why something is left out"),
        description=lazy_gettext("Needed when words, or the whole text, are left out. It is kept with the source."),
        filters=[stripped],
        validators=[Length(max=2_000, message=lazy_gettext("Shorten the reason to %(max)d characters."))],
    )

    def offer(self, groups: Choices, parties: Choices) -> "SettleForm":
        """Put what can be chosen into the fields."""
        self.group.choices = list(groups)
        self.party_code.choices = [("", lazy_gettext("Choose a party")), *parties]
        return self
