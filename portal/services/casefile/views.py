"""What pages show of a case as a whole: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.domain.lifecycle import (
    ActorKind,
    Answer,
    CaseStatus,
    Handler,
    History,
    Path,
    RequestKind,
    RequestState,
)
from portal.domain.paging import ListPart
from portal.domain.report import Report
from portal.services.cases.messages import MessageView, NoteView
from portal.services.clocks.views import ClockView
from portal.services.complaints.views import ComplaintLine, ComplaintOption, ComplaintView
from portal.services.letters.naming import NamedLetter
from portal.services.letters.views import LetterView
from portal.services.requests.proofs import ProofView
from portal.services.requests.views import ItemView, NextStepView
from portal.services.tracking.views import RequestView


@dataclass(frozen=True, kw_only=True)
class HistoryRow:
    """One event as a plain sentence, with the number and the words that were written down with it.

    `answer` is what was answered, where the event is an answer; `is_corrected`: it holds no more. `law` is the law and
    the duty of a deadline that passed, empty for others; `letter` the letter that it is about, `document` the file.
    """

    sequence: int
    at: datetime
    recorded_at: datetime
    kind: History
    answer: Answer | None
    sentence: str
    ticket: str
    words: str
    is_corrected: bool
    actor: ActorKind
    actor_name: str
    is_visible: bool
    request_number: int | None
    complaint_number: int | None
    law: str = ""
    letter: NamedLetter | None = None
    document: int | None = None

    @property
    def text(self) -> str:
        """All of it in one line."""
        return " ".join(filter(None, (self.sentence, self.ticket, self.words)))


@dataclass(frozen=True, kw_only=True)
class ConsentView:
    recipient: str
    given_at: datetime
    withdrawn_at: datetime | None

    @property
    def is_given(self) -> bool:
        return self.withdrawn_at is None


@dataclass(frozen=True, kw_only=True)
class RequestLine:
    """A request in the list of a case. `main_clock` is the one to look at first."""

    number: int
    platform_name: str
    kind: RequestKind
    state: RequestState
    ticket: str
    sent_at: datetime | None
    item_count: int
    main_clock: ClockView | None
    next_step: NextStepView
    proof: ProofView | None  # what the person kept; None where nobody said


@dataclass(frozen=True, kw_only=True)
class LinkGroup:
    """The links on one platform: how many, and how many of them are gone."""

    platform: str
    name: str
    total: int
    gone: int


@dataclass(frozen=True, kw_only=True)
class CaseOverview:
    """What the first page of a case shows.

    `requests` and `items` are the part that was asked for, the counts are of all. `unfolded` is the platform whose
    links are asked for, empty where none is. `open_options`: complaints that can
    be made now, None where nobody asks; `has_free_items`: a link no request is about; `unfit`: what of the case is not
    as it was written, so that its dates and states are not to be relied on.
    """

    reference: str
    status: CaseStatus
    path: Path | None
    country: str | None
    team_name: str | None
    assignee: str | None
    report: Report
    submitted_at: datetime | None
    next_due_at: datetime | None
    next_due_estimated: bool
    retention_until: datetime | None
    requests: ListPart[RequestLine]
    complaints: tuple[ComplaintLine, ...]
    open_options: int | None
    link_count: int
    link_groups: tuple[LinkGroup, ...]
    unfolded: str
    items: ListPart[ItemView]
    has_free_items: bool
    unfit: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """Everything of a case, to take along. For the person, hidden events and the team's notes are left out.

    `unfit` names what of the case is not as it was written: its dates and states are not to be relied on.
    """

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
    unfit: tuple[str, ...]
