"""Within how many hours a team usually answers, as it says itself.

Revision: 0032, after 0026.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("teams", sa.Column("reply_hours", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("teams", "reply_hours")
