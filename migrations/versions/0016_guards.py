"""Rows carry a guard, a keyed digest; files are known by digest and size; and how far the last check came is kept.

Rows that are there already get theirs from the worker, which has the key. Revision: 0016, after 0015.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

GUARDED = (
    "bases", "case_checks", "case_keys", "cases", "clocks", "complaint_requests", "complaints", "consents", "contacts",
    "documents", "events", "factors", "former_team_keys", "holds", "invitations", "items", "journal_tip", "law_versions",
    "letters", "mail_links", "mandates", "marks", "marks_seen", "memberships", "messages", "notes", "officer_links",
    "recovery_codes", "recovery_keys", "reissues", "requests", "staff", "teams",
)  # fmt: skip


def upgrade() -> None:
    for table in GUARDED:
        op.add_column(table, sa.Column("guard", sa.LargeBinary(), nullable=True))
    op.create_table(
        "guard_sums",
        sa.Column("scope", sa.Uuid(), nullable=False),
        sa.Column("total", sa.LargeBinary(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("guard", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_guard_sums")),
    )
    op.create_table(
        "stored_files",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("guard", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_stored_files_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_stored_files")),
    )
    op.create_index(op.f("ix_stored_files_case_id"), "stored_files", ["case_id"])
    op.create_table(
        "history_checks",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("whole_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breaks", sa.Integer(), nullable=False),
        sa.Column("found", sa.LargeBinary(), nullable=False),
        sa.Column("guard", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_checks")),
    )


def downgrade() -> None:
    op.drop_table("history_checks")
    op.drop_table("stored_files")
    op.drop_table("guard_sums")
    for table in reversed(GUARDED):
        op.drop_column(table, "guard")
