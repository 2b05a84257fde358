"""The bundle for a complaint: its facts put together from the history, and the job that prints it in the background."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from portal.db import begin_reading
from portal.domain.clocks import is_rule_in_force
from portal.domain.letters.check_files import CHECK_PATH
from portal.domain.letters.facts import (
    AnswerFact,
    ComplaintFacts,
    FormFact,
    LetterHeader,
    LinkFact,
    Party,
    Recipient,
    SentFact,
)
from portal.domain.letters.kinds import ComplaintAsk
from portal.domain.letters.law_facts import BasisFact
from portal.domain.letters.phrases import FORM_POINTERS
from portal.domain.lifecycle import LetterKind, Proof, SendingChannel, SentAs
from portal.domain.notices import check_elements, list_fields_given
from portal.domain.regimes import Certainty, NoticeField, ObligedParty, Regime
from portal.domain.regulators import Regulator, RegulatorKind
from portal.models.cases import Case
from portal.models.complaints import Complaint
from portal.services.background.jobs import Finish, RunningJob, Stopped
from portal.services.clocks.agreement import RecordsDisagree, require_whole
from portal.services.clocks.derivation import place_of_complaint
from portal.services.clocks.snapshot import refresh_clocks
from portal.services.complaints import stating
from portal.services.complaints.chronology import Told, write_chronology
from portal.services.complaints.earlier import law_of, list_earlier, tell_earlier
from portal.services.complaints.enclosing import finish_papers, read_enclosures
from portal.services.complaints.exhibits import list_exhibits
from portal.services.complaints.form_rows import Matter, list_rows
from portal.services.complaints.respondents import find_party, find_respondent
from portal.services.complaints.story import with_earlier
from portal.services.history.events import read_history
from portal.services.history.valid_events import keep_valid
from portal.services.letters import letters
from portal.services.letters.drafting import answer_facts, running_bases, sent_fact
from portal.services.letters.facts import (
    content_fact,
    header_of,
    links_of,
    platform_recipient,
    regulator_recipient,
    stated_of,
    statements_of,
    zone_of,
)
from portal.services.letters.law_facts import basis_fact, is_sure, period_fact
from portal.services.letters.printing import LetterStopped, check, print_letter
from portal.services.ports import SYSTEM, Ports
from portal.services.requests.citations import Citation, find_reason
from portal.services.requests.content import NOTHING_ONLINE, Details, RequestContent
from portal.services.requests.dossier import Dossier, LaterLetter, read_case_letters, read_dossiers
from portal.services.requests.dossier_rows import list_items
from portal.services.requests.lookup import find_organisation, requests_of
from portal.services.work import CaseWork, Work

_AUTHORITIES = frozenset({ObligedParty.REGULATOR, ObligedParty.BODY})
_OBLIGED = frozenset({ObligedParty.PLATFORM, ObligedParty.CONTROLLER})
_THREATENER = "the one who makes the threat"


def make_bundle(sessions: sessionmaker[Session], job: RunningJob, now: datetime, ports: Ports) -> Finish:
    """The job: gather, check, print; the result is stored in the transaction that ends the job. Raises Stopped."""
    job.report("gathering", 0.02)
    with sessions.begin() as session:
        work, complaint = _open(Work(session=session, actor=SYSTEM, now=now, ports=ports), job, to_change=True)
        _require_whole(work)  # before anything is counted again: that would write over a bent date
        for request in requests_of(session, complaint):  # what ran out since the last sweep is part of the history
            refresh_clocks(work, work.case, request)
        number = letters.reserve_number(work)
    with sessions() as session:
        begin_reading(session)
        work, complaint = _open(Work(session=session, actor=SYSTEM, now=now, ports=ports), job)
        facts = gather(work, complaint, number=number)
        files, twins = read_enclosures(work, complaint)
        _require_whole(work)
    job.report("checking", 0.06)
    if problems := check(facts):
        raise Stopped(*(problem.text for problem in problems))
    try:
        printed = print_letter(facts, lambda stage, part: job.report(stage, 0.1 + 0.8 * part))
    except LetterStopped as stop:
        raise Stopped(*(problem.text for problem in stop.problems)) from stop
    job.report("signing", 0.92)
    printed = finish_papers(printed, files, twins, now=now, ports=ports)

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
    story = with_earlier(work, parts)
    regime = law_of(work, complaint)
    own = _contents(work, complaint, parts, regime)
    is_threat = _is_threat(regime, own, parts)
    citation = _cite(regime, own, parts, now=work.now, ports=work.ports)
    competence = _competence(work, citation, own, complaint)
    earlier = list_earlier(work, complaint, story)
    files = list_exhibits(work, story, earlier)
    exhibits = {file.of: file.exhibit.number for file in files}
    history = read_history(work.session, work.case.id)
    regulator = work.ports.registry.regulators.get(complaint.regulator)
    respondent = find_respondent(work, complaint, parts)
    party = Party(name=_THREATENER) if is_threat else find_party(work, respondent, regulator)
    # A record's own sentences speak of what is online.
    said = regulator.asks_under(complaint.regime) if regulator and not is_threat else ()
    links = _links(work, parts, respondent)
    matter = Matter(party, tuple(link.url for link in links if link.url), was_asked=bool(parts))
    bases = _bases(parts, citation.regime, complaint, work.ports)
    return ComplaintFacts(
        frame=_frame(work, complaint, own, citation, parts, number=number),
        content=content_fact(own),
        party=party,
        competence=competence,
        links=links,
        bases=bases or (competence,),
        notices=tuple(_sent(work, story, exhibits)),
        answers=_answers(story, exhibits),
        chronology=tuple(write_chronology(work, history, Told(story, exhibits, bases, earlier), is_threat=is_threat)),
        exhibits=tuple(file.exhibit for file in files),
        asks=_asks(citation.regime, regulator, is_threat=is_threat),
        authority_asks=tuple(each.text for each in said if each.is_ask),
        authority_limits=tuple(each.text for each in said if not each.is_ask),
        statements=statements_of(own, ()),
        stated=stated_of(own, (), now=work.now, zone=zone_of(work)),
        wish=str(work.read_sealed(complaint).get("wish", "")).strip() or None,
        history_digest=history[-1].digest.hex() if history else None,
        is_threat=is_threat,
        found_on=None if is_threat else work.report.found_on,  # nothing was found of what is not there yet
        how_found=None if is_threat else work.report.how_found.strip() or None,
        check_url=f"{work.ports.config.base_url}{CHECK_PATH}",
        form=tuple(_form(work, complaint, own, matter)),
        earlier=tell_earlier(work, earlier, keep_valid(history), exhibits),
    )


def _form(work: CaseWork, complaint: Complaint, own: RequestContent, matter: Matter) -> Iterator[FormFact]:
    """The authority's own form; what the complaint prints already is named by its place."""
    body = work.ports.registry.regulators.get(complaint.regulator)
    printed = {NoticeField.LOCATION, NoticeField.PLATFORM_STEP, NoticeField.RECIPIENT}
    printed |= {NoticeField.EXPLANATION} if own.view.explanation else set()
    for row in list_rows(work, body, complaint.regime, matter) if body else ():
        fills = row.field.fills
        is_printed = row.value and fills is not None and fills in printed
        yield FormFact(label=row.field.label, value=FORM_POINTERS[fills] if is_printed and fills else row.value)


