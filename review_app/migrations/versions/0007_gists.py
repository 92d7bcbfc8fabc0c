"""What the list of published entries says of each is made at publication; how many entries a publication has is kept with it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("publication", sa.Column("entries", sa.Integer(), nullable=False, server_default="0"), schema="published")
    op.alter_column("publication", "entries", server_default=None, schema="published")
    op.add_column("item", sa.Column("title_lang", sa.String(12)), schema="published")
    op.add_column("item", sa.Column("gist", sa.Text(), nullable=False, server_default=""), schema="published")
    op.alter_column("item", "gist", server_default=None, schema="published")
    op.add_column("item", sa.Column("gist_lang", sa.String(12)), schema="published")
    op.execute("""UPDATE published.publication p SET entries =
                  (SELECT count(*) FROM published.item i WHERE i.publication_id = p.id AND i.slug IS NOT NULL)""")
    op.create_index(
        "ix_published_publication_newest", "publication", [sa.text("published_at DESC"), sa.text("id DESC")], schema="published",
        postgresql_where=sa.text("is_current"),
    )  # fmt: skip
    op.create_index("ix_published_item_lasting_item_id", "item", ["lasting_item_id"], schema="published")
    op.drop_index("ix_published_answer_publication_id", "answer", schema="published")
    op.create_index("ix_published_answer_place", "answer", ["publication_id", "item_id"], schema="published")


def downgrade() -> None:
    op.drop_index("ix_published_answer_place", "answer", schema="published")
    op.create_index("ix_published_answer_publication_id", "answer", ["publication_id"], schema="published")
    op.drop_index("ix_published_item_lasting_item_id", "item", schema="published")
    op.drop_index("ix_published_publication_newest", "publication", schema="published")
    for column in ("gist_lang", "gist", "title_lang"):
        op.drop_column("item", column, schema="published")
    op.drop_column("publication", "entries", schema="published")
