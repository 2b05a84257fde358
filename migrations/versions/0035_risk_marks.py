"""What a team has to know first about a case.

Revision: 0035, after 0034.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "risk_marks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("server_key", sa.String(length=16), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("guard", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_risk_marks_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_risk_marks_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_marks")),
        sa.UniqueConstraint("case_id", "value", name=op.f("uq_risk_marks_case_id_value")),
    )
    op.create_index(op.f("ix_risk_marks_case_id"), "risk_marks", ["case_id"])
    op.create_index("ix_risk_marks_value", "risk_marks", ["value"])


def downgrade() -> None:
    op.drop_table("risk_marks")
