"""Counts of what comes from a network on a day, and proofs that were used.

Revision: 0010, after 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quotas",
        sa.Column("bucket", sa.LargeBinary(), nullable=False),
        sa.Column("counted", sa.String(length=40), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("ends_at", UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "counted", name=op.f("pk_quotas")),
    )
    op.create_index(op.f("ix_quotas_ends_at"), "quotas", ["ends_at"])
    op.create_table(
        "used_proofs",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("ends_at", UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_used_proofs")),
    )
    op.create_index(op.f("ix_used_proofs_ends_at"), "used_proofs", ["ends_at"])


def downgrade() -> None:
    op.drop_table("used_proofs")
    op.drop_table("quotas")
