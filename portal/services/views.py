"""What pages and letters show: plain frozen values. No table row, no key and no rule of law stands here.

Use cases build these; templates only print them. Instants are aware and in UTC, `zone` names the zone whose days count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from portal.domain.clocks import ClockState
from portal.domain.directory import Category
from portal.domain.escalation import RungKind, RungState
from portal.domain.lifecycle import (
    ActorKind,
    Answer,
    CaseStatus,
    Channel,
    ComplaintState,
    Handler,
    History,
    ItemState,
    LetterKind,
    Path,
    RequestKind,
    RequestState,
)
from portal.domain.regimes import Actor, Binding, Confidence, RegimeKind
from portal.domain.report import Report
from portal.models.jobs import JobState


@dataclass(frozen=True, kw_only=True)
class StepView:
    """One step of "why this date?": ISO text of an instant or a day, and a sentence."""

    at: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ClockView:
    """One clock. `due_at` is None where the law gives a `standard`, not a number; `owed_by` says whose time it is."""

    regime: str
    regime_name: str
    rule: str
    label: str
    binding: Binding
    owed_by: Actor
    state: ClockState
    started_at: datetime
    due_at: datetime | None
    last_day: date | None
    ended_at: datetime | None
    zone: str
    country: str
    estimated: bool
    extended: bool
    standard: str | None
    calendar: str
    steps: tuple[StepView, ...]

    @property
    def is_owed(self) -> bool:
        """Whether the other side has to do something by then, so that a miss is theirs."""
        return self.owed_by is not Actor.PERSON and self.binding in {Binding.DUTY, Binding.SAFE_HARBOUR}


@dataclass(frozen=True, kw_only=True)
class ElementView:
    """One thing a notice has to contain, and whether it is there. `regime_names` say who asks for it."""

    key: str
    label: str
    is_met: bool
    is_optional: bool
    note: str | None
    regime_names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BasisView:
    """A law that a request cites. `binding` is that of its main clock; `warning` is what to know before using it."""

    regime: str
    name: str
    citation: str
    kind: RegimeKind
    summary: str
    reason: str
    version: str
    confidence: Confidence
    binding: Binding
    elements: tuple[ElementView, ...]
    is_cited: bool  # False where something it demands is missing: the letter then leaves it out
    warning: str | None


@dataclass(frozen=True, kw_only=True)
class ChannelView:
    """A way to reach the recipient, best first. `via` is how it is sent, `kind` the directory's own word for it."""

    kind: str
    label: str
    via: Channel
    address: str
    checked_on: date | None
    is_stale: bool
    warning: str | None


@dataclass(frozen=True, kw_only=True)
class FieldView:
    """A field of the platform's form, ready to copy."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class ProblemView:
    """Why a letter cannot be made yet: a code and a plain sentence. `confirm` names the fact the person can confirm."""

    code: str
    text: str
    confirm: str | None = None


@dataclass(frozen=True, kw_only=True)
class ItemView:
    """One place where the content is. `shown` is the short text for lists; `url` is None where there is no link."""

    number: int
    shown: str
    url: str | None
    description: str
    platform: str
    platform_name: str
    state: ItemState
    request_number: int | None
    added_at: datetime
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class LetterView:
    number: int
    kind: LetterKind
    made_at: datetime
    pages: int
    language: str
    paper: str
    digest: str
    redacted_digest: str
    request_number: int | None
    complaint_number: int | None


@dataclass(frozen=True, kw_only=True)
class AnswerView:
    """What the recipient answered. `text` is as it was written down; `extension_until` is the day they announced."""

    at: datetime
    answer: Answer
    text: str
    extension_until: date | None
    item_numbers: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class DetailsView:
    """What a law asks for this request, as it stands: the report's own words unless changed for this request."""

    name: str
    email: str
    phone: str
    postal_address: str
    explanation: str
    release_to_poster: bool
    identity_offer: str
    use_copyright: bool
    states_ownership: bool
    confirmed: tuple[str, ...]


class NextStep(StrEnum):
    """What can be done with a request now; the web chooses the page for it."""

    COMPLETE = "complete"  # a law asks for something that is missing
    CONSENT = "consent"  # the person has not allowed sharing with platforms
    SEND = "send"
    WAIT = "wait"
    ANSWER_BACK = "answer_back"  # the platform asks for more
    REMIND = "remind"
    COMPLAIN = "complain"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class NextStepView:
    kind: NextStep
    text: str


@dataclass(frozen=True, kw_only=True)
class RungView:
    """A rung of the ladder after a refusal or a missed clock: who, what it can do, what comes first, when it opens."""

    kind: RungKind
    category: Category | None  # of the directory, where it lists such companies
    body: str
    regime: str | None
    regulator: str | None
    what: str
    state: RungState
    is_open: bool
    opens: str
    opens_at: datetime | None
    closes: str
    closes_at: datetime | None
    preconditions: tuple[str, ...]
    contents: tuple[str, ...]  # what a complaint there has to contain
    answers_within: str | None  # the body's own clock, in words
    is_sure: bool  # false: nobody saw a source for this step
    warning: str | None


