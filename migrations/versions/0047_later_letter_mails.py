"""Letters after the first one by e-mail, among them those that no request stands behind.

Revision: 0047, after 0046.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("letter_mails") as table:
        table.alter_column("request_id", existing_type=sa.Uuid(), nullable=True)
        table.add_column(sa.Column("is_later", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    # What has no request is a paper of a threat, which the portal before did not send: its row goes.
    op.execute("DELETE FROM letter_mails WHERE request_id IS NULL")
    with op.batch_alter_table("letter_mails") as table:
        table.drop_column("is_later")
        table.alter_column("request_id", existing_type=sa.Uuid(), nullable=False)
