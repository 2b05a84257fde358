"""The form of a legal regime: who must do what, by when, on whose word, and how sure we are.

Only values live here. They are loaded from `portal/reference/laws/` and never change while the portal runs.
A fact is worth nothing without its source, so every clock, element and escalation names the sources it rests on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.domain.lifecycle import Depiction


class RegimeKind(StrEnum):
    """What a regime lets the person do."""

    REMOVAL = "removal"  # a notice to the platform or host that shows the content
    ERASURE = "erasure"  # a data-protection request to a controller
    COPYRIGHT = "copyright"  # a notice from the owner of the picture; never the first choice
    DATA_RIGHT = "data_right"  # another right against a controller: access, correction, objection
    APPEAL = "appeal"  # against a platform's own decision, inside the platform or at an out-of-court body
    COMPLAINT = "complaint"  # to an authority
    COURT = "court"  # an order of a court, tribunal or prosecutor
    SUPPORT = "support"  # a service or a voluntary code: no law, so nobody owes anything under it


class Status(StrEnum):
    """Whether the regime is law today."""

    IN_FORCE = "in_force"
    NOT_IN_FORCE = "not_in_force"
    BILL = "bill"
    UNVERIFIED = "unverified"


class Confidence(StrEnum):
    """How a fact was seen. `MEMORY` facts are shown as such and never printed without a person's confirmation."""

    HIGH = "high"  # in an official text that was opened
    MEDIUM = "medium"  # in a copy that is not the publisher's, or several other sources agree
    LOW = "low"  # one other source says so, or the sources differ
    MEMORY = "memory"  # nobody saw a source


class Binding(StrEnum):
    """What kind of promise a clock is. Only `DUTY` may be worded with "must"."""

    DUTY = "duty"
    SAFE_HARBOUR = "safe_harbour"  # compliance buys immunity; nobody is obliged
    PRECONDITION = "precondition"  # must have passed before the next step opens
    LIMITATION = "limitation"  # the person's own last day
    TARGET = "target"  # an authority's own aim, not law
    FOLLOW_UP = "follow_up"  # our own date to look again


class ObligedParty(StrEnum):
    """Who owes the act, or whose time it is."""

    PLATFORM = "platform"
    CONTROLLER = "controller"
    AUTHOR = "author"
    REGULATOR = "regulator"
    BODY = "body"  # an out-of-court or appeal body
    COURT = "court"
    PERSON = "person"


class Trigger(StrEnum):
    """The one recorded event that starts a clock. An authority's event is never a person's notice."""

    NOTICE_RECEIVED = "notice_received"
    IDENTITY_PROVEN = "identity_proven"
    PLATFORM_CONFIRMED = "platform_confirmed"
    DECISION_RECEIVED = "decision_received"
    AUTHOR_NOTIFIED = "author_notified"
    COUNTER_NOTICE_RECEIVED = "counter_notice_received"
    COMPLAINT_RECEIVED = "complaint_received"  # by the authority or body
    AUTHORITY_ORDER = "authority_order"
    AUTHORITY_DECISION = "authority_decision"
    COURT_ORDER = "court_order"
    KNOWLEDGE = "knowledge"  # when the person learned of it
    INCIDENT = "incident"  # when it happened: the picture was shared, the threat was made
    REMOVED = "removed"  # the content is no longer shown
    UPDATE_RECEIVED = "update_received"  # the platform told how far it is
    DEADLINE_MISSED = "deadline_missed"  # a clock of the same request ran out


class Stop(StrEnum):
    """An event that ends a clock in time."""

    REMOVED = "removed"
    DECIDED = "decided"
    REFUSED = "refused"
    ACKNOWLEDGED = "acknowledged"
    EXTENDED_ANSWER = "extended_answer"
    AUTHOR_NOTIFIED = "author_notified"
    COUNTER_NOTICE_RECEIVED = "counter_notice_received"
    COMPLAINT_LODGED = "complaint_lodged"
    TRANSFERRED = "transferred"
    UPDATE_RECEIVED = "update_received"


class Interruption(StrEnum):
    """An event with which a pause begins or ends."""

    IDENTITY_ASKED = "identity_asked"
    IDENTITY_PROVEN = "identity_proven"
    INFORMATION_ASKED = "information_asked"
    INFORMATION_GIVEN = "information_given"


