"""A request read once and opened: its links, what it says, the laws it cites, its letters, its history, its clocks.

Whoever works on a request takes its dossier and hands it on; nobody reads again what the caller has in hand. The rows
of several requests are read together: each table once, and only when somebody asks for it. A use case that changes
which rows belong to a request reads a new dossier before it goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from portal.domain.clocks import ClockState, RequestEvent
from portal.domain.directory import Platform
from portal.domain.lifecycle import (
    NO_ANSWERS,
    Answer,
    History,
    LetterKind,
    Proof,
    RequestKind,
    SendingChannel,
    require_open,
)
from portal.domain.regimes import Regime, RegimeKind
from portal.domain.regulators import Regulator
from portal.domain.report import Report
from portal.models.clocks import Clock
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.models.letters import Letter
from portal.models.requests import Request
from portal.services.cases import finding
from portal.services.clocks.case_events import (
    translate_complaint,
    translate_lodged,
    translate_request,
)
from portal.services.clocks.derivation import RequestClockFacts, derive_request_clocks
from portal.services.clocks.snapshot import has_run_out
from portal.services.directory.address_checks import AddressStatus
from portal.services.directory.competence import find_regulators
from portal.services.history.events import read_detail
from portal.services.requests.citations import Citation, cite_kept, find_reason
from portal.services.requests.content import (
    Details,
    RequestContent,
    RequestStatement,
    read_stated_there,
    read_statement,
)
from portal.services.requests.dossier_rows import CaseRows, OpenedItem
from portal.services.requests.lookup import find_request, list_requests
from portal.services.work import CaseWork

REQUEST_LETTERS: Mapping[RequestKind, LetterKind] = {
    RequestKind.NOTICE: LetterKind.NOTICE,
    RequestKind.ERASURE: LetterKind.ERASURE,
    RequestKind.COPYRIGHT: LetterKind.COPYRIGHT,
}


@dataclass(frozen=True, repr=False)
class UsedDoor:
    """A way by which something was sent, and the very address or form; empty where that is not known."""

    channel: SendingChannel
    address: str


@dataclass(frozen=True, kw_only=True, repr=False)
class LaterLetter:
    """A letter after the first one that left, by its event. `letter` is None where a reminder went out in other words,
    which `text` holds; `recipient` is whom it went to.
    """

    event: Event
    letter: Letter | None
    text: str
    recipient: str
    detail: Mapping[str, Any]

    @property
    def kind(self) -> LetterKind:
        return self.letter.kind if self.letter else LetterKind.REMINDER

    @property
    def proof(self) -> Proof:
        """By what it is known that it arrived; nothing was asked about reminders of before."""
        return Proof(self.event.facts.get("proof") or Proof.NONE)

    @property
    def confirmation(self) -> str:
        """Their confirmation, where it was pasted."""
        return str(self.detail.get("confirmation") or "")


@dataclass(frozen=True, eq=False, repr=False)
class Dossier:
    """One request with all that belongs to it. What is sealed is opened once."""

    request: Request
    rows: CaseRows

    @property
    def work(self) -> CaseWork:
        return self.rows.work

    def at(self, now: datetime) -> Dossier:
        """The same request at another moment; nothing is read again."""
        return Dossier(self.request, self.rows.at(now))

    def as_if_stated(self, statement: RequestStatement) -> Dossier:
        """The request as it would be, were that stated for it now: for showing what its letter would say."""
        other = Dossier(self.request, self.rows)
        vars(other)["statement"] = statement  # where a cached property keeps what it found
        return other

    @property
    def number(self) -> int:
        return self.request.number

    @property
    def platform(self) -> Platform | None:
        """The directory's record, or None for a platform outside of it."""
        return self.work.ports.registry.platforms.get(self.request.platform)

    @property
    def report(self) -> Report:
        return self.rows.report

    @property
    def sealed(self) -> Mapping[str, Any]:
        return self.rows.sealed[self.request.id]

    def write_sealed(self, **values: object) -> None:
        """Replace some of what is sealed in the request's row. This dossier goes on saying what it said before.

        Raises StepRefused where the case is not open.
        """
        require_open(self.work.case.status)
        self.request.sealed = self.work.sealed_for(self.request, {**self.sealed, **values})
        if "ticket" in values:
            finding.mark_ticket(self.work, self.request.id, str(values["ticket"] or ""))

    @property
    def name(self) -> str:
        """Of the recipient."""
        return str(self.sealed["name"])

    @property
    def ticket(self) -> str:
        """The recipient's own number for the request; empty where there is none."""
        return str(self.sealed.get("ticket") or "")

    @property
    def has_no_ticket(self) -> bool:
        """Whether somebody said that the recipient gave none."""
        return not self.ticket and bool(self.sealed.get("no_ticket"))

    @cached_property
    def details(self) -> Details:
        """What was given for this request only."""
        return msgspec.convert(self.sealed.get("details", {}), Details)

    @cached_property
    def items(self) -> tuple[OpenedItem, ...]:
        """The links it is about, by number. What has been sent, and every erasure request, keeps its own list."""
        listed = self.sealed.get("items")
        if listed is None:
            return tuple(self.rows.items_by_request[self.request.id])
        known = self.rows.items_by_number
        return tuple(known[number] for number in sorted(set(listed)) if number in known)

    @property
    def case_items(self) -> tuple[OpenedItem, ...]:
        """All links of the case by number; whoever asks for them first spares that those it is about are read again."""
        return self.rows.case_items

    @cached_property
    def content(self) -> RequestContent:
        """Everything the request says as things stand."""
        return RequestContent(
            report=self.rows.report,
            details=self.details,
            places=tuple(item.text for item in self.items),
            organisation=self.rows.organisation,
            kind=self.request.kind,
            statement=self.statement,
        )

    @cached_property
    def statement(self) -> RequestStatement | None:
        """What was last stated for this very request, besides the report: before its letter, or in what was sent."""
        for event in reversed(self.events):
            if event.kind is History.STATED:
                return read_statement(event, self.read_detail(event))
            if event.kind is History.SENT and "stated" in event.facts:
                return read_stated_there(event, self.read_detail(event))
        return None

    @cached_property
    def citations(self) -> tuple[Citation, ...]:
        """The laws it cites, each in the version with which it was picked, held against what the request says."""
        return tuple(cite_kept(self.work, self.rows.bases[self.request.id], self.content))

    def find_reason(self, regime: Regime) -> str | None:
        """Why a law can be used against its recipient, or None where it cannot.

        Of sites outside the directory nothing is known, so they are judged once for all requests read together.
        """
        reasons, key = self.rows.reasons, (regime.id, self._known_platform)
        if key not in reasons:
            now, ports = self.work.now, self.work.ports
            reasons[key] = find_reason(regime, self.rows.report, self.request.platform, now=now, ports=ports)
        return reasons[key]

    @property
    def direct_regimes(self) -> Sequence[Regime]:
        """Complaints, courts and services that the person can turn to, whatever was cited, and that can be used against
        its recipient.
        """
        found, platform = self.rows.direct_by_platform, self._known_platform
        if platform not in found:
            found[platform] = [regime for regime in self.rows.direct if self.find_reason(regime)]
        return found[platform]

    def find_regulators(self, regime: Regime) -> Sequence[Regulator]:
        """The bodies competent under a law for its recipient, looked up as `find_reason` is."""
        bodies, key = self.rows.regulators, (regime.id, self._known_platform)
        if key not in bodies:
            registry = self.work.ports.registry
            bodies[key] = find_regulators(regime, self.work.case, [self.request.platform], registry)
        return bodies[key]

    @property
    def _known_platform(self) -> str:
        return self.platform.slug if self.platform else ""

    @property
    def cited_regimes(self) -> list[Regime]:
        """The same laws as the registry has them now. One that left the registry is not counted on any more."""
        regimes = self.work.ports.registry.regimes
        return [regimes[basis.regime] for basis in self.rows.bases[self.request.id] if basis.regime in regimes]

    @property
    def letters(self) -> Sequence[Letter]:
        """Its notice or erasure request in every version, and its reminders, by number."""
        return self.rows.letters[self.request.id]

    @property
    def last_letter(self) -> Letter | None:
        """The newest letter it could be sent with."""
        kind = REQUEST_LETTERS[self.request.kind]
        return next((each for each in reversed(self.letters) if each.kind is kind and each.discarded_at is None), None)

    @property
    def reminders(self) -> list[Letter]:
        """Those that were made, whether or not they left."""
        kept = (letter for letter in self.letters if letter.discarded_at is None)
        return [letter for letter in kept if letter.kind is LetterKind.REMINDER]

    @property
    def has_waiting_reminder(self) -> bool:
        """Whether a reminder was made that has not left."""
        return any(letter.left_at is None for letter in self.reminders)

    @cached_property
    def sent_later(self) -> tuple[LaterLetter, ...]:
        """The letters after the first one that left, in the order of time, whatever they said."""
        kinds = {History.REMINDED, History.LETTER_SENT}
        left = sorted((event for event in self.events if event.kind in kinds), key=lambda event: event.at)
        by_number = {letter.number: letter for letter in self.letters}
        return tuple(_later_letter(event, self.read_detail(event), by_number, self.name) for event in left)

    @cached_property
    def sent_reminders(self) -> tuple[LaterLetter, ...]:
        return tuple(each for each in self.sent_later if each.event.kind is History.REMINDED)

    @cached_property
    def sent_event(self) -> Event | None:
        return next((event for event in self.events if event.kind is History.SENT), None)

    @cached_property
    def sent_letter(self) -> Letter | None:
        """The letter that was sent: the one its event names. None where other words were sent."""
        return self._find_letter(self.read_detail(self.sent_event).get("letter") if self.sent_event else None)

    @cached_property
    def sent_text(self) -> str:
        """What was sent in the place of a letter of ours, as it was written down; mostly empty."""
        return str(self.read_detail(self.sent_event).get("text") or "") if self.sent_event else ""

    @property
    def sent_door(self) -> UsedDoor | None:
        """By which way, and to which address or form, it was sent; None while it was not."""
        if self.sent_event is None or self.request.channel is None:
            return None
        return UsedDoor(self.request.channel, str(self.read_detail(self.sent_event).get("address") or ""))

    @property
    def receipt_proof(self) -> Proof | None:
        """By what its receipt is known; None where none is recorded, or by what was not asked yet."""
        found = [event.facts.get("proof") for event in self.events if event.kind is History.RECEIPT_CONFIRMED]
        if not found:
            return None
        if found[-1] is not None:
            return Proof(found[-1])
        return Proof.TICKET if self.ticket else None

    def _find_letter(self, number: object) -> Letter | None:
        return next((letter for letter in self.letters if letter.number == number), None)

    @property
    def events(self) -> Sequence[Event]:
        """What happened to it, in its order."""
        return self.rows.events[self.request.id]

    @property
    def answers(self) -> list[Event]:
        """The recipient's answers by the time they came, without what a machine replied that answers nothing."""
        return [event for event in self.replies if Answer(event.facts["answer"]) not in NO_ANSWERS]

    @property
    def replies(self) -> list[Event]:
        """Everything that came back, by its time."""
        found = (event for event in self.events if event.kind is History.ANSWERED)
        return sorted(found, key=lambda event: (event.at, event.sequence))

    def read_detail(self, event: Event) -> Mapping[str, Any]:
        """What is sealed in one of its events."""
        return read_detail(event, self.work.key)

    @property
    def clocks(self) -> Sequence[Clock]:
        """Its clocks as the snapshot keeps them, by their start."""
        return self.rows.clocks[self.request.id]

    @cached_property
    def clock_states(self) -> Mapping[UUID, ClockState]:
        """By clock, its state at this moment: the sweep may not have come by since a period ran out."""
        states = {row.id: row.state for row in self.clocks}
        over = [row for row in self.clocks if has_run_out(row, self.work.now)]
        # One whose law or rule has left the records is not counted on: nobody can say that it was missed.
        counted = self._list_counted() if over else set()
        for row in over:
            is_counted = (row.regime, row.rule) in counted
            states[row.id] = ClockState.MISSED if is_counted else ClockState.STOPPED
        return states

    def _list_counted(self) -> set[tuple[str, str]]:
        """The law and the rule of every clock that the engine gives."""
        facts = RequestClockFacts(
            platform=self.request.platform,
            country=self.work.case.country,
            cited=self.cited_regimes,
            events=self.clock_events,
            lodged=self.lodged,
        )
        found = derive_request_clocks(facts, now=self.work.now, ports=self.work.ports)
        return {(each.regime.id, each.clock.id) for each in found}

    @property
    def clock_events(self) -> tuple[RequestEvent, ...]:
        """What happened to it, for every law it cites."""
        others = (event for event in self.rows.removing if event.request_id != self.request.id)
        return translate_request(self.request.id, [*self.events, *others])

    @property
    def lodged(self) -> Mapping[str, tuple[RequestEvent, ...]]:
        """The complaints lodged about it, by the law each one rests on."""
        lodged = sorted((each.lodged_at, each.regime) for each in self.complaints if each.lodged_at is not None)
        return translate_lodged((regime, at) for at, regime in lodged)

    @property
    def complaints(self) -> Sequence[Complaint]:
        """The complaints it is part of, by number."""
        return self.rows.complaints[self.request.id]

    def complaint_events(self, complaint: Complaint, kind: RegimeKind) -> tuple[RequestEvent, ...]:
        """What happened to one of them under a law of that kind."""
        return translate_complaint(complaint.id, self.rows.all_events, kind)

    @property
    def address_statuses(self) -> Mapping[tuple[str, str], AddressStatus]:
        """What staff saw of the recipient's addresses, by platform and address."""
        return self.rows.address_statuses


