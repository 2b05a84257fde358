"""Complaints to regulators and bodies: prepared with their bundle, lodged, answered, each with the body's own clock."""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.adapters.papers.pdf_enclosures import read_enclosed
from portal.adapters.vault import CannotOpen
from portal.domain import own_dates
from portal.domain.approvals import Approvable
from portal.domain.directory import AUTHORITY_DAYS, is_stale
from portal.domain.letters.check_files import CHECK_FILE, SUMS_FILE, describe_check, write_sums
from portal.domain.letters.facts import ComplaintFacts, LetterFacts
from portal.domain.lifecycle import ActorKind, ComplaintState, History, StepRefused, require_open
from portal.models.clocks import Clock
from portal.models.complaints import Complaint, ComplaintRequest
from portal.models.items import Item
from portal.models.jobs import Job, JobKind
from portal.models.letters import Letter
from portal.models.requests import Request
from portal.services.background import jobs
from portal.services.background.jobs import JobView
from portal.services.cases import finding
from portal.services.cases.approvals import use_approval
from portal.services.cases.handover import open_to_record
from portal.services.cases.instants import check_instant
from portal.services.cases.mandates import require_mandate, require_papers, require_permission
from portal.services.cases.room import require_room_for_words
from portal.services.clocks.agreement import require_whole
from portal.services.clocks.case_events import ComplaintAnswer
from portal.services.clocks.snapshot import clock_views, list_clocks_of_complaints, refresh_clocks
from portal.services.complaints.exhibits import list_exhibits
from portal.services.complaints.options import list_options
from portal.services.complaints.respondents import name_respondent
from portal.services.complaints.story import read_story
from portal.services.complaints.views import ComplaintLine, ComplaintOption, ComplaintView
from portal.services.directory.address_checks import read_statuses
from portal.services.history.events import NewEvent
from portal.services.law.versions import keep_laws
from portal.services.letters import letters
from portal.services.letters.drafting import read_facts
from portal.services.letters.views import LetterView
from portal.services.requests.channels import UNCHECKED, Unchecked
from portal.services.requests.lookup import (
    find_complaint,
    find_request,
    list_complaints,
    numbers_of_requests,
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


def start_bundle(work: CaseWork, number: int) -> JobView:
    """Make the bundle, or make it again, in the background. Raises StepRefused once the complaint was handed in."""
    require_open(work.case.status)
    complaint = find_complaint(work, number)
    if complaint.state is not ComplaintState.PREPARED:
        raise StepRefused("This complaint was sent, so its papers stay as they are.")
    require_papers(work, "regulators")
    job = jobs.add_job(work, JobKind.BUNDLE, case_id=work.case.id, subject_id=complaint.id, key=work.key)
    return jobs.job_view(job, now=work.now)


def read_bundle(work: CaseWork, number: int, *, redacted: bool) -> bytes:
    """The newest bundle as ZIP: the complaint, its facts, each exhibit as a file, how to check, and the SHA-256 of all.

    The redacted form has the redacted exhibits; of words and uploads that is a sheet that says what they are. Raises
    StepRefused before it is made, RecordsDisagree, CannotOpen.
    """
    files, made_at = _read_files(work, find_complaint(work, number), redacted=redacted)
    return _pack({name: (content, made_at) for name, content in files.items()})


def read_bundles(work: CaseWork, numbers: Sequence[int], *, redacted: bool) -> bytes:
    """Several bundles in one ZIP, each in a folder of its own. Those that are not made yet are left out.

    Raises StepRefused where none is made, RecordsDisagree.
    """
    named = [find_complaint(work, number) for number in numbers]
    is_made = list_made(work)
    made = [complaint for complaint in named if complaint.number in is_made]
    if not made:
        raise StepRefused("The papers for this complaint are not made yet.")
    entries: dict[str, tuple[bytes, datetime]] = {}
    for complaint in made:
        files, made_at = _read_files(work, complaint, redacted=redacted)
        entries |= {f"complaint-{complaint.number}/{name}": (content, made_at) for name, content in files.items()}
    return _pack(entries)


def list_made(work: CaseWork) -> frozenset[int]:
    """The numbers of the complaints whose bundle is made."""
    query = select(Complaint.number).join(Letter, Letter.complaint_id == Complaint.id)
    return frozenset(work.session.scalars(query.where(Complaint.case_id == work.case.id)))


def list_resting_on_none(work: CaseWork) -> frozenset[int]:
    """The numbers of the complaints that rest on no request of the case."""
    rests = select(ComplaintRequest.complaint_id).where(ComplaintRequest.complaint_id == Complaint.id)
    query = select(Complaint.number).where(Complaint.case_id == work.case.id, ~rests.exists())
    return frozenset(work.session.scalars(query))


def _read_files(work: CaseWork, complaint: Complaint, *, redacted: bool) -> tuple[Mapping[str, bytes], datetime]:
    """The files of the newest bundle by name, and when it was made."""
    made = letters.letter_views(work, complaint_id=complaint.id)
    if not made:
        raise StepRefused("The papers for this complaint are not made yet.")
    require_whole(work)
    newest = made[-1]
    query = select(Letter).where(Letter.case_id == work.case.id, Letter.number == newest.number)
    facts = read_facts(work, work.session.scalars(query).one())
    paper = letters.read_letter(work, newest.number, redacted=redacted)
    files = {
        "complaint.pdf": paper,
        # The very bytes: written anew, they would be those of this version of the portal.
        "case.json": _read_facts_of(paper),
        **dict(_exhibits_of(work, complaint, facts, redacted=redacted)),
        CHECK_FILE: describe_check(work.ports.config.base_url).encode(),
    }
    files[SUMS_FILE] = write_sums(files)
    return files, newest.made_at


def _pack(entries: Mapping[str, tuple[bytes, datetime]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (content, made_at) in entries.items():
            archive.writestr(_entry(name, made_at), content)
    return stream.getvalue()


def _read_facts_of(paper: bytes) -> bytes:
    """The facts inside a complaint. Raises CannotOpen for what is none of ours."""
    inside = read_enclosed(paper, "case.json")
    if inside is None:
        raise CannotOpen("the papers hold no case.json")
    return inside


def take_bundle(work: CaseWork, number: int, *, redacted: bool) -> bytes:
    """The bundle for a member of the team, who may hand it in. Raises as `read_bundle` and NoConsent, MandateOver."""
    _require_taking(work, [find_complaint(work, number)])
    return read_bundle(work, number, redacted=redacted)


def take_bundles(work: CaseWork, numbers: Sequence[int], *, redacted: bool) -> bytes:
    """The same for several. Raises as `read_bundles` and NoConsent, MandateOver."""
    _require_taking(work, [find_complaint(work, number) for number in numbers])
    return read_bundles(work, numbers, redacted=redacted)


def _require_taking(work: CaseWork, complaints: Sequence[Complaint]) -> None:
    if any(complaint.state is ComplaintState.PREPARED for complaint in complaints):
        require_papers(work, "regulators")


def _exhibits_of(
    work: CaseWork, complaint: Complaint, facts: LetterFacts, *, redacted: bool
) -> Iterator[tuple[str, bytes]]:
    """The exhibits that these papers list, under their own numbers. What came later is none of them.

    A file that was removed since is left out; its place and digest stay in the bundle.
    """
    files = {file.exhibit.digest: file for file in list_exhibits(work, read_story(work, complaint))}
    for exhibit in facts.exhibits if isinstance(facts, ComplaintFacts) else ():
        file = files.get(exhibit.digest)
        if file is None:
            continue
        if not redacted:
            yield f"exhibit-{exhibit.number}.{file.name.rpartition('.')[2]}", file.read()
        elif exhibit.twin_digest and file.read_twin is not None:
            name = exhibit.twin_name or exhibit.name or f"exhibit-{exhibit.number}.pdf"
            yield name, file.read_twin()


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


def complaint_views(work: CaseWork) -> tuple[ComplaintView, ...]:
    """All complaints of the case by number."""
    return _views(work, list_complaints(work))


def views_together(work: CaseWork, number: int) -> tuple[ComplaintView, ...]:
    """The complaints to the same authority under the same law as this one, by number. Raises UnknownNumber."""
    return _views(work, _list_together(work, number))


def count_together(work: CaseWork, number: int) -> int:
    """How many those are. Raises UnknownNumber."""
    return len(_list_together(work, number))


def _list_together(work: CaseWork, number: int) -> list[Complaint]:
    own = find_complaint(work, number)
    return [row for row in list_complaints(work) if (row.regulator, row.regime) == (own.regulator, own.regime)]


def complaint_view(work: CaseWork, number: int) -> ComplaintView:
    """Raises UnknownNumber."""
    return _views(work, [find_complaint(work, number)])[0]


def list_lines(work: CaseWork) -> tuple[ComplaintLine, ...]:
    """All complaints of the case by number, as a list names them."""
    return tuple(_line(work, row, work.read_sealed(row)) for row in list_complaints(work))


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


def _line(work: CaseWork, row: Complaint, sealed: Mapping[str, Any]) -> ComplaintLine:
    regime = work.ports.registry.regimes.get(row.regime)
    return ComplaintLine(
        number=row.number,
        regulator_name=sealed["name"],
        about=str(sealed.get("about") or "") or name_respondent(work, str(sealed.get("respondent") or "")),
        regime_name=regime.name if regime else row.regime,
        state=row.state,
        ticket=sealed.get("ticket", ""),
    )


@dataclass(frozen=True)
class _Beside:
    """What belongs to some complaints, by their ids; each table read once for all of them."""

    numbers: Mapping[UUID, Sequence[int]]  # of the requests they rest on
    clocks: Mapping[UUID, Sequence[Clock]]
    letters: Mapping[UUID, Sequence[LetterView]]
    jobs: Mapping[UUID, Job]


def _views(work: CaseWork, rows: Sequence[Complaint]) -> tuple[ComplaintView, ...]:
    if not rows:
        return ()
    ids = [row.id for row in rows]
    beside = _Beside(
        numbers_of_requests(work.session, ids),
        list_clocks_of_complaints(work.session, ids),
        letters.letters_of_complaints(work, ids),
        jobs.find_newest(work.session, ids, JobKind.BUNDLE),
    )
    return tuple(_view(work, row, beside) for row in rows)


def _view(work: CaseWork, row: Complaint, beside: _Beside) -> ComplaintView:
    sealed = work.read_sealed(row)
    line = _line(work, row, sealed)
    regulator = work.ports.registry.regulators.get(row.regulator)
    job = beside.jobs.get(row.id)
    return ComplaintView(
        number=row.number,
        regulator=row.regulator,
        regulator_name=line.regulator_name,
        about=line.about,
        respondent=str(sealed.get("respondent") or ""),
        regime=row.regime,
        regime_name=line.regime_name,
        state=row.state,
        prepared_at=row.prepared_at,
        lodged_at=row.lodged_at,
        answered_at=row.answered_at,
        ticket=line.ticket,
        wish=sealed.get("wish", ""),
        request_numbers=tuple(beside.numbers.get(row.id, ())),
        clocks=clock_views(beside.clocks.get(row.id, ()), work.ports),
        own_date=_own_date(row, beside.clocks.get(row.id, ())),
        letters=tuple(beside.letters.get(row.id, ())),
        job=jobs.job_view(job, now=work.now) if job else None,
        address="\n".join(regulator.postal_address) if regulator else "",
        complaint_url=regulator.form_under(row.regime) if regulator else None,
    )


def _own_date(row: Complaint, clocks: Sequence[Clock]) -> datetime | None:
    if row.state is not ComplaintState.LODGED or any(each.due_at for each in clocks):
        return None
    return own_dates.find_own_date(row.lodged_at, row.answered_at, wait=own_dates.COMPLAINT)


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    """An entry dated by what it holds, so that the same content gives the same archive."""
    return zipfile.ZipInfo(name, at.timetuple()[:6])
