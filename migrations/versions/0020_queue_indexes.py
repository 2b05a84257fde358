"""The list of a team's cases is answered from indexes: who works on them, and those without a date.

Revision: 0020, after 0019.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

UNDATED = sa.text("next_due_at IS NULL")


def upgrade() -> None:
    op.create_index("ix_cases_assignee", "cases", ["team_id", "status", "assignee_id", "next_due_at"])
    op.create_index(
        "ix_cases_undated",
        "cases",
        ["team_id", "status", "submitted_at"],
        postgresql_where=UNDATED,
        sqlite_where=UNDATED,
    )


def downgrade() -> None:
    op.drop_index("ix_cases_undated", "cases")
    op.drop_index("ix_cases_assignee", "cases")
