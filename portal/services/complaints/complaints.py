"""Complaints to regulators and bodies: prepared with their bundle, lodged, answered, each with the body's own clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.approvals import Approvable
from portal.domain.directory import AUTHORITY_DAYS, is_stale
from portal.domain.lifecycle import ActorKind, ComplaintState, History, StepRefused, require_open
from portal.models.complaints import Complaint, ComplaintRequest
from portal.models.items import Item
from portal.models.requests import Request
from portal.services.cases import finding
from portal.services.cases.approvals import use_approval
from portal.services.cases.handover import open_to_record
from portal.services.cases.instants import check_instant
from portal.services.cases.mandates import require_mandate, require_permission
from portal.services.cases.room import require_room_for_words
from portal.services.clocks.case_events import ComplaintAnswer
from portal.services.clocks.snapshot import refresh_clocks
from portal.services.complaints.bundle_files import start_bundle
from portal.services.complaints.options import list_options
from portal.services.complaints.respondents import name_respondent
from portal.services.complaints.views import ComplaintOption
from portal.services.directory.address_checks import read_statuses
from portal.services.history.events import NewEvent
from portal.services.law.versions import keep_laws
from portal.services.requests.channels import UNCHECKED, Unchecked
from portal.services.requests.lookup import (
    find_complaint,
    find_request,
    requests_of,
)
from portal.services.work import CaseWork, Work

LONGEST = 20_000
_FINAL = frozenset({ComplaintAnswer.DECIDED, ComplaintAnswer.REFUSED, ComplaintAnswer.TRANSFERRED})


@dataclass(frozen=True, kw_only=True, repr=False)
class LodgedCommand:
    """That the complaint was handed in. `received_at` is the proven receipt, if there is one.

    `has_checked`: somebody looked whether the authority's address was still right; only the team has to, as in
    `SentCommand`.
    """

    at: datetime
    ticket: str = ""
    received_at: datetime | None = None
    has_checked: bool = False


@dataclass(frozen=True, kw_only=True, repr=False)
class ComplaintAnswerCommand:
    """What the body answered. Without `meaning`: a decision where it is final, else that it has the complaint."""

    at: datetime
    text: str = ""
    is_final: bool = False
    meaning: ComplaintAnswer | None = None

    @property
    def means(self) -> ComplaintAnswer:
        return self.meaning or (ComplaintAnswer.DECIDED if self.is_final else ComplaintAnswer.ACKNOWLEDGED)


def options(work: CaseWork) -> tuple[ComplaintOption, ...]:
    """Every complaint open to this person now or later."""
    return list_options(work)


def prepare(
    work: CaseWork,
    regime_id: str,
    regulator_id: str,
    request_numbers: Sequence[int],
    *,
    wish: str = "",
    respondent: str = "",
) -> int:
    """Prepare a complaint about one organisation and start its bundle in the background. Returns its number.

    `respondent` is the platform where the complaint rests on no request. Raises StepRefused.
    """
    option = _find_option(work, regime_id, regulator_id)
    if strangers := set(request_numbers) - set(option.request_numbers):
        raise StepRefused(f"Request {min(strangers)} cannot be part of this complaint.")
    return prepare_option(work, option, request_numbers, wish=wish, respondent=respondent)


def prepare_option(
    work: CaseWork, option: ComplaintOption, request_numbers: Sequence[int], *, wish: str = "", respondent: str = ""
) -> int:
    """The same for a complaint that the caller found open for these requests. Raises StepRefused."""
    require_open(work.case.status)
    require_mandate(work)
    if len(wish) > LONGEST:
        raise StepRefused(f"This text is too long: {LONGEST:,} characters fit.")
    require_room_for_words(work, wish)
    requests = [find_request(work, number) for number in sorted(set(request_numbers))]
    if len({request.platform for request in requests}) > 1:
        raise StepRefused("A complaint is about one company. Choose letters to one of them.")
    complaint = _add(work, option, requests, wish=wish, respondent=requests[0].platform if requests else respondent)
    start_bundle(work, complaint.number)
    return complaint.number


def prepare_each(
    work: CaseWork, regime_id: str, regulator_id: str, request_numbers: Sequence[int], *, wish: str = ""
) -> tuple[int, ...]:
    """One complaint for each organisation that the requests went to; without requests, one for each that shows a link.

    Raises as `prepare`, and StepRefused where no request is chosen though the complaint needs one.
    """
    option = _find_option(work, regime_id, regulator_id)
    if not request_numbers and not option.is_direct:
        raise StepRefused("Choose at least one request.")
    asked = defaultdict[str, list[int]](list)
    for number in sorted(set(request_numbers)):
        asked[find_request(work, number).platform].append(number)
    if not asked:
        query = select(Item.platform).where(Item.case_id == work.case.id).order_by(Item.number)
        asked.update({platform: [] for platform in dict.fromkeys(work.session.scalars(query))} or {"": []})
    return tuple(
        prepare(work, regime_id, regulator_id, numbers, wish=wish, respondent=platform)
        for platform, numbers in asked.items()
    )


def _find_option(work: CaseWork, regime_id: str, regulator_id: str) -> ComplaintOption:
    """Raises StepRefused where it is not there, or not open yet, and before all else where the case is closed."""
    require_open(work.case.status)
    found = options(work)
    option = next((each for each in found if (each.regime, each.regulator) == (regime_id, regulator_id)), None)
    if option is None:
        raise StepRefused("This complaint can’t be used in this case.")
    if not option.is_open:
        raise StepRefused(f"This complaint is not open yet. {option.opens}".strip())
    return option


def list_resting_on_none(work: CaseWork) -> frozenset[int]:
    """The numbers of the complaints that rest on no request of the case."""
    rests = select(ComplaintRequest.complaint_id).where(ComplaintRequest.complaint_id == Complaint.id)
    query = select(Complaint.number).where(Complaint.case_id == work.case.id, ~rests.exists())
    return frozenset(work.session.scalars(query))


def record_lodged(work: CaseWork, number: int, command: LodgedCommand) -> None:
    """That the complaint was handed in: the body's clock starts.

    Raises StepRefused, NoConsent, MandateOver, BadInstant.
    """
    require_open(work.case.status)
    complaint = find_complaint(work, number)
    if complaint.state is not ComplaintState.PREPARED:
        raise StepRefused("We already know when this complaint was sent.")
    require_permission(work, "regulators")
    if work.actor.kind is ActorKind.STAFF and not command.has_checked:
        _demand_check(work, complaint)
    at = check_instant(command.at, work.case, now=work.now, after=_first_sent(work.session, complaint))
    received_at = check_instant(command.received_at, work.case, now=work.now, after=at) if command.received_at else None
    use_approval(work, Approvable.COMPLAINT, number)
    complaint.state, complaint.lodged_at = ComplaintState.LODGED, at
    _write(work, complaint, ticket=command.ticket.strip())
    lodged = NewEvent(
        kind=History.COMPLAINT_LODGED, at=at, complaint_id=complaint.id, detail={"ticket": command.ticket.strip()}
    )
    work.record(lodged)
    if received_at:
        receipt = NewEvent(kind=History.RECEIPT_CONFIRMED, at=received_at, complaint_id=complaint.id)
        work.record(receipt)
    _refresh(work, complaint)


def record_all_lodged(work: CaseWork, command: LodgedCommand, tickets: Mapping[int, str]) -> None:
    """That several complaints were handed in together; `tickets` are the authority's numbers by complaint, or empty.

    All are recorded or none. Raises as `record_lodged`, and StepRefused where none is named.
    """
    if not tickets:
        raise StepRefused("Choose at least one complaint.")
    for number, ticket in sorted(tickets.items()):
        record_lodged(work, number, replace(command, ticket=ticket))


def log_complaint_answer(work: CaseWork, number: int, command: ComplaintAnswerCommand) -> None:
    """What the body answered. Raises StepRefused before it was handed in, BadInstant."""
    open_to_record(work)
    complaint = find_complaint(work, number)
    if complaint.lodged_at is None:
        raise StepRefused("This complaint has not been sent yet. Tell us first when you sent it.")
    if len(command.text) > LONGEST:
        raise StepRefused(f"This text is too long: {LONGEST:,} characters fit.")
    require_room_for_words(work, command.text)
    at = check_instant(command.at, work.case, now=work.now, after=complaint.lodged_at)
    if command.means in _FINAL:
        complaint.state, complaint.answered_at = ComplaintState.ANSWERED, at
    answered = NewEvent(
        kind=History.COMPLAINT_ANSWERED,
        at=at,
        complaint_id=complaint.id,
        facts={"meaning": command.means.value},
        detail={"text": command.text},
    )
    work.record(answered)
    _refresh(work, complaint)


def _add(
    work: CaseWork, option: ComplaintOption, requests: Sequence[Request], *, wish: str, respondent: str
) -> Complaint:
    last = work.session.scalar(select(func.max(Complaint.number)).where(Complaint.case_id == work.case.id)) or 0
    complaint = Complaint(id=uuid4(), case_id=work.case.id, number=last + 1, state=ComplaintState.PREPARED)
    complaint.regulator, complaint.regime = option.regulator, option.regime
    regime = work.ports.registry.regime(option.regime)
    keep_laws(work.session, [regime], now=work.now)
    complaint.version, complaint.prepared_at = regime.version, work.now
    complaint.sealed = work.sealed_for(
        complaint,
        {
            "name": option.name,
            "wish": wish,
            "ticket": "",
            "respondent": respondent,
            "about": name_respondent(work, respondent),
        },
    )
    work.session.add(complaint)
    work.session.flush()
    work.session.add_all(ComplaintRequest(complaint_id=complaint.id, request_id=request.id) for request in requests)
    work.record(NewEvent(kind=History.COMPLAINT_PREPARED, at=work.now, complaint_id=complaint.id))
    return complaint


def _demand_check(work: Work, complaint: Complaint) -> None:
    """Raises Unchecked where nobody has looked at the authority's addresses within their shelf life."""
    regulator = work.ports.registry.regulators.get(complaint.regulator)
    if regulator is None:
        return
    worked = [
        seen.worked_on
        for seen in read_statuses(work.session, {regulator.id}).values()
        if seen.worked_on and not seen.trouble
    ]
    checked_on = max((day for day in (regulator.checked_on, *worked) if day), default=None)
    if is_stale(work.ports.config.day_at(work.now), checked_on, AUTHORITY_DAYS):
        raise Unchecked(UNCHECKED)


def _refresh(work: CaseWork, complaint: Complaint) -> None:
    """The body's clocks, and the person's own limits under the requests, which the complaint has met."""
    refresh_clocks(work, work.case, complaint)
    for request in requests_of(work.session, complaint):
        refresh_clocks(work, work.case, request)


def _first_sent(session: Session, complaint: Complaint) -> datetime | None:
    return min((request.sent_at for request in requests_of(session, complaint) if request.sent_at), default=None)


def _write(work: CaseWork, complaint: Complaint, **values: object) -> None:
    complaint.sealed = work.sealed_for(complaint, {**work.read_sealed(complaint), **values})
    if "ticket" in values:
        finding.mark_ticket(work, complaint.id, str(values["ticket"] or ""))
