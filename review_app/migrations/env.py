"""Runs migrations as the owner over the tables of the desk and of the schema `published`."""

from alembic import context
from flask import current_app

from review_app.extensions import Base
from review_app.models import published

engine = current_app.extensions["migrate"].db.engine


def ours(name: str | None, kind: str, parents: object) -> bool:
    """Only our two schemas belong to the comparison."""
    return kind != "schema" or name in (None, "published")


with engine.connect() as connection:
    context.configure(
        connection=connection, target_metadata=[Base.metadata, published.metadata], include_schemas=True, include_name=ours,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
