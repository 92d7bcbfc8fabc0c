"""The tables of the desk, the schema `published`, and the rights of the three roles."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql as pg

revision = "0001"
down_revision = None

APP, PUBLIC = "relata_app", "relata_public"


def upgrade() -> None:
    op.execute("CREATE SCHEMA published")
    op.create_table('claim',
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('created_at', pg.TIMESTAMP(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_claim'))
    )
    op.create_table('cycle',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('titles', pg.JSONB(astext_type=Text()), nullable=False),
    sa.Column('questionnaire', sa.String(length=80), nullable=False),
    sa.Column('edition', sa.String(length=40), nullable=False),
    sa.Column('checksum', sa.String(length=64), nullable=True),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('due_zone', sa.String(length=60), nullable=False),
    sa.Column('opened_at', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('closed_at', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'planned') = (opened_at is null)", name=op.f('ck_cycle_opened_has_date')),
    sa.CheckConstraint("state = 'planned' or checksum is not null", name=op.f('ck_cycle_opened_has_checksum')),
    sa.CheckConstraint("state in ('planned', 'open', 'closed', 'archived')", name=op.f('ck_cycle_state_known')),
    sa.CheckConstraint('starts_on is null or ends_on >= starts_on', name=op.f('ck_cycle_period_runs_forward')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cycle')),
    sa.UniqueConstraint('slug', name=op.f('uq_cycle_slug'))
    )
    op.create_index(op.f('ix_cycle_state'), 'cycle', ['state'], unique=False)
    op.create_table('party',
    sa.Column('code', sa.String(length=3), nullable=False),
    sa.Column('names', pg.JSONB(astext_type=Text()), nullable=False),
    sa.Column('region', sa.String(length=60), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_party'))
    )
    op.create_table('person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('time_zone', sa.String(length=60), nullable=False),
    sa.Column('password', sa.String(length=255), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('fs_uniquifier', sa.String(length=64), nullable=False),
    sa.Column('invited_at', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('joined_at', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('last_seen_at', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.CheckConstraint("language in ('en', 'fr', 'es')", name=op.f('ck_person_language_known')),
    sa.CheckConstraint('email = lower(email)', name=op.f('ck_person_email_lower')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('email', name=op.f('uq_person_email')),
    sa.UniqueConstraint('fs_uniquifier', name=op.f('uq_person_fs_uniquifier'))
    )
    op.create_table('web_session',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('content', pg.JSONB(astext_type=Text()), nullable=False),
    sa.Column('expires_at', pg.TIMESTAMP(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_web_session'))
    )
    op.create_index(op.f('ix_web_session_expires_at'), 'web_session', ['expires_at'], unique=False)
    op.create_index(op.f('ix_web_session_person_id'), 'web_session', ['person_id'], unique=False)
    op.create_table('cycle_party',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('cycle_id', sa.Integer(), nullable=False),
    sa.Column('party_code', sa.String(length=3), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycle.id'], name=op.f('fk_cycle_party_cycle_id_cycle')),
    sa.ForeignKeyConstraint(['party_code'], ['party.code'], name=op.f('fk_cycle_party_party_code_party')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cycle_party')),
    sa.UniqueConstraint('cycle_id', 'party_code', 'subject', name=op.f('uq_cycle_party_cycle_id_party_code_subject'))
    )
    op.create_table('lasting_item',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('party_code', sa.String(length=3), nullable=False),
    sa.Column('slug', sa.String(length=120), nullable=False),
    sa.Column('title', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['party_code'], ['party.code'], name=op.f('fk_lasting_item_party_code_party')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lasting_item')),
    sa.UniqueConstraint('party_code', 'slug', name=op.f('uq_lasting_item_party_code_slug'))
    )
    op.create_table('membership',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('party_code', sa.String(length=3), nullable=True),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('sections', pg.JSONB(none_as_null=True, astext_type=Text()), nullable=True),
    sa.CheckConstraint("(role in ('contributor', 'coordinator')) = (party_code is not null)", name=op.f('ck_membership_party_fits_role')),
    sa.CheckConstraint("role in ('contributor', 'coordinator', 'reviewer', 'administrator')", name=op.f('ck_membership_role_known')),
    sa.CheckConstraint("sections is null or role = 'contributor'", name=op.f('ck_membership_only_contributors_are_scoped')),
    sa.ForeignKeyConstraint(['party_code'], ['party.code'], name=op.f('fk_membership_party_code_party')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_membership_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_membership'))
    )
    op.create_index(op.f('ix_membership_party_code'), 'membership', ['party_code'], unique=False)
    op.create_index(op.f('ix_membership_person_id'), 'membership', ['person_id'], unique=False)
    op.create_index('uq_membership_once', 'membership', ['person_id', 'party_code', 'role'], unique=True, postgresql_nulls_not_distinct=True)
    op.create_table('report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('cycle_id', sa.Integer(), nullable=False),
    sa.Column('party_code', sa.String(length=3), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(length=20), nullable=False),
    sa.Column('source', sa.Text(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('due_zone', sa.String(length=60), nullable=False),
    sa.Column('reviewer_id', sa.Integer(), nullable=True),
    sa.Column('started_at', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('first_submitted_at', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('submitted_at', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('taken_at', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('returned_at', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('notices_leave_at', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('published_at', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'published') = (published_at is not null)", name=op.f('ck_report_published_has_date')),
    sa.CheckConstraint("origin in ('written', 'imported')", name=op.f('ck_report_origin_known')),
    sa.CheckConstraint("reviewer_id is null or state <> 'draft'", name=op.f('ck_report_draft_has_no_reviewer')),
    sa.CheckConstraint("state <> 'revision' or returned_at is not null", name=op.f('ck_report_returned_has_date')),
    sa.CheckConstraint("state = 'draft' or round > 0", name=op.f('ck_report_left_draft_has_round')),
    sa.CheckConstraint("state in ('draft', 'review', 'revision', 'published')", name=op.f('ck_report_state_known')),
    sa.CheckConstraint('(round = 0) = (first_submitted_at is null)', name=op.f('ck_report_round_has_first_date')),
    sa.CheckConstraint('taken_at is null or reviewer_id is not null', name=op.f('ck_report_taken_has_reviewer')),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycle.id'], name=op.f('fk_report_cycle_id_cycle')),
    sa.ForeignKeyConstraint(['party_code'], ['party.code'], name=op.f('fk_report_party_code_party')),
    sa.ForeignKeyConstraint(['reviewer_id'], ['person.id'], name=op.f('fk_report_reviewer_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report')),
    sa.UniqueConstraint('cycle_id', 'party_code', 'subject', name=op.f('uq_report_cycle_id_party_code_subject'))
    )
    op.create_index(op.f('ix_report_cycle_id'), 'report', ['cycle_id'], unique=False)
    op.create_index(op.f('ix_report_party_code'), 'report', ['party_code'], unique=False)
    op.create_index(op.f('ix_report_reviewer_id'), 'report', ['reviewer_id'], unique=False)
    op.create_index(op.f('ix_report_state'), 'report', ['state'], unique=False)
    op.create_table('entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('fact', sa.String(length=60), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=True),
    sa.Column('cycle_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('actor_kind', sa.String(length=10), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('source_state', sa.String(length=20), nullable=True),
    sa.Column('dest_state', sa.String(length=20), nullable=True),
    sa.Column('row_version', sa.Integer(), nullable=True),
    sa.Column('params', pg.JSONB(astext_type=Text()), nullable=False),
    sa.Column('created_at', pg.TIMESTAMP(timezone=True), nullable=False),
    sa.CheckConstraint("actor_kind in ('person', 'system', 'link')", name=op.f('ck_entry_actor_kind_known')),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycle.id'], name=op.f('fk_entry_cycle_id_cycle')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_entry_person_id_person')),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_entry_report_id_report')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entry'))
    )
    op.create_index(op.f('ix_entry_cycle_id'), 'entry', ['cycle_id'], unique=False)
    op.create_index(op.f('ix_entry_fact'), 'entry', ['fact'], unique=False)
    op.create_index(op.f('ix_entry_person_id'), 'entry', ['person_id'], unique=False)
    op.create_index(op.f('ix_entry_report_id'), 'entry', ['report_id'], unique=False)
    op.create_index('uq_entry_step', 'entry', ['report_id', 'row_version'], unique=True, postgresql_where='report_id is not null and row_version is not null')
    op.create_table('extension',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('old_due_on', sa.Date(), nullable=True),
    sa.Column('new_due_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('created_at', pg.TIMESTAMP(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_extension_person_id_person')),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_extension_report_id_report')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_extension'))
    )
    op.create_index(op.f('ix_extension_report_id'), 'extension', ['report_id'], unique=False)
    op.create_table('finding_reply',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('created_at', pg.TIMESTAMP(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_finding_reply_person_id_person')),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_finding_reply_report_id_report')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_finding_reply')),
    sa.UniqueConstraint('report_id', 'fingerprint', name=op.f('uq_finding_reply_report_id_fingerprint'))
    )
    op.create_index(op.f('ix_finding_reply_report_id'), 'finding_reply', ['report_id'], unique=False)
    op.create_table('item',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('group', sa.String(length=80), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('lasting_item_id', sa.Uuid(), nullable=True),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('created_at', pg.TIMESTAMP(timezone=True), nullable=False),
    sa.Column('ended_at', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['lasting_item_id'], ['lasting_item.id'], name=op.f('fk_item_lasting_item_id_lasting_item')),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_item_report_id_report')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item'))
    )
    op.create_index(op.f('ix_item_report_id'), 'item', ['report_id'], unique=False)
    op.create_table('snapshot',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('signatory', pg.JSONB(none_as_null=True, astext_type=Text()), nullable=True),
    sa.Column('actor_kind', sa.String(length=10), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('created_at', pg.TIMESTAMP(timezone=True), nullable=False),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_snapshot_sha256_whole')),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_snapshot_report_id_report')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_snapshot')),
    sa.UniqueConstraint('report_id', 'number', name=op.f('uq_snapshot_report_id_number'))
    )
    op.create_table('answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Uuid(), nullable=True),
    sa.Column('question', sa.String(length=80), nullable=False),
    sa.Column('value', pg.JSONB(astext_type=Text()), nullable=False),
    sa.Column('lang', sa.String(length=12), nullable=True),
    sa.Column('origin', sa.String(length=20), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('actor_kind', sa.String(length=10), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('updated_at', pg.TIMESTAMP(timezone=True), nullable=False),
    sa.CheckConstraint("origin in ('typed', 'imported', 'carried')", name=op.f('ck_answer_origin_known')),
    sa.CheckConstraint("value ? 'raw'", name=op.f('ck_answer_value_has_raw')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_answer_item_id_item')),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_answer_report_id_report')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer'))
    )
    op.create_index(op.f('ix_answer_item_id'), 'answer', ['item_id'], unique=False)
    op.create_index(op.f('ix_answer_report_id'), 'answer', ['report_id'], unique=False)
    op.create_index('uq_answer_place', 'answer', ['report_id', 'item_id', 'question'], unique=True, postgresql_nulls_not_distinct=True)
    op.create_table('comment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('section', sa.String(length=80), nullable=False),
    sa.Column('item_id', sa.Uuid(), nullable=True),
    sa.Column('question', sa.String(length=80), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('created_at', pg.TIMESTAMP(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_comment_item_id_item')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_comment_person_id_person')),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_comment_report_id_report')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comment'))
    )
    op.create_index(op.f('ix_comment_report_id'), 'comment', ['report_id'], unique=False)
    op.create_table('dispatch',
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('done_at', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_dispatch_entry_id_entry')),
    sa.PrimaryKeyConstraint('entry_id', name=op.f('pk_dispatch'))
    )
    op.create_index('ix_dispatch_open', 'dispatch', ['entry_id'], unique=False, postgresql_where='done_at is null')
    op.create_table('finding',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('rule', sa.String(length=20), nullable=False),
    sa.Column('severity', sa.String(length=10), nullable=False),
    sa.Column('section', sa.String(length=80), nullable=False),
    sa.Column('item_id', sa.Uuid(), nullable=True),
    sa.Column('question', sa.String(length=80), nullable=True),
    sa.Column('quote', sa.Text(), nullable=False),
    sa.Column('message', pg.JSONB(astext_type=Text()), nullable=False),
    sa.Column('versions', pg.JSONB(astext_type=Text()), nullable=False),
    sa.Column('created_at', pg.TIMESTAMP(timezone=True), nullable=False),
    sa.CheckConstraint("severity in ('error', 'warning', 'note')", name=op.f('ck_finding_severity_known')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_finding_item_id_item')),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_finding_report_id_report')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_finding')),
    sa.UniqueConstraint('report_id', 'round', 'fingerprint', name=op.f('uq_finding_report_id_round_fingerprint'))
    )
    op.create_index(op.f('ix_finding_report_id'), 'finding', ['report_id'], unique=False)
    op.create_table('notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('not_before', pg.TIMESTAMP(timezone=True), nullable=False),
    sa.Column('leased_until', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('sent_at', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('read_at', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('created_at', pg.TIMESTAMP(timezone=True), nullable=False),
    sa.CheckConstraint("(status = 'sent') = (sent_at is not null)", name=op.f('ck_notice_sent_has_date')),
    sa.CheckConstraint("channel = 'mail' or status in ('pending', 'recalled')", name=op.f('ck_notice_only_mail_is_sent')),
    sa.CheckConstraint("channel in ('inbox', 'mail')", name=op.f('ck_notice_channel_known')),
    sa.CheckConstraint("status in ('pending', 'sending', 'sent', 'failed', 'recalled')", name=op.f('ck_notice_status_known')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_notice_entry_id_entry')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_notice_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('entry_id', 'person_id', 'channel', name=op.f('uq_notice_entry_id_person_id_channel'))
    )
    op.create_index('ix_notice_due', 'notice', ['not_before'], unique=False, postgresql_where="channel = 'mail' and status in ('pending', 'sending')")
    op.create_index('ix_notice_inbox', 'notice', ['person_id', 'not_before'], unique=False, postgresql_where="channel = 'inbox'")
    op.create_table('point',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('section', sa.String(length=80), nullable=False),
    sa.Column('item_id', sa.Uuid(), nullable=True),
    sa.Column('question', sa.String(length=80), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('weight', sa.String(length=10), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('created_at', pg.TIMESTAMP(timezone=True), nullable=False),
    sa.Column('returned_at', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('reply', sa.Text(), nullable=True),
    sa.Column('replied_by_id', sa.Integer(), nullable=True),
    sa.Column('replied_at', pg.TIMESTAMP(timezone=True), nullable=True),
    sa.CheckConstraint("weight in ('must', 'should')", name=op.f('ck_point_weight_known')),
    sa.CheckConstraint('(reply is null) = (replied_at is null)', name=op.f('ck_point_reply_has_date')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_point_item_id_item')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_point_person_id_person')),
    sa.ForeignKeyConstraint(['replied_by_id'], ['person.id'], name=op.f('fk_point_replied_by_id_person')),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_point_report_id_report')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_point'))
    )
    op.create_index(op.f('ix_point_report_id'), 'point', ['report_id'], unique=False)
    op.create_table('save',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Uuid(), nullable=True),
    sa.Column('question', sa.String(length=80), nullable=False),
    sa.Column('value', pg.JSONB(astext_type=Text()), nullable=False),
    sa.Column('lang', sa.String(length=12), nullable=True),
    sa.Column('seen_version', sa.Integer(), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.String(length=10), nullable=False),
    sa.Column('actor_kind', sa.String(length=10), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('created_at', pg.TIMESTAMP(timezone=True), nullable=False),
    sa.CheckConstraint("(outcome = 'accepted') = (row_version is not null)", name=op.f('ck_save_accepted_has_version')),
    sa.CheckConstraint("outcome in ('accepted', 'refused')", name=op.f('ck_save_outcome_known')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_save_item_id_item')),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_save_report_id_report')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_save'))
    )
    op.create_index('ix_save_place', 'save', ['report_id', 'question', 'item_id'], unique=False)
    op.create_table('publication',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('is_current', sa.Boolean(), nullable=False),
    sa.Column('slug', sa.String(length=200), nullable=False),
    sa.Column('questionnaire', sa.String(length=80), nullable=False),
    sa.Column('edition', sa.String(length=40), nullable=False),
    sa.Column('party_code', sa.String(length=3), nullable=False),
    sa.Column('party_names', pg.JSONB(astext_type=Text()), nullable=False),
    sa.Column('region', sa.String(length=60), nullable=False),
    sa.Column('cycle_titles', pg.JSONB(astext_type=Text()), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('title', sa.String(length=500), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('origin', sa.String(length=20), nullable=False),
    sa.Column('source', sa.Text(), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('published_at', pg.TIMESTAMP(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('report_id', 'number'),
    sa.UniqueConstraint('slug', 'number'),
    schema='published'
    )
    op.create_index('uq_publication_current', 'publication', ['report_id'], unique=True, schema='published', postgresql_where='is_current')
    op.create_table('answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('publication_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Uuid(), nullable=True),
    sa.Column('section', sa.String(length=80), nullable=False),
    sa.Column('question', sa.String(length=80), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('value', pg.JSONB(astext_type=Text()), nullable=False),
    sa.Column('lang', sa.String(length=12), nullable=True),
    sa.ForeignKeyConstraint(['publication_id'], ['published.publication.id'], ),
    sa.PrimaryKeyConstraint('id'),
    schema='published'
    )
    op.create_index(op.f('ix_published_answer_publication_id'), 'answer', ['publication_id'], unique=False, schema='published')
    op.create_table('item',
    sa.Column('publication_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('lasting_item_id', sa.Uuid(), nullable=True),
    sa.Column('slug', sa.String(length=120), nullable=True),
    sa.Column('group', sa.String(length=80), nullable=False),
    sa.Column('section', sa.String(length=80), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['publication_id'], ['published.publication.id'], ),
    sa.PrimaryKeyConstraint('publication_id', 'id'),
    schema='published'
    )
    op.create_index('ix_published_item_slug', 'item', ['slug'], unique=False, schema='published')
    _grant()


def _grant() -> None:
    """The app writes everywhere but never changes the journal; the public role reads what was published and nothing else."""
    op.execute(f"GRANT USAGE ON SCHEMA public, published TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public, published TO {APP}")
    for table in ("entry", "snapshot", "save"):
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {APP}")
    op.execute(f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA published TO {APP}")
    op.execute(f"GRANT UPDATE (is_current) ON published.publication TO {APP}")
    op.execute(f"GRANT USAGE ON SCHEMA published TO {PUBLIC}")
    op.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA published TO {PUBLIC}")


def downgrade() -> None:
    op.drop_index('ix_published_item_slug', table_name='item', schema='published')
    op.drop_table('item', schema='published')
    op.drop_index(op.f('ix_published_answer_publication_id'), table_name='answer', schema='published')
    op.drop_table('answer', schema='published')
    op.drop_index('uq_publication_current', table_name='publication', schema='published', postgresql_where='is_current')
    op.drop_table('publication', schema='published')
    op.drop_index('ix_save_place', table_name='save')
    op.drop_table('save')
    op.drop_index(op.f('ix_point_report_id'), table_name='point')
    op.drop_table('point')
    op.drop_index('ix_notice_inbox', table_name='notice', postgresql_where="channel = 'inbox'")
    op.drop_index('ix_notice_due', table_name='notice', postgresql_where="channel = 'mail' and status in ('pending', 'sending')")
    op.drop_table('notice')
    op.drop_index(op.f('ix_finding_report_id'), table_name='finding')
    op.drop_table('finding')
    op.drop_index('ix_dispatch_open', table_name='dispatch', postgresql_where='done_at is null')
    op.drop_table('dispatch')
    op.drop_index(op.f('ix_comment_report_id'), table_name='comment')
    op.drop_table('comment')
    op.drop_index('uq_answer_place', table_name='answer', postgresql_nulls_not_distinct=True)
    op.drop_index(op.f('ix_answer_report_id'), table_name='answer')
    op.drop_index(op.f('ix_answer_item_id'), table_name='answer')
    op.drop_table('answer')
    op.drop_table('snapshot')
    op.drop_index(op.f('ix_item_report_id'), table_name='item')
    op.drop_table('item')
    op.drop_index(op.f('ix_finding_reply_report_id'), table_name='finding_reply')
    op.drop_table('finding_reply')
    op.drop_index(op.f('ix_extension_report_id'), table_name='extension')
    op.drop_table('extension')
    op.drop_index('uq_entry_step', table_name='entry', postgresql_where='report_id is not null and row_version is not null')
    op.drop_index(op.f('ix_entry_report_id'), table_name='entry')
    op.drop_index(op.f('ix_entry_person_id'), table_name='entry')
    op.drop_index(op.f('ix_entry_fact'), table_name='entry')
    op.drop_index(op.f('ix_entry_cycle_id'), table_name='entry')
    op.drop_table('entry')
    op.drop_index(op.f('ix_report_state'), table_name='report')
    op.drop_index(op.f('ix_report_reviewer_id'), table_name='report')
    op.drop_index(op.f('ix_report_party_code'), table_name='report')
    op.drop_index(op.f('ix_report_cycle_id'), table_name='report')
    op.drop_table('report')
    op.drop_index('uq_membership_once', table_name='membership', postgresql_nulls_not_distinct=True)
    op.drop_index(op.f('ix_membership_person_id'), table_name='membership')
    op.drop_index(op.f('ix_membership_party_code'), table_name='membership')
    op.drop_table('membership')
    op.drop_table('lasting_item')
    op.drop_table('cycle_party')
    op.drop_index(op.f('ix_web_session_person_id'), table_name='web_session')
    op.drop_index(op.f('ix_web_session_expires_at'), table_name='web_session')
    op.drop_table('web_session')
    op.drop_table('person')
    op.drop_table('party')
    op.drop_index(op.f('ix_cycle_state'), table_name='cycle')
    op.drop_table('cycle')
    op.drop_table('claim')
    op.execute("DROP SCHEMA published")
