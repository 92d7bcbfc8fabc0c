"""What is asked for at the root of the site, before any language: the front door, what crawlers may read, the icon."""

from flask import Flask, Response, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from review_app.questionnaire.language import LANGUAGES
from review_app.web import access

A_DAY = 86_400  # seconds


def register(app: Flask) -> None:
    """Give the application these addresses."""
    app.add_url_rule("/", "front_door", _front_door)
    app.add_url_rule("/robots.txt", "robots", _robots)
    app.add_url_rule("/favicon.ico", "favicon", _favicon)


@access.open_to_all
def _front_door() -> Answer:
    chosen = request.accept_languages.best_match(LANGUAGES) or "en"
    response = redirect(f"/{chosen}/")
    response.vary.add("Accept-Language")
    return response


@access.public
def _robots() -> Answer:
    """Public pages are open to crawlers, where people work is not.

    What begins with a personal link is not named: a crawler has to come to learn that it may not keep the page.
    """
    closed = {
        rule.rule.split("/")[2] for rule in current_app.url_map.iter_rules()
        if "lang" in rule.arguments and "token" not in rule.arguments
        and getattr(current_app.view_functions[rule.endpoint], "access_rule", None) != "public"
    }  # fmt: skip
    lines = [f"Disallow: /{language}/{first}" for language in LANGUAGES for first in sorted(closed)]
    return _kept(Response("\n".join(["User-agent: *", *lines, ""]), mimetype="text/plain"))


@access.public
def _favicon() -> Answer:
    return _kept(redirect(url_for("static", filename="icon.svg")))


def _kept(response: Answer) -> Answer:
    response.cache_control.public = True
    response.cache_control.max_age = A_DAY
    return response
