"""What newer records of laws, holidays and time zones change for clocks that run, and applying that to open cases.

A clock once started keeps its date. Where a record was wrong, or a holiday or a change of the clocks was decreed after
the date was counted, somebody looks at what would change and then applies it: the clocks of open requests and
complaints are counted again, all in batches and without any case's key. What has ended stays as it ended, and no letter
changes: a notice keeps the version of the law it was made with. Doing it twice changes nothing more. A case that cannot
be read is named and holds up no other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, defer, sessionmaker

from portal.db import begin_reading
from portal.domain.clocks import ClockState
from portal.domain.lifecycle import SETTLED, UNSENT, CaseStatus, History
from portal.domain.regimes import Binding, Trigger
from portal.logs import describe_error
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.complaints import Complaint, ComplaintRequest
from portal.models.events import Event
from portal.models.requests import Basis, Request
from portal.services.clocks.case_events import COUNTED, translate_complaint, translate_lodged, translate_request
from portal.services.clocks.derivation import (
    ComplaintClockFacts,
    PlacedClock,
    RequestClockFacts,
    derive_complaint_clocks,
    derive_request_clocks,
)
from portal.services.clocks.snapshot import add_row, refresh_clocks, write_row
from portal.services.history.events import NewEvent, record
from portal.services.ports import SYSTEM, Ports
from portal.services.work import Work

UNENDED = frozenset({ClockState.RUNNING, ClockState.PAUSED, ClockState.OPEN})
CASES_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class ClockChange:
    """What would change for one clock. All of "before" is None for a clock that the records newly have, all of "after"
    for one that they have no longer. Of request and complaint one is set.
    """

    case_id: UUID
    reference: str
    request_id: UUID | None
    complaint_id: UUID | None
    regime: str
    rule: str
    version_before: str | None
    version_after: str | None
    calendar_before: str | None
    calendar_after: str | None
    zone_before: str | None
    zone_after: str | None
    zone_version_before: str | None
    zone_version_after: str | None
    due_before: datetime | None
    due_after: datetime | None
    binding_before: Binding | None
    binding_after: Binding | None


@dataclass(frozen=True, kw_only=True)
class FailedCase:
    """A case whose clocks could not be counted. `problem` is the kind of error and its place, nothing of the case."""

    case_id: UUID
    reference: str
    problem: str


@dataclass(frozen=True, kw_only=True)
class Applied:
    """How many clocks changed, and the cases that stayed as they were because they could not be counted."""

    changed: int
    failed: tuple[FailedCase, ...]


def find_changes(work: Work) -> Iterator[ClockChange | FailedCase]:
    """Every clock that has not ended and would have another date or another binding by today's records.

    In the order of the cases' ids, among them those that could not be counted. A newer version that gives the same date
    and binding is no change. Raises SQLAlchemyError where the database itself does not answer.
    """
    for case_ids in _list_open_cases(work.session):
        yield from _find_together(work, case_ids)


def apply_changes(factory: sessionmaker[Session], *, now: datetime, ports: Ports) -> Applied:
    """Count the clocks of open cases again, one transaction and one event for each case."""
    changed: dict[UUID, str] = {}
    failed: list[FailedCase] = []
    with factory() as session:
        begin_reading(session)
        for each in find_changes(Work(session=session, actor=SYSTEM, now=now, ports=ports)):
            if isinstance(each, FailedCase):
                failed.append(each)
            else:
                changed[each.case_id] = each.reference
    count = 0
    for case_id, reference in changed.items():
        try:
            with factory.begin() as session:
                count += _apply_to_case(Work(session=session, actor=SYSTEM, now=now, ports=ports), case_id)
        except Exception as error:
            failed.append(FailedCase(case_id=case_id, reference=reference, problem=describe_error(error)))
    return Applied(changed=count, failed=tuple(failed))


def _find_together(work: Work, case_ids: Sequence[UUID]) -> Iterator[ClockChange | FailedCase]:
    """The changes of some cases, read together; where one of them cannot be read, each by itself."""
    try:
        found = [difference.change for difference in _compare(work, case_ids)]
    except SQLAlchemyError:
        raise
    except Exception as error:
        if len(case_ids) > 1:
            for case_id in case_ids:
                yield from _find_together(work, [case_id])
        else:
            reference = work.session.scalar(select(Case.reference).where(Case.id == case_ids[0])) or ""
            yield FailedCase(case_id=case_ids[0], reference=reference, problem=describe_error(error))
        return
    yield from found


@dataclass(frozen=True)
class _ClockOwner:
    """A request or complaint that is open: what is read of it, and the clocks it has by today's records."""

    case_id: UUID
    request_id: UUID | None
    complaint_id: UUID | None
    found: tuple[PlacedClock, ...]

    @property
    def id(self) -> UUID:
        return self.request_id or self.complaint_id or self.case_id