class PauseEffect(StrEnum):
    """What a pause does to the period."""

    SUSPENDS = "suspends"  # the days of the pause are not counted
    BEGINS_ANEW = "begins_anew"  # the whole period is counted from the pause's end


class Unit(StrEnum):
    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"
    NONE = "none"  # the law gives a standard ("without undue delay"), not a number


class When(StrEnum):
    """In which notices an element is demanded."""

    ALWAYS = "always"
    REPRESENTATIVE = "representative"  # someone acts for the person
    ADULT_CONTENT = "adult_content"  # not where the content is child abuse material
    OPTIONAL = "optional"  # helps, not demanded


class NoticeField(StrEnum):
    """What a notice can contain; an element is met when all its proofs are there. See `notices.NoticeContent`."""

    SIGNATURE = "signature"
    LEGAL_NAME = "legal_name"
    NAME = "name"  # any name, a pseudonym included
    EMAIL = "email"
    PHONE = "phone"
    POSTAL_ADDRESS = "postal_address"
    CONTACT = "contact"  # any one way to reach the reporter
    LOCATION = "location"
    DESCRIPTION = "description"
    EXPLANATION = "explanation"  # why it is unlawful or harmful
    NO_CONSENT = "no_consent"
    DEPICTION = "depiction"  # says that it is intimate imagery, real or made
    IS_SUBJECT_OR_AUTHORISED = "is_subject_or_authorised"
    AUTHORITY = "authority"  # a written mandate, power of attorney or parental responsibility
    GOOD_FAITH = "good_faith"
    ACCURACY = "accuracy"
    PERJURY = "perjury"
    WORK = "work"  # the copyright work
    REQUEST = "request"  # what is asked: remove, erase, correct, de-list
    IDENTITY = "identity"  # a way to prove who one is
    IDENTITY_DOCUMENT = "identity_document"  # the number or a copy of a document, given at once
    AGE = "age"  # the age or the date of birth of the person in the picture
    EVIDENCE = "evidence"  # copies, screenshots or records that back what is said
    RECIPIENT = "recipient"  # whom it goes to, or whom it is about
    AUTHOR = "author"  # who posted it, as far as that is known
    RELEASE_CHOICE = "release_choice"  # whether identity may be passed to the author
    RESIDENCE = "residence"
    PLATFORM_STEP = "platform_step"  # what was asked of the platform, and when
    PLATFORM_ANSWER = "platform_answer"  # its answer, or that there was none
    DATE = "date"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a fact was read: `supports` says which facts, `seen_on` when, `official` whether it is the publisher.

    An official source that was not `opened` is an address to go to: what it says was read elsewhere, or not at all.
    """

    key: str
    url: str
    official: bool
    seen_on: date
    supports: str
    opened: bool | None = None  # false: only the address is known; None: it was read

    @property
    def is_official_text(self) -> bool:
        """Whether a fact that rests on it was read at its publisher."""
        return self.official and self.opened is not False


@dataclass(frozen=True, kw_only=True)
class Element:
    """One thing a notice under this regime has to contain."""

    key: str
    label: str  # as it is named on the page and in the checker: "your signature"
    when: When
    proofs: tuple[NoticeField, ...]
    confidence: Confidence
    sources: tuple[str, ...]  # keys of the regime's sources
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Extension:
    """How the obliged side may lengthen a period.

    `amount` and `unit` give the whole period counted from the *original start* when `from_start` is true
    (GDPR: three months from receipt), else what is added after the first period's last day. Without an `amount` the law
    sets no length: the obliged side names the new day itself.
    """

    amount: int | None
    unit: Unit
    from_start: bool
    condition: str
    confidence: Confidence
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Pause:
    """A time that does not count against the obliged side, from the event `begins` to the event `ends`.

    Where the law's pause hangs on something that is never recorded, all three are None and `condition` tells of it.
    """

    condition: str
    confidence: Confidence
    sources: tuple[str, ...]
    begins: Interruption | None = None
    ends: Interruption | None = None
    effect: PauseEffect | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One clock of a regime. Two rules may share an id when the law changed: their in-force ranges must not overlap."""

    id: str
    label: str  # what has to be done, as a verb phrase: "remove the content"
    owed_by: ObligedParty
    binding: Binding
    trigger: Trigger
    stops: tuple[Stop, ...]
    amount: int | None
    unit: Unit
    counting: str  # a scheme of `counting.SCHEMES`; "none" where there is no number
    confidence: Confidence
    sources: tuple[str, ...]
    standard: str | None = None  # the law's own measure where there is no number, or beside it
    extension: Extension | None = None
    pauses: tuple[Pause, ...] = ()
    restarts_on: tuple[Trigger, ...] = ()  # what sets the same clock going again, as each weekly update does
    received_by: str | None = None  # "17:00": later, or on a day off, counts as the next working day
    in_force_from: date | None = None
    in_force_until: date | None = None  # the last day on which it was in force
    note: str | None = None


