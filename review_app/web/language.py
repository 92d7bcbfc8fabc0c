"""The language of a page: it stands in the address, /en /fr /es, and everything a page says follows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from babel.numbers import format_decimal
from flask import Flask, g, request, url_for
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from review_app import moments
from review_app.forms.countries import country_name
from review_app.forms.languages import INTERFACE_LANGUAGES, direction
from review_app.questionnaire.language import LANGUAGES
from review_app.web import access, presentation


@dataclass(frozen=True)
class LanguageLink:
    """The same page in one of the languages."""

    code: str
    name: str
    href: str
    is_current: bool


def of_request() -> str:
    """The language of the address; outside of /en /fr /es (a mistyped address) the browser's first choice."""
    if "lang" in g:
        return str(g.lang)
    first = request.path.split("/", 2)[1]
    return first if first in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "en"


def language_links() -> Sequence[LanguageLink]:
    """This page in each language, for the switch in the footer."""
    here = presentation.current_language()
    rest = _same_page(here).removeprefix(f"{request.script_root}/{here}")  # what follows the language is the same in each
    return [LanguageLink(code, name, f"{request.script_root}/{code}{rest}", code == here) for code, name in INTERFACE_LANGUAGES]


def _same_page(language: str) -> str:
    rule = request.url_rule
    if rule is None or "GET" not in (rule.methods or ()) or "lang" not in rule.arguments:
        return url_for("public.home", lang=language)
    address = url_for(rule.endpoint, **{**(request.view_args or {}), "lang": language})
    query = urlencode(list(request.args.items(multi=True)))
    return f"{address}?{query}" if query else address


def address(endpoint: str, **values: Any) -> str:
    """`url_for` for pages: what names nothing (the ways in the frame, the files of the house) is built once a language."""
    if endpoint.startswith(".") or (values and endpoint != "static"):
        return url_for(endpoint, **values)
    return _built(endpoint, tuple(values.items()), of_request(), request.script_root)


@lru_cache(maxsize=1024)
def _built(endpoint: str, values: tuple[tuple[str, Any], ...], language: str, root: str) -> str:
    return url_for(endpoint, **dict(values))


def figure(number: Any) -> str:
    """A number as the reader's language writes it; what is no number stays as it is."""
    return _figure(str(number), presentation.current_language())


@lru_cache(maxsize=4096)
def _figure(number: str, language: str) -> str:
    try:
        return format_decimal(Decimal(number), locale=language)
    except InvalidOperation:
        return number


@lru_cache
def tongue(language: str | None) -> Markup:
    """The attributes `lang` and `dir` of words in a language; nothing when it is not known."""
    return Markup(' lang="{}" dir="{}"').format(language, direction(language)) if language else Markup()


def calendar_day(value: Any) -> str:
    """A stored ISO day in words; what is no day stays as it is."""
    try:
        return presentation.day(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)


def deadline(on: date, zone: str = "UTC") -> str:
    """The last minute of a due date where it was set, and in UTC when that differs."""
    return moments.deadline(on, zone, presentation.current_language())


def is_over(on: date, zone: str = "UTC") -> bool:
    """Whether a due date has passed."""
    return access.now() >= presentation.due_moment(on, zone)


def country(code: str) -> str:
    """The name of a country in the reader's language."""
    return country_name(code, presentation.current_language())


@pass_eval_context
def _sentence(context: EvalContext, words: str, **gaps: Any) -> str:
    """A sentence in the language in force, its gaps filled, and escaped where the page escapes."""
    found = presentation.catalogue().ugettext(words)
    if context.autoescape:
        found = Markup(found)  # noqa: S704 - sentences are ours, gaps are escaped
    return found % gaps if gaps or "%" in found else found


@pass_eval_context
def _counted(context: EvalContext, one: str, many: str, num: int, **gaps: Any) -> str:
    found = presentation.catalogue().ungettext(one, many, num)
    return (Markup(found) if context.autoescape else found) % {"num": num, **gaps}  # noqa: S704


def register(app: Flask) -> None:
    """Take the language out of each address, put it into each link, and give the templates what depends on it.

    After the blueprints are registered.
    """

    @app.url_value_preprocessor
    def _take(endpoint: str | None, values: dict[str, Any] | None) -> None:
        if values and "lang" in values:
            g.lang = values.pop("lang")

    speaking = {rule.endpoint for rule in app.url_map.iter_rules() if "lang" in rule.arguments}

    @app.url_defaults
    def _put(endpoint: str, values: dict[str, Any]) -> None:
        if "lang" not in values and endpoint in speaking:
            values["lang"] = of_request()

    app.jinja_env.filters.update(
        figure=figure, country=country, direction=direction, calendar_day=calendar_day, deadline=deadline, is_over=is_over
    )
    app.jinja_env.globals.update(language_links=language_links, tongue=tongue, url_for=address)
    # In place of Jinja's own, which make a new context for each sentence inside a loop.
    app.jinja_env.globals.update({"_": _sentence, "gettext": _sentence, "ngettext": _counted})
