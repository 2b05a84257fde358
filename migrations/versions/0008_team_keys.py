"""Key pairs of teams that change, and marks for supervisors.

Revision: 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not as batches: on SQLite those would make the tables anew, and other tables point to them.
    op.add_column("teams", sa.Column("generation", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("teams", sa.Column("key_change_due_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case_keys", sa.Column("generation", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_case_keys_team_id"), "case_keys", ["team_id"])
    op.execute("UPDATE case_keys SET generation = 1 WHERE holder = 'team'")
    op.create_table(
        "former_team_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_former_team_keys_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_team_keys")),
        sa.UniqueConstraint("team_id", "generation", name=op.f("uq_former_team_keys_team_id_generation")),
    )
    op.create_table(
        "marks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["about_id"], ["staff.id"], name=op.f("fk_marks_about_id_staff")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_marks_by_id_staff")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_marks_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marks")),
    )
    op.create_index(op.f("ix_marks_team_id"), "marks", ["team_id"])
    op.create_table(
        "marks_seen",
        sa.Column("mark_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["mark_id"], ["marks.id"], name=op.f("fk_marks_seen_mark_id_marks"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_marks_seen_staff_id_staff")),
        sa.PrimaryKeyConstraint("mark_id", "staff_id", name=op.f("pk_marks_seen")),
    )


def downgrade() -> None:
    op.drop_table("marks_seen")
    op.drop_index(op.f("ix_marks_team_id"), table_name="marks")
    op.drop_table("marks")
    op.drop_table("former_team_keys")
    op.drop_index(op.f("ix_case_keys_team_id"), table_name="case_keys")
    op.drop_column("case_keys", "generation")
    op.drop_column("teams", "key_change_due_since")
    op.drop_column("teams", "generation")
