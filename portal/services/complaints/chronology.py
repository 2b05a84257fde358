"""The chronology of a complaint: what happened with one organisation, as it was recorded, and how it is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from portal.domain.clocks import find_current_rule
from portal.domain.letters.clock_sheets import is_shown
from portal.domain.letters.facts import ChronologyRow
from portal.domain.letters.law_facts import BasisFact, ClockFact
from portal.domain.lifecycle import ActorKind, Answer, History, LetterKind
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.models.letters import Letter
from portal.services.clocks.case_events import ComplaintAnswer
from portal.services.complaints.earlier import ANSWERED as COMPLAINT_ANSWERED
from portal.services.complaints.earlier import name_complaint
from portal.services.complaints.exhibits import describe_later, describe_letter
from portal.services.history.events import read_detail
from portal.services.history.valid_events import INSTEAD, keep_valid
from portal.services.letters.facts import zone_of
from portal.services.ports import Ports
from portal.services.requests.dossier import Dossier, read_case_letters
from portal.services.work import CaseWork

# The letter's own sentences: keys of its catalogue, so nothing is filled into them.
_TOLD: Mapping[History, str] = {
    History.SUBMITTED: "The person made a report about the content.",
    History.SENT: "A letter was sent.",
    History.RECEIPT_CONFIRMED: "The receipt of a letter was recorded.",
    History.ANSWERED: "An answer was received.",  # said by its meaning, see `_ANSWERED`
    History.INFORMATION_SENT: "What the recipient asked for was sent.",
    History.REMINDED: "A reminder was sent.",
    History.LETTER_SENT: "A further letter was sent.",  # said by its kind, see `_SENT`
    History.CLOCK_MISSED: "A period ran out.",
    History.LAW_APPLIED: "Dates were counted again after a record of laws, holidays or time zones had changed.",
    History.ITEM_GONE: "The content was found to be gone from a place.",
    History.ITEM_BACK: "The content was found to be back at a place.",
    History.REQUEST_CLOSED: "A request was taken back.",
    History.STATED: "The statements above the signature of a letter were made.",
    History.PROOF_SAID: "What was kept of the content before its removal was asked for was written down.",
    History.TICKET_GIVEN: "The recipient's number for a letter was written down.",
    History.CORRECTED: "An entry was corrected.",  # said by what was wrong, see `_CORRECTED`
    History.COMPLAINT_LODGED: "A complaint was made.",
    History.COMPLAINT_ANSWERED: "A complaint was answered.",  # said by its meaning
}
_CORRECTED: Mapping[str, str] = {
    "sent": "When a letter was sent had been recorded wrongly. It was corrected.",
    "received": "When a letter arrived had been recorded wrongly. It was corrected.",
    "reminded": "A reminder had been recorded wrongly. It was corrected.",
    "given": "What was sent back had been recorded wrongly. It was corrected.",
    "answer": "An answer had been recorded wrongly. It was corrected.",
    "gone": "That the content was gone from a place had been recorded wrongly. It was corrected.",
    "back": "That the content was back at a place had been recorded wrongly. It was corrected.",
}
_CAME_BACK = "A letter was sent by e-mail and came back: a mail server reported that it was not delivered."
_ANSWERED: Mapping[Answer, str] = {
    Answer.ACKNOWLEDGED: "The organisation acknowledged receipt.",
    Answer.MORE_ASKED: "The organisation asked for more information.",
    Answer.IDENTITY_ASKED: "The organisation asked for proof of identity.",
    Answer.UPDATE: "The organisation told how the matter stands.",
    Answer.EXTENDED: "The organisation took more time.",
    Answer.REMOVED: "The organisation said that it had removed the content.",
    Answer.PARTLY: "The organisation said that it had removed part of the content.",
    Answer.REFUSED: "The organisation refused.",
    Answer.GEO_BLOCKED: "The organisation blocked the content in some countries only.",
    Answer.NOT_FOUND: "The organisation said that it did not find the content.",
    Answer.NOT_VIOLATION: "The organisation refused: it saw no violation of its rules.",
    Answer.NO_REASON: "The organisation closed the matter without giving a reason.",
    Answer.LOGIN_ASKED: "The organisation asked for a sign-in first.",
    Answer.PASSED_ON: "The organisation passed the notice on to the one who posted the content.",
    Answer.WRONG_PLACE: "The organisation named another address or organisation.",
    Answer.COUNTER_NOTICE: "The organisation told of a counter-notice.",
    Answer.LEGAL_THREAT: "The organisation announced legal steps against the sender.",
    Answer.AUTO_REPLY: "An automatic reply came that does not answer the notice.",
}
_SENT: Mapping[LetterKind, str] = {
    LetterKind.FOLLOW_UP: "A further letter was sent.",
    LetterKind.SUPPLIER: "A letter to a company behind the site was sent.",
    LetterKind.PRESERVATION: "A request to keep evidence was sent.",
    LetterKind.POLICE: "A sheet was given to the police.",
}
_COMPLAINT_ARRIVED = "The receipt of a complaint was recorded."
_NO_TICKET = "It was written down that the recipient gave no number for a letter."
_STATED_THERE = "The request was sent in other words or by their form. Statements were made in it."
_IN_OTHER_WORDS: Mapping[History, str] = {
    History.SENT: "The request was sent in other words or by their form.",
    History.REMINDED: "A reminder was sent in other words or by their form.",
}
_LATER_SOURCES: Mapping[ActorKind, str] = {
    ActorKind.PERSON: "recorded by the person, after a correction",
    ActorKind.STAFF: "recorded by the helpline, after a correction",
    ActorKind.SYSTEM: "counted by the portal",
    ActorKind.PARTNER: "recorded by a partner of the helpline, after a correction",
    ActorKind.PLATFORM: "said by the recipient over the link in the letter, after a correction",
}
_SOURCES: Mapping[ActorKind, str] = {
    ActorKind.PERSON: "recorded by the person",
    ActorKind.STAFF: "recorded by the helpline",
    ActorKind.SYSTEM: "counted by the portal",
    ActorKind.PARTNER: "recorded by a partner of the helpline",
    ActorKind.PLATFORM: "said by the recipient over the link in the letter",
}


@dataclass(frozen=True, eq=False, repr=False)
class Told:
    """What the papers of a complaint tell of."""

    story: Sequence[Dossier]
    exhibits: Mapping[UUID, int]
    bases: Sequence[BasisFact]
    earlier: Sequence[Complaint] = ()  # the complaints that had to come before


def write_chronology(
    work: CaseWork, history: Sequence[Event], told: Told, *, is_threat: bool = False
) -> Iterator[ChronologyRow]:
    """What happened, as it was recorded: of the requests to this organisation, and of the case as a whole."""
    story, exhibits, bases = told.story, told.exhibits, told.bases
    found_on = None if is_threat else work.report.found_on
    if found_on:
        at = datetime.combine(found_on, time(12), zone_of(work))
        yield ChronologyRow(at=at, what="The content was found.", source=_SOURCES[ActorKind.PERSON], is_day=True)
    papers = {part.request.id: part.sent_letter for part in story}
    later = {each.event.id: each for part in story for each in part.sent_later}
    later |= {each.event.id: each for each in (() if story else read_case_letters(work))}
    for event, part, complaint in _pick(told, keep_valid(history)):
        if _is_no_part(event, part, later):
            continue
        missed = _find_sheet(event, bases) if event.kind is History.CLOCK_MISSED else None
        if event.kind is History.CLOCK_MISSED and missed is None:
            continue
        if event.kind is History.CORRECTED and event.facts.get("fact") not in _CORRECTED:
            continue  # what only followed from another, and what is no part of this story
        detail = read_detail(event, work.key)
        paper = papers.get(event.request_id) if event.kind is History.SENT and event.request_id else None
        about = [describe_letter(part, papers[part.request.id])] if part else []
        about += [name_complaint(work, complaint)] if complaint else []
        if sent := later.get(event.id):
            paper = sent.letter
            about = [describe_later(work, sent)]
        about += [_name_clock(event, work.ports)] if event.kind is History.CLOCK_MISSED else []
        about += [_name_moments(event, work)] if event.kind is History.CORRECTED else []
        yield ChronologyRow(
            at=event.at,
            what=_tell(event, has_paper=paper is not None),
            source=(_LATER_SOURCES if INSTEAD in event.facts else _SOURCES)[event.actor],
            about="\n".join(about) or None,
            zone=missed.zone if missed else None,
            detail=_words_of(event, detail, exhibits),
            exhibit=exhibits.get(_what_shows(event, paper, complaint)),
        )


def _pick(told: Told, history: Sequence[Event]) -> Iterator[tuple[Event, Dossier | None, Complaint | None]]:
    """The events that are told, each with the request or the earlier complaint it belongs to, if it belongs to one.

    What another organisation was asked, or another authority was told, is not this one's to read.
    """
    parts = {part.request.id: part for part in told.story}
    earlier = {row.id: row for row in told.earlier}
    for event in history:
        part = parts.get(event.request_id) if event.request_id else None
        complaint = earlier.get(event.complaint_id) if event.complaint_id else None
        is_strange = (event.request_id and part is None) or (event.complaint_id and complaint is None)
        if event.kind in _TOLD and not is_strange:
            yield event, part, complaint


def _is_no_part(event: Event, part: Dossier | None, later: Mapping[UUID, Any]) -> bool:
    """A letter of another story; and what was kept, where that is nothing, or was said after the request had left."""
    if event.kind is History.LETTER_SENT:
        return event.id not in later
    if event.kind is History.PROOF_SAID:
        sent_at = part.request.sent_at if part else None
        return not event.facts["kept"] or (sent_at is not None and event.at > sent_at)
    return False


def _what_shows(event: Event, paper: Letter | None, complaint: Complaint | None) -> UUID:
    """What an exhibit of this row is taken from: a letter, the papers of a complaint, or the event's own words."""
    if complaint is not None and event.kind is History.COMPLAINT_LODGED:
        return complaint.id
    return paper.id if paper else event.id


