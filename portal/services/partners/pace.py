"""How often a partner's system may call, counted for each key over all processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.partners import PartnerCount
from portal.models.partners import PartnerUse
from portal.services.partners.keys import Caller


@dataclass(frozen=True)
class Most:
    """So many in one window."""

    calls: int
    window: timedelta


LIMITS: Mapping[PartnerCount, Most] = MappingProxyType(
    {
        PartnerCount.CALLS: Most(120, timedelta(minutes=1)),
        PartnerCount.OPENINGS: Most(200, timedelta(days=1)),
    }
)


class TooMany(ValueError):
    """The key was used too often. `seconds` is how long to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__("too many calls")
        self.seconds = seconds


def claim(sessions: sessionmaker[Session], caller: Caller, counted: PartnerCount, *, now: datetime) -> None:
    """Count one call before it is answered, in a transaction of its own. Raises TooMany, and then counts nothing."""
    try:
        _claim(sessions, caller, counted, now)
    except IntegrityError:  # two first ones at once: the row is there now
        _claim(sessions, caller, counted, now)


def _claim(sessions: sessionmaker[Session], caller: Caller, counted: PartnerCount, now: datetime) -> None:
    limit = LIMITS[counted]
    with sessions.begin() as session:
        row = session.get(PartnerUse, (caller.key_id, counted), with_for_update=True)
        if row is None:
            values = {"key_id": caller.key_id, "counted": counted, "began_at": now, "used": 1, "last_at": now}
            session.execute(insert(PartnerUse).values(**values))
            return
        if row.began_at <= now - limit.window:
            row.began_at, row.used = now, 0
        if row.used >= limit.calls:
            raise TooMany(max(1, round((row.began_at + limit.window - now).total_seconds())))
        row.used, row.last_at = row.used + 1, now
