"""The words for who and what, the states of case, link and request, and which step may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class CaseStatus(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    ERASED = "erased"


class Path(StrEnum):
    """Which of the three ways a report takes; it branches before any detail is asked."""

    REMOVAL = "removal"
    THREAT = "threat"  # nothing is online yet: no removal letter
    CHILD = "child"  # under 18 when it was made: hotlines that may act on it


class Depiction(StrEnum):
    """What the report is about."""

    REAL = "real"
    SYNTHETIC = "synthetic"  # altered or AI-made
    UNSURE = "unsure"  # intimate, the person cannot tell whether it is real
    FALSE = "false"  # another false or harmful depiction
    PRIVATE = "private"  # private facts


class Filer(StrEnum):
    SELF = "self"
    PARENT = "parent"
    REPRESENTATIVE = "representative"


class Handler(StrEnum):
    """Who sends the letters of a case."""

    PERSON = "person"
    TEAM = "team"


class ItemState(StrEnum):
    REPORTED = "reported"
    ASKED = "asked"
    ACKNOWLEDGED = "acknowledged"
    REMOVED = "removed"
    REFUSED = "refused"
    GEO_BLOCKED = "geo_blocked"
    BACK = "back"


class RequestKind(StrEnum):
    NOTICE = "notice"  # to the platform that shows it, citing every basis that applies
    ERASURE = "erasure"  # a data-protection request to the company behind it
    COPYRIGHT = "copyright"  # a notice by the one who took the picture; never mixed with another law


class RequestState(StrEnum):
    PREPARED = "prepared"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    MORE_ASKED = "more_asked"
    EXTENDED = "extended"
    PARTLY = "partly"
    REMOVED = "removed"
    REFUSED = "refused"
    GEO_BLOCKED = "geo_blocked"
    CLOSED = "closed"


class Answer(StrEnum):
    """What a platform's or controller's answer means."""

    ACKNOWLEDGED = "acknowledged"
    MORE_ASKED = "more_asked"
    IDENTITY_ASKED = "identity_asked"
    EXTENDED = "extended"
    UPDATE = "update"  # it tells how far it is
    REMOVED = "removed"
    PARTLY = "partly"
    REFUSED = "refused"
    GEO_BLOCKED = "geo_blocked"
    NOT_FOUND = "not_found"  # a refusal: they say that there is nothing at the link
    NOT_VIOLATION = "not_violation"  # a refusal by their own rules
    NO_REASON = "no_reason"  # a refusal that gives none: the matter was closed
    LOGIN_ASKED = "login_asked"  # they go on only for somebody with an account
    PASSED_ON = "passed_on"  # it was given to the one who posted it
    WRONG_PLACE = "wrong_place"  # they name another address or another company
    COUNTER_NOTICE = "counter_notice"  # the one who posted it objected
    LEGAL_THREAT = "legal_threat"  # they threaten the person with the law
    AUTO_REPLY = "auto_reply"  # out of office, a newsletter of the mailbox: no answer at all


class ComplaintState(StrEnum):
    PREPARED = "prepared"
    LODGED = "lodged"
    ANSWERED = "answered"


class SendingChannel(StrEnum):
    FORM = "form"
    EMAIL = "email"
    POST = "post"


class CloseReason(StrEnum):
    """Why a request or a case is closed by the team."""

    REMOVED = "removed"
    WISHED = "wished"  # the person asked for it
    NO_CONTACT = "no_contact"  # the person cannot be reached
    NOTHING_LEFT = "nothing_left"  # nothing more can be done
    HANDED_ON = "handed_on"  # others go on with it
    TWICE = "twice"  # it is in another case or request
    MISTAKE = "mistake"


class Proof(StrEnum):
    """By what it is known that something arrived. All but the last make a receipt proven."""

    TICKET = "ticket"  # the recipient's own number for it
    CONFIRMATION = "confirmation"  # their automatic reply or any other answer, pasted or handed in
    DELIVERY = "delivery"  # the mail server's report of delivery
    REGISTERED = "registered"  # the post's receipt
    ANSWER_LINK = "answer_link"  # said over the link in our letter, which nobody else was given
    NONE = "none"


class SentAs(StrEnum):
    """What left: the very paper that was made before, or other words, such as what was typed into a form."""

    LETTER = "letter"
    OTHER = "other"


class MandateAct(StrEnum):
    """What a person's written mandate lets their team do in their name."""

    LETTERS = "letters"  # state what stands in letters to platforms and to companies behind them
    BELIEF = "belief"  # state what the person believes in good faith
    COMPLAINTS = "complaints"  # state what stands in complaints to authorities
    MESSAGES = "messages"  # answer what they write back, in letters after the first one


