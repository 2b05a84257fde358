"""The witness: how far the journal had come, and how many heads there were, written down beside the database.

It stands with the locks of the cases. Whoever cuts the end off the journal, or puts back an older database, does not
reach it. It has a guard as rows have.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models.journal import JournalCheckpoint, JournalEntry, JournalTip
from portal.services.case_locks import CaseLockStore
from portal.services.history import guard_digests
from portal.services.history.journal import TIP, is_end
from portal.services.ports import ServerKeys


@dataclass(frozen=True)
class JournalPlace:
    """A place in the journal: a position, counted from 1, and the digest of the row there."""

    position: int
    digest: bytes


@dataclass(frozen=True)
class Witness:
    """What was written down last."""

    place: JournalPlace
    heads: int
    guard: bytes

    def fits(self, keys: ServerKeys) -> bool:
        return self.guard == _guard(keys, self.place, self.heads, like=self.guard)


def read(locks: CaseLockStore) -> Witness | None:
    """None where nothing was written down yet."""
    found = locks.read_witness()
    return None if found is None else Witness(JournalPlace(found[0], found[1]), found[2], found[3])


def write_down(session: Session, locks: CaseLockStore, keys: ServerKeys) -> bool:
    """Write down how far the journal has come. False where it does not hold what had been written down before.

    `session` may be one that only reads. What does not fit is left as it is, for whoever checks.
    """
    tip = session.get(JournalTip, TIP, populate_existing=True)
    if tip is None:
        return read(locks) is None
    heads = session.scalar(select(func.count()).select_from(JournalCheckpoint)) or 0
    place, before = JournalPlace(tip.position, tip.digest), read(locks)
    if before is not None:
        if before.place == place and before.heads == heads and guard_digests.is_current(keys, before.guard):
            return True
        if not before.fits(keys) or heads < before.heads or not holds(session, before.place):
            return False
    locks.write_witness(place.position, place.digest, heads, _guard(keys, place, heads))
    return True


def may_sign(session: Session, locks: CaseLockStore, keys: ServerKeys) -> bool:
    """Whether the journal's end can be signed: it holds what was written down, and its end was written here.

    Signing one that was rewritten would make it good.
    """
    tip, before = session.get(JournalTip, TIP, populate_existing=True), read(locks)
    if tip is not None and not is_end(keys, tip):
        return False
    return before is None or (before.fits(keys) and holds(session, before.place))


def holds(session: Session, place: JournalPlace) -> bool:
    """Whether the journal still has that row there."""
    query = select(JournalEntry.digest).where(JournalEntry.position == place.position)
    return place.position == 0 or session.scalar(query) == place.digest


def _guard(keys: ServerKeys, place: JournalPlace, heads: int, *, like: bytes | None = None) -> bytes:
    return guard_digests.value_guard(keys, "witness", place.position, place.digest, heads, like=like)
