"""The case's key: wrapped for words and teams, each wrap under the case's lock."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.vault import SealContext
from portal.domain.lifecycle import Handler
from portal.domain.webhooks import WebhookEvent
from portal.models.cases import Case, CaseKey
from portal.models.partners import PartnerCase
from portal.services.ports import Ports
from portal.services.webhooks.deliveries import publish
from portal.services.work import CaseWork, Work


def add_words(work: Work, case: Case, key: bytes, words: str) -> CaseKey:
    """Let six recovery words open the case, beside those that open it already. One Argon2id."""
    row = wrap_for_words(case.id, key, words, now=work.now, ports=work.ports)
    work.session.add(row)
    return row


def wrap_for_words(case_id: UUID, key: bytes, words: str, *, now: datetime, ports: Ports) -> CaseKey:
    """The row that lets these words open the case, not added yet. One Argon2id, which needs no database."""
    row = CaseKey(id=uuid4(), case_id=case_id, holder=Handler.PERSON, salt=vault.new_salt(), created_at=now)
    derived = vault.derive_from_secret(words, row.salt or b"")
    row.wrapped = vault.seal(derived, key_context(row), lock_key(row, key, ports=ports))
    row.words_index = vault.blind_index(ports.keys.words_index, words)
    row.server_key = ports.keys.id
    return row


def lock_key(row: CaseKey, key: bytes, *, ports: Ports) -> bytes:
    """The case's key under the case's lock, as it goes into a wrap."""
    return lock_at(key_context(row), row.case_id, key, now=row.created_at, ports=ports)


def lock_at(place: SealContext, case_id: UUID, key: bytes, *, now: datetime, ports: Ports) -> bytes:
    """The same for a key that is kept in another place: it opens nothing once the case's lock is gone."""
    return vault.seal(ports.locks.ensure(case_id, now=now), place, key)


def unlock_key(row: CaseKey, inner: bytes, *, ports: Ports) -> bytes:
    """The case's key from what a wrap held. Raises CannotOpen, of which LockGone is the case of an erased case."""
    return unlock_at(key_context(row), row.case_id, inner, ports=ports) if row.is_locked else inner


def unlock_at(place: SealContext, case_id: UUID, inner: bytes, *, ports: Ports) -> bytes:
    """What `lock_at` kept. Raises CannotOpen."""
    return vault.open_sealed(ports.locks.read(case_id), place, inner)


def end_partners(work: CaseWork) -> None:
    """The case opens for no partner's system any more: each works for the team that had it. Each hears that."""
    data = {"reference": work.reference, "happened_at": work.now.isoformat()}
    publish(work, WebhookEvent.CASE_TAKEN_BACK, data, case_id=work.case.id)
    work.session.execute(delete(PartnerCase).where(PartnerCase.case_id == work.case.id))


def key_context(row: CaseKey) -> SealContext:
    return SealContext("case_keys", str(row.id), str(row.case_id))


def find_key_row(session: Session, case: Case, holder: Handler, team_id: UUID | None) -> CaseKey | None:
    query = select(CaseKey).where(CaseKey.case_id == case.id, CaseKey.holder == holder)
    return session.scalars(query.where(CaseKey.team_id == team_id) if team_id else query).one_or_none()