@dataclass(frozen=True)
class _Difference:
    change: ClockChange
    row: Clock | None
    found: PlacedClock | None


def _list_open_cases(session: Session) -> Iterator[Sequence[UUID]]:
    """The ids of open cases with clocks that have not ended, some hundred at a time."""
    query = (
        select(Clock.case_id)
        .join(Case, Case.id == Clock.case_id)
        .where(Clock.state.in_(UNENDED), Case.status == CaseStatus.OPEN)
        .distinct()
        .order_by(Clock.case_id)
    )
    case_ids = session.scalars(query).all()
    for first in range(0, len(case_ids), CASES_AT_ONCE):
        yield case_ids[first : first + CASES_AT_ONCE]


def _compare(work: Work, case_ids: Sequence[UUID]) -> Iterator[_Difference]:
    found = work.session.execute(select(Case.id, Case.reference, Case.country).where(Case.id.in_(case_ids)))
    cases = {row.id: row for row in found}
    rows: dict[UUID, list[Clock]] = defaultdict(list)
    query = select(Clock).where(Clock.case_id.in_(case_ids)).options(defer(Clock.steps))
    for row in work.session.scalars(query.order_by(Clock.regime, Clock.rule)):
        if owner_id := row.request_id or row.complaint_id:
            rows[owner_id].append(row)
    for owner in sorted(_read_owners(work, cases), key=lambda owner: owner.case_id):
        yield from _list_differences(owner, rows[owner.id], cases[owner.case_id].reference)


def _list_differences(owner: _ClockOwner, rows: Iterable[Clock], reference: str) -> Iterator[_Difference]:
    known = {(row.regime, row.rule): row for row in rows}
    found = {(each.regime.id, each.clock.id): each for each in owner.found}
    for key in sorted(known.keys() | found.keys()):
        row, each = known.get(key), found.get(key)
        if _is_different(row, each):
            yield _Difference(_describe(owner, row, each, reference), row, each)


def _is_different(row: Clock | None, found: PlacedClock | None) -> bool:
    if row is None:  # what a miss starts is written with the miss, and no change of the records
        is_due_anyway = found is not None and found.clock.rule.trigger is Trigger.DEADLINE_MISSED
        return found is not None and not found.clock.is_over and not is_due_anyway
    if row.state not in UNENDED:
        return False
    if found is None:
        return True
    return (row.due_at, row.binding) != (found.clock.due_at, found.clock.rule.binding)


def _describe(owner: _ClockOwner, row: Clock | None, found: PlacedClock | None, reference: str) -> ClockChange:
    due = found.clock.due if found else None
    return ClockChange(
        case_id=owner.case_id,
        reference=reference,
        request_id=owner.request_id,
        complaint_id=owner.complaint_id,
        regime=row.regime if row else found.regime.id if found else "",
        rule=row.rule if row else found.clock.id if found else "",
        version_before=row.version if row else None,
        version_after=found.regime.version if found else None,
        calendar_before=row.calendar if row else None,
        calendar_after=(due.calendar_version if due else "") if found else None,
        zone_before=row.zone if row else None,
        zone_after=found.place.zone.key if found else None,
        zone_version_before=row.zone_version if row else None,
        zone_version_after=(found.place.zone_version if due else "") if found else None,
        due_before=row.due_at if row else None,
        due_after=due.due_at if due else None,
        binding_before=row.binding if row else None,
        binding_after=found.clock.rule.binding if found else None,
    )


def _read_owners(work: Work, cases: Mapping[UUID, Any]) -> Iterator[_ClockOwner]:
    """The open requests and complaints of these cases with their clocks by today's records."""
    events = _group(
        work.session.execute(
            select(
                Event.case_id, Event.sequence, Event.request_id, Event.complaint_id, Event.kind, Event.at, Event.facts
            )
            .where(Event.case_id.in_(cases), Event.kind.in_(COUNTED))
            .order_by(Event.case_id, Event.sequence)
        ),
        "case_id",
    )
    yield from _read_requests(work, cases, events)
    yield from _read_complaints(work, cases, events)