class StepKind(StrEnum):
    """Whom a next step turns to."""

    APPEAL = "appeal"  # the platform's own second look
    AUTHORITY = "authority"
    BODY = "body"  # out of court
    COURT = "court"  # a tribunal and a prosecutor too
    OTHER = "other"  # the police, a help service


class StepProof(StrEnum):
    """What shows that something has happened that a step wants before it."""

    ASKED = "asked"  # the request has left
    ANSWERED = "answered"  # it was answered with a decision
    TIME = "time"  # a period of the law ran out
    FAILED = "failed"  # either of the two
    PERSON = "person"  # nothing that is recorded: only the person can tell


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """A next step this regime opens, in the order in which to try them."""

    body: str  # as named in a letter
    regulator: str | None  # id in the directory, where there is one
    regime: str | None  # id of the regime that governs the step, where there is one
    preconditions: tuple[str, ...]
    opens: str
    closes: str
    contents: tuple[str, ...]
    confidence: Confidence
    sources: tuple[str, ...]
    after: str | None = None  # id of the regime whose step has to be answered, or have run out, before this one
    needs_answer: bool = False  # only an answer opens it, not a time that ran out
    needs_miss: bool = False  # only a time that ran out opens it, not an answer
    judged_by: tuple[StepProof, ...] = ()  # of each precondition in turn; empty: only the person can tell
    kind: StepKind | None = None  # None where `regime` tells: an appeal, a complaint, a court order
    answers_within: str | None = None  # the body's own clock, in words; counted by `regime`'s rules where it has one


class Certainty(StrEnum):
    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """What content the regime reaches."""

    real: Certainty
    synthetic: Certainty
    minors: Certainty
    threat: Certainty
    false_depiction: Certainty
    personal_data: Certainty
    adults: Certainty = Certainty.YES  # no: the regime is for pictures of people under 18 only
    altered: Certainty | None = None  # a real picture changed afterwards; None: as `synthetic`
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Filers:
    """Who may use the regime."""

    person: Certainty
    parent: Certainty
    representative: Certainty
    anyone: Certainty
    note: str | None = None


class ConnectingFactor(StrEnum):
    """What ties a case to the regime's territory; one of them is enough."""

    ANYWHERE = "anywhere"  # no tie of the person demanded: the obliged side's reach decides
    RESIDENCE = "residence"  # the person lives there
    SEAT = "seat"  # the obliged organisation is established there
    OFFERS = "offers"  # the platform serves people there
    NOTIFIES = "notifies"  # anybody may give notice, but the law protects people there: never more than a maybe


@dataclass(frozen=True, kw_only=True)
class TerritorialScope:
    """Which cases the regime can be used for."""

    ties: tuple[ConnectingFactor, ...]
    platform_categories: tuple[str, ...]  # categories of the directory; empty means every category
    not_categories: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()  # slugs: the services that an authority has named; empty where it binds all
    designations: tuple[str, ...] = ()  # "vlop", "vlose": binds only services so designated
    needs_ownership: bool = False  # copyright: the person took the picture
    own_form: str | None = None  # how kinds of channels for it begin: a service left out that has one may be reached
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Grade:
    """A field of the regime itself whose confidence or sources are not those of the whole record."""

    field: str  # of `Regime`: "in_force_from", "citation", "filers", ...
    confidence: Confidence
    sources: tuple[str, ...]  # empty only for what rests on memory


