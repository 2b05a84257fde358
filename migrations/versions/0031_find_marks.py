"""By what a team finds its case from a link or a ticket number.

Revision: 0031, after 0030.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "find_marks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("is_link", sa.Boolean(), nullable=False),
        sa.Column("server_key", sa.String(length=16), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("guard", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_find_marks_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_find_marks")),
        sa.UniqueConstraint("source_id", "value", name=op.f("uq_find_marks_source_id_value")),
    )
    op.create_index(op.f("ix_find_marks_case_id"), "find_marks", ["case_id"])
    op.create_index("ix_find_marks_value", "find_marks", ["value"])


def downgrade() -> None:
    op.drop_table("find_marks")
