"""What can be done to many requests of a case at once: the steps, what each is told, and what came of each request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

import msgspec

from portal.domain.lifecycle import (
    CloseReason,
    RequestState,
    SendingChannel,
)
from portal.models.jobs import JobKind
from portal.services.casefile.bulk.complaining import NOT_RIPE, NOT_SENT, OVER, ComplaintPlan, Need
from portal.services.casefile.bulk.mail import NOTHING_WAITS, SENT_ALREADY, Goes
from portal.services.complaints.views import ComplaintLine
from portal.services.requests.views import ChannelView, ItemView
from portal.services.tracking.answers import AnswerCommand

MOST = 200  # requests that one press is about
TOO_MANY = f"{MOST} requests go at once. Do this one afterwards."
NOT_LATE = "No deadline has passed."
NO_REMINDER = "No reminder waits to be sent."
NO_COMPLAINT = "No complaint about it waits to be lodged."
# Nothing stands in the way of these: the step has only nothing to do. Over many cases they get no line of their own.
IDLE = frozenset({SENT_ALREADY, NOTHING_WAITS, NOT_LATE, NO_REMINDER, NO_COMPLAINT, NOT_SENT, OVER, NOT_RIPE})


class BulkAction(StrEnum):
    """What can be done to many requests at once."""

    LETTERS = "letters"
    CHECK = "check"  # that the address of each was looked at and is right
    MAIL = "mail"  # by e-mail from here
    SENT = "sent"
    REMIND = "remind"
    MAIL_LATER = "mail_later"  # reminders and other later letters that wait, by e-mail from here
    REMINDED = "reminded"  # that the reminders that wait were sent
    COMPLAIN = "complain"  # to whoever is competent, with the bundle
    LODGED = "lodged"  # that the complaints that wait were handed in
    ANSWER = "answer"
    GONE = "gone"
    BACK = "back"
    CLOSE = "close"


BY_MAIL = frozenset({BulkAction.MAIL, BulkAction.MAIL_LATER})
BY_LINK = frozenset({BulkAction.GONE, BulkAction.BACK})
ABOUT_LINKS = BY_LINK | {BulkAction.ANSWER}
IN_BACKGROUND: Mapping[BulkAction, JobKind] = MappingProxyType(
    {
        BulkAction.LETTERS: JobKind.LETTER,
        BulkAction.REMIND: JobKind.REMINDER,
        BulkAction.COMPLAIN: JobKind.BUNDLE,
    }
)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which requests are meant: all, those of some platforms, those in some states, or by number; 0 is that of what
    rests on no request.
    """

    is_all: bool = False
    platforms: frozenset[str] = frozenset()
    states: frozenset[RequestState] = frozenset()
    numbers: frozenset[int] = frozenset()

    @property
    def has_no_request(self) -> bool:
        """Whether complaints that rest on no request are meant too."""
        return self.is_all or 0 in self.numbers

    def has(self, number: int, platform: str, state: RequestState) -> bool:
        return self.is_all or number in self.numbers or platform in self.platforms or state in self.states


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What would happen to one request. `why` says why nothing will; empty where something will. A complaint that rests
    on no request has the number 0 and no state.

    `doors` are the addresses to send to, best first; `links` those that the step would be about; `is_running`: a duty
    of the other side runs, so that closing stops it; `goes` the letters that would leave by e-mail. `need` is what it
    waits for, `plan` the complaint that would be made, `complaint` the one that waits to be handed in; `is_first`: no
    request before it is about the same complaint.
    """

    number: int
    platform_name: str
    state: RequestState | None
    why: str
    doors: tuple[ChannelView, ...] = ()
    links: tuple[ItemView, ...] = ()
    goes: tuple[Goes, ...] = ()
    is_running: bool = False
    need: Need | None = None
    plan: ComplaintPlan | None = None
    complaint: ComplaintLine | None = None
    is_first: bool = True

    @property
    def will(self) -> bool:
        return not self.why

    @property
    def door(self) -> ChannelView | None:
        return self.doors[0] if self.doors else None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one request. `why` is empty where it was done. `complaint` is the number of the one that was made
    or handed in, 0 where the step is about none. `number` is 0 where a complaint rests on no request.
    """

    number: int
    platform_name: str
    why: str = ""
    complaint: int = 0

    @property
    def is_done(self) -> bool:
        return not self.why


@dataclass(frozen=True, kw_only=True, repr=False)
class Sending:
    """How one letter left. `address` is that of one of its doors; empty for another, and then `channel` says how."""

    address: str
    channel: SendingChannel
    ticket: str = ""


@dataclass(frozen=True, kw_only=True, repr=False)
class PressForMany:
    """What a press says once for all that it is about. It counts once, by its token.

    `at` is when letters left or complaints were lodged; `has_checked`: their addresses were looked at. `reason`, `note`
    and `is_certain` are about closing: the last one closes also what still runs. No more than `at_most` requests of a
    case are done.
    """

    token: str
    at: datetime | None = None
    has_checked: bool = False
    reason: CloseReason | None = None
    note: str = ""
    is_certain: bool = False
    at_most: int = MOST


@dataclass(frozen=True, kw_only=True, repr=False)
class BulkCommand(PressForMany):
    """What to do to which requests. Each step reads what it needs, as `sendings` by request.

    `is_all` means every request of the case, whatever `numbers` says. `links` are the numbers of the links that are
    gone or back, or that the answer is about, none for all; `letters` those of the letters that were looked at and may
    leave, None for any. `tickets` are the authorities' numbers by complaint.
    """

    action: BulkAction
    numbers: tuple[int, ...] = ()
    is_all: bool = False
    sendings: Mapping[int, Sending] = field(default_factory=dict)
    answer: AnswerCommand | None = None
    links: frozenset[int] = frozenset()
    letters: frozenset[int] | None = None
    tickets: Mapping[int, str] = field(default_factory=dict)
