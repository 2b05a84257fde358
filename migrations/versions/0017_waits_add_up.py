"""When somebody of a network last went on after a wait, so that waits begun at once are one wait.

Revision: 0017, after 0016.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quotas", sa.Column("waited_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("quotas", "waited_until")
