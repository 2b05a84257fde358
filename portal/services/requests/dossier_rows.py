"""What belongs to some requests of a case: each table is read once for all of them, and only when somebody asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select

from portal.config import Organisation
from portal.domain.regimes import Regime
from portal.domain.regulators import Regulator
from portal.domain.report import Report
from portal.models.clocks import Clock
from portal.models.complaints import Complaint, ComplaintRequest
from portal.models.events import Event
from portal.models.items import Item
from portal.models.letters import Letter
from portal.models.requests import Basis, Request
from portal.services.clocks.case_events import (
    ELSEWHERE,
    REMOVING,
)
from portal.services.directory.address_checks import AddressStatus, read_statuses
from portal.services.history.valid_events import keep_valid
from portal.services.requests.citations import list_direct
from portal.services.requests.lookup import find_organisation
from portal.services.work import CaseWork

Row = TypeVar("Row")


@dataclass(frozen=True, eq=False, repr=False)
class OpenedItem:
    """A link, or a place described in words, with what is sealed in its row: opened when somebody asks for it, once."""

    row: Item
    work: CaseWork
    sealed: Mapping[str, Any] | None = None  # what was just sealed, which nobody has to open

    @cached_property
    def values(self) -> Mapping[str, Any]:
        return self.work.read_sealed(self.row) if self.sealed is None else self.sealed

    @property
    def text(self) -> str:
        """The link, or the words that describe the place."""
        return str(self.values.get("url") or self.values.get("description") or "")

    @property
    def platform_name(self) -> str:
        """For a platform outside the directory, the domain the link is on."""
        return str(self.values.get("platform") or "")


def list_items(work: CaseWork) -> tuple[OpenedItem, ...]:
    """All links and described places of the case by number."""
    rows = work.session.scalars(select(Item).where(Item.case_id == work.case.id).order_by(Item.number))
    return tuple(OpenedItem(row, work) for row in rows)


class CaseRows:
    """What belongs to some requests of one case, each table read at most once."""

    def __init__(self, work: CaseWork, requests: Sequence[Request]) -> None:
        self.work, self.requests = work, requests
        self.ids = [request.id for request in requests]
        self._forget_judged()

    def at(self, now: datetime) -> CaseRows:
        """The same rows for another moment."""
        other = copy(self)
        other.work = self.work.at(now)
        other._forget_judged()
        return other

    def _forget_judged(self) -> None:
        """What is judged once for all requests to the same platform, by its slug: none where it is not listed."""
        self.reasons: dict[tuple[str, str], str | None] = {}  # by law and platform: why it can be used
        self.direct_by_platform: dict[str, Sequence[Regime]] = {}
        self.regulators: dict[tuple[str, str], Sequence[Regulator]] = {}

    @cached_property
    def sealed(self) -> Mapping[UUID, Mapping[str, Any]]:
        """What is sealed in the requests' own rows."""
        return {request.id: self.work.read_sealed(request) for request in self.requests}

    @cached_property
    def report(self) -> Report:
        return self.work.report

    @cached_property
    def organisation(self) -> Organisation | None:
        """The organisation that sends the letters; None where the person does."""
        return find_organisation(self.work)

    @cached_property
    def direct(self) -> Sequence[Regime]:
        return list_direct(self.report, self.work.ports.registry)

    @cached_property
    def case_items(self) -> tuple[OpenedItem, ...]:
        return list_items(self.work)

    @cached_property
    def items(self) -> tuple[OpenedItem, ...]:
        if "case_items" in vars(self):  # where a cached property keeps what it found
            return self.case_items
        found = self.work.session.scalars(select(Item).where(self._chosen_items).order_by(Item.number))
        return tuple(OpenedItem(row, self.work) for row in found)

    @cached_property
    def items_by_request(self) -> Mapping[UUID | None, Sequence[OpenedItem]]:
        return _group(self.items, lambda item: item.row.request_id)

    @cached_property
    def items_by_number(self) -> Mapping[int, OpenedItem]:
        return {item.row.number: item for item in self.items}

    @property
    def _chosen_items(self) -> ColumnElement[bool]:
        listed = (sealed.get("items") for sealed in self.sealed.values())
        numbers = {number for each in listed for number in each or ()}
        chosen = or_(Item.request_id.in_(self.ids), Item.number.in_(numbers) if numbers else false())
        return and_(Item.case_id == self.work.case.id, chosen)

    @cached_property
    def bases(self) -> Mapping[UUID, Sequence[Basis]]:
        query = select(Basis).where(Basis.request_id.in_(self.ids)).order_by(Basis.position)
        return _group(self.work.session.scalars(query), lambda basis: basis.request_id)

    @cached_property
    def letters(self) -> Mapping[UUID | None, Sequence[Letter]]:
        query = select(Letter).where(Letter.request_id.in_(self.ids)).order_by(Letter.number)
        return _group(self.work.session.scalars(query), lambda letter: letter.request_id)

    @cached_property
    def all_events(self) -> Sequence[Event]:
        """What holds of the requests, of the complaints about them, and of how links were gone."""
        complaints = {complaint.id for each in self.complaints.values() for complaint in each}
        chosen = or_(
            Event.request_id.in_(self.ids),
            Event.complaint_id.in_(complaints) if complaints else false(),
            Event.kind.in_(ELSEWHERE),
        )
        query = select(Event).where(Event.case_id == self.work.case.id, chosen)
        return keep_valid(self.work.session.scalars(query.order_by(Event.sequence)))

    @cached_property
    def removing(self) -> Sequence[Event]:
        """Those by which links were gone, of whichever request."""
        return [event for event in self.all_events if event.kind in REMOVING]

    @cached_property
    def events(self) -> Mapping[UUID | None, Sequence[Event]]:
        return _group(self.all_events, lambda event: event.request_id)

    @cached_property
    def clocks(self) -> Mapping[UUID | None, Sequence[Clock]]:
        query = select(Clock).where(Clock.request_id.in_(self.ids)).order_by(Clock.started_at, Clock.rule)
        return _group(self.work.session.scalars(query), lambda clock: clock.request_id)

    @cached_property
    def complaints(self) -> Mapping[UUID, Sequence[Complaint]]:
        query = (
            select(ComplaintRequest.request_id, Complaint)
            .join(Complaint, Complaint.id == ComplaintRequest.complaint_id)
            .where(ComplaintRequest.request_id.in_(self.ids))
            .order_by(Complaint.number)
        )
        found: dict[UUID, list[Complaint]] = defaultdict(list)
        for request_id, complaint in self.work.session.execute(query):
            found[request_id].append(complaint)
        return found

    @cached_property
    def address_statuses(self) -> Mapping[tuple[str, str], AddressStatus]:
        return read_statuses(self.work.session, {request.platform for request in self.requests})


def _group(rows: Iterable[Row], key: Callable[[Row], UUID | None]) -> Mapping[Any, list[Row]]:
    found: dict[UUID | None, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found
