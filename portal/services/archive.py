"""The laws as requests cited them: a notice keeps the version it was made with, whatever the records say later."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from portal.domain.regimes import Regime
from portal.models.laws import LawVersion
from portal.reference.registry import Registry


def keep_laws(session: Session, regimes: Iterable[Regime], *, now: datetime) -> None:
    """Keep these records, each version once."""
    for regime in regimes:
        if session.get(LawVersion, (regime.id, regime.version)) is None:
            row = LawVersion(regime=regime.id, version=regime.version, record=msgspec.json.encode(regime), kept_at=now)
            session.add(row)
            session.flush()


def find_law(session: Session, regime_id: str, version: str, registry: Registry) -> Regime | None:
    """The law in that version: today's record if it is the same one, else the one kept. None where neither is there."""
    current = registry.regimes.get(regime_id)
    if current is not None and current.version == version:
        return current
    row = session.get(LawVersion, (regime_id, version))
    return msgspec.json.decode(row.record, type=Regime) if row else current
