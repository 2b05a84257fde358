"""The token that a mailbox's issuer gave in place of the one in the file, and that it takes none any more.

Revision: 0056, after 0055.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

TABLE = "mailbox_places"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("token", sa.LargeBinary(), nullable=True))
    op.add_column(TABLE, sa.Column("token_of", sa.String(length=64), nullable=True))
    op.add_column(TABLE, sa.Column("server_key", sa.String(length=16), nullable=True))
    op.add_column(TABLE, sa.Column("is_refused", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table(TABLE) as table:
        for column in ("is_refused", "server_key", "token_of", "token"):
            table.drop_column(column)
