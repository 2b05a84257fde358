"""A case's rows worked out again from what holds of its history, after a correction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import ComplaintState, History, ItemState, RequestKind
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.models.items import Item
from portal.models.requests import Request
from portal.services.cases import finding
from portal.services.clocks.agreement import FINAL
from portal.services.clocks.snapshot import RUNS, drop_unfounded, is_owed, list_clocks, refresh_clocks
from portal.services.history.events import NewEvent, read_detail, read_history
from portal.services.history.valid_events import INSTEAD, find_turn, keep_valid
from portal.services.letters.letters import unfix_letter
from portal.services.requests.dossier import Dossier, read_dossiers
from portal.services.requests.lookup import list_complaints, requests_of
from portal.services.requests.preparing import pick_anew
from portal.services.tracking.answers import FROM_ANSWER
from portal.services.tracking.replay import Happened, Replayed, replay
from portal.services.work import CaseWork


@dataclass(frozen=True, kw_only=True, repr=False)
class Change:
    """An entry that was wrong, and what takes its turn; None: nothing does. `items` are the links that this names."""

    event: Event
    instead: NewEvent | None
    items: tuple[int, ...] = ()


class OpenedHistory:
    """A case's history as it holds, with what is needed to work its rows out again."""

    def __init__(self, work: CaseWork) -> None:
        self.work = work
        self.dossiers = {dossier.request.id: dossier for dossier in read_dossiers(work)}
        self.complaints = {row.id: row for row in list_complaints(work)}
        self.links = {
            request_id: tuple(item.row.number for item in dossier.items)
            for request_id, dossier in self.dossiers.items()
        }
        rows = work.session.scalars(select(Item).where(Item.case_id == work.case.id).order_by(Item.number))
        self.items = {row.number: row for row in rows}
        self.read_again()

    def read_again(self) -> None:
        self.events = list(read_history(self.work.session, self.work.case.id))
        self.held = keep_valid(self.events)

    def happened(self, held: Iterable[Event] | None = None) -> list[Happened]:
        return [self.open(event) for event in (self.held if held is None else held)]

    def open(self, event: Event) -> Happened:
        """An entry with the links it names."""
        items: Iterable[int] = ()
        if event.kind in {History.ITEM_GONE, History.ITEM_BACK}:
            items = (event.facts["item"],)
        elif event.kind is History.ANSWERED:
            items = read_detail(event, self.work.key).get("items", ())
        return Happened(
            sequence=event.sequence,
            kind=event.kind,
            at=event.at,
            request_id=event.request_id,
            facts=event.facts,
            items=tuple(items),
        )

    def replay(self, entries: Iterable[Happened]) -> Replayed:
        return replay(entries, self.links, self.items)

    def of(self, event: Event) -> list[Event]:
        """What holds about the same request or complaint."""
        return [
            each for each in self.held if (each.request_id, each.complaint_id) == (event.request_id, event.complaint_id)
        ]

    def tied(self, event: Event) -> list[Event]:
        """Receipts that stand and fall with an entry: of a sending its own, of an answer the one known by it."""
        receipts = [each for each in self.of(event) if each.kind is History.RECEIPT_CONFIRMED]
        if event.kind in {History.SENT, History.COMPLAINT_LODGED}:
            return receipts
        if event.kind is not History.ANSWERED:
            return []
        before = self.turn(event) - 1
        return [each for each in receipts if each.facts.get(FROM_ANSWER) and self.turn(each) == before]

    def turn(self, event: Event) -> int:
        """The place in the history that an entry stands for."""
        turns = {each.sequence: each.facts[INSTEAD] for each in self.events if INSTEAD in each.facts}
        return find_turn(event.sequence, turns)

    def owner(self, event: Event) -> Request | Complaint | None:
        if event.complaint_id:
            return self.complaints.get(event.complaint_id)
        dossier = self.dossiers.get(event.request_id) if event.request_id else None
        return dossier.request if dossier else None


def write_rows(case: OpenedHistory, earlier: Replayed, event: Event, changes: Sequence[Change]) -> None:
    """Requests, links and complaints as they come to now; what the correction does not touch is left as it is."""
    _write_states(case, earlier)
    for change in changes:
        if change.event.kind is History.REMINDED and change.instead is None:
            _unfix(case, change.event)
    if event.request_id in case.dossiers:
        dossier = case.dossiers[event.request_id]
        _write_request(case, dossier, event, is_unsent=event.kind is History.SENT and changes[0].instead is None)
    elif event.complaint_id in case.complaints:
        _write_complaint(case, case.complaints[event.complaint_id])
    case.work.session.flush()


