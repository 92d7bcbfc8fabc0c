"""The measure: what the same four things cost in a Flask application that does nothing else.

Flask, SQLAlchemy Core, Jinja with autoescape and a layout, Flask-WTF for CSRF; nothing is switched off or cached.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
from flask import Flask, redirect, render_template, url_for
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm
from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    insert,
    select,
    update,
)
from wtforms import TextAreaField
from wtforms.validators import DataRequired

from benchmarks.world import FORM, measure_answers, section
from config import ROOT
from review_app.forms.sections import make_form
from review_app.web import language, presentation

ROWS = 50

metadata = MetaData(schema="minimal")
article = Table(
    "article", metadata,
    Column("id", Integer, primary_key=True), Column("title", Text), Column("country", Text), Column("year", Integer),
    Column("agency", Text), Column("features", Text), Column("results", Text), Column("finance", Text),
    Column("partners", Text), Column("conclusions", Text),
)  # fmt: skip
audit = Table(
    "audit", metadata,
    Column("id", Integer, primary_key=True), Column("article_id", ForeignKey("minimal.article.id")), Column("text", Text),
    Column("at", DateTime(timezone=True)),
)  # fmt: skip


class NoteForm(FlaskForm):
    """One text."""

    features = TextAreaField("Features", [DataRequired()])


def fill(url: str) -> None:
    """Make the tables and fifty rows, each as long as one of our measures."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("create schema minimal")
        metadata.create_all(connection)
        connection.execute(insert(article), [
            {"country": "Chile", "year": 2026, **_words(measure_answers(number, f"Q{number:04}"))} for number in range(1, ROWS + 1)
        ])
    engine.dispose()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute("vacuum analyze minimal.article")


def _words(answers: dict[str, Any]) -> dict[str, str]:
    partners = "\n".join(", ".join(row.values()) for row in answers["partners"])
    kept = ("agency", "features", "results", "finance", "conclusions")
    return {"title": answers["name"], "partners": partners, **{code: answers[code] for code in kept}}


def application() -> Flask:
    """What gunicorn is pointed at."""
    app = Flask(__name__, template_folder=str(Path(__file__).parent / "templates"), static_folder=None)
    app.config.update(SECRET_KEY=os.environ["SECRET_KEY"], WTF_CSRF_TIME_LIMIT=None)
    CSRFProtect(app)
    engine = create_engine(os.environ["DATABASE_OWNER_URL"].replace("postgresql://", "postgresql+psycopg://"))
    _pages(app, engine)
    _form(app, engine)
    return app


def _pages(app: Flask, engine: Any) -> None:
    @app.get("/items/<int:number>")
    def item(number: int) -> str:
        with engine.connect() as connection:
            row = connection.execute(select(article).where(article.c.id == number)).one()
        return render_template("item.html", row=row)

    @app.get("/items")
    def items() -> str:
        columns = (article.c.id, article.c.title, article.c.country, article.c.year, article.c.agency)
        with engine.connect() as connection:
            rows = connection.execute(select(*columns).order_by(article.c.id).limit(ROWS)).all()
        return render_template("list.html", rows=rows)

    @app.get("/items/<int:number>/edit")
    def edit(number: int) -> str:
        with engine.connect() as connection:
            row = connection.execute(select(article).where(article.c.id == number)).one()
        return render_template("edit.html", row=row, form=NoteForm(features=row.features))

    @app.post("/items/<int:number>/edit")
    def save(number: int) -> Any:
        form = NoteForm()
        if not form.validate_on_submit():
            return render_template("edit.html", row=SimpleNamespace(id=number, title=""), form=form), 422
        with engine.begin() as connection:
            connection.execute(update(article).where(article.c.id == number).values(features=form.features.data))
            connection.execute(insert(audit).values(article_id=number, text=form.features.data, at=datetime.now(UTC)))
        return redirect(url_for("item", number=number))


def _form(app: Flask, engine: Any) -> None:
    """The page of twelve of our components needs their macros and the filters these use."""
    Babel(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_loader.searchpath.append(str(ROOT / "templates"))  # type: ignore[union-attr]
    questions = section().plain_questions
    app.jinja_env.filters.update(words=presentation.words, figure=language.figure, direction=language.direction)

    @app.get("/form/<int:number>")
    def form(number: int) -> str:
        with engine.connect() as connection:
            row = connection.execute(select(article).where(article.c.id == number)).one()
        made = make_form(questions, language="en")()
        made.fill({code: SimpleNamespace(value={"raw": row.features if raw == "long" else raw}, lang="en", row_version=1)
                   for code, raw in FORM.items()})
        return render_template("form.html", row=row, form=made, questions=questions)
