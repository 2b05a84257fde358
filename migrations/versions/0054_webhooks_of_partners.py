"""Whose cases an endpoint hears of, how far endpoints were told of what happened, and answers that wait, found fast.

Revision: 0054, after 0053.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

TABLE = "webhook_endpoints"


def upgrade() -> None:
    with op.batch_alter_table(TABLE) as table:
        table.add_column(sa.Column("partner_key_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("team_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(
            op.f("fk_webhook_endpoints_partner_key_id_partner_keys"), "partner_keys", ["partner_key_id"], ["id"]
        )
        table.create_foreign_key(op.f("fk_webhook_endpoints_team_id_teams"), "teams", ["team_id"], ["id"])
        table.create_index(op.f("ix_webhook_endpoints_partner_key_id"), ["partner_key_id"])
    op.create_index("ix_link_answers_waiting", "link_answers", ["state", "case_id"])
    op.create_table(
        "webhook_places",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_places")),
    )


def downgrade() -> None:
    op.drop_table("webhook_places")
    op.drop_index("ix_link_answers_waiting", "link_answers")
    with op.batch_alter_table(TABLE) as table:
        table.drop_index(op.f("ix_webhook_endpoints_partner_key_id"))
        table.drop_constraint(op.f("fk_webhook_endpoints_team_id_teams"), type_="foreignkey")
        table.drop_constraint(op.f("fk_webhook_endpoints_partner_key_id_partner_keys"), type_="foreignkey")
        table.drop_column("team_id")
        table.drop_column("partner_key_id")
