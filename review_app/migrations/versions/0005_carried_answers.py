"""Whether the reports of a cycle begin with the answers of the last ones."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0002"


def upgrade() -> None:
    op.add_column('cycle', sa.Column('carries', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column('cycle', 'carries', server_default=None)


def downgrade() -> None:
    op.drop_column('cycle', 'carries')
