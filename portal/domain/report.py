"""What a person reports: plain values, kept as they were given. Which question comes next is in `intake.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from portal.domain.lifecycle import Depiction, Filer, Handler, Path


class YesNo(StrEnum):
    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class NameKind(StrEnum):
    """Whose name stands under the notices."""

    LEGAL = "legal"
    REPRESENTATIVE = "representative"
    PSEUDONYM = "pseudonym"


class ContactBy(StrEnum):
    """How the person may be reached, if at all."""

    NONE = "none"  # only when they come back with their words
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, kw_only=True)
class ReportedLink:
    """A link as cleaned, with its host and the platform it was recognised as (a slug, or the registrable domain)."""

    url: str
    host: str
    platform: str
    told: tuple[str, ...] = ()  # what was done to read it, and what has to be known about it, in sentences
    given: str = ""  # the address that was pasted, where the link is another one that stood in it; a long one shortened


@dataclass(frozen=True, kw_only=True)
class ReportedPlace:
    """An account or a post that has no link: the platform as the person named it, and their words."""

    platform: str
    text: str


@dataclass(frozen=True, kw_only=True)
class RejectedText:
    """What was pasted and not understood, with the reason; shown back, never dropped."""

    text: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """All answers of one report; None means not answered, which is allowed wherever no law needs the answer.

    `visited` names the steps the person has answered or skipped on purpose.
    """

    filer: Filer | None = None
    authority: str = ""  # the representative's own words on who gave the authority
    authority_ends_on: date | None = None
    under_18: YesNo | None = None
    depiction: Depiction | None = None
    is_online: YesNo | None = None
    country: str = ""
    subdivision: str = ""
    pasted: str = ""  # exactly as pasted
    links: tuple[ReportedLink, ...] = ()
    rejected: tuple[RejectedText, ...] = ()
    places: tuple[ReportedPlace, ...] = ()
    found_on: date | None = None  # where a week, a month or a year was meant, its first day
    found_words: str = ""  # when it was found, as it was typed
    how_found: str = ""
    explanation: str = ""  # why it is unlawful or does harm, in the person's words; optional
    took_it: YesNo | None = None
    contact_by: ContactBy | None = None
    email: str = ""
    phone: str = ""
    safe_contact: str = ""  # when and how it is safe
    postal_address: str = ""
    share_with_platforms: bool | None = None
    share_with_regulators: bool | None = None
    release_to_poster: bool = False
    handler: Handler | None = None
    team_id: str = ""
    name_kind: NameKind | None = None
    name: str = ""
    states_no_consent: bool = False
    states_good_faith: bool = False
    states_accuracy: bool = False
    states_ownership: bool = False  # under penalty of perjury, only where copyright is used
    signature: str = ""
    signed_at: datetime | None = None
    visited: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_threat(self) -> bool:
        """Whether nothing is online yet, as the report says; of a child too."""
        return self.is_online is YesNo.NO

    @property
    def path(self) -> Path:
        """Which way the report takes. Being under 18 decides before anything else."""
        if self.under_18 is YesNo.YES:
            return Path.CHILD
        return Path.THREAT if self.is_threat else Path.REMOVAL
