"""What the office types: cycles, who is expected, invitations and later dates."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    EmailField,
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import AnyOf, DataRequired, Email, ValidationError

from review_app.checks.found import SEVERITIES
from review_app.checks.freshness import OFF
from review_app.forms.fields import NAME_LIMIT, Choices, Day, at_most, offered, stripped, zones
from review_app.forms.languages import INTERFACE_LANGUAGES
from review_app.forms.restored import PageForm


class ExpectedForm(Form):
    """One expected report: a party and what it is about. An empty row is left out."""

    party = SelectField(_l("Party"), validate_choice=False)
    subject = StringField(_l("Subject"), filters=[stripped], validators=[at_most(NAME_LIMIT)])

    def validate_party(self, field: SelectField) -> None:
        known = {value for value, *_ in field.iter_choices()}
        if field.data not in known if field.data else self.subject.data:
            raise ValidationError(gettext("Choose a party"))


class CycleForm(PageForm):
    """A planned cycle of one edition. `parties` is for questionnaires without a subject, `rows` for those with one."""

    title_en = StringField(
        _l("Title in English"), filters=[stripped], validators=[DataRequired(_l("Give the cycle a title.")), at_most(NAME_LIMIT)]
    )
    title_fr = StringField(_l("Title in French (optional)"), filters=[stripped], validators=[at_most(NAME_LIMIT)])
    title_es = StringField(_l("Title in Spanish (optional)"), filters=[stripped], validators=[at_most(NAME_LIMIT)])
    starts_on = Day(_l("First day of the period (optional)"))
    ends_on = Day(_l("Last day of the period (optional)"))
    due_on = Day(
        _l("Due date (optional)"),
        description=_l("The last day on time. A cycle without end has neither a period nor a due date."),
    )
    due_zone = SelectField(
        _l("Time zone of the due date"),
        description=_l("The day ends at 23:59 there."),
        default="UTC",
    )
    carries = BooleanField(
        _l("The reports begin with the answers of the last ones"),
        description=_l("Each carried answer must then be confirmed, changed or emptied before a report is submitted."),
    )
    parties = SelectMultipleField(_l("Who is expected to report"))
    rows = FieldList(FormField(ExpectedForm), min_entries=5)

    def offer(self, parties: Choices) -> "CycleForm":
        """Put the parties and zones that can be chosen into the fields."""
        self.due_zone.choices = offered(zones())
        self.parties.choices = offered(parties)
        for row in self.rows:
            row.form.party.choices = offered([("", _l("Choose a party")), *parties])
        return self

    def validate_ends_on(self, field: Day) -> None:
        if bool(field.data) is not bool(self.starts_on.data):
            raise ValidationError(gettext("Give both days of the period, or neither."))
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(gettext("The period ends before it starts."))

    @property
    def titles(self) -> dict[str, str]:
        """Language -> title, without the languages left empty."""
        given = {"en": self.title_en.data, "fr": self.title_fr.data, "es": self.title_es.data}
        return {language: title for language, title in given.items() if title}

    def expected(self, *, has_subject: bool) -> list[tuple[str, str]]:
        """(party code, subject) of every report expected, each once."""
        if not has_subject:
            return [(code, "") for code in self.parties.data or []]
        rows = ((row.form.party.data or "", row.form.subject.data or "") for row in self.rows)
        return list(dict.fromkeys((code, subject) for code, subject in rows if code))


class ExpectForm(PageForm):
    """One more expected report of a cycle."""

    party = SelectField(_l("Party"), validators=[DataRequired(_l("Choose a party"))])
    subject = StringField(
        _l("Subject"),
        filters=[stripped],
        validators=[at_most(NAME_LIMIT)],
    )


class RemindForm(PageForm):
    """Whom to remind, and what to say. The page writes the choices."""

    reports = SelectMultipleField(_l("Whom to remind"), coerce=int)
    words = TextAreaField(
        _l("What you want to say (optional)"),
        description=_l("Everybody of these teams reads it in an e-mail, as you write it here."),
        filters=[stripped],
        validators=[at_most(2_000)],
    )

    def validate_reports(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError(gettext("Choose at least one."))


class InviteForm(PageForm):
    """An invitation: who, in which language, to do what, for whom."""

    name = StringField(
        _l("Name"),
        filters=[stripped],
        validators=[
            DataRequired(_l("Give the person's name.")),
            at_most(NAME_LIMIT),
        ],
    )
    email = EmailField(
        _l("E-mail address"),
        description=_l("The invitation is sent there."),
        filters=[stripped],
        validators=[
            DataRequired(_l("Give the e-mail address.")),
            Email(_l("This is not an e-mail address. Write it as in name@example.org.")),
        ],
    )
    language = SelectField(
        _l("Language of the messages to this person"),
        choices=offered(INTERFACE_LANGUAGES),
    )
    role = RadioField(
        _l("What the person does"),
        choices=offered((
            ("coordinator", _l("Coordinator: leads the report of a party and submits it")),
            ("contributor", _l("Contributor: writes in the report of a party")),
            ("reviewer", _l("Reviewer: reviews reports for the secretariat")),
            ("administrator", _l("Administrator: runs cycles and invites people")),
        )),
        validate_choice=False,
        validators=[
            AnyOf(
                ("coordinator", "contributor", "reviewer", "administrator"),
                message=_l("Choose what the person does."),
            )
        ],
    )
    party_code = SelectField(
        _l("Party"), description=_l("For coordinators and contributors only.")
    )
    sections = SelectMultipleField(
        _l("Sections (optional)"),
        description=_l("For a contributor who writes in some sections only. Leave all unticked for the whole report."),
    )

    def offer(self, parties: Choices, sections: Choices) -> "InviteForm":
        """Put the parties and sections that can be chosen into the fields."""
        self.party_code.choices = offered([("", _l("No party: works for the secretariat")), *parties])
        self.sections.choices = offered(sections)
        return self

    def validate_party_code(self, field: SelectField) -> None:
        is_for_party = self.role.data in ("coordinator", "contributor")
        if is_for_party and not field.data:
            raise ValidationError(gettext("Choose the party this person works for."))
        if field.data and self.role.data in ("reviewer", "administrator"):
            raise ValidationError(gettext("Reviewers and administrators work for no party. Choose “No party”."))

    @property
    def chosen_sections(self) -> list[str] | None:
        """Section codes of a contributor, None for all."""
        return (self.sections.data or None) if self.role.data == "contributor" else None


class ExtendForm(PageForm):
    """A later date for one report, and why."""

    new_due_on = Day(_l("New due date"))
    reason = TextAreaField(
        _l("Reason"),
        description=_l("The country reads it."),
        filters=[stripped],
        validators=[
            DataRequired(_l("Give the reason.")),
            at_most(2_000),
        ],
    )

    def validate_new_due_on(self, field: Day) -> None:
        if not field.data:
            raise ValidationError(gettext("Choose the new due date."))


class RuleForm(PageForm):
    """How a cycle sets a rule: a severity, or off. The page writes the choices."""

    setting: Any = StringField(validators=[AnyOf((*SEVERITIES, OFF))])
