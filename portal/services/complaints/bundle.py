"""The bundle for a complaint: its facts put together from the history, and the job that prints it in the background."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from portal.db import begin_reading
from portal.domain.clocks import find_current_rule, is_rule_in_force
from portal.domain.directory import AddressRole
from portal.domain.letters.facts import (
    AnswerFact,
    ChronologyRow,
    ComplaintAsk,
    ComplaintFacts,
    LetterHeader,
    LinkFact,
    Party,
    Recipient,
    SentFact,
)
from portal.domain.letters.law_facts import BasisFact
from portal.domain.lifecycle import ActorKind, History, LetterKind, Path, RequestKind, SendingChannel, SentAs
from portal.domain.notices import check_elements, list_fields_given
from portal.domain.regimes import Certainty, ObligedParty, Regime
from portal.models.cases import Case
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.services.background.jobs import Finish, RunningJob, Stopped
from portal.services.clocks.agreement import RecordsDisagree, require_whole
from portal.services.clocks.derivation import place_of_complaint
from portal.services.complaints.exhibits import list_exhibits
from portal.services.history.events import read_detail, read_history
from portal.services.law.versions import find_law
from portal.services.letters import letters
from portal.services.letters.drafting import answer_facts, running_bases, sent_fact
from portal.services.letters.facts import (
    basis_fact,
    content_fact,
    header_of,
    is_sure,
    links_of,
    period_fact,
    platform_recipient,
    regulator_recipient,
    statements_of,
)
from portal.services.letters.printing import LetterStopped, check, print_letter
from portal.services.ports import SYSTEM, Ports
from portal.services.requests.citations import Citation, find_reason
from portal.services.requests.content import NOTHING_ONLINE, Details, RequestContent
from portal.services.requests.dossier import Dossier, list_items, read_dossiers
from portal.services.requests.lookup import find_organisation, requests_of
from portal.services.work import CaseWork, Work

_AUTHORITIES = frozenset({ObligedParty.REGULATOR, ObligedParty.BODY})
_THREATENER = "the one who makes the threat"
_UNNAMED = "The services named in the list of places"

# The letter's own sentences: keys of its catalogue, so nothing is filled into them.
_TOLD: Mapping[History, str] = {
    History.SUBMITTED: "The person made a report about the content.",
    History.SENT: "A letter was sent.",
    History.RECEIPT_CONFIRMED: "The receipt of a letter was recorded.",
    History.ANSWERED: "An answer was received.",
    History.INFORMATION_SENT: "What the recipient asked for was sent.",
    History.REMINDED: "A reminder was sent.",
    History.CLOCK_MISSED: "A period ran out.",
    History.LAW_APPLIED: "Dates were counted again after a record of laws, holidays or time zones had changed.",
    History.ITEM_GONE: "The content was found to be gone from a place.",
    History.ITEM_BACK: "The content was found to be back at a place.",
    History.REQUEST_CLOSED: "A request was taken back.",
}
_SOURCES: Mapping[ActorKind, str] = {
    ActorKind.PERSON: "recorded by the person",
    ActorKind.STAFF: "recorded by the helpline",
    ActorKind.SYSTEM: "counted by the portal",
}


def make_bundle(sessions: sessionmaker[Session], job: RunningJob, now: datetime, ports: Ports) -> Finish:
    """The job: gather, check, print; the result is stored in the transaction that ends the job. Raises Stopped."""
    job.report("gathering", 0.02)
    with sessions.begin() as session:
        work, _complaint = _open(Work(session=session, actor=SYSTEM, now=now, ports=ports), job, to_change=True)
        number = letters.reserve_number(work)
    with sessions() as session:
        begin_reading(session)
        work, complaint = _open(Work(session=session, actor=SYSTEM, now=now, ports=ports), job)
        facts = gather(work, complaint, number=number)
        _require_whole(work)
    job.report("checking", 0.06)
    if problems := check(facts):
        raise Stopped(*(problem.text for problem in problems))
    try:
        printed = print_letter(facts, lambda stage, part: job.report(stage, 0.1 + 0.85 * part))
    except LetterStopped as stop:
        raise Stopped(*(problem.text for problem in stop.problems)) from stop

    gathered_at = now

    def finish(session: Session, now: datetime) -> None:
        work, complaint = _open(Work(session=session, actor=SYSTEM, now=gathered_at, ports=ports), job, to_change=True)
        if not _is_same(facts, gather(work, complaint, number=number)):
            raise letters.FactsChanged  # the job is given back and made again
        _require_whole(work)
        letters.store_letter(work.at(now), LetterKind.COMPLAINT, facts, printed, complaint_id=complaint.id)

    return finish


def _require_whole(work: CaseWork) -> None:
    """Raises Stopped: the page of the complaint says why no papers are made."""
    try:
        require_whole(work)
    except RecordsDisagree as disagree:
        raise Stopped(str(disagree)) from disagree


def _is_same(printed: ComplaintFacts, fresh: ComplaintFacts) -> bool:
    """Whether the papers still say what is so. That something else was written down meanwhile changes nothing."""
    return replace(printed, history_digest=None) == replace(fresh, history_digest=None)


def gather(work: CaseWork, complaint: Complaint, *, number: int) -> ComplaintFacts:
    """Everything a complaint's bundle says, from the case as it stands."""
    parts = read_dossiers(work, requests_of(work.session, complaint))
    own = _contents(work, parts)
    kept = find_law(work.session, complaint.regime, complaint.version, work.ports.registry)
    regime = kept or work.ports.registry.regime(complaint.regime)
    is_threat = _is_threat(regime, own, parts)
    citation = _cite(regime, own, parts, now=work.now, ports=work.ports)
    competence = _competence(work, citation, own, complaint)
    files = list_exhibits(work, parts)
    exhibits = {file.of: file.exhibit.number for file in files}
    history = read_history(work.session, work.case.id)
    return ComplaintFacts(
        frame=_frame(work, complaint, own, citation, parts, number=number),
        content=content_fact(own),
        party=Party(name=_THREATENER) if is_threat else _party(parts),
        competence=competence,
        links=_links(work, parts),
        bases=_bases(parts) or (competence,),
        notices=tuple(sent for part in parts for sent in _list_sent(part, exhibits)),
        answers=_answers(parts, exhibits),
        chronology=tuple(_chronology(work, history, parts, exhibits)),
        exhibits=tuple(file.exhibit for file in files),
        asks=_asks(parts, is_threat=is_threat),
        statements=statements_of(own, ()),
        wish=str(work.read_sealed(complaint).get("wish", "")).strip() or None,
        history_digest=history[-1].digest.hex() if history else None,
        is_threat=is_threat,
    )


