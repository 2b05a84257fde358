"""An entry of a history is found by its digest, which the papers of a complaint name.

Revision: 0025, after 0024.
"""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_events_digest", "events", ["digest"])


def downgrade() -> None:
    op.drop_index("ix_events_digest", "events")
