"""The laws as requests cited them: a notice keeps the version it was made with, whatever the records say later."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.domain.regimes import Regime
from portal.models.laws import LawVersion
from portal.reference.registry import Registry

LOCK = 4_732_654  # of PostgreSQL, for these rows alone


def keep_laws(session: Session, regimes: Iterable[Regime], *, now: datetime) -> None:
    """Keep these records, each version once, also when two reports that cite a new version are handed in at once."""
    missing = [regime for regime in regimes if not _is_kept(session, regime)]
    if missing and session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    for regime in missing:
        if not _is_kept(session, regime):  # still not, now that nobody else is writing one
            row = LawVersion(regime=regime.id, version=regime.version, record=msgspec.json.encode(regime), kept_at=now)
            session.add(row)
            session.flush()


def _is_kept(session: Session, regime: Regime) -> bool:
    return session.get(LawVersion, (regime.id, regime.version)) is not None


def find_law(session: Session, regime_id: str, version: str, registry: Registry) -> Regime | None:
    """The law in that version: today's record if it is the same one, else the one kept. None where neither is there."""
    current = registry.regimes.get(regime_id)
    if current is not None and current.version == version:
        return current
    row = session.get(LawVersion, (regime_id, version))
    return msgspec.json.decode(row.record, type=Regime) if row else current
