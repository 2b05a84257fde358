"""A whole case as its page shows it: the team's own notes and hidden events only to staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select

from portal.domain.clocks import find_current_rule
from portal.domain.lifecycle import ActorKind, Answer, CloseReason, History
from portal.models.accounts import Team
from portal.models.cases import Case, Consent
from portal.models.events import Event
from portal.models.partners import PartnerKey
from portal.services.casefile.views import CaseView, ConsentView, HistoryRow
from portal.services.cases.messages import message_views, note_views, staff_names
from portal.services.cases.opening import seen_by
from portal.services.clocks.agreement import list_bent
from portal.services.complaints.options import list_options
from portal.services.complaints.reading import complaint_views
from portal.services.history.events import read_detail, read_history
from portal.services.history.valid_events import list_wrong
from portal.services.letters.kept_letters import letter_views
from portal.services.letters.naming import NamedLetter, name_letters
from portal.services.requests.escalation import read_escalated
from portal.services.requests.lookup import list_complaints, list_requests
from portal.services.tracking.request_page import item_views, request_views
from portal.services.work import CaseWork

SENTENCES: Mapping[History, str] = MappingProxyType(
    {
        History.SUBMITTED: "The report was saved.",
        History.ITEMS_ADDED: "Links were added.",
        History.ITEM_GONE: "A link was marked as gone.",
        History.ITEM_BACK: "A link was marked as back again.",
        History.REQUEST_PREPARED: "A request was prepared.",
        History.STATED: "The statements of a letter were made.",
        History.LETTER_MADE: "A letter was made.",
        History.LETTER_DISCARDED: "A letter was put aside. It was not sent.",
        History.TICKET_GIVEN: "The platform’s number for the letter was saved, or that there is none.",
        History.SENT: "The request was sent.",
        History.RECEIPT_CONFIRMED: "They got the letter.",
        History.ANSWERED: "An answer came.",
        History.INFORMATION_SENT: "What they asked for was sent.",
        History.REMINDED: "A reminder was sent.",
        History.LETTER_SENT: "A further letter was sent.",
        History.REQUEST_CLOSED: "The request was closed.",
        History.CLOCK_MISSED: "A deadline passed without an answer.",
        History.CORRECTED: "Something was corrected.",
        History.LAW_APPLIED: "A law, a holiday or a time zone changed, so some dates are new.",
        History.COMPLAINT_PREPARED: "A complaint was prepared.",
        History.COMPLAINT_LODGED: "The complaint was sent.",
        History.COMPLAINT_ANSWERED: "The authority answered.",
        History.HANDED_TO_TEAM: "The case was given to a team.",
        History.TAKEN_BACK: "The case was taken back from the team.",
        History.ASSIGNED: "The case was given to a member of the team.",
        History.OPENED: "A member of the team opened the report.",
        History.CONSENT_GIVEN: "Sharing was allowed.",
        History.CONSENT_WITHDRAWN: "Sharing was stopped.",
        History.MESSAGE: "A message was written.",
        History.NOTE: "A note was written.",
        History.MAIL_CAME: "A mail came in for a request.",
        History.RETURN_DOUBTED: "A report said that a letter came back. It was held for wrong.",
        History.LINK_ANSWERED: "They answered over the link in the letter.",
        History.DOCUMENT_ADDED: "A file was added.",
        History.DOCUMENT_REMOVED: "A file was removed.",
        History.FINGERPRINTS_KEPT: "Fingerprints of files were kept.",
        History.FINGERPRINTS_CHOSEN: "The letters that name the fingerprints were chosen.",
        History.FINGERPRINTS_REMOVED: "The fingerprints were removed.",
        History.CLOSED: "The case was closed.",
        History.REOPENED: "The case was opened again.",
        History.FOLLOW_UP_SET: "A follow-up date was set.",
        History.FOLLOW_UP_MOVED: "A follow-up was moved to another day or given to another member.",
        History.LINKS_LOOKED_AT: "The team had the portal check whether links still answer.",
        History.FOLLOW_UP_DONE: "A follow-up was done.",
        History.AGE_TOLD: "The person’s age was saved for the figures, or taken back.",
        History.RISK_SET: "What the team has to know first was set.",
        History.CONSENT_TOLD: "On the phone, the team read out what it does with the report. The caller agreed.",
        History.FIRST_WORDS_MADE: "The first six words were made by the team, to be read out or printed.",
        History.WORDS_REPEATED: "The person said some of the six words back on the phone.",
        History.PROOF_SAID: "What was kept as proof was saved.",
        History.EXPORTED: "A copy of the case or of its papers was saved.",
        History.WORDS_ADDED: "A second set of words was made.",
        History.WORDS_STOPPED: "A set of words was stopped.",
        History.CHECK_SET: "The check for new words was set.",
        History.CHECK_REMOVED: "The check for new words was removed.",
        History.CHECK_FAILED: "Someone asked the team for new words and gave a wrong answer.",
        History.WORDS_ASKED: "Someone asked the team for new words and gave the right answer.",
        History.WORDS_GIVEN_OUT: "New words were given out. The old ones stopped.",
        History.WORDS_CANCELLED: "New words were not given out after all.",
        History.CONTACT_SET: "An e-mail address was given.",
        History.CONTACT_CONFIRMED: "The e-mail address was confirmed.",
        History.CONTACT_REMOVED: "The e-mail address was removed.",
        History.RETURN_CHOSEN: "Links by e-mail were switched on or off.",
        History.OPENED_BY_LINK: "The case was opened by a link from an e-mail.",
        History.SAFE_CONTACT_SET: "Safe hours or reminders were changed.",
        History.FEED_MADE: "A secret address for a calendar was made.",
        History.FEED_ENDED: "The secret address for a calendar was ended.",
        History.SESSIONS_ENDED: "The case was closed in other browsers.",
        History.RETENTION_WARNED: "An e-mail said that the case will be deleted.",
        History.KEPT: "The case is kept for longer.",
        History.HOLD_ASKED: "A member of the team asked that the case is not deleted by itself.",
        History.HOLD_CONFIRMED: "A second member agreed: the case is not deleted by itself for now.",
        History.HOLD_ENDED: "The case can be deleted by itself again.",
        History.MANDATE_RENEWED: "The right to act for someone was renewed.",
        History.TEAM_MANDATE_GIVEN: "The team was given a written mandate to state things for the person.",
        History.TEAM_MANDATE_ENDED: "The team’s written mandate was ended.",
        History.NAME_CHOSEN: "It was chosen whether they may pass the name on.",
        History.REVIEWED: "A lawyer of the team looked at it.",
        History.OFFICER_LINK_MADE: "A link was made by which an officer of the authority can take the papers once.",
        History.OFFICER_LINK_USED: "An officer of the authority took the papers.",
        History.OFFICER_LINK_ENDED: "The link for the officer was taken back.",
        History.APPROVAL_ASKED: "A second look was asked for.",
        History.APPROVAL_GIVEN: "A second member agreed.",
        History.APPROVAL_DECLINED: "A second member did not agree.",
        History.APPROVAL_WITHDRAWN: "A second look was taken back or hidden.",
        History.APPROVAL_PASSED_OVER: "A supervisor wrote down that it was done without a second member.",
        History.HANDED_OVER: "A member handed the case to a colleague.",
        History.TAKEN_OVER: "The colleague took the case over.",
        History.GIVEN_BACK: "The colleague gave the case back.",
        History.HANDOVER_ASKED: "The team asked to hand the case on.",
        History.HANDOVER_AGREED: "The answer to handing the case on was yes.",
        History.HANDOVER_REFUSED: "The answer to handing the case on was no.",
        History.HANDOVER_WITHDRAWN: "The case is not handed on after all.",
        History.HANDOVER_ACCEPTED: "The other team took the case over.",
        History.HANDOVER_DECLINED: "The other team did not take the case over.",
        History.REFERRAL_AGREED: "It was agreed that others who help may be told something.",
        History.REFERRAL_TOLD: "Others who help were told what was agreed.",
        History.REFERRAL_ENDED: "It was saved what came of asking others for help.",
        History.TAKEN_IN: "The case came from another team.",
        History.HANDOVER_RETURNED: "The case went back to the first team.",
        History.CASES_LINKED: "The case was linked with another case of the team.",
        History.CASES_UNLINKED: "The link with another case of the team was ended.",
        History.CASES_MERGED: "The case was put together with another case of the same person.",
        History.CASES_PARTED: "The case was parted again from another one.",
        History.POSTER_NAMED: "The name of an account that posted was saved.",
        History.POSTER_DROPPED: "The name of an account that posted was removed.",
        History.TAGS_CHANGED: "The tags of the case were changed.",
        History.ERASED: "The case was erased.",
    }
)
ANSWERED: Mapping[Answer, str] = MappingProxyType(
    {
        Answer.ACKNOWLEDGED: "They confirmed that they got it.",
        Answer.MORE_ASKED: "They asked for more.",
        Answer.IDENTITY_ASKED: "They asked for ID.",
        Answer.UPDATE: "They gave an update.",
        Answer.EXTENDED: "They said they need more time.",
        Answer.REMOVED: "They said they took it down.",
        Answer.PARTLY: "They took some of it down.",
        Answer.REFUSED: "They said no.",
        Answer.GEO_BLOCKED: "They hid it in some countries only.",
        Answer.NOT_FOUND: "They said they can’t find it.",
        Answer.NOT_VIOLATION: "They said it doesn’t break their rules.",
        Answer.NO_REASON: "They closed it without a reason.",
        Answer.LOGIN_ASKED: "They asked for a sign-in first.",
        Answer.PASSED_ON: "They told the person who posted it.",
        Answer.WRONG_PLACE: "They named another address.",
        Answer.COUNTER_NOTICE: "The person who posted it objected.",
        Answer.LEGAL_THREAT: "They threatened legal steps.",
        Answer.AUTO_REPLY: "An automatic reply came.",
    }
)

CLOSED_BECAUSE: Mapping[CloseReason, str] = MappingProxyType(
    {
        CloseReason.REMOVED: "The content is gone.",
        CloseReason.WISHED: "The person asked for it.",
        CloseReason.NO_CONTACT: "The person could not be reached.",
        CloseReason.NOTHING_LEFT: "Nothing more could be done.",
        CloseReason.HANDED_ON: "Others go on with it.",
        CloseReason.TWICE: "It was there twice.",
        CloseReason.MISTAKE: "It was made by mistake.",
    }
)

# What was corrected, by the fact that was wrong.
CORRECTED: Mapping[object, str] = MappingProxyType(
    {
        "sent": "The time of sending was corrected.",
        "received": "The time they got the letter was corrected.",
        "reminded": "A reminder was corrected.",
        "given": "What was sent back to them was corrected.",
        "answer": "An answer was corrected.",
        "gone": "A link is not gone after all.",
        "back": "A link is not back after all.",
        "ticket": "Their number was corrected.",
        "closed": "A letter that was closed is open again.",
        "lodged": "The time a complaint was sent was corrected.",
        "complaint_answer": "The answer of an authority was corrected.",
    }
)
CAME_BACK = "The letter was sent and came back. It did not arrive, so no deadline began."


def case_view(work: CaseWork) -> CaseView:
    """Everything of one case, as plain values. Opens every sealed row of the case once."""
    case = work.case
    is_staff = work.actor.kind is ActorKind.STAFF
    team = work.session.get(Team, case.team_id) if case.team_id else None
    escalated = read_escalated(work)
    view = CaseView(
        reference=case.reference,
        status=case.status,
        path=case.path,
        handler=case.handler,
        team_name=team.name if team else None,
        assignee=staff_names(work.session, [case.assignee_id]).get(case.assignee_id) if case.assignee_id else None,
        version=case.version,
        language=case.language,
        country=case.country,
        report=work.report,
        submitted_at=case.submitted_at,
        next_due_at=case.next_due_at,
        next_due_estimated=case.next_due_estimated,
        items=item_views(work),
        requests=request_views(work, escalated),
        complaints=complaint_views(work),
        options=list_options(work, escalated),
        letters=letter_views(work),
        history=history_rows(work),
        messages=message_views(work),
        notes=note_views(work) if is_staff else (),
        consents=list_consents(work),
        retention_until=case.retention_until,
        unfit=(),
    )
    # Only now, when every row has been read that is shown.
    return replace(view, unfit=tuple(str(each) for each in list_bent(work)))


def history_rows(work: CaseWork) -> tuple[HistoryRow, ...]:
    """The case's history in its order, as `describe_events` tells it."""
    return describe_events(work, list_events(work))


