"""What a look at a complaint's file found: plain values, made in a process that can do nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from portal.domain.regimes import Unit

LARGEST_BUNDLE = 48 * 1024 * 1024  # bytes
LARGEST_SENT = 11 * 1024 * 1024  # bytes of what is sent to the page; the web server takes no more
MOST_FILES = 400
LARGEST_UNPACKED = 96 * 1024 * 1024  # bytes of all files of a ZIP together


class BundleRefusal(StrEnum):
    """Why a file was not checked."""

    TOO_LARGE = "too_large"
    NOT_A_BUNDLE = "not_a_bundle"  # neither a complaint's PDF nor a ZIP with one
    BROKEN = "broken"
    BUSY = "busy"
    UNCONFINED = "unconfined"


class BundleRefused(ValueError):
    def __init__(self, reason: BundleRefusal) -> None:
        self.reason = reason
        super().__init__(reason.value)


class FileState(StrEnum):
    SAME = "same"
    DIFFERS = "differs"
    MISSING = "missing"  # named in the list, and not there
    UNLISTED = "unlisted"  # there, and in no list


@dataclass(frozen=True, kw_only=True)
class CheckedFile:
    """One file held against the digest that a list has for it."""

    name: str
    state: FileState


class RevocationState(StrEnum):
    """Whether a certificate was taken back, by what stands in the file itself: no other machine is ever asked."""

    NOT_CHECKED = "not_checked"  # the file holds no such data, or the certificate leads to no root that is trusted here
    GOOD = "good"  # the data inside say for the whole chain that it was not, at the moment in question
    REVOKED = "revoked"
    UNCLEAR = "unclear"  # there are data, but they are too old, of others, or not signed by who may say it


class ChainState(StrEnum):
    """Who vouches for a certificate."""

    TRUSTED = "trusted"  # it leads to a root that is trusted here, all of it valid at the moment in question
    SELF_MADE = "self_made"  # it vouches for itself and proves no name
    EXPIRED = "expired"  # it leads to such a root, but was not valid at the moment in question
    UNKNOWN = "unknown"  # it leads to no root that is trusted here
    NOT_CHECKED = "not_checked"  # no roots are set here


@dataclass(frozen=True, kw_only=True)
class CheckedStamp:
    """The stamp of a time-stamping authority. `is_intact`: it is of this very signature, and its own signature fits."""

    at: datetime
    is_intact: bool
    signer: str
    chain: ChainState
    revocation: RevocationState = RevocationState.NOT_CHECKED


@dataclass(frozen=True, kw_only=True)
class CheckedSignature:
    """The signature of the PDF. `is_whole`: nothing stands behind it but data by which it is checked, so nothing was
    added after signing.
    """

    is_intact: bool
    is_whole: bool
    fingerprint: str  # SHA-256 of the certificate, in hex
    signer: str  # as the certificate says
    chain: ChainState
    stated_at: datetime | None  # by the signer's own clock
    stamp: CheckedStamp | None
    revocation: RevocationState = RevocationState.NOT_CHECKED

    @property
    def is_taken_back(self) -> bool:
        """Whether the file itself says that its certificate, or that of its time stamp, was taken back."""
        stamp = self.stamp.revocation if self.stamp else RevocationState.NOT_CHECKED
        return RevocationState.REVOKED in {self.revocation, stamp}

    @property
    def stamped_at(self) -> datetime | None:
        """When a time-stamping authority saw it; None without a stamp whose own signature fits."""
        return self.stamp.at if self.stamp and self.stamp.is_intact else None


@dataclass(frozen=True, kw_only=True)
class WrittenClock:
    """A date as the file has it, with what is needed to count it again."""

    regime: str
    rule: str
    law: str
    label: str
    letter: str
    zone: str
    amount: int | None
    unit: Unit
    counting: str
    started_at: datetime
    due_at: datetime
    last_day: date | None
    is_extended: bool
    version: str


@dataclass(frozen=True, kw_only=True)
class BundleReading:
    """`facts_agree`: case.json beside the PDF is the one inside it; None where there is only one."""

    is_zip: bool
    has_sums: bool
    sums: tuple[CheckedFile, ...]
    exhibits: tuple[CheckedFile, ...]
    facts_agree: bool | None
    signature: CheckedSignature | None
    clocks: tuple[WrittenClock, ...]
    reference: str
    party: str
    country: str  # in which the person lives; empty in a redacted copy that does not say it
    history_digest: str
