"""The schema `published`: all that the public reads, as Core tables. The app role inserts, the public role selects."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from review_app.models.accounts import MOMENT

metadata = MetaData(schema="published")

publication = Table(
    "publication",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("report_id", Integer, nullable=False),
    Column("number", Integer, nullable=False),  # 1, 2, ... of one report
    Column("is_current", Boolean, nullable=False),
    Column("slug", String(200), nullable=False),  # stable address of the report, the same for every number
    Column("questionnaire", String(80), nullable=False),
    Column("edition", String(40), nullable=False),
    Column("party_code", String(3), nullable=False),
    Column("party_names", JSONB, nullable=False),
    Column("region", String(60), nullable=False),
    Column("cycle_titles", JSONB, nullable=False),
    Column("subject", String(200), nullable=False),
    Column("title", String(500), nullable=False),  # the words of the role `title`, else ""
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("year", Integer),
    Column("origin", String(20), nullable=False),
    Column("source", Text),
    Column("sha256", String(64), nullable=False),  # of the snapshot it was made from
    Column("contributors", JSONB, nullable=False),  # [{"name", "organisation"}, ...] whom the team credits
    Column("entries", Integer, nullable=False),  # how many of its items have a page
    Column("published_at", MOMENT, nullable=False),
    UniqueConstraint("report_id", "number"),
    UniqueConstraint("slug", "number"),
)
Index("uq_publication_current", publication.c.report_id, unique=True, postgresql_where=publication.c.is_current)
Index(
    "ix_published_publication_newest", publication.c.published_at.desc(), publication.c.id.desc(),
    postgresql_where=publication.c.is_current,
)  # fmt: skip

item = Table(
    "item",
    metadata,
    Column("publication_id", ForeignKey("published.publication.id"), primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("lasting_item_id", Uuid),
    Column("slug", String(120)),  # set when the group has pages
    Column("group", String(80), nullable=False),
    Column("section", String(80), nullable=False),
    Column("position", Integer, nullable=False),
    Column("title", String(500), nullable=False),
    Column("title_lang", String(12)),
    Column("gist", Text, nullable=False),  # the first words of the answer with the role `features`
    Column("gist_lang", String(12)),
    Index("ix_published_item_slug", "slug"),
    Index("ix_published_item_lasting_item_id", "lasting_item_id"),
)

fate = Table(  # what became of a chapter of the report before, when this one has none for it
    "fate",
    metadata,
    Column("publication_id", ForeignKey("published.publication.id"), primary_key=True),
    Column("lasting_item_id", Uuid, primary_key=True),
    Column("fate", String(20), nullable=False),
    Column("into_lasting_item_id", Uuid),
    CheckConstraint("(fate = 'merged') = (into_lasting_item_id is not null)", name="ck_fate_merged_into_something"),
    Index("ix_published_fate_lasting_item_id", "lasting_item_id"),
    Index("ix_published_fate_into", "into_lasting_item_id"),
)

answer = Table(
    "answer",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("publication_id", ForeignKey("published.publication.id"), nullable=False),
    Column("item_id", Uuid),
    Column("section", String(80), nullable=False),
    Column("question", String(80), nullable=False),
    Column("position", Integer, nullable=False),
    Column("value", JSONB, nullable=False),
    Column("lang", String(12)),
    CheckConstraint("value -> 'blank' ->> 'reason' is distinct from 'confidential'", name="ck_answer_not_confidential"),
    Index("ix_published_answer_place", "publication_id", "item_id"),
)
