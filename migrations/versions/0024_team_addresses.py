"""Where answers to a team's cases go. Teams that are there use the organisation's address.

Revision: 0024, after 0023.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("teams", sa.Column("email", sa.String(length=254), nullable=True))


def downgrade() -> None:
    op.drop_column("teams", "email")
