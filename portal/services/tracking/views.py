"""What a page shows of a request as a whole: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from portal.domain.answers import AnswerNode
from portal.domain.letters.kinds import FollowUp, Supplier
from portal.domain.lifecycle import Answer, LetterKind, Proof, RequestKind, RequestState, SendingChannel, SentAs
from portal.services.clocks.views import ClockView
from portal.services.letters.views import LetterView, ProblemView
from portal.services.requests.dossier import UsedDoor
from portal.services.requests.proofs import ProofView
from portal.services.requests.views import (
    BasisView,
    ChannelView,
    DetailsView,
    ElementView,
    EscalationView,
    FieldView,
    ItemView,
    NextStepView,
    TheirFormView,
)
from portal.services.tracking.correctable import CorrectableView, CorrectionView


@dataclass(frozen=True, kw_only=True)
class AnswerView:
    """What the recipient answered. `text` is as it was written down; `extension_until` is the day they announced."""

    at: datetime
    answer: Answer
    text: str
    extension_until: date | None
    item_numbers: tuple[int, ...]
    node: AnswerNode
    proof: Proof = Proof.CONFIRMATION  # ANSWER_LINK where it was said over the link in our letter


@dataclass(frozen=True, kw_only=True)
class ReminderView:
    """A reminder that left. `letter_number` is None where it went out in other words."""

    at: datetime
    number: int
    letter_number: int | None
    text: str


@dataclass(frozen=True, kw_only=True)
class NameChoiceView:
    """That somebody decided whether the name may be passed on. `how` is how the person told the team."""

    at: datetime
    may_pass_on: bool
    how: str


@dataclass(frozen=True, kw_only=True)
class FurtherView:
    """A letter after the first one that left and is no reminder."""

    at: datetime
    kind: LetterKind
    recipient: str
    proof: Proof


@dataclass(frozen=True, kw_only=True)
class RequestView:
    """A request to one recipient, whole."""

    number: int
    platform: str
    platform_name: str
    kind: RequestKind
    state: RequestState
    channel: SendingChannel | None
    ticket: str
    prepared_at: datetime
    sent_at: datetime | None
    received_at: datetime | None
    answered_at: datetime | None
    items: tuple[ItemView, ...]
    bases: tuple[BasisView, ...]
    clocks: tuple[ClockView, ...]
    own_date: datetime | None  # of ours, where it was sent and no law has a date
    missing: tuple[ElementView, ...]
    problems: tuple[ProblemView, ...]
    channels: tuple[ChannelView, ...]
    fields: tuple[FieldView, ...]
    warnings: tuple[str, ...]
    details: DetailsView
    answers: tuple[AnswerView, ...]
    letters: tuple[LetterView, ...]
    escalation: tuple[EscalationView, ...]
    next_step: NextStepView
    can_use_copyright: bool
    is_with_team: bool
    has_no_ticket: bool
    proof: Proof | None  # by what its receipt is known
    kept: ProofView | None  # what the person kept before its removal was asked for; None where nobody said
    sent_as: SentAs
    sent_text: str  # what was sent in other words, as far as it was written down
    reminders_sent: tuple[ReminderView, ...]
    further_sent: tuple[FurtherView, ...]
    name_choice: NameChoiceView | None
    can_prepare_erasure: bool
    topics: tuple[FollowUp, ...] = ()  # what a further letter can be about now
    sent_door: UsedDoor | None = None  # by which the first letter left
    suppliers: tuple[Supplier, ...] = ()  # who behind the site can be written to now
    correctable: tuple[CorrectableView, ...] = ()  # what was written down and may be wrong
    corrections: tuple[CorrectionView, ...] = ()  # what was corrected
    their_form: TheirFormView | None = None  # what is known of the platform's own form, filled

    @property
    def main_clock(self) -> ClockView | None:
        """The clock to show first: the next due that the other side owes and that still runs, else the first."""
        return self.clocks[0] if self.clocks else None
