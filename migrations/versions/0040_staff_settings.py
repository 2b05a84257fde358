"""How each member of staff reads the desk: zone, form of dates, density, language.

Revision: 0040, after 0039.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

COLUMNS = {"zone": 64, "date_form": 40, "density": 40, "language": 20}


def upgrade() -> None:
    for name, length in COLUMNS.items():
        op.add_column("staff", sa.Column(name, sa.String(length=length), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("staff") as table:
        for name in COLUMNS:
            table.drop_column(name)