def _is_threat(regime: Regime, own: RequestContent, parts: Sequence[Dossier]) -> bool:
    """Whether nothing is online yet, and the law takes a report of that: then no place has to be named."""
    return regime.without_place is Certainty.YES and own.report.path is Path.THREAT and not parts and not own.places


def _open(work: Work, job: RunningJob, *, to_change: bool = False) -> tuple[CaseWork, Complaint]:
    """Raises Stopped when the case was erased meanwhile."""
    case = work.session.get(Case, job.case_id, with_for_update=to_change or None)
    complaint = work.session.get(Complaint, job.subject_id)
    if case is None or complaint is None:
        raise Stopped("The case is not there any more.")
    return work.on(case, job.key), complaint


def _contents(work: CaseWork, parts: Sequence[Dossier]) -> RequestContent:
    """What the complaint itself says: the report, with what was given for its requests."""
    details = Details()
    for part in parts:
        details = details.merged(part.content.details)
    report = work.report
    places = tuple(dict.fromkeys(place for part in parts for place in part.content.places))
    return RequestContent(
        report=report,
        details=details,
        places=places or tuple(link.url for link in report.links),
        organisation=find_organisation(work),
    )


def _cite(regime: Regime, own: RequestContent, parts: Sequence[Dossier], *, now: datetime, ports: Ports) -> Citation:
    """The law under which the body is asked, its elements held against the bundle, which tells of every step."""
    facts = own.notice
    if parts:
        facts = replace(
            facts,
            platform_step="in the letters sent",
            platform_answer="in the answers, or that none came",
            evidence="in the numbered exhibits",
        )
    if _is_threat(regime, own, parts):
        facts = replace(facts, location=(NOTHING_ONLINE,), request="Look into the threat.")
    platform = parts[0].request.platform if parts else ""
    reason = find_reason(regime, own.report, platform, now=now, ports=ports) or regime.summary
    checked = check_elements(regime, list_fields_given(facts), own.situation)
    return Citation(regime=regime, reason=reason, checked=checked, facts=facts)


