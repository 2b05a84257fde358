"""Opening a case: by six words, by a session of the person, by a member of its team."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, true

from portal.adapters import vault
from portal.adapters.vault import CannotOpen
from portal.domain.lifecycle import ActorKind, CaseStatus, Handler, History, Scope, StepRefused
from portal.models.cases import Case, CaseKey
from portal.models.events import Event
from portal.services.cases.keys import find_key_row, key_context, unlock_key
from portal.services.history.events import NewEvent
from portal.services.ports import Actor
from portal.services.staff.team_keys import unwrap_for_team
from portal.services.work import CaseWork, Work

REFERENCE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no 0, O, 1 or I: it is read aloud on the telephone
FRESH = 1  # the version of a case that was just written
NO_SALT = b"\0" * vault.SALT_BYTES


class WordsUnknown(ValueError):
    """No case opens with these words."""


class NoAccess(LookupError):
    """There is no such case for this reader. The same whether it exists or not."""


class Changed(ValueError):
    """The case was changed from elsewhere since the page was loaded."""


@dataclass(frozen=True)
class CaseStamp:
    """How far a case had come: two that are equal stand for the same case in the same state."""

    version: int
    last_event: int


def read_stamp(work: CaseWork) -> CaseStamp:
    """Of the case as this transaction sees it; of one that is in no table yet, as when it is."""
    if work.is_unwritten:
        return CaseStamp(FRESH, 0)
    query = select(func.max(Event.sequence)).where(Event.case_id == work.case.id)
    return CaseStamp(work.case.version, work.session.scalar(query) or 0)


def new_reference() -> str:
    """Eight letters and digits in two groups; random, so that it tells neither date nor number of cases."""
    drawn = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(8))
    return f"{drawn[:4]}-{drawn[4:]}"


def open_by_words(work: Work, text: str) -> CaseWork:
    """The case that six words open. Takes the same time and says the same whether no case has them or they are wrong.

    Raises WrongCount or UnknownWord while they are only mistyped, WordsUnknown otherwise.
    """
    words = work.ports.words.read(text)
    indexes = {keys.id: vault.blind_index(keys.words_index, words) for keys in work.ports.keys.every()}
    # In one statement: whoever stops these words meanwhile counts up `ways_ended`, and then what opens here is too old.
    query = select(CaseKey, Case).join(Case, Case.id == CaseKey.case_id)
    found = work.session.execute(query.where(CaseKey.words_index.in_(indexes.values()))).one_or_none()
    derived = vault.derive_from_secret(words, (found[0].salt if found else None) or NO_SALT)
    if found is None:
        raise WordsUnknown
    row, case = found
    try:
        key = unlock_key(row, vault.open_sealed(derived, key_context(row), row.wrapped), ports=work.ports)
    except CannotOpen as error:
        raise WordsUnknown from error
    return work.on(case, key)


def move_words(work: Work, text: str) -> None:
    """Find these words under the server's newest secret from now on. Nothing where they are there already."""
    words = work.ports.words.read(text)
    older = [vault.blind_index(keys.words_index, words) for keys in work.ports.keys.older]
    row = work.session.scalars(select(CaseKey).where(CaseKey.words_index.in_(older))).one_or_none()
    if row is not None:
        row.words_index, row.server_key = vault.blind_index(work.ports.keys.words_index, words), work.ports.keys.id


def open_for_person(work: Work, case_id: UUID, key: bytes, *, to_change: bool, ways_ended: int = 0) -> CaseWork:
    """The case a person's session holds the key of. `to_change` takes the row's lock.

    `ways_ended` is how often other ways in had been ended when the session began. Raises NoAccess, also where that was
    done since: a request that was under way at that moment comes too late as well.
    """
    case = _read_case(work, select(Case).where(Case.id == case_id), to_change=to_change)
    if case is None or case.status is CaseStatus.ERASED or case.ways_ended != ways_ended:
        raise NoAccess
    return work.on(case, key)


def open_for_staff(work: Work, reference: str, *, team_keys: Mapping[UUID, bytes], to_change: bool) -> CaseWork:
    """A case of one of the member's teams that they see. Raises NoAccess for others and for what was taken back."""
    query = select(Case).where(
        Case.reference == reference, Case.team_id.in_(team_keys), Case.status != CaseStatus.DRAFT, seen_by(work.actor)
    )
    case = _read_case(work, query, to_change=to_change)
    row = find_key_row(work.session, case, Handler.TEAM, case.team_id) if case else None
    if case is None or row is None or case.team_id is None:
        raise NoAccess
    try:
        inner = unwrap_for_team(work.session, row, team_keys[case.team_id])
        return work.on(case, unlock_key(row, inner, ports=work.ports))
    except CannotOpen as error:
        raise NoAccess from error


def _read_case(work: Work, query: Select[Case], *, to_change: bool) -> Case | None:
    """One case. Read anew with its row's lock: what this session read of it before may be older than the lock."""
    if to_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    return work.session.scalars(query).one_or_none()


def open_again(work: CaseWork) -> None:
    """Take the case's lock in a new transaction. Raises StepRefused where it was erased or taken back since."""
    team = work.case.team_id
    look_again(work, to_change=True)
    is_taken_back = work.actor.kind is ActorKind.STAFF and work.case.team_id != team
    if work.case.status is CaseStatus.ERASED or is_taken_back:
        raise StepRefused("This case was changed meanwhile. Open it again.")


def look_again(work: CaseWork, *, to_change: bool = False) -> None:
    """In a new transaction: nothing that was read in the one before counts any more. `to_change` takes the lock."""
    case_id = work.case.id
    work.session.expire_all()
    _read_case(work, select(Case).where(Case.id == case_id), to_change=to_change)


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """Which of their teams' cases a member sees: all of them, or those given to them by name."""
    return Case.assignee_id == actor.staff_id if actor.scope is Scope.OWN else true()


def record_opening(work: CaseWork) -> None:
    """That a member of staff read the report, and what is new in it; once an hour is enough to know who had it open."""
    work.case.news_at = None
    recent = work.session.scalars(
        select(Event.id).where(
            Event.case_id == work.case.id,
            Event.kind == History.OPENED,
            Event.staff_id == work.actor.staff_id,
            Event.at > work.now - timedelta(hours=1),
        )
    ).first()
    if recent is None:
        work.record(NewEvent(kind=History.OPENED, at=work.now))


class UnknownNumber(LookupError):
    """The case has no request, link, letter or complaint of this number."""
