"""The link in a letter by which its recipient answers, what was answered there, and who wants none.

Revision: 0051, after 0050.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("no_answer_link", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("teams", sa.Column("no_answer_link", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "answer_links",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("letter", sa.Integer(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("guard", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_answer_links_request_id_requests"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_answer_links_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_answer_links")),
    )
    op.create_index(op.f("ix_answer_links_case_id"), "answer_links", ["case_id"])
    op.create_table(
        "link_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("guard", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_link_answers_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_link_answers_request_id_requests"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_answers")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_link_answers_case_id_number")),
        sa.UniqueConstraint("request_id", "value", name=op.f("uq_link_answers_request_id_value")),
    )
    op.create_index("ix_link_answers_state", "link_answers", ["case_id", "state"])


def downgrade() -> None:
    op.drop_table("link_answers")
    op.drop_table("answer_links")
    op.drop_column("teams", "no_answer_link")
    op.drop_column("cases", "no_answer_link")