def _tell(event: Event, *, has_paper: bool) -> str:
    """The sentence of an event; an answer's says what it means, and what left without a letter is not called one."""
    if event.complaint_id is not None:
        return _tell_of_complaint(event)
    if event.kind is History.ANSWERED:
        return _ANSWERED[Answer(event.facts["answer"])]
    if event.kind is History.CORRECTED:
        return _CAME_BACK if event.facts.get("came_back") else _CORRECTED[event.facts["fact"]]
    if event.kind is History.LETTER_SENT:
        return _SENT[LetterKind(event.facts["letter_kind"])]
    if event.kind is History.TICKET_GIVEN and event.facts.get("is_none"):
        return _NO_TICKET
    if not has_paper and event.facts.get("stated"):
        return _STATED_THERE
    if not has_paper and event.kind in _IN_OTHER_WORDS:
        return _IN_OTHER_WORDS[event.kind]
    return _TOLD[event.kind]


def _tell_of_complaint(event: Event) -> str:
    if event.kind is History.COMPLAINT_ANSWERED:
        return COMPLAINT_ANSWERED[ComplaintAnswer(event.facts["meaning"])]
    return _COMPLAINT_ARRIVED if event.kind is History.RECEIPT_CONFIRMED else _TOLD[event.kind]


def _words_of(event: Event, detail: Mapping[str, Any], exhibits: Mapping[UUID, int]) -> str | None:
    """Somebody's own words; those that are an exhibit are not written here once more. Of a letter that left by e-mail
    from here, by what it can be found on both sides: its Message-ID, and what the mail server said when it took it.
    """
    if detail.get("message_id"):
        return f"Message-ID: <{detail['message_id']}>\nSMTP: {detail['server_said']}"
    if event.kind is History.TICKET_GIVEN:
        return str(detail.get("ticket") or "") or None
    return None if event.id in exhibits else str(detail.get("text") or "") or None


