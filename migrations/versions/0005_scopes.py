"""How far a member of staff sees.

Revision: 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not as a batch: on SQLite that would make the table anew, and other tables point to it.
    op.add_column("staff", sa.Column("scope", sa.String(length=40), nullable=False, server_default="team"))
    op.execute("UPDATE staff SET scope = 'organisation' WHERE role = 'administrator'")


def downgrade() -> None:
    op.drop_column("staff", "scope")
