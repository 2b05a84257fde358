"""What can be reported to the police: the crimes of a place, whom to call, and what to bring and to keep.

Only values live here. They are loaded from `portal/reference/police/`. A crime, a number or an address that nobody saw
in a source is marked so and stays off every page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.domain.regimes import Certainty, Confidence, Source


class Act(StrEnum):
    """What somebody did."""

    THREAT = "threat"  # says that an intimate picture will be shown
    EXTORTION = "extortion"  # wants money, pictures or anything else for not showing it
    PUBLICATION = "publication"  # has shown or sent it
    MAKING = "making"  # made it, or had a machine make it, without consent


@dataclass(frozen=True, kw_only=True)
class Crime:
    """One crime as the law of a place names it."""

    key: str
    acts: tuple[Act, ...]
    citation: str
    summary: str  # one plain sentence, without the name of the law
    made_images: Certainty  # whether it reaches altered and machine-made pictures too
    confidence: Confidence
    sources: tuple[str, ...]  # keys of the record's sources
    in_force_from: date | None = None  # None: for long, or the first day was not seen
    in_force_until: date | None = None
    report_by: str | None = None  # the person's own time to ask for prosecution, where the law sets one
    note: str | None = None

    def is_in_force_on(self, day: date) -> bool:
        """Whether it is law that day."""
        return (self.in_force_from is None or self.in_force_from <= day) and (
            self.in_force_until is None or day <= self.in_force_until
        )


class DoorKind(StrEnum):
    """How the police are reached."""

    EMERGENCY = "emergency"  # a number for danger now
    PHONE = "phone"  # any other number
    FORM = "form"
    PAGE = "page"  # says how to report; no form


@dataclass(frozen=True, kw_only=True)
class PoliceDoor:
    """One way to the police. `address` is a number as it is called from within the country, or a web address."""

    kind: DoorKind
    name: str
    address: str
    confidence: Confidence
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PoliceRecord:
    """The police and criminal law of a country, of a part of it, or of a union."""

    id: str
    jurisdiction: str  # "IT", "US", "US-NY", "EU"
    crimes: tuple[Crime, ...]
    doors: tuple[PoliceDoor, ...]
    sources: tuple[Source, ...]
    version: str
    bring: tuple[str, ...] = ()  # what the police there ask for, beside the general list
    keep: tuple[str, ...] = ()
    note: str | None = None
