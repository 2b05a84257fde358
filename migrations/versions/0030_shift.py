"""What the desk's list is sorted by, follow-up dates set by hand, and when each member was at the desk.

Revision: 0030, after 0029.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

UNREAD = sa.text("read_at IS NULL AND author = 'person'")
SHIFT = [
    *("team_id", "status", "assignee_id", "next_due_at", "running_due_at", "news_at", "submitted_at"),
    *("under_18", "path", "id"),
]


def upgrade() -> None:
    op.add_column("cases", sa.Column("running_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("news_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_cases_shift", "cases", SHIFT)
    op.create_index("ix_messages_unread", "messages", ["case_id"], postgresql_where=UNREAD, sqlite_where=UNREAD)
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("guard", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_follow_ups_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_follow_ups_request_id_requests"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_follow_ups_owner_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
    )
    op.create_index(op.f("ix_follow_ups_case_id"), "follow_ups", ["case_id"])
    op.create_index("ix_follow_ups_owner", "follow_ups", ["owner_id", "done_at", "due_on"])
    op.create_table(
        "desk_visits",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_desk_visits_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_desk_visits")),
    )


def downgrade() -> None:
    op.drop_table("desk_visits")
    op.drop_table("follow_ups")
    op.drop_index("ix_messages_unread", "messages")
    op.drop_index("ix_cases_shift", "cases")
    op.drop_column("cases", "news_at")
    op.drop_column("cases", "running_due_at")
