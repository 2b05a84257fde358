"""The journal over the whole portal, its tip and its signed heads; the events that are there already are taken in.

Revision: 0006, after 0005.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ROWS_AT_ONCE = 1000


def upgrade() -> None:
    journal = op.create_table(
        "journal",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_journal")),
        sa.UniqueConstraint("event_id", name=op.f("uq_journal_event_id")),
    )
    op.create_index(op.f("ix_journal_case_id"), "journal", ["case_id"])
    tip = op.create_table(
        "journal_tip",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_tip")),
    )
    op.create_table(
        "heads",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_heads")),
    )
    if not op.get_context().as_sql:
        take_in_events(op.get_bind(), journal, tip)


def downgrade() -> None:
    op.drop_table("heads")
    op.drop_table("journal_tip")
    op.drop_index(op.f("ix_journal_case_id"), "journal")
    op.drop_table("journal")


def take_in_events(bind: sa.Connection, journal: sa.Table, tip: sa.Table) -> None:
    """An entry for each event, in the order of time, and of each case's own order where two have the same time."""
    position, digest, rows = 0, b"", []
    for event in list_events(bind):
        position += 1
        digest = digest_after(digest, position, event)
        rows.append({"position": position, **event, "facts": {}, "digest": digest})
    for start in range(0, len(rows), ROWS_AT_ONCE):
        bind.execute(sa.insert(journal), rows[start : start + ROWS_AT_ONCE])
    if rows:
        bind.execute(sa.insert(tip), {"id": 1, "position": position, "digest": digest})


def list_events(bind: sa.Connection) -> Iterator[dict[str, Any]]:
    events = sa.table(
        "events",
        sa.column("id", sa.Uuid()),
        sa.column("case_id", sa.Uuid()),
        sa.column("sequence", sa.Integer()),
        sa.column("kind", sa.String()),
        sa.column("recorded_at", sa.DateTime(timezone=True)),
        sa.column("staff_id", sa.Uuid()),
        sa.column("digest", sa.LargeBinary()),
    )
    c = events.c
    reached = sa.func.max(c.recorded_at).over(partition_by=c.case_id, order_by=c.sequence)
    query = sa.select(c.kind, c.recorded_at, c.id, c.case_id, c.staff_id, c.digest)
    for row in bind.execute(query.order_by(reached, c.case_id, c.sequence)).all():
        yield {
            "kind": row.kind,
            "recorded_at": as_utc(row.recorded_at),
            "event_id": row.id,
            "case_id": row.case_id,
            "staff_id": row.staff_id,
            "content": row.digest,
        }


def as_utc(value: datetime) -> datetime:
    """SQLite gives back an instant without its zone, which is UTC."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def digest_after(previous: bytes, position: int, event: dict[str, Any]) -> bytes:
    """As the journal of this version computes it; a migration keeps its own copy, because code moves on."""
    columns = [
        position,
        event["kind"],
        event["recorded_at"].isoformat(),
        str(event["event_id"]),
        str(event["case_id"]),
        str(event["staff_id"]),
        {},
        event["content"].hex(),
    ]
    written = json.dumps(columns, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(previous + written.encode()).digest()
