"""What has to happen with nobody signed in: misses noticed, what is over purged, lost jobs sent again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, sessionmaker

from portal.db import begin_reading
from portal.domain.clocks import ClockState
from portal.domain.lifecycle import CaseStatus
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.complaints import Complaint
from portal.models.requests import Request
from portal.services.background import jobs
from portal.services.background.duties import Tally, do_each, do_together
from portal.services.cases import mail_contact, retention
from portal.services.clocks.snapshot import refresh_clocks
from portal.services.ports import SYSTEM, Ports
from portal.services.signin import guess_throttle, sessions
from portal.services.work import Work

AT_ONCE = 500  # ids that are read at a time, so that memory stays the same however many there are


@dataclass(frozen=True)
class Position:
    """How far a sweep came: the case it looked at last, and since when that one's earliest clock is overdue."""

    due_at: datetime
    case_id: UUID


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What a sweep did: clocks found missed, rows purged, jobs sent again; how many rows or duties failed.

    `position` is where the next one has to go on, None where this one came to the end.
    """

    missed: int
    purged: int
    jobs: int
    failed: int
    position: Position | None


def sweep(
    factory: sessionmaker[Session],
    *,
    now: datetime,
    ports: Ports,
    after: Position | None = None,
    may_go_on: Callable[[], bool] = lambda: True,
) -> Swept:
    """What has to happen with nobody signed in: misses are noticed, what is over is purged, lost jobs are sent again.

    Each case has its own transaction; running it twice, or on two machines, changes nothing more. A case or a duty that
    fails holds up no other. Once it may not go on, the sweep leaves the rest of the cases to the one after it.
    """
    clocks = _ClockSweep(factory, now, ports, after)
    noticed = clocks.run(may_go_on)
    tidied = do_each(_TIDYING, lambda name: _tidy(factory, name, now, ports), what="tidying")
    purged = retention.run(factory, now=now, ports=ports)
    sent = do_each(_list_left_jobs(factory, now), lambda job_id: _enqueue(ports, job_id), what="sending a job again")
    return Swept(
        missed=noticed.done,
        purged=purged.gone,
        jobs=sent.done,
        failed=noticed.failed + tidied.failed + purged.failed + sent.failed,
        position=clocks.position,
    )


_TIDYING: Mapping[str, Callable[[Work], object]] = MappingProxyType(
    {
        "sessions": lambda work: sessions.purge(work.session, now=work.now),
        "guesses": lambda work: guess_throttle.purge(work.session, now=work.now),
        "mailed links": lambda work: mail_contact.purge_links(work.session, now=work.now),
        "what rests on an older secret": retention.move_to_new_secret,
    }
)


def _tidy(factory: sessionmaker[Session], name: str, now: datetime, ports: Ports) -> int:
    with factory.begin() as session:
        _TIDYING[name](Work(session=session, actor=SYSTEM, now=now, ports=ports))
    return 1


def _list_left_jobs(factory: sessionmaker[Session], now: datetime) -> Sequence[UUID]:
    with factory() as session:
        begin_reading(session)
        return jobs.list_left_jobs(session, now=now)


def _enqueue(ports: Ports, job_id: UUID) -> int:
    ports.enqueue(job_id)
    return 1


@dataclass(frozen=True)
class _Owner:
    """A request or a complaint by its id."""

    request_id: UUID | None
    complaint_id: UUID | None

    def __str__(self) -> str:
        return f"request {self.request_id}" if self.request_id else f"complaint {self.complaint_id}"

    def find(self, session: Session) -> Request | Complaint | None:
        return session.get(Request, self.request_id) if self.request_id else session.get(Complaint, self.complaint_id)


class _ClockSweep:
    """One run over the cases with a clock that is overdue, the one that waits longest first.

    It goes on behind the last one it looked at, whatever became of it, so that cases that fail, or are very many, take
    no place from the others.
    """

    def __init__(self, factory: sessionmaker[Session], now: datetime, ports: Ports, after: Position | None) -> None:
        self.factory, self.now, self.ports = factory, now, ports
        self.position = after

    def run(self, may_go_on: Callable[[], bool]) -> Tally:
        """How many clocks were found missed, and of how many requests and complaints they could not be counted."""
        tally = Tally()
        for position in self._list_overdue():
            if not may_go_on():
                return tally
            self.position = position
            tally += self._sweep_case(position.case_id)
        self.position = None
        return tally

    def _list_overdue(self) -> Iterator[Position]:
        page = self._read_page(self.position)
        while page:
            yield from page
            page = self._read_page(page[-1])

    def _read_page(self, after: Position | None) -> Sequence[Position]:
        first = func.min(Clock.due_at)
        query = select(first, Clock.case_id).where(self._is_overdue()).group_by(Clock.case_id)
        if after is not None:
            is_behind = and_(first == after.due_at, Clock.case_id > after.case_id)
            query = query.having(or_(first > after.due_at, is_behind))
        with self.factory() as session:
            begin_reading(session)
            rows = session.execute(query.order_by(first, Clock.case_id).limit(AT_ONCE))
            return [Position(due_at, case_id) for due_at, case_id in rows if due_at is not None]

    def _sweep_case(self, case_id: UUID) -> Tally:
        with self.factory() as session:
            begin_reading(session)
            columns = (Clock.request_id, Clock.complaint_id)
            query = select(*columns).where(self._is_overdue(), Clock.case_id == case_id).distinct().order_by(*columns)
            owners = [_Owner(*row) for row in session.execute(query)]
        return do_together(owners, lambda some: self._count(case_id, some), what="counting the clocks")

    def _count(self, case_id: UUID, owners: Sequence[_Owner]) -> int:
        """Count requests and complaints of a case in one transaction. How many clocks were found missed."""
        with self.factory.begin() as session:
            case = session.get(Case, case_id, with_for_update=True)
            if case is None or case.status is CaseStatus.ERASED:
                return 0
            work = Work(session=session, actor=SYSTEM, now=self.now, ports=self.ports)
            found = [owner.find(session) for owner in owners]
            return sum(refresh_clocks(work, case, owner) for owner in found if owner is not None)

    def _is_overdue(self) -> ColumnElement[bool]:
        return and_(Clock.state == ClockState.RUNNING, Clock.due_at < self.now)
