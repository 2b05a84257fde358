"""Levels of deadlines, how staff hear of them, and mail that is about no case.

Revision: 0048, after 0047.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deadline_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("clock_id", sa.Uuid(), nullable=True),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_deadline_notices_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["clock_id"], ["clocks.id"], name=op.f("fk_deadline_notices_clock_id_clocks"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_notices")),
        sa.UniqueConstraint("subject_id", "level", "due_at", name=op.f("uq_deadline_notices_subject_id_level_due_at")),
    )
    op.create_index("ix_deadline_notices_case", "deadline_notices", ["case_id", "level"])
    op.create_index(op.f("ix_deadline_notices_clock_id"), "deadline_notices", ["clock_id"])
    op.create_index("ix_deadline_notices_noted", "deadline_notices", ["noted_at"])
    op.create_table(
        "alert_settings",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest_hour", sa.Integer(), nullable=True),
        sa.Column("has_weekends", sa.Boolean(), nullable=False),
        sa.Column("digest_on", sa.Date(), nullable=True),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("feed_digest", sa.LargeBinary(), nullable=True),
        sa.Column("server_key", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("guard", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_alert_settings_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_alert_settings")),
        sa.UniqueConstraint("feed_digest", name=op.f("uq_alert_settings_feed_digest")),
    )
    with op.batch_alter_table("outbox") as table:
        table.alter_column("case_id", existing_type=sa.Uuid(), nullable=True)


def downgrade() -> None:
    # The column of the outbox may stay empty: what came before writes no such row.
    op.drop_table("alert_settings")
    op.drop_table("deadline_notices")
