"""Opening a case, handing it over and back, closing and erasing it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import ColumnElement, delete, exists, select, true
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.vault import CannotOpen, Place
from portal.db import Base, after_commit
from portal.domain.journal import Noted
from portal.domain.lifecycle import CaseStatus, Handler, History, Scope, StepRefused
from portal.domain.report import Report
from portal.models.accounts import Team, WebSession
from portal.models.cases import Case, CaseKey, Consent, Mandate
from portal.models.clocks import Clock
from portal.models.complaints import Complaint
from portal.models.contacts import Contact, MailLink
from portal.models.documents import Document
from portal.models.events import Event
from portal.models.holds import Hold
from portal.models.items import Item
from portal.models.jobs import Job
from portal.models.journal import JournalEntry
from portal.models.letters import Letter
from portal.models.messages import Message, Note
from portal.models.officers import OfficerLink
from portal.models.outbox import Outgoing
from portal.models.reissues import CaseCheck, Reissue
from portal.models.requests import Request
from portal.services import journal
from portal.services.history import Happening, record
from portal.services.ports import PERSON, SYSTEM, Actor, Ports
from portal.services.team_keys import unwrap_for_team

REFERENCE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no 0, O, 1 or I: it is read aloud on the telephone
NO_SALT = b"\0" * vault.SALT_BYTES
CHILDREN: tuple[type[Base], ...] = (
    Clock, Document, Letter, OfficerLink, Complaint, Item, Request, Job, Message, Note, Consent, Mandate, CaseKey,
    CaseCheck, Reissue, Contact, MailLink, Outgoing, Hold, Event, WebSession,
)  # fmt: skip


class WordsUnknown(ValueError):
    """No case opens with these words."""


class NoAccess(LookupError):
    """There is no such case for this reader. The same whether it exists or not."""


class Changed(ValueError):
    """The case was changed from elsewhere since the page was loaded."""


@dataclass(frozen=True, repr=False)
class OpenCase:
    """A case whose key is in hand, and who holds it open."""

    case: Case
    key: bytes
    actor: Actor

    @property
    def reference(self) -> str:
        return self.case.reference

    @property
    def place(self) -> Place:
        return case_place(self.case)

    def read(self) -> dict[str, Any]:
        """All that is sealed in the case's own row. Raises CannotOpen."""
        return vault.open_values(self.key, self.place, self.case.sealed or b"")

    @property
    def report(self) -> Report:
        return msgspec.convert(self.read()["report"], Report)

    def write(self, **values: Any) -> None:
        """Replace some of what is sealed in the case's own row; a value of None takes the name out."""
        merged = {**self.read(), **values} if self.case.sealed else values
        kept = {name: value for name, value in merged.items() if value is not None}
        self.case.sealed = vault.seal_values(self.key, self.place, kept)

    def write_report(self, report: Report) -> None:
        self.write(report=msgspec.to_builtins(report))

    def sealed_for(self, row: Base, values: Mapping[str, Any]) -> bytes:
        """`values` sealed for one row of this case."""
        return vault.seal_values(self.key, self._place_of(row), dict(values))

    def read_sealed(self, row: Base) -> dict[str, Any]:
        """What `sealed_for` sealed in that row. Raises CannotOpen."""
        return vault.open_values(self.key, self._place_of(row), row.sealed)  # type: ignore[attr-defined]

    def record(self, session: Session, happening: Happening, *, now: datetime) -> Event:
        """Append to this case's history."""
        return record(session, self.case.id, self.key, happening, actor=self.actor, now=now)

    def _place_of(self, row: Base) -> Place:
        return Place(row.__tablename__, str(row.id), str(self.case.id))  # type: ignore[attr-defined]


def case_place(case: Case) -> Place:
    return Place("cases", str(case.id), str(case.id))


def new_reference() -> str:
    """Eight letters and digits in two groups; random, so that it tells neither date nor number of cases."""
    drawn = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(8))
    return f"{drawn[:4]}-{drawn[4:]}"


def add_words(session: Session, case: Case, key: bytes, words: str, *, now: datetime, ports: Ports) -> CaseKey:
    """Let six recovery words open the case, beside those that open it already. One Argon2id."""
    row = wrap_for_words(case.id, key, words, now=now, ports=ports)
    session.add(row)
    return row


