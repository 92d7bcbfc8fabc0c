"""What the office types about an import: what it is of, its files, and what becomes of one text."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from review_app.forms.fields import Choices, at_most, offered, stripped
from review_app.forms.restored import PageForm


class BatchForm(PageForm):
    """A new import into a cycle that is already chosen."""

    group = SelectField(_l("Each text becomes"))
    party_code = SelectField(
        _l("Whose reports these are"),
        description=_l("Choose nothing when each text says its own country."),
    )
    source = StringField(
        _l("Where they were published (optional)"),
        description=_l("A web address or a title. It is shown with the report."),
        filters=[stripped],
        validators=[at_most(1_000)],
    )

    def offer(self, groups: Choices, parties: Choices) -> "BatchForm":
        """Put what can be chosen into the fields."""
        self.group.choices = offered(groups)
        self.party_code.choices = offered([("", _l("As each text says")), *parties])
        return self


class FilesForm(PageForm):
    """Files of an import: single ones, or a folder."""

    files = MultipleFileField(
        _l("Files"),
        description=_l(
            "Text, HTML, Word (DOCX), PDF, or a ZIP of these; 12 MB at a time. You can send more afterwards."
        ),
    )
    folder = MultipleFileField(
        _l("Or a folder"), description=_l("Everything in it, where your browser can send folders.")
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

    party_code = SelectField(_l("Party"))
    group = SelectField(_l("This text becomes"))
    reason = TextAreaField(
        _l("Why something is left out"),
        description=_l("Needed when words, or the whole text, are left out. It is kept with the source."),
        filters=[stripped],
        validators=[at_most(2_000)],
    )

    def offer(self, groups: Choices, parties: Choices) -> "SettleForm":
        """Put what can be chosen into the fields."""
        self.group.choices = offered(groups)
        self.party_code.choices = offered([("", _l("Choose a party")), *parties])
        return self