def _competence(work: CaseWork, citation: Citation, own: RequestContent, complaint: Complaint) -> BasisFact:
    """The law with what the authority itself owes; none of its periods has started yet."""
    regime = citation.regime
    place = place_of_complaint(regime, complaint.regulator, work.case.country, work.ports)
    now = work.now
    clocks = tuple(
        period_fact(regime, rule, place, own)
        for rule in regime.rules
        if rule.owed_by in _AUTHORITIES
        and is_rule_in_force(regime, rule, now, place.zone)
        and is_sure(regime, rule, own)
    )
    return basis_fact(citation, own, clocks, now=now)


def _frame(
    work: CaseWork,
    complaint: Complaint,
    own: RequestContent,
    citation: Citation,
    parts: Sequence[Dossier],
    *,
    number: int,
) -> LetterHeader:
    cited = [citation]
    for part in parts:
        cited += part.citations
    return header_of(work, own, cited, _recipient(work, complaint), number=number)


def _recipient(work: CaseWork, complaint: Complaint) -> Recipient:
    regulator = work.ports.registry.regulators.get(complaint.regulator)
    if regulator is not None:
        return regulator_recipient(regulator)
    return platform_recipient(work.read_sealed(complaint)["name"], None, (), SendingChannel.FORM)


def _party(parts: Sequence[Dossier]) -> Party:
    """The organisation complained of; several stand beside each other."""
    names = ", ".join(dict.fromkeys(part.name for part in parts))
    known = {part.request.platform: part.platform for part in parts}
    platform = next(iter(known.values())) if len(known) == 1 else None
    if platform is None:
        return Party(name=names or _UNNAMED)
    address = next((each for each in platform.postal_addresses if each.role is AddressRole.COMPANY), None)
    return Party(
        name=platform.name,
        legal_name=platform.legal_entity,
        address_lines=address.lines if address else (),
        country=platform.seat_country,
    )


def _links(work: CaseWork, parts: Sequence[Dossier]) -> tuple[LinkFact, ...]:
    """The places of the requests, or all of the case where there are none."""
    found: dict[int, LinkFact] = {}
    for part in parts:
        found |= {link.number: link for link in links_of(part.items, part.name)}
    if not parts:
        found = {link.number: link for item in list_items(work) for link in links_of([item], item.platform_name)}
    return tuple(found[number] for number in sorted(found))


def _bases(parts: Sequence[Dossier]) -> tuple[BasisFact, ...]:
    """The laws with their clocks. Where several platforms are complained of, each law says whose it is."""
    found = []
    for part in parts:
        for basis in running_bases(part):
            found.append(replace(basis, name=f"{basis.name}: {part.name}") if len(parts) > 1 else basis)
    return tuple(found)


