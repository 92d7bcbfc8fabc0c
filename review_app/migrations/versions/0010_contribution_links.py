"""Links that ask people without an account, the texts they save, and whom a publication credits."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0010"
down_revision = "0009"

APP = "relata_app"
MOMENT = pg.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "contribution_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=80), nullable=False),
        sa.Column("question", sa.String(length=80), nullable=True),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("shows_answers", sa.Boolean(), nullable=False),
        sa.Column("is_credited", sa.Boolean(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("writer", sa.String(length=200), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.CheckConstraint("language in ('en', 'fr', 'es')", name=op.f("ck_contribution_link_language_known")),
        sa.CheckConstraint("question is null or item_id is null", name=op.f("ck_contribution_link_one_place")),
        sa.CheckConstraint(
            "answered_at is null or (writer <> '' and organisation <> '')", name=op.f("ck_contribution_link_answered_has_writer")
        ),
        sa.CheckConstraint(
            "opened_at is not null or answered_at is null", name=op.f("ck_contribution_link_answered_was_opened")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_contribution_link_report_id_report")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_contribution_link_item_id_item")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contribution_link_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution_link")),
    )
    op.create_index(op.f("ix_contribution_link_report_id"), "contribution_link", ["report_id"])
    _proposals()
    op.add_column("save", sa.Column("proposal_id", sa.Integer(), nullable=True))
    op.create_foreign_key(op.f("fk_save_proposal_id_proposal"), "save", "proposal", ["proposal_id"], ["id"])
    _notices()
    op.add_column(
        "publication", sa.Column("contributors", pg.JSONB(), nullable=False, server_default=sa.text("'[]'")), schema="published"
    )
    op.alter_column("publication", "contributors", server_default=None, schema="published")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON contribution_link TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (outcome, reason, decided_by, decided_at) ON proposal TO {APP}")
    op.execute(f"GRANT USAGE ON SEQUENCE contribution_link_id_seq, proposal_id_seq TO {APP}")


def _proposals() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("group", sa.String(length=80), nullable=True),
        sa.Column("entry", sa.Integer(), nullable=True),
        sa.Column("question", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("value", pg.JSONB(), nullable=False),
        sa.Column("lang", sa.String(length=12), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.CheckConstraint('("group" is null) = (entry is null)', name=op.f("ck_proposal_entry_has_group")),
        sa.CheckConstraint("outcome in ('accepted', 'merged', 'declined')", name=op.f("ck_proposal_outcome_known")),
        sa.CheckConstraint("(outcome is null) = (decided_at is null)", name=op.f("ck_proposal_decided_has_date")),
        sa.CheckConstraint("(outcome is null) = (decided_by is null)", name=op.f("ck_proposal_decided_by_somebody")),
        sa.CheckConstraint("value ? 'raw'", name=op.f("ck_proposal_value_has_raw")),
        sa.ForeignKeyConstraint(["link_id"], ["contribution_link.id"], name=op.f("fk_proposal_link_id_contribution_link")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_proposal_decided_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    place = ["link_id", "entry", "question", "version"]
    op.create_index("uq_proposal_place", "proposal", place, unique=True, postgresql_nulls_not_distinct=True)


def _notices() -> None:
    """A mail may also go to the receiver of a link, who is no person of ours."""
    op.add_column("notice", sa.Column("link_id", sa.Integer(), nullable=True))
    op.alter_column("notice", "person_id", nullable=True)
    op.create_foreign_key(
        op.f("fk_notice_link_id_contribution_link"), "notice", "contribution_link", ["link_id"], ["id"]
    )
    op.drop_constraint("uq_notice_entry_id_person_id_channel", "notice")
    once = ["entry_id", "person_id", "link_id", "channel"]
    op.create_index("uq_notice_once", "notice", once, unique=True, postgresql_nulls_not_distinct=True)
    op.create_check_constraint(op.f("ck_notice_one_reader"), "notice", "(person_id is null) <> (link_id is null)")
    op.create_check_constraint(op.f("ck_notice_links_have_no_inbox"), "notice", "link_id is null or channel = 'mail'")


def downgrade() -> None:
    op.drop_column("publication", "contributors", schema="published")
    op.execute("DELETE FROM notice WHERE link_id IS NOT NULL")
    op.drop_index("uq_notice_once", "notice")
    op.drop_column("notice", "link_id")
    op.alter_column("notice", "person_id", nullable=False)
    op.create_unique_constraint("uq_notice_entry_id_person_id_channel", "notice", ["entry_id", "person_id", "channel"])
    op.drop_column("save", "proposal_id")
    op.drop_table("proposal")
    op.drop_table("contribution_link")
