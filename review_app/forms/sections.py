"""Forms made from a questionnaire: one field a question, whatever its type; nothing typed is ever refused here."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from review_app.forms.countries import country_choices
from review_app.forms.fields import offered
from review_app.forms.languages import CONTENT_LANGUAGES
from review_app.forms.questions import FIELDS, FilesField, QuestionField, TableField
from review_app.forms.restored import PageForm
from review_app.questionnaire import values
from review_app.questionnaire.language import Question

WORDED = frozenset({"text", "longtext", "table", "money", "file"})


class Stored(Protocol):
    """What a form is filled from: a cell of a sheet."""

    @property
    def value(self) -> Mapping[str, Any]: ...

    @property
    def lang(self) -> str | None: ...

    @property
    def row_version(self) -> int: ...


class SectionForm(PageForm):
    """The answers of one section, or of one item of a repeated group. Made by `make_form`."""

    content_lang: SelectField | None = SelectField(
        _l("Language of the answers on this page"), choices=offered(CONTENT_LANGUAGES), validate_choice=False
    )
    _language = "en"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answer_fields = [field for field in self if isinstance(field, QuestionField)]  # in order
        self._by_code = {field.question.code: field for field in self.answer_fields}
        if self.content_lang and self.content_lang.data not in dict(CONTENT_LANGUAGES):
            self.content_lang.data = self._language
        for field in self.answer_fields:
            field.speak(field.own_language or self.content_language)

    @property
    def content_language(self) -> str:
        """The language the answers of this page are written in."""
        return str(self.content_lang.data) if self.content_lang else self._language

    def field(self, code: str) -> QuestionField:
        """The field of a question. Raises KeyError."""
        return self._by_code[code]

    def sent(self, question: Question) -> bool:
        """Whether the posted page showed this question: only then is its answer saved, be it blank."""
        return self.field(question.code).was_sent

    @property
    def has_files(self) -> bool:
        """Whether it must be sent as `multipart/form-data`."""
        return any(isinstance(field, FilesField) for field in self)

    def typed(self, question: Question) -> Any:
        """The raw answer, as `questionnaire.values.read` takes it."""
        return self.field(question.code).typed()

    def seen(self, question: Question) -> int:
        """The row version the browser saw; 0 when there was no answer, or none was sent."""
        return self.field(question.code).seen_version

    def fill(self, cells: Mapping[str, Stored | None], *, more: Collection[str] = ()) -> None:
        """Show stored answers (question code -> cell), but not over what was kept for the reader.

        Tables named in `more` get an empty row at the end.
        """
        languages = [cell.lang for cell in cells.values() if cell is not None and cell.lang]
        is_restored = any(field.was_sent for field in self.answer_fields)
        if languages and self.content_lang and not is_restored:
            self.content_lang.data = max(sorted(set(languages)), key=languages.count)
        for field in self.answer_fields:
            cell = cells.get(field.question.code)
            if field.was_sent:  # typed before their session ended, on the version they saw then
                if isinstance(field, FilesField):
                    field.recall(cell.value.get("raw") if cell else None)
                field.is_unsaved = _differs(field, cell)
                continue
            field.seen_version = cell.row_version if cell else 0
            field.own_language = cell.lang if cell and cell.lang and cell.lang != self.content_language else ""
            field.speak(field.own_language or self.content_language)
            field.show(cell.value.get("raw") if cell else None)
            left = cell.value.get("blank") if cell else None
            field.blank = (left["reason"], left["until"]) if left else None
            if isinstance(field, TableField) and field.question.code in more:
                field.lengthen()

    def language(self, question: Question) -> str:
        """The language its answer is written in: its own, else that of the page."""
        return self.field(question.code).own_language or self.content_language

    def is_language_chosen(self, question: Question) -> bool:
        """Whether the posted page let its reader choose the language of this answer."""
        return self.field(question.code).own_language is not None

    def blank(self, question: Question) -> tuple[str, str] | None:
        """Why the answer is left blank, and by which day it is planned, as `Typed` takes them."""
        return self.field(question.code).blank

    def complain(self, question: Question, words: str) -> None:
        """Show an error at the question. It stops nothing: the text as typed is saved all the same."""
        field = self.field(question.code)
        field.errors = [*field.errors, words]


def _differs(field: QuestionField, cell: Stored | None) -> bool:
    """Whether what the field holds would be another answer than the stored one."""
    held = values.with_reason(values.read(field.question, field.typed()), *(field.blank or ("", "")))
    if cell is None:
        return not values.is_blank(held) or "blank" in held
    return (held["raw"], held.get("blank")) != (cell.value.get("raw"), cell.value.get("blank"))


def make_form(
    questions: Sequence[Question],
    *,
    language: str,
    values: Mapping[str, Any] | None = None,
) -> type[SectionForm]:
    """A form class with one field a question, its words in `language`. Groups are left out: their items have forms of their own.

    `values`: clean values by code, which tell whether a question is needed under a condition.
    """
    asked = [question for question in questions if not question.is_group]
    # Attributes are numbered, since a code may be any word, even one that WTForms uses itself (`data`, `errors`).
    members: dict[str, Any] = {
        f"question_{number}": FIELDS[question.type](
            question.label.within(language),
            name=question.code,
            question=question,
            language=language,
            countries=country_choices(language),
            is_needed=question.is_required(values or {}),
        )
        for number, question in enumerate(asked)
    }
    if not any(question.type in WORDED for question in asked):
        members["content_lang"] = None
    return type("QuestionnaireForm", (SectionForm,), {**members, "_language": language})
