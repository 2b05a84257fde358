"""Each letter keeps the size of its redacted form as well, so that a list of exhibits reads no file.

Revision: 0055, after 0054.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letters", sa.Column("redacted_size", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("letters") as table:
        table.drop_column("redacted_size")
