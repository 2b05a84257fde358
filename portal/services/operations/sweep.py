"""What has to happen with nobody signed in: misses noticed, what is over purged, lost jobs sent again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, sessionmaker

from portal.db import begin_reading
from portal.models.clocks import Clock
from portal.services.alerts import preferences
from portal.services.background import jobs
from portal.services.background.duties import Tally, do_each, do_together
from portal.services.cases import mail_contact, name_search, retention, team_handover
from portal.services.clocks.many import is_overdue, refresh_overdue
from portal.services.clocks.snapshot import Owner
from portal.services.inbox import mailboxes, upkeep
from portal.services.ports import SYSTEM, Ports
from portal.services.signin import guess_throttle, sessions
from portal.services.webhooks import endpoints
from portal.services.work import Work

AT_ONCE = 20_000  # ids that are read at a time: few, for memory's sake; many, as each time looks at every overdue clock
TOGETHER = 200  # cases that are counted in one transaction


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

    Cases are counted some hundred at a time; running it twice, or on two machines, changes nothing more, and on
    PostgreSQL several at once share the cases. A case or a
    duty that fails holds up no other: it is counted apart. Once it may not go on, the sweep leaves the rest of the
    cases to the one after it.
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
        "names that nobody may search": name_search.forget_where_off,
        "cases with another team for a while": team_handover.return_over,
        "what rests on an older secret": retention.move_to_new_secret,
        "mail under an older secret": lambda work: (upkeep.move_to_new_secret(work), mailboxes.move_tokens(work)),
        "addresses under an older secret": lambda work: (
            preferences.move_to_new_secret(work),
            endpoints.move_to_new_secret(work),
        ),
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
        for positions in self._list_overdue():
            if not may_go_on():
                return tally
            tally += self._count_apart([position.case_id for position in positions])
            self.position = positions[-1]
        self.position = None
        return tally

    def _list_overdue(self) -> Iterator[Sequence[Position]]:
        page = self._read_page(self.position)
        while page:
            yield from (page[first : first + TOGETHER] for first in range(0, len(page), TOGETHER))
            page = self._read_page(page[-1])

    def _read_page(self, after: Position | None) -> Sequence[Position]:
        first = func.min(Clock.due_at)
        query = select(first, Clock.case_id).where(is_overdue(self.now)).group_by(Clock.case_id)
        if after is not None:
            is_behind = and_(first == after.due_at, Clock.case_id > after.case_id)
            query = query.having(or_(first > after.due_at, is_behind))
        with self.factory() as session:
            begin_reading(session)
            rows = session.execute(query.order_by(first, Clock.case_id).limit(AT_ONCE))
            return [Position(due_at, case_id) for due_at, case_id in rows if due_at is not None]

    def _count_apart(self, case_ids: Sequence[UUID]) -> Tally:
        """All of these; where that fails, each half by itself, so that the one it comes from is found soon."""
        if len(case_ids) == 1:
            return self._count_case(case_ids[0])
        try:
            return Tally(done=self._count_cases(case_ids))
        except Exception:  # told with the one that it comes from
            half = len(case_ids) // 2
            return self._count_apart(case_ids[:half]) + self._count_apart(case_ids[half:])

    def _count_cases(self, case_ids: Sequence[UUID]) -> int:
        """All of these in one transaction. How many clocks were found missed."""
        with self.factory.begin() as session:
            return refresh_overdue(self._work(session), case_ids)

    def _count_case(self, case_id: UUID) -> Tally:
        """One case, whose requests and complaints have a transaction each where they cannot be counted together."""
        with self.factory() as session:
            begin_reading(session)
            columns = (Clock.case_id, Clock.request_id, Clock.complaint_id)
            query = select(*columns).where(is_overdue(self.now), Clock.case_id == case_id).distinct().order_by(*columns)
            owners = [Owner(*row) for row in session.execute(query)]
        return do_together(owners, lambda some: self._count_owners(case_id, some), what="counting the clocks")

    def _count_owners(self, case_id: UUID, owners: Sequence[Owner]) -> int:
        with self.factory.begin() as session:
            return refresh_overdue(self._work(session), [case_id], only=owners)

    def _work(self, session: Session) -> Work:
        return Work(session=session, actor=SYSTEM, now=self.now, ports=self.ports)
