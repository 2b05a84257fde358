"""The laws as requests cited them: a notice keeps the version it was made with, whatever the records say later."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, select, text, tuple_
from sqlalchemy.orm import Session

from portal.domain.regimes import Regime
from portal.models.laws import LawVersion
from portal.reference.registry import Registry

LOCK = 4_732_654  # of PostgreSQL, for these rows alone
_NAMES = (LawVersion.regime, LawVersion.version)
_KEPT = select(*_NAMES).where(tuple_(*_NAMES).in_(bindparam("keys", expanding=True)))  # put together once


def keep_laws(session: Session, regimes: Iterable[Regime], *, now: datetime) -> None:
    """Keep these records, each version once, also when two reports that cite a new version are handed in at once."""
    chosen = {(regime.id, regime.version): regime for regime in regimes}
    missing = chosen.keys() - _list_kept(session, chosen)
    if not missing:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    for key in sorted(missing - _list_kept(session, missing)):  # still not, now that nobody else is writing one
        record = msgspec.json.encode(chosen[key])
        session.add(LawVersion(regime=key[0], version=key[1], record=record, kept_at=now))
    session.flush()


def _list_kept(session: Session, keys: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    if not keys:
        return set()
    return {(row.regime, row.version) for row in session.execute(_KEPT, {"keys": list(keys)})}


def find_law(session: Session, regime_id: str, version: str, registry: Registry) -> Regime | None:
    """The law in that version: today's record if it is the same one, else the one kept. None where neither is there."""
    current = registry.regimes.get(regime_id)
    if current is not None and current.version == version:
        return current
    row = session.get(LawVersion, (regime_id, version))
    return msgspec.json.decode(row.record, type=Regime) if row else current