def _read_requests(
    work: Work, cases: Mapping[UUID, Any], events: Mapping[UUID, Sequence[Any]]
) -> Iterator[_ClockOwner]:
    regimes = work.ports.registry.regimes
    of_cases = Request.case_id.in_(cases)
    cited = _group(
        work.session.execute(
            select(Basis.request_id, Basis.regime).join(Request).where(of_cases).order_by(Basis.position)
        ),
        "request_id",
    )
    lodged = _group(
        work.session.execute(
            select(ComplaintRequest.request_id, Complaint.regime, Complaint.lodged_at)
            .join(Complaint, Complaint.id == ComplaintRequest.complaint_id)
            .where(Complaint.case_id.in_(cases), Complaint.lodged_at.is_not(None))
            .order_by(Complaint.lodged_at)
        ),
        "request_id",
    )
    query = select(Request.id, Request.case_id, Request.platform).where(of_cases)
    for row in work.session.execute(query.where(Request.state.not_in(SETTLED | UNSENT))):
        facts = RequestClockFacts(
            platform=row.platform,
            country=cases[row.case_id].country,
            cited=[regimes[each.regime] for each in cited[row.id] if each.regime in regimes],
            events=translate_request(row.id, events[row.case_id]),
            lodged=translate_lodged((each.regime, each.lodged_at) for each in lodged[row.id]),
        )
        yield _ClockOwner(
            row.case_id, row.id, None, tuple(derive_request_clocks(facts, now=work.now, ports=work.ports))
        )


def _read_complaints(
    work: Work, cases: Mapping[UUID, Any], events: Mapping[UUID, Sequence[Any]]
) -> Iterator[_ClockOwner]:
    query = select(Complaint.id, Complaint.case_id, Complaint.regulator, Complaint.regime)
    for row in work.session.execute(query.where(Complaint.case_id.in_(cases), Complaint.lodged_at.is_not(None))):
        regime = work.ports.registry.regimes.get(row.regime)
        found: tuple[PlacedClock, ...] = ()
        if regime is not None:
            facts = ComplaintClockFacts(
                regulator=row.regulator,
                country=cases[row.case_id].country,
                regime=regime,
                events=translate_complaint(row.id, events[row.case_id], regime.kind),
            )
            found = tuple(derive_complaint_clocks(facts, now=work.now, ports=work.ports))
        yield _ClockOwner(row.case_id, None, row.id, found)


def _apply_to_case(work: Work, case_id: UUID) -> int:
    """Everything of one case, or nothing: another may have closed it in between, or applied the same before."""
    case = work.session.get(Case, case_id, with_for_update=True)
    if case is None or case.status is not CaseStatus.OPEN:
        return 0
    differences = list(_compare(work, [case_id]))
    if not differences:
        return 0
    facts = {"clocks": [_list_facts(difference.change) for difference in differences]}
    record(
        work.session,
        case_id,
        None,
        NewEvent(kind=History.LAW_APPLIED, at=work.now, facts=facts),
        actor=SYSTEM,
        now=work.now,
    )
    owners = {}
    for difference in differences:
        owner = _find_owner(work.session, difference.change)
        owners[owner.id] = owner
        _rewrite(work.session, case, owner, difference, now=work.now)
    work.session.flush()
    for owner in owners.values():
        refresh_clocks(work, case, owner)
    return len(differences)


def _rewrite(
    session: Session, case: Case, owner: Request | Complaint, difference: _Difference, *, now: datetime
) -> None:
    row, found = difference.row, difference.found
    if found is not None:
        write_row(row or add_row(session, case, owner, found), found, now=now, anew=True)
    elif row is not None:
        row.state, row.ended_at = ClockState.STOPPED, now


def _find_owner(session: Session, change: ClockChange) -> Request | Complaint:
    if change.request_id is not None:
        return session.get_one(Request, change.request_id)
    return session.get_one(Complaint, change.complaint_id)


def _list_facts(change: ClockChange) -> dict[str, str | None]:
    """What the event tells: words of our own and instants, since nobody may be signed in."""
    return {
        "request": str(change.request_id) if change.request_id else None,
        "complaint": str(change.complaint_id) if change.complaint_id else None,
        "regime": change.regime,
        "rule": change.rule,
        "version_before": change.version_before,
        "version_after": change.version_after,
        "calendar_before": change.calendar_before,
        "calendar_after": change.calendar_after,
        "zone_before": change.zone_before,
        "zone_after": change.zone_after,
        "zone_version_before": change.zone_version_before,
        "zone_version_after": change.zone_version_after,
        "due_before": change.due_before.isoformat() if change.due_before else None,
        "due_after": change.due_after.isoformat() if change.due_after else None,
        "binding_before": change.binding_before,
        "binding_after": change.binding_after,
    }


def _group(rows: Iterable[Any], name: str) -> Mapping[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found