class LetterKind(StrEnum):
    NOTICE = "notice"
    REMINDER = "reminder"
    ERASURE = "erasure"
    COMPLAINT = "complaint"
    COPYRIGHT = "copyright"
    FOLLOW_UP = "follow_up"  # after an answer: it is back, it was left, a refusal is not right, what was asked for
    SUPPLIER = "supplier"  # to the search engine, host, network, registrar or payment company behind a site
    PRESERVATION = "preservation"  # of a threat: to the platform of the account that threatens
    POLICE = "police"  # of a threat or a case: the sheet to take along to the police


# Letters whose sending starts no clock: those after the first one, and the papers of a threat.
LATER_LETTERS = frozenset(
    {
        LetterKind.REMINDER,
        LetterKind.FOLLOW_UP,
        LetterKind.SUPPLIER,
        LetterKind.PRESERVATION,
        LetterKind.POLICE,
    }
)
LATER_TO_OTHERS = LATER_LETTERS - {LetterKind.POLICE}  # which leave to a platform or a company; nobody sends the other


class Role(StrEnum):
    ADVOCATE = "advocate"
    SUPERVISOR = "supervisor"
    LEGAL_REVIEWER = "legal_reviewer"  # reads and comments, never sends
    AUDITOR = "auditor"  # what happened, when and by whom; never content
    OFFICER = "officer"  # of a regulator: one bundle by a link, no account
    ADMINISTRATOR = "administrator"  # staff and settings, never a case's content


class Scope(StrEnum):
    """How far a role sees."""

    OWN = "own"  # what was given to them by name
    TEAM = "team"  # every case of their teams
    ORGANISATION = "organisation"


class ActorKind(StrEnum):
    PERSON = "person"
    STAFF = "staff"
    SYSTEM = "system"
    OFFICER = "officer"
    PARTNER = "partner"  # a partner's system, by its key
    PLATFORM = "platform"  # who got a notice and answers over its link


class ReviewVerdict(StrEnum):
    """What a legal reviewer says of a letter or a complaint."""

    REVIEWED = "reviewed"
    CHANGES = "changes"  # something has to be changed first


