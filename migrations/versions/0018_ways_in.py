"""How often the other ways into a case were ended, and up to which event the person knows of new ones.

Revision: 0018, after 0017.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("ways_ended", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("cases", sa.Column("ways_seen", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("cases", "ways_seen")
    op.drop_column("cases", "ways_ended")
