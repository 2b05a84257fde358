"""How old the person was, in four spans, where they told the team.

Revision: 0053, after 0052.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("age_band", sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("cases", "age_band")
