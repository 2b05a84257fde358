"""Answers and notices handed in as files.

Revision: 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("complaint_id", sa.Uuid(), nullable=True),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("handed_in_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("removed_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(request_id IS NULL) != (complaint_id IS NULL)", name=op.f("ck_documents_about_one_thing")),
        sa.CheckConstraint("(removed_at IS NULL) = (sealed IS NOT NULL)", name=op.f("ck_documents_removed_is_empty")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_documents_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.id"], name=op.f("fk_documents_complaint_id_complaints"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_documents_request_id_requests"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_documents_case_id_number")),
    )
    op.create_index(op.f("ix_documents_complaint_id"), "documents", ["complaint_id"])
    op.create_index(op.f("ix_documents_request_id"), "documents", ["request_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_documents_request_id"), table_name="documents")
    op.drop_index(op.f("ix_documents_complaint_id"), table_name="documents")
    op.drop_table("documents")
