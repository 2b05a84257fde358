"""What partners' systems send and get, as values. What the API says of itself is made from these classes.

What is sent is strict: a field that is not known is refused, so that nobody believes something was taken that was not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta as Said

from portal.adapters.mail import BadAddress, read_address
from portal.domain.clocks import ClockState
from portal.domain.lifecycle import Answer, CaseStatus, Depiction, ItemState, LetterKind, Proof, RequestState
from portal.domain.regimes import Binding, ObligedParty
from portal.domain.report import ContactBy, Report, ReportedPlace, YesNo
from portal.services.law.deadline_calculator import InvalidQuery
from portal.services.law.law_finder import read_place
from portal.services.partners.cases import PartnerOrder, ToldByPartner
from portal.services.tracking.answers import AnswerCommand

MOST_LINKS = 500
_Instant = Annotated[datetime, Said(tz=True, description="ISO 8601 with its offset")]


class BadValue(ValueError):
    """A value that cannot be right. `name` is the field, as the body names it."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


class ConsentBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The person's yes. Without it no case is opened; the text stands in the history of the case."""

    told: Annotated[
        str, Said(min_length=20, max_length=5_000, description="What the person was told, word for word, and agreed to")
    ]
    given_at: _Instant
    platforms: Annotated[bool, Said(description="Letters to platforms may use what the report says")]
    authorities: Annotated[bool, Said(description="Complaints to authorities may use it")]


class PlaceBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account or a post that has no link."""

    platform: Annotated[str, Said(min_length=1, max_length=80)]
    text: Annotated[str, Said(min_length=1, max_length=1_000)]


class CaseBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case to open. Never a picture, and nothing is stated in the person's name: that she does herself."""

    consent: ConsentBody
    country: Annotated[str, Said(pattern="^[A-Z]{2}$", description="Where the person lives (ISO 3166-1)")]
    under_18: Annotated[YesNo, Said(description="The person was under 18 when it was made")]
    depiction: Depiction
    links: Annotated[
        tuple[Annotated[str, Said(min_length=4, max_length=2_000)], ...],
        Said(max_length=MOST_LINKS, description="Where it is, in any form"),
    ] = ()
    places: Annotated[tuple[PlaceBody, ...], Said(max_length=20)] = ()
    is_online: Annotated[bool, Said(description="False for a threat: nothing is online yet")] = True
    subdivision: Annotated[str, Said(max_length=8, description="The state, where the law differs: AZ, NSW")] = ""
    found_on: date | None = None
    explanation: Annotated[str, Said(max_length=5_000, description="The person's own words; optional")] = ""
    name: Annotated[str, Said(max_length=200)] = ""
    email: Annotated[str, Said(max_length=254, description="Only one that is safe to write to")] = ""

    def order(self, language: str) -> PartnerOrder:
        """Raises BadValue."""
        try:
            country, subdivision = read_place(self.country, self.subdivision or None)
        except InvalidQuery as error:
            raise BadValue(error.field, str(error)) from error
        try:
            email = read_address(self.email) if self.email else ""
        except BadAddress as error:
            raise BadValue("email", "This is no e-mail address. Check it, or leave it out.") from error
        report = Report(
            under_18=self.under_18,
            depiction=self.depiction,
            is_online=YesNo.YES if self.is_online else YesNo.NO,
            country=country,
            subdivision=subdivision or "",
            places=tuple(ReportedPlace(platform=each.platform, text=each.text) for each in self.places),
            found_on=self.found_on,
            found_words=self.found_on.isoformat() if self.found_on else "",
            explanation=self.explanation.strip(),
            contact_by=ContactBy.EMAIL if email else None,
            email=email,
            name=self.name.strip(),
        )
        told = ToldByPartner(
            text=self.consent.told,
            at=self.consent.given_at,
            to_platforms=self.consent.platforms,
            to_authorities=self.consent.authorities,
        )
        return PartnerOrder(report=report, links="\n".join(self.links), told=told, language=language)


class AnswerBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a platform answered to a request."""

    version: Annotated[str, Said(max_length=40, description="Of the case as you last read it")]
    answer: Answer
    at: Annotated[_Instant, Said(description="When the answer came")]
    text: Annotated[str, Said(max_length=20_000, description="What they wrote, as they wrote it")] = ""
    links: Annotated[tuple[int, ...], Said(max_length=MOST_LINKS, description="Numbers; empty for all")] = ()
    extension_until: Annotated[date | None, Said(description="The day up to which they say they need longer")] = None

    def command(self) -> AnswerCommand:
        return AnswerCommand(
            answer=self.answer,
            at=self.at,
            text=self.text.strip(),
            extension_until=self.extension_until,
            items=self.links,
        )


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """A case in the list of those that your key opened."""

    reference: str
    status: CaseStatus
    submitted_at: datetime | None
    next_due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class CaseList:
    cases: tuple[CaseLine, ...]


@dataclass(frozen=True, kw_only=True)
class LinkState:
    """One link or place of the case. `url` is None for a place in words."""

    number: int
    url: str | None
    platform: str
    state: ItemState


@dataclass(frozen=True, kw_only=True)
class RunningClock:
    """One clock of a request. `due_at` is None where the law gives no number; `estimated`: receipt is not proven."""

    law: str
    duty: str
    owed_by: ObligedParty
    binding: Binding
    state: ClockState
    started_at: datetime
    due_at: datetime | None
    estimated: bool


@dataclass(frozen=True, kw_only=True)
class RequestStatus:
    """One request, to one recipient. `proof` is by what its receipt is known."""

    number: int
    platform: str
    platform_name: str
    state: RequestState
    sent_at: datetime | None
    received_at: datetime | None
    answered_at: datetime | None
    proof: Proof | None
    links: tuple[int, ...]
    clocks: tuple[RunningClock, ...]


@dataclass(frozen=True, kw_only=True)
class MadeLetter:
    """A letter that was made. `left_at` is None where it did not leave."""

    number: int
    kind: LetterKind
    request: int | None
    made_at: datetime
    left_at: datetime | None
    sha256: str


@dataclass(frozen=True, kw_only=True)
class CaseState:
    """A case as it stands. `version` goes back with what you write."""

    reference: str
    version: str
    status: CaseStatus
    submitted_at: datetime | None
    links: tuple[LinkState, ...]
    requests: tuple[RequestStatus, ...]
    papers: tuple[MadeLetter, ...]


@dataclass(frozen=True, kw_only=True)
class NotUnderstood:
    """Something of the links that was not taken, and why."""

    text: str
    why: str


@dataclass(frozen=True, kw_only=True)
class NewCase:
    """A case that was opened. Hand `words` to the person and forget them: nobody can tell them again."""

    case: CaseState
    words: str
    come_back_at: str
    sha256: str  # of the report as it is kept
    not_understood: tuple[NotUnderstood, ...]
