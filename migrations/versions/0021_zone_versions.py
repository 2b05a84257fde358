"""A clock keeps the release of the time zones that its date was counted with.

Revision: 0021, after 0020.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clocks", sa.Column("zone_version", sa.String(64), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("clocks", "zone_version")