def wrap_for_words(case_id: UUID, key: bytes, words: str, *, now: datetime, ports: Ports) -> CaseKey:
    """The row that lets these words open the case, not added yet. One Argon2id, which needs no database."""
    row = CaseKey(id=uuid4(), case_id=case_id, holder=Handler.PERSON, salt=vault.new_salt(), created_at=now)
    derived = vault.derive_from_secret(words, row.salt or b"")
    row.wrapped = vault.seal(derived, _key_place(row), lock_key(row, key, ports=ports))
    row.words_index = vault.blind_index(ports.keys.words_index, words)
    row.server_key = ports.keys.id
    return row


def lock_key(row: CaseKey, key: bytes, *, ports: Ports) -> bytes:
    """The case's key under the case's lock, as it goes into a wrap."""
    return lock_at(_key_place(row), row.case_id, key, now=row.created_at, ports=ports)


def lock_at(place: Place, case_id: UUID, key: bytes, *, now: datetime, ports: Ports) -> bytes:
    """The same for a key that is kept in another place: it opens nothing once the case's lock is gone."""
    return vault.seal(ports.locks.ensure(case_id, now=now), place, key)


def unlock_key(row: CaseKey, inner: bytes, *, ports: Ports) -> bytes:
    """The case's key from what a wrap held. Raises CannotOpen, of which LockGone is the case of an erased case."""
    return unlock_at(_key_place(row), row.case_id, inner, ports=ports) if row.is_locked else inner


def unlock_at(place: Place, case_id: UUID, inner: bytes, *, ports: Ports) -> bytes:
    """What `lock_at` kept. Raises CannotOpen."""
    return vault.open_sealed(ports.locks.read(case_id), place, inner)


def open_by_words(session: Session, text: str, *, ports: Ports) -> OpenCase:
    """The case that six words open. Takes the same time and says the same whether no case has them or they are wrong.

    Raises WrongCount or UnknownWord while they are only mistyped, WordsUnknown otherwise.
    """
    words = ports.words.read(text)
    indexes = {keys.id: vault.blind_index(keys.words_index, words) for keys in ports.keys.every()}
    row = session.scalars(select(CaseKey).where(CaseKey.words_index.in_(indexes.values()))).one_or_none()
    derived = vault.derive_from_secret(words, (row.salt if row else None) or NO_SALT)
    case = session.get(Case, row.case_id) if row else None
    if case is None or row is None:
        raise WordsUnknown
    try:
        key = unlock_key(row, vault.open_sealed(derived, _key_place(row), row.wrapped), ports=ports)
    except CannotOpen as error:
        raise WordsUnknown from error
    return OpenCase(case, key, PERSON)


def move_words(session: Session, text: str, *, ports: Ports) -> None:
    """Find these words under the server's newest secret from now on. Nothing where they are there already."""
    words = ports.words.read(text)
    older = [vault.blind_index(keys.words_index, words) for keys in ports.keys.older]
    row = session.scalars(select(CaseKey).where(CaseKey.words_index.in_(older))).one_or_none()
    if row is not None:
        row.words_index, row.server_key = vault.blind_index(ports.keys.words_index, words), ports.keys.id


def open_for_person(session: Session, case_id: UUID, key: bytes, *, to_change: bool) -> OpenCase:
    """The case a person's session holds the key of. `to_change` takes the row's lock. Raises NoAccess."""
    case = session.get(Case, case_id, with_for_update=to_change or None)
    if case is None or case.status is CaseStatus.ERASED:
        raise NoAccess
    return OpenCase(case, key, PERSON)


def open_for_staff(
    session: Session,
    reference: str,
    *,
    actor: Actor,
    team_keys: Mapping[UUID, bytes],
    to_change: bool,
    ports: Ports,
) -> OpenCase:
    """A case of one of the member's teams that they see. Raises NoAccess for others and for what was taken back."""
    query = select(Case).where(
        Case.reference == reference, Case.team_id.in_(team_keys), Case.status != CaseStatus.DRAFT, seen_by(actor)
    )
    case = session.scalars(query.with_for_update() if to_change else query).one_or_none()
    row = _key_row(session, case, Handler.TEAM, case.team_id) if case else None
    if case is None or row is None or case.team_id is None:
        raise NoAccess
    try:
        inner = unwrap_for_team(session, row, team_keys[case.team_id])
        return OpenCase(case, unlock_key(row, inner, ports=ports), actor)
    except CannotOpen as error:
        raise NoAccess from error


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """Which of their teams' cases a member sees: all of them, or those given to them by name."""
    return Case.assignee_id == actor.staff_id if actor.scope is Scope.OWN else true()


