"""The words' index beside the wrap it belongs to, and which wraps hold a locked key.

Revision: 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("case_keys") as table:
        table.add_column(sa.Column("words_index", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("server_key", sa.String(length=16), nullable=True))
        table.add_column(sa.Column("is_locked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE case_keys SET words_index = (SELECT cases.words_index FROM cases WHERE cases.id = case_keys.case_id) "
        "WHERE holder = 'person'"
    )
    with op.batch_alter_table("case_keys") as table:
        table.alter_column("is_locked", server_default=None, existing_type=sa.Boolean(), existing_nullable=False)
        table.create_unique_constraint(op.f("uq_case_keys_words_index"), ["words_index"])
        table.create_check_constraint("index_only_for_words", "words_index IS NULL OR holder = 'person'")
    with op.batch_alter_table("cases") as table:
        table.drop_constraint(op.f("uq_cases_words_index"), type_="unique")
        table.drop_column("words_index")


def downgrade() -> None:
    with op.batch_alter_table("cases") as table:
        table.add_column(sa.Column("words_index", sa.LargeBinary(), nullable=True))
        table.create_unique_constraint(op.f("uq_cases_words_index"), ["words_index"])
    # A case has one index there, so of several sets of words the oldest stays. Locked wraps need the newer version.
    op.execute(
        "UPDATE cases SET words_index = (SELECT words_index FROM case_keys WHERE case_keys.case_id = cases.id "
        "AND words_index IS NOT NULL ORDER BY created_at LIMIT 1)"
    )
    with op.batch_alter_table("case_keys") as table:
        table.drop_constraint(op.f("ck_case_keys_index_only_for_words"), type_="check")
        table.drop_constraint(op.f("uq_case_keys_words_index"), type_="unique")
        table.drop_column("is_locked")
        table.drop_column("server_key")
        table.drop_column("words_index")
