"""Questions and answers of the API as values. What the API says of itself is made from these classes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from msgspec import Meta as Said

from portal.domain.directory import Category, Platform
from portal.domain.police import Act, DoorKind
from portal.domain.regimes import Certainty, Confidence, ObligedParty, Regime, RegimeKind, Status, Unit
from portal.domain.regulators import Regulator, RegulatorKind
from portal.services.law.deadline_calculator import Deadline
from portal.services.law.fastest_routes import RouteStart
from portal.services.law.law_finder import ContentKind

REFUSED = "The question cannot be answered"

_COUNTRY = Said(description="A country by its two letters (ISO 3166-1)", examples=["NZ"])
_PART = Said(description="A state or province, with or without its country before it", examples=["QC"])


@dataclass(frozen=True, kw_only=True)
class NoQuery:
    """No parameter."""


@dataclass(frozen=True, kw_only=True)
class RegimeQuery:
    """Which laws to list."""

    country: Annotated[str | None, _COUNTRY] = None
    kind: RegimeKind | None = None
    status: Status | None = None
    offered: Annotated[bool | None, Said(description="Whether it can be cited or used as a step at all")] = None


@dataclass(frozen=True, kw_only=True)
class VerdictQuery:
    """The facts for which every law is judged."""

    country: Annotated[str, _COUNTRY]
    depiction: ContentKind
    subdivision: Annotated[str | None, _PART] = None
    under_18: Annotated[bool, Said(description="The person was under 18 when it was made")] = False
    threat: Annotated[bool, Said(description="Nothing is online yet")] = False
    platform: Annotated[str | None, Said(description="Where it is: a platform's id", examples=["instagram"])] = None
    on: Annotated[date | None, Said(description="The day to judge; today if it is left out")] = None


@dataclass(frozen=True, kw_only=True)
class DeadlineQuery:
    """A law, the event that starts its clock, and where the organisation is that has to act."""

    regime: Annotated[str, Said(description="A law's id", examples=["eu-gdpr-17"])]
    started: Annotated[
        str, Said(description="The event, ISO 8601 with its offset", examples=["2026-03-05T09:00:00+00:00"])
    ]
    country: Annotated[str, _COUNTRY]
    clock: Annotated[str | None, Said(description="One of its clocks; the main one if it is left out")] = None
    subdivision: Annotated[str | None, _PART] = None
    zone: Annotated[str | None, Said(description="A time zone, if it is not that of the place")] = None
    extended: Annotated[bool, Said(description="The period was lengthened as the law allows")] = False


@dataclass(frozen=True, kw_only=True)
class PlatformQuery:
    """Which platforms to list."""

    category: Category | None = None
    q: Annotated[str | None, Said(description="Part of its name or of a host", examples=["tube"])] = None


@dataclass(frozen=True, kw_only=True)
class RegulatorQuery:
    """Which authorities and help services to list."""

    country: Annotated[str | None, _COUNTRY] = None
    kind: RegulatorKind | None = None
    signatory: Annotated[
        bool | None, Said(description="Signed the joint statement of 23 February 2026; unknown is neither")
    ] = None


@dataclass(frozen=True, kw_only=True)
class PlaceQuery:
    """Where the person lives."""

    country: Annotated[str, _COUNTRY]
    subdivision: Annotated[str | None, _PART] = None


@dataclass(frozen=True, kw_only=True)
class Meta:
    """What holds for the whole answer. `version` is that of the newest record of a law."""

    licence: str
    credits: tuple[str, ...]
    version: str


@dataclass(frozen=True, kw_only=True)
class RegimeLine:
    """A law in a list."""

    id: str
    name: str
    citation: str
    jurisdictions: tuple[str, ...]
    kind: RegimeKind
    status: Status
    in_force_from: date | None
    in_force_until: date | None
    offered: bool
    confidence: Confidence
    summary: str
    version: str


@dataclass(frozen=True, kw_only=True)
class VerdictLine:
    """A law judged: whether it applies, whether it can be used, and why."""

    regime: str
    applies: Certainty
    offered: bool
    reason: str
    replaced_by: str | None  # the national form of the same right, which is used in its place


@dataclass(frozen=True, kw_only=True)
class RouteLine:
    """A way to a removal that somebody is bound to, the fastest first.

    `whole_time_is_known` is false where an order comes first and no law says how long it takes.
    """

    regime: str
    clock: str
    first_step: RouteStart
    body: str | None
    amount: int | None
    unit: Unit
    owed_by: ObligedParty
    whole_time_is_known: bool
    ask_the_platform_first: bool
    applies: Certainty
    doubts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CrimeLine:
    """A crime that can be reported to the police."""

    place: str
    acts: tuple[Act, ...]
    citation: str
    summary: str
    made_images: Certainty
    in_force_from: date | None
    report_by: str | None
    note: str | None
    confidence: Confidence
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DoorLine:
    """A way to the police: a number or an address."""

    kind: DoorKind
    name: str
    address: str
    confidence: Confidence


@dataclass(frozen=True, kw_only=True)
class PoliceData:
    """What can be reported to the police in a place, what to bring and what to keep."""

    crimes: tuple[CrimeLine, ...]
    doors: tuple[DoorLine, ...]
    a_threat_is_enough: bool
    bring: tuple[str, ...]
    keep: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RouteList:
    meta: Meta
    data: tuple[RouteLine, ...]


@dataclass(frozen=True, kw_only=True)
class PoliceAnswer:
    meta: Meta
    data: PoliceData


@dataclass(frozen=True, kw_only=True)
class PlatformLine:
    """A platform in a list."""

    slug: str
    name: str
    category: Category
    hosts: tuple[str, ...]
    seat_country: str | None
    compiled_on: date


@dataclass(frozen=True, kw_only=True)
class RegulatorLine:
    """An authority or help service in a list."""

    id: str
    name: str
    native_name: str | None
    country: str
    kind: RegulatorKind
    website: str | None
    takes_complaints: bool | None
    joint_statement_signatory: bool | None
    compiled_on: date


@dataclass(frozen=True, kw_only=True)
class RegimeList:
    meta: Meta
    data: tuple[RegimeLine, ...]


@dataclass(frozen=True, kw_only=True)
class RegimeAnswer:
    meta: Meta
    data: Regime


@dataclass(frozen=True, kw_only=True)
class VerdictList:
    meta: Meta
    data: tuple[VerdictLine, ...]


@dataclass(frozen=True, kw_only=True)
class DeadlineAnswer:
    meta: Meta
    data: Deadline


@dataclass(frozen=True, kw_only=True)
class PlatformList:
    meta: Meta
    data: tuple[PlatformLine, ...]


@dataclass(frozen=True, kw_only=True)
class PlatformAnswer:
    meta: Meta
    data: Platform


@dataclass(frozen=True, kw_only=True)
class RegulatorList:
    meta: Meta
    data: tuple[RegulatorLine, ...]


@dataclass(frozen=True, kw_only=True)
class RegulatorAnswer:
    meta: Meta
    data: Regulator


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong with a question (RFC 9457). `parameter` names the one to look at."""

    title: str
    status: int
    detail: str
    parameter: str | None = None