class History(StrEnum):
    """Kinds of event in a case's history, the only record of what happened."""

    SUBMITTED = "submitted"
    ITEMS_ADDED = "items_added"
    ITEM_GONE = "item_gone"
    ITEM_BACK = "item_back"
    REQUEST_PREPARED = "request_prepared"
    STATED = "stated"  # somebody stated what a letter says above its signature
    LETTER_MADE = "letter_made"
    LETTER_DISCARDED = "letter_discarded"  # one that never left
    TICKET_GIVEN = "ticket_given"  # the recipient's number for a request, or the word that it gave none
    SENT = "sent"
    RECEIPT_CONFIRMED = "receipt_confirmed"
    ANSWERED = "answered"
    INFORMATION_SENT = "information_sent"  # what the recipient asked for has left
    REMINDED = "reminded"
    LETTER_SENT = "letter_sent"  # a letter after the first one that is no reminder, or a paper of a threat
    REQUEST_CLOSED = "request_closed"
    CLOCK_MISSED = "clock_missed"
    CORRECTED = "corrected"  # an entry was wrong; what is true instead follows it
    LAW_APPLIED = "law_applied"  # clocks were counted again by a newer record of the law, the holidays, the zones
    COMPLAINT_PREPARED = "complaint_prepared"
    COMPLAINT_LODGED = "complaint_lodged"
    COMPLAINT_ANSWERED = "complaint_answered"
    HANDED_TO_TEAM = "handed_to_team"
    TAKEN_BACK = "taken_back"
    ASSIGNED = "assigned"
    OPENED = "opened"  # a member of staff read the report
    CONSENT_GIVEN = "consent_given"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    MESSAGE = "message"
    NOTE = "note"
    DOCUMENT_ADDED = "document_added"  # an answer or a notice was handed in as a file
    DOCUMENT_REMOVED = "document_removed"
    MAIL_CAME = "mail_came"  # a mail came in for a request; nobody has read it yet
    LINK_ANSWERED = "link_answered"  # the recipient answered over the link in the letter; nobody has looked at it yet
    FINGERPRINTS_KEPT = "fingerprints_kept"  # digits that the person's device made of its own files
    FINGERPRINTS_CHOSEN = "fingerprints_chosen"  # which letters name them
    FINGERPRINTS_REMOVED = "fingerprints_removed"
    CLOSED = "closed"
    REOPENED = "reopened"
    EXPORTED = "exported"
    WORDS_ADDED = "words_added"
    WORDS_STOPPED = "words_stopped"
    CHECK_SET = "check_set"  # what the team shall ask before it gives out new words
    CHECK_REMOVED = "check_removed"
    CHECK_FAILED = "check_failed"
    WORDS_ASKED = "words_asked"  # the check was passed; a second member has to confirm
    WORDS_GIVEN_OUT = "words_given_out"
    WORDS_CANCELLED = "words_cancelled"  # before a second member gave them out
    CONTACT_SET = "contact_set"
    CONTACT_CONFIRMED = "contact_confirmed"
    CONTACT_REMOVED = "contact_removed"
    RETURN_CHOSEN = "return_chosen"  # to come back by a mailed link, or not any more
    OPENED_BY_LINK = "opened_by_link"
    SAFE_CONTACT_SET = "safe_contact_set"  # when and how it may be written to the person, and of which dates
    FEED_MADE = "feed_made"  # a secret address from which a calendar reads the dates of the case
    FEED_ENDED = "feed_ended"
    SESSIONS_ENDED = "sessions_ended"  # the case was closed in the other browsers that had it open
    RETENTION_WARNED = "retention_warned"
    KEPT = "kept"  # for another while, at the person's wish
    HOLD_ASKED = "hold_asked"
    HOLD_CONFIRMED = "hold_confirmed"
    HOLD_ENDED = "hold_ended"
    MANDATE_RENEWED = "mandate_renewed"
    TEAM_MANDATE_GIVEN = "team_mandate_given"  # the team may state what a representative may state
    TEAM_MANDATE_ENDED = "team_mandate_ended"
    NAME_CHOSEN = "name_chosen"  # whether a recipient may pass the person's name on to the one who posted it
    REVIEWED = "reviewed"  # a legal reviewer looked at a letter or a complaint
    OFFICER_LINK_MADE = "officer_link_made"
    OFFICER_LINK_USED = "officer_link_used"  # an officer has taken the bundle
    OFFICER_LINK_ENDED = "officer_link_ended"  # taken back before it was used
    RETURN_DOUBTED = "return_doubted"  # a report that a letter came back is held for wrong
    FOLLOW_UP_SET = "follow_up_set"  # a member promised to look again on a day
    FOLLOW_UP_MOVED = "follow_up_moved"  # to another day or another member
    FOLLOW_UP_DONE = "follow_up_done"
    LINKS_LOOKED_AT = "links_looked_at"  # the portal was asked to see whether they still answer
    APPROVAL_ASKED = "approval_asked"  # a step waits for a second member
    APPROVAL_GIVEN = "approval_given"
    APPROVAL_DECLINED = "approval_declined"
    APPROVAL_WITHDRAWN = "approval_withdrawn"
    APPROVAL_PASSED_OVER = "approval_passed_over"  # a supervisor: the step was taken without a second member
    AGE_TOLD = "age_told"  # how old the person was, for the figures
    RISK_SET = "risk_set"  # what the team has to know first: set, or taken back, with the reason
    CONSENT_TOLD = "consent_told"  # read out on the telephone and agreed to
    FIRST_WORDS_MADE = "first_words_made"  # for a case that was told on the telephone
    WORDS_REPEATED = "words_repeated"  # the caller said some of the six words back
    PROOF_SAID = "proof_said"  # what the person kept of what was online, before its removal was asked for
    HANDED_OVER = "handed_over"  # to a colleague of the team
    TAKEN_OVER = "taken_over"  # the colleague said that they have it
    GIVEN_BACK = "given_back"  # the colleague gave it back
    HANDOVER_ASKED = "handover_asked"  # to another team or another organisation
    HANDOVER_AGREED = "handover_agreed"  # the person said yes
    HANDOVER_REFUSED = "handover_refused"  # the person said no
    HANDOVER_WITHDRAWN = "handover_withdrawn"
    HANDOVER_ACCEPTED = "handover_accepted"
    HANDOVER_DECLINED = "handover_declined"
    REFERRAL_AGREED = "referral_agreed"  # the person agreed that others who help are told something
    REFERRAL_TOLD = "referral_told"
    REFERRAL_ENDED = "referral_ended"  # its outcome, or that the person took their yes back
    TAKEN_IN = "taken_in"  # from another portal, in a sealed file
    HANDOVER_RETURNED = "handover_returned"  # the first team has the case again
    CASES_LINKED = "cases_linked"  # another case of the team has to do with this one
    CASES_UNLINKED = "cases_unlinked"
    CASES_MERGED = "cases_merged"  # one person has both: one goes on, the other was closed
    CASES_PARTED = "cases_parted"  # they were put together by mistake
    POSTER_NAMED = "poster_named"  # the name of an account that posted was written down
    POSTER_DROPPED = "poster_dropped"
    TAGS_CHANGED = "tags_changed"  # of the team's own words for its cases
    ERASED = "erased"


