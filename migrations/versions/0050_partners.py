"""Keys of partners' systems, what they open, and what they asked.

Revision: 0050, after 0049.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "partner_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("server_key", sa.String(length=16), nullable=False),
        sa.Column("scopes", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("guard", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_partner_keys_team_id_teams")),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_partner_keys_made_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_keys")),
        sa.UniqueConstraint("value", name=op.f("uq_partner_keys_value")),
    )
    op.create_index(op.f("ix_partner_keys_team_id"), "partner_keys", ["team_id"])
    op.create_table(
        "partner_cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("guard", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["key_id"], ["partner_keys.id"], name=op.f("fk_partner_cases_key_id_partner_keys")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_partner_cases_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_cases")),
        sa.UniqueConstraint("key_id", "case_id", name=op.f("uq_partner_cases_key_id_case_id")),
    )
    op.create_index(op.f("ix_partner_cases_case_id"), "partner_cases", ["case_id"])
    op.create_table(
        "partner_calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["partner_keys.id"], name=op.f("fk_partner_calls_key_id_partner_keys")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_calls")),
        sa.UniqueConstraint("key_id", "value", name=op.f("uq_partner_calls_key_id_value")),
    )
    op.create_index(op.f("ix_partner_calls_made_at"), "partner_calls", ["made_at"])
    op.create_table(
        "partner_uses",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("counted", sa.String(length=40), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["partner_keys.id"], name=op.f("fk_partner_uses_key_id_partner_keys")),
        sa.PrimaryKeyConstraint("key_id", "counted", name=op.f("pk_partner_uses")),
    )


def downgrade() -> None:
    op.drop_table("partner_uses")
    op.drop_table("partner_calls")
    op.drop_table("partner_cases")
    op.drop_table("partner_keys")
