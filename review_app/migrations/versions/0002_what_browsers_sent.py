"""Forms that were answered, forms kept for somebody who was signed out, addresses that forgot a password."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0002"
down_revision = "0007"

APP = "relata_app"


def upgrade() -> None:
    op.create_table('answered_form',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('answer', pg.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', pg.TIMESTAMP(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_answered_form_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answered_form'))
    )
    op.create_index(op.f('ix_answered_form_created_at'), 'answered_form', ['created_at'], unique=False)
    op.create_index('uq_answered_form_once', 'answered_form', ['person_id', 'key'], unique=True, postgresql_nulls_not_distinct=True)
    op.create_table('kept_form',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('page', sa.Text(), nullable=False),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('fields', pg.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', pg.TIMESTAMP(timezone=True), nullable=False),
    sa.CheckConstraint("page like '/%' and page not like '//%'", name=op.f('ck_kept_form_page_is_ours')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_kept_form_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kept_form'))
    )
    op.create_index(op.f('ix_kept_form_created_at'), 'kept_form', ['created_at'], unique=False)
    op.create_index(op.f('ix_kept_form_person_id'), 'kept_form', ['person_id'], unique=False)
    op.create_table('reset_request',
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('created_at', pg.TIMESTAMP(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('email', name=op.f('pk_reset_request'))
    )
    op.execute(f"GRANT SELECT, INSERT, DELETE ON answered_form, kept_form, reset_request TO {APP}")
    op.execute(f"GRANT USAGE ON SEQUENCE answered_form_id_seq, kept_form_id_seq TO {APP}")


def downgrade() -> None:
    op.drop_table('reset_request')
    op.drop_table('kept_form')
    op.drop_table('answered_form')