def record_opening(session: Session, opened: OpenCase, *, now: datetime) -> None:
    """That a member of staff read the report; once an hour is enough to know who had it open."""
    recent = session.scalars(
        select(Event.id).where(
            Event.case_id == opened.case.id,
            Event.kind == History.OPENED,
            Event.staff_id == opened.actor.staff_id,
            Event.at > now - timedelta(hours=1),
        )
    ).first()
    if recent is None:
        opened.record(session, Happening(kind=History.OPENED, at=now), now=now)


def hand_to_team(session: Session, opened: OpenCase, team_id: UUID, *, now: datetime, ports: Ports) -> None:
    """Give the team the case's key. Raises StepRefused where the team takes no cases or already has it."""
    # While the team changes its key, a case waits here: a wrap for the old key would be made too late to be renewed.
    team = session.get(Team, team_id, with_for_update={"read": True})
    if team is None or not team.takes_cases:
        raise StepRefused("This team does not take cases at the moment. Choose another, or go on by yourself.")
    if opened.case.team_id is not None:
        raise StepRefused("A team already carries this case. Take it back first.")
    row = CaseKey(id=uuid4(), case_id=opened.case.id, holder=Handler.TEAM, team_id=team.id, created_at=now)
    row.generation = team.generation
    row.wrapped = vault.wrap_for_public_key(lock_key(row, opened.key, ports=ports), team.public_key)
    session.add(row)
    opened.case.handler, opened.case.team_id = Handler.TEAM, team.id
    set_consent(session, opened.case, "team", given=True, now=now)
    opened.record(session, Happening(kind=History.HANDED_TO_TEAM, at=now), now=now)


def take_back(session: Session, opened: OpenCase, *, now: datetime) -> None:
    """The person carries the case alone again: the team's wrap of the key is destroyed. Raises StepRefused."""
    if opened.case.team_id is None:
        raise StepRefused("You already carry this case yourself.")
    session.execute(delete(CaseKey).where(CaseKey.case_id == opened.case.id, CaseKey.holder == Handler.TEAM))
    opened.case.handler, opened.case.team_id, opened.case.assignee_id = Handler.PERSON, None, None
    set_consent(session, opened.case, "team", given=False, now=now)
    opened.record(session, Happening(kind=History.TAKEN_BACK, at=now), now=now)


def set_consent(session: Session, case: Case, recipient: str, *, given: bool, now: datetime) -> None:
    """Give or withdraw the consent for one recipient: "platforms", "regulators" or "team"."""
    row = session.scalars(
        select(Consent).where(Consent.case_id == case.id, Consent.recipient == recipient)
    ).one_or_none()
    if row is None and given:
        session.add(Consent(id=uuid4(), case_id=case.id, recipient=recipient, given_at=now))
    elif row is not None and given and row.withdrawn_at is not None:
        row.given_at, row.withdrawn_at = now, None
    elif row is not None and not given and row.withdrawn_at is None:
        row.withdrawn_at = now


def has_consent(session: Session, case: Case, recipient: str) -> bool:
    """Whether the person's consent for this recipient stands."""
    query = select(Consent.id).where(
        Consent.case_id == case.id, Consent.recipient == recipient, Consent.withdrawn_at.is_(None)
    )
    return session.scalars(query).first() is not None


def close(session: Session, opened: OpenCase, *, reason: str, now: datetime, ports: Ports) -> None:
    """Close the case; it is kept for as long as the settings say. Raises StepRefused."""
    if opened.case.status is not CaseStatus.OPEN:
        raise StepRefused("This case is not open.")
    opened.case.status, opened.case.closed_at = CaseStatus.CLOSED, now
    opened.case.retention_until = now + timedelta(days=ports.config.closed_days)
    opened.record(session, Happening(kind=History.CLOSED, at=now, detail={"reason": reason}), now=now)


