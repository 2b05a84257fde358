"""What whoever writes to a person obeys: the hours that are safe, and the title under which mail comes.

Kept for the server in `SafeContact.carried`. A case without a row has chosen nothing, and may be written to at any
time. Where a row cannot be opened the hours are not known, so nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.vault import SealContext
from portal.domain.safe_hours import SafeHours
from portal.models.outbox import MailKind
from portal.models.safe_contacts import SafeContact
from portal.services.ports import ServerKeys

AT_ONCE = frozenset({MailKind.RETURN})  # she asks for it herself, and waits for it


@dataclass(frozen=True, kw_only=True, repr=False)
class Carried:
    """What the server knows with nobody signed in. `title` is empty where none was chosen."""

    hours: SafeHours | None = None
    title: str = ""


NOTHING = Carried()


def read_carried(session: Session, case_id: UUID, keys: ServerKeys) -> Carried:
    """Raises CannotOpen."""
    row = session.scalars(select(SafeContact).where(SafeContact.case_id == case_id)).one_or_none()
    return open_carried(row, keys) if row else NOTHING


def open_carried(row: SafeContact, keys: ServerKeys) -> Carried:
    """Raises CannotOpen."""
    values = json.loads(keys.open_outbox(_place_of(row), row.carried))
    return Carried(hours=read_hours(values["hours"]), title=values["title"])


def seal_carried(row: SafeContact, carried: Carried, keys: ServerKeys) -> None:
    """Into the row, under the server's secret in use."""
    values = {"hours": write_hours(carried.hours), "title": carried.title}
    row.carried, row.server_key = vault.seal_values(keys.outbox, _place_of(row), values), keys.id


def find_moment(session: Session, case_id: UUID, kind: MailKind, keys: ServerKeys, *, now: datetime) -> datetime:
    """The first instant from `now` on at which a mail of this kind may leave. Raises CannotOpen."""
    hours = None if kind in AT_ONCE else read_carried(session, case_id, keys).hours
    return hours.find_next(now) if hours else now


def stop_dates(session: Session, case_id: UUID) -> None:
    """No date is told by mail any more, because the address is forgotten: another one has to be asked anew."""
    row = session.scalars(select(SafeContact).where(SafeContact.case_id == case_id)).one_or_none()
    if row is not None:
        row.told_until = None


def write_hours(hours: SafeHours | None) -> Mapping[str, Any] | None:
    """As plain values, to be sealed."""
    if hours is None:
        return None
    first, last = (f"{each:%H:%M}" for each in (hours.first, hours.last))
    return {"days": sorted(hours.days), "first": first, "last": last, "zone": hours.zone}


def read_hours(values: Mapping[str, Any] | None) -> SafeHours | None:
    """What `write_hours` wrote."""
    if values is None:
        return None
    return SafeHours(
        days=frozenset(values["days"]),
        first=time.fromisoformat(values["first"]),
        last=time.fromisoformat(values["last"]),
        zone=values["zone"],
    )


def _place_of(row: SafeContact) -> SealContext:
    return SealContext("safe_contacts.carried", str(row.id), str(row.case_id))
