"""A call that is sent twice counts once: the same key and the same words get the same answer, also after a crash.

The row that says so is written in the transaction of what it stands for, so that either both are there or neither is.
An answer may hold six words, so it is sealed under the caller's secret, and inside under the lock of its case: a thief
reads it with no database, and once the case is erased nobody does. After a day it is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.vault import CannotOpen, SealContext
from portal.models.partners import PartnerCall
from portal.services.cases.keys import lock_at, unlock_at
from portal.services.partners.keys import Caller
from portal.services.work import Work

LASTS = timedelta(days=1)


class OtherBody(ValueError):
    """The idempotency key was used before, for something else."""


class AnswerGone(ValueError):
    """What was answered then cannot be said again: the case was erased."""


@dataclass(frozen=True, kw_only=True, repr=False)
class AskedCall:
    """One call: the key that its sender gave it, and exactly what was asked, with the address it went to."""

    idempotency: str
    asked: bytes


@dataclass(frozen=True, kw_only=True, repr=False)
class CallResult:
    """What a call came to: the case that it is about, and the answer as it is sent."""

    case_id: UUID
    answer: bytes


def find_answer(work: Work, caller: Caller, call: AskedCall) -> bytes | None:
    """The answer that this call got before; None where it is new. Raises OtherBody, AnswerGone."""
    row = _find(work.session, caller, call)
    return None if row is None else _read(work, caller, call, row)


def do_once(work: Work, caller: Caller, call: AskedCall, act: Callable[[], CallResult]) -> bytes:
    """The answer of the one call of this key, whoever of two at once came first. Raises as `find_answer`, and as `act`,
    and then nothing of it is kept.
    """
    row_id = uuid4()
    values = {
        "id": row_id,
        "key_id": caller.key_id,
        "value": _value(caller, call),
        "body": _body(caller, call),
        "made_at": work.now,
    }
    insert = insert_sqlite if work.session.get_bind().dialect.name == "sqlite" else insert_postgresql
    added = insert(PartnerCall).values(**values).on_conflict_do_nothing(index_elements=["key_id", "value"])
    if work.session.scalar(added.returning(PartnerCall.id)) is None:
        row = _find(work.session, caller, call)
        if row is None:  # purged at this very moment
            raise OtherBody
        return _read(work, caller, call, row)
    done = act()
    row = work.session.get_one(PartnerCall, row_id)
    locked = lock_at(_place(row), done.case_id, done.answer, now=work.now, ports=work.ports)
    row.about, row.sealed = done.case_id, vault.seal(caller.calls_key, _place(row), locked)
    work.session.flush()
    return done.answer


def purge(session: Session, *, now: datetime) -> None:
    """Forget the calls of yesterday."""
    session.execute(delete(PartnerCall).where(PartnerCall.made_at < now - LASTS))


def _find(session: Session, caller: Caller, call: AskedCall) -> PartnerCall | None:
    query = select(PartnerCall).where(PartnerCall.key_id == caller.key_id, PartnerCall.value == _value(caller, call))
    return session.scalars(query).one_or_none()


def _read(work: Work, caller: Caller, call: AskedCall, row: PartnerCall) -> bytes:
    if row.body != _body(caller, call):
        raise OtherBody
    try:
        locked = vault.open_sealed(caller.calls_key, _place(row), row.sealed or b"")
        return unlock_at(_place(row), row.about or row.id, locked, ports=work.ports)
    except CannotOpen as error:
        raise AnswerGone from error


def _place(row: PartnerCall) -> SealContext:
    return SealContext("partner_calls", str(row.id), str(row.key_id))


def _value(caller: Caller, call: AskedCall) -> bytes:
    return vault.blind_index(caller.calls_key, f"key {call.idempotency}")


def _body(caller: Caller, call: AskedCall) -> bytes:
    return vault.blind_index(caller.calls_key, f"body {call.asked.hex()}")
