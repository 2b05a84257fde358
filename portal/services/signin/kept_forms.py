"""What a member typed and sent after their session had ended: kept until they have signed in again.

Each form is in a sealed box to its member's public key. The server cannot read it back; the password opens it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.vault import CannotOpen
from portal.models.accounts import Staff
from portal.models.kept_forms import KeptForm
from portal.services.history import guards

LASTS = timedelta(hours=24)
MOST = 5  # of one member; the oldest goes first


@dataclass(frozen=True, kw_only=True, repr=False)
class TypedForm:
    """One form: the address it was sent to, and its fields in their order, as far as they may be sent again."""

    path: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, repr=False)
class KeptView:
    """A form that waits for its member."""

    id: UUID
    kept_at: datetime
    form: TypedForm


def keep(session: Session, staff: Staff, form: TypedForm, *, now: datetime) -> None:
    """Keep a form for its member; the same one sent twice in a hurry is kept twice."""
    rows = session.scalars(
        select(KeptForm).where(KeptForm.staff_id == staff.id).order_by(KeptForm.kept_at.desc(), KeptForm.id)
    ).all()
    for row in rows[MOST - 1 :]:
        session.delete(row)
    content = json.dumps({"path": form.path, "fields": form.fields}).encode()
    sealed = vault.wrap_for_public_key(content, staff.public_key)
    session.add(KeptForm(id=uuid4(), staff_id=staff.id, kept_at=now, sealed=sealed))


def has_any(session: Session, staff_id: UUID, *, now: datetime) -> bool:
    """Whether something waits for the member."""
    living = select(KeptForm.id).where(KeptForm.staff_id == staff_id, KeptForm.kept_at > now - LASTS)
    return session.scalars(living.limit(1)).first() is not None


def list_kept(session: Session, staff_id: UUID, private_key: bytes, *, now: datetime) -> Sequence[KeptView]:
    """What waits for the member, the newest first. A row that is not as it was written is never offered."""
    found = []
    for row, fits in guards.read_rows(session, KeptForm, KeptForm.staff_id == staff_id, KeptForm.kept_at > now - LASTS):
        try:
            values = json.loads(vault.unwrap_with_private_key(row["sealed"], private_key)) if fits else None
        except CannotOpen:  # sealed before the member's keys were made anew
            continue
        if values is not None:
            fields = tuple((name, value) for name, value in values["fields"])
            form = TypedForm(path=values["path"], fields=fields)
            found.append(KeptView(id=row["id"], kept_at=row["kept_at"], form=form))
    return sorted(found, key=lambda each: (each.kept_at, each.id.hex), reverse=True)


def discard(session: Session, staff_id: UUID, form_id: UUID) -> None:
    """Forget one form of the member; one that is gone already is gone."""
    row = session.scalars(select(KeptForm).where(KeptForm.id == form_id, KeptForm.staff_id == staff_id)).one_or_none()
    if row is not None:
        session.delete(row)


def purge(session: Session, *, now: datetime) -> None:
    """Delete what nobody came back for."""
    for row in session.scalars(select(KeptForm).where(KeptForm.kept_at <= now - LASTS)):
        session.delete(row)
