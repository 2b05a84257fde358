"""A letter's number is reserved before it is printed, and its size is known without reading the file.

Revision: 0015, after 0014.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("letter_numbers", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE cases SET letter_numbers = "
        "(SELECT COALESCE(MAX(letters.number), 0) FROM letters WHERE letters.case_id = cases.id)"
    )
    op.add_column("letters", sa.Column("size", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("letters", "size")
    op.drop_column("cases", "letter_numbers")
