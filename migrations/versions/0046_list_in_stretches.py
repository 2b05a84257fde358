"""Indexes for the stretches of the desk's list, and for what happened since a moment.

Revision: 0046, after 0045.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

COLUMNS = {
    "ix_cases_running": (["running_due_at"], "running_due_at IS NOT NULL"),
    "ix_cases_unkept": (["next_due_at"], "running_due_at IS NULL OR running_due_at <> next_due_at"),
    "ix_cases_new": (["submitted_at"], "assignee_id IS NULL"),
    "ix_cases_at_risk": (
        ["submitted_at", "assignee_id", "next_due_at", "running_due_at", "news_at", "under_18", "path", "id"],
        "under_18 OR path IN ('child', 'threat')",
    ),
    "ix_cases_news": (["news_at", "id"], "news_at IS NOT NULL"),
}


def upgrade() -> None:
    for name, (columns, where) in COLUMNS.items():
        only = {"postgresql_where": sa.text(where), "sqlite_where": sa.text(where)}
        op.create_index(name, "cases", ["team_id", "status", *columns], **only)
    op.create_index("ix_events_recorded", "events", ["recorded_at", "case_id"])


def downgrade() -> None:
    op.drop_index("ix_events_recorded", table_name="events")
    for name in reversed(COLUMNS):
        op.drop_index(name, table_name="cases")
