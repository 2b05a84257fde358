"""How long things are kept: what will go and when, the warning before, and keeping a case for longer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.lifecycle import ActorKind, CaseStatus, History, StepRefused
from portal.models.accounts import SessionKind, WebSession
from portal.models.cases import Case
from portal.models.contacts import Contact
from portal.models.events import Event
from portal.services.background.duties import do_each
from portal.services.cases import mail_contact, recovery_words, risks, safe_contact
from portal.services.cases.erasure import erase, is_held
from portal.services.history.events import NewEvent, record
from portal.services.ports import SYSTEM, Ports
from portal.services.signin.sessions import LIMITS
from portal.services.work import CaseWork, Work

WARNING = timedelta(days=14)
AT_ONCE = 500  # ids that are read at a time, so that memory stays the same however many there are


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
class RetentionResult:
    """What was done: warnings written, cases and drafts gone, and how many could not be dealt with."""

    warned: int
    gone: int
    failed: int = 0


def list_rows(work: Work) -> tuple[RetentionRow, ...]:
    """Everything that goes by itself one day, the nearest first."""
    today = work.now.astimezone(work.ports.config.time_zone).date()
    query = select(Case, is_held(today)).where(Case.retention_until.is_not(None), Case.status != CaseStatus.ERASED)
    return tuple(
        RetentionRow(
            reference=case.reference, status=case.status, until=case.retention_until, fate=_fate(case, held, work.now)
        )
        for case, held in work.session.execute(query.order_by(Case.retention_until, Case.reference))
        if case.retention_until is not None
    )


def run(factory: sessionmaker[Session], *, now: datetime, ports: Ports) -> RetentionResult:
    """Warn where a day is near, then let go what is due. Running it twice changes nothing more.

    Each case has its own transaction: one that cannot be dealt with holds up no other and is tried again next time.
    """
    at = _Moment(factory, now, ports)
    warned, unwarned = at.deal_with_each(_is_to_warn(now, ports), _warn)
    gone, left = at.deal_with_each(_is_to_go(now, ports), _let_go)
    return RetentionResult(warned=warned, gone=gone, failed=unwarned + left)


def keep_longer(work: CaseWork) -> datetime:
    """Keep a closed case for the full time from today. Returns the new day. Raises StepRefused."""
    if work.actor.kind is not ActorKind.PERSON or work.case.status is not CaseStatus.CLOSED:
        raise StepRefused("Only a closed case is deleted by itself. This one stays.")
    until = work.now + timedelta(days=work.ports.config.closed_days)
    work.case.retention_until = max(until, work.case.retention_until or until)
    work.record(NewEvent(kind=History.KEPT, at=work.now))
    return work.case.retention_until


def is_near(case: Case, *, now: datetime) -> bool:
    """Whether the person is to be warned on the case's page."""
    return case.retention_until is not None and case.retention_until - now <= WARNING


def move_to_new_secret(work: Work) -> int:
    """What rests on an older server secret for long is sealed under the one in use. Returns how many rows."""
    return sum(part.move_to_new_secret(work) for part in (mail_contact, recovery_words, risks, safe_contact))


@dataclass(frozen=True, repr=False)
class _Moment:
    """One run: where the cases are, and the moment it looks at."""

    factory: sessionmaker[Session]
    now: datetime
    ports: Ports

    def deal_with_each(self, chosen: ColumnElement[bool], deal: Callable[[Work, Case], bool]) -> tuple[int, int]:
        """How many of the chosen cases were dealt with, and how many failed. Each is looked at again under its lock."""
        case_ids = _list_ids(self.factory, chosen)
        tally = do_each(case_ids, lambda case_id: self._deal_with(case_id, chosen, deal), what="retention of a case")
        return tally.done, tally.failed

    def _deal_with(self, case_id: UUID, chosen: ColumnElement[bool], deal: Callable[[Work, Case], bool]) -> bool:
        with self.factory.begin() as session:
            case = session.scalars(select(Case).where(Case.id == case_id, chosen).with_for_update()).one_or_none()
            work = Work(session=session, actor=SYSTEM, now=self.now, ports=self.ports)
            return case is not None and deal(work, case)


def _list_ids(factory: sessionmaker[Session], chosen: ColumnElement[bool]) -> Iterator[UUID]:
    """The ids of the chosen cases, each once, also of those that stay chosen."""
    query = select(Case.id).where(chosen).order_by(Case.id).limit(AT_ONCE)
    page = [UUID(int=0)]
    while page:
        with factory() as session:
            page = list(session.scalars(query.where(Case.id > page[-1])))
        yield from page


def _is_to_warn(now: datetime, ports: Ports) -> ColumnElement[bool]:
    today = now.astimezone(ports.config.time_zone).date()
    reached = exists().where(Contact.case_id == Case.id, Contact.confirmed_at.is_not(None))
    return and_(Case.status == CaseStatus.CLOSED, Case.retention_until <= now + WARNING, ~is_held(today), reached)


def _is_to_go(now: datetime, ports: Ports) -> ColumnElement[bool]:
    """Its day is over, nothing holds it, and nobody has it open at this moment."""
    today = now.astimezone(ports.config.time_zone).date()
    in_use = exists().where(
        WebSession.case_id == Case.id,
        WebSession.seen_at > now - LIMITS[SessionKind.PERSON].idle,
        WebSession.ends_at > now,
    )
    can_go = or_(Case.status == CaseStatus.DRAFT, Case.status == CaseStatus.CLOSED)
    return and_(can_go, Case.retention_until < now, ~is_held(today), ~in_use)


def _warn(work: Work, case: Case) -> bool:
    """One mail for each time a case was closed or kept. One that comes late moves the day, so that it is of use."""
    if _was_warned(work.session, case):
        return False
    soonest = work.now + min(WARNING, timedelta(days=work.ports.config.closed_days))
    case.retention_until = max(case.retention_until or soonest, soonest)
    mail_contact.announce_deletion(work, case)
    record(
        work.session, case.id, None, NewEvent(kind=History.RETENTION_WARNED, at=work.now), actor=SYSTEM, now=work.now
    )
    return True


def _let_go(work: Work, case: Case) -> bool:
    erase(work.on(case, b""))
    return True


def _was_warned(session: Session, case: Case) -> bool:
    """Whether a warning came after the case was last closed, kept or held: each of these moves its day."""
    kinds = (History.CLOSED, History.KEPT, History.HOLD_CONFIRMED, History.RETENTION_WARNED)
    query = select(Event.kind).where(Event.case_id == case.id, Event.kind.in_(kinds))
    newest = session.scalars(query.order_by(Event.sequence.desc()).limit(1)).one_or_none()
    return newest is History.RETENTION_WARNED


def _fate(case: Case, held: bool, now: datetime) -> Fate:
    if held:
        return Fate.HELD
    if case.retention_until is not None and case.retention_until < now:
        return Fate.GOES
    return Fate.WARNED if case.status is CaseStatus.CLOSED and is_near(case, now=now) else Fate.STAYS