def read_dossier(work: CaseWork, number: int) -> Dossier:
    """The request of this number. Raises UnknownNumber."""
    return dossier_of(work, find_request(work, number))


def dossier_of(work: CaseWork, request: Request) -> Dossier:
    """A request whose row is in hand already."""
    return Dossier(request, CaseRows(work, [request]))


def read_dossiers(work: CaseWork, requests: Iterable[Request] | None = None) -> tuple[Dossier, ...]:
    """Requests read together in the order given; all of the case by number where none are named."""
    chosen = list_requests(work) if requests is None else list(requests)
    rows = CaseRows(work, chosen)
    return tuple(Dossier(request, rows) for request in chosen)


def read_case_letters(work: CaseWork) -> tuple[LaterLetter, ...]:
    """The papers of the case itself that left, such as those of a threat, in the order of time."""
    query = select(Event).where(
        Event.case_id == work.case.id, Event.kind == History.LETTER_SENT, Event.request_id.is_(None)
    )
    events = work.session.scalars(query.order_by(Event.at, Event.sequence)).all()
    if not events:
        return ()
    papers = work.session.scalars(select(Letter).where(Letter.case_id == work.case.id, Letter.request_id.is_(None)))
    by_number = {letter.number: letter for letter in papers}
    return tuple(_later_letter(event, read_detail(event, work.key), by_number, "") for event in events)


def _later_letter(
    event: Event, detail: Mapping[str, Any], letters: Mapping[int, Letter], recipient: str
) -> LaterLetter:
    return LaterLetter(
        event=event,
        letter=letters.get(detail.get("letter", 0)),
        text=str(detail.get("text") or ""),
        recipient=str(detail.get("recipient") or recipient),
        detail=detail,
    )