def _is_threat(regime: Regime, own: RequestContent, parts: Sequence[Dossier]) -> bool:
    """Whether nothing is online yet, and the law takes a report of that: then no place has to be named."""
    return regime.without_place is Certainty.YES and own.report.is_threat and not parts and not own.places


def _open(work: Work, job: RunningJob, *, to_change: bool = False) -> tuple[CaseWork, Complaint]:
    """Raises Stopped when the case was erased meanwhile."""
    case = work.session.get(Case, job.case_id, with_for_update=to_change or None)
    complaint = work.session.get(Complaint, job.subject_id)
    if case is None or complaint is None:
        raise Stopped("The case is not there any more.")
    return work.on(case, job.key), complaint


def _contents(work: CaseWork, complaint: Complaint, parts: Sequence[Dossier], regime: Regime) -> RequestContent:
    """What the complaint itself says: the report, with what was given for its requests and what was stated."""
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
        statement=stating.find_own(work, complaint),
        earlier=stating.find_common(parts, regime),
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
        return regulator_recipient(regulator, complaint.regime)
    return platform_recipient(work.read_sealed(complaint)["name"], None, (), SendingChannel.FORM)


def _links(work: CaseWork, parts: Sequence[Dossier], respondent: str) -> tuple[LinkFact, ...]:
    """The places of the requests; where there are none, all of the case on that platform."""
    found: dict[int, LinkFact] = {}
    for part in parts:
        found |= {link.number: link for link in links_of(part.items, part.name)}
    if not parts:
        known = work.ports.registry.platforms.get(respondent)
        items = [item for item in list_items(work) if not respondent or item.row.platform == respondent]
        for item in items:
            name = known.name if known else item.platform_name
            found |= {link.number: link for link in links_of([item], name)}
    return tuple(found[number] for number in sorted(found))


