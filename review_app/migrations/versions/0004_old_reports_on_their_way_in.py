"""Batches of old reports, and the texts in them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0004"
down_revision = "0005"

APP = "relata_app"


def upgrade() -> None:
    op.create_table('import_batch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('cycle_id', sa.Integer(), nullable=False),
    sa.Column('group', sa.String(length=80), nullable=False),
    sa.Column('party_code', sa.String(length=3), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('is_stopped', sa.Boolean(), nullable=False),
    sa.Column('created_at', pg.TIMESTAMP(timezone=True), nullable=False),
    sa.Column('worked_at', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('told_at', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycle.id'], name=op.f('fk_import_batch_cycle_id_cycle')),
    sa.ForeignKeyConstraint(['party_code'], ['party.code'], name=op.f('fk_import_batch_party_code_party')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_import_batch_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_batch'))
    )
    op.create_index(op.f('ix_import_batch_cycle_id'), 'import_batch', ['cycle_id'], unique=False)
    op.create_index(op.f('ix_import_batch_person_id'), 'import_batch', ['person_id'], unique=False)
    op.create_table('import_text',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('cycle_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=500), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('problem', sa.String(length=40), nullable=True),
    sa.Column('title', sa.String(length=500), nullable=False),
    sa.Column('party_code', sa.String(length=3), nullable=True),
    sa.Column('group', sa.String(length=80), nullable=False),
    sa.Column('lang', sa.String(length=12), nullable=False),
    sa.Column('reading', pg.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('answers', pg.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('doubts', pg.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('placed', pg.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=True),
    sa.Column('item_id', sa.Uuid(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('changed_at', pg.TIMESTAMP(timezone=True), nullable=False),
    sa.CheckConstraint("status in ('waiting', 'asking', 'ready', 'accepted', 'imported', 'left_out', 'duplicate', 'refused')", name=op.f('ck_import_text_status_known')),
    sa.CheckConstraint("(status = 'imported') = (report_id is not null)", name=op.f('ck_import_text_imported_has_report')),
    sa.CheckConstraint("(status = 'refused') = (problem is not null)", name=op.f('ck_import_text_refused_has_problem')),
    sa.CheckConstraint("status <> 'left_out' or reason <> ''", name=op.f('ck_import_text_left_out_has_reason')),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_import_text_sha256_whole')),
    sa.ForeignKeyConstraint(['batch_id'], ['import_batch.id'], name=op.f('fk_import_text_batch_id_import_batch')),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycle.id'], name=op.f('fk_import_text_cycle_id_cycle')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_import_text_item_id_item')),
    sa.ForeignKeyConstraint(['party_code'], ['party.code'], name=op.f('fk_import_text_party_code_party')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_import_text_person_id_person')),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_import_text_report_id_report')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_text'))
    )
    op.create_index('ix_import_text_batch', 'import_text', ['batch_id', 'status', 'id'], unique=False)
    op.create_index('uq_import_text_once', 'import_text', ['cycle_id', 'sha256'], unique=True, postgresql_where="status not in ('duplicate', 'refused', 'left_out')")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON import_batch, import_text TO {APP}")
    op.execute(f"GRANT USAGE ON SEQUENCE import_batch_id_seq, import_text_id_seq TO {APP}")


def downgrade() -> None:
    op.drop_index('uq_import_text_once', table_name='import_text', postgresql_where="status not in ('duplicate', 'refused', 'left_out')")
    op.drop_index('ix_import_text_batch', table_name='import_text')
    op.drop_table('import_text')
    op.drop_index(op.f('ix_import_batch_person_id'), table_name='import_batch')
    op.drop_index(op.f('ix_import_batch_cycle_id'), table_name='import_batch')
    op.drop_table('import_batch')