@dataclass(frozen=True, kw_only=True)
class RequestView:
    """A request to one recipient, whole."""

    number: int
    platform: str
    platform_name: str
    kind: RequestKind
    state: RequestState
    channel: Channel | None
    ticket: str
    prepared_at: datetime
    sent_at: datetime | None
    received_at: datetime | None
    answered_at: datetime | None
    items: tuple[ItemView, ...]
    bases: tuple[BasisView, ...]
    clocks: tuple[ClockView, ...]
    missing: tuple[ElementView, ...]
    problems: tuple[ProblemView, ...]
    channels: tuple[ChannelView, ...]
    fields: tuple[FieldView, ...]
    warnings: tuple[str, ...]
    details: DetailsView
    answers: tuple[AnswerView, ...]
    letters: tuple[LetterView, ...]
    ladder: tuple[RungView, ...]
    next_step: NextStepView
    can_use_copyright: bool
    can_prepare_erasure: bool

    @property
    def main_clock(self) -> ClockView | None:
        """The clock to show first: the next due that the other side owes and that still runs, else the first."""
        return self.clocks[0] if self.clocks else None


@dataclass(frozen=True, kw_only=True)
class PreconditionView:
    text: str
    is_met: bool | None  # None: only a person can judge it


@dataclass(frozen=True, kw_only=True)
class ComplaintOption:
    """A complaint that this person could make. `request_numbers` are the requests it can rest on."""

    regime: str
    regulator: str
    name: str
    regime_name: str
    citation: str
    kind: RegimeKind
    country: str
    why: str
    what: str
    website: str | None
    complaint_url: str | None
    email: str | None
    postal_address: str | None
    is_signatory: bool
    is_open: bool
    opens: str
    opens_at: datetime | None
    closes: str
    closes_at: datetime | None
    preconditions: tuple[PreconditionView, ...]
    request_numbers: tuple[int, ...]
    traps: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class JobView:
    """How far work in the background is. `percent` is 0 to 100; `problems` is our own text where it stopped."""

    id: UUID
    state: JobState
    percent: int
    stage: str
    problems: tuple[str, ...]
    is_finished: bool


@dataclass(frozen=True, kw_only=True)
class ComplaintView:
    number: int
    regulator: str
    regulator_name: str
    regime: str
    regime_name: str
    state: ComplaintState
    prepared_at: datetime
    lodged_at: datetime | None
    answered_at: datetime | None
    ticket: str
    wish: str
    request_numbers: tuple[int, ...]
    clocks: tuple[ClockView, ...]
    letters: tuple[LetterView, ...]
    job: JobView | None
    address: str
    complaint_url: str | None


@dataclass(frozen=True, kw_only=True)
class MessageView:
    sent_at: datetime
    author: ActorKind
    author_name: str
    text: str
    is_read: bool


@dataclass(frozen=True, kw_only=True)
class NoteView:
    written_at: datetime
    author_name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class HistoryRow:
    """One event. `text` is a plain sentence; `detail` holds what was written down with it."""

    sequence: int
    at: datetime
    recorded_at: datetime
    kind: History
    text: str
    actor: ActorKind
    actor_name: str
    is_visible: bool
    request_number: int | None
    complaint_number: int | None


@dataclass(frozen=True, kw_only=True)
class ConsentView:
    recipient: str
    given_at: datetime
    withdrawn_at: datetime | None

    @property
    def is_given(self) -> bool:
        return self.withdrawn_at is None


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """Everything a case page shows. For the person, hidden events and the team's notes are left out."""

    reference: str
    status: CaseStatus
    path: Path | None
    handler: Handler
    team_name: str | None
    assignee: str | None
    version: int
    language: str
    country: str | None
    report: Report
    submitted_at: datetime | None
    next_due_at: datetime | None
    next_due_estimated: bool
    items: tuple[ItemView, ...]
    requests: tuple[RequestView, ...]
    complaints: tuple[ComplaintView, ...]
    options: tuple[ComplaintOption, ...]
    letters: tuple[LetterView, ...]
    history: tuple[HistoryRow, ...]
    messages: tuple[MessageView, ...]
    notes: tuple[NoteView, ...]
    consents: tuple[ConsentView, ...]
    retention_until: datetime | None


class QueueFilter(StrEnum):
    """Which of a team's cases are listed."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    OVERDUE = "overdue"
    ALL = "all"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """One case in the team's list: plain columns only, nothing about the person."""

    reference: str
    status: CaseStatus
    path: Path | None
    country: str | None
    team_name: str
    assignee: str | None
    item_count: int
    next_due_at: datetime | None
    next_due_estimated: bool
    is_overdue: bool
    missed_count: int
    submitted_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class QueuePage:
    rows: tuple[QueueRow, ...]
    total: int
    page: int
    pages: int
    counts: dict[QueueFilter, int]