def _list_sent(part: Dossier, exhibits: Mapping[UUID, int]) -> Iterator[SentFact]:
    """The request and every reminder of it that left."""
    yield _sent(part, exhibits)
    for each in part.sent_reminders:
        letter, detail = each.letter, part.read_detail(each.event)
        text = letters.letter_text(part.work, letter.number) if letter else each.text
        yield SentFact(
            reference=f"{part.work.reference}-{letter.number}" if letter else part.work.reference,
            kind=LetterKind.REMINDER,
            recipient=part.name,
            channel=SendingChannel(each.event.facts.get("channel") or part.request.channel or SendingChannel.FORM),
            sent_at=each.event.at,
            ticket=str(detail.get("ticket") or "") or None,
            digest=letter.digest if letter else None,
            exhibit=exhibits.get(letter.id if letter else each.event.id),
            text=tuple(text.split("\n\n")) if text else (),
            sent_as=SentAs.LETTER if letter else SentAs.OTHER,
            address=str(detail.get("address") or "") or None,
        )


def _sent(part: Dossier, exhibits: Mapping[UUID, int]) -> SentFact:
    letter = part.sent_letter
    if letter is None:
        return sent_fact(part, exhibit=exhibits.get(part.sent_event.id) if part.sent_event else None)
    text = tuple(letters.letter_text(part.work, letter.number).split("\n\n"))
    return sent_fact(part, exhibit=exhibits.get(letter.id), text=text)


def _answers(parts: Sequence[Dossier], exhibits: Mapping[UUID, int]) -> tuple[AnswerFact, ...]:
    found = [each for part in parts for each in answer_facts(part, exhibits=exhibits)]
    return tuple(sorted(found, key=lambda answer: answer.at))


def _chronology(
    work: CaseWork, history: Sequence[Event], parts: Sequence[Dossier], exhibits: Mapping[UUID, int]
) -> Iterator[ChronologyRow]:
    """What happened, as it was recorded: of the requests the complaint rests on, and of the case as a whole."""
    names = {part.request.id: part.name for part in parts}
    letter_of = {part.sent_event.id: part.sent_letter for part in parts if part.sent_event and part.sent_letter}
    letter_of |= {each.event.id: each.letter for part in parts for each in part.sent_reminders if each.letter}
    for event in history:
        if event.kind not in _TOLD or (event.request_id is not None and event.request_id not in names):
            continue
        detail = read_detail(event, work.key)
        letter = letter_of.get(event.id)
        words = [names.get(event.request_id) if event.request_id else None, detail.get("ticket"), detail.get("text")]
        words += [_name_clock(event, work.ports)] if event.kind is History.CLOCK_MISSED else []
        yield ChronologyRow(
            at=event.at,
            what=_TOLD[event.kind],
            source=_SOURCES[event.actor],
            detail="\n".join(word for word in words if word) or None,
            exhibit=exhibits.get(letter.id if letter else event.id),
        )


def _name_clock(event: Event, ports: Ports) -> str:
    """Which period ran out: the law and what had to be done."""
    regime = ports.registry.regimes.get(event.facts["regime"])
    if regime is None:
        return str(event.facts["regime"])
    started_at = datetime.fromisoformat(event.facts["started_at"])
    rule = find_current_rule(regime, event.facts["rule"], started_at.date())
    return f"{regime.name}: {rule.label if rule else event.facts['rule']}"


def _asks(parts: Sequence[Dossier], *, is_threat: bool) -> tuple[ComplaintAsk, ...]:
    if is_threat:
        return ComplaintAsk.INVESTIGATE, ComplaintAsk.KEEP_INFORMED
    kinds = {part.request.kind for part in parts}
    asks = [ComplaintAsk.INVESTIGATE]
    asks += [ComplaintAsk.ORDER_ERASURE] if RequestKind.ERASURE in kinds else []
    asks += [ComplaintAsk.ORDER_REMOVAL] if RequestKind.NOTICE in kinds or not kinds else []
    return (*asks, ComplaintAsk.KEEP_INFORMED)
