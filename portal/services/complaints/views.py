"""What pages show of complaints: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.domain.lifecycle import ComplaintState, RequestKind
from portal.domain.regimes import RegimeKind
from portal.services.background.jobs import JobView
from portal.services.clocks.views import ClockView
from portal.services.letters.views import LetterView


@dataclass(frozen=True, kw_only=True)
class PreconditionView:
    text: str
    is_met: bool | None  # None: only a person can judge it


@dataclass(frozen=True, kw_only=True)
class RequestChoice:
    """A request that a complaint can rest on, under its recipient's name. `is_ripe`: it is overdue or was refused."""

    number: int
    name: str
    kind: RequestKind
    is_overdue: bool
    is_refused: bool

    @property
    def label(self) -> str:
        return f"{self.number}. {self.name}"

    @property
    def is_ripe(self) -> bool:
        return self.is_overdue or self.is_refused


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
    requests: tuple[RequestChoice, ...] = ()  # the same requests, to choose from
    is_direct: bool = False  # it can be made without any request before


@dataclass(frozen=True, kw_only=True)
class ComplaintLine:
    """A complaint in a list."""

    number: int
    regulator_name: str
    about: str  # the organisation complained of; empty where nobody knows which it is
    regime_name: str
    state: ComplaintState
    ticket: str


@dataclass(frozen=True, kw_only=True)
class ComplaintView:
    number: int
    regulator: str
    regulator_name: str
    about: str
    respondent: str  # the platform complained of, as columns name it; empty where nobody knows which it is
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
    own_date: datetime | None  # of ours, where it was lodged and no law has a date for the authority
    letters: tuple[LetterView, ...]
    job: JobView | None
    address: str
    complaint_url: str | None
