"""What the pages of sending one letter after the other show."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import (
    RequestKind,
)
from portal.domain.regimes import NoticeField
from portal.services.background.jobs import JobView
from portal.services.clocks.views import ClockView
from portal.services.letters.letters import LetterWords
from portal.services.letters.views import LetterView, ProblemView
from portal.services.requests.channels import Read
from portal.services.requests.proofs import ProofView
from portal.services.requests.views import ChannelView, FieldView, TheirFormView
from portal.services.tracking.parcels import LetterMailView


@dataclass(frozen=True, kw_only=True)
class LetterLine:
    """A letter that waits. `is_blocked`: something has to be added before it can be made."""

    number: int
    platform_name: str
    links: int
    is_blocked: bool
    has_letter: bool
    by_mail: bool = False  # it can be sent from here, so nobody has to fill in a form


@dataclass(frozen=True, kw_only=True)
class SentLine:
    """A letter that has gone, and the time of the other side that ends first."""

    number: int
    platform_name: str
    sent_at: datetime
    clock: ClockView | None
    is_removed: bool


@dataclass(frozen=True, kw_only=True)
class JustSent:
    """A letter that went a moment ago. `asks_for`: the address of the directory of which nobody told yet whether it
    worked; empty where there is none, and for a letter by post, of which nobody can tell yet.
    """

    line: SentLine
    asks_for: str
    is_mail: bool


@dataclass(frozen=True, kw_only=True)
class ToSay:
    """Sentences that stand above the signature of some letters, and that nobody has said for them today."""

    sentences: tuple[str, ...]
    letters: tuple[tuple[int, str], ...]
    statements: frozenset[NoticeField]

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(number for number, _name in self.letters)


def name_all(to_say: Iterable[ToSay]) -> str:
    """A name for exactly these sentences for these letters, so that nobody says what was not on the page."""
    said = "\n".join(repr((each.sentences, each.letters)) for each in to_say)
    return hashlib.sha256(said.encode()).hexdigest()[:20]


@dataclass(frozen=True, kw_only=True)
class RoundView:
    """Everything that waits, in its order, and everything that has gone, the newest first."""

    waiting: tuple[LetterLine, ...]
    sent: tuple[SentLine, ...]
    is_allowed: bool  # sharing with platforms was not taken back
    leaving: tuple[LetterLine, ...] = ()  # on their way by e-mail from here
    just_sent: JustSent | None = None

    @property
    def first(self) -> int | None:
        """The number of the letter to begin with."""
        return self.waiting[0].number if self.waiting else None

    @property
    def ready(self) -> tuple[LetterLine, ...]:
        return tuple(line for line in self.waiting if not line.is_blocked)

    @property
    def by_mail(self) -> int:
        """How many of those that wait need no form."""
        return sum(line.by_mail for line in self.waiting)

    @property
    def next_date(self) -> SentLine | None:
        """Whose time ends first of all that runs."""
        running = [(line.clock.due_at, line) for line in self.sent if line.clock and _is_running(line.clock)]
        return min(running, key=lambda pair: (pair[0], pair[1].number), default=(None, None))[1]


@dataclass(frozen=True, kw_only=True)
class StepView:
    """One letter that is to be sent now, with all that its page shows. `next_number` is None after the last."""

    number: int
    kind: RequestKind
    platform: str
    platform_name: str
    position: int  # from 1, with what has gone before it; 0 for one that has no turn yet
    total: int
    next_number: int | None
    links: tuple[str, ...]
    read: tuple[Read, ...]
    may_tell_poster: bool | None  # None: nobody knows
    is_published: bool
    may_name: bool  # the person allowed that the one who posted it is told who writes
    is_child: bool
    is_allowed: bool
    doors: tuple[ChannelView, ...]
    fields: tuple[FieldView, ...]
    their_form: TheirFormView | None
    ticket_pattern: str | None  # by which their confirmation tells its number; None where it is not known
    reference: str  # of the letter, by which both sides name it
    letter: LetterView | None
    words: LetterWords | None
    is_outdated: bool  # something was changed after the letter was made
    is_form_only: bool  # no letter can be made, and their own form is all there is
    job: JobView | None  # while it is being made, or where that failed
    lacking: tuple[NoticeField, ...]  # what a law asks for and nobody has given
    problems: tuple[ProblemView, ...]
    to_say: tuple[ToSay, ...]
    signature: str  # as it was written last
    just_sent: JustSent | None
    kept: ProofView | None  # what the person kept of it; None where nobody said
    knows_proof: bool  # of another letter it was said, or one has gone: what to keep was read before
    mails: tuple[LetterMailView, ...]  # what became of it by e-mail from here, the newest first
    mail_to: str  # the address to which the person can have it sent from here; empty where that is not offered

    @property
    def is_leaving(self) -> bool:
        """Whether it is on its way by e-mail from here."""
        return bool(self.mails) and self.mails[0].is_on_its_way

    @property
    def door(self) -> ChannelView | None:
        """Where to send it."""
        return self.doors[0] if self.doors else None


def _is_running(clock: ClockView) -> bool:
    return clock.state is ClockState.RUNNING and clock.due_at is not None
