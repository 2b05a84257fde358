"""How long things are kept: what will go and when, the warning before, and keeping a case for longer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.domain.lifecycle import ActorKind, CaseStatus, History, StepRefused
from portal.models.cases import Case
from portal.models.contacts import Contact
from portal.models.events import Event
from portal.services import contact, words
from portal.services.cases import OpenCase, is_held, purge_expired
from portal.services.history import Happening, record
from portal.services.ports import SYSTEM, Ports

WARNING = timedelta(days=14)


class Fate(StrEnum):
    """What will become of a draft or a closed case."""

    GOES = "goes"  # its day has come
    WARNED = "warned"  # its day is near
    HELD = "held"  # two members keep it
    STAYS = "stays"


@dataclass(frozen=True, kw_only=True)
class RetentionRow:
    """A case with a day on which it goes; plain columns only."""

    reference: str
    status: CaseStatus
    until: datetime
    fate: Fate


@dataclass(frozen=True, kw_only=True)
class Done:
    """What was done: warnings written, cases and drafts gone."""

    warned: int
    gone: int


def list_rows(session: Session, *, now: datetime, ports: Ports) -> tuple[RetentionRow, ...]:
    """Everything that goes by itself one day, the nearest first."""
    today = now.astimezone(ports.config.time_zone).date()
    query = select(Case, is_held(today)).where(Case.retention_until.is_not(None), Case.status != CaseStatus.ERASED)
    return tuple(
        RetentionRow(
            reference=case.reference, status=case.status, until=case.retention_until, fate=_fate(case, held, now)
        )
        for case, held in session.execute(query.order_by(Case.retention_until, Case.reference))
        if case.retention_until is not None
    )


def run(session: Session, *, now: datetime, ports: Ports) -> Done:
    """Warn where a day is near, then let go what is due. Running it twice changes nothing more."""
    warned = _warn(session, now=now, ports=ports)
    session.flush()
    return Done(warned=warned, gone=purge_expired(session, now=now, ports=ports))


def keep_longer(session: Session, opened: OpenCase, *, now: datetime, ports: Ports) -> datetime:
    """Keep a closed case for the full time from today. Returns the new day. Raises StepRefused."""
    if opened.actor.kind is not ActorKind.PERSON or opened.case.status is not CaseStatus.CLOSED:
        raise StepRefused("Only a closed case goes by itself. This one stays.")
    until = now + timedelta(days=ports.config.closed_days)
    opened.case.retention_until = max(until, opened.case.retention_until or until)
    opened.record(session, Happening(kind=History.KEPT, at=now), now=now)
    return opened.case.retention_until


def is_near(case: Case, *, now: datetime) -> bool:
    """Whether the person is to be warned on the case's page."""
    return case.retention_until is not None and case.retention_until - now <= WARNING


def move_to_new_secret(session: Session, *, ports: Ports) -> int:
    """What rests on an older server secret for long is sealed under the one in use. Returns how many rows."""
    return contact.move_to_new_secret(session, ports=ports) + words.move_to_new_secret(session, ports=ports)


def _warn(session: Session, *, now: datetime, ports: Ports) -> int:
    """One mail for each time a case was closed or kept. One that comes late moves the day, so that it is of use."""
    today = now.astimezone(ports.config.time_zone).date()
    reached = exists().where(Contact.case_id == Case.id, Contact.confirmed_at.is_not(None))
    near = (Case.status == CaseStatus.CLOSED, Case.retention_until <= now + WARNING, ~is_held(today), reached)
    warned = 0
    for case in session.scalars(select(Case).where(*near).with_for_update()).all():
        if _was_warned(session, case):
            continue
        soonest = now + min(WARNING, timedelta(days=ports.config.closed_days))
        case.retention_until = max(case.retention_until or soonest, soonest)
        contact.tell_retention(session, case, now=now, ports=ports)
        record(session, case.id, None, Happening(kind=History.RETENTION_WARNED, at=now), actor=SYSTEM, now=now)
        warned += 1
    return warned


def _was_warned(session: Session, case: Case) -> bool:
    """Whether a warning came after the case was last closed or kept."""
    kinds = (History.CLOSED, History.KEPT, History.RETENTION_WARNED)
    query = select(Event.kind).where(Event.case_id == case.id, Event.kind.in_(kinds))
    newest = session.scalars(query.order_by(Event.sequence.desc()).limit(1)).one_or_none()
    return newest is History.RETENTION_WARNED


def _fate(case: Case, held: bool, now: datetime) -> Fate:
    if held:
        return Fate.HELD
    if case.retention_until is not None and case.retention_until < now:
        return Fate.GOES
    return Fate.WARNED if case.status is CaseStatus.CLOSED and is_near(case, now=now) else Fate.STAYS