def reopen(session: Session, opened: OpenCase, *, now: datetime) -> None:
    """Raises StepRefused unless the case is closed."""
    if opened.case.status is not CaseStatus.CLOSED:
        raise StepRefused("This case is already open.")
    opened.case.status, opened.case.closed_at, opened.case.retention_until = CaseStatus.OPEN, None, None
    opened.record(session, Happening(kind=History.REOPENED, at=now), now=now)


def erase(session: Session, opened: OpenCase, *, now: datetime, ports: Ports) -> None:
    """Destroy the case's lock, its rows and its files. A tombstone with reference and day stays, nothing else.

    Without the lock no wrap opens, not even one that is brought back from a backup.
    """
    case = opened.case
    if case.status is CaseStatus.DRAFT:
        delete_drafts(session, [case], now=now, ports=ports)
        return
    _delete_rows(session, [case.id])
    _empty(case, now=now)
    record(session, case.id, None, Happening(kind=History.ERASED, at=now), actor=SYSTEM, now=now)
    case_ids = [case.id]
    after_commit(session, lambda: _destroy_apart(case_ids, ports))


def delete_drafts(session: Session, drafts: Sequence[Case], *, now: datetime, ports: Ports) -> None:
    """Destroy drafts as `erase` destroys a case, many with one statement a table. No tombstone stays."""
    case_ids = [case.id for case in drafts]
    _delete_rows(session, case_ids)
    for case in drafts:
        session.delete(case)
        journal.note(session, Noted.DRAFT_DELETED, case_id=case.id, now=now)
    after_commit(session, lambda: _destroy_apart(case_ids, ports))


def purge_locks(session: Session, *, ports: Ports) -> int:
    """Destroy the locks of cases that were erased, where a crash came between. Returns how many.

    Only of a case that this database says was erased: one that it does not know may stand in another, because this is
    an older copy or the wrong one, and no lock can be made again. A lock whose case was never saved opens nothing.
    """
    erased = set(session.scalars(select(Case.id).where(Case.status == CaseStatus.ERASED)))
    deleted = select(JournalEntry.case_id).where(JournalEntry.kind == Noted.DRAFT_DELETED)
    gone = {lock.case_id for lock in ports.locks.list_all()} & (erased | set(session.scalars(deleted)))
    for case_id in gone:
        _destroy_apart([case_id], ports)
    return len(gone)


def is_held(today: date) -> ColumnElement[bool]:
    """Whether two members have put a hold on a case that still counts. The person's own erasing asks nobody."""
    counts = (Hold.confirmed_at.is_not(None), Hold.over_at.is_(None), Hold.ends_on >= today)
    return exists().where(Hold.case_id == Case.id, *counts)


def _destroy_apart(case_ids: Sequence[UUID], ports: Ports) -> None:
    """What of cases stands outside the database: the locks first, because they alone are enough."""
    ports.locks.destroy(case_ids)
    for case_id in case_ids:
        ports.storage.delete(str(case_id))


def _empty(case: Case, *, now: datetime) -> None:
    case.status, case.closed_at = CaseStatus.ERASED, now
    case.handler, case.team_id, case.assignee_id = Handler.PERSON, None, None
    case.path = case.country = case.subdivision = case.depiction = case.filer = case.under_18 = None
    case.next_due_at = case.retention_until = case.sealed = case.submitted_at = None
    case.item_count, case.next_due_estimated, case.language = 0, False, "und"


def _delete_rows(session: Session, case_ids: Sequence[UUID]) -> None:
    for table in CHILDREN:
        session.execute(delete(table).where(table.case_id.in_(case_ids)))  # type: ignore[attr-defined]


def _key_place(row: CaseKey) -> Place:
    return Place("case_keys", str(row.id), str(row.case_id))


def _key_row(session: Session, case: Case, holder: Handler, team_id: UUID | None) -> CaseKey | None:
    query = select(CaseKey).where(CaseKey.case_id == case.id, CaseKey.holder == holder)
    return session.scalars(query.where(CaseKey.team_id == team_id) if team_id else query).one_or_none()
