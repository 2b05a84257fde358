"""Since when people are offered a team, and by whose word. Teams that are there are shown already.

Revision: 0019, after 0018.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("teams", sa.Column("made_by", sa.Uuid(), nullable=True))
    op.add_column("teams", sa.Column("shown_at", UTCDateTime(), nullable=True))
    op.add_column("teams", sa.Column("shown_by", sa.Uuid(), nullable=True))
    op.execute("UPDATE teams SET shown_at = created_at")


def downgrade() -> None:
    op.drop_column("teams", "shown_by")
    op.drop_column("teams", "shown_at")
    op.drop_column("teams", "made_by")
