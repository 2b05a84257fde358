"""When a letter left, and when one that never left was discarded. Of letters that are there neither is known.

Revision: 0023, after 0022.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letters", sa.Column("left_at", UTCDateTime(), nullable=True))
    op.add_column("letters", sa.Column("discarded_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("letters", "discarded_at")
    op.drop_column("letters", "left_at")