def _write_states(case: OpenedHistory, earlier: Replayed) -> None:
    """What differs now from what the history came to before."""
    later = case.replay(case.happened())
    for request_id, stand in later.requests.items():
        if stand != earlier.requests[request_id]:
            row = case.dossiers[request_id].request
            row.state, row.channel, row.sent_at = stand.state, stand.channel, stand.sent_at
            row.received_at, row.answered_at = stand.received_at, stand.answered_at
    for number, state in later.items.items():
        if state is not earlier.items[number]:
            item = case.items[number]
            # As it was reported is how it was from the beginning, so a letter that says so is not outdated.
            item.state, item.changed_at = state, item.added_at if state is ItemState.REPORTED else case.work.now


def _write_request(case: OpenedHistory, dossier: Dossier, event: Event, *, is_unsent: bool) -> None:
    """The recipient's number; and where the letter never left, its links and laws are open again."""
    if is_unsent:
        _unfix(case, event)
        kept = {"items": None} if dossier.request.kind is RequestKind.NOTICE else {}
        dossier.write_sealed(ticket="", no_ticket=False, **kept)
        case.work.session.flush()
        pick_anew(case.work)
        return
    ticket = _find_ticket(case, event)
    if ticket != dossier.ticket:
        dossier.write_sealed(ticket=ticket, no_ticket=not ticket)


def _find_ticket(case: OpenedHistory, event: Event) -> str:
    """The recipient's number as it holds: the one written down last."""
    found = ""
    for each in case.of(event):
        if each.kind in {History.SENT, History.TICKET_GIVEN, History.COMPLAINT_LODGED}:
            found = str(read_detail(each, case.work.key).get("ticket") or "") or found
    return found


def _unfix(case: OpenedHistory, event: Event) -> None:
    """The letter that an entry named as sent is one that has not left."""
    number = read_detail(event, case.work.key).get("letter")
    dossier = case.dossiers[event.request_id] if event.request_id else None
    for letter in dossier.letters if dossier and number else ():
        if letter.number == number:
            unfix_letter(letter)


def _write_complaint(case: OpenedHistory, row: Complaint) -> None:
    """The complaint's row from what holds of it."""
    held = [event for event in case.held if event.complaint_id == row.id]
    lodged = _last(event for event in held if event.kind is History.COMPLAINT_LODGED)
    answers = (event for event in held if event.kind is History.COMPLAINT_ANSWERED)
    final = _last(event for event in answers if event.facts["meaning"] in FINAL)
    row.lodged_at, row.answered_at = lodged.at if lodged else None, final.at if final else None
    row.state = ComplaintState.ANSWERED if final else ComplaintState.LODGED if lodged else ComplaintState.PREPARED
    ticket = _find_ticket(case, lodged) if lodged else ""
    row.sealed = case.work.sealed_for(row, {**case.work.read_sealed(row), "ticket": ticket})
    finding.mark_ticket(case.work, row.id, ticket)


def _last(events: Iterable[Event]) -> Event | None:
    known = list(events)
    return known[-1] if known else None


def count_again(case: OpenedHistory, changes: Sequence[Change]) -> None:
    """The clocks of everything that a change is about, and of what was wholly gone before or is now."""
    owners: dict[UUID, Request | Complaint] = {}
    for change in changes:
        whole = {*change.event.facts.get("whole", ())}
        whole |= {*((change.instead.facts or {}).get("whole", ()) if change.instead else ())}
        touched = [case.dossiers[UUID(each)].request for each in whole if UUID(each) in case.dossiers]
        owner = case.owner(change.event)
        if isinstance(owner, Complaint):
            touched += requests_of(case.work.session, owner)
        for each in [owner, *touched]:
            if each is not None:
                owners[each.id] = each
    for owner in owners.values():
        drop_unfounded(case.work, case.work.case, owner)
        refresh_clocks(case.work, case.work.case, owner)


def next_date(work: CaseWork, owner: Request | Complaint | None) -> datetime | None:
    """The nearest date by which the other side has to act, of those that run or were missed."""
    if owner is None:
        return None
    rows = list_clocks(work.session, owner)
    return min(
        (row.due_at for row in rows if row.due_at and is_owed(row) and row.state in {*RUNS, ClockState.MISSED}),
        default=None,
    )