def _find_sheet(event: Event, bases: Sequence[BasisFact]) -> ClockFact | None:
    """The clock of this miss, if the bundle explains it: no date is told without why it is that date."""
    started_at = datetime.fromisoformat(event.facts["started_at"])
    missed = (event.facts["regime"], event.facts["rule"], started_at)
    clocks = (clock for basis in bases for clock in basis.clocks if is_shown(clock))
    return next((clock for clock in clocks if (clock.regime_id, clock.rule_id, clock.started_at) == missed), None)


def _name_moments(event: Event, work: CaseWork) -> str:
    """The moment that had been recorded and the one that holds now, in figures: no language has other ones."""
    zone = zone_of(work)
    moments = [event.facts["was"], event.facts.get("now")]
    return " → ".join(f"{datetime.fromisoformat(at).astimezone(zone):%Y-%m-%d %H:%M}" if at else "–" for at in moments)


def _name_clock(event: Event, ports: Ports) -> str:
    """Which period ran out: the law and what had to be done."""
    regime = ports.registry.regimes.get(event.facts["regime"])
    if regime is None:
        return str(event.facts["regime"])
    started_at = datetime.fromisoformat(event.facts["started_at"])
    rule = find_current_rule(regime, event.facts["rule"], started_at.date())
    return f"{regime.name}: {rule.label if rule else event.facts['rule']}"