class KeptProof(StrEnum):
    """What a person keeps of what is online before its removal is asked for. Never the picture."""

    LINK = "link"
    ACCOUNT = "account"
    MOMENT = "moment"
    FINGERPRINT = "fingerprint"


class RiskFlag(StrEnum):
    """What a team has to know first about a case."""

    DANGER = "danger"  # somebody is in danger now
    SUICIDE = "suicide"  # somebody may take their own life


class AgeBand(StrEnum):
    """How old the person was when it was made, as they told the team."""

    UNDER_13 = "under_13"
    FROM_13 = "from_13"  # to 15
    FROM_16 = "from_16"  # or 17
    ADULT = "adult"


class StepRefused(ValueError):
    """The step cannot follow the present state. The message says why and what can be done instead."""


# A machine's reply that says nothing about the request: it proves no receipt and changes nothing.
NO_ANSWERS = frozenset({Answer.AUTO_REPLY})
# What decides, as a law sees it; each kind of refusal does.
REFUSALS = frozenset({Answer.REFUSED, Answer.NOT_FOUND, Answer.NOT_VIOLATION, Answer.NO_REASON})
DECISIONS = frozenset({Answer.REMOVED, Answer.PARTLY, Answer.GEO_BLOCKED, *REFUSALS})

# None: the request stays as it was.
REQUEST_AFTER_ANSWER: Mapping[Answer, RequestState | None] = {
    Answer.ACKNOWLEDGED: RequestState.ACKNOWLEDGED,
    Answer.MORE_ASKED: RequestState.MORE_ASKED,
    Answer.IDENTITY_ASKED: RequestState.MORE_ASKED,
    Answer.EXTENDED: RequestState.EXTENDED,
    Answer.UPDATE: RequestState.ACKNOWLEDGED,
    Answer.REMOVED: RequestState.REMOVED,
    Answer.PARTLY: RequestState.PARTLY,
    Answer.REFUSED: RequestState.REFUSED,
    Answer.GEO_BLOCKED: RequestState.GEO_BLOCKED,
    Answer.NOT_FOUND: RequestState.REFUSED,
    Answer.NOT_VIOLATION: RequestState.REFUSED,
    Answer.NO_REASON: RequestState.REFUSED,
    Answer.LOGIN_ASKED: RequestState.MORE_ASKED,
    Answer.PASSED_ON: RequestState.ACKNOWLEDGED,
    Answer.WRONG_PLACE: None,
    Answer.COUNTER_NOTICE: None,
    Answer.LEGAL_THREAT: None,
    Answer.AUTO_REPLY: None,
}

