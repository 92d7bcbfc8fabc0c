"""What the office types: cycles, who is expected, invitations and later dates."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from flask_babel import gettext, lazy_gettext
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
from wtforms.validators import AnyOf, DataRequired, Email, Length, ValidationError

from review_app.checks.found import SEVERITIES
from review_app.checks.freshness import OFF
from review_app.forms.restored import PageForm
from review_app.forms.review import Day, StepForm, stripped

NO_PLACE = ("Etc/", "SystemV/", "posix/", "right/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/")
Choices = Sequence[tuple[str, Any]]


@cache
def zones() -> tuple[tuple[str, str], ...]:
    """Time zones by place, UTC first; legacy names are left out."""
    places = sorted(name for name in available_timezones() if "/" in name and not name.startswith(NO_PLACE))
    return (("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places))


class ExpectedForm(Form):
    """One expected report: a party and what it is about. An empty row is left out."""

    party = SelectField(lazy_gettext("Party"), validate_choice=False)
    subject = StringField(lazy_gettext("Subject"), filters=[stripped], validators=[Length(max=200)])

    def validate_party(self, field: SelectField) -> None:
        known = {choice[0] for choice in field.choices or ()}
        if field.data not in known if field.data else self.subject.data:
            raise ValidationError(gettext("Choose a party"))


class CycleForm(PageForm):
    """A planned cycle of one edition. `parties` is for questionnaires without a subject, `rows` for those with one."""

    title_en = StringField(lazy_gettext("Title in English"), filters=[stripped])
    title_fr = StringField(lazy_gettext("Title in French (optional)"), filters=[stripped])
    title_es = StringField(lazy_gettext("Title in Spanish (optional)"), filters=[stripped])
    starts_on = Day(lazy_gettext("First day of the period (optional)"))
    ends_on = Day(lazy_gettext("Last day of the period (optional)"))
    due_on = Day(
        lazy_gettext("Due date (optional)"),
        description=lazy_gettext("The last day on time. A cycle without end has neither a period nor a due date."),
    )
    due_zone = SelectField(
        lazy_gettext("Time zone of the due date"),
        description=lazy_gettext("The day ends at 23:59 there."),
        default="UTC",
    )
    carries = BooleanField(
        lazy_gettext("The reports begin with the answers of the last ones"),
        description=lazy_gettext("Each carried answer must then be confirmed, changed or emptied before a report is submitted."),
    )
    parties = SelectMultipleField(lazy_gettext("Who is expected to report"))
    rows = FieldList(FormField(ExpectedForm), min_entries=5)

    def offer(self, parties: Choices) -> "CycleForm":
        """Put the parties and zones that can be chosen into the fields."""
        self.due_zone.choices = list(zones())
        self.parties.choices = list(parties)
        for row in self.rows:
            row.form.party.choices = [("", lazy_gettext("Choose a party")), *parties]
        return self

    def validate_title_en(self, field: StringField) -> None:
        if not field.data:
            raise ValidationError(gettext("Give the cycle a title."))
        if len(field.data) > 200:
            raise ValidationError(gettext("Shorten the title to 200 characters."))

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


class ExpectForm(StepForm):
    """One more expected report of a cycle."""

    party = SelectField(lazy_gettext("Party"), validators=[DataRequired(lazy_gettext("Choose a party"))])
    subject = StringField(
        lazy_gettext("Subject"),
        filters=[stripped],
        validators=[Length(max=200, message=lazy_gettext("Shorten the subject to %(max)d characters."))],
    )


class InviteForm(PageForm):
    """An invitation: who, in which language, to do what, for whom."""

    name = StringField(
        lazy_gettext("Name"),
        filters=[stripped],
        validators=[
            DataRequired(lazy_gettext("Give the person's name.")),
            Length(max=200, message=lazy_gettext("Shorten the name to %(max)d characters.")),
        ],
    )
    email = EmailField(
        lazy_gettext("E-mail address"),
        description=lazy_gettext("The invitation is sent there."),
        filters=[stripped],
        validators=[
            DataRequired(lazy_gettext("Give the e-mail address.")),
            Email(lazy_gettext("This is not an e-mail address. Write it as in name@example.org.")),
        ],
    )
    language = SelectField(
        lazy_gettext("Language of the messages to this person"),
        choices=[("en", "English"), ("fr", "Français"), ("es", "Español")],
    )
    role = RadioField(
        lazy_gettext("What the person does"),
        choices=[
            ("coordinator", lazy_gettext("Coordinator: leads the report of a party and submits it")),
            ("contributor", lazy_gettext("Contributor: writes in the report of a party")),
            ("reviewer", lazy_gettext("Reviewer: reviews reports for the secretariat")),
            ("administrator", lazy_gettext("Administrator: runs cycles and invites people")),
        ],
        validate_choice=False,
        validators=[
            AnyOf(
                ("coordinator", "contributor", "reviewer", "administrator"),
                message=lazy_gettext("Choose what the person does."),
            )
        ],
    )
    party_code = SelectField(
        lazy_gettext("Party"), description=lazy_gettext("For coordinators and contributors only.")
    )
    sections = SelectMultipleField(
        lazy_gettext("Sections (optional)"),
        description=lazy_gettext("For a contributor who writes in some sections only. Leave all unticked for the whole report."),
    )

    def offer(self, parties: Choices, sections: Choices) -> "InviteForm":
        """Put the parties and sections that can be chosen into the fields."""
        self.party_code.choices = [("", lazy_gettext("No party: works for the secretariat")), *parties]
        self.sections.choices = list(sections)
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

    new_due_on = Day(lazy_gettext("New due date"))
    reason = TextAreaField(
        lazy_gettext("Reason"),
        description=lazy_gettext("The country reads it."),
        filters=[stripped],
        validators=[
            DataRequired(lazy_gettext("Give the reason.")),
            Length(max=2_000, message=lazy_gettext("Shorten the reason to %(max)d characters.")),
        ],
    )

    def validate_new_due_on(self, field: Day) -> None:
        if not field.data:
            raise ValidationError(gettext("Choose the new due date."))


class RuleForm(PageForm):
    """How a cycle sets a rule: a severity, or off. The page writes the choices."""

    setting: Any = StringField(validators=[AnyOf((*SEVERITIES, OFF))])
