"""The journal's digest, signed once a day. A copy kept elsewhere shows whether the journal was cut or rewritten."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.adapters import signing
from portal.adapters.signing import Signer
from portal.domain.journal import Noted
from portal.models.journal import JournalCheckpoint, JournalEntry, JournalTip
from portal.services.history import journal


class BadCheckpoints(ValueError):
    """A file of heads that cannot be read. The message names the line."""


@dataclass(frozen=True)
class Checkpoint:
    """What the journal's digest was at `position`; a copy outside the database has the same form."""

    day: date
    position: int
    digest: bytes
    signed_at: datetime
    key_id: str
    signature: bytes = b""

    @property
    def message(self) -> bytes:
        """What is signed: every column but the signature."""
        return json.dumps(["recourse head", *self._columns()], separators=(",", ":")).encode()

    def is_signed_by(self, public_key: bytes) -> bool:
        return self.key_id == signing.key_id_of(public_key) and signing.is_signed(
            public_key, self.message, self.signature
        )

    def to_line(self) -> str:
        """One line of a file of heads."""
        names = ("day", "position", "digest", "signed_at", "key")
        return json.dumps({**dict(zip(names, self._columns(), strict=True)), "signature": self.signature.hex()})

    def _columns(self) -> tuple[str | int, ...]:
        signed_at = self.signed_at.astimezone(UTC).isoformat()
        return (self.day.isoformat(), self.position, self.digest.hex(), signed_at, self.key_id)


def sign_checkpoint(session: Session, signer: Signer, *, now: datetime) -> Checkpoint | None:
    """Sign where the journal stands, once on each day (UTC). None where that was done today, or nothing has happened.

    `session` is one that writes; that a head was signed is itself an entry, so that a head cannot be taken away.
    """
    day = now.astimezone(UTC).date()
    if session.get(JournalCheckpoint, day) is not None:
        return None
    tip = journal.hold_tip(session)
    if tip.position == 0 or session.get(JournalCheckpoint, day, populate_existing=True) is not None:
        return None
    late_since = _find_late(session, day)
    head = Checkpoint(day, tip.position, tip.digest, now, signer.key_id)
    signature = signer.sign(head.message)
    session.add(
        JournalCheckpoint(
            day=day,
            position=tip.position,
            digest=tip.digest,
            signed_at=now,
            key_id=signer.key_id,
            signature=signature,
        )
    )
    journal.note(session, Noted.HEAD_SIGNED, facts={"day": day.isoformat(), **late_since}, now=now)
    return Checkpoint(head.day, head.position, head.digest, head.signed_at, head.key_id, signature)


def _find_late(session: Session, day: date) -> dict[str, str]:
    """Where a day before yesterday was not signed in time: it is said since when, so that the gap is explained."""
    signed = session.scalar(select(func.max(JournalCheckpoint.position))) or 0
    waiting = (JournalEntry.position > signed, JournalEntry.kind != Noted.HEAD_SIGNED)
    first = session.scalar(select(func.min(JournalEntry.recorded_at)).where(*waiting))
    if first is None or first.astimezone(UTC).date() >= day - timedelta(days=1):
        return {}
    return {"late_since": first.astimezone(UTC).date().isoformat()}


def is_signed(session: Session, *, now: datetime) -> bool:
    """Whether the head of that day (UTC) was signed, or there is nothing to sign yet."""
    tip = session.get(JournalTip, journal.TIP)
    return tip is None or session.get(JournalCheckpoint, now.astimezone(UTC).date()) is not None


def list_checkpoints(session: Session) -> list[Checkpoint]:
    """All heads, the oldest first."""
    rows = session.scalars(select(JournalCheckpoint).order_by(JournalCheckpoint.day))
    return [Checkpoint(row.day, row.position, row.digest, row.signed_at, row.key_id, row.signature) for row in rows]


def read_checkpoints(lines: Iterable[str]) -> list[Checkpoint]:
    """A copy of heads, as `to_line` writes them. Raises BadCheckpoints."""
    heads = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
            heads.append(
                Checkpoint(
                    day=date.fromisoformat(found["day"]),
                    position=int(found["position"]),
                    digest=bytes.fromhex(found["digest"]),
                    signed_at=datetime.fromisoformat(found["signed_at"]),
                    key_id=str(found["key"]),
                    signature=bytes.fromhex(found["signature"]),
                )
            )
        except (ValueError, KeyError, TypeError) as error:
            raise BadCheckpoints(f"line {number} is not a signed head") from error
    return heads