class LetterAsk(StrEnum):
    """What letters ask of a recipient that some law can make a duty."""

    REMOVE = "remove"
    COPIES = "copies"  # known identical copies
    CONFIRM = "confirm"  # receipt
    DECIDE = "decide"  # and tell the decision
    RECIPIENTS = "recipients"  # tell those the data were passed to
    RESTRICT = "restrict"  # use the data for nothing else meanwhile


@dataclass(frozen=True, kw_only=True)
class LetterSentence:
    """A sentence that this law alone needs in a letter; it stands there where everything named here is so.

    `own` is said by the person, `other` by whoever acts for them (None: the same sentence).
    """

    own: str
    other: str | None = None
    depictions: tuple[Depiction, ...] = ()  # what the content is; empty: whatever it is
    countries: tuple[str, ...] = ()  # where the person lives, ISO; empty: anywhere
    under_18: bool | None = None  # whether a child is shown; None: either way
    releases_name: bool | None = None  # whether the name may be passed to the poster; None: either way


@dataclass(frozen=True, kw_only=True)
class LetterStatement:
    """What the law has somebody state, in its own words; printed only where each thing in `states` was stated."""

    states: tuple[NoticeField, ...]
    own: str
    other: str | None = None
    under_18: bool | None = None  # whether a child is shown; None: either way


@dataclass(frozen=True, kw_only=True)
class LetterDuty:
    """What the recipient has to do, with the provision that says so.

    `rule` is the clock it belongs to, `asks` are the requests of a letter that are thereby a duty.
    """

    text: str
    rule: str | None = None
    asks: tuple[LetterAsk, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LetterWording:
    """What a letter under this law says in the law's own words. Only `duties` may say "must".

    `conditions` tell what keeps a protection, `requests` ask for more than a duty.
    """

    title: str  # what the letter is, in one line: "47 U.S.C. 223a removal request"
    limit: str  # by when, with the provision: "48 hours after you receive it (47 U.S.C. 223a(a)(3))"
    says: tuple[LetterSentence, ...] = ()
    grounds: tuple[LetterSentence, ...] = ()  # of an erasure request: why the data have to go
    statements: tuple[LetterStatement, ...] = ()
    duties: tuple[LetterDuty, ...] = ()
    conditions: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    addressee: str | None = None  # who has to be named as the one it goes to: "Grievance Officer"


@dataclass(frozen=True, kw_only=True)
class Regime:
    """One legal regime, whole."""

    id: str
    name: str
    citation: str
    jurisdictions: tuple[str, ...]  # "US", "US-CA", "EU", "GB", ...
    kind: RegimeKind
    status: Status
    summary: str  # one plain sentence a 12-year-old can read
    basis: str  # one sentence of law for the letter: what it obliges the recipient to do
    in_force_from: date | None  # None: in force for long, or not at all (see `status`); the first day was not seen
    in_force_until: date | None
    covers: Coverage
    filers: Filers
    reach: TerritorialScope
    obliged: str
    elements: tuple[Element, ...]
    rules: tuple[Rule, ...]
    primary_clock: str | None
    escalation: tuple[Escalation, ...]
    traps: tuple[str, ...]
    sources: tuple[Source, ...]
    confidence: Confidence
    version: str  # date of the last change to this record, with a counter: "2026-11-22.1"
    offered: bool  # false: loaded and shown, never put in a notice
    native_name: str | None = None  # in the language of the law
    in_place_of: tuple[str, ...] = ()  # ids: where both can be used this one is, as the national form of the same right
    without_place: Certainty | None = None  # whether it takes a report while nothing is online; None: as for any other
    identical_copies: Certainty | None = None  # whether what is owed reaches identical copies too; None: not seen
    grades: tuple[Grade, ...] = ()
    letter: LetterWording | None = None  # None: letters say what the clocks and `basis` give
    note: str | None = None

    def is_in_force_on(self, day: date) -> bool:
        """Whether the regime is law on `day` (the obliged organisation's local date)."""
        started = self.status is Status.IN_FORCE and (self.in_force_from is None or self.in_force_from <= day)
        return started and (self.in_force_until is None or day <= self.in_force_until)