# A partial answer says nothing about one link; an extension, an update or a question back changes none of them.
ITEM_AFTER_ANSWER: Mapping[Answer, ItemState | None] = {
    Answer.ACKNOWLEDGED: ItemState.ACKNOWLEDGED,
    Answer.MORE_ASKED: None,
    Answer.IDENTITY_ASKED: None,
    Answer.EXTENDED: None,
    Answer.UPDATE: None,
    Answer.REMOVED: ItemState.REMOVED,
    Answer.PARTLY: None,
    Answer.REFUSED: ItemState.REFUSED,
    Answer.GEO_BLOCKED: ItemState.GEO_BLOCKED,
    Answer.NOT_FOUND: ItemState.REFUSED,
    Answer.NOT_VIOLATION: ItemState.REFUSED,
    Answer.NO_REASON: ItemState.REFUSED,
    Answer.LOGIN_ASKED: None,
    Answer.PASSED_ON: None,
    Answer.WRONG_PLACE: None,
    Answer.COUNTER_NOTICE: None,
    Answer.LEGAL_THREAT: None,
    Answer.AUTO_REPLY: None,
}

# What begins something new: a clock that somebody has to watch, or papers that leave.
BEGINNINGS = frozenset(
    {
        History.REQUEST_PREPARED,
        History.SENT,
        History.COMPLAINT_PREPARED,
        History.COMPLAINT_LODGED,
        History.OFFICER_LINK_MADE,
    }
)

# What a person does that her team has to see, besides writing to it.
NEWS = frozenset(
    {
        History.ITEMS_ADDED,
        History.ITEM_BACK,
        History.ANSWERED,
        History.COMPLAINT_ANSWERED,
        History.DOCUMENT_ADDED,
        History.CONSENT_WITHDRAWN,
    }
)


def require_open(status: CaseStatus) -> None:
    """Raises StepRefused unless the case is open: what begins anew would be watched by nobody and erased unseen."""
    if status is CaseStatus.CLOSED:
        raise StepRefused("This case is closed. Open it again first.")
    require_submitted(status)


def require_submitted(status: CaseStatus) -> None:
    """Raises StepRefused for a draft, and for a case that was erased. A closed one passes."""
    if status is CaseStatus.ERASED:
        raise StepRefused("This case was erased. Nothing can be added to it.")
    if status is CaseStatus.DRAFT:
        raise StepRefused("This report is not sent yet. Send it first.")


UNSENT = frozenset({RequestState.PREPARED})
SETTLED = frozenset({RequestState.REMOVED, RequestState.CLOSED})


def require_unsent(state: RequestState) -> None:
    """Raises StepRefused when the request has already left: nothing sent ever changes."""
    if state not in UNSENT:
        raise StepRefused("This request has already been sent, so it cannot be changed or sent again.")


def require_sent(state: RequestState) -> None:
    """Raises StepRefused when the request has not left yet, or has been closed."""
    if state in UNSENT:
        raise StepRefused("This request has not been sent yet. Record when it was sent first.")
    if state is RequestState.CLOSED:
        raise StepRefused("This request is closed.")


def require_asked(state: RequestState) -> None:
    """Raises StepRefused where the recipient waits for nothing."""
    require_sent(state)
    if state is not RequestState.MORE_ASKED:
        raise StepRefused("They have not asked for anything. Write down their answer first.")


def item_state_after(answer: Answer, now: ItemState) -> ItemState:
    """A link that is gone stays gone whatever the platform says about the others."""
    after = ITEM_AFTER_ANSWER[answer]
    if after is None or (now is ItemState.REMOVED and answer is not Answer.REMOVED):
        return now
    return after
