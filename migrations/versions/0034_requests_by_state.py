"""Which cases have a request in a state, told from an index alone: the desk's list counts them among all.

Revision: 0034, after 0033.
"""

from __future__ import annotations

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_requests_state_case", "requests", ["state", "case_id"])


def downgrade() -> None:
    op.drop_index("ix_requests_state_case", "requests")
