"""Working together: cases that are handed on or come from elsewhere.

Revision: 0038, after 0037.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

OPEN = sa.text("over_at IS NULL")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    _make_handovers()
    _make_origins()
    _make_referrals()
    _make_absences()
    op.add_column("teams", sa.Column("case_cap", sa.Integer(), nullable=True))
    op.add_column("teams", sa.Column("hard_cap", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("teams") as table:
        table.drop_column("hard_cap")
        table.drop_column("case_cap")
    op.drop_table("absences")
    op.drop_table("referrals")
    op.drop_table("taken_files")
    op.drop_table("case_origins")
    op.drop_table("handovers")


def _make_handovers() -> None:
    op.create_table(
        "handovers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", WHEN, nullable=False),
        sa.Column("from_team_id", sa.Uuid(), nullable=False),
        sa.Column("to_staff_id", sa.Uuid(), nullable=True),
        sa.Column("to_team_id", sa.Uuid(), nullable=True),
        sa.Column("consent_by", sa.String(length=40), nullable=True),
        sa.Column("consent_at", WHEN, nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", WHEN, nullable=True),
        sa.Column("is_accepted", sa.Boolean(), nullable=True),
        sa.Column("over_at", WHEN, nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("guard", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_handovers_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name=op.f("fk_handovers_asked_by_staff")),
        sa.ForeignKeyConstraint(["answered_by"], ["staff.id"], name=op.f("fk_handovers_answered_by_staff")),
        sa.ForeignKeyConstraint(["to_staff_id"], ["staff.id"], name=op.f("fk_handovers_to_staff_id_staff")),
        sa.ForeignKeyConstraint(["from_team_id"], ["teams.id"], name=op.f("fk_handovers_from_team_id_teams")),
        sa.ForeignKeyConstraint(["to_team_id"], ["teams.id"], name=op.f("fk_handovers_to_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    op.create_index(op.f("ix_handovers_case_id"), "handovers", ["case_id"])
    for name, column in (("member", "to_staff_id"), ("team", "to_team_id"), ("asked", "asked_by")):
        op.create_index(f"ix_handovers_{name}", "handovers", [column], postgresql_where=OPEN, sqlite_where=OPEN)


def _make_origins() -> None:
    op.create_table(
        "case_origins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=False),
        sa.Column("taken_at", WHEN, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("guard", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_origins_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["taken_by"], ["staff.id"], name=op.f("fk_case_origins_taken_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_origins")),
        sa.UniqueConstraint("case_id", name=op.f("uq_case_origins_case_id")),
    )
    op.create_table(
        "taken_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", WHEN, nullable=False),
        sa.Column("guard", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taken_files")),
    )


def _make_referrals() -> None:
    op.create_table(
        "referrals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("over_at", WHEN, nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("guard", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_referrals_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_referrals_made_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
    )
    op.create_index(op.f("ix_referrals_case_id"), "referrals", ["case_id"])


def _make_absences() -> None:
    op.create_table(
        "absences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("cover_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("set_at", WHEN, nullable=False),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.Column("guard", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_absences_staff_id_staff")),
        sa.ForeignKeyConstraint(["cover_id"], ["staff.id"], name=op.f("fk_absences_cover_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index(op.f("ix_absences_staff_id"), "absences", ["staff_id"])
    op.create_index("ix_absences_cover", "absences", ["cover_id", "until_on"])
