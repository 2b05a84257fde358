"""Within how many hours a team usually answers, as it says itself.

Revision: 0028, after 0027.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("teams", sa.Column("reply_hours", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("teams", "reply_hours")