def list_events(work: CaseWork) -> list[Event]:
    """The events of the case in their order, without those that the person must not see."""
    is_staff = work.actor.kind is ActorKind.STAFF
    return [event for event in read_history(work.session, work.case.id) if is_staff or event.is_visible]


def describe_events(work: CaseWork, events: Sequence[Event]) -> tuple[HistoryRow, ...]:
    """Each event as a sentence with what was written down with it. Only these are opened."""
    requests, filed = list_requests(work), list_complaints(work)
    details = {event.sequence: read_detail(event, work.key) for event in events}
    numbers = {event.sequence: number for event in events if (number := _letter_of(event, details[event.sequence]))}
    known = _Known(
        others=_name_others(work, events),
        partners=_name_partners(work, events),
        names=staff_names(work.session, (event.staff_id for event in events)),
        requests={row.id: row.number for row in requests},
        complaints={row.id: row.number for row in filed},
        wrong=_list_corrected(work),
        letters=name_letters(work, requests, filed, set(numbers.values())) if numbers else {},
    )
    return tuple(
        _row(work, event, details[event.sequence], known, known.letters.get(numbers.get(event.sequence, 0)))
        for event in events
    )


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What the rows of a history are described with: names of members, numbers by id, and letters by number."""

    names: Mapping[UUID | None, str]
    requests: Mapping[UUID, int]
    complaints: Mapping[UUID, int]
    wrong: frozenset[int]
    letters: Mapping[int, NamedLetter]
    others: Mapping[str, str]  # references of other cases that the member sees, by id
    partners: Mapping[str, str]  # names of partners, by the id of their key


_OF_CASES = frozenset({History.CASES_LINKED, History.CASES_UNLINKED, History.CASES_MERGED, History.CASES_PARTED})
_OF_LETTERS = frozenset(
    {History.LETTER_MADE, History.LETTER_DISCARDED, History.SENT, History.REMINDED, History.LETTER_SENT}
)


def _name_others(work: CaseWork, events: Sequence[Event]) -> Mapping[str, str]:
    """The other cases of links, where the same team has them and the member sees them; none for the person."""
    ids = {UUID(str(event.facts["other"])) for event in events if event.kind in _OF_CASES}
    if not ids or work.actor.kind is not ActorKind.STAFF or work.case.team_id is None:
        return {}
    query = select(Case.id, Case.reference).where(Case.id.in_(ids), Case.team_id == work.case.team_id)
    return {str(case_id): reference for case_id, reference in work.session.execute(query.where(seen_by(work.actor)))}


def _partner_of(event: Event) -> str:
    return str(event.facts.get("partner") or "")


def _name_partners(work: CaseWork, events: Sequence[Event]) -> Mapping[str, str]:
    """The partners that did some of these."""
    ids = {UUID(found) for event in events if (found := _partner_of(event))}
    if not ids:
        return {}
    query = select(PartnerKey.id, PartnerKey.name).where(PartnerKey.id.in_(ids))
    return {str(key_id): name for key_id, name in work.session.execute(query)}


def _letter_of(event: Event, detail: Mapping[str, object]) -> int | None:
    """The number of the letter that an event is about; None where it is about none."""
    if event.kind not in _OF_LETTERS:
        return None
    number = event.facts.get("letter") or detail.get("letter")
    return number if isinstance(number, int) else None


def _name_law(work: CaseWork, event: Event) -> str:
    """The law and the duty of a deadline that passed."""
    if event.kind is not History.CLOCK_MISSED:
        return ""
    regime = work.ports.registry.regimes.get(event.facts["regime"])
    if regime is None:
        return str(event.facts["regime"])
    started_at = datetime.fromisoformat(event.facts["started_at"])
    rule = find_current_rule(regime, event.facts["rule"], started_at.date())
    return f"{regime.name}: {rule.label}" if rule else regime.name


def tell_event(work: CaseWork, event: Event) -> str:
    """One event as a sentence with what was written down with it."""
    detail = read_detail(event, work.key)
    return " ".join(filter(None, (_sentence(event, detail), *_words(detail))))


def _list_corrected(work: CaseWork) -> frozenset[int]:
    """The entries that hold no more, because they were corrected."""
    query = select(Event).where(Event.case_id == work.case.id, Event.kind == History.CORRECTED)
    return list_wrong(work.session.scalars(query))


def _row(
    work: CaseWork, event: Event, detail: Mapping[str, object], known: _Known, letter: NamedLetter | None
) -> HistoryRow:
    ticket, words = _words(detail)
    other = known.others.get(str(event.facts.get("other")), "")
    return HistoryRow(
        sequence=event.sequence,
        at=event.at,
        recorded_at=event.recorded_at,
        kind=event.kind,
        answer=_answer(event),
        sentence=_sentence(event, detail),
        ticket=ticket,
        words=f"{other} {words}".strip(),
        is_corrected=event.sequence in known.wrong,
        actor=event.actor,
        actor_name=known.names.get(event.staff_id, "") or known.partners.get(_partner_of(event), ""),
        is_visible=event.is_visible,
        request_number=known.requests.get(event.request_id) if event.request_id else None,
        complaint_number=known.complaints.get(event.complaint_id) if event.complaint_id else None,
        law=_name_law(work, event),
        letter=letter,
        document=file if isinstance(file := detail.get("document"), int) else None,
    )


def _answer(event: Event) -> Answer | None:
    answer = event.facts.get("answer") if event.kind is History.ANSWERED else None
    return Answer(answer) if answer else None


# What is told otherwise where a partner's system did it.
_BY_PARTNER: Mapping[History, str] = MappingProxyType(
    {
        History.CONSENT_TOLD: "The other organisation told what happens with the report. The answer was yes.",
        History.FIRST_WORDS_MADE: "The six words were made, and given out by the other organisation.",
        History.OPENED: "The other organisation looked how far the case is.",
        History.EXPORTED: "The other team took a letter.",
    }
)
# How a report came that its person did not hand in, by what its event says.
CAME_BY: Mapping[str, str] = MappingProxyType(
    {
        "phone": "The report was told on the phone, and the team typed it.",
        "import": "The report came with a table of cases that the team imported.",
        "partner": "The report was told to another organisation, and came from there.",
    }
)


def _sentence(event: Event, detail: Mapping[str, object]) -> str:
    answer = _answer(event)
    text = ANSWERED[answer] if answer else SENTENCES[event.kind]
    if event.kind in {History.CLOSED, History.REQUEST_CLOSED} and event.facts.get("reason"):
        text = f"{text} {CLOSED_BECAUSE[CloseReason(event.facts['reason'])]}"
    if event.actor is ActorKind.PARTNER:
        text = _BY_PARTNER.get(event.kind, text)
    if event.kind is History.SUBMITTED and detail.get("by"):
        text = CAME_BY[str(detail["by"])]
    if event.kind is History.CORRECTED:
        text = CAME_BACK if event.facts.get("came_back") else CORRECTED.get(event.facts.get("fact"), text)
    return text


def _words(detail: Mapping[str, object]) -> tuple[str, str]:
    """The number that was given, and what was written down."""
    words = " ".join(str(detail[name]) for name in ("text", "reason") if detail.get(name))
    return str(detail.get("ticket") or ""), words


def list_consents(work: CaseWork) -> tuple[ConsentView, ...]:
    """Whom the person allowed what they told us to be shared with, and until when."""
    rows = work.session.scalars(select(Consent).where(Consent.case_id == work.case.id).order_by(Consent.recipient))
    return tuple(
        ConsentView(recipient=row.recipient, given_at=row.given_at, withdrawn_at=row.withdrawn_at) for row in rows
    )
