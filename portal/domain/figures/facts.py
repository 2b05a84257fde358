"""What is counted: of a request and of a case the few facts that the figures need, and what they come to on a day.

No fact is about a person. What became of a request is judged as of a moment, so that figures of a closed year say the
same whenever they are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.domain.figures.survival import Lasted
from portal.domain.lifecycle import AgeBand, CloseReason, Depiction, Path

HOUR = timedelta(hours=1)
BY_THE_HOUR = 72  # hours; what lasts longer is told in whole days
DAY_HOURS = 24
UNLISTED = "unlisted"  # a platform that is not in the directory: its name could be a hint
UNKNOWN = "unknown"
NO_TEAM = "none"  # the person sends the letters herself


class Outcome(StrEnum):
    """What became of a request. The order is that of the columns: those beside each other are joined where few."""

    IN_TIME = "in_time"  # removed, and no later than the earliest date of a law it cites
    LATE = "late"  # removed later than that
    UNDATED = "undated"  # removed; no law it cites sets a date
    BACK = "back"  # removed, and seen again afterwards
    REFUSED = "refused"  # refused, blocked in some countries only, or answered for some of the links
    OVERDUE = "overdue"  # no such answer, and a date has passed
    WAITING = "waiting"  # no such answer, and no date has passed
    CLOSED = "closed"  # given up, or ended for another reason


class Grouping(StrEnum):
    """By what figures are told apart. One at a time: no two together."""

    MONTH = "month"  # in which it was sent, or the case was reported
    PLATFORM = "platform"
    LAW = "law"  # the first one that the letter cites
    COUNTRY = "country"  # of the person
    KIND = "kind"
    AGE = "age"
    CLOSING = "closing"
    RESPONSE = "response"  # the helpline's own first answer
    TEAM = "team"  # that has the case when it is counted; told to the organisation alone


PUBLIC_GROUPINGS = (Grouping.MONTH, Grouping.PLATFORM, Grouping.LAW, Grouping.COUNTRY, Grouping.KIND)  # of requests
REQUEST_GROUPINGS = (*PUBLIC_GROUPINGS, Grouping.TEAM)
CASE_GROUPINGS = (
    Grouping.MONTH,
    Grouping.COUNTRY,
    Grouping.AGE,
    Grouping.KIND,
    Grouping.CLOSING,
    Grouping.RESPONSE,
    Grouping.TEAM,
)


LATER_GROUPINGS = (Grouping.TEAM,)  # of which what was kept of erased cases before says nothing


class Kind(StrEnum):
    """What it is about. A picture of a child is a kind of its own, whatever else is said of it."""

    CHILD = "child"
    THREAT = "threat"
    REAL = "real"
    SYNTHETIC = "synthetic"
    UNSURE = "unsure"
    FALSE = "false"
    PRIVATE = "private"
    UNKNOWN = "unknown"


class Age(StrEnum):
    """How old the person was when it was made. The report asks for no more than whether under 18; what is finer the
    person told the team.
    """

    UNDER_13 = "under_13"
    FROM_13 = "from_13"
    FROM_16 = "from_16"
    UNDER_18 = "under_18"  # and nothing finer is known
    ADULT = "adult"
    UNKNOWN = "unknown"


class Response(StrEnum):
    """Whether the helpline answered a new case within the time it sets itself."""

    IN_TARGET = "in_target"
    LATE = "late"
    WAITING = "waiting"
    NOT_OURS = "not_ours"  # the person sends the letters herself


class Population(StrEnum):
    """What is counted apart, so that no two published tables differ by a few. See `portal.domain.figures.year`."""

    FLAGGED = "flagged"  # notices under Article 16 DSA, where the organisation is a trusted flagger
    REQUESTS = "requests"  # every other request
    CASES = "cases"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedRequest:
    """What is known of one request that was sent. Instants are aware; `due_at` is the earliest date a law sets."""

    sent_at: datetime
    due_at: datetime | None = None
    removed_at: datetime | None = None
    back_at: datetime | None = None
    refused_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of a request, and how long the content stayed online after it was sent."""

    outcome: Outcome
    lasted: Lasted


def judge(facts: CountedRequest, *, at: datetime) -> Judged:
    """As of `at` (aware): what happened later has not happened yet."""

    def known(moment: datetime | None) -> datetime | None:
        return moment if moment is not None and moment <= at else None

    removed, closed = known(facts.removed_at), known(facts.closed_at)
    if removed is not None:
        return Judged(outcome=_judge_removed(facts, removed, known(facts.back_at)), lasted=_last(facts, removed, True))
    if known(facts.refused_at) is not None:
        return Judged(outcome=Outcome.REFUSED, lasted=_last(facts, closed or at, False))
    if closed is not None:
        return Judged(outcome=Outcome.CLOSED, lasted=_last(facts, closed, False))
    is_late = facts.due_at is not None and facts.due_at < at
    return Judged(outcome=Outcome.OVERDUE if is_late else Outcome.WAITING, lasted=_last(facts, at, False))


def _judge_removed(facts: CountedRequest, removed: datetime, back: datetime | None) -> Outcome:
    if back is not None and back >= removed:
        return Outcome.BACK
    if facts.due_at is None:
        return Outcome.UNDATED
    return Outcome.IN_TIME if removed <= facts.due_at else Outcome.LATE


def _last(facts: CountedRequest, until: datetime, has_ended: bool) -> Lasted:
    return Lasted(round_hours((until - facts.sent_at) / HOUR), has_ended)


def round_hours(hours: float) -> int:
    """Whole hours, from three days on whole days: a finer time would tell one request from another."""
    whole = max(0, int(hours + 0.5))
    return whole if whole <= BY_THE_HOUR else max(BY_THE_HOUR, int(hours / DAY_HOURS + 0.5) * DAY_HOURS)


def kind_of(path: Path | None, depiction: Depiction | None, under_18: bool | None) -> Kind:
    """What a case is about."""
    if under_18 or path is Path.CHILD:
        return Kind.CHILD
    if path is Path.THREAT:
        return Kind.THREAT
    return Kind(depiction.value) if depiction is not None else Kind.UNKNOWN


def age_of(under_18: bool | None, band: AgeBand | None = None) -> Age:
    """The span that was told, else what the report says."""
    if band is not None:
        return Age(band.value)
    if under_18 is None:
        return Age.UNKNOWN
    return Age.UNDER_18 if under_18 else Age.ADULT


def closing_of(reason: CloseReason | None, *, is_closed: bool) -> str:
    """Why a case was closed; `open` while it is not."""
    if not is_closed:
        return "open"
    return reason.value if reason is not None else UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTargets:
    """Hours within which the helpline wants to answer a new case; for a child or a threat sooner."""

    usual: int
    urgent: int

    def due_at(self, since: datetime, *, is_urgent: bool) -> datetime:
        return since + HOUR * (self.urgent if is_urgent else self.usual)


def judge_response(
    since: datetime | None, answered_at: datetime | None, targets: ResponseTargets, *, is_urgent: bool, at: datetime
) -> Response:
    """Whether a case that the team got at `since` was answered in time. None: it never had it."""
    if since is None:
        return Response.NOT_OURS
    due = targets.due_at(since, is_urgent=is_urgent)
    if answered_at is not None and answered_at <= at:
        return Response.IN_TARGET if answered_at <= due else Response.LATE
    return Response.LATE if due < at else Response.WAITING