def _bases(parts: Sequence[Dossier], own: Regime, complaint: Complaint, ports: Ports) -> tuple[BasisFact, ...]:
    """The laws of the letters that this authority applies: those that lead to it, each with the letter it stood in."""
    found = []
    for part in parts:
        if part.request.sent_at is None:
            continue
        for basis in running_bases(part):
            if leads_to(ports.registry.regimes.get(basis.regime_id), own, complaint.regulator):
                found.append(replace(basis, letter=sent_fact(part).reference))
    return tuple(found)


def leads_to(regime: Regime | None, complaint_law: Regime, regulator: str) -> bool:
    """Whether a law's own record names this complaint, or this body, as what follows from it."""
    if regime is None:
        return False
    laws = {complaint_law.id, *complaint_law.in_place_of}
    return regime.id in laws or any(
        escalation.regime in laws or escalation.regulator == regulator for escalation in regime.escalation
    )


def _sent(work: CaseWork, story: Sequence[Dossier], exhibits: Mapping[UUID, int]) -> Iterator[SentFact]:
    """Every letter that left, each first one before those that came after it; its text is an exhibit and is not written
    here once more. What was given to the police is no letter to anybody who owes an answer.
    """
    for part in story:
        if part.request.sent_at is None:
            continue
        of = part.sent_letter or part.sent_event
        yield sent_fact(part, exhibit=exhibits.get(of.id) if of else None)
        for later in part.sent_later:
            yield _later_fact(work, later, exhibits, part.request.channel)
    for later in () if story else read_case_letters(work):
        if later.kind is not LetterKind.POLICE:
            yield _later_fact(work, later, exhibits, None)


def _later_fact(
    work: CaseWork, later: LaterLetter, exhibits: Mapping[UUID, int], channel: SendingChannel | None
) -> SentFact:
    letter, event, detail = later.letter, later.event, later.detail
    return SentFact(
        reference=f"{work.reference}-{letter.number}" if letter else work.reference,
        kind=later.kind,
        recipient=later.recipient,
        channel=SendingChannel(event.facts.get("channel") or channel or SendingChannel.FORM),
        sent_at=event.at,
        ticket=str(detail.get("ticket") or "") or None,
        digest=letter.digest if letter else None,
        exhibit=exhibits.get(letter.id if letter else event.id),
        text=() if letter else tuple(later.text.splitlines()),
        sent_as=SentAs.LETTER if letter else SentAs.OTHER,
        address=str(detail.get("address") or "") or None,
        proof=later.proof if later.proof is not Proof.NONE else None,
    )


def _answers(parts: Sequence[Dossier], exhibits: Mapping[UUID, int]) -> tuple[AnswerFact, ...]:
    found = [each for part in parts for each in answer_facts(part, exhibits=exhibits)]
    return tuple(sorted(found, key=lambda answer: answer.at))


# What each kind of body is asked where its record has no sentences of its own. Nobody is asked for what it cannot do:
# a supervisor of services does not decide on one picture.
_ASKED_OF: Mapping[RegulatorKind, tuple[ComplaintAsk, ...]] = {
    RegulatorKind.DATA_PROTECTION: (ComplaintAsk.INVESTIGATE, ComplaintAsk.ORDER_ERASURE, ComplaintAsk.KEEP_INFORMED),
    RegulatorKind.ONLINE_SAFETY: (ComplaintAsk.ASSESS, ComplaintAsk.FORWARD, ComplaintAsk.KEEP_INFORMED),
    RegulatorKind.APPROVED_AGENCY: (ComplaintAsk.INVESTIGATE, ComplaintAsk.KEEP_INFORMED),
    RegulatorKind.TRIBUNAL: (ComplaintAsk.DECIDE,),
    RegulatorKind.HOTLINE: (ComplaintAsk.ACT, ComplaintAsk.KEEP_INFORMED),
}
_ASKED_OF_THREAT = (ComplaintAsk.INVESTIGATE, ComplaintAsk.KEEP_INFORMED)


def _asks(regime: Regime, regulator: Regulator | None, *, is_threat: bool) -> tuple[ComplaintAsk, ...]:
    if is_threat:
        return _ASKED_OF_THREAT
    if regulator is not None:
        return _ASKED_OF[regulator.kind]
    own = any(rule.owed_by in _OBLIGED for rule in regime.rules)
    return (ComplaintAsk.DECIDE_AGAIN if own else ComplaintAsk.DECIDE,)
