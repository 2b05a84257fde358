"""The clocks of many cases counted together, with nobody signed in: each table is read once for all of them.

What is counted is the same as in `portal.services.clocks.snapshot`, which does it for one request or complaint. Where
the other side has been silent since a clock began, its laws are still those of then, and a date that passes starts
nothing under any of them, all that can be new is that dates have passed, and the engine is not asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, and_, not_, select

from portal.domain.clocks import ClockState, starts_with_misses
from portal.domain.lifecycle import SETTLED, CaseStatus, History
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.complaints import Complaint, ComplaintRequest
from portal.models.events import Event
from portal.models.requests import Basis, Request
from portal.services.clocks.case_events import (
    COUNTED,
    ELSEWHERE,
    list_missed,
    translate_complaint,
    translate_lodged,
    translate_request,
)
from portal.services.clocks.derivation import (
    ComplaintClockFacts,
    PlacedClock,
    RequestClockFacts,
    derive_complaint_clocks,
    derive_request_clocks,
    list_follow_ons,
)
from portal.services.clocks.snapshot import (
    MissKey,
    Owner,
    count_again,
    find_next_due,
    has_run_out,
    keep_next_due,
    let_time_pass,
    values_of,
)
from portal.services.history import guards
from portal.services.history.events import NewEvent, record_in_cases
from portal.services.history.held_rows import HeldRow, is_whole, read_held, select_rows, write_held
from portal.services.ports import SYSTEM
from portal.services.work import Work

Row = TypeVar("Row")

_COUNTED = COUNTED | {History.CLOCK_MISSED}
_DATED = (
    Clock.case_id,
    Clock.request_id,
    Clock.state,
    Clock.due_at,
    Clock.estimated,
    Clock.binding,
    Clock.owed_by,
)
_BEGINNINGS = frozenset({History.SENT, History.RECEIPT_CONFIRMED})


def refresh_overdue(work: Work, case_ids: Collection[UUID], *, only: Collection[Owner] | None = None) -> int:
    """Count again every request and complaint of these cases that has a clock whose date has passed; or of these those
    in `only`.

    All of it in the transaction of `work`. An erased case is passed over, and so is one that somebody else has in hand
    or has just done: several sweeps at once share the cases. Returns how many clocks were found missed. Raises what
    counting any one of them raises, and then nothing of it is to be committed.
    """
    cases = _hold(work, case_ids)
    around = _Around(work, tuple(cases))
    events: list[tuple[UUID, NewEvent]] = []
    added: list[Clock] = []
    counted_again: list[HeldRow] = []
    missed = 0
    for case_id, owner in _list_overdue(around.clocks, work.now):
        if only is not None and owner not in only:
            continue
        rows = around.clocks_of(owner)
        find_known = partial(around.missed, owner)
        if owner in around.unsure:
            counted = count_again(owner, rows, around.derive(owner, cases[case_id].country), find_known, now=work.now)
        else:
            counted = let_time_pass(owner, rows, find_known, now=work.now)
        counted_again += rows
        around.clocks[case_id] += counted.added
        added += counted.added
        events += [(case_id, event) for event in counted.events]
        missed += len(counted.misses)
    write_held(work.session, Clock, counted_again)
    guards.insert_rows(work.session, Clock, map(values_of, added))
    record_in_cases(work.session, events, actor=SYSTEM, now=work.now)
    for case in (cases[case_id] for case_id in around.case_ids):
        dated = (*around.clocks[case.id], *around.dates.get(case.id, ()))
        next_due = find_next_due(case.status, dated, taken=around.lodged.keys(), settled=around.settled)
        if next_due.running_at is None and case.running_due_at and case.running_due_at < work.now:
            # One that has passed says as much as none, and a case that nothing else changes in is not written to.
            next_due = next_due._replace(running_at=case.running_due_at)
        if keep_next_due(case, next_due):
            case.version += 1
    write_held(work.session, Case, cases.values())
    return missed


def is_overdue(now: datetime) -> ColumnElement[bool]:
    """Of clocks: those whose date has passed and that nobody has noticed."""
    return and_(Clock.state == ClockState.RUNNING, Clock.due_at < now)


def _hold(work: Work, case_ids: Collection[UUID]) -> Mapping[UUID, Any]:
    """Those of the cases that nobody else holds, held to the end."""
    query = select_rows(Case).where(Case.id.in_(case_ids), Case.status != CaseStatus.ERASED)
    held = query.order_by(Case.id).with_for_update(of=Case, skip_locked=True)
    return {case.id: case for case in read_held(work.session, held)}


def _list_overdue(clocks: Mapping[UUID, Iterable[Any]], now: datetime) -> Iterator[tuple[UUID, Owner]]:
    for case_id, rows in list(clocks.items()):
        owners = {Owner(case_id, row.request_id, row.complaint_id): None for row in rows if has_run_out(row, now)}
        yield from ((case_id, owner) for owner in owners)


class _Around:
    """What counting these cases looks at, by case or by request or complaint: each table read once."""

    def __init__(self, work: Work, case_ids: Collection[UUID]) -> None:
        self.work, self.case_ids = work, case_ids
        self.clocks = self._read_clocks(case_ids, is_overdue(work.now))
        # Of the others somebody else has just counted the clocks; the rest of what they hold is not read.
        owners = [owner for _case_id, owner in _list_overdue(self.clocks, work.now)]
        self.case_ids = {owner.case_id for owner in owners}
        self.requests = self._read_requests()
        self.complaints = self._read_complaints()
        self.cited = self._read_cited()
        self.events = self._read_events()
        self.lodged = self._read_lodged()
        self.settled = {row.id for row in self.requests.values() if row.state in SETTLED}
        self._starters: dict[tuple[str, ...], bool] = {}
        self.unsure = {owner for owner in owners if not (self._is_silent(owner) and self._is_as_it_was(owner))}
        counted_again = {owner.case_id for owner in self.unsure}
        self.dates = self._read_dates(self.case_ids - counted_again)
        for case_id, rows in self._read_clocks(counted_again, not_(is_overdue(work.now))).items():
            self.clocks[case_id] += rows

    def clocks_of(self, owner: Owner) -> list[Any]:
        key = owner.request_id, owner.complaint_id
        return [row for row in self.clocks[owner.case_id] if (row.request_id, row.complaint_id) == key]

    def derive(self, owner: Owner, country: str | None) -> Iterator[PlacedClock]:
        """The clocks of one request or complaint as the engine gives them today."""
        if owner.request_id is not None:
            return derive_request_clocks(
                self._facts_of_request(owner, country), now=self.work.now, ports=self.work.ports
            )
        facts = self._facts_of_complaint(owner, country)
        return derive_complaint_clocks(facts, now=self.work.now, ports=self.work.ports) if facts else iter(())

    def missed(self, owner: Owner) -> Collection[MissKey]:
        """The misses that its history tells already."""
        return list_missed(self.events[owner.case_id], owner.id)

    def _is_silent(self, owner: Owner) -> bool:
        """Whether nothing that a clock can hang on has happened since those began that have run out."""
        if owner.request_id in self.lodged:
            return False
        began_at = min(row.started_at for row in self.clocks_of(owner) if has_run_out(row, self.work.now))
        return not any(
            each.at > began_at or (each.at == began_at and each.kind not in _BEGINNINGS)
            for each in self.events[owner.case_id]
            if each.kind is not History.CLOCK_MISSED
            and (owner.id in (each.request_id, each.complaint_id) or each.kind in ELSEWHERE)
        )

    def _is_as_it_was(self, owner: Owner) -> bool:
        """Whether what has run out is as it was written, all of its laws are in the versions that it was counted by,
        and none starts anything with a miss.
        """
        regimes, rows = self.work.ports.registry.regimes, self.clocks_of(owner)
        if not all(is_whole(self.work.session, Clock, row) for row in rows if has_run_out(row, self.work.now)):
            return False  # nothing that somebody bent gets into a history
        kept = [(row.regime, row.version) for row in rows]
        if owner.request_id is not None:
            cited = [(row.regime, row.version) for row in self.cited[owner.request_id]]
        else:
            regime = self.complaints[owner.complaint_id].regime
            cited = [(regime, version) for name, version in kept if name == regime]
        if any(name not in regimes or regimes[name].version != version for name, version in (*kept, *cited)):
            return False
        names = tuple(name for name, _version in cited)
        if names not in self._starters:
            laws = [regimes[name] for name in names]
            self._starters[names] = any(map(starts_with_misses, (*laws, *list_follow_ons(laws, self.work.ports))))
        return not self._starters[names]

    def _facts_of_request(self, owner: Owner, country: str | None) -> RequestClockFacts:
        regimes = self.work.ports.registry.regimes
        request = self.requests[owner.request_id]
        return RequestClockFacts(
            platform=request.platform,
            country=country,
            cited=[regimes[row.regime] for row in self.cited[request.id] if row.regime in regimes],
            events=translate_request(request.id, self.events[owner.case_id]),
            lodged=translate_lodged((row.regime, row.lodged_at) for row in self.lodged.get(request.id, ())),
        )

    def _facts_of_complaint(self, owner: Owner, country: str | None) -> ComplaintClockFacts | None:
        """None where its law has left the records."""
        complaint = self.complaints[owner.complaint_id]
        regime = self.work.ports.registry.regimes.get(complaint.regime)
        if regime is None:
            return None
        events = translate_complaint(complaint.id, self.events[owner.case_id], regime.kind)
        return ComplaintClockFacts(regulator=complaint.regulator, country=country, regime=regime, events=events)

    def _read_clocks(self, case_ids: Collection[UUID], which: ColumnElement[bool]) -> Mapping[UUID, list[Any]]:
        if not case_ids:
            return {}
        query = select_rows(Clock).where(Clock.case_id.in_(case_ids), which).order_by(Clock.started_at, Clock.rule)
        return _group(read_held(self.work.session, query), lambda row: row.case_id)

    def _read_dates(self, case_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Any]]:
        """Of the clocks that have not run out only what the next date is found from, where none is counted again."""
        if not case_ids:
            return {}
        dated = and_(Clock.due_at.is_not(None), not_(is_overdue(self.work.now)))
        return _group(self._all(select(*_DATED).where(Clock.case_id.in_(case_ids), dated)), lambda row: row.case_id)

    def _read_events(self) -> Mapping[UUID, Sequence[Any]]:
        columns = (
            Event.case_id,
            Event.sequence,
            Event.request_id,
            Event.complaint_id,
            Event.kind,
            Event.at,
            Event.facts,
        )
        query = select(*columns).where(Event.case_id.in_(self.case_ids), Event.kind.in_(_COUNTED))
        return _group(self._all(query.order_by(Event.case_id, Event.sequence)), lambda row: row.case_id)

    def _read_requests(self) -> Mapping[UUID | None, Any]:
        query = select(Request.id, Request.platform, Request.state).where(Request.case_id.in_(self.case_ids))
        return {row.id: row for row in self._all(query)}

    def _read_complaints(self) -> Mapping[UUID | None, Any]:
        query = select(Complaint.id, Complaint.regulator, Complaint.regime)
        return {row.id: row for row in self._all(query.where(Complaint.case_id.in_(self.case_ids)))}

    def _read_cited(self) -> Mapping[UUID, Sequence[Any]]:
        query = select(Basis.request_id, Basis.regime, Basis.version).join(Request, Request.id == Basis.request_id)
        query = query.where(Request.case_id.in_(self.case_ids)).order_by(Basis.position)
        return _group(self._all(query), lambda row: row.request_id)

    def _read_lodged(self) -> Mapping[UUID, Sequence[Any]]:
        query = select(ComplaintRequest.request_id, Complaint.regime, Complaint.lodged_at)
        query = query.join(Complaint, Complaint.id == ComplaintRequest.complaint_id)
        query = query.where(Complaint.case_id.in_(self.case_ids), Complaint.lodged_at.is_not(None))
        return _group(self._all(query.order_by(Complaint.lodged_at)), lambda row: row.request_id)

    def _all(self, query: Executable) -> Iterable[Any]:
        return self.work.session.execute(query)


def _group(rows: Iterable[Row], key: Callable[[Row], UUID]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found
